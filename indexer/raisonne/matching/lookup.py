"""What a detector is given and what it returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from raisonne.fingerprint.extract import QueryFingerprints
from raisonne.fingerprint.perceptual import ALGORITHM as PDQ_ALGORITHM
from raisonne.index.spaces import Hit
from raisonne.index.view import IndexView
from raisonne.matching.agreement import QueryLuma
from raisonne.matching.calibration import ScoringRules
from raisonne.rights.match import DetectorRun, Match

LOOKALIKES = 6
"""Works that look alike as a whole and are laid over the query, by hash and by descriptor each."""
LOOKALIKE_BITS = 100
_CANDIDATES = 10
"""Nearest entries of a global descriptor that are looked at."""


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
    def similar(self) -> list[Hit]:
        """Works near in the perceptual hash, nearest first.

        All within the distance at which it reports by itself, or the ``LOOKALIKES`` nearest within
        ``LOOKALIKE_BITS``, whichever are more: every search of hashes reads all of them.
        """
        radius = self.rules.perceptual.radius
        return self.view.search_binary(
            PDQ_ALGORITHM,
            self.query.codes,
            max(radius, LOOKALIKE_BITS),
            most=LOOKALIKES,
            sure=radius,
        )

    @cached_property
    def nearest(self) -> list[Hit]:
        """Works nearest in the global descriptor, nearest first."""
        vector = self.query.embedding[np.newaxis]
        return self.view.search_float(self.query.embedding_algorithm, vector, _CANDIDATES)

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
