"""How long the lookup of local features takes, from a thousand works to a million.

Pictures are registered, and mixtures of their points, and written as a segment; then changed copies
of some are looked up, and pictures that are not registered. Beside the segment stands the index in
memory, while works are few. A process of its own holds each. Times are of the processor, in one
thread, so that other programs disturb them little.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import cv2
import faiss
import numpy as np
from numpy.typing import NDArray

from raisonne.evaluation.index_bench.lines import Line
from raisonne.evaluation.index_bench.points_made import (
    Query,
    Works,
    prepare,
    prepared_in,
)
from raisonne.evaluation.index_bench.steps import Options, Say, run_step, take_step
from raisonne.evaluation.memory import resident_bytes
from raisonne.fingerprint.local import ALGORITHM
from raisonne.index.arrays import Chunks
from raisonne.index.local_segment import LocalSegment, build_local
from raisonne.index.local_space import LocalHits, LocalSpace
from raisonne.index.segment_file import open_segment, write_segment
from raisonne.matching.voting import count_votes
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind, WorkFingerprint

NEAREST = VOTED = 8


def bench_points(
    works: Sequence[int],
    folder: Path,
    *,
    pictures: Sequence[Path] = (),
    drawn: int = 300,
    queries: int = 40,
    in_memory: int = 100_000,
    values: bool = False,
    say: Say = lambda _: None,
) -> Iterator[list[Line]]:
    """Measure indexes of several sizes, one after another, the smallest first.

    Args:
        works: Sizes.
        folder: Where files are made: some 12 kB for each work while a segment is built.
        pictures: Folders of different pictures, more than ``queries``; the last ones are asked for
            without being registered.
        drawn: How many pictures are drawn where no folder is given.
        queries: How many copies are asked for, and how many pictures that are not registered.
        in_memory: Up to how many works the index in memory is made.
        values: Whether the packed features are written too, which no lookup reads.
        say: Told what is being done.

    Yields:
        For each size a line for each index, with ratios to the smallest.

    Raises:
        RaisonneError: If there are too few pictures, or the disk or memory is not enough.
    """
    options = {"pictures": [str(each) for each in pictures], "drawn": drawn, "queries": queries}
    run_step("points", "prepare", folder, options, say)
    bases: dict[str, float] = {}
    for count in sorted(works):
        asked = {"works": count, "values": values}
        say(f"{count:,} works: writing a segment")
        written = run_step("points", "write", folder, asked, say)
        say(f"{count:,} works: asking")
        found = run_step("points", "search", folder, written, say)
        (folder / "segment").unlink()
        lines = [_line(count, "segment", {**written["figures"], **found}, bases)]
        if count <= in_memory:
            say(f"{count:,} works: in memory")
            found = run_step("points", "memory", folder, asked, say)
            lines.append(_line(count, "memory", found, bases))
        yield lines


def _line(works: int, index: str, found: dict[str, float], bases: dict[str, float]) -> Line:
    ratio = found["clean_p50_ms"] / bases.setdefault(index, found["clean_p50_ms"])
    return Line(
        "points", "lookups", {"works": works, "index": index, **found, "clean_ratio": ratio}
    )


def _write(folder: Path, options: Options, say: Say) -> dict[str, Any]:
    del say
    count = options["works"]
    works = Works(prepared_in(folder).registered, count)
    began = time.thread_time()
    arrays = dict(build_local(works, count, folder))
    value = arrays["value"]
    if not options["values"]:
        # As large as all the rest.
        arrays["value"] = Chunks(np.uint8, (0,), [])
    drawn = works.seconds
    written = write_segment(folder / "segment", arrays, {})
    if options["values"]:
        drawn += works.seconds
    unwritten = 0 if options["values"] else value.shape[0]
    figures = {
        "build_s": time.thread_time() - began - drawn,
        "bytes_per_work": (written.size + unwritten) / count,
    }
    return {"size": written.size, "digest": written.digest.hex(), "figures": figures}


def _search(folder: Path, options: Options, say: Say) -> dict[str, float]:
    del say
    file = open_segment(folder / "segment", options["size"], bytes.fromhex(options["digest"]))
    return _asked(folder, LocalSegment(file))


def _memory(folder: Path, options: Options, say: Say) -> dict[str, float]:
    del say
    count = options["works"]
    works = Works(prepared_in(folder).registered, count)
    space, before, row = LocalSpace(), resident_bytes(), 0
    began = time.thread_time()
    for batch in works:
        space.change([_entry(row + place, value) for place, value in enumerate(batch)], [])
        row += len(batch)
    seconds = time.thread_time() - began - works.seconds
    size = (resident_bytes() - before) / count
    return {"build_s": seconds, "bytes_per_work": size, **_asked(folder, space)}


def _entry(row: int, value: bytes) -> WorkFingerprint:
    fingerprint = Fingerprint(FingerprintKind.LOCAL, ALGORITHM, value, 80)
    return WorkFingerprint(row, "t", f"works/{row}", f"assets/{row}", fingerprint)


class Searched(Protocol):
    """What is asked: a segment, or the index in memory."""

    def search(
        self, descriptors: NDArray[np.float32], words: NDArray[np.int64], nearest: int, /
    ) -> LocalHits:
        """See ``LocalSegment``."""
        ...


def _asked(folder: Path, index: Searched) -> dict[str, float]:
    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)
    prepared = prepared_in(folder)
    # What is touched first is read from the disk and verified.
    _timed(index, [*prepared.copies, *prepared.clean])
    copies, found = _timed(index, prepared.copies)
    clean, _ = _timed(index, prepared.clean)
    return {
        "rss_mb": resident_bytes() / 1e6,
        "copy_p50_ms": float(np.percentile(copies, 50)),
        "copy_p95_ms": float(np.percentile(copies, 95)),
        "recall": found,
        "clean_p50_ms": float(np.percentile(clean, 50)),
        "clean_p95_ms": float(np.percentile(clean, 95)),
    }


def _timed(index: Searched, queries: Sequence[Query]) -> tuple[list[float], float]:
    """Return milliseconds, and the share of queries whose work is among the most voted for."""
    times, found = [], 0
    for query in queries:
        began = time.thread_time()
        hits = index.search(query.forms.descriptors, query.forms.lists, NEAREST)
        times.append(1e3 * (time.thread_time() - began))
        counted = np.ones(len(query.forms.forms[0]), np.bool_)
        voted = count_votes(query.forms, hits, counted, VOTED)
        found += any(candidate.slot == query.position for candidate in voted)
    return times, found / len(queries)


if __name__ == "__main__":
    sys.exit(take_step({"prepare": prepare, "write": _write, "search": _search, "memory": _memory}))
