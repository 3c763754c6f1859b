"""How well a descriptor finds held-out works again: a fixed list of attacks, and its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.training import corruption
from raisonne.fingerprint.training.geometry import Geometry, place
from raisonne.fingerprint.training.pictures import SourcePicture
from raisonne.fingerprint.training.views import whole_view

Describe = Callable[[NDArray[np.uint8]], NDArray[np.float32]]
"""Maps views, shape (n, side, side, 3), to vectors of length one, shape (n, d)."""

_CHANGE = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]

_MOVED = ((0.12, 0.06), (-0.05, 0.1), (-0.1, -0.08), (0.04, -0.12))
_GEOMETRIES: Mapping[str, Geometry] = {
    "crop 50 %": Geometry((0.2, 0.1, 0.9, 0.81)),
    "crop 25 %": Geometry((0.1, 0.4, 0.6, 0.9)),
    "turn 10": Geometry(turn=10),
    "turn 35, filled": Geometry(turn=35, scale=1.35),
    "turn 90": Geometry(turn=90, canvas_aspect=1.0),
    "mirror": Geometry(mirrored=True),
    "perspective": Geometry(corners=_MOVED),
    "frame": Geometry(scale=0.7),
    "stretch": Geometry(canvas_aspect=1.6),
}
_CHANGES: Mapping[str, _CHANGE] = {
    "jpeg 8": lambda view, _: corruption.jpeg(view, 8),
    "grey": lambda view, _: corruption.saturate(view, 0),
    "hue 120": lambda view, _: corruption.saturate(view, 1, 120),
    "dark": lambda view, _: corruption.tone(view, 0.6, -0.15, 1.6),
    "inverted": lambda view, _: corruption.invert(view),
    "blur": lambda view, _: corruption.blur(view, 0.025),
    "pixels": lambda view, _: corruption.pixelate(view, 20),
    "noise": lambda view, chance: corruption.noise(view, 0.15, chance),
    "halftone": lambda view, _: corruption.halftone(view, 1),
    "text": lambda view, chance: corruption.write(view, 5, 0.2, chance),
    "shapes": lambda view, chance: corruption.cover(view, 5, 0.4, chance),
}
_PASTES = {"paste 40 %": (0.632, (0.45, 0.55)), "paste 15 %": (0.387, (0.65, 0.4))}
_BLEND = "blend 40 %"
_BATCH = 64


@dataclass(frozen=True, slots=True)
class Figures:
    """What a search among registered works gave.

    Attributes:
        recall_at_1: Share of the queries with a work whose work came first.
        recall_at_10: Share whose work was among the first ten.
        micro_ap: Average precision over all pairs of query and work, queries without a work
            included, best first (Douze et al., "The 2021 image similarity dataset and challenge").
    """

    recall_at_1: float
    recall_at_10: float
    micro_ap: float


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one descriptor.

    Attributes:
        raw: By cosine.
        normalised: By cosine less the query's similarity to a background, see ``normalised``.
        by_attack: Recall at 1 by cosine for each attack.
    """

    raw: Figures
    normalised: Figures
    by_attack: Mapping[str, float]


def attacked_views(
    pictures: Sequence[SourcePicture], side: int, seed: int = 0
) -> dict[str, NDArray[np.uint8]]:
    """Attack every picture in every way.

    Returns:
        For each attack, views of shape (n, side, side, 3).
    """
    chance = np.random.default_rng(seed)
    whole = np.stack([whole_view(picture, side) for picture in pictures])
    ground = np.roll(whole, 1, axis=0)
    views = {}
    for name, geometry in _GEOMETRIES.items():
        views[name] = np.full_like(whole, 128)
        for picture, canvas in zip(pictures, views[name], strict=True):
            place(picture, geometry, canvas)
    for name, (scale, centre) in _PASTES.items():
        views[name] = ground.copy()
        for picture, canvas in zip(pictures, views[name], strict=True):
            place(picture, Geometry(scale=scale, centre=centre), canvas)
    views[_BLEND] = np.stack(
        [corruption.mix(a, b, 0.4) for a, b in zip(whole, ground, strict=True)]
    )
    for name, change in _CHANGES.items():
        views[name] = np.stack([change(view, chance) for view in whole])
    return views


def validate(
    describe: Describe,
    works: Sequence[SourcePicture],
    strangers: Sequence[SourcePicture],
    background: Sequence[SourcePicture],
    side: int,
) -> Report:
    """Register works, search for every attacked work and every attacked stranger.

    Args:
        describe: The descriptor.
        works: Registered.
        strangers: Not registered: whatever a search for them finds is wrong.
        background: Neither; for score normalisation.
        side: Of the views, in pixels.
    """
    registered = _described(describe, np.stack([whole_view(picture, side) for picture in works]))
    others = _described(describe, np.stack([whole_view(picture, side) for picture in background]))
    # Pastes and blends show two pictures: their ground is the neighbour, another right answer,
    # so works and strangers are attacked apart and the neighbour's column is left out.
    scores, normal, labels, names = [], [], [], []
    for pictures, known in ((works, True), (strangers, False)):
        for name, views in attacked_views(pictures, side).items():
            vectors = _described(describe, views)
            similarity = vectors @ registered.T
            if known and (name in _PASTES or name == _BLEND):
                index = np.arange(len(works))
                similarity[index, index - 1] = -1
            scores.append(similarity)
            normal.append(normalised(similarity, vectors @ others.T))
            labels.append(np.arange(len(pictures)) if known else np.full(len(pictures), -1))
            names += [name] * len(pictures) if known else []
    label = np.concatenate(labels)
    raw = np.concatenate(scores)
    hits = raw.argmax(axis=1)[: len(names)] == label[: len(names)]
    attacks = np.array(names)
    return Report(
        figures(raw, label),
        figures(np.concatenate(normal), label),
        {name: float(hits[attacks == name].mean()) for name in dict.fromkeys(names)},
    )


def normalised(
    similarity: NDArray[np.float32], background: NDArray[np.float32], nearest: int = 10
) -> NDArray[np.float32]:
    """Subtract from each query's similarities what it has to pictures that it cannot show.

    Args:
        similarity: Of queries to works, shape (q, w).
        background: Of the same queries to background pictures, shape (q, b).
        nearest: How many of the most similar background pictures are averaged.
    """
    count = min(nearest, background.shape[1])
    level = -np.partition(-background, count - 1, axis=1)[:, :count].mean(axis=1, keepdims=True)
    return np.asarray(similarity - level, np.float32)


def figures(scores: NDArray[np.float32], label: NDArray[np.int64], ranked: int = 10) -> Figures:
    """Compute the figures of a search.

    Args:
        scores: Shape (q, w).
        label: Each query's work, or -1, shape (q,).
        ranked: How many works are proposed for each query.
    """
    count = min(ranked, scores.shape[1])
    order = np.argsort(-scores, axis=1, kind="stable")[:, :count]
    right = order == label[:, None]
    known = label >= 0
    flat = np.argsort(-np.take_along_axis(scores, order, axis=1), axis=None, kind="stable")
    found = right.ravel()[flat]
    precision = np.cumsum(found) / np.arange(1, found.size + 1)
    return Figures(
        float(right[known, 0].mean()),
        float(right[known].any(axis=1).mean()),
        float(precision[found].sum() / known.sum()),
    )


def _described(describe: Describe, views: NDArray[np.uint8]) -> NDArray[np.float32]:
    batches = [views[start : start + _BATCH] for start in range(0, len(views), _BATCH)]
    return np.concatenate([describe(batch) for batch in batches])
