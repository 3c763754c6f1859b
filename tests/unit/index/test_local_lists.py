from __future__ import annotations

import numpy as np
import pytest
from tests.unit.fingerprint.features import random_features

from raisonne.fingerprint.vocabulary import pack, rewritten, unpack
from raisonne.index.code_lists import ENTRY, nearest_of
from raisonne.index.local_lists import ANGLE_STEP, SIZE_STEPS, Arrangement, arrange, spill
from raisonne.rights.errors import StorageError

LUMA = np.zeros((64, 64), np.uint8)


def crowded(seed: int, words: list[int]) -> bytes:
    """Three hundred points of a few words."""
    value = pack(random_features(seed, 300), LUMA)
    chance = np.random.default_rng(seed)
    return rewritten(value, chance.choice(words, 300).astype(np.uint16), unpack(value).codes)


VALUES = [crowded(seed, [3, 4, 4, 4, 2000, 4095]) for seed in range(14)] + [
    pack(random_features(50, 40), LUMA)
]


def arranged(values: list[bytes]) -> tuple[Arrangement, np.ndarray]:
    points = spill([values], len(values), None)
    lists = arrange(points)
    entries = np.concatenate(list(points.entries()))
    assert all(file.closed for file in points.files)
    return lists, entries


def list_of(lists: Arrangement, entries: np.ndarray, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Codes and ids of a list, read as they are said to be written."""
    block = entries[lists.list_start[number] : lists.list_start[number + 1]].tobytes()
    size = len(block) // ENTRY.itemsize
    codes = np.frombuffer(block[: 32 * size], np.uint8).reshape(size, 32)
    return codes, np.frombuffer(block[32 * size :], "<i8")


def test_every_point_is_in_one_list_of_its_word():
    lists, entries = arranged(VALUES)
    found = []
    for word, (first, end) in enumerate(
        zip(lists.word_start[:-1], lists.word_start[1:], strict=True)
    ):
        for number in range(first, end):
            for code, key in zip(*list_of(lists, entries, number), strict=True):
                assert key >> 48 == word
                position, size, angle = key >> 16 & 0xFFFFFFFF, key >> 8 & 0xFF, key & 0xFF
                place = np.exp2(size / SIZE_STEPS), angle * ANGLE_STEP
                found.append((position, word, *np.array(place, np.float32), code.tobytes()))
    expected = [
        (position, word, *point[2:], code.tobytes())
        for position, work in enumerate(map(unpack, VALUES))
        for word, point, code in zip(work.words, work.points, work.codes, strict=True)
    ]
    assert sorted(found) == sorted(expected)


def test_a_list_holds_what_its_centre_is_the_nearest_of_its_word_to():
    lists, entries = arranged(VALUES)
    counts = np.bincount(np.concatenate([unpack(value).words for value in VALUES]), minlength=4096)
    assert np.array_equal(np.diff(lists.word_start), -(-counts // 400))
    for word in (3, 4, 2000):
        first, end = lists.word_start[word : word + 2]
        block = lists.centre[first:end].tobytes()
        centres = np.frombuffer(block[: 32 * (end - first)], np.uint8).reshape(-1, 32)
        assert np.frombuffer(block[len(centres) * 32 :], "<i8").tolist() == list(range(first, end))
        for number in range(first, end):
            codes, _ = list_of(lists, entries, number)
            assert (nearest_of(codes, centres) == number - first).all()


def test_points_are_spilled_by_ranges_of_words():
    points = spill([VALUES] * 500, 500 * len(VALUES), None)
    assert len(points.files) == 2
    below = [entries.view(ENTRY)["id"] >> 48 < 2048 for entries in points.entries()]
    assert below[0].all()
    assert not below[1].any()
    assert len(below[0]) + len(below[1]) == 500 * (14 * 300 + 40)
    assert points.value_start[-1] == 500 * sum(map(len, VALUES))


def test_what_is_damaged_or_too_much_is_refused():
    with pytest.raises(StorageError, match="damaged"):
        spill([VALUES, [b"any"]], len(VALUES) + 1, None)
    with pytest.raises(ValueError, match="There are 15 works, not 16"):
        spill([VALUES], 16, None)
