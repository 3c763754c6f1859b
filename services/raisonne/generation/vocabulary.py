"""The words that prompts are read by. Only neutral words: no artist's name, no brand, no school."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from raisonne.generation.brief import NUMBERS, Facet, Family
from raisonne.generation.colour import COLOUR_WORDS
from raisonne.generation.dice import Span


@dataclass(frozen=True, slots=True)
class Sense:
    """One meaning of a word or phrase.

    Attributes:
        facet: Kind of meaning.
        value: What is meant, in the terms of ``brief``.
        span: For ``COUNT`` how many; for ``SUBJECT`` how many a collective noun means.
    """

    facet: Facet
    value: str
    span: Span | None = None


SEVERAL: Final[Span] = (2, 5)
MANY: Final[Span] = (8, 12)

# Each value and the words for it; commas part phrases. A word may stand in several tables; its
# senses are then tried in the order of the tables, and the first that the family can draw counts.
_SUBJECTS: Final = {
    "crescent moon": "crescent moon, crescent, moon sickle",
    "full moon": "full moon",
    "sun": "sun, sunny, sunlit, sunlight, sunshine",
    "moon": "moon, moonlit, moonlight, moonrise, lunar",
    "stars": "star, starry, starlit, starlight",
    "cloud": "cloud",
    "sky": "sky, skies",
    "bird": "bird",
    "boat": "boat, sailboat, sailing boat, sail, yacht",
    "tree": "tree",
    "pine tree": "pine tree, pine, fir, fir tree, conifer, spruce, evergreen",
    "mountain": "mountain, peak, summit, mountainous, alpine",
    "hill": "hill, field, rolling hill, hillside, hilly, meadow, grassland, pasture",
    "sea": "sea, ocean, lake, seaside, water, sea water",
    "water": "water, waterfront, reflection, riverside, harbour, harbor",
    "city": "city, town, building, tower, skyscraper, house, rooftop",
    "dune": "dune, sand, sandy",
    "flower": "flower, blossom, bloom, flowering, blooming",
    "daisy": "daisy",
    "poppy": "poppy",
    "tulip": "tulip",
    "umbel": "umbel, cow parsley",
    "bellflower": "bellflower, bluebell, bell flower",
    "dahlia": "dahlia",
    "leaf": "leaf, leaves, foliage, leafy",
    "rosette": "rosette, rose window",
    "circle": "circle, disc, disk, circular, round",
    "square": "square",
    "triangle": "triangle, triangular",
    "hexagon": "hexagon, hexagonal, honeycomb",
    "line": "line",
    "dot": "dot",
    "arc": "arc, curve, curved",
    "scale": "scale, fish scale",
    "band": "band, stripe, striped",
    "ground": "background, backdrop, ground",
}
_COLLECTIVES: Final = {
    "tree": "forest, wood, woods, woodland, grove, orchard",
    "pine tree": "pine forest",
    "bird": "flock",
    "boat": "fleet, regatta",
    "flower": "bouquet, bunch",
}
_STYLES: Final = {
    "abstract": "abstract, non figurative, abstraction",
    "geometric": "geometric, geometrical, geometry, angular",
    "pattern": "pattern, patterned, repeating, repeat, textile, wallpaper",
    "decorative": "decorative, ornamental, ornate, ornament",
    "nature": "nature, natural, outdoors, organic",
    "calm": "calm, peaceful, serene, tranquil, quiet, still, gentle",
    "energetic": "energetic, dynamic, lively, wild, swift, restless",
    "minimal": "minimal, minimalist, minimalism",
    "painterly": "painterly, expressive, brushy, gestural",
    "playful": "playful, joyful, whimsical, cheerful",
    "urban": "urban, metropolitan",
    "misty": "misty, mist, foggy, fog, hazy, haze",
    "scenic": "scenic, view, vista, panorama, panoramic",
    "graphic": "graphic, modernist",
}
_DENSITIES: Final = {
    "sparse": "sparse, simple, minimal, minimalist, spare, uncluttered, few",
    "dense": "dense, intricate, detailed, busy, crowded, complex, elaborate, many, numerous",
}
_WEIGHTS: Final = {
    "fine": "fine, thin, delicate, slender",
    "bold": "bold, thick, heavy, chunky, strong",
}
_SIDES: Final = {
    "left": "left",
    "right": "right",
    "centre": "centre, center, middle, central, centred, centered",
}
_WEATHERS: Final = {
    "misty": "mist, misty, fog, foggy, haze, hazy",
    "cloudy": "cloudy, overcast",
    "clear": "clear, cloudless",
}
_TIMES: Final = {
    "dawn": "dawn, sunrise, daybreak, morning",
    "day": "day, daytime, noon, midday, afternoon, daylight",
    "sunset": "sunset, dusk, twilight, evening, sundown, golden hour, nightfall",
    "night": "night, midnight, nighttime, nocturnal, nocturne, starry, moonlit",
}
_SEASONS: Final = {
    "spring": "spring, springtime, vernal",
    "summer": "summer, summertime, summery",
    "autumn": "autumn, fall, autumnal",
    "winter": "winter, wintertime, wintry, snow, snowy, snowfall",
}
_MOODS: Final = {
    "warm": "warm, cosy, cozy, fiery, glowing",
    "cool": "cool, cold, icy, chilly, frosty",
    "pastel": "pastel",
    "vivid": "vivid, vibrant, bright, colourful, colorful, saturated, multicoloured, multicolored",
    "muted": "muted, subdued, subtle, dusty, faded",
    "earthy": "earthy, rustic, earth tone",
    "monochrome": "monochrome, monochromatic, black and white, greyscale, grayscale",
    "sepia": "sepia, sepia tone, vintage, antique",
    "dark": "dark, moody, sombre, somber, gloomy, shadowy",
    "pale": "pale, light, airy",
    "neon": "neon, electric, fluorescent",
    "jewel": "jewel, jewelled, jeweled, opulent, jewel tone",
    "primary": "primary, primary colour, primary color",
    "sea": "oceanic, marine, aquatic, sea, ocean, nautical",
    "desert": "desert, arid",
    "garden": "garden, gardens, botanic",
}
_COUNTS: Final[Mapping[str, Span]] = {
    "single": (1, 1), "lone": (1, 1), "solitary": (1, 1), "couple": (2, 2), "pair": (2, 2),
    "trio": (3, 3), "dozen": (12, 12), "few": (2, 4), "several": (4, 6), "many": MANY,
    "numerous": MANY,
}  # fmt: skip

_STOP_TEXT: Final = (
    "a an the of in on at with and or by to from for over under above below behind beside between "
    "against into onto near around through across along upon amid among up down out off is are be "
    "being was were as its it this that these those there where which who whose his her my your "
    "our their i me we you he she they them some any all both each every very quite rather more "
    "less most much just only so too also then than but not no without please make create "
    "generate draw paint show give want need would like should could can let have has having do "
    "does picture image painting art artwork print illustration drawing canvas piece painted "
    "drawn depicting showing featuring called style look looking feel feeling colour color "
    "colours colors coloured colored palette tone tones hue hues shade shades side s t"
)
STOP_WORDS: Final = frozenset(_STOP_TEXT.split())
NEGATORS: Final = frozenset({"no", "without"})
GROUND_PREPOSITIONS: Final = frozenset({"on", "against", "upon"})


def _phrases(text: str) -> list[str]:
    return [phrase.strip() for phrase in text.split(",")]


_Table: TypeAlias = Mapping[str, str]
# Order is preference: the first sense of a word that the chosen family can draw is the one meant.
_BEFORE_COLOURS: Final[tuple[tuple[Facet, _Table], ...]] = (
    (Facet.SUBJECT, _SUBJECTS),
    (Facet.SIDE, _SIDES),
    (Facet.WEATHER, _WEATHERS),
    (Facet.TIME, _TIMES),
    (Facet.SEASON, _SEASONS),
)
_AFTER_COLOURS: Final[tuple[tuple[Facet, _Table], ...]] = (
    (Facet.DENSITY, _DENSITIES),
    (Facet.WEIGHT, _WEIGHTS),
    (Facet.MOOD, _MOODS),
    (Facet.STYLE, _STYLES),
)


def _from_tables(tables: Iterable[tuple[Facet, _Table]]) -> Iterator[tuple[str, Sense]]:
    for facet, table in tables:
        for value, text in table.items():
            for phrase in _phrases(text):
                yield phrase, Sense(facet, value)


def _entries(families: Iterable[Family]) -> Iterator[tuple[str, Sense]]:
    """Yield every phrase with every sense, in order of preference."""
    for family in families:
        for phrase in family.words:
            yield phrase, Sense(Facet.FAMILY, family.name)
    yield from _from_tables(_BEFORE_COLOURS)
    for value, text in _COLLECTIVES.items():
        for phrase in _phrases(text):
            yield phrase, Sense(Facet.SUBJECT, value, MANY)
    for number, word in enumerate(NUMBERS[1:], start=1):
        for phrase in (word, str(number)):
            yield phrase, Sense(Facet.COUNT, word, (number, number))
    for word, span in _COUNTS.items():
        yield word, Sense(Facet.COUNT, word, span)
    for phrase, name in COLOUR_WORDS.items():
        yield phrase, Sense(Facet.COLOUR, name)
    yield from _from_tables(_AFTER_COLOURS)


def build_vocabulary(families: Iterable[Family]) -> dict[str, tuple[Sense, ...]]:
    """Return the senses of every word and phrase, lower-case and in the singular.

    Args:
        families: Contribute the words that name them.
    """
    senses: dict[str, tuple[Sense, ...]] = {}
    for phrase, sense in _entries(families):
        known = senses.get(phrase, ())
        if sense not in known:
            senses[phrase] = (*known, sense)
    return senses
