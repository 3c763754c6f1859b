from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps
from tests.unit.fingerprint.pictures import painting
from tests.unit.matching.registry import Registry, altered, ask

from raisonne.fingerprint.perceptual import Dihedral
from raisonne.matching.agreement import QueryLuma
from raisonne.matching.calibration import SHIPPED
from raisonne.matching.geometry import project
from raisonne.matching.lookup import Lookup
from raisonne.matching.proof import Proof, lay_over, lay_whole_over, region_of, transform_of
from raisonne.rights.fingerprint import WorkFingerprint
from raisonne.rights.match import Region

SIZE = (400, 300)
WORK = painting(1, *SIZE)
REGISTRY = Registry()
ENTRIES = REGISTRY.register(WORK, "work")
LOCAL = ENTRIES[4]


def entry_of(image: Image.Image) -> WorkFingerprint:
    return Registry().register(image, "other")[4]


def laid(image: Image.Image, transform: np.ndarray, points: int = 0) -> Proof:
    return lay_over(QueryLuma(np.asarray(image)), LOCAL, transform, points)


def asking(image: Image.Image, **attributes: object) -> tuple[Lookup, Proof | None]:
    """A lookup and the proof of the whole picture over the whole work."""
    with REGISTRY.matcher._index.read("t") as view:
        lookup = Lookup(view, altered(ask(image), **attributes), SHIPPED)
        return lookup, lay_whole_over(lookup, "assets/work", Dihedral.IDENTITY)


SYMMETRIES = {
    Dihedral.IDENTITY: lambda i: i,
    Dihedral.FLIP_HORIZONTAL: ImageOps.mirror,
    Dihedral.FLIP_VERTICAL: ImageOps.flip,
    Dihedral.ROTATE_180: lambda i: i.rotate(180),
    Dihedral.ROTATE_90: lambda i: i.transpose(Image.Transpose.ROTATE_270),
    Dihedral.ROTATE_270: lambda i: i.transpose(Image.Transpose.ROTATE_90),
}


@pytest.mark.parametrize("symmetry", SYMMETRIES)
def test_a_changed_copy_laid_back_is_the_whole_work(symmetry):
    query = ask(SYMMETRIES[symmetry](WORK).resize((320, 260)))
    with REGISTRY.matcher._index.read("t") as view:
        proof = lay_whole_over(Lookup(view, query, SHIPPED), "assets/work", symmetry)
        wrong = lay_whole_over(Lookup(view, query, SHIPPED), "assets/work", Dihedral.TRANSPOSE)
    assert proof is not None
    assert wrong is not None
    assert proof.whole
    assert proof.entry == LOCAL
    assert proof.agreement.mean > 0.9
    assert not wrong.whole
    assert wrong.strength < 0.2 * proof.strength


def test_a_work_without_local_features_is_not_laid_over():
    with REGISTRY.matcher._index.read("t") as view:
        lookup = Lookup(view, ask(WORK), SHIPPED)
        assert lay_whole_over(lookup, "assets/unknown", Dihedral.IDENTITY) is None
    with REGISTRY.matcher._index.read("somebody-else") as view:
        strange = Lookup(view, ask(WORK), SHIPPED)
        assert lay_whole_over(strange, "assets/work", Dihedral.IDENTITY) is None


def test_a_negative_is_the_whole_work_too():
    _, proof = asking(ImageOps.invert(WORK))
    assert proof is not None
    assert proof.whole
    assert proof.agreement.mean < -0.9


def test_an_edited_copy_a_part_and_a_stranger_are_not_the_whole():
    edited = WORK.copy()
    edited.paste(painting(9, 150, 110), (30, 30))
    for image in (edited, painting(2, *SIZE), Image.new("RGB", SIZE, "grey")):
        _, proof = asking(image)
        assert proof is not None
        assert not proof.whole


def test_a_work_on_a_larger_ground_is_not_the_whole():
    ground = painting(9, 480, 360)
    ground.paste(WORK, (40, 30))
    proof = laid(ground, np.array([[1, 0, -40], [0, 1, -30], [0, 0, 1]], float))
    assert proof.agreement.mean > 0.95
    assert not proof.whole


