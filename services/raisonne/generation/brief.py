"""What a prompt asks of a picture, and what a family of pictures can do about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from raisonne.generation.colour import COLOURS, Colour
from raisonne.generation.dice import Dice, Span
from raisonne.generation.geometry import Frame
from raisonne.generation.palette import Palette, from_names
from raisonne.generation.scene import Scene


class Facet(StrEnum):
    """Kinds of meaning that a word can have."""

    FAMILY = "family"
    STYLE = "style"
    COLOUR = "colour"
    MOOD = "mood"
    TIME = "time"
    SEASON = "season"
    WEATHER = "weather"
    SIDE = "side"
    COUNT = "count"
    SUBJECT = "subject"
    DENSITY = "density"
    WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Brief:
    """The part of a prompt that the chosen family draws; everything in it must show.

    Attributes:
        colours: Colour names for the figures, in prompt order.
        ground: Colour name of the background, or empty.
        mood: Palette name, or empty.
        time: ``dawn``, ``day``, ``sunset``, ``night`` or empty.
        season: ``spring``, ``summer``, ``autumn``, ``winter`` or empty.
        weather: ``misty``, ``cloudy``, ``clear`` or empty.
        side: ``left``, ``right``, ``centre`` or empty.
        density: ``sparse``, ``dense`` or empty.
        weight: ``fine``, ``bold`` or empty.
        subjects: What must be there.
        absent: What must not be there.
        tints: Colour name of a subject.
        counts: Inclusive range of how many of a subject.
    """

    colours: tuple[str, ...] = ()
    ground: str = ""
    mood: str = ""
    time: str = ""
    season: str = ""
    weather: str = ""
    side: str = ""
    density: str = ""
    weight: str = ""
    subjects: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    tints: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, Span] = field(default_factory=dict)

    def palette(self, dice: Dice) -> Palette:
        """Return the palette that the colours, the ground and the mood leave open or fix."""
        return from_names(dice, self.colours, self.ground, self.mood)

    def wants(self, dice: Dice, subject: str, probability: float) -> bool:
        """Return whether a subject is in the picture: as asked, else by chance."""
        chance = dice.chance(probability)
        return subject in self.subjects or (chance and subject not in self.absent)

    def count(self, dice: Dice, subject: str, usual: Span) -> int:
        """Return how many of a subject: as asked, else within the usual span."""
        return dice.within(self.counts.get(subject, usual))

    def tint(self, subject: str, otherwise: Colour) -> Colour:
        """Return the colour asked for a subject, else another."""
        return COLOURS[self.tints[subject]] if subject in self.tints else otherwise

    def level(self, sparse: float, usual: float, dense: float) -> float:
        """Return the value for the density asked."""
        return {"sparse": sparse, "dense": dense}.get(self.density, usual)

    def stroke(self, fine: float, usual: float, bold: float) -> float:
        """Return the value for the line weight asked."""
        return {"fine": fine, "bold": bold}.get(self.weight, usual)


@dataclass(frozen=True, slots=True)
class Picture:
    """A composed scene and what it shows."""

    scene: Scene
    caption: str


Compose: TypeAlias = Callable[[Brief, Dice, Frame], Picture]


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of picture.

    Attributes:
        name: Stable identifier.
        compose: Draws it.
        words: Words and phrases that name it.
        styles: Words of ``STYLE`` that are true of it.
        subjects: What it can show on demand, and how strongly that calls for this family.
        countable: Subjects whose number it follows.
        optional: Subjects it can leave out when told to.
        tintable: Subjects to which it gives a colour of their own.
        facets: Facets it follows beside family, style and subject.
        colours: How many named colours it shows at most.
        depicts: Whether it is a scene, in which a time is a sky and a season a land; in other
            families they choose the palette.
    """

    name: str
    compose: Compose
    words: tuple[str, ...]
    styles: frozenset[str] = frozenset()
    subjects: Mapping[str, int] = field(default_factory=dict)
    countable: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    tintable: frozenset[str] = frozenset()
    facets: frozenset[Facet] = frozenset()
    colours: int = 3
    depicts: bool = False


def listing(words: list[str] | tuple[str, ...]) -> str:
    """Return words as an English list: ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else list(words))


def colour_phrase(palette: Palette, mood: str = "") -> str:
    """Return how a caption speaks of the colours: the named ones, else the mood."""
    parts = []
    if palette.named:
        parts.append(f"in {listing(palette.named)}")
    if palette.ground_name:
        parts.append(f"on {palette.ground_name}")
    if mood:
        parts.append(f"in a {mood} palette")
    return " ".join(parts)


def sentence(*parts: str) -> str:
    """Return the parts that are not empty, joined by commas, as a sentence without full stop."""
    text = ", ".join(part for part in parts if part)
    return text[:1].upper() + text[1:]


def where(side: str) -> str:
    """Return a side in words: ``on the left``, ``in the centre``; nothing for nothing."""
    return f"{'in' if side == 'centre' else 'on'} the {side}" if side else ""


NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven",
    "twelve",
)  # fmt: skip


def counted(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun: ``three boats``."""
    noun = singular if number == 1 else plural or f"{singular}s"
    return f"{NUMBERS[number] if number < len(NUMBERS) else number} {noun}"
