"""Fits the curves of ``raisonne.matching.calibration`` and measures the matcher.

Run from the root as ``python -m tests.perf.calibrate_matching FOLDER``. The folder holds
``registry/`` (works), ``more/`` (other pictures), ``queries/`` and ``queries.csv`` (columns query,
work, change; the work is empty where nothing should match). Pictures of ``more/`` that are queries
as well are left out of the fit, so that false alarms are counted on pictures the fit has not seen.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tests.perf.attacks import ATTACKS, FAMILIES
from tests.unit.index.memory_log import MemoryLog

from raisonne.fingerprint.decoder_pool import DecoderPool
from raisonne.fingerprint.decoding import DecodedImage, DecodeLimits, decode_image
from raisonne.fingerprint.embedding import GistEmbedder
from raisonne.fingerprint.extract import Extractor, QueryFingerprints
from raisonne.fingerprint.perceptual import ALGORITHM as PDQ
from raisonne.fingerprint.perceptual import BITS, MIN_QUALITY
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.matching.calibration import EMBEDDINGS
from raisonne.matching.matcher import Matcher, MatchReport
from raisonne.rights.fingerprint import Fingerprint, FingerprintKind

TENANT = "calibration"
EXTRACTOR = Extractor(GistEmbedder())
GIST = GistEmbedder.algorithm
FARTHEST_BITS = 96
"""Beyond this a copy cannot be told from a stranger, so such pairs say nothing on the curve."""
EMBEDDING_FLOOR = 0.6
EVERY = 3
"""Every so many works are attacked."""
PATTERNS = 40
"""Pictures of each look-alike family, registered and asked."""
SURE = 0.9


def decoded(path: Path) -> tuple[DecodedImage, str]:
    data = path.read_bytes()
    return decode_image(data, DecodeLimits()), hashlib.sha256(data).hexdigest()


def png(image: Image.Image) -> tuple[DecodedImage, str]:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=1)
    data = buffer.getvalue()
    return decode_image(data, DecodeLimits()), hashlib.sha256(data).hexdigest()


def attacked(paths: Sequence[Path]) -> Iterator[tuple[str, str, QueryFingerprints]]:
    """Yield the work, the attack and the query for every attack on every so many works."""
    chance = np.random.default_rng(20261124)
    for path in paths[::EVERY]:
        with Image.open(path) as file:
            image = file.convert("RGB")
        for name, attack in ATTACKS.items():
            yield f"works/{path.name}", name, EXTRACTOR.query(*png(attack(image, chance)))


def samples(
    index: CatalogueIndex, query: QueryFingerprints, work: str | None
) -> dict[str, list[tuple[float, bool]]]:
    """Return each mechanism's similarity to the query's own work and to the nearest other."""
    found: dict[str, list[tuple[float, bool]]] = {"perceptual": [], "embedding": []}
    if query.quality < MIN_QUALITY:
        return found
    codes = np.frombuffer(b"".join(f.code for f in query.pdq_forms), np.uint8).reshape(-1, 32)
    with index.read() as view:
        bits: dict[str, float] = {}
        for hit in view.search_binary(TENANT, PDQ, codes, FARTHEST_BITS):
            if (hit.entry.fingerprint.quality or 0) >= MIN_QUALITY:
                bits[hit.entry.work] = min(bits.get(hit.entry.work, BITS), hit.measure)
        products = {
            hit.entry.work: hit.measure
            for hit in view.search_float(TENANT, GIST, query.embedding[np.newaxis], 10**6)
        }
    agreement = EMBEDDINGS[GIST].agreement_bits or BITS
    scales = {
        "perceptual": ({w: 1 - b / BITS for w, b in bits.items()}, 1 - FARTHEST_BITS / BITS),
        "embedding": (
            {w: products[w] for w, b in bits.items() if b <= agreement},
            EMBEDDING_FLOOR,
        ),
    }
    for mechanism, (similarity, floor) in scales.items():
        if work in similarity and similarity[work] >= floor:
            found[mechanism].append((similarity[work], True))
        others = [s for w, s in similarity.items() if w != work and s >= floor]
        if others:
            found[mechanism].append((max(others), False))
    return found


def fit(pairs: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Fit a logistic curve by Newton's method to Platt's smoothed targets."""
    x = np.array([similarity for similarity, _ in pairs])
    is_copy = np.array([copy for _, copy in pairs])
    copies, strangers = int(is_copy.sum()), int((~is_copy).sum())
    target = np.where(is_copy, (copies + 1) / (copies + 2), 1 / (strangers + 2))
    centre, spread = x.mean(), x.std()
    design = np.stack([np.ones_like(x), (x - centre) / spread], axis=1)
    weights: NDArray[np.float64] = np.zeros(2)
    for _ in range(100):
        probability = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (target - probability)
        hessian = (design.T * (probability * (1 - probability))) @ design + 1e-9 * np.eye(2)
        weights = weights + np.linalg.solve(hessian, gradient)
    slope = weights[1] / spread
    return float(weights[0] - slope * centre), float(slope)


