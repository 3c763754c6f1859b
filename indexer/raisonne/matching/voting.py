"""Which works a query's points speak for, before any geometry is worked out.

Every registered point that looks like one of the query's votes for its work, at the change of scale
and the turn that would lay one over the other. Votes that agree in both add up (weak geometric
consistency: Jegou, Douze and Schmid, "Hamming embedding and weak geometric consistency", ECCV
2008). A vote weighs more the nearer it is in comparison with the other points that look alike, so
what many works share says little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.query_forms import QueryForms
from raisonne.index.local_space import LocalHits

_LEAST_WEIGHT = 0.02
_CERTAIN = 0.15
_SPREAD = 90.0
_OCTAVES = 11
_TURNS = 12
_TURN = 360 / _TURNS
_NEXT_TURN, _NEXT_OCTAVE = 0.6, 0.5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A work that points speak for.

    Attributes:
        slot: Its place in the local space.
        form: Number of the query's form.
        votes: Their weight.
    """

    slot: int
    form: int
    votes: float


def count_votes(
    query: QueryForms, hits: LocalHits, counted: NDArray[np.bool_], most: int
) -> list[Candidate]:
    """Return the works with the most votes.

    Args:
        query: The query's points.
        hits: What was found for the looked-up descriptors.
        counted: Which points have a vote, shape (points,).
        most: How many candidates.

    Returns:
        At most one for each work and form, most votes first.
    """
    weights = _weights(hits)
    kept = np.flatnonzero((weights > _LEAST_WEIGHT) & counted[query.row[hits.row]])
    row, form = query.row[hits.row[kept]], query.form[hits.row[kept]]
    octave, turn = _changes(query, hits, kept, row, form)
    side = (hits.slot[kept].astype(np.int64) << 2) | form
    cell = (side * _OCTAVES + octave) * _TURNS + turn
    # A point votes once in a cell, however many points of the work look like it.
    single, first = np.unique(cell * len(counted) + row, return_index=True)
    cells, members = np.unique(single // max(1, len(counted)), return_inverse=True)
    heights = np.bincount(members, weights[kept][first], len(cells)).astype(np.float64)
    sides, votes = _summed(cells, heights)
    order = np.argsort(-votes, kind="stable")[:most]
    return [Candidate(int(sides[i] >> 2), int(sides[i] & 3), float(votes[i])) for i in order]


def _weights(hits: LocalHits) -> NDArray[np.float32]:
    """Weigh hits by how much nearer they are than the farthest of the same point.

    Hits that are near beyond doubt keep some weight even where all are alike, as they are when a
    picture was registered many times.
    """
    distance = np.maximum(hits.distance, 0)
    relative = 1 - np.sqrt(distance / np.maximum(hits.farthest, 1))
    floor = _CERTAIN * np.exp(-distance / (2 * _SPREAD**2))
    return np.asarray(np.maximum(relative, floor), np.float32)


def _changes(
    query: QueryForms,
    hits: LocalHits,
    kept: NDArray[np.intp],
    row: NDArray[np.intp],
    form: NDArray[np.intp],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the cells of scale and turn that hits vote in."""
    points = np.stack([features.points for features in query.forms])[form, row]
    middle = _OCTAVES // 2
    octaves = np.log2(hits.size[kept] / points[:, 2]).round().clip(-middle, middle) + middle
    turns = ((hits.angle[kept] - points[:, 3]) / _TURN).round() % _TURNS
    return octaves.astype(np.int64), turns.astype(np.int64)


def _summed(
    cells: NDArray[np.int64], heights: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return, for each work and form, the highest cell together with a part of its neighbours."""
    sides, place = np.unique(cells // (_OCTAVES * _TURNS), return_inverse=True)
    votes = np.zeros((len(sides), _OCTAVES, _TURNS))
    votes[place, cells // _TURNS % _OCTAVES, cells % _TURNS] = heights
    around = votes + _NEXT_TURN * (np.roll(votes, 1, axis=2) + np.roll(votes, -1, axis=2))
    total = around.copy()
    total[:, 1:] += _NEXT_OCTAVE * around[:, :-1]
    total[:, :-1] += _NEXT_OCTAVE * around[:, 1:]
    return sides, total.max(axis=(1, 2), initial=0)
