"""Stained glass: panes of colour between leads, with light behind them."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from raisonne.generation.brief import Brief, Facet, Family, Picture, colour_phrase, sentence
from raisonne.generation.colour import jitter
from raisonne.generation.dice import Dice
from raisonne.generation.exact import FloatArray, cosines, sines
from raisonne.generation.geometry import Frame, clip_half_plane, rectangle
from raisonne.generation.paint import Cloudy, Noise, flat, mottle, paper, soft_ellipse
from raisonne.generation.scene import Scene, Shape

_MOST_PANES: Final = 900
_MOST_INKS: Final = 5
_BEYOND: Final = 0.3


def _scattered(dice: Dice, frame: Frame, count: int) -> FloatArray:
    """Return sites spread at random but not too close to one another (best of six candidates)."""
    extent, sites = np.array([frame.width, frame.height]), np.empty((count, 2))
    for placed in range(count):
        candidates = dice.units(6, 2) * extent
        apart = candidates[:, None, :] - sites[None, :placed, :]
        squares = apart[:, :, 0] * apart[:, :, 0] + apart[:, :, 1] * apart[:, :, 1]
        gaps = squares.min(axis=1) if placed else np.zeros(len(candidates))
        sites[placed] = candidates[int(gaps.argmax())]
    return sites


def _rose(dice: Dice, frame: Frame) -> FloatArray:
    """Return sites on rings around a centre, as in a rose window."""
    x = dice.near(frame.width / 2, 0.25 * frame.width)
    y = dice.near(frame.height / 2, 0.25 * frame.height)
    fold, gap = dice.whole(5, 12), dice.between(0.09, 0.2) * math.sqrt(max(1.0, frame.area / 4.0))
    rings, radius = [np.array([(x, y)])], 0.0
    while radius < frame.width + frame.height:
        radius += gap * dice.between(0.85, 1.2)
        number = fold * max(1, int(radius / (gap * dice.between(1.6, 3.0))))
        turns = dice.unit() + np.arange(number) / number
        rings.append(np.stack([x + radius * cosines(turns), y + radius * sines(turns)], axis=1))
    sites = np.concatenate(rings)
    low, high = -_BEYOND, np.array([frame.width, frame.height]) + _BEYOND
    return sites[np.all((sites > low) & (sites < high), axis=1)]


def _panes(frame: Frame, points: FloatArray, lead: float) -> list[FloatArray]:
    """Return the Voronoi cells of the sites, drawn in by half the lead on every side.

    Each cell is the frame clipped by its bisectors, nearest neighbours first, until no further
    site can reach it.
    """
    cells = []
    for site in points:
        offsets = points - site
        squares = offsets[:, 0] * offsets[:, 0] + offsets[:, 1] * offsets[:, 1]
        cell = rectangle(-lead, -lead, frame.width + lead, frame.height + lead)
        for index in np.argsort(squares, kind="stable")[1:]:
            corners = cell - site
            furthest = (corners[:, 0] * corners[:, 0] + corners[:, 1] * corners[:, 1]).max()
            if squares[index] > 4.0 * furthest:
                break
            length = float(np.sqrt(squares[index]))
            nx, ny = (float(v) / length for v in offsets[index])
            middle = float(site[0]) * nx + float(site[1]) * ny + length / 2
            cell = clip_half_plane(cell, (nx, ny), middle - lead / 2)
            if len(cell) < 3:  # noqa: PLR2004 - nothing left but lead
                break
        cells.append(cell)
    return cells


def compose_glass(brief: Brief, dice: Dice, frame: Frame) -> Picture:
    """Compose panes of coloured glass between leads, with light behind them."""
    palette, scene = brief.palette(dice), Scene(frame)
    rose = "rosette" in brief.subjects or ("rosette" not in brief.absent and dice.chance(0.4))
    usual = brief.level(16, dice.between(24, 60), 110)
    count = int(min(_MOST_PANES, max(9, usual * frame.area)))
    sites = _rose(dice, frame) if rose else _scattered(dice, frame, count)
    lead = brief.stroke(0.006, dice.between(0.009, 0.018), 0.028)
    cells = [cell for cell in _panes(frame, sites, lead) if len(cell) > 2]  # noqa: PLR2004
    inks = list(palette.first(_MOST_INKS))
    if palette.ground_name or not palette.named:
        inks.append(palette.ground)
    come = (22, 22, 26)
    scene.glaze(flat(come))
    light = (dice.between(0.2, 0.8) * frame.width, dice.between(0.1, 0.7) * frame.height)
    panes = []
    for index, cell in enumerate(cells):
        colour = inks[index % len(inks)] if index < 2 * len(inks) else dice.pick(inks)
        panes.append(Shape(cell, jitter(dice, colour, 16)))
    streaks = mottle(Cloudy(dice, dice.between(6.0, 14.0), dice.between(18.0, 40.0)), 0.10)
    scene.shapes(
        panes, paints=(mottle(Cloudy(dice, 2.2), 0.14), streaks, mottle(Noise(dice, 120.0), 0.03))
    )
    for cell in cells:
        # Light gathers within each pane, off its middle.
        x, y = (float(v) for v in (cell.max(axis=0) + cell.min(axis=0)) / 2)
        wide, high = (float(v) for v in (cell.max(axis=0) - cell.min(axis=0)) * 0.42)
        scene.soft(
            (255, 252, 240), *soft_ellipse(x - wide * 0.15, y - high * 0.2, wide, high, 0.16)
        )
    scene.soft((255, 250, 230), *soft_ellipse(*light, 0.75, 0.75, 0.2))
    edge = [Shape(cell, come) for cell in _rims(cells)]
    scene.shapes(edge, opacity=0.35)
    paper(scene, dice, 0.6)
    return Picture(
        scene,
        sentence(
            "stained glass",
            f"{len(cells)} panes {'around a rosette' if rose else 'between leads'}",
            colour_phrase(palette, brief.mood),
        ),
    )


def _rims(cells: list[FloatArray]) -> list[FloatArray]:
    """Return the lower right border of each pane, where the lead throws its shadow."""
    rims = []
    for cell in cells:
        middle = (cell.max(axis=0) + cell.min(axis=0)) / 2
        inner = middle + (cell - middle) * 0.95 - 0.003
        for k in range(len(cell)):
            j = (k + 1) % len(cell)
            side = (cell[k] + cell[j]) / 2 - middle
            if side[0] + side[1] > 0:
                rims.append(np.array([cell[k], cell[j], inner[j], inner[k]]))
    return rims


GLASS = Family(
    name="stained-glass",
    compose=compose_glass,
    words=("stained glass", "glass", "leaded window", "rose window"),
    styles=frozenset({"decorative", "pattern"}),
    subjects={"rosette": 4},
    optional=frozenset({"rosette"}),
    facets=frozenset({Facet.COLOUR, Facet.MOOD, Facet.DENSITY, Facet.WEIGHT}),
    colours=5,
)
