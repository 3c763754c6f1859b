"""Running a suite: every query is made, decoded and asked, one after the other."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2

from raisonne.evaluation.engines import Engine, Ranking, encode, sample_of
from raisonne.evaluation.suite import Query, Work


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the engines said of a query.

    Attributes:
        query: The query.
        rankings: By name of the engine or of its part.
        seconds: By stage, ``decode`` and the engines' own.
    """

    query: Query
    rankings: Mapping[str, Ranking]
    seconds: Mapping[str, float]

    def fields(self) -> dict[str, Any]:
        """Return everything, as for JSON."""
        return {
            "query": self.query.id,
            "role": self.query.role.value,
            "family": self.query.family,
            "attack": self.query.attack,
            "strength": self.query.strength,
            "kind": self.query.kind,
            "truth": list(self.query.truth),
            "predictions": {
                name: [
                    {
                        "work": prediction.work,
                        "score": round(prediction.score, 6),
                        "similarity": round(prediction.similarity, 6),
                    }
                    for prediction in ranking
                ]
                for name, ranking in self.rankings.items()
            },
            "milliseconds": {stage: round(1e3 * s, 2) for stage, s in self.seconds.items()},
        }


def on_one_core() -> None:
    """Keep OpenCV from using more than one thread in this process, so that times compare."""
    cv2.setNumThreads(1)


def register_all(engines: Sequence[Engine], works: Iterable[Work]) -> None:
    """Register every work with every engine."""
    for work in works:
        sample = sample_of(encode(work.draw()))
        for engine in engines:
            engine.register(work.id, sample)


def ask_all(engines: Sequence[Engine], queries: Iterable[Query]) -> Iterator[Outcome]:
    """Ask every engine every query."""
    for query in queries:
        data = encode(query.draw())
        started = time.perf_counter()
        sample = sample_of(data)
        seconds = {"decode": time.perf_counter() - started}
        rankings: dict[str, Ranking] = {}
        for engine in engines:
            answer = engine.predict(sample)
            rankings |= answer.rankings
            seconds |= answer.seconds
        yield Outcome(query, rankings, seconds)
