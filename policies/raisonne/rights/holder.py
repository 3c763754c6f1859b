"""Rights holders: who they are, by all the names and identifiers that they are known by.

Works name their holder by text. A work belongs to a rights holder when the key of that text is the
key of one of the holder's names, so a name leads to one holder at most.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from raisonne.rights.identifier import IdentifierScheme

MAX_NAME_CHARACTERS = 200
"""Longest name of a holder; prompts are screened for names, and no term is longer."""
MAX_ALIASES = 200
"""Most aliases of one holder."""
_FORMAT = "Cf"


@dataclass(frozen=True, slots=True)
class RightsHolder:
    """Somebody who holds rights in works.

    Attributes:
        name: Resource name, ``holders/{id}``.
        tenant: Owner of the record.
        display_name: The name that is shown.
        aliases: Other names: pseudonyms, spellings, transliterations.
        identifiers: What registries know them by, in normal form.
        contact_sha256: Digest of the sealed contact with a random salt; empty where there is none.
        note: For people; may be empty.
        revision: Counts changes of this record, from 1.
        create_time: When it was made (UTC).
        update_time: When it last changed (UTC).
    """

    name: str
    tenant: str
    display_name: str
    aliases: tuple[str, ...]
    identifiers: Mapping[IdentifierScheme, str]
    contact_sha256: str
    note: str
    revision: int
    create_time: datetime
    update_time: datetime

    @property
    def names(self) -> tuple[str, ...]:
        """All names, the shown one first."""
        return (self.display_name, *self.aliases)


@dataclass(frozen=True, slots=True)
class HolderVersion:
    """What a holder's record said from some change of it on; versions are never edited.

    Attributes:
        holder: The record as it was then, which was made at its ``update_time``.
        actor: Principal id of who changed it.
        sha256: Digest of this version with a random salt, as the ledger has it.
    """

    holder: RightsHolder
    actor: str
    sha256: str


@dataclass(frozen=True, slots=True)
class HolderContact:
    """How to reach a holder; personal data, sealed wherever it is kept."""

    contact: str = ""


def holder_key(text: str) -> str:
    """Return what two spellings of a holder's name have in common.

    That is the text without regard to case, compatibility forms (width, ligatures), invisible
    characters and the number of blanks: NFKC before and after case folding (The Unicode Standard,
    section 3.13, D146), with characters of category Cf left out. It sees through no disguise and
    joins no two scripts: those are names of their own. Catalogues hold keys, so a change of this
    function needs a migration that makes them anew.

    Args:
        text: A name.

    Returns:
        The key; empty where nothing is left.
    """
    if text.isascii():
        return " ".join(text.casefold().split())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(c for c in folded if unicodedata.category(c) != _FORMAT).split())


def distinct_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return names without those whose key an earlier one has, and without blank ones."""
    found: dict[str, str] = {}
    for name in names:
        key = holder_key(name)
        if key:
            found.setdefault(key, " ".join(name.split()))
    return tuple(found.values())
