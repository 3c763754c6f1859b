"""What a segment of float16 vectors costs to build, hold and search, beside bare FAISS indexes.

``python -m tests.perf.float_index --rows 100000,1000000`` makes 512-d vectors of 48 latent
dimensions in clusters of Zipf's sizes, writes them as a segment and asks for copies of products 0.7
to 0.97 with stored ones, with all, half, a tenth and a hundredth of the rows live.

The segment is opened first, so that memory is the segment's; then the same vectors are given to
bare indexes in memory, one after another, with the segment's centroids. All are tuned in the same
run to find 0.95 of the ten nearest. RaBitQ's own order never does, so the bare IndexIVFRaBitQ is
asked for as many candidates as the segment multiplies, and what is found counts if it is among
them. The segment is also asked as it was built, where more effort is made. One thread; rates are by
processor time, in turns, medians. Files stay in ``--folder``, so a second run needs no build.
"""

from __future__ import annotations

import argparse
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from raisonne.index import products
from raisonne.index.float_segment import FloatSegment, build_float
from raisonne.index.rabitq import RabitqSegment
from raisonne.index.rabitq_effort import Effort
from raisonne.index.segment_file import open_segment, write_segment

D, LATENT, CLUSTERS = 512, 48, 2000
CHUNK = 20_000
K, RECALL = 10, 0.95
BATCHES = (1, 64)
ROUNDS = 3
SHARES = (1.0, 0.5, 0.1, 0.01)
GRAPH_ROWS = 100_000

