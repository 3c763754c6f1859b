"""Drafts of reservations, what they must say, and what becomes of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from raisonne.app.statements import make_statement
from raisonne.app.terms import TermDraft, require_term
from raisonne.app.texts import require_short
from raisonne.app.work_changes import MAX_NOTE_CHARACTERS
from raisonne.rights.errors import InputError, RaisonneError, Reason
from raisonne.rights.holder import MAX_ALIASES
from raisonne.rights.reservation import RecordedState, Reservation
from raisonne.rights.statement import ReservationKind
from raisonne.rights.term import TermCategory

MAX_AT_ONCE = 500
"""Most reservations of one transaction, so that nobody else waits long for theirs."""
_SHA256 = re.compile(r"[0-9a-f]{64}|")


@dataclass(frozen=True, slots=True)
class ReservationDraft:
    """A reservation to be recorded, of an artist or of a collection.

    Attributes:
        kinds: What is reserved.
        artist: A name of the artist, or ``holders/{id}``.
        aliases: Further names of the artist.
        collection: The label of the collection, to the letter.
        effective_time: From when on (UTC); from now on if None.
        note: For people.
        source: Where it was said: an address or words.
        evidence_sha256: SHA-256 of what said it, in lower-case hex.
    """

    kinds: frozenset[ReservationKind]
    artist: str = ""
    aliases: tuple[str, ...] = ()
    collection: str = ""
    effective_time: datetime | None = None
    note: str = ""
    source: str = ""
    evidence_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A reservation, and what recording it did.

    Attributes:
        reservation: The one recorded, or the earlier one; None where it was refused.
        state: Which of them; None where it was refused.
        error: Why it was refused.
    """

    reservation: Reservation | None
    state: RecordedState | None
    error: RaisonneError | None = None


def kinds_of(words: Iterable[str]) -> frozenset[ReservationKind]:
    """Return what words name, for example ``ai-training``; blanks are skipped.

    Raises:
        InputError: If a word names nothing that can be reserved.
    """
    return make_statement(reservations=words).reservations


def require_draft(draft: ReservationDraft) -> None:
    """Refuse a draft that says too little, too much or nothing that can be used.

    Raises:
        InputError: Naming the field.
    """
    if not draft.kinds:
        raise InputError(
            "Nothing is reserved: name what, for example ai-training.",
            reason=Reason.EMPTY_INPUT,
            metadata={"field": "kinds"},
        )
    if bool(draft.artist.strip()) is bool(draft.collection.strip()):
        raise InputError("A reservation is for an artist or for a collection, and for one of them.")
    if draft.aliases and not draft.artist.strip():
        raise InputError("Aliases are an artist's.", metadata={"field": "aliases"})
    if len(draft.aliases) > MAX_ALIASES:
        raise InputError(
            f"An artist has at most {MAX_ALIASES} aliases.", metadata={"field": "aliases"}
        )
    for name in filter(str.strip, (draft.artist, *draft.aliases)):
        require_term(TermDraft(name, TermCategory.ARTIST))
    require_short({"collection": draft.collection, "source": draft.source})
    require_note(draft.note)
    for label in ("collection", "source", "note"):
        if "\0" in getattr(draft, label):
            raise InputError(f"The {label} is no text.", metadata={"field": label})
    if not _SHA256.fullmatch(draft.evidence_sha256):
        raise InputError(
            "The digest of the evidence is no SHA-256 in lower-case hex.",
            metadata={"field": "evidence_sha256"},
        )
    if draft.effective_time is not None and draft.effective_time.tzinfo is None:
        raise InputError("The time from which on something is reserved needs a time zone.")


def require_note(note: str) -> None:
    """Refuse a note that is too long.

    Raises:
        InputError: Naming the field.
    """
    if len(note) > MAX_NOTE_CHARACTERS:
        raise InputError(
            f"The note has {len(note):,} characters; at most {MAX_NOTE_CHARACTERS:,} fit.",
            metadata={"field": "note"},
        )
