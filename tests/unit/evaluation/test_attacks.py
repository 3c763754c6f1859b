from __future__ import annotations

import zlib

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageOps
from tests.unit.fingerprint.pictures import painting

from raisonne.evaluation.attacks.all_attacks import ATTACKS
from raisonne.evaluation.attacks.attack import Attack
from raisonne.evaluation.pixels import as_array

WORK, OTHER = painting(1, 120, 90), painting(2, 100, 130)
BY_NAME = {attack.name: attack for attack in ATTACKS}


def attacked(name: str, image: Image.Image = WORK) -> Image.Image:
    chance = np.random.default_rng(zlib.crc32(name.encode()))
    return BY_NAME[name].apply(image, OTHER, chance)


def test_there_are_many_and_each_has_a_name() -> None:
    assert len(BY_NAME) == len(ATTACKS) >= 52
    assert len({attack.family for attack in ATTACKS}) >= 13
    assert {attack.strength for attack in ATTACKS} == {1, 2, 3, 4}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_equal_chance_makes_equal_copies_and_leaves_the_work_alone(attack: Attack) -> None:
    before = (WORK.tobytes(), OTHER.tobytes())
    copies = [attack.apply(WORK, OTHER, np.random.default_rng(7)) for _ in range(2)]
    assert copies[0].mode == "RGB"
    assert copies[0].size == copies[1].size
    assert copies[0].tobytes() == copies[1].tobytes()
    assert (WORK.tobytes(), OTHER.tobytes()) == before
    assert (copies[0].tobytes() == WORK.tobytes()) == (attack.name == "identical")


@pytest.mark.parametrize("size", [(9, 200), (300, 8), (16, 16), (641, 12)])
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_pictures_of_any_shape_can_be_attacked(attack: Attack, size: tuple[int, int]) -> None:
    copy = attack.apply(painting(3, *size), OTHER, np.random.default_rng(1))
    assert min(copy.size) >= 1


def test_small_changes_are_small() -> None:
    one = np.argwhere(as_array(attacked("one-pixel")) != as_array(WORK))
    assert len({tuple(place[:2]) for place in one}) == 1
    lowest = as_array(attacked("lowest-bit")).astype(int) - as_array(WORK)
    assert 0 < np.abs(lowest).max() <= 1


@pytest.mark.parametrize("percent", [90, 70, 50, 30])
@pytest.mark.parametrize("where", ["centre", "corner"])
def test_crops_keep_their_share(percent: int, where: str) -> None:
    copy = attacked(f"crop-{percent}-{where}")
    share = copy.width * copy.height / (WORK.width * WORK.height)
    assert share == pytest.approx(percent / 100, abs=0.02)


@pytest.mark.parametrize("degrees", [2, 10, 30])
def test_cropped_turns_show_no_empty_corner(degrees: int) -> None:
    white = Image.new("RGB", (200, 120), "white")
    assert as_array(attacked(f"turn-{degrees}-cropped", white)).min() > 200
    assert as_array(attacked(f"turn-{degrees}", white)).min() < 200


@pytest.mark.parametrize("percent", [50, 30, 15, 10])
def test_pastes_take_their_share(percent: int) -> None:
    white = Image.new("RGB", (120, 90), "white")
    black = Image.new("RGB", (100, 130))
    copy = BY_NAME[f"paste-{percent}"].apply(white, black, np.random.default_rng(2))
    assert (as_array(copy) > 127).mean() == pytest.approx(percent / 100, abs=0.02)


def test_turns_and_inversions_undo_themselves() -> None:
    for name in ("mirror", "half-turn", "invert", "swap-channels", "mirror-quarter-turn"):
        assert attacked(name, attacked(name)).tobytes() == WORK.tobytes()


def test_halftone_and_dither_leave_two_tones_of_about_the_same_light() -> None:
    for name in ("halftone", "dither"):
        levels = as_array(attacked(name))
        assert set(np.unique(levels)) == {0, 255}
        assert levels.mean() == pytest.approx(as_array(ImageOps.grayscale(WORK)).mean(), abs=25)


def test_texts_and_marks_leave_most_of_the_picture() -> None:
    for name in ("watermark", "logo", "meme", "text-some", "stickers-3", "covered-30"):
        changed = ImageChops.difference(attacked(name), WORK).convert("L").point(bool)
        assert 0.01 < np.asarray(changed).astype(bool).mean() < 0.6