Search = Callable[[np.ndarray], np.ndarray]
"""Maps queries, shape (q, d), to positions, shape (q, at least K); -1 for none."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", default="100000")
    parser.add_argument("--queries", type=int, default=256)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--build-only", action="store_true", help="what the benchmark asks itself")
    options = parser.parse_args()
    faiss.omp_set_num_threads(1)
    faiss.cvar.distance_compute_blas_threshold = 4096
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or Path(made)
        folder.mkdir(exist_ok=True)
        for rows in map(int, options.rows.split(",")):
            if options.build_only:
                build(folder / f"{rows}.seg", folder / f"{rows}.json", rows)
            else:
                measure(folder, rows, options.queries)
    return 0


def measure(folder: Path, rows: int, count: int) -> None:
    path, said = folder / f"{rows}.seg", folder / f"{rows}.json"
    if not said.exists():
        command = [sys.executable, "-m", "tests.perf.float_index", "--build-only"]
        subprocess.run([*command, "--rows", str(rows), "--folder", str(folder)], check=True)
    facts = json.loads(said.read_text())
    before, started = resident(), time.perf_counter()
    file = open_segment(path, facts["size"], bytes.fromhex(facts["digest"]))
    segment = FloatSegment(file)
    segment.nearest(np.zeros((1, D), np.float32) + D**-0.5, K)
    opened = time.perf_counter() - started
    queries = copies(file.unchecked("value"), count)
    searched = resident()
    for start in range(0, count, 64):
        segment.nearest(queries[start : start + 64], K)
    grown = {kind: resident()[kind] - before[kind] for kind in before}
    effort = RabitqSegment(file).effort
    print(
        f"\n{rows} rows: build {facts['build_s']:.1f} s processor time, file "
        f"{path.stat().st_size / 1e6:.0f} MB of which vectors {rows * D * 2 / 1e6:.0f}, open and "
        f"first answer {opened * 1e3:.0f} ms; resident after {count} queries: own "
        f"{grown['RssAnon'] / 1e6:.0f} MB, mapped {grown['RssFile'] / 1e6:.0f} MB (of which "
        f"{(searched['RssFile'] - before['RssFile']) / 1e6:.0f} before them)\n"
        f"as built: probes {effort.probes.tolist()} of {len(file.unchecked('centroids'))} lists, "
        f"{effort.candidates} candidates, margin {effort.margin:.2f}"
    )
    compare(file, queries)


def compare(file: Any, queries: np.ndarray) -> None:
    value, rows = file.unchecked("value"), len(file.unchecked("value"))
    rng = np.random.default_rng(8)
    masks = {
        share: None if share == 1 else np.packbits(rng.random(rows) < share, bitorder="little")
        for share in SHARES
    }
    truth = {
        share: products.nearest(value, queries, K, live).position.reshape(-1, K)
        for share, live in masks.items()
    }
    print(f"{'index':34}{'live':>6}{'batch':>6}{'recall':>8}{'q/s':>8}{'ours/it':>9}  setting")
    bare, megabytes = rabitq(file)
    tuned = {
        share: compare_codes(file, bare, queries, truth[share], share, live)
        for share, live in masks.items()
    }
    print(f"IndexIVFRaBitQ takes {megabytes:.0f} MB of memory of its own")
    del bare
    compare_floats("IndexIVFFlat", flat, file, queries, truth, masks, tuned)
    if rows <= GRAPH_ROWS:
        compare_floats("IndexHNSWFlat", graph, file, queries, truth, masks, tuned)
    thresholds(file, queries)


def compare_floats(
    name: str,
    make: Callable[[Any], tuple[Any, str, list[int]]],
    file: Any,
    queries: np.ndarray,
    truth: dict[float, np.ndarray],
    masks: dict[float, np.ndarray | None],
    tuned: dict[float, Effort],
) -> None:
    before, started = resident()["RssAnon"], time.process_time()
    index, knob, ladder = make(file)
    print(
        f"{name} takes {(resident()['RssAnon'] - before) / 1e6:.0f} MB of its own, built in "
        f"{time.process_time() - started:.0f} s"
    )
    for share, live in masks.items():
        ours = with_effort(file, tuned[share], live)
        searches = {value: with_knob(index, knob, value, live) for value in ladder}
        setting = first(searches, queries, truth[share])
        report(name, ours, searches[setting], queries, truth[share], share, setting)


def compare_codes(
    file: Any,
    bare: Any,
    queries: np.ndarray,
    known: np.ndarray,
    share: float,
    live: np.ndarray | None,
) -> Effort:
    built = RabitqSegment(file).effort
    probes = built.probes_for(
        K, round(share * len(file.unchecked("value"))), len(file.unchecked("value"))
    )
    print(
        line("segment, as built", share, 64, recall(with_effort(file, built, live), queries, known))
    )
    ladder = sorted(
        {max(1, round(probes * part)) for part in (0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1, 1.3, 2)}
    )
    best = None
    for candidates in (48, 64, 96, 128, 192, 256, 384):
        searches = {value: bare_codes(bare, value, candidates, live) for value in ladder}
        setting = first(searches, queries, known)
        search = searches[setting]
        if recall(search, queries, known) < RECALL:
            continue
        taken = seconds(search, queries, 64)
        if best is None or taken < best[0]:
            best = taken, setting, candidates
    if best is None:
        raise SystemExit("No setting finds enough.")
    _, setting, candidates = best
    effort = replace(built, probes=np.full(len(built.probes), setting), candidates=candidates)
    ours, theirs = with_effort(file, effort, live), bare_codes(bare, setting, candidates, live)
    own = recall(bare_codes(bare, setting, K, live), queries, known)
    note = f"{setting} probes, {candidates} candidates (its own first ten: {own:.2f})"
    report("IndexIVFRaBitQ", ours, theirs, queries, known, share, note)
    return effort


def report(
    name: str,
    ours: Search,
    theirs: Search,
    queries: np.ndarray,
    known: np.ndarray,
    share: float,
    setting: object,
) -> None:
    """Print both rates, taken in turns, and their ratio."""
    found = recall(ours, queries, known), recall(theirs, queries, known)
    for batch in BATCHES:
        times = [
            (seconds(ours, queries, batch), seconds(theirs, queries, batch)) for _ in range(ROUNDS)
        ]
        mine, other = (len(queries) / statistics.median(part) for part in zip(*times, strict=True))
        print(line("segment, tuned", share, batch, found[0], mine))
        print(line(name, share, batch, found[1], other, mine / other, setting))


def line(
    name: str,
    share: float,
    batch: int,
    found: float,
    rate: float | None = None,
    ratio: float | None = None,
    setting: object = "",
) -> str:
    rates = f"{rate:8.0f}" if rate else " " * 8
    ratios = f"{ratio:9.2f}" if ratio else " " * 9
    return f"{name:34}{share:6.0%}{batch:6}{found:8.3f}{rates}{ratios}  {setting}"


def first(searches: dict[int, Search], queries: np.ndarray, known: np.ndarray) -> int:
    """Return the first setting that finds enough, or the last."""
    enough = (
        value for value, search in searches.items() if recall(search, queries, known) >= RECALL
    )
    return next(enough, max(searches))


def recall(search: Search, queries: np.ndarray, known: np.ndarray) -> float:
    parts = [search(queries[start : start + 64]) for start in range(0, len(queries), 64)]
    hits = [
        np.isin(row, answer).sum()
        for rows, answers in zip(np.split(known, range(64, len(known), 64)), parts, strict=True)
        for row, answer in zip(rows, answers, strict=True)
    ]
    return sum(hits) / known.size


def seconds(search: Search, queries: np.ndarray, batch: int) -> float:
    started = time.process_time()
    for start in range(0, len(queries), batch):
        search(queries[start : start + batch])
    return time.process_time() - started


def with_effort(file: Any, effort: Effort, live: np.ndarray | None) -> Search:
    segment = RabitqSegment(file, effort)
    return lambda queries: segment.nearest(queries, K, live).position.reshape(len(queries), K)


def selector(live: np.ndarray | None) -> Any:
    return None if live is None else faiss.IDSelectorBitmap(live)


def bare_codes(index: Any, probes: int, count: int, live: np.ndarray | None) -> Search:
    parameters = faiss.SearchParametersIVF(sel=selector(live), nprobe=probes)
    return lambda queries: index.search(queries, count, params=parameters)[1]


def with_knob(index: Any, knob: str, value: int, live: np.ndarray | None) -> Search:
    kind = faiss.SearchParametersIVF if knob == "nprobe" else faiss.SearchParametersHNSW
    parameters = kind(sel=selector(live), **{knob: value})
    return lambda queries: index.search(queries, K, params=parameters)[1]


def rabitq(file: Any) -> tuple[Any, float]:
    coarse = faiss.IndexFlatIP(D)
    coarse.add(np.ascontiguousarray(file.whole("centroids")))
    index = faiss.IndexIVFRaBitQ(coarse, D, coarse.ntotal, faiss.METRIC_INNER_PRODUCT)
    fill(file, index)
    return index, (index.ntotal * (index.code_size + 8) + coarse.ntotal * D * 4) / 1e6


def flat(file: Any) -> tuple[Any, str, list[int]]:
    coarse = faiss.IndexFlatIP(D)
    coarse.add(np.ascontiguousarray(file.whole("centroids")))
    index = faiss.IndexIVFFlat(coarse, D, coarse.ntotal, faiss.METRIC_INNER_PRODUCT)
    fill(file, index)
    return index, "nprobe", [16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 1024]


def graph(file: Any) -> tuple[Any, str, list[int]]:
    index = faiss.IndexHNSWFlat(D, 32, faiss.METRIC_INNER_PRODUCT)
    for chunk in chunks(file.unchecked("value")):
        index.add(chunk.astype(np.float32))
    return index, "efSearch", [16, 32, 64, 96, 128, 192, 256, 512, 1024]


def fill(file: Any, index: Any) -> None:
    """Add the vectors to the lists that the segment has them in, which saves most of the time."""
    index.is_trained = True
    value, lists, starts = (file.unchecked(n) for n in ("value", "lists", "list_starts"))
    assigned = np.empty(len(value), np.int64)
    for number, (start, stop) in enumerate(itertools.pairwise(starts)):
        block = lists[start:stop].reshape(-1)
        assigned[block[len(block) - 8 * (stop - start) :].view("<i8")] = number
    position = 0
    for chunk in chunks(value):
        wide, here = chunk.astype(np.float32), assigned[position : position + len(chunk)].copy()
        index.add_core(len(wide), faiss.swig_ptr(wide), None, faiss.swig_ptr(here))
        position += len(chunk)


def thresholds(file: Any, queries: np.ndarray) -> None:
    """Print what is found of all rows within thresholds."""
    segment, value = RabitqSegment(file), file.unchecked("value")
    for threshold in (0.9, 0.8, 0.7, 0.6):
        known = products.within(value, queries, threshold)
        started = time.process_time()
        found = segment.within(queries, threshold)
        taken = time.process_time() - started
        every = known.query * len(value) + known.position
        hits = np.isin(every, found.query * len(value) + found.position)
        share = hits.mean() if len(hits) else 1.0
        rate = len(queries) / taken
        print(f"within {threshold}: {len(every)} pairs, recall {share:.3f}, {rate:.0f} q/s")


def chunks(value: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(value), CHUNK):
        yield value[start : start + CHUNK]


class Made:
    """Synthetic vectors, the same each time."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def __iter__(self) -> Iterator[np.ndarray]:
        world = np.random.default_rng(1234)
        first = world.standard_normal((LATENT, 192), np.float32) / LATENT**0.5
        second = world.standard_normal((192, D), np.float32) / 192**0.5
        centres = world.standard_normal((CLUSTERS, LATENT), np.float32)
        rng = np.random.default_rng(0)
        for start in range(0, self.rows, CHUNK):
            count = min(CHUNK, self.rows - start)
            latent = centres[rng.zipf(1.3, count) % CLUSTERS]
            latent = latent + 0.7 * rng.standard_normal((count, LATENT), np.float32)
            vectors = np.tanh(latent @ first) @ second
            vectors += 0.075 * rng.standard_normal((count, D), np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            yield vectors.astype(np.float16)


def build(path: Path, said: Path, rows: int) -> None:
    raw = path.with_suffix(".raw")
    with raw.open("wb") as out:
        for chunk in Made(rows):
            out.write(chunk.data)
    value = np.memmap(raw, np.float16, "r", shape=(rows, D))
    started = time.process_time()
    written = write_segment(path, build_float(list(chunks(value)), rows, D), {})
    taken = time.process_time() - started
    said.write_text(
        json.dumps({"size": written.size, "digest": written.digest.hex(), "build_s": taken})
    )
    raw.unlink()


def copies(value: np.ndarray, count: int) -> np.ndarray:
    """Return noisy copies of some vectors, in no order."""
    rng = np.random.default_rng(7)
    originals = value[rng.choice(len(value), count, replace=False)].astype(np.float32)
    noise = rng.standard_normal(originals.shape, np.float32)
    noise -= (noise * originals).sum(axis=1, keepdims=True) * originals
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    product = rng.uniform(0.7, 0.97, (count, 1)).astype(np.float32)
    return product * originals + np.sqrt(1 - product**2) * noise


def resident() -> dict[str, int]:
    """Return the process's resident bytes, its own and those of mapped files."""
    lines = (line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return {
        name: int(text.split()[0]) * 1024 for name, text in lines if name in ("RssAnon", "RssFile")
    }


if __name__ == "__main__":
    sys.exit(main())
