from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageOps
from tests.unit.fingerprint.pictures import painting
from tests.unit.matching.registry import Registry, ask, by

from raisonne.evaluation.lookalikes.all_families import FAMILIES
from raisonne.matching.calibration import BLOCK, REVIEW
from raisonne.matching.geometry import project
from raisonne.rights.match import DetectorState, Match, Mechanism

WORKS = 10
SIZE = (400, 300)
WORK = painting(0, *SIZE)
GROUND = painting(700, *SIZE)


@pytest.fixture(scope="module")
def registry() -> Registry:
    """Ten paintings; nothing is registered by the tests that share it."""
    made = Registry()
    for seed in range(WORKS):
        made.register(painting(seed, *SIZE), str(seed))
    return made


def geometry(registry: Registry, image: Image.Image) -> dict[str, Match]:
    return by(registry.match(ask(image)), Mechanism.GEOMETRY)


def shift(left: float, top: float) -> np.ndarray:
    """From a crop to the picture it was taken from."""
    return np.array([[1, 0, left], [0, 1, top], [0, 0, 1]], float)


def check(match: Match, transform: np.ndarray, box: tuple[float, float, float, float]) -> None:
    """Compare a placement with what was done, within three percent of the pictures' sides.

    Args:
        match: What was found.
        transform: From query to work.
        box: Left, top, right and bottom of what the work covers in the query.
    """
    left, top, right, bottom = box
    corners = np.array([[left, top], [right, top], [right, bottom], [left, bottom]])
    assert match.transform is not None
    found = np.array(match.transform).reshape(3, 3)
    away = np.abs(project(found, corners) - project(transform, corners))
    assert away.max() < 0.03 * max(SIZE)
    region = match.region
    assert region is not None
    edges = (region.x, region.y, region.x + region.width, region.y + region.height)
    assert np.abs(np.subtract(edges, box)).max() < 0.03 * max(right, bottom)


# --- What is found and where ---------------------------------------------------------------------


@pytest.mark.parametrize("box", [(100, 60, 320, 240), (0, 0, 180, 150), (210, 120, 400, 300)])
def test_a_crop_is_found_and_placed(registry, box):
    left, top, right, bottom = box
    found = geometry(registry, WORK.crop(box))
    assert list(found) == ["works/0"]
    assert found["works/0"].score > BLOCK
    check(found["works/0"], shift(left, top), (0, 0, right - left, bottom - top))


@pytest.mark.parametrize(("width", "left", "top"), [(200, 150, 100), (130, 20, 180)])
def test_a_work_pasted_into_another_picture_is_found_and_placed(registry, width, left, top):
    canvas = GROUND.copy()
    height = width * 3 // 4
    canvas.paste(WORK.resize((width, height)), (left, top))
    found = geometry(registry, canvas)
    assert list(found) == ["works/0"]
    assert found["works/0"].score > BLOCK
    scale = np.diag([400 / width, 300 / height, 1])
    check(found["works/0"], scale @ shift(-left, -top), (left, top, left + width, top + height))


def test_a_mirrored_crop_is_found_and_placed(registry):
    found = geometry(registry, ImageOps.mirror(WORK.crop((100, 60, 320, 240))))
    assert list(found) == ["works/0"]
    assert found["works/0"].score > BLOCK
    flip = np.array([[-1, 0, 320], [0, 1, 60], [0, 0, 1]], float)
    check(found["works/0"], flip, (0, 0, 220, 180))


@pytest.mark.parametrize("change", [ImageOps.invert, lambda i: ImageOps.mirror(ImageOps.invert(i))])
def test_a_crop_in_inverted_colours_is_found(registry, change):
    found = geometry(registry, change(WORK.crop((80, 40, 340, 260))))
    assert list(found) == ["works/0"]
    assert found["works/0"].score > BLOCK


def test_a_work_turned_by_30_degrees_is_found_and_placed(registry):
    turned = WORK.rotate(30, Image.Resampling.BICUBIC, expand=True, fillcolor="white")
    found = geometry(registry, turned)
    assert list(found) == ["works/0"]
    assert found["works/0"].score > BLOCK
    cosine, sine = np.cos(np.deg2rad(30)), np.sin(np.deg2rad(30))
    turn = np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]])
    centred = shift(200, 150) @ turn @ shift(-turned.width / 2, -turned.height / 2)
    check(found["works/0"], centred, (0, 0, turned.width, turned.height))


def test_a_work_with_a_border_is_found_and_placed(registry):
    found = geometry(registry, ImageOps.expand(WORK, 60, "orange"))
    assert list(found) == ["works/0"]
    assert found["works/0"].score > BLOCK
    check(found["works/0"], shift(-60, -60), (60, 60, 460, 360))


def test_a_work_seen_aslant_is_found(registry):
    aslant = WORK.transform(
        SIZE,
        Image.Transform.PERSPECTIVE,
        (1.1, 0.08, -30, 0.05, 1.15, -35, 2e-4, 3e-4),
        Image.Resampling.BICUBIC,
        fillcolor="grey",
    )
    found = geometry(registry, aslant)
    assert list(found) == ["works/0"]
    assert found["works/0"].score > BLOCK


