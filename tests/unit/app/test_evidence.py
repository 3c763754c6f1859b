from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageChops
from tests.unit.app.house import picture

from raisonne.app.evidence import Evidence, EvidenceWords, evidence_sheet, match_picture
from raisonne.fingerprint.decoding import DecodedImage, DecodeLimits, decode_image
from raisonne.rights.match import Match, Mechanism, Region, Transform

Draw = Callable[[DecodedImage, DecodedImage, Match, EvidenceWords], Evidence]

WORDS = EvidenceWords("BLOCK", "Training on it is reserved.", "mine.png", "Theirs", "Ada")
MATCH = Match("works/w", "assets/a", Mechanism.EMBEDDING, "gist-v1", 0.97, 0.9, 0.99)
TO_WORK: Transform = (1.0, 0.0, -10.0, 0.0, 1.0, -20.0, 0.0, 0.0, 1.0)
LOCALISED = replace(
    MATCH, mechanism=Mechanism.GEOMETRY, region=Region(10, 20, 64, 64), transform=TO_WORK
)


@pytest.fixture(scope="module")
def work() -> DecodedImage:
    return decode_image(picture(501, 64), DecodeLimits())


@pytest.fixture(scope="module")
def query() -> DecodedImage:
    """The work, pasted into another picture at 10, 20."""
    ground = Image.open(io.BytesIO(picture(500, 96)))
    ground.paste(Image.open(io.BytesIO(picture(501, 64))), (10, 20))
    out = io.BytesIO()
    ground.save(out, "PNG")
    return decode_image(out.getvalue(), DecodeLimits())


def opened(evidence: Evidence) -> Image.Image:
    image = Image.open(io.BytesIO(evidence.picture))
    image.load()
    assert (image.format, image.mode) == ("PNG", "RGB")
    return image


def different(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


def test_the_sheet_is_wide_enough_to_read_and_the_small_form_is_smaller(
    query: DecodedImage, work: DecodedImage
) -> None:
    large = opened(evidence_sheet(query, work, LOCALISED, WORDS))
    small = opened(match_picture(query, work, LOCALISED, WORDS))
    assert large.width == 1200
    assert small.width < large.width
    assert small.height < large.height / 2


def test_what_was_seen_comes_with_the_picture(query: DecodedImage, work: DecodedImage) -> None:
    seen = evidence_sheet(query, work, LOCALISED, WORDS).seen
    assert seen is not None
    assert seen.work_share > 0.97
    assert seen.change.scale == pytest.approx(1)
    assert not seen.inverted
    small = match_picture(query, work, LOCALISED, WORDS).seen
    assert small is not None
    assert (small.change, small.points) == (seen.change, 0)


def test_what_is_laid_over_but_differs_is_not_contained(
    query: DecodedImage, work: DecodedImage
) -> None:
    covered = query.pixels.copy()
    covered[20:52, 10:74] = 255
    half = replace(query, pixels=covered)
    seen = evidence_sheet(half, work, LOCALISED, WORDS).seen
    assert seen is not None
    assert seen.work_share == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("draw", [evidence_sheet, match_picture])
def test_what_is_not_localised_shows_two_pictures_and_nothing_more(
    query: DecodedImage, work: DecodedImage, draw: Draw
) -> None:
    plain = draw(query, work, MATCH, WORDS)
    assert plain.seen is None
    shown = opened(plain)
    assert shown.height < shown.width
    assert different(shown, opened(draw(work, work, MATCH, WORDS)))
    assert different(shown, opened(draw(query, query, MATCH, WORDS)))
    # A transform that lays nothing over the work, or that is none, is treated alike.
    for transform in ((0.0,) * 9, (1.0, 0, 9_999, 0, 1, 0, 0, 0, 1)):
        nowhere = draw(query, work, replace(MATCH, transform=transform), WORDS)
        assert nowhere == plain


@pytest.mark.parametrize("draw", [evidence_sheet, match_picture])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_same_inputs_give_the_same_bytes(
    query: DecodedImage, work: DecodedImage, draw: Callable[..., Evidence], kind: str
) -> None:
    one, other = (draw(query, work, LOCALISED, WORDS, kind=kind) for _ in range(2))
    assert one == other
    assert Image.open(io.BytesIO(one.picture)).format == kind


def test_the_part_is_outlined_in_both(query: DecodedImage, work: DecodedImage) -> None:
    plain = opened(match_picture(query, work, replace(LOCALISED, transform=None), WORDS))
    framed = opened(match_picture(query, work, LOCALISED, WORDS))
    height, middle = 130, plain.width // 2
    for left, right in ((0, middle), (middle, plain.width)):
        box = (left, height, right, plain.height - 80)
        assert different(framed.crop(box), plain.crop(box))


@pytest.mark.parametrize("draw", [evidence_sheet, match_picture])
@pytest.mark.parametrize("outcome", ["BLOCK", "REVIEW", "ALLOW"])
def test_each_outcome_is_drawn(
    query: DecodedImage, work: DecodedImage, outcome: str, draw: Draw
) -> None:
    assert opened(draw(query, work, LOCALISED, replace(WORDS, outcome=outcome)))


@pytest.mark.parametrize("draw", [evidence_sheet, match_picture])
@pytest.mark.parametrize("text", ["long " * 60, "x" * 2_000, "", "画" * 300, "é→\n\t\x00\udcff"])
def test_words_of_any_kind_stay_in_their_room(
    query: DecodedImage, work: DecodedImage, draw: Draw, text: str
) -> None:
    shown = opened(draw(query, work, MATCH, EvidenceWords("REVIEW", text, text, text, text)))
    usual = opened(draw(query, work, MATCH, WORDS))
    assert shown.width == usual.width
    # Nothing runs over the right edge of the sheet.
    edge = shown.crop((shown.width - 12, 0, *shown.size))
    assert len(edge.getcolors() or ()) == 1


def test_words_on_several_lines_are_put_on_one(query: DecodedImage, work: DecodedImage) -> None:
    one = EvidenceWords("REVIEW", "two lines", "two lines", "two lines")
    broken = EvidenceWords("REVIEW", "two\nlines", "two\r\nlines", " two  lines\n")
    assert not different(
        opened(match_picture(query, work, MATCH, one)),
        opened(match_picture(query, work, MATCH, broken)),
    )


@pytest.mark.parametrize("draw", [evidence_sheet, match_picture])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (2_000, 3), (3, 2_000)])
def test_pictures_of_any_shape_fit(work: DecodedImage, width: int, height: int, draw: Draw) -> None:
    pixels = np.full((height, width, 3), 90, np.uint8)
    narrow = DecodedImage("image/png", width, height, "0" * 64, pixels)
    whole: Transform = (work.width / width, 0, 0, 0, work.height / height, 0, 0, 0, 1)
    for match in (MATCH, replace(LOCALISED, region=None, transform=whole)):
        assert opened(draw(narrow, work, match, WORDS)).width >= 800
        assert opened(draw(work, narrow, match, WORDS)).width >= 800
