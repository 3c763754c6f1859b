"""Identifiers of people and organisations, checked by their form.

Sources: ISO 27729 (ISNI) and ORCID's "Structure of the ORCID Identifier", whose last character is
checked by ISO 7064 MOD 11-2; CISAC's IPI name number (11 digits); Getty's ULAN (500 and six
digits); Wikidata's items (Q and a number).
"""

from __future__ import annotations

import re
from enum import StrEnum

from raisonne.rights.errors import InputError

_SIXTEEN = re.compile(r"[0-9]{15}[0-9X]")
_FORMS = {
    "ipi": re.compile(r"[0-9]{11}"),
    "ulan": re.compile(r"500[0-9]{6}"),
    "wikidata": re.compile(r"Q[1-9][0-9]{0,14}"),
}
_PREFIXES = (
    "https://orcid.org/",
    "https://isni.org/isni/",
    "https://www.wikidata.org/wiki/",
    "http://www.wikidata.org/entity/",
    "http://vocab.getty.edu/ulan/",
)
_BLANKS = str.maketrans("", "", " -\t")
_IPI_DIGITS = 11


class IdentifierScheme(StrEnum):
    """Registries whose identifiers are known."""

    ISNI = "isni"
    IPI = "ipi"
    ULAN = "ulan"
    ORCID = "orcid"
    WIKIDATA = "wikidata"


def normal_identifier(scheme: IdentifierScheme, text: str) -> str:
    """Return an identifier in its normal form.

    Args:
        scheme: Whose identifier.
        text: As written, with or without hyphens, blanks and the registry's address.

    Raises:
        InputError: If it cannot be one: its form is wrong, or its check character.
    """
    bare = text.strip()
    for prefix in _PREFIXES:
        bare = bare.removeprefix(prefix)
    bare = bare.translate(_BLANKS).upper()
    if scheme is IdentifierScheme.IPI and bare.isascii() and bare.isdigit():
        bare = bare.zfill(_IPI_DIGITS)
    if scheme in {IdentifierScheme.ISNI, IdentifierScheme.ORCID}:
        good = bool(_SIXTEEN.fullmatch(bare)) and check_character(bare[:-1]) == bare[-1]
    else:
        good = bool(_FORMS[scheme.value].fullmatch(bare))
    if not good:
        raise InputError(
            f"This is no {scheme.value} identifier: its form or its check character is wrong.",
            metadata={"field": scheme.value},
        )
    if scheme is IdentifierScheme.ORCID:
        return "-".join(bare[start : start + 4] for start in range(0, 16, 4))
    return bare


def check_character(digits: str) -> str:
    """Return the check character of ISO 7064 MOD 11-2 for a row of digits."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    result = (12 - total % 11) % 11
    return "X" if result == 10 else str(result)  # noqa: PLR2004
