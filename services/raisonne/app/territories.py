"""Territories as people write them."""

from __future__ import annotations

from raisonne.rights.errors import InputError
from raisonne.rights.statement import WORLD


def normal_territory(code: str) -> str:
    """Return a territory in canonical form.

    Raises:
        InputError: If it is neither ``*`` nor two letters.
    """
    bare = code.strip()
    if bare == WORLD or (len(bare) == 2 and bare.isascii() and bare.isalpha()):  # noqa: PLR2004
        return bare.upper()
    raise InputError(f"{code!r} is no ISO 3166-1 alpha-2 code and not '*'.")
