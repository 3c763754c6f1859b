"""What a detector is given and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from raisonne.fingerprint.extract import QueryFingerprints
from raisonne.index.view import IndexView
from raisonne.matching.agreement import QueryLuma
from raisonne.matching.calibration import ScoringRules
from raisonne.rights.match import DetectorRun, Match


@dataclass(frozen=True, eq=False)
class Lookup:
    """One query against one revision of a tenant's works.

    Attributes:
        view: The index of the tenant's works.
        query: The picture.
        rules: What its likenesses are judged by.
    """

    view: IndexView
    query: QueryFingerprints
    rules: ScoringRules

    @cached_property
    def luma(self) -> QueryLuma:
        """The query's luma, to be laid over works."""
        return QueryLuma(self.query.pixels)


@dataclass(frozen=True, slots=True)
class Detection:
    """What a detector found.

    Attributes:
        run: Whether it ran.
        matches: What is like the query.
        explained: Whether one of them accounts for all of the query, so that nothing else can be
            in it that is not in the work as well.
    """

    run: DetectorRun
    matches: list[Match] = field(default_factory=list)
    explained: bool = False
