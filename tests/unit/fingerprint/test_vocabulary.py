from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.unit.fingerprint.features import random_features, rooted
from tests.unit.fingerprint.pictures import painting

from raisonne.evaluation.lookalikes.all_families import FAMILIES
from raisonne.fingerprint.local import (
    REGISTERED_POINTS,
    LocalFeatures,
    inverted,
    local_features,
    mirrored,
)
from raisonne.fingerprint.vocabulary import (
    PARTS,
    WORDS_PER_FORM,
    local_fingerprint,
    nearest_words_of,
    pack,
    rewritten,
    thumbnail,
    unpack,
    vocabulary,
)
from raisonne.matching.calibration import DISTINCTIVE
from raisonne.rights.errors import StorageError
from raisonne.rights.fingerprint import FingerprintKind

LUMA = np.arange(64 * 64, dtype=np.uint16).astype(np.uint8).reshape(64, 64)
VALUE = pack(random_features(0, 5), LUMA)


def as_features(descriptors: np.ndarray) -> LocalFeatures:
    return LocalFeatures(np.ones((len(descriptors), 4), np.float32), descriptors, (9, 9))


def squares(descriptors: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Squared distances in whole numbers of any size."""
    away = descriptors[:, None].astype(np.int64) - words.astype(np.int64)
    return (away**2).sum(axis=-1)


# --- The shipped words ---------------------------------------------------------------------------


def test_the_vocabulary_has_the_promised_shape():
    words, parts = vocabulary().words, vocabulary().parts
    assert (words.shape, words.dtype) == ((4 * WORDS_PER_FORM, 128), np.uint8)
    assert (parts.shape, parts.dtype) == ((PARTS, 256, 128 // PARTS), np.uint8)
    assert len(np.unique(words, axis=0)) == len(words)


@pytest.mark.parametrize(
    ("quarter", "change"), [(1, mirrored), (2, inverted), (3, lambda f: inverted(mirrored(f)))]
)
def test_each_quarter_of_the_words_is_the_changed_first_one(quarter, change):
    quarters = vocabulary().words.reshape(4, WORDS_PER_FORM, 128)
    assert np.array_equal(change(as_features(quarters[0])).descriptors, quarters[quarter])


@given(st.integers(0, 2**32), st.integers(1, 4), st.booleans())
@settings(max_examples=15, deadline=None)
def test_the_nearest_words_are_the_nearest_in_whole_numbers(seed, count, any_bytes):
    chance = np.random.default_rng(seed)
    if any_bytes:
        descriptors = chance.integers(0, 256, (8, 128), dtype=np.uint8)
    else:
        descriptors = rooted(chance, 8)
    words = vocabulary().words
    order = np.argsort(squares(descriptors, words), axis=1, kind="stable")
    assert np.array_equal(nearest_words_of(descriptors, count), order[:, :count])


def test_a_word_is_nearest_to_itself_and_extremes_are_exact():
    words = vocabulary().words[::97]
    assert nearest_words_of(words, 1)[:, 0].tolist() == list(range(0, 4096, 97))
    extremes = np.stack([np.zeros(128, np.uint8), np.full(128, 255, np.uint8)])
    order = np.argsort(squares(extremes, vocabulary().words), axis=1, kind="stable")
    assert np.array_equal(nearest_words_of(extremes, 5), order[:, :5])


# --- The packed form -----------------------------------------------------------------------------


@given(st.integers(0, 2**32), st.integers(0, 40), st.sampled_from([(640, 480), (37, 640), (1, 1)]))
@settings(max_examples=25, deadline=None)
def test_what_is_packed_comes_back(seed, count, size):
    features = random_features(seed, count, size)
    kept = unpack(pack(features, LUMA))
    assert kept.size == size
    assert np.array_equal(kept.thumbnail, LUMA)
    assert kept.points.shape == (count, 4)
    assert np.abs(kept.points[:, :2] - features.points[:, :2]).max(initial=0) <= 1 / 64
    assert np.abs(kept.points[:, 2] / features.points[:, 2] - 1).max(initial=0) < 0.03
    turn = (kept.points[:, 3] - features.points[:, 3] + 180) % 360 - 180
    assert np.abs(turn).max(initial=0) < 1
    assert np.array_equal(kept.words, nearest_words_of(features.descriptors, 1)[:, 0])


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_codes_stand_for_the_nearest_parts(seed):
    features = random_features(seed, 6)
    kept = unpack(pack(features, LUMA))
    cut = features.descriptors.reshape(6, PARTS, -1)
    parts = vocabulary().parts
    nearest = [squares(cut[:, part], parts[part]).argmin(axis=1) for part in range(PARTS)]
    assert np.array_equal(kept.codes, np.stack(nearest, axis=1))
    meant = [parts[part, kept.codes[:, part]] for part in range(PARTS)]
    assert np.array_equal(kept.descriptors(), np.concatenate(meant, axis=1))


def test_packing_what_was_unpacked_changes_nothing():
    kept = unpack(VALUE)
    codes = LocalFeatures(kept.points, kept.descriptors().astype(np.uint8), kept.size)
    again = unpack(pack(codes, kept.thumbnail))
    assert np.array_equal(again.points, kept.points)
    assert np.array_equal(again.codes, kept.codes)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"any",
        VALUE[:5],
        VALUE[:-1],
        VALUE + b"\0",
        VALUE[: 6 + 64 * 64],
        VALUE[:4] + b"\x06\x00" + VALUE[6:],
        b"\x00\x00" + VALUE[2:],
        VALUE[:-40] + (4 * WORDS_PER_FORM).to_bytes(2, "little") + VALUE[-38:],
        pack(random_features(0, REGISTERED_POINTS + 1), LUMA),
    ],
)
def test_damaged_values_are_refused(value):
    with pytest.raises(StorageError):
        unpack(value)


def test_rewriting_changes_words_and_codes_only():
    kept = unpack(VALUE)
    assert rewritten(VALUE, kept.words, kept.codes) == VALUE
    words = np.arange(9, dtype=np.uint16)
    codes = np.full((9, PARTS), 7, np.uint8)
    changed = unpack(rewritten(VALUE, words, codes))
    assert changed.words.tolist() == [0, 1, 2, 3, 4]
    assert (changed.codes == 7).all()
    assert np.array_equal(changed.points, kept.points)
    assert np.array_equal(changed.thumbnail, kept.thumbnail)


# --- A picture's fingerprint ---------------------------------------------------------------------


def test_a_picture_is_kept_by_its_points_and_a_thumbnail():
    pixels = np.asarray(painting(1, 400, 300))
    made = local_fingerprint(pixels)
    assert (made.kind, made.algorithm) == (FingerprintKind.LOCAL, "rootsift-v1")
    lasting = local_features(pixels, REGISTERED_POINTS, size_power=0.7)
    assert made.value == pack(lasting, thumbnail(pixels))
    kept = unpack(made.value)
    assert (len(kept.points), kept.size) == (REGISTERED_POINTS, (400, 300))
    grey = np.asarray(painting(1, 400, 300).convert("L").resize((64, 64), Image.Resampling.BOX))
    assert np.abs(kept.thumbnail.astype(int) - grey).max() <= 4


@pytest.mark.parametrize("seed", range(5))
def test_paintings_are_distinctive(seed):
    assert local_fingerprint(np.asarray(painting(seed, 400, 300))).quality >= 70


COMMON = ("checkerboard", "text-page", "graph-paper", "table", "ruled-paper")


def test_what_many_pictures_look_like_is_not_distinctive():
    families = {family.name: family for family in FAMILIES}
    for name in COMMON:
        shared, own = np.random.default_rng(1), np.random.default_rng(2)
        drawn = families[name].draw(painting(0), shared, own).convert("RGB")
        drawn.thumbnail((640, 640))
        assert local_fingerprint(np.asarray(drawn)).quality < DISTINCTIVE, name


def test_few_points_are_not_distinctive_however_different():
    spots = np.full((300, 400, 3), 128, np.uint8)
    chance = np.random.default_rng(0)
    for x in (60, 190, 320):
        spots[140:160, x : x + 20] = chance.integers(0, 256, 3)
    made = local_fingerprint(spots)
    assert 0 < len(unpack(made.value).points) < 40
    assert made.quality < DISTINCTIVE
