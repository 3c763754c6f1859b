"""Bounds of free texts."""

from __future__ import annotations

from collections.abc import Mapping

from raisonne.rights.errors import InputError

MAX_TEXT_CHARACTERS = 1_000
"""Longest title, holder or other free text of a record."""


def require_short(texts: Mapping[str, str]) -> None:
    """Refuse texts that are too long.

    Args:
        texts: By the name of their field.

    Raises:
        InputError: Naming the field.
    """
    for label, text in texts.items():
        if len(text) > MAX_TEXT_CHARACTERS:
            raise InputError(
                f"The {label} has {len(text):,} characters; at most {MAX_TEXT_CHARACTERS:,} fit.",
                metadata={"field": label, "limit_characters": str(MAX_TEXT_CHARACTERS)},
            )
