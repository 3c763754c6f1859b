"""How the time of a check grows with the registry: from a picture's bytes to all its matches.

Registries of several sizes are made of synthetic works and a few drawn pictures, opened side by
side, and asked in turns, so that the ratios hold on a busy machine.
"""

from __future__ import annotations

import hashlib
import io
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from raisonne.evaluation.index_bench.lines import Bar, Line
from raisonne.evaluation.index_bench.steps import Options, Say, run_step, take_step
from raisonne.evaluation.memory import resident_bytes
from raisonne.evaluation.synthetic_log import SyntheticLog
from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.fingerprint.embedding import embedder_from_uri
from raisonne.fingerprint.extract import Extractor, QueryFingerprints
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.memory_segments import MemorySegmentList, NoKeys
from raisonne.index.segment_store import SegmentStore
from raisonne.matching.matcher import Matcher, MatchReport
from raisonne.rights.fingerprint import Fingerprint

_TENANT = "bench"
_SIDE = 800
_SHAPES = 220
_QUALITY = 60
_KEPT = 0.8

PROMISED_WORKS = (10_000, 1_000_000)
BARS = {"clean_ratio": Bar(1.5, at_least=False)}
"""Promised of a registry of the most works beside one of the least."""


@dataclass(slots=True)
class _Registry:
    works: int
    matcher: Matcher
    build_seconds: float
    disk_bytes: int
    open_seconds: float = 0.0
    resident: int = 0


def bench_growth(
    works: Sequence[int],
    folder: Path,
    *,
    pictures: int = 8,
    rounds: int = 5,
    say: Say = lambda _: None,
) -> Iterator[list[Line]]:
    """Measure registries of several sizes, side by side.

    Args:
        works: Sizes of the registries, each larger than ``pictures``.
        folder: Where files are made: some 30 kB for each work.
        pictures: How many are asked that are not registered, and as many altered copies.
        rounds: How often each picture is asked.
        say: Told what is being done.

    Yields:
        For each size a line with ratios to the smallest.

    Raises:
        RaisonneError: If the disk or memory is not enough.
    """
    options = {"works": list(works), "pictures": pictures, "rounds": rounds}
    found = run_step("growth", "ask", folder, options, say)
    smallest = min(found, key=lambda each: each["works"])
    yield [_line(each, smallest) for each in found]


def _line(found: dict[str, Any], smallest: dict[str, Any]) -> Line:
    stages = found.pop("stages_ms")
    ratios = {
        f"{name}_ratio": found[f"{name}_p50_ms"] / smallest[f"{name}_p50_ms"]
        for name in ("clean", "clean_lookups", "copy")
    }
    held = PROMISED_WORKS[0] <= smallest["works"] and found["works"] <= PROMISED_WORKS[1]
    figures = {**found, **ratios, **{f"clean_{name}_ms": value for name, value in stages.items()}}
    return Line("growth", "checks", figures, BARS if held and found is not smallest else {})


def _ask(folder: Path, options: Options, say: Say) -> list[dict[str, Any]]:
    extractor = Extractor(embedder_from_uri("gist:"))
    count = options["pictures"]
    pictures = [_drawn(seed) for seed in range(2 * count)]
    known = [_registered(extractor, _png(picture)) for picture in pictures[:count]]
    clean = [_png(picture) for picture in pictures[count:]]
    copies = [_altered(picture) for picture in pictures[:count]]
    registries = []
    for works in options["works"]:
        say(f"{works:,} works: making files")
        registries.append(_made(works, known, folder / str(works)))
    for registry in registries:
        _opened(registry, extractor, [*clean, *copies])
    say("asking in turns")
    times = _asked(registries, extractor, clean, copies, options["rounds"])
    return [_found(registry, times[registry.works]) for registry in registries]


def _made(works: int, known: Sequence[Sequence[Fingerprint]], folder: Path) -> _Registry:
    log = SyntheticLog(_TENANT, works - len(known), known[0], real=known)
    store = SegmentStore(folder, MemorySegmentList(), NoKeys())
    started = time.perf_counter()
    CatalogueIndex(log, store).rebuild(_TENANT)
    seconds = time.perf_counter() - started
    size = sum(path.stat().st_size for path in folder.iterdir())
    return _Registry(works, Matcher(CatalogueIndex(log, store)), seconds, size)