def calibrate(folder: Path) -> dict[str, object]:
    """Fit every curve and say on how much."""
    registry = sorted((folder / "registry").iterdir())
    queries = {hashlib.sha256(p.read_bytes()).digest() for p in (folder / "queries").iterdir()}
    strangers = [
        path
        for path in sorted((folder / "more").iterdir())
        if hashlib.sha256(path.read_bytes()).digest() not in queries
    ]
    chance = np.random.default_rng(7)
    log = MemoryLog()
    for path in registry:
        log.add(TENANT, path.name, EXTRACTOR.register(*decoded(path)))
    for name, draw in FAMILIES.items():
        for number in range(PATTERNS):
            log.add(TENANT, f"{name}-{number}", EXTRACTOR.register(*png(draw(chance))))
    index = CatalogueIndex(log)
    pairs: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    cases: list[tuple[str | None, QueryFingerprints]] = [
        (work, query) for work, _, query in attacked(registry)
    ]
    cases += [(None, EXTRACTOR.query(*decoded(path))) for path in strangers]
    cases += [
        (None, EXTRACTOR.query(*png(draw(chance))))
        for draw in FAMILIES.values()
        for _ in range(PATTERNS)
    ]
    for work, query in cases:
        for mechanism, found in samples(index, query, work).items():
            pairs[mechanism] += found
    result: dict[str, object] = {"queries": len(cases), "works": len(registry)}
    for mechanism, sample in pairs.items():
        intercept, slope = fit(sample)
        strange = sorted((s for s, copy in sample if not copy), reverse=True)
        result[mechanism] = {
            "intercept": round(intercept, 2),
            "slope": round(slope, 2),
            "copies": sum(copy for _, copy in sample),
            "strangers": len(strange),
            "nearest_strangers": [round(s, 4) for s in strange[:8]],
            "similarity_at_0.9": round((np.log(9) - intercept) / slope, 4),
        }
    return result


def measure(folder: Path) -> dict[str, object]:
    """Register the works, ask the queries and our own attacks, and count."""
    registry = sorted((folder / "registry").iterdir())
    log = MemoryLog()
    for path in registry:
        log.add(TENANT, path.name, EXTRACTOR.register(*decoded(path)))
    matcher = Matcher(CatalogueIndex(log))
    outcomes: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    alarms: list[tuple[str, float]] = []
    seconds: dict[str, list[float]] = defaultdict(list)
    with DecoderPool(1) as pool, (folder / "queries.csv").open() as file:
        for row in csv.DictReader(file):
            data = (folder / "queries" / row["query"]).read_bytes()
            started = time.perf_counter()
            image = pool.decode(data)
            seconds["decode"].append(time.perf_counter() - started)
            started = time.perf_counter()
            query = EXTRACTOR.query(image, hashlib.sha256(data).hexdigest())
            seconds["fingerprints"].append(time.perf_counter() - started)
            report = matcher.match(TENANT, query)
            seconds["search"].append(sum(report.timings.values()))
            if row["work"]:
                outcomes[row["change"]].append(_outcome(report, f"works/{Path(row['work']).name}"))
            elif report.matches:
                alarms.append((row["query"], round(report.matches[0].score, 3)))
    for work, attack, query in attacked(registry):
        report = matcher.match(TENANT, query)
        outcomes[f"own: {attack}"].append(_outcome(report, work))
    return {
        "recall": {
            change: {
                "at_1": round(sum(first for first, _ in seen) / len(seen), 3),
                "sure": round(sum(sure for _, sure in seen) / len(seen), 3),
                "n": len(seen),
            }
            for change, seen in outcomes.items()
        },
        "false_alarms": {
            "any_score": alarms,
            "sure": sum(score >= SURE for _, score in alarms),
        },
        "milliseconds": {
            stage: round(1000 * float(np.median(spent)), 2) for stage, spent in seconds.items()
        },
        "search_ms_at_10000_works": round(_search_at(10_000), 2),
    }


def _outcome(report: MatchReport, work: str) -> tuple[bool, bool]:
    first = bool(report.matches) and report.matches[0].work == work
    return first, any(m.work == work and m.score >= SURE for m in report.matches)


def _search_at(works: int) -> float:
    """Return the median milliseconds of a whole match among random works."""
    chance = np.random.default_rng(3)
    log = MemoryLog()
    picture, _ = png(FAMILIES["skyline"](chance))
    for number in range(works):
        vector = chance.normal(size=GistEmbedder.dimensions).astype(np.float32)
        unit = (vector / np.linalg.norm(vector)).astype("<f2").tobytes()
        values = (
            Fingerprint(FingerprintKind.EXACT, "sha256-bytes-v1", chance.bytes(32)),
            Fingerprint(FingerprintKind.EXACT, "sha256-pixels-v1", chance.bytes(40)),
            Fingerprint(FingerprintKind.PERCEPTUAL, PDQ, chance.bytes(32), 100),
            Fingerprint(FingerprintKind.EMBEDDING, GIST, unit, 100),
        )
        log.add(TENANT, str(number), values)
    matcher = Matcher(CatalogueIndex(log))
    query = EXTRACTOR.query(picture, "00" * 32)
    matcher.match(TENANT, query)
    spent = [sum(matcher.match(TENANT, query).timings.values()) for _ in range(50)]
    return 1000 * float(np.median(spent))


if __name__ == "__main__":
    given = Path(sys.argv[1])
    print(json.dumps({"fit": calibrate(given), "measured": measure(given)}, indent=1))
