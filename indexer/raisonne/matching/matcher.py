"""From a query's fingerprints to the works it matches, with a record of what was looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from raisonne.fingerprint.extract import QueryFingerprints
from raisonne.index.block_file import DamagedSegmentError
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.matching.calibration import SHIPPED, ScoringRules
from raisonne.matching.detectors import DETECTORS, Detector
from raisonne.matching.lookup import Lookup
from raisonne.matching.style import detect_style
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What was found, and by what.

    Attributes:
        matches: One for each work and mechanism, highest score first, then by work.
        detectors: One run for each mechanism; a failed one, ``frames``, where further frames of the
            file were left unchecked; a failed one, ``history``, where fingerprints of the past were
            erased since.
        index_revision: Change-log position that every search saw.
        timings: Seconds by stage: ``refresh`` and each mechanism.
    """

    matches: tuple[Match, ...]
    detectors: tuple[DetectorRun, ...]
    index_revision: int
    timings: Mapping[str, float]


RulesOf = Callable[[str], ScoringRules]
"""From a tenant to what its works' likenesses are judged by."""


def shipped(_tenant: str) -> ScoringRules:
    """Return the rules of a registry that was never calibrated."""
    return SHIPPED


class Matcher:
    """Looks queries up in the catalogue's index.

    Args:
        index: The index to search.
        rules: What the likenesses of a tenant's works are judged by.
        thorough: Whether every mechanism looks, even where a cheaper one has explained all of the
            query; to measure them apart.
    """

    def __init__(
        self, index: CatalogueIndex, rules: RulesOf = shipped, *, thorough: bool = False
    ) -> None:
        self._index = index
        self._rules = rules
        self._thorough = thorough

    def revision(self, tenant: str) -> int:
        """Catch up with the catalogue and return the revision that a query would see."""
        return self._index.refresh(tenant)

    def match(
        self, tenant: str, query: QueryFingerprints, revision: int | None = None
    ) -> MatchReport:
        """Run the mechanisms against one and the same revision of a tenant's works.

        The dearer ones are left out once a cheaper one has explained all of the query.

        Args:
            tenant: Whose works.
            query: What is looked for.
            revision: Change-log position whose works are looked at; the newest if None. What is
                reserved and the rules are those of today.

        Raises:
            InputError: If there was no such revision.
            StorageError: If the index cannot catch up with the catalogue.
        """
        try:
            return self._match(tenant, query, revision)
        except DamagedSegmentError:
            # It was noticed before anything was answered, and is made anew by the next read.
            return self._match(tenant, query, revision)

    def _match(self, tenant: str, query: QueryFingerprints, revision: int | None) -> MatchReport:
        found: list[Match] = []
        runs: list[DetectorRun] = []
        timings: dict[str, float] = {}
        clock = time.perf_counter()
        rules = self._rules(tenant)
        with self._index.read(tenant, revision) as view:
            timings["refresh"] = time.perf_counter() - clock
            lookup = Lookup(view, query, rules)
            explained = False
            for mechanism, detect in _detectors(query):
                if explained and not self._thorough and _searched(runs):
                    runs.append(_not_needed(mechanism))
                    continue
                clock = time.perf_counter()
                detection = detect(lookup)
                found += detection.matches
                runs.append(detection.run)
                explained = explained or detection.explained
                timings[mechanism.value] = time.perf_counter() - clock
            runs += _unchecked_frames(query) + _erased(view.erased)
            return MatchReport(_best(found), tuple(runs), view.revision, timings)


def _detectors(query: QueryFingerprints) -> tuple[tuple[Mechanism, Detector], ...]:
    """Return what looks; style leaves no trace where no weights for it are configured."""
    return (*DETECTORS, (Mechanism.STYLE, detect_style)) if query.style_algorithm else DETECTORS


def _searched(runs: Iterable[DetectorRun]) -> bool:
    """Whether a mechanism has looked for likeness, which equal bytes are not."""
    return any(
        run.state is DetectorState.EXECUTED and run.name != Mechanism.EXACT.value for run in runs
    )


def _not_needed(mechanism: Mechanism) -> DetectorRun:
    reason = "A cheaper mechanism has already explained all of the picture."
    return DetectorRun(mechanism.value, "", DetectorState.SKIPPED, reason)


def _unchecked_frames(query: QueryFingerprints) -> list[DetectorRun]:
    """Return the run that keeps a file from passing by its first frame alone."""
    if query.frames == 1:
        return []
    reason = f"only the first of {query.frames} frames was checked"
    return [DetectorRun("frames", "v1", DetectorState.FAILED, reason)]


def _erased(fingerprints: int) -> list[DetectorRun]:
    """Return the run that keeps a look at the past from passing as complete."""
    if not fingerprints:
        return []
    were = (
        "1 fingerprint that was" if fingerprints == 1 else f"{fingerprints} fingerprints that were"
    )
    reason = f"{were} in force then cannot be looked at: erased since"
    return [DetectorRun("history", "v1", DetectorState.FAILED, reason)]


def _best(matches: Iterable[Match]) -> tuple[Match, ...]:
    best: dict[tuple[str, Mechanism], Match] = {}
    for match in matches:
        known = best.get((match.work, match.mechanism))
        if known is None or match.similarity > known.similarity:
            best[match.work, match.mechanism] = match
    return tuple(sorted(best.values(), key=lambda match: (-match.score, match.work)))
