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
from raisonne.matching.calibration import tempered
from raisonne.matching.geometry_detector import detect_geometry
from raisonne.matching.lookup import Detection, Lookup
from raisonne.matching.proof import lay_whole_over
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

Detector = Callable[[Lookup], Detection]


def detect_exact(lookup: Lookup) -> Detection:
    """Find works with the same bytes, or with the same pixels in another file."""
    query = lookup.query
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
        for entry in lookup.view.search_exact(value.algorithm, value.value)
    ]
    run = _executed(Mechanism.EXACT, f"{BYTES_ALGORITHM} {PIXELS_ALGORITHM}")
    return Detection(run, matches, explained=bool(matches))


def detect_perceptual(lookup: Lookup) -> Detection:
    """Find works whose PDQ hash is near the query's in one of its nine forms."""
    query, rule = lookup.query, lookup.rules.perceptual
    version = f"{PDQ_ALGORITHM} {lookup.rules.version}"
    if query.quality < MIN_QUALITY:
        return Detection(_too_flat(Mechanism.PERCEPTUAL, version, query))
    matches, explained = [], False
    for hit in lookup.similar:
        if hit.measure > rule.radius or not _identifies(hit.entry):
            continue
        similarity = 1 - hit.measure / BITS
        symmetry = query.pdq_forms[hit.row].transform
        proof = lay_whole_over(lookup, hit.entry.asset, symmetry)
        assured = proof is not None and proof.assured
        explained |= proof is not None and proof.whole
        score = rule.calibration.probability(similarity)
        matches.append(
            Match(
                work=hit.entry.work,
                asset=hit.entry.asset,
                mechanism=Mechanism.PERCEPTUAL,
                algorithm=PDQ_ALGORITHM,
                similarity=similarity,
                threshold=1 - rule.radius / BITS,
                score=score if assured else tempered(score),
                region=_whole(query),
                transform=_placement(lookup, hit.entry, symmetry),
            )
        )
    return Detection(_executed(Mechanism.PERCEPTUAL, version), matches, explained)


def detect_embedding(lookup: Lookup) -> Detection:
    """Find works near in the global descriptor that its rule lets count."""
    query = lookup.query
    algorithm = query.embedding_algorithm
    version = f"{algorithm} {lookup.rules.version}"
    if query.quality < MIN_QUALITY:
        return Detection(_too_flat(Mechanism.EMBEDDING, version, query))
    rule = lookup.rules.embedding(algorithm)
    matches = []
    for hit in lookup.nearest:
        if (
            hit.measure < rule.threshold
            or not _identifies(hit.entry)
            or not _agrees(lookup, hit.entry, rule.agreement_bits)
        ):
            continue
        similarity = min(hit.measure, 1.0)
        proof = lay_whole_over(lookup, hit.entry.asset, Dihedral.IDENTITY)
        assured = proof is not None and proof.assured
        score = rule.calibration.probability(similarity)
        matches.append(
            Match(
                work=hit.entry.work,
                asset=hit.entry.asset,
                mechanism=Mechanism.EMBEDDING,
                algorithm=algorithm,
                similarity=similarity,
                threshold=rule.threshold,
                score=score if assured else tempered(score),
            )
        )
    return Detection(_executed(Mechanism.EMBEDDING, version), matches)


DETECTORS: tuple[tuple[Mechanism, Detector], ...] = (
    (Mechanism.EXACT, detect_exact),
    (Mechanism.PERCEPTUAL, detect_perceptual),
    (Mechanism.EMBEDDING, detect_embedding),
    (Mechanism.GEOMETRY, detect_geometry),
)
"""Cheap ones first."""


def _agrees(lookup: Lookup, entry: WorkFingerprint, bits: int | None) -> bool:
    if bits is None:
        return True
    perceptual = lookup.view.of_asset(PDQ_ALGORITHM, entry.asset)
    if perceptual is None:
        return False
    code = np.frombuffer(perceptual.fingerprint.value, np.uint8)
    return bool(np.bitwise_count(lookup.query.codes ^ code).sum(axis=1).min() <= bits)


def _identifies(entry: WorkFingerprint) -> bool:
    """Whether the work's own picture has enough structure to be told by its fingerprint."""
    quality = entry.fingerprint.quality
    return quality is None or quality >= MIN_QUALITY


def _placement(lookup: Lookup, entry: WorkFingerprint, symmetry: Dihedral) -> Transform | None:
    pixels = lookup.view.of_asset(PIXELS_ALGORITHM, entry.asset)
    if pixels is None:
        return None
    return placement(symmetry, _size(lookup.query), picture_size(pixels.fingerprint))


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