def test_a_nearly_flat_work_is_never_the_whole():
    plain = Image.new("RGB", SIZE, "white")
    plain.paste(WORK.resize((60, 40)), (10, 10))
    entry = entry_of(plain)
    proof = lay_over(QueryLuma(np.asarray(plain)), entry, np.eye(3))
    assert proof.agreement.agreeing == 1
    assert not proof.whole


def test_points_that_agree_add_to_the_strength():
    strengths = [laid(WORK, np.eye(3), points).strength for points in (0, 10, 100)]
    assert strengths == sorted(set(strengths))


def test_a_placement_that_is_a_little_off_is_moved():
    off = np.array([[1.01, 0, 6], [0, 1.01, -5], [0, 0, 1]])
    proof = laid(WORK, off)
    assert proof.agreement.mean > 0.97
    corners = np.array([[0, 0], [400, 0], [400, 300], [0, 300]], float)
    assert np.abs(project(proof.agreement.transform, corners) - corners).max() < 4


# --- Where, in the file's own pixels -------------------------------------------------------------


def whole_over(transform: np.ndarray, **attributes: object) -> tuple[Lookup, Proof]:
    """A proof with just this transform."""
    lookup, _ = asking(WORK, **attributes)
    luma = QueryLuma(np.asarray(WORK))
    proof = lay_over(luma, LOCAL, transform)
    exact = replace(proof.agreement, transform=transform, work_share=1, query_share=1)
    return lookup, Proof(LOCAL, proof.features, exact, 0)


@pytest.mark.parametrize(
    ("transform", "expected"),
    [
        (np.eye(3), (0, 0, 400, 300)),
        (np.array([[2, 0, -200], [0, 2, -150], [0, 0, 1]]), (100, 75, 200, 150)),
        (np.array([[2, 0, 200], [0, 2, 0], [0, 0, 1]]), (0, 0, 100, 150)),
        (np.array([[-2, 0, 600], [0, 2, -150], [0, 0, 1]]), (100, 75, 200, 150)),
        (np.array([[0, -1, 300], [1, 0, 0], [0, 0, 1]]), (0, 0, 300, 300)),
        (np.array([[0.5, 0, 100], [0, 0.5, 75], [0, 0, 1]]), (0, 0, 400, 300)),
    ],
)
def test_the_region_is_what_of_the_query_the_work_covers(transform, expected):
    lookup, proof = whole_over(np.asarray(transform, float))
    region = region_of(lookup, proof)
    found = (region.x, region.y, region.width, region.height)
    assert found == pytest.approx(expected, abs=0.5)


@pytest.mark.parametrize(
    "transform",
    [
        np.array([[1, 0, 390], [0, 1, 290], [0, 0, 1]], float),
        np.array([[1, 0, 5000], [0, 1, 0], [0, 0, 1]], float),
        np.array([[1, 0, 0], [0, 1, 0], [-1 / 300, 0, 1]], float),
        np.array([[1, 0, 0], [0, 1, 0], [1 / 300, 1 / 200, 1]], float),
    ],
)
def test_a_region_always_lies_on_the_query(transform):
    lookup, proof = whole_over(transform)
    region = region_of(lookup, proof)
    assert region.x >= 0
    assert region.y >= 0
    assert region.x + region.width <= 400.01
    assert region.y + region.height <= 300.01
    assert min(region.width, region.height) > 0


def test_places_are_told_at_full_size():
    transform = np.array([[2, 0, -200], [0, 2, -150], [0, 0, 1]], float)
    lookup, proof = whole_over(transform, width=4000, height=3000)
    assert region_of(lookup, proof) == Region(1000, 750, 2000, 1500)
    told = np.array(transform_of(lookup, proof)).reshape(3, 3)
    corners = np.array([[1000, 750], [3000, 750], [3000, 2250], [1000, 2250]], float)
    assert project(told, corners) == pytest.approx(
        np.array([[0, 0], [400, 0], [400, 300], [0, 300]]), abs=1
    )


def test_the_transform_is_scaled_so_that_its_last_number_is_one():
    lookup, proof = whole_over(np.array([[2, 0, 0], [0, 2, 0], [0, 0, 4]], float))
    assert transform_of(lookup, proof)[8] == 1
