"""Random views of works: what the two sides of a training pair look like.

A work is a picture or a part of one, perhaps mirrored or with its colours exchanged, so that a few
hundred pictures give many works. One view of it is often nearly clean, as a registered picture is;
the other went through what copies undergo. Some views show a second work of the batch as well, in
the background of a paste or blended in: these are positives of both ("mixed positives", Pizzi et
al., "A Self-Supervised Descriptor for Image Copy Detection", CVPR 2022).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from raisonne.fingerprint.training import corruption
from raisonne.fingerprint.training.geometry import WHOLE, Geometry, Rectangle, place, within
from raisonne.fingerprint.training.pictures import SourcePicture

_CLEAN = 0.3
_MILD = 0.35
_MIXED_SHARE = 0.3
_PERMUTATIONS = ((0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0))


def training_views(
    pictures: Sequence[SourcePicture],
    side: int,
    strong_share: float,
    chance: np.random.Generator,
) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Make two views of each picture of a batch.

    Args:
        pictures: n different ones.
        side: Of the views, in pixels.
        strong_share: Share of the second views that are strongly changed, 0 to 1.
        chance: Decides everything.

    Returns:
        Views, shape (2 n, side, side, 3): the milder ones, then the stronger ones; and which works
        each shows, shape (2 n, n).
    """
    count = len(pictures)
    works = [(_varied(picture, chance), _region(chance)) for picture in pictures]
    views = np.empty((2 * count, side, side, 3), np.uint8)
    shows = np.tile(np.eye(count, dtype=np.bool_), (2, 1))
    for index, (picture, region) in enumerate(works):
        views[index] = _milder_view(picture, region, side, strong_share, chance)
        if not _happens(strong_share, chance):
            views[count + index] = _milder_view(picture, region, side, strong_share, chance)
            continue
        other = int((index + chance.integers(1, count)) % count) if count > 1 else index
        view, shown = _strong_view(picture, region, works[other], side, chance)
        views[count + index] = view
        shows[count + index, other] |= shown >= _MIXED_SHARE
    return views, shows


def whole_view(picture: SourcePicture, side: int) -> NDArray[np.uint8]:
    """Return a picture as it is registered, shape (side, side, 3)."""
    canvas = np.empty((side, side, 3), np.uint8)
    place(picture, Geometry(), canvas)
    return canvas


def _happens(probability: float, chance: np.random.Generator) -> bool:
    return bool(chance.random() < probability)


def _varied(picture: SourcePicture, chance: np.random.Generator) -> SourcePicture:
    levels = picture.levels
    if _happens(0.5, chance):
        levels = tuple(level[:, ::-1] for level in levels)
    if _happens(0.3, chance):
        order = list(_PERMUTATIONS[chance.integers(len(_PERMUTATIONS))])
        levels = tuple(level[..., order] for level in levels)
    return replace(picture, levels=tuple(np.ascontiguousarray(level) for level in levels))


def _region(chance: np.random.Generator) -> Rectangle:
    return _crop(0.3, chance) if _happens(0.4, chance) else WHOLE


def _crop(least_area: float, chance: np.random.Generator) -> Rectangle:
    area = chance.uniform(least_area, 1.0)
    stretch = np.exp(chance.uniform(-0.3, 0.3))
    width = min(1.0, float(np.sqrt(area) * stretch))
    height = min(1.0, area / width)
    left, top = chance.random() * (1 - width), chance.random() * (1 - height)
    return (left, top, left + width, top + height)


def _milder_view(
    picture: SourcePicture,
    region: Rectangle,
    side: int,
    strong_share: float,
    chance: np.random.Generator,
) -> NDArray[np.uint8]:
    kind = chance.random()
    if kind >= _CLEAN + _MILD and _happens(strong_share, chance):
        geometry = replace(_strong_geometry(region, chance), scale=1.0, centre=(0.5, 0.5))
        return _corrupted(_on_ground(picture, geometry, side, chance), 0.6, chance)
    crop = WHOLE if kind < _CLEAN else _crop(0.7, chance)
    view = _on_ground(picture, Geometry(within(region, crop)), side, chance)
    return view if kind < _CLEAN else _corrupted(view, 0.35, chance)


def _strong_view(
    picture: SourcePicture,
    region: Rectangle,
    other: tuple[SourcePicture, Rectangle],
    side: int,
    chance: np.random.Generator,
) -> tuple[NDArray[np.uint8], float]:
    """Return a view and the share of it that another work shows through."""
    geometry = _strong_geometry(region, chance)
    shown = 0.0
    if _happens(0.2, chance):
        scale = float(np.sqrt(chance.uniform(0.15, 0.75)))
        reach = (1 - scale) / 2
        centre = (0.5 + reach * chance.uniform(-1, 1), 0.5 + reach * chance.uniform(-1, 1))
        geometry = replace(
            geometry, scale=scale, centre=centre, canvas_aspect=float(chance.uniform(0.7, 1.4))
        )
        shown = 1 - geometry.visible_share()
        view = _on_ground(other[0], Geometry(other[1]), side, chance)
        place(picture, geometry, view)
    else:
        view = _on_ground(picture, geometry, side, chance)
    if shown == 0 and _happens(0.1, chance):
        shown = chance.uniform(0.15, 0.5)
        behind = _on_ground(other[0], Geometry(other[1]), side, chance)
        view = corruption.mix(view, behind, shown)
    return _corrupted(view, 1.0, chance), shown


