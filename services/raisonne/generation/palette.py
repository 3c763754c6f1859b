"""Palettes: curated ones by mood, and those that a prompt's colours make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from raisonne.generation.colour import (
    COLOURS,
    Colour,
    darker,
    distance,
    lighter,
    luminance,
    mix,
    rgb,
)
from raisonne.generation.dice import Dice


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one picture.

    Attributes:
        ground: Paper or background.
        inks: Figure colours; those the prompt named come first.
        named: Prompt colours among the inks, in order, as words.
        ground_name: The prompt's word for the ground, or empty.
    """

    ground: Colour
    inks: tuple[Colour, ...]
    named: tuple[str, ...] = ()
    ground_name: str = ""

    @property
    def dark(self) -> Colour:
        """The darkest of all, deepened to draw lines with."""
        darkest = min((self.ground, *self.inks), key=luminance)
        return darkest if luminance(darkest) < DARK else darker(darkest, 0.6)

    @property
    def light(self) -> Colour:
        """The lightest of all, raised to draw highlights with."""
        lightest = max((self.ground, *self.inks), key=luminance)
        return lightest if luminance(lightest) > LIGHT else lighter(lightest, 0.7)

    @property
    def line(self) -> Colour:
        """The end of the scale that stands out from the ground."""
        return self.dark if luminance(self.ground) > MIDDLE else self.light

    def first(self, count: int) -> tuple[Colour, ...]:
        """Return the first inks, so that a picture is limited to a few colours.

        Never fewer than the prompt named.
        """
        return self.inks[: max(count, len(self.named))]


DARK: Final = 0.05
LIGHT: Final = 0.7
MIDDLE: Final = 0.22
PALETTES: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "warm": (
        ("F6E9D7", "C8452E E8893A F2B84B 7A2E2B D96C4F"),
        ("3A1F1D", "E2653A F3B562 C23B3B F7E3C4 8F3B2E"),
        ("F3D9C2", "B5382A E07A3F F0B25D 6B2737 D9A07A"),
    ),
    "cool": (
        ("EEF2F1", "1F4E79 3E8E9C 8FC1C9 16324F 5B7DB1"),
        ("10263B", "4FA3B8 9AD0D3 2E6F95 E8F1EE 6C8EBF"),
        ("DDE8EA", "2B5D6B 5FA3A3 294B6F 8AA9C4 B7D3CF"),
    ),
    "pastel": (
        ("FBF6EE", "F4B6B0 F7D9A8 BFD9C2 AECBE3 CDB9DE"),
        ("F3F0F7", "E8A9BE F2CFB3 CFE3C9 A9C7DD B8AFD9"),
    ),
    "vivid": (
        ("FFF8EC", "E4322B 1C6DD0 F7B500 12946A 7B2CBF"),
        ("17181C", "FF5A3C FFC83D 23B5A8 3F7BFF F15BB5"),
        ("F8F4E8", "F24C3D 22A699 F2BE22 2F4B9C F29727"),
    ),
    "muted": (
        ("EDE6DA", "8C6A5D A89F7C 6F8582 4F5663 C2A28C"),
        ("D9D3C7", "5E6B63 8E7C68 A65F4E 39424E BFAF93"),
    ),
    "earthy": (
        ("EFE3CE", "8A4B2D C08A4B 5E6340 3F2E24 D2A871"),
        ("E6D3B3", "9C5B36 6B4A32 A8843F 4E5B43 C9774B"),
    ),
    "monochrome": (
        ("F4F3F1", "1E1E1F 57575A 8C8C8F C3C3C4 343436"),
        ("19191A", "F0EFED B5B5B6 7A7A7B 4A4A4B D8D7D5"),
        ("DAD9D7", "262627 6A6A6C F5F4F2 9D9D9E 444446"),
    ),
    "sepia": (("F3E7D0", "5A3B22 8A6239 B48A5A 3B2616 D8B98A"),),
    "dark": (
        ("15171E", "8A3B4C 3A6F82 C0913F 5A5480 C7B79B"),
        ("1B1A22", "9E434F 467F82 D9A441 5C5B88 E6DAC4"),
    ),
    "pale": (
        ("FAF7F2", "DCC7B8 C3CFC9 B9C4D3 E5D9BF D3BFC9"),
        ("F4F5F4", "C9D3D6 D9CDBF B7C3BA E4DDD0 C2BFCF"),
    ),
    "neon": (
        ("0D0B1E", "FF2E88 00E5D1 FFD319 7C3AFF 39FF88"),
        ("120824", "F9F871 FF5E5B 00CECB D65DB1 4D9DE0"),
    ),
    "jewel": (
        ("F7F1E3", "8E1B3A 14567A 0F7B5F C48A12 57307E"),
        ("141024", "B3204D 1C7293 149174 E0A526 6F42A0"),
    ),
    "primary": (
        ("F5F1E6", "C9271E 1F3F8F F2C21A 17171A D9D4C6"),
        ("F7F4EC", "D62E1F 15499B F5CE2E 1B1B1F B9C3CF"),
    ),
    "spring": (
        ("FBF4EE", "F2A0B5 9CC47C F6D66B 6FB3A8 D7B4DA"),
        ("EFF5E9", "7FB069 F4A6B7 F7CE5B 5C9EAD C3A6D8"),
    ),
    "summer": (
        ("FFF6DA", "F26B4E F9C22E 2FA4A9 2B76B9 7AB648"),
        ("EAF6F6", "1B98C4 FFB238 F0615B 3DAA76 FFE08A"),
    ),
    "autumn": (
        ("F5E6CC", "B5442A E08E2B 8C2F23 6E6B2F D9B44A"),
        ("3B2419", "E0772B F0B04A A63A24 8A7F3A F1DDB5"),
    ),
    "winter": (
        ("EEF3F6", "2F4A68 7C9CB8 B9CCDA 51616F A43E3E"),
        ("1D2B3C", "C9DBE8 7F9DB5 F3F7F9 4F6D8A B7A6B8"),
    ),
    "dawn": (
        ("F8E7DD", "F2B5A7 B79CC6 7F8FBF F6D3A0 5D5F8A"),
        ("E9E3F0", "E7A6B5 8E8FC4 F5C9A9 5F6C9E F8E3C5"),
    ),
    "day": (
        ("EAF3F7", "3E8ED0 F6C445 5FA65A E8704A 2A5B86"),
        ("FDF9EF", "2F86C9 F2B134 58A55C EF6F5E 274C77"),
    ),
    "sunset": (
        ("3B1F4A", "F2734B F9B15B C2456B 6F3A7C FDE3B0"),
        ("FCE4C0", "E85D4A F39C4B B03A6B 5B2A6E F7C873"),
    ),
    "night": (
        ("0F1730", "3A5AA0 F2E3B1 6B6FB0 1F6F8B C9D1EA"),
        ("131022", "5A4FA2 E8D28A 2F6690 8FA6CB F4F1E4"),
    ),
    "sea": (
        ("EAF4F2", "0F4C6B 2A8C9E 7CC4C4 F2D7A6 14324A"),
        ("0C2A3E", "2FA6A6 8AD3CC F4E3C1 1D6A8A E0775A"),
    ),
    "desert": (
        ("F6E3C8", "C8693C E3A45E 8A3F2C F1C98A 5B3A3A"),
        ("F1D3AE", "A94F2E D98B4A 6E2F2B EEBB78 3F2A35"),
    ),
    "garden": (
        ("F4F3E6", "4B7F52 D9627A E9B44C 7A5C99 A8C686"),
        ("FAF3EC", "3E6B4F C8553D F2A541 6A4C93 88A96B"),
    ),
}
_LIGHT_GROUNDS: Final = tuple(map(rgb, ("F6F0E2", "F2EADB", "FAF7F0", "EDEAE2", "EFE6D6")))
_DARK_GROUNDS: Final = tuple(map(rgb, ("14161F", "1C1B22", "10202E", "231A1C", "1A2420")))


