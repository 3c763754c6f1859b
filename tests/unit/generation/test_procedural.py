from __future__ import annotations

import hashlib
import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from raisonne.generation.brief import Family
from raisonne.generation.families import FAMILIES
from raisonne.generation.procedural import (
    ProceduralEngine,
    encode_png,
)
from raisonne.rights.errors import CancelledError, InputError, Reason
from raisonne.rights.generation import MAX_PROMPT_CHARACTERS, GenerationRequest

ENGINE = ProceduralEngine()

# SHA-256 of decoded pixels of version 1. If one changes, pictures that were signed can no longer
# be made again: raise VERSION, then renew the table.
EXPECTED = {
    (
        "a red boat on a blue sea under a yellow moon",
        96,
        64,
        1,
    ): "16fddc51a90be5928ae592b7b6a996d15d201d4a87702c87cb0e895f31b57686",
    (
        "stained glass in teal and gold",
        64,
        64,
        2,
    ): "a7fb847ecf007be0cc62624313bd80064fc4f1f4344cb538283e539f3290a19f",
    (
        "three trees in autumn on the left",
        64,
        96,
        3,
    ): "ad9e324f5eacd99fbda8c82ac1e33b37552f30a804f9ec5c89d2d735ed89c35d",
    (
        "monochrome abstract composition with two triangles",
        64,
        64,
        4,
    ): "399a631b5df124677979873e769f4d4becc14e363fbf59ba36bd8129d25841f0",
    (
        "xyzzy",
        64,
        64,
        2**63 - 1,
    ): "1969381fcbb2021fe81926e87a86051535a361902d1ba1599aa1a34a3adff272",
    ("", 128, 64, 0): "aca30ac2254b053de49ef7a9d2dfe4b014c36f64df89eae10b9a9f7d61d1b5e6",
}


def decode(data: bytes) -> npt.NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data)))


@pytest.mark.parametrize(("case", "digest"), EXPECTED.items())
def test_version_1_makes_the_same_pixels_for_ever(
    case: tuple[str, int, int, int], digest: str
) -> None:
    image = ENGINE.generate(GenerationRequest(*case))
    assert hashlib.sha256(decode(image.data).tobytes()).hexdigest() == digest


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_two_engines_make_the_same_bytes(family: Family) -> None:
    request = GenerationRequest(family.words[0], 64, 80, 5)
    first, second = ENGINE.generate(request), ProceduralEngine().generate(request)
    assert first == second
    assert hashlib.sha256(first.data).digest() == hashlib.sha256(second.data).digest()


def test_seed_prompt_and_size_each_make_another_picture() -> None:
    base = GenerationRequest("waves", 64, 64, 1)
    others = [
        GenerationRequest("waves", 64, 64, 2),
        GenerationRequest("blue waves", 64, 64, 1),
        GenerationRequest("waves", 64, 65, 1),
    ]
    made = [ENGINE.generate(request).data for request in (base, *others)]
    assert len(set(made)) == 4


def test_unknown_words_make_another_picture_too() -> None:
    made = {ENGINE.generate(GenerationRequest(p, 64, 64, 1)).data for p in ("abc", "abd", "")}
    assert len(made) == 3


@pytest.mark.parametrize("size", [(64, 64), (65, 64), (64, 257), (333, 100)])
def test_files_are_plain_png_of_the_size_asked(size: tuple[int, int]) -> None:
    image = ENGINE.generate(GenerationRequest("city at night", *size, 9))
    opened = Image.open(io.BytesIO(image.data))
    assert (image.media_type, opened.format) == ("image/png", "PNG")
    assert (opened.size, opened.mode, opened.info) == (size, "RGB", {})
    chunks = {image.data[i : i + 4] for i in range(len(image.data) - 4)}
    assert not chunks & {b"tEXt", b"iTXt", b"zTXt", b"tIME", b"eXIf", b"pHYs"}


def test_encoding_loses_nothing() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    assert (decode(encode_png(pixels)) == pixels).all()


@given(st.text(max_size=MAX_PROMPT_CHARACTERS), st.integers(0, 2**63 - 1))
@settings(max_examples=15, deadline=None)
def test_no_prompt_crashes_it(prompt: str, seed: int) -> None:
    image = ENGINE.generate(GenerationRequest(prompt, 64, 64, seed))
    assert decode(image.data).shape == (64, 64, 3)
    assert image.caption
    assert image.family in {family.name for family in FAMILIES}


WORDS = st.lists(st.sampled_from(sorted(ENGINE.vocabulary)), max_size=10).map(" ".join)


@given(WORDS, st.integers(0, 2**63 - 1))
@settings(max_examples=30, deadline=None)
def test_no_combination_of_known_words_crashes_it(prompt: str, seed: int) -> None:
    image = ENGINE.generate(GenerationRequest(prompt, 64, 64, seed))
    assert decode(image.data).std() > 1.0


def test_the_longest_prompt_is_taken_and_one_more_character_is_not() -> None:
    longest = "a" * MAX_PROMPT_CHARACTERS
    assert ENGINE.generate(GenerationRequest(longest, 64, 64, 1)).ignored_words == (longest,)
    with pytest.raises(InputError) as refused:
        ENGINE.generate(GenerationRequest(longest + "a", 64, 64, 1))
    assert refused.value.reason is Reason.PROMPT_TOO_LONG
    assert refused.value.metadata == {"characters": "4001", "limit_characters": "4000"}


@pytest.mark.parametrize(
    ("width", "height", "seed", "field"),
    [
        (63, 64, 0, "width"),
        (4097, 64, 0, "width"),
        (64, 0, 0, "height"),
        (64, 5000, 0, "height"),
        (64, 64, -1, "seed"),
        (64, 64, 2**63, "seed"),
    ],
)
def test_limits(width: int, height: int, seed: int, field: str) -> None:
    with pytest.raises(InputError) as refused:
        ENGINE.generate(GenerationRequest("", width, height, seed))
    assert refused.value.reason is Reason.INVALID_ARGUMENT
    assert refused.value.metadata["field"] == field
    assert {"value", "min", "max"} <= set(refused.value.metadata)


@pytest.mark.parametrize("after", [0, 1, 4])
def test_cancellation(after: int) -> None:
    with pytest.raises(CancelledError):
        ENGINE.generate(GenerationRequest("landscape", 64, 64, 1), stop_after(after))


def test_a_cancelled_engine_makes_the_next_picture_as_ever() -> None:
    request = GenerationRequest("landscape", 64, 64, 1)
    before = ENGINE.generate(request)
    with pytest.raises(CancelledError):
        ENGINE.generate(request, stop_after(3))
    assert ENGINE.generate(request) == before


def stop_after(calls: int) -> Callable[[], bool]:
    left = iter(range(calls))
    return lambda: next(left, None) is None
