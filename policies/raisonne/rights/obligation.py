"""Obligations: what is owed where a use is allowed, or before it may be.

A verdict carries them as text, ``KIND``, ``KIND:works/…`` or, for limits of territory,
``TERRITORY_LIMIT:works/…:DE,FR``. Raisonné names what is owed; whoever acts on the verdict owes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum


class Obligation(StrEnum):
    """Everything that ``@obligation`` may say.

    ``ATTRIBUTE``: who publishes names the work and its holder.
    ``FEE``: who uses it pays what its licence asks for.
    ``LABEL``: who offers or shows it puts a label with title, holder and licence beside it.
    ``WATERMARK``: who shows it marks the copy that is shown.
    ``SECOND_REVIEWER``: a ruling on it needs two different reviewers.
    ``TERRITORY_LIMIT``: who publishes keeps it out of every territory but those named.
    ``SHARE_ALIKE``: what is made of it is published under the same licence.
    """

    ATTRIBUTE = "ATTRIBUTE"
    FEE = "FEE"
    LABEL = "LABEL"
    WATERMARK = "WATERMARK"
    SECOND_REVIEWER = "SECOND_REVIEWER"
    TERRITORY_LIMIT = "TERRITORY_LIMIT"
    SHARE_ALIKE = "SHARE_ALIKE"


def obligation_text(kind: str, work: str = "", territories: Iterable[str] = ()) -> str:
    """Return an obligation as a verdict carries it.

    Args:
        kind: One of ``Obligation``.
        work: ``works/{id}`` that it is owed for; empty where no work is concerned.
        territories: Where the work may be used; said by limits of territory only.
    """
    parts = [kind, work] if work else [kind]
    if kind == Obligation.TERRITORY_LIMIT:
        parts.append(",".join(sorted(territories)))
    return ":".join(parts)