def _on_ground(
    picture: SourcePicture, geometry: Geometry, side: int, chance: np.random.Generator
) -> NDArray[np.uint8]:
    canvas = np.empty((side, side, 3), np.uint8)
    canvas[:] = (
        chance.integers(0, 256, 3) if _happens(0.3, chance) else chance.choice([0, 128, 255])
    )
    place(picture, geometry, canvas)
    return canvas


def _strong_geometry(region: Rectangle, chance: np.random.Generator) -> Geometry:
    crop = _crop(0.2, chance) if _happens(0.55, chance) else WHOLE
    turn = 0.0
    kind = bisect_right((0.25, 0.35, 0.4), chance.random())
    if kind == 0:
        turn = chance.uniform(-25, 25)
    elif kind == 1:
        turn = 90.0 * chance.integers(1, 4)
    elif kind == 2:  # noqa: PLR2004 - the third of the kinds above
        turn = chance.uniform(-180, 180)
    corners: tuple[tuple[float, float], ...] = ((0.0, 0.0),) * 4
    if _happens(0.15, chance):
        moved = chance.uniform(-0.15, 0.15, (4, 2))
        corners = tuple((float(x), float(y)) for x, y in moved)
    scale = 1.0
    kind = bisect_right((0.12, 0.3), chance.random())
    if kind == 0:
        scale = chance.uniform(0.55, 0.95)
    elif kind == 1:
        # Turned content that fills the canvas leaves no tell-tale corners.
        scale = chance.uniform(1.05, 1.5)
    aspect = float(chance.uniform(0.6, 1.6)) if _happens(0.15, chance) else None
    return Geometry(
        crop=within(region, crop),
        turn=float(turn),
        mirrored=_happens(0.25, chance),
        corners=corners,
        scale=float(scale),
        canvas_aspect=aspect,
    )


def _corrupted(
    view: NDArray[np.uint8], rate: float, chance: np.random.Generator
) -> NDArray[np.uint8]:
    """Apply random corruptions; a rate of 1 means about three and a half of them a view."""
    drawn = chance.random(len(_CORRUPTIONS)) < rate * _PROBABILITIES
    for index in np.flatnonzero(drawn):
        view = _CORRUPTIONS[index][1](view, chance)
    return view


def _tone(view: NDArray[np.uint8], chance: np.random.Generator) -> NDArray[np.uint8]:
    gamma = float(np.exp(chance.uniform(-0.7, 0.7)))
    return corruption.tone(view, chance.uniform(0.5, 1.7), chance.uniform(-0.2, 0.2), gamma)


def _colour(view: NDArray[np.uint8], chance: np.random.Generator) -> NDArray[np.uint8]:
    turn = chance.uniform(-180, 180) if _happens(0.4, chance) else chance.uniform(-25, 25)
    return corruption.saturate(view, chance.uniform(0.0, 2.0), turn)


def _duotone(view: NDArray[np.uint8], chance: np.random.Generator) -> NDArray[np.uint8]:
    dark = chance.uniform(0, 0.4, 3).astype(np.float32)
    bright = chance.uniform(0.5, 1, 3).astype(np.float32)
    return corruption.duotone(view, dark, bright)


# In the order in which pictures are usually spoilt: tone, style, overlay, damage, file format.
_CORRUPTIONS = (
    (0.45, _tone),
    (0.35, _colour),
    (0.10, lambda view, _: corruption.saturate(view, 0.0)),
    (0.06, _duotone),
    (0.06, lambda view, _: corruption.invert(view)),
    (0.05, lambda view, chance: corruption.posterise(view, int(chance.integers(2, 6)))),
    (0.02, lambda view, chance: corruption.solarise(view, chance.uniform(0.4, 0.8))),
    (0.06, lambda v, c: corruption.light(v, c.uniform(0.3, 0.9), c.uniform(0, 2 * np.pi))),
    (0.02, lambda view, _: corruption.sketch(view)),
    (0.02, lambda view, chance: corruption.halftone(view, int(chance.integers(1, 3)))),
    (0.04, lambda view, chance: corruption.median(view, int(chance.integers(1, 4)))),
    (0.18, lambda v, c: corruption.write(v, int(c.integers(1, 5)), c.uniform(0.06, 0.3), c)),
    (0.14, lambda v, c: corruption.cover(v, int(c.integers(1, 5)), c.uniform(0.1, 0.7), c)),
    (0.18, lambda view, chance: corruption.blur(view, np.exp(chance.uniform(-5.3, -3.1)))),
    (0.05, lambda view, chance: corruption.sharpen(view, chance.uniform(0.5, 3))),
    (0.05, lambda view, chance: corruption.pixelate(view, int(chance.integers(12, 40)))),
    (0.14, lambda view, chance: corruption.noise(view, chance.uniform(0.02, 0.25), chance)),
    (0.03, lambda view, chance: corruption.speckle(view, chance.uniform(0.01, 0.15), chance)),
    (0.25, lambda view, chance: corruption.jpeg(view, int(chance.integers(4, 60)))),
)
_PROBABILITIES = np.array([probability for probability, _ in _CORRUPTIONS])
