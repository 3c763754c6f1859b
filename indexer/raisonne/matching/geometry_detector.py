"""The mechanism ``geometry``: works, whole or in part, anywhere in a query.

Candidates come from the votes of local features, and from the neighbours of the perceptual hash and
of the global descriptor far beyond the distances at which those report by themselves. Each is laid
over the query, by its points or by the whole picture, and must then agree with it place by place.
What a found work explains of the query is set aside and the rest votes again, so that a collage
names all the works in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.local import ALGORITHM
from raisonne.fingerprint.perceptual import MIN_QUALITY, Dihedral
from raisonne.fingerprint.query_forms import Form, QueryForms, query_forms
from raisonne.fingerprint.vocabulary import unpack
from raisonne.index.local_view import LocalView
from raisonne.matching.calibration import tempered
from raisonne.matching.geometry import align, project, similar_pairs
from raisonne.matching.lookup import LOOKALIKES, Detection, Lookup
from raisonne.matching.proof import (
    Proof,
    lay_over,
    lay_whole_over,
    outline_of,
    region_of,
    transform_of,
)
from raisonne.matching.voting import Candidate, count_votes
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism

_NEAREST = 8
_VOTED = 8
_FEWEST_VOTES = 1.0
_ROUNDS = 8
_POINT_GRID = 32
_HALF = 4.0
_LEFT = 0.05
"""Share of the query from which what no work explains is looked at once more, in full size."""
_FEWEST_POINTS = 20
"""From fewer, in a picture that is too flat for the hash as well, nothing is told from others."""


def detect_geometry(lookup: Lookup) -> Detection:
    """Find works that lie over a part of the query and agree with it there."""
    version = f"{ALGORITHM} {lookup.rules.version}"
    if lookup.query.quality < MIN_QUALITY and len(lookup.query.local.forms[0]) < _FEWEST_POINTS:
        return Detection(_too_flat(version, lookup))
    best: dict[int, Proof] = {}
    for proof in (*_lookalikes(lookup), *_by_points(lookup)):
        known = best.get(proof.entry.id)
        if known is None or proof.strength > known.strength:
            best[proof.entry.id] = proof
    rule = lookup.rules.geometry
    matches = [_match(lookup, proof) for proof in best.values() if proof.strength >= rule.threshold]
    run = DetectorRun(Mechanism.GEOMETRY.value, version, DetectorState.EXECUTED)
    return Detection(run, matches)


def _too_flat(version: str, lookup: Lookup) -> DetectorRun:
    reason = (
        f"The picture has {len(lookup.query.local.forms[0])} distinctive points, fewer than "
        f"{_FEWEST_POINTS}: it has too little structure to be told from others."
    )
    return DetectorRun(Mechanism.GEOMETRY.value, version, DetectorState.SKIPPED, reason)


def _lookalikes(lookup: Lookup) -> Iterator[Proof]:
    """Try works that look alike as a whole, laid over the whole query."""
    query = lookup.query
    if query.quality < MIN_QUALITY:
        return
    near = lookup.similar[:LOOKALIKES]
    whole = [(hit.entry.asset, query.pdq_forms[hit.row].transform) for hit in near]
    nearest = lookup.nearest[:LOOKALIKES]
    whole += [(hit.entry.asset, Dihedral.IDENTITY) for hit in nearest]
    for asset, symmetry in dict.fromkeys(whole):
        proof = lay_whole_over(lookup, asset, symmetry)
        if proof is not None:
            yield proof


def _by_points(lookup: Lookup) -> Iterator[Proof]:
    """Try works that points speak for, and then what is left of the query without those found."""
    space = lookup.view.local(ALGORITHM)
    if space is None:
        return
    found: list[Proof] = []
    for proof in _by_votes(lookup, space, lookup.query.local):
        yield proof
        if proof.strength >= lookup.rules.geometry.threshold:
            found.append(proof)
    left = _unexplained(lookup, found)
    if found and left.mean() > _LEFT:
        yield from _by_votes(lookup, space, query_forms(lookup.query.pixels, left))


def _by_votes(lookup: Lookup, space: LocalView, points: QueryForms) -> Iterator[Proof]:
    """Try the works with the most votes; while some are found, the rest votes again."""
    hits = space.search(points.descriptors, points.lists, _NEAREST)
    counted = np.ones(len(points.forms[0]), np.bool_)
    tried: set[tuple[int, int]] = set()
    for _ in range(_ROUNDS):
        found = False
        voted = count_votes(points, hits, counted, _VOTED + len(tried))
        for candidate in voted:
            side = candidate.slot, candidate.form
            if side in tried or candidate.votes < _FEWEST_VOTES:
                continue
            tried.add(side)
            proof = _proof(lookup, space, points, candidate)
            if proof is None:
                continue
            yield proof
            if proof.strength >= lookup.rules.geometry.threshold:
                found = True
                counted &= ~_covered(points.forms[0].points[:, :2], proof)
        if not found:
            return


def _unexplained(lookup: Lookup, found: Sequence[Proof]) -> NDArray[np.bool_]:
    """Return which pixels of the canonical picture no found work lies over, shape (h, w)."""
    width, height = lookup.luma.size
    left = np.ones((height, width), np.uint8)
    for proof in found:
        corners = outline_of(lookup, proof)
        cv2.fillConvexPoly(left, corners.round().astype(np.int32), 0)
    return left > 0


def _proof(
    lookup: Lookup, space: LocalView, query: QueryForms, candidate: Candidate
) -> Proof | None:
    entry = space.entry(candidate.slot)
    features = unpack(entry.fingerprint.value)
    form = query.forms[candidate.form]
    pairs = similar_pairs(form.descriptors.astype(np.float32), features.descriptors())
    a, b = form.points[pairs[:, 0]], features.points[pairs[:, 1]]
    aligned = align(a, b, features.size)
    if aligned is None:
        return None
    transform, size = aligned.transform, lookup.luma.size
    if Form(candidate.form) & Form.MIRRORED:
        transform = transform @ np.array([[-1, 0, size[0] - 1], [0, 1, 0], [0, 0, 1]])
    points = min(_places(a[aligned.pairs, :2], size), _places(b[aligned.pairs, :2], features.size))
    return lay_over(lookup.luma, entry, transform, points)


def _places(points: NDArray[np.float32], size: tuple[int, int]) -> int:
    """Count the cells of a square grid, 32 along the longer side, that points lie in."""
    return len(np.unique((points * (_POINT_GRID / max(size))).astype(int), axis=0))


def _covered(points: NDArray[np.float32], proof: Proof) -> NDArray[np.bool_]:
    """Whether points of the query lie on the work."""
    place = project(proof.agreement.transform, points)
    with np.errstate(invalid="ignore"):
        return np.asarray(((place >= 0) & (place < proof.features.size)).all(axis=1))


def _match(lookup: Lookup, proof: Proof) -> Match:
    rule = lookup.rules.geometry
    score = rule.calibration.probability(proof.strength)
    return Match(
        work=proof.entry.work,
        asset=proof.entry.asset,
        mechanism=Mechanism.GEOMETRY,
        algorithm=ALGORITHM,
        similarity=_similarity(proof.strength),
        threshold=_similarity(rule.threshold),
        score=score if proof.assured else tempered(score),
        region=region_of(lookup, proof),
        transform=transform_of(lookup, proof),
    )


def _similarity(strength: float) -> float:
    """Return a strength on a scale from 0 to 1, on which the middle is at four."""
    return max(0.0, strength) / (max(0.0, strength) + _HALF)


def strength_of(similarity: float) -> float:
    """Return the strength that a match's similarity, less than 1, stands for."""
    return similarity * _HALF / (1 - similarity)
