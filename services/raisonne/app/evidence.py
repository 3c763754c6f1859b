"""Pictures of evidence: the checked file beside the registered work, for people who look."""

from __future__ import annotations

import io
from bisect import bisect_right
from dataclasses import dataclass
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from raisonne.fingerprint.decoding import DecodedImage
from raisonne.rights.match import Match, Region, Transform

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
class _Panel:
    """Where a picture lies on the sheet, and sheet pixels for each of its own."""

    left: int
    top: int
    across: float
    down: float

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the sheet position of a pixel position of the picture."""
        return self.left + x * self.across, self.top + y * self.down


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
    query: DecodedImage,
    work: DecodedImage,
    match: Match,
    words: EvidenceWords,
    kind: Literal["PNG", "JPEG"] = "PNG",
) -> bytes:
    """Return a picture that shows a match.

    Args:
        query: The checked file; the match's region is framed on it.
        work: The registered work; equal numbers mark the same places in both, where the match
            knows how one lies over the other.
        match: What was found.
        words: What is written on it.
        kind: File format; JPEG is a fifth of the size.
    """
    width, height = 2 * _PANEL + 3 * _MARGIN, _HEAD + _PANEL + _FOOT
    sheet = Image.new("RGB", (width, height), _PAPER)
    draw = ImageDraw.Draw(sheet)
    _write_head(draw, words, match)
    left = _place(sheet, query, _MARGIN)
    right = _place(sheet, work, 2 * _MARGIN + _PANEL)
    if match.region is not None:
        _frame(draw, left, match.region, _COLOURS[words.outcome])
        if match.transform is not None:
            _mark(draw, left, right, match.region, match.transform)
    for text, x in ((words.query, _MARGIN), (words.work, 2 * _MARGIN + _PANEL)):
        draw.text((x, _HEAD + _PANEL + 10), _fit(draw, text, 15), fill=_INK, font=_font(15))
    facts = f"{match.mechanism.value} {match.similarity:.3f} (from {match.threshold:.3f})"
    draw.text((_MARGIN, height - 24), facts, fill=_QUIET, font=_font(13))
    out = io.BytesIO()
    sheet.save(out, kind)
    return out.getvalue()


def _write_head(draw: ImageDraw.ImageDraw, words: EvidenceWords, match: Match) -> None:
    colour = _COLOURS[words.outcome]
    draw.text((_MARGIN, 14), words.outcome, fill=colour, font=_font(24))
    offset = _MARGIN + draw.textlength(words.outcome, font=_font(24)) + 14
    score = f"{match.score:.1%} certain"
    draw.text((offset, 20), score, fill=_QUIET, font=_font(17))
    headline = _fit(draw, words.headline, 16, 2 * _PANEL + _MARGIN)
    draw.text((_MARGIN, 46), headline, fill=_INK, font=_font(16))


def _place(sheet: Image.Image, image: DecodedImage, x: int) -> _Panel:
    """Fit a picture into its panel."""
    picture = Image.fromarray(image.pixels)
    picture.thumbnail((_PANEL, _PANEL), Image.Resampling.LANCZOS)
    left, top = x + (_PANEL - picture.width) // 2, _HEAD + (_PANEL - picture.height) // 2
    sheet.paste(picture, (left, top))
    return _Panel(left, top, picture.width / image.width, picture.height / image.height)


def _frame(
    draw: ImageDraw.ImageDraw, panel: _Panel, region: Region, colour: tuple[int, int, int]
) -> None:
    x0, y0 = panel.at(region.x, region.y)
    x1, y1 = panel.at(region.x + region.width, region.y + region.height)
    draw.rectangle((x0, y0, x1 - 1, y1 - 1), outline=colour, width=4)


def _mark(
    draw: ImageDraw.ImageDraw, query: _Panel, work: _Panel, region: Region, transform: Transform
) -> None:
    """Number four places of the region, and the same places of the work."""
    homography = np.array(transform).reshape(3, 3)
    shares = ((0.12, 0.12), (0.88, 0.12), (0.88, 0.88), (0.12, 0.88))
    for number, (across, down) in enumerate(shares, 1):
        x, y = region.x + across * region.width, region.y + down * region.height
        u, v, w = homography @ (x, y, 1.0)
        for place in (query.at(x, y), work.at(u / w, v / w)):
            box = (place[0] - 12, place[1] - 12, place[0] + 12, place[1] + 12)
            draw.ellipse(box, fill=_PAPER, outline=_INK, width=2)
            draw.text(place, str(number), fill=_INK, font=_font(15), anchor="mm")


def _fit(draw: ImageDraw.ImageDraw, text: str, size: int, width: int = _PANEL) -> str:
    """Put a text on one line, shortened from its end until it fits."""
    line, font = " ".join(text.split()), _font(size)
    if draw.textlength(line, font) <= width:
        return line
    too_long = bisect_right(
        range(len(line)), float(width), key=lambda end: draw.textlength(line[:end] + "…", font)
    )
    return line[: too_long - 1] + "…"


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
