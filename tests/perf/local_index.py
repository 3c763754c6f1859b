"""How long the lookup of local features takes, from a thousand works to a million.

``python -m tests.perf.local_index --works 1000,10000`` registers real pictures and copies of their
points in which half of each code is that of another point of the same word, writes them as a
segment, maps it, and looks up changed copies of registered pictures and pictures that are not.
Pictures come from the folders ``registry`` and ``more`` in that of ``--pictures``; without them,
collages are drawn. Beside the segment stands the index in memory, up to ``--in-memory`` works.
Times are of the processor, in one thread, so that other programs disturb them little.
"""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import cv2
import faiss
import numpy as np
from PIL import Image, ImageDraw

from raisonne.evaluation.engines import encode, sample_of
from raisonne.fingerprint.local import ALGORITHM
from raisonne.fingerprint.query_forms import QueryForms, query_forms
from raisonne.fingerprint.vocabulary import local_fingerprint
from raisonne.index.arrays import Chunks, NewArrays
from raisonne.index.local_segment import LocalSegment, build_local
from raisonne.index.local_space import LocalHits, LocalSpace
from raisonne.matching.voting import count_votes
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind, WorkFingerprint

BATCH = 500
NEAREST = VOTED = 8
BODY = 6 + 64 * 64
POINT = np.dtype([("word", "<u2"), ("place", "u1", 6), ("code", "u1", 32)])


class Searched(Protocol):
    def search(self, descriptors: np.ndarray, words: np.ndarray, nearest: int, /) -> LocalHits: ...


@dataclass(frozen=True)
class Query:
    """A changed copy of the work at ``position``; of none if that is negative."""

    position: int
    forms: QueryForms


class Works:
    """Packed features: of real pictures first, then of mixtures of their points.

    Args:
        real: Of pictures.
        count: How many works.
    """

    def __init__(self, real: list[bytes], count: int) -> None:
        self._real = real[:count]
        self._count = count
        points = np.concatenate([np.frombuffer(value[BODY:], POINT) for value in real])
        self._points = points[np.argsort(points["word"], kind="stable")]
        self._starts = np.searchsorted(self._points["word"], np.arange(4097))
        self._head = np.array([640, 480, 300], "<u2").tobytes() + bytes(64 * 64)
        self.seconds = 0.0

    def __iter__(self) -> Iterator[list[bytes]]:
        self.seconds = 0.0
        yield self._real
        for first in range(len(self._real), self._count, BATCH):
            began = time.thread_time()
            batch = self._mixed(min(BATCH, self._count - first), first)
            self.seconds += time.thread_time() - began
            yield batch

    def _mixed(self, works: int, seed: int) -> list[bytes]:
        chance = np.random.default_rng(seed)
        one = chance.integers(len(self._points), size=works * 300)
        mixed = self._points[one]
        first, end = self._starts[mixed["word"]], self._starts[mixed["word"] + 1]
        other = first + (chance.random(len(one)) * (end - first)).astype(np.int64)
        bits = np.frombuffer(chance.bytes(4 * len(one)), np.uint8).reshape(-1, 4)
        taken = np.unpackbits(bits, axis=1).view(np.bool_)
        np.copyto(mixed["code"], self._points["code"][other], where=taken)
        return [self._head + work.tobytes() for work in mixed.reshape(works, 300)]


class FileArrays:
    """Implements ``Arrays`` over one plain file for each, mapped; nothing is verified."""

    def __init__(self, folder: Path, arrays: NewArrays) -> None:
        self._arrays: Mapping[str, np.ndarray] = {
            name: _written(folder / name, array) for name, array in arrays.items()
        }

    def whole(self, name: str) -> Any:
        return self._arrays[name]

    def rows(self, name: str, positions: Any) -> Any:
        return self._arrays[name][positions]

    def unchecked(self, name: str) -> Any:
        return self._arrays[name]

    def check(self, name: str, starts: Any, stops: Any) -> None:
        pass


def _written(path: Path, array: Any) -> np.ndarray:
    parts = array.parts if isinstance(array, Chunks) else [array]
    with path.open("wb") as file:
        for part in parts:
            part.tofile(file)
    return np.memmap(path, array.dtype, "r", shape=array.shape)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--works", default="1000,10000", help="numbers, with commas")
    parser.add_argument("--pictures", type=Path, default=Path("../shared/data/art"))
    parser.add_argument("--in-memory", type=int, default=100_000, metavar="WORKS")
    parser.add_argument("--queries", type=int, default=40, help="of each sort")
    parser.add_argument("--scratch", type=Path, help="folder of temporary files")
    parser.add_argument("--values", action="store_true", help="write packed features as well")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)
    pictures = load(options.pictures)
    registered, strangers = pictures[: -options.queries], pictures[-options.queries :]
    real = [local_fingerprint(sample_of(encode(p)).image.pixels).value for p in registered]
    chosen = np.linspace(0, min(len(real), 800) - 1, options.queries).astype(int)
    copies = [Query(int(i), forms(changed(registered[i], n))) for n, i in enumerate(chosen)]
    clean = [Query(-1, forms(picture)) for picture in strangers]
    print(
        f"{len(real)} pictures registered, {len(copies)} copies and {len(clean)} others asked for"
    )
    print(
        f"{'works':>9} {'index':>8} {'build s':>8} {'B/work':>7} {'RSS MB':>7} "
        f"{'copy p50':>9} {'p95':>6} {'clean p50':>9} {'p95':>6} {'ratio':>6} {'recall':>7}"
    )
    bases: dict[str, float] = {}
    for count in map(int, options.works.split(",")):
        works = Works(real, count)
        with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
            measure_segment(works, count, Path(folder), copies, clean, bases, options.values)
        if count <= options.in_memory:
            measure_memory(works, count, copies, clean, bases)
    return 0


