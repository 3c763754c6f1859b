"""Every family: chosen by its words, whole at any shape, and true to what was asked."""

from __future__ import annotations

import io

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from raisonne.app.ports import GeneratedImage
from raisonne.generation.brief import Brief, Facet, Family
from raisonne.generation.colour import COLOURS
from raisonne.generation.dice import Dice
from raisonne.generation.families import FAMILIES
from raisonne.generation.geometry import Frame
from raisonne.generation.grammar import Grammar
from raisonne.generation.procedural import ProceduralEngine
from raisonne.generation.raster import rasterise
from raisonne.rights.generation import GenerationRequest

ENGINE = ProceduralEngine()
Pixels = npt.NDArray[np.float64]

each_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
SCENES = [family for family in FAMILIES if Facet.TIME in family.facets]


def make(prompt: str, seed: int = 1, side: int = 96) -> tuple[GeneratedImage, Pixels]:
    image = ENGINE.generate(GenerationRequest(prompt, side, side, seed))
    return image, np.asarray(Image.open(io.BytesIO(image.data)), dtype=np.float64)


def share_of(pixels: Pixels, colour: str, tolerance: float = 45.0) -> float:
    """Return the share of pixels that a person would call by this colour's name."""
    apart = pixels - np.array(COLOURS[colour])
    return float((np.sqrt((apart * apart).sum(axis=2)) < tolerance).mean())


def test_there_are_sixteen_families_with_names_of_their_own() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES) == 16


@each_family
def test_its_words_choose_it(family: Family) -> None:
    for word in family.words:
        read = Grammar(FAMILIES).interpret(word, Dice(3))
        assert read.family.name == family.name, word
        assert read.ignored == ()


@each_family
@pytest.mark.parametrize("size", [(192, 64), (64, 192)])
def test_it_fills_any_shape(family: Family, size: tuple[int, int]) -> None:
    picture = family.compose(Brief(), Dice(11, family.name), Frame.of(*size))
    pixels = rasterise(picture.scene, *size).astype(float)
    # Each quarter along the long side holds something: nothing is stretched or left empty.
    parts = np.array_split(pixels, 4, axis=0 if size[1] > size[0] else 1)
    assert all(part.std() > 1.0 for part in parts)
    assert picture.caption[0].isupper()


@each_family
def test_two_seeds_are_two_pictures(family: Family) -> None:
    first, second = (make(family.words[0], seed, 64)[1] for seed in range(2))
    assert np.abs(first - second).mean() > 8


@each_family
@pytest.mark.parametrize("colours", [("red",), ("teal", "gold")])
def test_a_colour_asked_for_is_there(family: Family, colours: tuple[str, ...]) -> None:
    image, pixels = make(f"{' and '.join(colours)} {family.words[0]}")
    assert image.family == family.name
    assert set(colours) <= set(image.understood_words)
    for colour in colours:
        assert share_of(pixels, colour) > 0.002, colour


@each_family
def test_a_ground_asked_for_is_there(family: Family) -> None:
    image, pixels = make(f"{family.words[0]} on green", 2)
    assert "green" in image.understood_words
    assert share_of(pixels, "green") > 0.01


@each_family
def test_monochrome_is_grey(family: Family) -> None:
    image, pixels = make(f"monochrome {family.words[0]}", 4)
    assert "monochrome" in image.understood_words
    assert "monochrome" in image.caption
    assert np.ptp(pixels, axis=2).max() < 40
    assert np.ptp(pixels, axis=2).mean() < 8


@each_family
def test_what_it_says_it_can_show_is_understood(family: Family) -> None:
    for subject in family.subjects:
        word = subject.removesuffix("s") if subject == "stars" else subject
        image = ENGINE.generate(GenerationRequest(f"{family.words[0]} {word}", 64, 64, 1))
        assert image.family == family.name
        assert not image.ignored_words, subject


@pytest.mark.parametrize("family", SCENES, ids=lambda family: family.name)
def test_night_is_darker_than_day(family: Family) -> None:
    day, night = (make(f"{family.words[0]} at {t}, no clouds", 5, 64) for t in ("noon", "night"))
    assert night[1].mean() < day[1].mean() * 0.75
    assert "night" in night[0].caption


@pytest.mark.parametrize("place", ["landscape", "city skyline", "dunes", "ink mountains"])
def test_the_sun_stands_where_it_was_asked(place: str) -> None:
    for side, low, high in (("left", 0.0, 0.42), ("right", 0.58, 1.0), ("centre", 0.38, 0.62)):
        for seed in range(3):
            image, pixels = make(f"{place} by day, magenta sun in the {side}", seed)
            apart = np.abs(pixels - np.array(COLOURS["magenta"])).sum(axis=2)
            columns = np.argwhere(apart < 60)[:, 1] / pixels.shape[1]
            assert len(columns) > 20
            assert low < columns.mean() < high
            assert f"the {side}" in image.caption


@pytest.mark.parametrize("place", ["landscape", "city skyline", "dunes"])
def test_no_sun_means_no_sun(place: str) -> None:
    image, _ = make(f"{place} by day, no sun", 3, 64)
    assert "sun" not in image.caption.lower()


def test_as_many_boats_as_asked() -> None:
    for number, word in ((1, "one"), (3, "three"), (5, "five")):
        for seed in range(2):
            image, pixels = make(f"{word} red boats on the sea by day", seed, 384)
            assert f"{word} boat" in image.caption
            hulls = np.abs(pixels - np.array(COLOURS["red"])).sum(axis=2) < 60
            assert islands(hulls, 12) == number


def islands(mask: npt.NDArray[np.bool_], least: int) -> int:
    """Return how many connected groups of at least so many pixels a mask holds."""
    waiting, found = {(int(y), int(x)) for y, x in np.argwhere(mask)}, 0
    while waiting:
        edge, size = [waiting.pop()], 0
        while edge:
            y, x = edge.pop()
            size += 1
            for near in ((y + 1, x), (y - 1, x), (y, x + 1), (y, x - 1)):
                if near in waiting:
                    waiting.remove(near)
                    edge.append(near)
        found += size >= least
    return found


def test_seasons_colour_the_tree() -> None:
    def green(season: str) -> float:
        made = [make(f"a tree in {season} by day", seed, 96) for seed in range(4)]
        assert all(word in image.caption for image, _ in made for word in SEASON_WORDS[season])
        return float(np.mean([(pixels[:, :, 1] - pixels[:, :, 0]).mean() for _, pixels in made]))

    summer, autumn, winter = (green(season) for season in SEASON_WORDS)
    assert summer > winter > autumn


SEASON_WORDS = {"summer": ("full leaf",), "autumn": ("autumn",), "winter": ("bare", "snow")}


@pytest.mark.parametrize(
    ("sparse", "dense"),
    [
        ("sparse stained glass", "dense stained glass"),
        ("sparse grid painting", "intricate grid painting"),
        ("sparse woven arcs", "dense woven arcs"),
    ],
)
def test_density_is_followed(sparse: str, dense: str) -> None:
    def edges(prompt: str) -> float:
        return float(np.mean([np.abs(np.diff(make(prompt, s)[1], axis=1)).mean() for s in (1, 2)]))

    assert edges(dense) > edges(sparse)


def test_counted_flowers_are_in_the_caption() -> None:
    image, _ = make("three red poppies and two yellow tulips")
    assert "three red poppies" in image.caption
    assert "two yellow tulips" in image.caption
