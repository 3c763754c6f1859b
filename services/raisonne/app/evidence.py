"""Pictures of evidence: the checked file beside the registered work, for people who look."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from raisonne.rights.match import Match, Region

_PANEL = 420
"""Side of the square that each picture is fitted into, in pixels."""
_MARGIN = 24
_HEAD = 76
_FOOT = 60
_INK = (28, 28, 32)
_PAPER = (250, 249, 246)
_QUIET = (112, 112, 118)
_COLOURS = {"BLOCK": (178, 34, 34), "REVIEW": (176, 112, 0), "ALLOW": (30, 110, 60)}


@dataclass(frozen=True, slots=True)
class EvidenceWords:
    """What is written on the picture.

    Attributes:
        outcome: ``BLOCK``, ``REVIEW`` or ``ALLOW``.
        headline: One sentence on why.
        query: Caption of the checked file.
        work: Caption of the registered work.
    """

    outcome: str
    headline: str
    query: str
    work: str


def match_picture(
    query: NDArray[np.uint8],
    work: NDArray[np.uint8],
    match: Match,
    size: tuple[int, int],
    words: EvidenceWords,
) -> bytes:
    """Return a PNG that shows a match.

    Args:
        query: Decoded checked file, uint8 (height, width, 3).
        work: Decoded registered work, same layout.
        match: What was found; its region is drawn on the query.
        size: Width and height in pixels of the checked file, the frame of ``match.region``.
        words: What is written on it.
    """
    width, height = 2 * _PANEL + 3 * _MARGIN, _HEAD + _PANEL + _FOOT
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    _write_head(draw, words, match)
    left = _place(sheet, query, _MARGIN)
    _place(sheet, work, 2 * _MARGIN + _PANEL)
    if match.region is not None:
        _frame(draw, left, match.region, size, _COLOURS[words.outcome])
    for text, x in ((words.query, _MARGIN), (words.work, 2 * _MARGIN + _PANEL)):
        draw.text((x, _HEAD + _PANEL + 10), _fit(draw, text, 15), fill=_INK, font=_font(15))
    facts = f"{match.mechanism.value} {match.similarity:.3f} (from {match.threshold:.3f})"
    draw.text((_MARGIN, height - 24), facts, fill=_QUIET, font=_font(13))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


def _write_head(draw: ImageDraw.ImageDraw, words: EvidenceWords, match: Match) -> None:
    colour = _COLOURS[words.outcome]
    draw.text((_MARGIN, 14), words.outcome, fill=colour, font=_font(24))
    offset = _MARGIN + draw.textlength(words.outcome, font=_font(24)) + 14
    score = f"{match.score:.0%} certain"
    draw.text((offset, 20), score, fill=_QUIET, font=_font(17))
    headline = _fit(draw, words.headline, 16, 2 * _PANEL + _MARGIN)
    draw.text((_MARGIN, 46), headline, fill=_INK, font=_font(16))


def _place(
    sheet: Image.Image, pixels: NDArray[np.uint8], x: int
) -> tuple[float, float, float, float]:
    """Fit a picture into its panel; return its box as left, top, width, height."""
    picture = Image.fromarray(pixels)
    picture.thumbnail((_PANEL, _PANEL), Image.Resampling.LANCZOS)
    left, top = x + (_PANEL - picture.width) // 2, _HEAD + (_PANEL - picture.height) // 2
    sheet.paste(picture, (left, top))
    return float(left), float(top), float(picture.width), float(picture.height)


def _frame(
    draw: ImageDraw.ImageDraw,
    box: tuple[float, float, float, float],
    region: Region,
    size: tuple[int, int],
    colour: tuple[int, int, int],
) -> None:
    left, top, width, height = box
    across, down = width / size[0], height / size[1]
    x0, y0 = left + region.x * across, top + region.y * down
    x1, y1 = x0 + region.width * across - 1, y0 + region.height * down - 1
    draw.rectangle((x0, y0, x1, y1), outline=colour, width=4)


def _fit(draw: ImageDraw.ImageDraw, text: str, size: int, width: int = _PANEL) -> str:
    """Shorten a text from its end until it fits."""
    if draw.textlength(text, font=_font(size)) <= width:
        return text
    while text and draw.textlength(text + "…", font=_font(size)) > width:
        text = text[:-1]
    return text + "…"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
