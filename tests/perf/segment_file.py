"""What verifying or decrypting a segment costs, beside an array that is mapped unverified.

``python -m tests.perf.segment_file [FOLDER]`` writes a segment of 1 GB plain and sealed, and the
same array as numpy stores it; every line is measured on all three, one after the other, with the
files in the system's cache. ``--cold`` drops them from it before each file is opened.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from raisonne.index.arrays import Chunks
from raisonne.index.segment_file import SegmentFile, open_segment, write_segment

WIDTH = 512
ROWS_A_PART = 16384
RANGES = 64
KEY = bytes(range(32))
KINDS = ("np.load", "plain", "sealed")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of 1 KiB each")
    parser.add_argument("--cold", action="store_true")
    parser.add_argument("--share-of", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.share_of:
        print(touched_share(*options.share_of))
        return 0
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        compare(Path(folder), options.rows, cold=options.cold)
    return 0


def compare(folder: Path, rows: int, *, cold: bool) -> None:
    gigabytes = rows * WIDTH * 2 / 1e9
    digests, table = {}, {}
    for kind in KINDS:
        began = time.perf_counter()
        digests[kind] = write(folder, kind, rows)
        table[kind] = {"write, GB/s": gigabytes / (time.perf_counter() - began)}
    for kind in KINDS:
        line = table[kind]
        line["open, ms"] = 1e3 * median(lambda kind=kind: load(folder, kind, digests[kind]))
        if cold:
            drop(folder / kind)
        vectors = load(folder, kind, digests[kind])
        line["first touch of all, GB/s"] = gigabytes / seconds(lambda v=vectors: read_all(v))
        line["second, GB/s"] = gigabytes / seconds(lambda v=vectors: read_all(v))
        if cold:
            drop(folder / kind)
        line.update(small_steps(load(folder, kind, digests[kind]), rows))
        line["MB resident for 1 %"] = share(folder, kind, digests[kind])
    show(table)


def small_steps(vectors: SegmentFile | np.ndarray, rows: int) -> dict[str, float]:
    """Return the cost of gathering rows and of checks, in microseconds."""
    chance = np.random.default_rng(2)
    positions = chance.choice(rows, RANGES, replace=False)
    starts = chance.integers(0, rows - 100, RANGES)
    stops = starts + chance.integers(1, 100, RANGES)
    first = 1e6 * seconds(lambda: gather(vectors, positions))
    figures = {
        f"{RANGES} rows, first, us": first,
        f"{RANGES} rows, again, us": 1e6 * median(lambda: gather(vectors, positions)),
    }
    if isinstance(vectors, SegmentFile):
        vectors.check("vectors", starts, stops)
        again = 1e6 * median(lambda: vectors.check("vectors", starts, stops))
        figures[f"check of {RANGES} ranges, again, us"] = again
    return figures


def write(folder: Path, kind: str, rows: int) -> tuple[int, bytes]:
    if kind == "np.load":
        array = np.lib.format.open_memmap(folder / kind, "w+", np.float16, (rows, WIDTH))
        start = 0
        for part in parts(rows):
            array[start : start + len(part)] = part
            start += len(part)
        array.flush()
        return 0, b""
    arrays = {"vectors": Chunks(np.float16, (rows, WIDTH), parts(rows))}
    written = write_segment(folder / kind, arrays, {}, KEY if kind == "sealed" else None)
    return written.size, written.digest


def parts(rows: int) -> Iterator[np.ndarray]:
    noise = np.random.default_rng(1).integers(0, 2**16, (ROWS_A_PART, WIDTH), np.uint16)
    for start in range(0, rows, ROWS_A_PART):
        yield noise[: rows - start].view(np.float16)


def load(folder: Path, kind: str, digest: tuple[int, bytes]) -> SegmentFile | np.ndarray:
    if kind == "np.load":
        return np.load(folder / kind, mmap_mode="r")
    return open_segment(folder / kind, *digest, KEY if kind == "sealed" else None)


def read_all(vectors: SegmentFile | np.ndarray) -> int:
    """Touch every page, so that mapping it is paid for everywhere."""
    array = vectors.whole("vectors") if isinstance(vectors, SegmentFile) else vectors
    return int(array.view(np.uint16)[::4].max(initial=0, axis=0)[0])


def gather(vectors: SegmentFile | np.ndarray, positions: np.ndarray) -> np.ndarray:
    if isinstance(vectors, SegmentFile):
        return vectors.rows("vectors", positions)
    return vectors[positions]


def share(folder: Path, kind: str, digest: tuple[int, bytes]) -> float:
    """Ask a process of its own, so that nothing else is resident."""
    command = [sys.executable, "-m", "tests.perf.segment_file", "--share-of"]
    told = [str(folder), kind, str(digest[0]), digest[1].hex()]
    return float(subprocess.run([*command, *told], capture_output=True, check=True).stdout)


def touched_share(folder: str, kind: str, size: str, digest: str) -> float:
    """Return what reading one MiB in a hundred adds to the process, in MB."""
    before = resident()
    vectors = load(Path(folder), kind, (int(size), bytes.fromhex(digest)))
    array = vectors.unchecked("vectors") if isinstance(vectors, SegmentFile) else vectors
    count = 2**20 // (2 * WIDTH)
    starts = np.arange(0, len(array) - count, 100 * count)
    if isinstance(vectors, SegmentFile):
        vectors.check("vectors", starts, starts + count)
    for start in starts:
        array[start : start + count].view(np.uint16).max()
    return (resident() - before) / 1e6


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def drop(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def median(work: Callable[[], object]) -> float:
    return statistics.median(seconds(work) for _ in range(101))


def show(table: dict[str, dict[str, float]]) -> None:
    print(f"{'':32}" + "".join(f"{kind:>10}{'ratio':>8}" for kind in KINDS))
    for name in table["plain"]:
        base = table["np.load"].get(name)
        cells = ""
        for kind in KINDS:
            figure = table[kind].get(name)
            cells += f"{figure:10.2f}" if figure is not None else f"{'-':>10}"
            cells += f"{figure / base:8.2f}" if figure is not None and base else f"{'-':>8}"
        print(f"{name:32}{cells}")


if __name__ == "__main__":
    sys.exit(main())
