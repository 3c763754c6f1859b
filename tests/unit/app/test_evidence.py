from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageChops
from tests.unit.app.house import picture

from raisonne.app.evidence import EvidenceWords, match_picture
from raisonne.fingerprint.decoding import DecodedImage, DecodeLimits, decode_image
from raisonne.rights.match import Match, Mechanism, Region

WORDS = EvidenceWords("BLOCK", "Training on it is reserved.", "mine.png", "Theirs, by Ada")
MATCH = Match("works/w", "assets/a", Mechanism.EMBEDDING, "gist-v1", 0.97, 0.9, 0.99)
LOCALISED = replace(
    MATCH,
    region=Region(10, 20, 60, 50),
    transform=(1.0, 0.0, -10.0, 0.0, 1.0, -20.0, 0.0, 0.0, 1.0),
)


@pytest.fixture(scope="module")
def query() -> DecodedImage:
    return decode_image(picture(500, 96), DecodeLimits())


@pytest.fixture(scope="module")
def work() -> DecodedImage:
    return decode_image(picture(501, 64), DecodeLimits())


def sheet(
    query: DecodedImage, work: DecodedImage, match: Match, words: EvidenceWords
) -> Image.Image:
    image = Image.open(io.BytesIO(match_picture(query, work, match, words)))
    image.load()
    assert (image.format, image.mode) == ("PNG", "RGB")
    return image


def different(one: Image.Image, other: Image.Image) -> bool:
    return ImageChops.difference(one, other).getbbox() is not None


def test_both_pictures_are_on_one_sheet(query: DecodedImage, work: DecodedImage) -> None:
    shown = sheet(query, work, MATCH, WORDS)
    assert shown.width > shown.height
    assert different(shown, sheet(work, work, MATCH, WORDS))
    assert different(shown, sheet(query, query, MATCH, WORDS))


def test_what_is_localised_is_framed_in_the_query_and_marked_in_both(
    query: DecodedImage, work: DecodedImage
) -> None:
    plain = sheet(query, work, MATCH, WORDS)
    framed = sheet(query, work, replace(LOCALISED, transform=None), WORDS)
    marked = sheet(query, work, LOCALISED, WORDS)
    left, right = (0, 0, plain.width // 2, plain.height), (plain.width // 2, 0, *plain.size)
    assert different(framed.crop(left), plain.crop(left))
    assert not different(framed.crop(right), plain.crop(right))
    assert different(marked.crop(left), framed.crop(left))
    assert different(marked.crop(right), framed.crop(right))


@pytest.mark.parametrize("outcome", ["BLOCK", "REVIEW", "ALLOW"])
def test_each_outcome_is_drawn(query: DecodedImage, work: DecodedImage, outcome: str) -> None:
    assert sheet(query, work, LOCALISED, replace(WORDS, outcome=outcome))


def test_long_words_are_shortened_to_their_room(query: DecodedImage, work: DecodedImage) -> None:
    usual = sheet(query, work, MATCH, WORDS)
    margin = (usual.width - 12, 0, usual.width, usual.height)
    for text in ("long words " * 60, "x" * 2_000, "", "画" * 300):
        words = EvidenceWords("REVIEW", text, text, text)
        shown = sheet(query, work, MATCH, words)
        assert shown.size == usual.size
        # Nothing runs over the right edge of the sheet.
        assert not different(shown.crop(margin), usual.crop(margin))


def test_words_on_several_lines_are_put_on_one(query: DecodedImage, work: DecodedImage) -> None:
    one = EvidenceWords("REVIEW", "two lines", "two lines", "two lines")
    broken = EvidenceWords("REVIEW", "two\nlines", "two\r\nlines", " two  lines\n")
    assert not different(sheet(query, work, MATCH, one), sheet(query, work, MATCH, broken))


@pytest.mark.parametrize(("width", "height"), [(1, 1), (2_000, 3), (3, 2_000)])
def test_pictures_of_any_shape_fit(work: DecodedImage, width: int, height: int) -> None:
    pixels = np.full((height, width, 3), 90, np.uint8)
    narrow = DecodedImage("image/png", width, height, "0" * 64, pixels)
    assert sheet(narrow, work, MATCH, WORDS).size == sheet(work, narrow, MATCH, WORDS).size
