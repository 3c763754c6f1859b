"""Every family of look-alikes in the suite."""

from __future__ import annotations

from raisonne.evaluation.lookalikes import marks, papers, patterns
from raisonne.evaluation.lookalikes.family import Family

FAMILIES: tuple[Family, ...] = (*marks.FAMILIES, *patterns.FAMILIES, *papers.FAMILIES)
