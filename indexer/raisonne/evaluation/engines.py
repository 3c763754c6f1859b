"""What is measured: engines that register pictures and rank works for a query."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image

from raisonne.fingerprint.decoding import DecodedImage, DecodeLimits, decode_image
from raisonne.fingerprint.embedding import Embedder
from raisonne.fingerprint.extract import Extractor
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.memory_log import MemoryLog
from raisonne.matching.matcher import Matcher, MatchReport
from raisonne.rights.match import Mechanism

OURS = "raisonne"
"""Name of the whole matcher; after a slash follow its mechanisms. Scores are probabilities."""
_TENANT = "benchmark"
_MECHANISMS = {mechanism.value for mechanism in Mechanism}


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A picture as the engines are given it: decoded by the real decoder from real bytes."""

    sha256: str
    image: DecodedImage


@dataclass(frozen=True, slots=True)
class Prediction:
    """A work that a query may contain.

    Attributes:
        work: Its id.
        score: What predictions are ranked by.
        similarity: In the engine's own scale.
    """

    work: str
    score: float
    similarity: float


Ranking = Sequence[Prediction]


@dataclass(frozen=True, slots=True)
class Answer:
    """What an engine says of a query.

    Attributes:
        rankings: By name; most engines have one. Each names a work once.
        seconds: By stage; the whole under the engine's name.
    """

    rankings: Mapping[str, Ranking]
    seconds: Mapping[str, float]


class Engine(Protocol):
    """Something that finds registered works in pictures."""

    def register(self, work: str, sample: Sample) -> None:
        """Add a work."""
        ...

    def predict(self, sample: Sample) -> Answer:
        """Rank works for a query."""
        ...


def encode(image: Image.Image) -> bytes:
    """Return a picture as a file, without losses."""
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def sample_of(data: bytes) -> Sample:
    """Decode a file for the engines."""
    return Sample(hashlib.sha256(data).hexdigest(), decode_image(data, DecodeLimits()))


class RaisonneEngine:
    """The whole matcher, and each mechanism's part of the same run.

    Args:
        embedder: The global descriptor to use.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._extractor = Extractor(embedder)
        self._log = MemoryLog()
        self._matcher = Matcher(CatalogueIndex(self._log), thorough=True)

    def register(self, work: str, sample: Sample) -> None:
        """See ``Engine.register``."""
        self._log.add(_TENANT, work, self._extractor.register(sample.image, sample.sha256))

    def predict(self, sample: Sample) -> Answer:
        """See ``Engine.predict``."""
        started = time.perf_counter()
        query = self._extractor.query(sample.image, sample.sha256)
        spent = {"fingerprints": time.perf_counter() - started}
        report = self._matcher.match(_TENANT, query)
        spent |= dict(report.timings) | {OURS: time.perf_counter() - started}
        return Answer(rankings_of(report), spent)


def rankings_of(report: MatchReport) -> dict[str, Ranking]:
    """Take a report apart: the best score of each work, and each mechanism alone.

    A mechanism that found nothing has an empty ranking; one that is not known has none.
    """
    known = [run.name for run in report.detectors if run.name in _MECHANISMS]
    found: dict[str, dict[str, Prediction]] = {
        name: {} for name in (OURS, *(f"{OURS}/{mechanism}" for mechanism in known))
    }
    for match in report.matches:
        prediction = Prediction(match.work, match.score, match.similarity)
        for name in (OURS, f"{OURS}/{match.mechanism.value}"):
            best = found.setdefault(name, {})
            if match.work not in best or best[match.work].score < match.score:
                best[match.work] = prediction
    return {
        name: sorted(best.values(), key=lambda prediction: (-prediction.score, prediction.work))
        for name, best in found.items()
    }