def test_a_collage_names_all_its_works_and_their_places(registry):
    canvas = Image.new("RGB", (820, 620), "white")
    for seed in range(4):
        canvas.paste(painting(seed, *SIZE), (seed % 2 * 410, seed // 2 * 310))
    found = geometry(registry, canvas)
    assert set(found) == {f"works/{seed}" for seed in range(4)}
    for seed in range(4):
        left, top = seed % 2 * 410, seed // 2 * 310
        match = found[f"works/{seed}"]
        assert match.score > BLOCK
        check(match, shift(-left, -top), (left, top, left + 400, top + 300))


def test_a_work_pasted_into_another_work_hides_neither(registry):
    both = painting(3, *SIZE)
    both.paste(painting(6, 160, 120), (220, 20))
    found = geometry(registry, both)
    assert set(found) == {"works/3", "works/6"}
    assert found["works/6"].score > BLOCK
    # A sixth of it is hidden: whether what is left decides is a matter of tuning.
    assert found["works/3"].score > REVIEW


def test_a_small_work_beside_a_large_one_is_named_too(registry):
    canvas = Image.new("RGB", (640, 480), "white")
    canvas.paste(painting(1, 600, 300), (20, 10))
    canvas.paste(painting(2, 80, 60), (300, 340))
    found = geometry(registry, canvas)
    assert set(found) == {"works/1", "works/2"}
    assert found["works/2"].score > BLOCK
    check(found["works/2"], np.diag([5, 5, 1]) @ shift(-300, -340), (300, 340, 380, 400))


def test_a_soft_copy_without_points_is_found_as_a_whole(registry):
    soft = WORK.filter(ImageFilter.GaussianBlur(9)).resize((390, 300))
    best = registry.match(ask(soft)).matches[0]
    assert best.work == "works/0"
    assert best.score > BLOCK


def test_places_are_told_in_pixels_of_the_files_themselves():
    registry = Registry()
    registry.register(painting(20, 1000, 750), "large")
    canvas = painting(701, 1600, 1200)
    canvas.paste(painting(20, 800, 600), (700, 500))
    found = geometry(registry, canvas)["works/large"]
    assert found.region is not None
    assert found.transform is not None
    edges = (found.region.x, found.region.y, found.region.width, found.region.height)
    assert np.abs(np.subtract(edges, (700, 500, 800, 600))).max() < 0.02 * 1600
    corners = np.array([[700, 500], [1500, 500], [1500, 1100], [700, 1100]])
    sent = project(np.array(found.transform).reshape(3, 3), corners)
    assert np.abs(sent - [[0, 0], [1000, 0], [1000, 750], [0, 750]]).max() < 0.02 * 1000


def test_a_picture_that_was_registered_often_is_still_found():
    registry = Registry()
    for number in range(12):
        registry.register(WORK, f"twin-{number}")
    found = geometry(registry, WORK.crop((60, 40, 360, 280)))
    assert found
    assert max(match.score for match in found.values()) > BLOCK


def test_a_withdrawn_work_is_found_no_more():
    registry = Registry()
    entries = registry.register(WORK, "short-lived")
    registry.register(painting(1, *SIZE), "other")
    crop = WORK.crop((100, 60, 320, 240))
    assert list(geometry(registry, crop)) == ["works/short-lived"]
    registry.log.remove(entries)
    assert geometry(registry, crop) == {}


def test_the_same_question_has_the_same_answer(registry):
    canvas = GROUND.copy()
    canvas.paste(WORK.resize((200, 150)), (150, 100))
    one, other = registry.match(ask(canvas)), registry.match(ask(canvas))
    assert one.matches == other.matches
    assert one.detectors == other.detectors


# --- What must not be accused --------------------------------------------------------------------


def test_strangers_are_not_named(registry):
    for seed in range(800, 815):
        for match in geometry(registry, painting(seed, *SIZE)).values():
            assert match.score < REVIEW


SHARED = (
    "same-caption",
    "same-frame",
    "same-headline",
    "same-logo",
    "same-watermark",
    "same-slide",
    "text-page",
    "table",
    "calendar",
)
COMMON = ("checkerboard", "graph-paper", "dots", "tiles")
DRAWN = {family.name: family.draw for family in FAMILIES}


def drawn(name: str, content: int) -> Image.Image:
    """A picture of a family: its members share some chance and have some of their own."""
    shared, own = np.random.default_rng(5), np.random.default_rng(10 + content)
    return DRAWN[name](painting(content, *SIZE), shared, own).convert("RGB")


@pytest.mark.parametrize("name", SHARED + COMMON)
def test_what_different_pictures_share_decides_nothing(name):
    registry = Registry(thorough=True)
    registry.register(drawn(name, 1), "work")
    for content in (2, 3):
        for match in registry.match(ask(drawn(name, content))).matches:
            assert match.score < BLOCK


@pytest.mark.parametrize("name", COMMON)
def test_only_equality_decides_for_a_work_that_anybody_could_have_drawn(name):
    registry = Registry(thorough=True)
    work = drawn(name, 1)
    registry.register(work, "work")
    for match in registry.match(ask(work, "JPEG", quality=70)).matches:
        assert match.score < BLOCK
    same = registry.match(ask(work))
    assert by(same, Mechanism.EXACT)["works/work"].score == 1
    assert all(m.score < BLOCK for m in same.matches if m.mechanism is not Mechanism.EXACT)


# --- Whether it ran ------------------------------------------------------------------------------


def test_a_picture_without_points_is_told_as_not_searched(registry):
    run = registry.match(ask(Image.new("RGB", (300, 200), "grey"))).detectors[-1]
    assert (run.name, run.state) == ("geometry", DetectorState.SKIPPED)
    assert run.version.startswith("rootsift-v1 ")
    assert run.reason


def test_an_empty_registry_was_searched():
    run = Registry().match(ask(WORK)).detectors[-1]
    assert (run.name, run.state, run.reason) == ("geometry", DetectorState.EXECUTED, "")


def test_works_without_points_disturb_nothing(registry):
    mixed = Registry()
    mixed.register(Image.new("RGB", (300, 200), "grey"), "flat")
    assert geometry(mixed, WORK) == {}
    mixed.register(WORK, "0")
    assert list(geometry(mixed, WORK.crop((100, 60, 320, 240)))) == ["works/0"]