def curated(dice: Dice, mood: str = "") -> Palette:
    """Return one of the curated palettes, its inks shuffled.

    Args:
        dice: Chance.
        mood: A key of ``PALETTES``, or empty for any.
    """
    choices = PALETTES[mood] if mood else tuple(p for group in PALETTES.values() for p in group)
    ground, inks = dice.pick(choices)
    return Palette(rgb(ground), tuple(dice.shuffled([rgb(code) for code in inks.split()])))


def _ground_for(dice: Dice, inks: Sequence[Colour]) -> Colour:
    """Return a paper that every one of the inks stands out from."""
    papers = [*_LIGHT_GROUNDS, *_DARK_GROUNDS]
    clear = [p for p in papers if min(distance(p, ink) for ink in inks) > _CONTRAST]
    return dice.pick(clear) if clear else max(papers, key=lambda p: distance(p, inks[0]))


_CONTRAST: Final = 110.0
_TELLABLE: Final = 70.0


def from_names(dice: Dice, colours: Sequence[str], ground: str = "", mood: str = "") -> Palette:
    """Return a palette that shows exactly the colours a prompt named, in its order.

    Args:
        dice: Chance.
        colours: Keys of ``COLOURS`` for the figures; may be empty.
        ground: Key of ``COLOURS`` for the ground, or empty.
        mood: Key of ``PALETTES`` for what the names leave open, or empty.
    """
    base = curated(dice, mood)
    wanted = [COLOURS[name] for name in colours]
    paper = COLOURS[ground] if ground else base.ground
    if wanted and not ground and (not mood or min(distance(paper, c) for c in wanted) < _TELLABLE):
        paper = _ground_for(dice, wanted)
    if wanted and not mood:
        extra = _companions(dice, wanted, paper)
    else:
        extra = [ink for ink in base.inks if distance(ink, paper) > _TELLABLE] or [
            lighter(paper, 0.6) if luminance(paper) < MIDDLE else darker(paper, 0.6)
        ]
    return Palette(paper, (*wanted, *extra), tuple(colours), ground)


def _companions(dice: Dice, wanted: Sequence[Colour], paper: Colour) -> list[Colour]:
    """Return tints and shades of the wanted colours, so that nothing else calls for attention."""
    derived = [lighter(c, dice.between(0.4, 0.6)) for c in wanted]
    derived += [darker(c, dice.between(0.35, 0.55)) for c in wanted]
    if len(wanted) == 1:
        derived += [lighter(wanted[0], 0.75), mix(wanted[0], (128, 124, 118), 0.55)]
    clear = [c for c in derived if distance(c, paper) > _TELLABLE / 2]
    return dice.shuffled(clear) or derived
