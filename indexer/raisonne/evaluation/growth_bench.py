"""How the time of a check grows with the registry: the whole matcher over files on a disk.

Registries of several sizes are made of synthetic works and a few drawn pictures, opened side by
side, and asked in turns, so that the ratios hold on a busy machine.
"""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from raisonne.evaluation.memory import resident_bytes
from raisonne.evaluation.synthetic_log import SyntheticLog
from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.fingerprint.embedding import embedder_from_uri
from raisonne.fingerprint.extract import Extractor, QueryFingerprints
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.memory_segments import MemorySegmentList, NoKeys
from raisonne.index.segment_store import SegmentStore
from raisonne.matching.matcher import Matcher
from raisonne.rights.fingerprint import Fingerprint

_TENANT = "bench"
_PICTURES = 8
_SIDE = 800
_SHAPES = 220
_QUALITY = 60
_KEPT = 0.8

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class GrowthFigures:
    """What was measured of one size.

    Attributes:
        works: Size of the registry.
        build_seconds: To make its files.
        disk_bytes: Of the files.
        open_seconds: Until the first search could begin.
        resident_bytes: By how much the process grew until all queries were answered once.
        clean_ms: Of each lookup of a picture that is not registered.
        copy_ms: Of each lookup of an altered copy.
        found: Share of the copies whose work was found.
        stages_ms: Median of each mechanism for clean pictures.
    """

    works: int
    build_seconds: float
    disk_bytes: int
    open_seconds: float
    resident_bytes: int
    clean_ms: tuple[float, ...]
    copy_ms: tuple[float, ...]
    found: float
    stages_ms: dict[str, float]

    def fields(self, smallest: GrowthFigures) -> dict[str, Any]:
        """Return the figures, and ratios to those of the smallest registry."""
        clean, copy = np.median(self.clean_ms), np.median(self.copy_ms)
        return {
            "benchmark": "index growth",
            "works": self.works,
            "build_s": round(self.build_seconds, 1),
            "disk_mb": round(self.disk_bytes / 1e6, 1),
            "disk_bytes_per_work": round(self.disk_bytes / self.works),
            "open_ms": round(1e3 * self.open_seconds, 1),
            "resident_mb": round(self.resident_bytes / 1e6, 1),
            "clean_p50_ms": round(float(clean), 1),
            "clean_p95_ms": round(float(np.percentile(self.clean_ms, 95)), 1),
            "clean_ratio": round(float(clean / np.median(smallest.clean_ms)), 3),
            "copy_p50_ms": round(float(copy), 1),
            "copy_ratio": round(float(copy / np.median(smallest.copy_ms)), 3),
            "found": round(self.found, 3),
            "stages_ms": {name: round(value, 2) for name, value in self.stages_ms.items()},
        }


@dataclass
class _Registry:
    works: int
    matcher: Matcher
    build_seconds: float
    disk_bytes: int
    open_seconds: float = 0.0
    resident: int = 0


def bench_growth(
    sizes: Sequence[int], folder: Path, *, rounds: int = 5, say: Say = lambda _: None
) -> list[GrowthFigures]:
    """Measure registries of several sizes.

    Args:
        sizes: Numbers of works.
        folder: Where files are made: some 30 kB for each work.
        rounds: How often each picture is asked.
        say: Told what is being done.
    """
    extractor = Extractor(embedder_from_uri("gist:"))
    pictures = [_drawn(seed) for seed in range(2 * _PICTURES)]
    known = [_registered(extractor, picture) for picture in pictures[:_PICTURES]]
    clean = [_query(extractor, picture) for picture in pictures[_PICTURES:]]
    copies = [_query(extractor, _altered(picture)) for picture in pictures[:_PICTURES]]
    registries = []
    for works in sizes:
        say(f"{works} works: making files")
        registries.append(_made(works, known, folder / str(works)))
    for registry in registries:
        _opened(registry, [*clean, *copies])
    say("asking")
    times = _asked(registries, clean, copies, rounds)
    return [_figures(registry, *times[registry.works]) for registry in registries]


