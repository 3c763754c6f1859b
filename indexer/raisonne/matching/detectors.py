"""The mechanisms: each looks a query up in its own way and says whether it ran.

None of them knows of the others' findings, and no similarity is added to another's.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from raisonne.fingerprint.exact import (
    BYTES_ALGORITHM,
    PIXELS_ALGORITHM,
    bytes_fingerprint,
    picture_size,
    pixels_fingerprint,
)
from raisonne.fingerprint.extract import QueryFingerprints
from raisonne.fingerprint.perceptual import ALGORITHM as PDQ_ALGORITHM
from raisonne.fingerprint.perceptual import BITS, MIN_QUALITY, Dihedral
from raisonne.index.catalogue_index import IndexView
from raisonne.matching.calibration import (
    PERCEPTUAL,
    PERCEPTUAL_RADIUS,
    VERSION,
    embedding_rule,
)
from raisonne.matching.symmetry import placement
from raisonne.rights.fingerprint import WorkFingerprint
from raisonne.rights.match import (
    DetectorRun,
    DetectorState,
    Match,
    Mechanism,
    Region,
    Transform,
)

Detector = Callable[[IndexView, str, QueryFingerprints], tuple[list[Match], DetectorRun]]
"""Takes the index, the tenant and the query."""

_CANDIDATES = 10
"""Nearest entries of a global descriptor that are looked at."""


def detect_exact(
    view: IndexView, tenant: str, query: QueryFingerprints
) -> tuple[list[Match], DetectorRun]:
    """Find works with the same bytes, or with the same pixels in another file."""
    values = (
        bytes_fingerprint(query.sha256),
        pixels_fingerprint(query.pixel_sha256, query.width, query.height),
    )
    matches = [
        Match(
            work=entry.work,
            asset=entry.asset,
            mechanism=Mechanism.EXACT,
            algorithm=value.algorithm,
            similarity=1.0,
            threshold=1.0,
            score=1.0,
            region=_whole(query),
            transform=placement(Dihedral.IDENTITY, _size(query), _size(query)),
        )
        for value in values
        for entry in view.search_exact(tenant, value.algorithm, value.value)
    ]
    return matches, _executed(Mechanism.EXACT, f"{BYTES_ALGORITHM} {PIXELS_ALGORITHM}")


def detect_perceptual(
    view: IndexView, tenant: str, query: QueryFingerprints
) -> tuple[list[Match], DetectorRun]:
    """Find works whose PDQ hash is near the query's in one of its nine forms."""
    if query.quality < MIN_QUALITY:
        return [], _too_flat(Mechanism.PERCEPTUAL, f"{PDQ_ALGORITHM} {VERSION}", query)
    hits = view.search_binary(tenant, PDQ_ALGORITHM, _codes(query), PERCEPTUAL_RADIUS)
    matches = []
    for hit in hits:
        if _identifies(hit.entry):
            similarity = 1 - hit.measure / BITS
            symmetry = query.pdq_forms[hit.row].transform
            matches.append(
                Match(
                    work=hit.entry.work,
                    asset=hit.entry.asset,
                    mechanism=Mechanism.PERCEPTUAL,
                    algorithm=PDQ_ALGORITHM,
                    similarity=similarity,
                    threshold=1 - PERCEPTUAL_RADIUS / BITS,
                    score=PERCEPTUAL.probability(similarity),
                    region=_whole(query),
                    transform=_placement(view, hit.entry, symmetry, query),
                )
            )
    return matches, _executed(Mechanism.PERCEPTUAL, f"{PDQ_ALGORITHM} {VERSION}")


def detect_embedding(
    view: IndexView, tenant: str, query: QueryFingerprints
) -> tuple[list[Match], DetectorRun]:
    """Find works near in the global descriptor that its rule lets count."""
    algorithm = query.embedding_algorithm
    if query.quality < MIN_QUALITY:
        return [], _too_flat(Mechanism.EMBEDDING, f"{algorithm} {VERSION}", query)
    rule = embedding_rule(algorithm)
    hits = view.search_float(tenant, algorithm, query.embedding[np.newaxis], _CANDIDATES)
    matches = [
        Match(
            work=hit.entry.work,
            asset=hit.entry.asset,
            mechanism=Mechanism.EMBEDDING,
            algorithm=algorithm,
            similarity=min(hit.measure, 1.0),
            threshold=rule.threshold,
            score=rule.calibration.probability(min(hit.measure, 1.0)),
        )
        for hit in hits
        if hit.measure >= rule.threshold
        and _identifies(hit.entry)
        and _agrees(view, hit.entry, query, rule.agreement_bits)
    ]
    return matches, _executed(Mechanism.EMBEDDING, f"{algorithm} {VERSION}")


DETECTORS: tuple[tuple[Mechanism, Detector], ...] = (
    (Mechanism.EXACT, detect_exact),
    (Mechanism.PERCEPTUAL, detect_perceptual),
    (Mechanism.EMBEDDING, detect_embedding),
)


def _codes(query: QueryFingerprints) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    packed = np.frombuffer(b"".join(form.code for form in query.pdq_forms), np.uint8)
    return packed.reshape(len(query.pdq_forms), -1)


def _agrees(
    view: IndexView, entry: WorkFingerprint, query: QueryFingerprints, bits: int | None
) -> bool:
    if bits is None:
        return True
    perceptual = view.of_asset(entry.tenant, PDQ_ALGORITHM, entry.asset)
    if perceptual is None:
        return False
    code = np.frombuffer(perceptual.fingerprint.value, np.uint8)
    return bool(np.bitwise_count(_codes(query) ^ code).sum(axis=1).min() <= bits)


def _identifies(entry: WorkFingerprint) -> bool:
    """Whether the work's own picture has enough structure to be told by its fingerprint."""
    quality = entry.fingerprint.quality
    return quality is None or quality >= MIN_QUALITY


def _placement(
    view: IndexView, entry: WorkFingerprint, symmetry: Dihedral, query: QueryFingerprints
) -> Transform | None:
    pixels = view.of_asset(entry.tenant, PIXELS_ALGORITHM, entry.asset)
    if pixels is None:
        return None
    return placement(symmetry, _size(query), picture_size(pixels.fingerprint))


def _size(query: QueryFingerprints) -> tuple[int, int]:
    return query.width, query.height


def _whole(query: QueryFingerprints) -> Region:
    return Region(0, 0, query.width, query.height)


def _executed(mechanism: Mechanism, version: str) -> DetectorRun:
    return DetectorRun(mechanism.value, version, DetectorState.EXECUTED)


def _too_flat(mechanism: Mechanism, version: str, query: QueryFingerprints) -> DetectorRun:
    reason = (
        f"The picture's quality is {query.quality}, below {MIN_QUALITY}: "
        "it has too little structure to be told from others."
    )
    return DetectorRun(mechanism.value, version, DetectorState.SKIPPED, reason)