def _opened(registry: _Registry, extractor: Extractor, pictures: Sequence[bytes]) -> None:
    before, started = resident_bytes(), time.perf_counter()
    registry.matcher.revision(_TENANT)
    registry.open_seconds = time.perf_counter() - started
    for picture in pictures:
        registry.matcher.match(_TENANT, _query(extractor, picture))
    registry.resident = resident_bytes() - before


@dataclass(slots=True)
class _Times:
    clean: list[float] = field(default_factory=list)
    copies: list[float] = field(default_factory=list)
    stages: list[dict[str, float]] = field(default_factory=list)
    found: list[bool] = field(default_factory=list)


def _asked(
    registries: Sequence[_Registry],
    extractor: Extractor,
    clean: Sequence[bytes],
    copies: Sequence[bytes],
    rounds: int,
) -> dict[int, _Times]:
    times = {registry.works: _Times() for registry in registries}
    for _ in range(rounds):
        for number, (picture, copy) in enumerate(zip(clean, copies, strict=True)):
            for registry in registries:
                spent = times[registry.works]
                taken, report = _checked(registry, extractor, picture)
                spent.clean.append(sum(taken.values()))
                spent.stages.append(taken)
                taken, report = _checked(registry, extractor, copy)
                spent.copies.append(sum(taken.values()))
                wanted = f"works/{registry.works - len(copies) + number:032x}"
                spent.found.append(any(match.work == wanted for match in report.matches))
    return times


def _checked(
    registry: _Registry, extractor: Extractor, picture: bytes
) -> tuple[dict[str, float], MatchReport]:
    """Return the seconds that each stage took, and what was found."""
    started = time.perf_counter()
    query = _query(extractor, picture)
    fingerprinted = time.perf_counter()
    report = registry.matcher.match(_TENANT, query)
    lookups = time.perf_counter() - fingerprinted
    taken = {"fingerprints": fingerprinted - started, **report.timings}
    taken["rest"] = lookups - sum(report.timings.values())
    return taken, report


def _found(registry: _Registry, times: _Times) -> dict[str, Any]:
    stages = {
        name: 1e3 * np.array([each[name] for each in times.stages]) for name in times.stages[0]
    }
    lookups = sum(stages.values()) - stages["fingerprints"]
    return {
        "works": registry.works,
        "build_s": registry.build_seconds,
        "disk_mb": registry.disk_bytes / 1e6,
        "disk_bytes_per_work": round(registry.disk_bytes / registry.works),
        "open_ms": 1e3 * registry.open_seconds,
        "resident_mb": registry.resident / 1e6,
        "clean_p50_ms": 1e3 * float(np.median(times.clean)),
        "clean_p95_ms": 1e3 * float(np.percentile(times.clean, 95)),
        "clean_lookups_p50_ms": float(np.median(lookups)),
        "copy_p50_ms": 1e3 * float(np.median(times.copies)),
        "found": float(np.mean(times.found)),
        "stages_ms": {name: float(np.median(each)) for name, each in stages.items()},
    }


def _registered(extractor: Extractor, data: bytes) -> Sequence[Fingerprint]:
    return extractor.register(decode_image(data, DecodeLimits()), hashlib.sha256(data).hexdigest())


def _query(extractor: Extractor, data: bytes) -> QueryFingerprints:
    query = extractor.query(decode_image(data, DecodeLimits()), hashlib.sha256(data).hexdigest())
    # These are otherwise computed by the search that first needs them.
    _ = query.embedding, query.local
    return query


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _altered(picture: Image.Image) -> bytes:
    """Return a file of the middle of a picture, compressed hard."""
    width, height = (round(_KEPT * side) for side in picture.size)
    left, top = (picture.width - width) // 2, (picture.height - height) // 2
    buffer = io.BytesIO()
    picture.crop((left, top, left + width, top + height)).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


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


if __name__ == "__main__":
    sys.exit(take_step({"ask": _ask}))