def _made(works: int, known: Sequence[Sequence[Fingerprint]], folder: Path) -> _Registry:
    log = SyntheticLog(_TENANT, works - len(known), known[0], real=known)
    store = SegmentStore(folder, MemorySegmentList(), NoKeys())
    started = time.perf_counter()
    CatalogueIndex(log, store).rebuild(_TENANT)
    seconds = time.perf_counter() - started
    size = sum(path.stat().st_size for path in folder.iterdir())
    return _Registry(works, Matcher(CatalogueIndex(log, store)), seconds, size)


def _opened(registry: _Registry, queries: Sequence[QueryFingerprints]) -> None:
    before, started = resident_bytes(), time.perf_counter()
    registry.matcher.revision(_TENANT)
    registry.open_seconds = time.perf_counter() - started
    for query in queries:
        registry.matcher.match(_TENANT, query)
    registry.resident = resident_bytes() - before


@dataclass
class _Times:
    clean: list[float]
    copies: list[float]
    stages: list[dict[str, float]]
    found: list[bool]


def _asked(
    registries: Sequence[_Registry],
    clean: Sequence[QueryFingerprints],
    copies: Sequence[QueryFingerprints],
    rounds: int,
) -> dict[int, tuple[_Times]]:
    times = {registry.works: _Times([], [], [], []) for registry in registries}
    for _ in range(rounds):
        for query, copy, number in zip(clean, copies, range(len(copies)), strict=True):
            for registry in registries:
                spent = times[registry.works]
                started = time.perf_counter()
                report = registry.matcher.match(_TENANT, query)
                between = time.perf_counter()
                answer = registry.matcher.match(_TENANT, copy)
                spent.copies.append(1e3 * (time.perf_counter() - between))
                spent.clean.append(1e3 * (between - started))
                spent.stages.append(dict(report.timings))
                wanted = f"works/{registry.works - len(copies) + number:032x}"
                spent.found.append(any(match.work == wanted for match in answer.matches))
    return {works: (spent,) for works, spent in times.items()}


def _figures(registry: _Registry, times: _Times) -> GrowthFigures:
    names = times.stages[0]
    return GrowthFigures(
        works=registry.works,
        build_seconds=registry.build_seconds,
        disk_bytes=registry.disk_bytes,
        open_seconds=registry.open_seconds,
        resident_bytes=registry.resident,
        clean_ms=tuple(times.clean),
        copy_ms=tuple(times.copies),
        found=float(np.mean(times.found)),
        stages_ms={n: 1e3 * float(np.median([s.get(n, 0) for s in times.stages])) for n in names},
    )


def _registered(extractor: Extractor, picture: Image.Image) -> Sequence[Fingerprint]:
    data = _png(picture)
    return extractor.register(decode_image(data, DecodeLimits()), hashlib.sha256(data).hexdigest())


def _query(extractor: Extractor, picture: Image.Image) -> QueryFingerprints:
    data = _png(picture)
    query = extractor.query(decode_image(data, DecodeLimits()), hashlib.sha256(data).hexdigest())
    # These are otherwise computed by the search that first needs them.
    _ = query.embedding, query.local
    return query


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _altered(picture: Image.Image) -> Image.Image:
    """Return the middle of a picture, compressed hard."""
    width, height = (round(_KEPT * side) for side in picture.size)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    buffer = io.BytesIO()
    picture.crop((left, top, left + width, top + height)).save(buffer, "JPEG", quality=_QUALITY)
    return Image.open(buffer)


def _drawn(seed: int) -> Image.Image:
    """Return a picture of many shapes over a blurred ground, with as many points as a painting."""
    chance = np.random.default_rng(seed)
    ground = chance.integers(0, 256, (12, 12, 3), dtype=np.uint8)
    canvas = cv2.resize(ground, (_SIDE, _SIDE), interpolation=cv2.INTER_CUBIC)
    for _ in range(_SHAPES):
        colour = tuple(int(value) for value in chance.integers(0, 256, 3))
        middle = chance.integers(0, _SIDE, 2)
        corners = middle + chance.normal(0, chance.uniform(8, 70), (int(chance.integers(3, 8)), 2))
        cv2.fillPoly(canvas, [corners.astype(np.int32)], colour, lineType=cv2.LINE_AA)
    noisy = canvas + chance.normal(0, 4, canvas.shape)
    return Image.fromarray(noisy.clip(0, 255).astype(np.uint8))
