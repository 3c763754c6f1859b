from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.generation.dice import Dice
from raisonne.generation.families import FAMILIES
from raisonne.generation.grammar import Grammar, Interpretation, words_of
from raisonne.generation.vocabulary import STOP_WORDS

GRAMMAR = Grammar(FAMILIES)


def read(prompt: str, seed: int = 1) -> Interpretation:
    return GRAMMAR.interpret(prompt, Dice(seed))


@pytest.mark.parametrize(
    ("prompt", "words"),
    [
        ("A Red-hot BOAT, at sea!", ["a", "red", "hot", "boat", "at", "sea"]),
        ("winter's 'quoted' rock'n'roll", ["winter's", "quoted", "rock'n'roll"]),
        ("été à Paris — 3 chats", ["été", "à", "paris", "3", "chats"]),
        ("हिन्दी चित्र 月と海", ["हिन्दी", "चित्र", "月と海"]),
        ("", []),
        (" \n\t…!?", []),
    ],
)
def test_words(prompt: str, words: list[str]) -> None:
    assert words_of(prompt) == words


def test_a_whole_sentence_is_bound_word_by_word() -> None:
    read_ = read("Three red boats on a blue sea under a yellow moon, no clouds")
    assert read_.family.name == "landscape"
    assert dict(read_.brief.tints) == {"boat": "red", "sea": "blue", "moon": "yellow"}
    assert read_.brief.counts["boat"] == (3, 3)
    assert read_.brief.absent == {"cloud"}
    assert read_.understood == (
        "three", "red", "boats", "blue", "sea", "yellow", "moon", "clouds",
    )  # fmt: skip
    assert read_.ignored == ()


@pytest.mark.parametrize(
    ("prompt", "family"),
    [
        ("stained glass in the evening", "stained-glass"),
        ("moon", "moon-and-dunes landscape city-skyline tree-in-seasons"),
        ("tulips", "botanical"),
        ("a sailing boat", "landscape"),
        ("abstract circles and lines", "abstract-composition"),
        ("an autumn forest", "tree-in-seasons"),
        ("misty mountains", "ink-mountains"),
        ("skyscrapers", "city-skyline"),
        ("hexagons", "nested-shapes"),
        ("black and white desert", "moon-and-dunes"),
    ],
)
def test_the_nearest_family_is_chosen(prompt: str, family: str) -> None:
    assert {read(prompt, seed).family.name for seed in range(5)} <= set(family.split())


def test_unknown_prompts_get_a_family_by_chance_and_say_so() -> None:
    chosen = {read("xyzzy frobnicate", seed).family.name for seed in range(60)}
    assert len(chosen) > 8
    assert read("xyzzy frobnicate the xyzzy").ignored == ("xyzzy", "frobnicate")
    assert read("xyzzy frobnicate").understood == ()


def test_what_the_family_cannot_draw_is_ignored_and_not_claimed() -> None:
    read_ = read("stained glass with a boat and three castles on the left")
    assert read_.understood == ("stained", "glass")
    assert read_.ignored == ("boat", "three", "castles", "left")


def test_the_first_of_two_contradicting_words_counts() -> None:
    read_ = read("city skyline at night, at noon, on the left, on the right")
    assert (read_.brief.time, read_.brief.side) == ("night", "left")
    assert read_.ignored == ("noon", "right")


def test_more_colours_than_a_family_shows_are_ignored() -> None:
    read_ = read("woven arcs in red, green, blue, yellow and RED")
    assert read_.brief.colours == ("red", "green", "blue")
    assert read_.ignored == ("yellow",)


@pytest.mark.parametrize(
    ("prompt", "ground"),
    [
        ("grid painting in red on black", "black"),
        ("grid painting, red, dark blue background", "dark blue"),
        ("grid painting in red against off white", "off white"),
    ],
)
def test_grounds(prompt: str, ground: str) -> None:
    read_ = read(prompt)
    assert (read_.brief.ground, read_.brief.colours) == (ground, ("red",))
    assert read_.ignored == ()


def test_times_and_seasons_choose_the_palette_of_what_has_no_sky() -> None:
    assert read("mosaic at sunset").brief.mood == "sunset"
    assert read("winter waves").brief.mood == "winter"
    assert read("city at sunset").brief.time == "sunset"


@pytest.mark.parametrize(
    ("prompt", "span"),
    [
        ("a seasonal tree, one tree", (1, 1)),
        ("a tree", (1, 1)),
        ("trees", (2, 5)),
        ("twelve trees", (12, 12)),
        ("4 bare red trees", (4, 4)),
        ("a dozen trees", (12, 12)),
        ("many trees", (8, 12)),
        ("a forest in summer", (8, 12)),
    ],
)
def test_counts(prompt: str, span: tuple[int, int]) -> None:
    read_ = read(f"seasonal tree: {prompt}")
    assert read_.brief.counts["tree"] == span


def test_few_and_many_mean_density_where_nothing_is_counted() -> None:
    assert read("stained glass, many panes").brief.density == "dense"
    assert read("a minimal poster").brief.density == "sparse"


def test_only_what_can_be_left_out_is_understood_as_left_out() -> None:
    read_ = read("abstract composition without triangles, no lines")
    assert read_.brief.absent == {"triangle"}
    assert read_.ignored == ("lines",)


@given(st.text(max_size=300), st.integers(0, 2**63 - 1))
def test_every_content_word_is_reported_exactly_once_in_order(prompt: str, seed: int) -> None:
    read_ = read(prompt, seed)
    content = list(dict.fromkeys(w for w in words_of(prompt) if w not in STOP_WORDS))
    reported = set(read_.understood) | set(read_.ignored)
    assert sorted(reported) == sorted(content)
    assert not set(read_.understood) & set(read_.ignored)
    assert list(read_.understood) == [w for w in content if w in read_.understood]
    assert list(read_.ignored) == [w for w in content if w in read_.ignored]


PHRASES = st.lists(
    st.sampled_from([*sorted(GRAMMAR.vocabulary), "no", "without", "on", "a", "zzz"]), max_size=12
)


@given(PHRASES, st.integers(0, 2**63 - 1))
def test_briefs_hold_only_what_the_family_draws(phrases: list[str], seed: int) -> None:
    read_ = read(" ".join(phrases), seed)
    brief, family = read_.brief, read_.family
    assert brief.subjects <= set(family.subjects)
    assert brief.absent <= family.optional
    assert not brief.absent & brief.subjects
    assert set(brief.tints) <= family.tintable
    assert set(brief.counts) <= family.countable
    assert len(brief.colours) <= family.colours
