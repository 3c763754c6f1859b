"""What a segment of 256-bit hashes costs to build, hold and search, beside a bare FAISS index.

Random hashes, of which one in ten is a near duplicate of another, are written as a segment and
asked for with copies of stored hashes that have 8 % of their bits changed. A process of its own
opens the segment, so that memory is the segment's, and only then gives the same hashes to a
``faiss.IndexBinaryFlat``, which answers the same queries. Rates are by processor time, single
queries by the clock.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.evaluation.index_bench.lines import Bar, Line, Value
from raisonne.evaluation.index_bench.steps import Options, Say, run_step, take_step
from raisonne.evaluation.memory import highest_resident_bytes
from raisonne.index.binary_segment import TABLES_FROM_ROWS, BinarySegment, build_binary
from raisonne.index.segment_file import open_segment, write_segment

WIDTH = 32
CHUNK = 1 << 18
COPIED = 10
CHANGED = 0.08
QUERIES = 256
BY_HAND = 8
"""So many queries are also answered without any index."""
PROMISED_ROWS = 10_000_000

BARS = {
    "open_s": Bar(5.0, at_least=False),
    "rss_mb": Bar(2000.0, at_least=False),
    "lookups_per_s_radius_31_batch_256": Bar(1000.0),
}
"""Promised of a segment of up to ``PROMISED_ROWS``."""

Bits = NDArray[np.uint8]
Found = tuple[NDArray[np.int64], NDArray[np.int64]]
"""The query and the position of all that is near."""
Search = Callable[[Bits, int], Found]


def bench_hashes(
    rows: Sequence[int],
    folder: Path,
    *,
    tables_from: int | None = None,
    say: Say = lambda _: None,
) -> Iterator[list[Line]]:
    """Measure segments of several sizes, one after another.

    Args:
        rows: Numbers of hashes.
        folder: Where files are made: some 200 bytes for each hash.
        tables_from: From how many hashes on there are tables; of the index's own choice if None.
        say: Told what is being done.

    Yields:
        For each size a line of each figure: of the segment, of the bare index, and their ratio.

    Raises:
        RaisonneError: If the disk or memory is not enough.
    """
    for count in rows:
        where = folder / str(count)
        where.mkdir()
        options = {"rows": count, "tables_from": tables_from or TABLES_FROM_ROWS}
        say(f"{count:,} hashes: writing a segment")
        written = run_step("hashes", "write", where, options, say)
        say(f"{count:,} hashes: asking")
        found = run_step("hashes", "search", where, options, say)
        (where / "segment").unlink()
        yield _lines(count, {**written, **found["segment"]}, found["flat"])


def _lines(rows: int, ours: dict[str, float], bare: dict[str, float]) -> list[Line]:
    lines = []
    for name, figure in ours.items():
        beside = bare.get(name)
        figures: dict[str, Value] = {
            "rows": rows,
            "figure": name,
            "segment": figure,
            "binary_flat": beside,
            "ratio": None if beside is None else figure / beside,
        }
        held = rows <= PROMISED_ROWS and name in BARS
        bars = {"segment": BARS[name]} if held else {}
        lines.append(Line("hashes", "segment", figures, bars))
    return lines


def hashes(rows: int) -> Iterator[Bits]:
    """Yield random hashes, shape (m, 32); the last tenth of each chunk are near the first."""
    random = np.random.default_rng(1)
    for first in range(0, rows, CHUNK):
        chunk = random.integers(0, 256, (min(CHUNK, rows - first), WIDTH), np.uint8)
        copies = len(chunk) // COPIED
        chunk[len(chunk) - copies :] = _changed(random, chunk[:copies])
        yield chunk


def _changed(random: np.random.Generator, codes: Bits) -> Bits:
    bits = random.random((len(codes), 8 * WIDTH), np.float32) < CHANGED
    return codes ^ np.packbits(bits, axis=1)


def _write(folder: Path, options: Options, say: Say) -> dict[str, float]:
    del say
    rows = options["rows"]
    chunks = list(hashes(rows))
    began = time.perf_counter()
    arrays = build_binary(chunks, rows, WIDTH, options["tables_from"])
    written = write_segment(folder / "segment", arrays, {})
    taken = time.perf_counter() - began
    (folder / "digest").write_text(f"{written.size} {written.digest.hex()}")
    return {
        "build_and_write_s": taken,
        "disk_mb": written.size / 1e6,
        "highest_rss_of_build_mb": highest_resident_bytes() / 1e6,
    }


def _search(folder: Path, options: Options, say: Say) -> dict[str, dict[str, float]]:
    size, digest = (folder / "digest").read_text().split()
    began = time.perf_counter()
    file = open_segment(folder / "segment", int(size), bytes.fromhex(digest))
    ours = {"open_s": time.perf_counter() - began}
    segment = BinarySegment(file)

    def in_segment(queries: Bits, radius: int) -> Found:
        near = segment.within(queries, radius)
        return near.query, near.position

    random = np.random.default_rng(2)
    queries = _changed(random, file.rows("value", random.integers(0, options["rows"], QUERIES)))
    began = time.perf_counter()
    in_segment(queries[:1], 31)
    # All that is searched is verified once.
    ours["first_query_s"] = time.perf_counter() - began
    ours |= _rates(in_segment, queries)
    # Of the whole process, with the libraries and all mapped pages that were touched.
    ours["rss_mb"] = highest_resident_bytes() / 1e6

    say(f"{options['rows']:,} hashes: asking IndexBinaryFlat")
    codes = file.whole("value")
    in_flat, seconds = _flat(codes)
    bare = {"build_and_write_s": seconds, **_rates(in_flat, queries)}
    few = queries[:BY_HAND]
    for radius in (31, 65):
        answers, truth = _pairs(in_segment(queries, radius)), _pairs(in_flat(queries, radius))
        ours[f"recall_radius_{radius}"] = _recall(answers, truth)
        answers, truth = _pairs(in_segment(few, radius)), _by_hand(codes, few, radius)
        ours[f"recall_radius_{radius}_by_hand"] = _recall(answers, truth)
    return {"segment": ours, "flat": bare}


def _flat(codes: Bits) -> tuple[Search, float]:
    """Return a bare index of the same hashes, and how long it took to fill, in seconds."""
    flat = faiss.IndexBinaryFlat(8 * WIDTH)
    began = time.perf_counter()
    for first in range(0, len(codes), CHUNK):
        flat.add(codes[first : first + CHUNK])
    seconds = time.perf_counter() - began
    faiss.omp_set_num_threads(1)

    def search(queries: Bits, radius: int) -> Found:
        ends, _, positions = flat.range_search(queries, radius + 1)
        return np.repeat(np.arange(len(queries)), np.diff(ends.astype(np.int64))), positions

    return search, seconds


def _rates(find: Search, queries: Bits) -> dict[str, float]:
    figures = {}
    for radius, batch, count in ((31, 256, 256), (31, 9, 90), (65, 9, 45)):
        find(queries[:batch], radius)
        began = time.process_time()
        for first in range(0, count, batch):
            find(queries[first : first + batch], radius)
        rate = count / (time.process_time() - began)
        figures[f"lookups_per_s_radius_{radius}_batch_{batch}"] = rate
    for radius, count in ((31, 60), (65, 20)):
        times = []
        for number in range(count):
            began = time.perf_counter()
            find(queries[number : number + 1], radius)
            times.append(1e3 * (time.perf_counter() - began))
        figures[f"single_radius_{radius}_p50_ms"] = float(np.percentile(times, 50))
        figures[f"single_radius_{radius}_p95_ms"] = float(np.percentile(times, 95))
    return figures


def _pairs(found: Found) -> set[tuple[int, int]]:
    return set(zip(found[0].tolist(), found[1].tolist(), strict=True))


def _by_hand(codes: Bits, queries: Bits, radius: int) -> set[tuple[int, int]]:
    found = set()
    for first in range(0, len(codes), CHUNK):
        words = codes[first : first + CHUNK].view(np.uint64)
        for number, query in enumerate(queries.view(np.uint64)):
            distance = np.bitwise_count(words ^ query).sum(axis=1, dtype=np.int32)
            found |= {(number, first + int(row)) for row in np.flatnonzero(distance <= radius)}
    return found


def _recall(found: set[tuple[int, int]], truth: set[tuple[int, int]]) -> float:
    """Return the share of the truth that was found; -1 if anything else was found too."""
    return -1.0 if found - truth else len(found) / len(truth)


if __name__ == "__main__":
    sys.exit(take_step({"write": _write, "search": _search}))
