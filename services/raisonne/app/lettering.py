"""Text on pictures: a font that has the letters, and lines that fit their room."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache

from PIL import ImageFont

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

_SYSTEM_FONTS = (
    "NotoSansCJK-Regular.ttc",
    "NotoSans-Regular.ttf",
    "wqy-microhei.ttc",
    "msyh.ttc",
    "PingFang.ttc",
    "Arial Unicode.ttf",
    "DejaVuSans.ttf",
)
"""Looked for where the built-in font lacks a letter, the ones with most scripts first."""
_UNKNOWN = "\uffff"


def line_font(text: str, size: int) -> Font:
    """Return the built-in font, or one of the system's where that lacks letters of the text.

    Args:
        text: What will be written.
        size: In pixels.
    """
    return next(
        (font for font in _fonts(size) if all(_has(font, letter) for letter in set(text))),
        _fonts(size)[0],
    )


def width(text: str, size: int) -> float:
    """Return how many pixels wide a line is."""
    return line_font(text, size).getlength(text)


def fit(text: str, size: int, room: float) -> str:
    """Put a text on one line, shortened from its end until it fits its room in pixels."""
    line = " ".join(text.split())
    if width(line, size) <= room:
        return line
    end = bisect_right(range(len(line)), room, key=lambda end: width(line[:end] + "…", size))
    while end and width(line[:end] + "…", size) > room:
        end -= 1
    return line[:end] + "…"


def wrap(text: str, size: int, room: float, lines: int) -> tuple[str, ...]:
    """Break a text between words into at most so many lines; the last one is shortened to fit.

    Args:
        text: Words.
        size: Of the font in pixels.
        room: Width in pixels.
        lines: How many at most.
    """
    words, broken = text.split(), list[str]()
    while words and len(broken) < lines - 1:
        count = 1
        while count < len(words) and width(" ".join(words[: count + 1]), size) <= room:
            count += 1
        broken.append(fit(" ".join(words[:count]), size, room))
        words = words[count:]
    if words:
        broken.append(fit(" ".join(words), size, room))
    return tuple(broken)


@cache
def _fonts(size: int) -> tuple[Font, ...]:
    found: list[Font] = [ImageFont.load_default(size)]
    for name in _SYSTEM_FONTS:
        try:
            found.append(ImageFont.truetype(name, size))
        except OSError:
            continue
    return tuple(found)


@cache
def _has(font: Font, letter: str) -> bool:
    """Whether a font draws a letter otherwise than as the sign for a missing one."""
    return letter.isspace() or bytes(font.getmask(letter)) != bytes(font.getmask(_UNKNOWN))
