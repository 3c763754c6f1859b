from __future__ import annotations

import numpy as np
import pytest
from tests.unit.fingerprint.pictures import painting

from raisonne.evaluation.attacks.all_attacks import ATTACKS
from raisonne.evaluation.lookalikes.all_families import FAMILIES
from raisonne.evaluation.lookalikes.family import Family
from raisonne.evaluation.pixels import as_array
from raisonne.evaluation.suite import ASKED, GROUPS


def drawn(family: Family, content: int, own: int, shared: int = 5):
    generators = (np.random.default_rng(seed) for seed in (shared, own))
    return family.draw(painting(content), *generators)


def test_there_are_many_families() -> None:
    names = {family.name for family in FAMILIES}
    assert len(names) == len(FAMILIES) >= 15
    assert len(FAMILIES) * GROUPS * ASKED >= 320
    assert not names & {attack.family for attack in ATTACKS}


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_members_of_a_group_are_different_and_each_is_drawn_the_same_again(family: Family) -> None:
    one, again, other = drawn(family, 1, 1), drawn(family, 1, 1), drawn(family, 2, 2)
    assert one.mode == "RGB"
    assert one.tobytes() == again.tobytes()
    assert one.size != other.size or one.tobytes() != other.tobytes()


MARKED = ("same-caption", "same-headline", "same-watermark", "same-frame", "same-browser")


@pytest.mark.parametrize(
    "family", [f for f in FAMILIES if f.name in MARKED], ids=lambda family: family.name
)
def test_members_share_what_the_group_shares(family: Family) -> None:
    """Around the same content a group looks the same, and another group does not."""
    one, same, else_ = (as_array(drawn(family, 1, 1, shared)) for shared in (5, 5, 6))
    assert np.array_equal(one, same)
    assert one.shape != else_.shape or not np.array_equal(one, else_)


def test_all_patterns_of_a_group_differ_in_more_than_noise() -> None:
    for name in ("checkerboard", "stripes", "waves", "dots", "bricks", "matrix-code"):
        family = next(f for f in FAMILIES if f.name == name)
        one, other = (as_array(drawn(family, 1, own)).astype(int) for own in (1, 2))
        assert np.abs(one - other).mean() > 10
