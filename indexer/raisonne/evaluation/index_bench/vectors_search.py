"""A segment of vectors and bare indexes, all tuned to find as much, asked in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.evaluation.index_bench import vectors_bare
from raisonne.evaluation.index_bench.steps import Options, Say, processor_seconds
from raisonne.evaluation.index_bench.vectors_bare import FLAT, GRAPH, Bare, K, Live, Queries, Search
from raisonne.evaluation.index_bench.vectors_made import D, copies
from raisonne.evaluation.memory import own_and_mapped_bytes
from raisonne.index import products
from raisonne.index.arrays import Arrays
from raisonne.index.float_segment import FloatSegment
from raisonne.index.rabitq import RabitqSegment
from raisonne.index.rabitq_effort import Effort
from raisonne.index.segment_file import open_segment

RECALL = 0.95
BATCHES = (1, 64)
ROUNDS = 3
SHARES = (1.0, 0.5, 0.1, 0.01)
THRESHOLDS = (0.9, 0.8, 0.7, 0.6)

_BATCH = 64
_CANDIDATES = (48, 64, 96, 128, 192, 256, 384)
_PARTS = (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.3, 2)
"""Of the lists that the segment probes as it was built."""

Found = dict[str, Any]
"""A line of what was found: its part and its figures."""


def search(folder: Path, options: Options, say: Say) -> list[Found]:
    """Measure a segment and then the bare indexes, as a step does."""
    faiss.omp_set_num_threads(1)
    faiss.cvar.distance_compute_blas_threshold = 4096
    own, mapped = own_and_mapped_bytes()
    started = time.perf_counter()
    file = open_segment(folder / "segment", options["size"], bytes.fromhex(options["digest"]))
    segment = FloatSegment(file)
    segment.nearest(np.zeros((1, D), np.float32) + np.float32(D**-0.5), K)
    opened = time.perf_counter() - started
    queries = copies(file.unchecked("value"), options["queries"])
    _, at_first = own_and_mapped_bytes()
    for start in range(0, len(queries), _BATCH):
        segment.nearest(queries[start : start + _BATCH], K)
    own_then, mapped_then = own_and_mapped_bytes()
    effort = RabitqSegment(file).effort
    held = {
        "part": "segment",
        "build_s": options["build_s"],
        "disk_mb": options["size"] / 1e6,
        "vectors_mb": segment.rows * D * 2 / 1e6,
        "open_and_first_answer_ms": 1e3 * opened,
        "own_mb": (own_then - own) / 1e6,
        "mapped_mb": (mapped_then - mapped) / 1e6,
        "mapped_before_queries_mb": (at_first - mapped) / 1e6,
        "lists": len(file.unchecked("centroids")),
        "probes_as_built": ", ".join(map(str, effort.probes.tolist())),
        "candidates_as_built": effort.candidates,
        "margin_as_built": effort.margin,
    }
    comparison = Comparison(file, queries, say)
    bare = [FLAT, GRAPH] if segment.rows <= options["graph_rows"] else [FLAT]
    return [held, *comparison.as_built(), *comparison.run(bare), *_thresholds(file, queries)]


class Comparison:
    """Compares a segment with bare indexes of the same vectors, one after another.

    Args:
        arrays: Of the segment.
        queries: Shape (q, d).
        say: Told what is being done.
    """

    def __init__(self, arrays: Arrays, queries: Queries, say: Say) -> None:
        self._arrays = arrays
        self._queries = queries
        self._say = say
        value = arrays.unchecked("value")
        self._rows = len(value)
        rng = np.random.default_rng(8)
        self._live: Mapping[float, Live] = {
            share: None
            if share == 1
            else np.packbits(rng.random(self._rows) < share, bitorder="little")
            for share in SHARES
        }
        self._truth = {
            share: products.nearest(value, queries, K, live).position.reshape(-1, K)
            for share, live in self._live.items()
        }

    def as_built(self) -> Iterator[Found]:
        """Yield what is found with the effort that was measured when the segment was built."""
        built = RabitqSegment(self._arrays).effort
        for share in SHARES:
            recall = self._recall(self._ours(built, share), share)
            yield {"part": "as built", "live_percent": round(100 * share), "recall": recall}

    def run(self, bare: list[Bare]) -> Iterator[Found]:
        """Yield memory and rates, codes first: how these are tuned, the segment is."""
        self._say(f"{self._rows:,} vectors: beside IndexRefine")
        before, started = own_and_mapped_bytes()[0], time.process_time()
        index = vectors_bare.refined_codes(self._arrays)
        taken = time.process_time() - started
        yield _memory("IndexRefine", own_and_mapped_bytes()[0] - before, taken)
        efforts = {}
        for share in SHARES:
            effort = efforts[share] = self._tuned(index, share)
            probes, count = int(effort.probes[0]), effort.candidates
            theirs = vectors_bare.refined_search(index, probes, count, self._live[share])
            setting = f"{probes} probes, {count} candidates"
            yield from self._beside("IndexRefine", theirs, effort, share, setting)
        del index
        for kind in bare:
            yield from self._beside_floats(kind, efforts)

    def _beside_floats(self, kind: Bare, efforts: Mapping[float, Effort]) -> Iterator[Found]:
        self._say(f"{self._rows:,} vectors: beside {kind.name}")
        before, started = own_and_mapped_bytes()[0], time.process_time()
        index = kind.make(self._arrays)
        taken = time.process_time() - started
        yield _memory(kind.name, own_and_mapped_bytes()[0] - before, taken)
        for share, effort in efforts.items():
            searches = kind.searches(index, self._live[share])
            value = self._first(searches, share)
            setting = f"{value} {kind.setting}"
            yield from self._beside(kind.name, searches[value], effort, share, setting)

    def _tuned(self, index: Any, share: float) -> Effort:
        """Return the least effort with which codes find enough, or the last that was tried."""
        built, live = RabitqSegment(self._arrays).effort, self._live[share]
        probes = built.probes_for(K, max(1, round(share * self._rows)), self._rows)
        ladder = sorted({max(1, round(probes * part)) for part in _PARTS})
        best, setting, candidates = np.inf, ladder[-1], _CANDIDATES[-1]
        for count in _CANDIDATES:
            searches = {
                value: vectors_bare.refined_search(index, value, count, live) for value in ladder
            }
            value = self._first(searches, share)
            if self._recall(searches[value], share) < RECALL:
                continue
            taken = self._seconds(searches[value], _BATCH)
            if taken < best:
                best, setting, candidates = taken, value, count
        all_the_same = np.full(len(built.probes), setting, np.int64)
        return replace(built, probes=all_the_same, candidates=candidates)

    def _beside(
        self, name: str, theirs: Search, effort: Effort, share: float, setting: str
    ) -> Iterator[Found]:
        """Yield both rates, taken in turns, and their ratio."""
        ours = self._ours(effort, share)
        found = self._recall(ours, share), self._recall(theirs, share)
        for batch in BATCHES:
            times = [
                (self._seconds(ours, batch), self._seconds(theirs, batch)) for _ in range(ROUNDS)
            ]
            mine, other = (
                len(self._queries) / statistics.median(part) for part in zip(*times, strict=True)
            )
            yield {
                "part": "rates",
                "live_percent": round(100 * share),
                "batch": batch,
                "recall": found[0],
                "queries_per_s": mine,
                "beside": name,
                "bare_recall": found[1],
                "bare_queries_per_s": other,
                "ratio": mine / other,
                "setting": setting,
            }

    def _ours(self, effort: Effort, share: float) -> Search:
        segment, live = RabitqSegment(self._arrays, effort), self._live[share]
        return lambda queries: segment.nearest(queries, K, live).position.reshape(len(queries), K)

    def _first(self, searches: Mapping[int, Search], share: float) -> int:
        """Return the first setting that finds enough, or the last."""
        enough = (value for value, each in searches.items() if self._recall(each, share) >= RECALL)
        return next(enough, max(searches))

    def _recall(self, each: Search, share: float) -> float:
        parts = [each(queries) for queries in self._batches(_BATCH)]
        answers = [answer for part in parts for answer in part]
        truth = self._truth[share]
        hits = [np.isin(row, answer).sum() for row, answer in zip(truth, answers, strict=True)]
        return float(sum(hits) / truth.size)

    def _seconds(self, each: Search, batch: int) -> float:
        return processor_seconds(lambda: [each(queries) for queries in self._batches(batch)])

    def _batches(self, size: int) -> Iterator[Queries]:
        for start in range(0, len(self._queries), size):
            yield self._queries[start : start + size]


def _memory(name: str, size: int, seconds: float) -> Found:
    return {"part": "bare indexes", "index": name, "own_mb": size / 1e6, "fill_s": seconds}


def _thresholds(arrays: Arrays, queries: NDArray[np.float32]) -> Iterator[Found]:
    """Yield what is found of all rows within thresholds."""
    segment, value = RabitqSegment(arrays), arrays.unchecked("value")
    every = products.within(value, queries, THRESHOLDS[-1])
    for threshold in THRESHOLDS:
        known = every.product >= threshold
        started = time.process_time()
        found = segment.within(queries, threshold)
        taken = time.process_time() - started
        pairs = every.query[known] * len(value) + every.position[known]
        hits = np.isin(pairs, found.query * len(value) + found.position)
        yield {
            "part": "within thresholds",
            "threshold": threshold,
            "pairs": len(pairs),
            "recall": float(hits.mean()) if len(hits) else 1.0,
            "queries_per_s": len(queries) / taken,
        }
