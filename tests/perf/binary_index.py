"""What a segment of 256-bit hashes costs to build, hold and search, beside a bare FAISS index.

``python -m tests.perf.binary_index --rows 100000,1000000,10000000`` makes random hashes of which
one in ten is a near duplicate of another, writes them as a segment, and asks for copies of stored
hashes with 8 % of the bits changed. A process of its own opens the segment, so that memory is the
segment's, and only then gives the same hashes to a ``faiss.IndexBinaryFlat``, which answers the
same queries. One thread; rates are by processor time, single queries by the clock.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import faiss
import numpy as np

from raisonne.index.binary_segment import BinarySegment, build_binary
from raisonne.index.segment_file import open_segment, write_segment

WIDTH = 32
CHUNK = 1 << 18
COPIED = 10
CHANGED = 0.08
QUERIES = 256
BY_HAND = 8

Search = Callable[[np.ndarray, int], tuple[np.ndarray, np.ndarray]]
"""Returns the query and the position of all that is near."""
Figures = dict[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="100000,1000000,10000000")
    parser.add_argument(
        "--tables-from", type=int, help="rows; of the segment's own choice if absent"
    )
    parser.add_argument("--folder", type=Path, help="where to write")
    parser.add_argument("--step", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        steps = {"write": write, "search": search}
        print(json.dumps(steps[options.step[0]](options.folder, int(options.step[1]), options)))
        return 0
    for rows in map(int, options.rows.split(",")):
        with tempfile.TemporaryDirectory(dir=options.folder) as folder:
            figures = {step: child(step, rows, folder, options) for step in ("write", "search")}
        show(rows, figures["write"], figures["search"])
    return 0


def child(step: str, rows: int, folder: str, options: argparse.Namespace) -> dict[str, Figures]:
    command = [sys.executable, "-m", "tests.perf.binary_index", "--step", step, str(rows)]
    command += ["--folder", folder]
    if options.tables_from is not None:
        command += ["--tables-from", str(options.tables_from)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def hashes(rows: int) -> Iterator[np.ndarray]:
    """Yield random hashes; the last tenth of each chunk are near the first."""
    random = np.random.default_rng(1)
    for first in range(0, rows, CHUNK):
        chunk = random.integers(0, 256, (min(CHUNK, rows - first), WIDTH), np.uint8)
        copies = len(chunk) // COPIED
        chunk[len(chunk) - copies :] = changed(random, chunk[:copies])
        yield chunk


def changed(random: np.random.Generator, codes: np.ndarray) -> np.ndarray:
    bits = random.random((len(codes), 8 * WIDTH), np.float32) < CHANGED
    return codes ^ np.packbits(bits, axis=1)


def write(folder: Path, rows: int, options: argparse.Namespace) -> dict[str, Figures]:
    chosen = {} if options.tables_from is None else {"tables_from": options.tables_from}
    chunks = list(hashes(rows))
    began = time.perf_counter()
    digest = write_segment(folder / "segment", build_binary(chunks, rows, WIDTH, **chosen), {})
    (folder / "digest").write_text(f"{digest.size} {digest.digest.hex()}")
    taken = time.perf_counter() - began
    figures = {"build and write, s": taken, "bytes on disk, MB": digest.size / 1e6}
    return {"ours": {**figures, "build: highest RSS, MB": highest_memory()}}


def search(folder: Path, rows: int, options: argparse.Namespace) -> dict[str, Figures]:
    size, digest = (folder / "digest").read_text().split()
    began = time.perf_counter()
    file = open_segment(folder / "segment", int(size), bytes.fromhex(digest))
    ours = {"open, s": time.perf_counter() - began}
    segment = BinarySegment(file)

    def in_segment(queries: np.ndarray, radius: int) -> tuple[np.ndarray, np.ndarray]:
        near = segment.within(queries, radius)
        return near.query, near.position

    random = np.random.default_rng(2)
    queries = changed(random, file.rows("value", random.integers(0, rows, QUERIES)))
    began = time.perf_counter()
    in_segment(queries[:1], 31)
    ours["first query (all is verified), s"] = time.perf_counter() - began
    ours |= rates(in_segment, queries)
    # Of the whole process, with the libraries and all mapped pages that were touched.
    ours["RSS, MB"] = highest_memory()

    codes = file.whole("value")
    flat = faiss.IndexBinaryFlat(8 * WIDTH)
    began = time.perf_counter()
    for first in range(0, rows, CHUNK):
        flat.add(codes[first : first + CHUNK])
    bare = {"build and write, s": time.perf_counter() - began}
    faiss.omp_set_num_threads(1)

    def in_flat(queries: np.ndarray, radius: int) -> tuple[np.ndarray, np.ndarray]:
        ends, _, positions = flat.range_search(queries, radius + 1)
        return np.repeat(np.arange(len(queries)), np.diff(ends.astype(np.int64))), positions

    bare |= rates(in_flat, queries)
    for radius in (31, 65):
        name = f"recall r={radius}"
        ours[name] = recall(pairs(in_segment(queries, radius)), pairs(in_flat(queries, radius)))
        few = queries[:BY_HAND]
        name = f"recall r={radius}, by hand"
        ours[name] = recall(pairs(in_segment(few, radius)), by_hand(codes, few, radius))
    return {"ours": ours, "flat": bare}


def highest_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def rates(find: Search, queries: np.ndarray) -> Figures:
    figures = {}
    for radius, batch, count in ((31, 256, 256), (31, 9, 90), (65, 9, 45)):
        find(queries[:batch], radius)
        began = time.process_time()
        for first in range(0, count, batch):
            find(queries[first : first + batch], radius)
        figures[f"lookups/s r={radius}, batch {batch}"] = count / (time.process_time() - began)
    for radius, count in ((31, 60), (65, 20)):
        times = []
        for number in range(count):
            began = time.perf_counter()
            find(queries[number : number + 1], radius)
            times.append(1e3 * (time.perf_counter() - began))
        figures[f"single r={radius} p50, ms"] = float(np.percentile(times, 50))
        figures[f"single r={radius} p95, ms"] = float(np.percentile(times, 95))
    return figures


def pairs(found: tuple[np.ndarray, np.ndarray]) -> set[tuple[int, int]]:
    return set(zip(found[0].tolist(), found[1].tolist(), strict=True))


def by_hand(codes: np.ndarray, queries: np.ndarray, radius: int) -> set[tuple[int, int]]:
    found = set()
    for first in range(0, len(codes), CHUNK):
        words = codes[first : first + CHUNK].view(np.uint64)
        for number, query in enumerate(queries.view(np.uint64)):
            distance = np.bitwise_count(words ^ query).sum(axis=1, dtype=np.int32)
            found |= {(number, first + int(row)) for row in np.flatnonzero(distance <= radius)}
    return found


def recall(found: set[tuple[int, int]], truth: set[tuple[int, int]]) -> float:
    """Return the share of the truth that was found; -1 if anything else was found too."""
    return -1.0 if found - truth else len(found) / len(truth)


def show(rows: int, written: Mapping[str, Figures], searched: Mapping[str, Figures]) -> None:
    print(f"\n{f'{rows:,} rows':40}{'segment':>12}{'BinaryFlat':>12}{'ratio':>9}")
    for name, ours in {**written["ours"], **searched["ours"]}.items():
        bare = searched["flat"].get(name)
        beside = "" if bare is None else f"{bare:12.3f}{ours / bare:9.2f}"
        print(f"{name:40}{ours:12.3f}{beside}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
