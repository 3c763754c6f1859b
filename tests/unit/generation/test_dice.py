from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from raisonne.generation.dice import Dice

SEEDS = st.integers(0, 2**63 - 1)


def test_the_stream_of_version_one_does_not_change() -> None:
    dice = Dice(7, "words")
    assert [dice.unit() for _ in range(3)] == FIRST_THREE
    assert Dice(7, "words").fork("part").whole(0, 10**9) == FORKED


FIRST_THREE = [0.3832068167642676, 0.3848348723225855, 0.9285538803215443]
FORKED = 589566187


@given(SEEDS, st.text(max_size=20))
def test_the_same_seed_and_label_give_the_same_chance(seed: int, label: str) -> None:
    assert Dice(seed, label).units(4).tolist() == Dice(seed, label).units(4).tolist()


def test_forks_do_not_depend_on_what_was_drawn_before() -> None:
    used = Dice(1)
    used.units(100)
    assert used.fork("a").unit() == Dice(1).fork("a").unit()
    assert Dice(1).fork("a").unit() != Dice(1).fork("b").unit()


@given(SEEDS, st.integers(-5, 5), st.integers(0, 9))
def test_whole_numbers_stay_in_their_span(seed: int, low: int, length: int) -> None:
    dice = Dice(seed)
    drawn = {dice.whole(low, low + length) for _ in range(60)}
    assert min(drawn) >= low
    assert max(drawn) <= low + length


@given(SEEDS)
def test_shuffling_keeps_every_card(seed: int) -> None:
    assert sorted(Dice(seed).shuffled(range(9))) == list(range(9))


def test_weights_are_followed() -> None:
    dice = Dice(3)
    drawn = Counter(dice.weighted([("rare", 1), ("common", 9), ("never", 0)]) for _ in range(2000))
    assert drawn["never"] == 0
    assert 120 < drawn["rare"] < 290


@given(SEEDS)
def test_near_stays_within_its_spread(seed: int) -> None:
    dice = Dice(seed)
    assert all(abs(dice.near(5.0, 2.0) - 5.0) <= 2.0 for _ in range(20))
