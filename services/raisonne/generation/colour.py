"""Colours: their names in prompts, and mixing that stays clean."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, TypeAlias

from raisonne.generation.dice import Dice

Colour: TypeAlias = tuple[int, int, int]


def rgb(code: str) -> Colour:
    """Return the colour of six hexadecimal digits."""
    value = int(code, 16)
    return (value >> 16, value >> 8 & 255, value & 255)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return a mixture; share 0 is ``first``.

    Mixing the squares is close to mixing light (sRGB's transfer curve is near a power of 2.2),
    which keeps complementary colours from turning to mud, and a square root is exactly rounded.
    """

    def channel(a: int, b: int) -> int:
        return int(math.sqrt(a * a * (1.0 - share) + b * b * share) + 0.5)

    return (
        channel(first[0], second[0]),
        channel(first[1], second[1]),
        channel(first[2], second[2]),
    )


def lighter(colour: Colour, share: float) -> Colour:
    """Return a tint: mixed with warm white."""
    return mix(colour, (255, 253, 248), share)


def darker(colour: Colour, share: float) -> Colour:
    """Return a shade: scaled towards a blue black."""
    keep = 1.0 - share
    return (
        int(colour[0] * keep + 10 * share),
        int(colour[1] * keep + 10 * share),
        int(colour[2] * keep + 16 * share),
    )


def luminance(colour: Colour) -> float:
    """Return the relative luminance in [0, 1], with a power of 2 for the transfer curve."""
    r, g, b = (channel / 255.0 for channel in colour)
    return 0.2126 * r * r + 0.7152 * g * g + 0.0722 * b * b


def distance(first: Colour, second: Colour) -> float:
    """Return the Euclidean distance of two colours in RGB, 0 to 441."""
    r, g, b = (a - c for a, c in zip(first, second, strict=True))
    return math.sqrt(r * r + g * g + b * b)


def jitter(dice: Dice, colour: Colour, amount: int) -> Colour:
    """Return the colour moved in lightness and a little in hue, as pigment would be."""
    light = dice.whole(-amount, amount)
    r, g, b = (
        min(255, max(0, channel + light + dice.whole(-amount // 3, amount // 3)))
        for channel in colour
    )
    return (r, g, b)


_CODES: Final = (
    "red=C8322B crimson=A81E36 scarlet=D93A1E vermilion=DD4A2B ruby=93173A maroon=6B1F2A "
    "burgundy=701C34 orange=E8822A rust=A84A22 terracotta=C2643F amber=F0A41E apricot=F5B27A "
    "peach=F6BE98 coral=F0705A salmon=F08E78 yellow=F4CC3C gold=D4A12A mustard=CFA21F "
    "ochre=C08A34 lemon=F6E05A green=3A8C54 emerald=138A5E olive=7A7A34 sage=9CAF88 moss=65783A "
    "lime=9CC83C mint=A6DCC0 jade=2F9C7E teal=268A8C turquoise=34B6B0 cyan=3CB4D4 aqua=6CCBD0 "
    "blue=2A56A8 navy=172B54 cobalt=1F47A8 azure=3C8CDC cerulean=2E82B8 ultramarine=2A2F9C "
    "indigo=33297A sapphire=1A3F8C violet=7042A0 purple=6A3490 lavender=B8A8DC lilac=C4A4D0 "
    "mauve=B082A4 plum=6E2E5E magenta=C42A86 fuchsia=D43C94 pink=EA8CA8 rose=D8607C brown=7A5034 "
    "umber=5E4630 sienna=A0522D chocolate=56341F tan=CFAE84 beige=E4D6BA cream=F2E8CE "
    "ivory=F6F0E0 white=F8F6F0 black=18181C charcoal=35373D gray=8C8E92 grey=8C8E92 silver=BEC2C8 "
    "slate=5A6672 ash=A8A8A2 bronze=8C6430 copper=B46A3C khaki=B8A878 ecru=D8CCA8 vanilla=F4E6C0 "
    "wine=722038 cherry=B01C38 tangerine=F28A30 saffron=F2B430 chartreuse=B4D23C fern=568A50 "
    "petrol=1E5A66 denim=3F6496 periwinkle=8E96DC amethyst=8A5CB4 orchid=C86CB8 blush=EEC0BC "
    "taupe=8C7C6C pearl=E8E4DC"
)
_HUES: Final = (
    "red", "orange", "yellow", "green", "teal", "blue", "violet", "purple", "pink", "brown",
    "gray", "grey",
)  # fmt: skip
_BASE: Final = {name: rgb(code) for name, code in (entry.split("=") for entry in _CODES.split())}
COLOURS: Final[Mapping[str, Colour]] = {
    **_BASE,
    **{f"dark {hue}": darker(_BASE[hue], 0.45) for hue in _HUES},
    **{f"light {hue}": lighter(_BASE[hue], 0.5) for hue in _HUES},
    "sky blue": rgb("7CB8E4"),
    "royal blue": rgb("2F4FB4"),
    "midnight blue": rgb("14204A"),
    "forest green": rgb("24583A"),
    "sea green": rgb("3C9A7A"),
    "off white": rgb("F2EEE4"),
}
COLOUR_WORDS: Final[Mapping[str, str]] = {
    **{name: name for name in COLOURS},
    **{f"deep {hue}": f"dark {hue}" for hue in _HUES},
    **{f"pale {hue}": f"light {hue}" for hue in _HUES},
    "golden": "gold", "silvery": "silver", "navy blue": "navy", "cobalt blue": "cobalt",
    "lime green": "lime", "olive green": "olive", "mint green": "mint", "rose pink": "rose",
    "blood red": "crimson", "brick red": "rust", "reddish": "red", "bluish": "blue",
    "greenish": "green", "yellowish": "yellow", "ebony": "black", "snow white": "white",
    "emerald green": "emerald", "sapphire blue": "sapphire", "ruby red": "ruby",
    "ocean blue": "cerulean", "baby blue": "light blue", "baby pink": "light pink",
    "hot pink": "magenta",
}  # fmt: skip
