from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from tests.unit.fingerprint.test_perceptual import AS_TRANSPOSE

from raisonne.fingerprint.perceptual import Dihedral
from raisonne.matching.symmetry import placement

QUERY, WORK = (40, 30), (400, 300)


@pytest.mark.parametrize("symmetry", Dihedral)
def test_a_mark_in_the_query_lands_where_it_is_in_the_work(symmetry):
    query = Image.new("L", QUERY)
    query.putpixel((7, 4), 255)
    work = query.transpose(AS_TRANSPOSE[symmetry]) if symmetry in AS_TRANSPOSE else query
    work = work.resize((10 * work.width, 10 * work.height), Image.Resampling.NEAREST)
    rows, columns = np.nonzero(np.asarray(work))
    centre = (columns.mean() + 0.5, rows.mean() + 0.5)
    matrix = np.array(placement(symmetry, QUERY, work.size)).reshape(3, 3)
    assert matrix @ [7.5, 4.5, 1] == pytest.approx([*centre, 1])


@pytest.mark.parametrize("symmetry", Dihedral)
def test_the_corners_of_the_query_lie_on_the_corners_of_the_work(symmetry):
    matrix = np.array(placement(symmetry, QUERY, WORK)).reshape(3, 3)
    corners = np.array([(x, y, 1) for x in (0, QUERY[0]) for y in (0, QUERY[1])])
    placed = {tuple(matrix @ corner) for corner in corners}
    assert placed == {(x, y, 1) for x in (0, WORK[0]) for y in (0, WORK[1])}