def measure_segment(works, count, folder, copies, clean, bases, keep_values) -> None:
    began = time.thread_time()
    arrays = dict(build_local(works, count, folder))
    value_bytes = arrays["value"].shape[0]
    if not keep_values:
        del arrays["value"]  # As large as all the rest, and no lookup reads it.
    drawn = works.seconds
    written = FileArrays(folder, arrays)
    seconds = time.thread_time() - began - drawn
    others = sum(p.stat().st_size for p in folder.iterdir() if p.name != "value")
    size = (value_bytes + others) / count
    report("segment", count, seconds, size, LocalSegment(written), copies, clean, bases)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()


def measure_memory(works, count, copies, clean, bases) -> None:
    space = LocalSpace()
    before = resident("VmRSS")
    began, row = time.thread_time(), 0
    for batch in works:
        prints = [Fingerprint(FingerprintKind.LOCAL, ALGORITHM, value, 80) for value in batch]
        space.change([entry(row + place, value) for place, value in enumerate(prints)], [])
        row += len(batch)
    seconds = time.thread_time() - began - works.seconds
    size = (resident("VmRSS") - before) * 1e6 / count
    report("memory", count, seconds, size, space, copies, clean, bases)


def entry(row: int, value: Fingerprint) -> WorkFingerprint:
    return WorkFingerprint(row, "t", f"works/{row}", f"assets/{row}", value)


def report(
    name: str,
    count: int,
    build: float,
    size: float,
    index: Searched,
    copies: list[Query],
    clean: list[Query],
    bases: dict[str, float],
) -> None:
    timed(index, copies + clean)  # What is touched first is read from the disk.
    asked, found = timed(index, copies)
    others, _ = timed(index, clean)
    p50, p95 = np.percentile(asked, [50, 95])
    clean50, clean95 = np.percentile(others, [50, 95])
    if count <= 10_000:
        bases[name] = float(clean50)
    ratio = f"{clean50 / bases[name]:6.2f}" if name in bases and count >= 10_000 else "     -"
    print(
        f"{count:9} {name:>8} {build:8.0f} {size:7.0f} {resident('VmRSS'):7.0f} "
        f"{p50:9.1f} {p95:6.1f} {clean50:9.1f} {clean95:6.1f} {ratio} {found:7.3f}",
        flush=True,
    )


def timed(index: Searched, queries: list[Query]) -> tuple[list[float], float]:
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


def resident(field: str) -> float:
    """Return memory of this process in megabytes; mapped files count as far as they were read."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1e3 for line in lines if line.startswith(field))


def load(folder: Path) -> list[Image.Image]:
    paths = [path for part in ("registry", "more") for path in sorted((folder / part).glob("*"))]
    if paths:
        return [Image.open(path).convert("RGB") for path in paths]
    return [drawn(seed) for seed in range(300)]


def drawn(seed: int) -> Image.Image:
    """A collage of shapes on clouds."""
    chance = np.random.default_rng(seed)
    clouds = Image.fromarray(chance.integers(0, 256, (12, 16, 3), np.uint8))
    image = clouds.resize((640, 480), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(150):
        x, y, w, h = chance.integers((0, 0, 8, 8), (640, 480, 120, 120)).tolist()
        shape = (draw.ellipse, draw.rectangle)[int(chance.integers(2))]
        shape((x, y, x + w, y + h), fill=tuple(chance.integers(0, 256, 3).tolist()))
    return image


def changed(image: Image.Image, number: int) -> Image.Image:
    """A copy: cropped, turned, made smaller or recompressed."""
    width, height = image.size
    match number % 4:
        case 0:
            return image.crop((width // 5, height // 5, width * 3 // 4, height * 3 // 4))
        case 1:
            return image.rotate(20, Image.Resampling.BICUBIC, expand=True)
        case 2:
            return image.resize((max(96, width // 3), max(96, height // 3)))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=12)
    return Image.open(buffer).convert("RGB")


def forms(image: Image.Image) -> QueryForms:
    return query_forms(sample_of(encode(image)).image.pixels)


if __name__ == "__main__":
    sys.exit(main())
