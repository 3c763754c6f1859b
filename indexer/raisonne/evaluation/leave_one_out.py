"""Asking registered works' own pictures, each as if it alone were not known.

A work's picture, and altered copies of it, are copies of that work and strangers to all others.
Works that may show the same are neither: they are passed over and listed for a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from PIL import Image

from raisonne.evaluation.attacks.all_attacks import ATTACKS
from raisonne.evaluation.engines import Sample, encode, sample_of
from raisonne.evaluation.observing import Observation, Relation, noticing, observe
from raisonne.evaluation.suite import chance_for
from raisonne.fingerprint.exact import bytes_fingerprint, pixels_fingerprint
from raisonne.fingerprint.extract import Extractor, QueryFingerprints
from raisonne.fingerprint.perceptual import ALGORITHM as PDQ_ALGORITHM
from raisonne.fingerprint.perceptual import MIN_QUALITY
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.view import IndexView
from raisonne.matching.calibration import ScoringRules
from raisonne.matching.matcher import Matcher

ALTERED = 4
"""Altered copies of each picture."""
SAME_BITS = 10
"""Two pictures whose perceptual hashes are no farther apart are taken to be the same."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A picture to ask.

    Attributes:
        name: The work's, or the file's.
        work: The work whose picture it is; empty for one that is registered nowhere.
        kind: For example ``painting``.
        load: Decodes it.
    """

    name: str
    work: str
    kind: str
    load: Callable[[], Sample]


class LeaveOneOut:
    """Asks pictures, and remembers which works were passed over.

    Args:
        index: With the works.
        tenant: Whose they are.
        extractor: Computes fingerprints.
        rules: In force, for how the mechanisms go on once something is found.
        scenes: By work, a name that works share which are known to show the same.
        seed: Decides how pictures are altered.

    Attributes:
        related: Pairs that were passed over, each in order of names, and why.
    """

    def __init__(
        self,
        index: CatalogueIndex,
        tenant: str,
        extractor: Extractor,
        rules: ScoringRules,
        scenes: Mapping[str, str],
        seed: int,
    ) -> None:
        broad = noticing(rules, extractor.embedder.algorithm)
        self._matcher = Matcher(index, lambda _tenant: broad, thorough=True)
        self._index = index
        self._tenant = tenant
        self._extractor = extractor
        self._scenes = {work: scene for work, scene in scenes.items() if scene}
        self._seed = seed
        self.related: dict[tuple[str, str], Relation] = {}

    def ask(self, subjects: Sequence[Subject], number: int) -> list[Observation]:
        """Ask one of the subjects, as it is and altered.

        Args:
            subjects: At least two; some alterations show a second one.
            number: Which.

        Raises:
            InputError: If its file cannot be decoded.
            StorageError: If the index cannot catch up with the catalogue.
        """
        subject, other = subjects[number], subjects[(number + 1) % len(subjects)]
        sample, second = subject.load(), other.load()
        same = self._same(subject, self._query(sample))
        shown = same | self._same(other, self._query(second)) | {other.work}
        return [
            self._observe(subject, sample, same, altered=False),
            *(
                self._observe(subject, copy, frozenset(shown), altered=True)
                for copy in self._altered(subject, sample, second, number)
            ),
        ]

    def _altered(
        self, subject: Subject, sample: Sample, second: Sample, number: int
    ) -> Iterator[Sample]:
        image, other = (Image.fromarray(each.image.pixels) for each in (sample, second))
        for turn in range(ALTERED):
            attack = ATTACKS[(ALTERED * number + turn) % len(ATTACKS)]
            chance = chance_for(self._seed, f"{subject.name}/{attack.name}")
            yield sample_of(encode(attack.apply(image, other, chance)))

    def _observe(
        self, subject: Subject, sample: Sample, passed_over: frozenset[str], *, altered: bool
    ) -> Observation:
        report = self._matcher.match(self._tenant, self._query(sample))
        own, other = observe(report, subject.work, passed_over)
        return Observation(subject.name, subject.work, subject.kind, altered, own, other)

    def _query(self, sample: Sample) -> QueryFingerprints:
        return self._extractor.query(sample.image, sample.sha256)

    def _same(self, subject: Subject, query: QueryFingerprints) -> frozenset[str]:
        """Return the other works that may show the same as a subject, and note them."""
        with self._index.read(self._tenant) as view:
            found = dict(self._same_scene(subject)) | dict(_nearly_equal(view, query))
        found.pop(subject.work, None)
        for work, why in found.items():
            first, second = sorted((subject.name, work))
            self.related[first, second] = why
        return frozenset(found)

    def _same_scene(self, subject: Subject) -> Iterator[tuple[str, Relation]]:
        scene = self._scenes.get(subject.work)
        for work, its in self._scenes.items():
            if its == scene:
                yield work, Relation.SCENE


def _nearly_equal(view: IndexView, query: QueryFingerprints) -> Iterator[tuple[str, Relation]]:
    """Yield the works whose pictures are like the query, the surest reason last."""
    if query.quality >= MIN_QUALITY:
        for hit in view.search_binary(PDQ_ALGORITHM, query.codes, SAME_BITS):
            yield hit.entry.work, Relation.PERCEPTUAL
    for value in (
        bytes_fingerprint(query.sha256),
        pixels_fingerprint(query.pixel_sha256, query.width, query.height),
    ):
        for entry in view.search_exact(value.algorithm, value.value):
            yield entry.work, Relation.EXACT
