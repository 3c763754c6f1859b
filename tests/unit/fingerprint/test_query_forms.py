from __future__ import annotations

import numpy as np
import pytest
from tests.unit.fingerprint.pictures import painting

from raisonne.fingerprint.local import (
    QUERY_POINTS,
    LocalFeatures,
    inverted,
    local_features,
    mirrored,
)
from raisonne.fingerprint.query_forms import FORMS, Form, query_forms
from raisonne.fingerprint.vocabulary import nearest_words_of

PIXELS = np.asarray(painting(4, 400, 300))
QUERY = query_forms(PIXELS)


def rows(features: LocalFeatures) -> zip:
    return zip(features.points, features.descriptors, strict=True)


def test_the_forms_are_the_same_points_changed():
    plain = QUERY.forms[0]
    expected = [plain, mirrored(plain), inverted(plain), inverted(mirrored(plain))]
    for form, features in zip(QUERY.forms, expected, strict=True):
        assert np.array_equal(form.points, features.points)
        assert np.array_equal(form.descriptors, features.descriptors)
        assert form.size == (400, 300)
    assert FORMS[3] == Form.MIRRORED | Form.INVERTED


def test_the_points_are_points_of_the_picture():
    found = local_features(PIXELS, 10_000)
    known = {point.tobytes() + code.tobytes() for point, code in rows(found)}
    asked = [point.tobytes() + code.tobytes() for point, code in rows(QUERY.forms[0])]
    assert len(asked) == len(set(asked)) == QUERY_POINTS
    assert set(asked) <= known


def test_every_row_tells_which_point_and_form_it_is_of():
    for number, descriptor in enumerate(QUERY.descriptors):
        form = QUERY.forms[QUERY.form[number]]
        assert np.array_equal(descriptor, form.descriptors[QUERY.row[number]])


@pytest.mark.parametrize("form", FORMS)
def test_words_of_changed_forms_are_the_nearest_without_looking(form):
    rows = np.flatnonzero(QUERY.form == form.value)
    assert len(rows) > 0
    lists = QUERY.lists[rows]
    width = int((lists[0] >= 0).sum())
    assert ((lists >= 0) == (np.arange(lists.shape[1]) < width)).all()
    looked = nearest_words_of(QUERY.descriptors[rows].astype(np.uint8), width)
    # Words at equal distances may stand the other way round in another form.
    assert (lists[:, :width] == looked).mean() > 0.999


def test_the_plain_form_is_looked_up_most():
    counts = np.bincount(QUERY.form, minlength=4)
    assert counts[0] == len(QUERY.forms[0])
    assert (counts[1:] <= counts[0]).all()


def test_a_picture_with_few_points_is_looked_up_by_all_of_them():
    spots = np.full((300, 400, 3), 128, np.uint8)
    spots[100:130, 150:180] = 255
    query = query_forms(spots)
    count = len(query.forms[0])
    assert 0 < count < 30
    assert np.bincount(query.form).tolist() == [count] * 4
    assert np.array_equal(query.row, np.tile(np.arange(count), 4))
