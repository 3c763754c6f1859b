"""Licences as people want them recorded, and what keeps one from being acted by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from raisonne.app.statements import MAX_LICENCE_CHARACTERS
from raisonne.app.texts import require_short
from raisonne.app.work_changes import MAX_NOTE_CHARACTERS
from raisonne.rights.errors import InputError
from raisonne.rights.statement import WORLD, ReservationKind, Use

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_TERRITORY = re.compile(r"[A-Z]{2}|\*")
_DOCUMENT = re.compile(r"documents/[0-9A-Za-z_-]{1,64}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIMES = ("valid_from", "valid_until", "effective_time")


@dataclass(frozen=True, slots=True)
class LicenceDraft:
    """A licence to be recorded; see ``Licence`` and ``Grant``.

    Attributes:
        effective_time: From when on the record counts (UTC), before or after now; now if None.
    """

    identifier: str
    uses: frozenset[Use]
    licensor: str = ""
    licensee: str = ""
    territories: frozenset[str] = frozenset({WORLD})
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    attribution: bool = False
    fee: bool = False
    releases: frozenset[ReservationKind] = frozenset()
    document: str = ""
    document_sha256: str = ""
    note: str = ""
    effective_time: datetime | None = None


def require_licence(draft: LicenceDraft) -> None:
    """Refuse drafts that nobody could act by.

    Raises:
        InputError: Naming the field.
    """
    require_short({"licensor": draft.licensor, "licensee": draft.licensee})
    require_note(draft.note)
    for field in _TIMES:
        require_aware(field, getattr(draft, field))
    begins, ends = draft.valid_from, draft.valid_until
    text = draft.identifier
    problems = {
        "identifier": _IDENTIFIER.fullmatch(text) is None or len(text) > MAX_LICENCE_CHARACTERS,
        "uses": not draft.uses,
        "territories": not draft.territories
        or not all(map(_TERRITORY.fullmatch, draft.territories)),
        "valid_until": begins is not None and ends is not None and ends <= begins,
        "document": bool(draft.document) and _DOCUMENT.fullmatch(draft.document) is None,
        "document_sha256": bool(draft.document_sha256)
        and _SHA256.fullmatch(draft.document_sha256) is None,
    }
    for field, wrong in problems.items():
        if wrong:
            raise InputError(_SENTENCES[field], metadata={"field": field})


_SENTENCES = {
    "identifier": "A licence has an SPDX identifier or a LicenseRef-… of at most "
    f"{MAX_LICENCE_CHARACTERS} characters.",
    "uses": "The licence grants nothing; name its uses.",
    "territories": "Territories are ISO 3166-1 alpha-2 codes, or '*' for everywhere.",
    "valid_until": "valid_until must come after valid_from.",
    "document": "A document is named documents/….",
    "document_sha256": "A digest is 64 lower-case hexadecimal digits.",
}


def require_note(note: str) -> None:
    """Refuse a note that is too long.

    Raises:
        InputError: If it is.
    """
    if len(note) > MAX_NOTE_CHARACTERS:
        raise InputError(
            f"The note has {len(note):,} characters; at most {MAX_NOTE_CHARACTERS:,} fit.",
            metadata={"field": "note"},
        )


def require_aware(field: str, time: datetime | None) -> None:
    """Refuse a time without a time zone.

    Raises:
        InputError: If it has none.
    """
    if time is not None and time.tzinfo is None:
        raise InputError(f"{field} needs a time zone.", metadata={"field": field})
