from __future__ import annotations

import contextlib
import io
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from tests.unit.fingerprint.pictures import encoded, painting, png_chunk, png_claiming

from raisonne.fingerprint.decoding import LONG_SIDE, DecodedImage, DecodeLimits, decode_image
from raisonne.rights.errors import InputError, LimitError, RaisonneError, Reason

LIMITS = DecodeLimits()


def decode(image: Image.Image, image_format: str = "PNG", **options: object) -> DecodedImage:
    return decode_image(encoded(image, image_format, **options), LIMITS)


@pytest.mark.parametrize(
    ("image_format", "media_type"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("WEBP", "image/webp"),
        ("GIF", "image/gif"),
        ("TIFF", "image/tiff"),
        ("BMP", "image/bmp"),
        ("AVIF", "image/avif"),
    ],
)
def test_every_allowed_format_decodes(image_format, media_type):
    image = decode(painting(), image_format)
    assert (image.media_type, image.width, image.height) == (media_type, 240, 180)
    original = np.asarray(painting()).astype(int)
    assert np.abs(image.pixels - original).mean() < 16


def test_a_picture_is_known_by_its_pixels_and_not_by_its_container():
    digests = {decode(painting(), name).pixel_sha256 for name in ("PNG", "BMP", "TIFF")}
    digests.add(decode(painting(), "WEBP", lossless=True).pixel_sha256)
    assert len(digests) == 1


def test_pictures_of_one_byte_sequence_and_other_sizes_differ():
    wide, tall = (Image.new("RGB", size, "red") for size in ((6, 4), (4, 6)))
    assert decode(wide).pixel_sha256 != decode(tall).pixel_sha256


@pytest.mark.parametrize("size", [(640, 480), (641, 480), (1283, 40), (333, 4000)])
def test_large_pictures_are_scaled_down_and_small_ones_kept(size):
    image = decode(painting(0, *size))
    height, width, channels = image.pixels.shape
    assert (image.width, image.height) == size
    assert (max(width, height), channels) == (min(LONG_SIDE, max(size)), 3)
    assert width / height == pytest.approx(size[0] / size[1], rel=0.05)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_orientation_makes_pictures_upright(orientation):
    stored = {
        1: lambda p: p,
        2: lambda p: p.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        3: lambda p: p.transpose(Image.Transpose.ROTATE_180),
        4: lambda p: p.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
        5: lambda p: p.transpose(Image.Transpose.TRANSPOSE),
        6: lambda p: p.transpose(Image.Transpose.ROTATE_90),
        7: lambda p: p.transpose(Image.Transpose.TRANSVERSE),
        8: lambda p: p.transpose(Image.Transpose.ROTATE_270),
    }[orientation](painting())
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert decode(stored, exif=exif).pixel_sha256 == decode(painting()).pixel_sha256


def test_damaged_exif_leaves_the_picture_readable():
    data = encoded(painting(), "JPEG", exif=b"Exif\0\0" + b"\xff" * 30)
    assert decode_image(data, LIMITS).width == 240


def test_transparency_is_laid_over_white():
    clear = Image.new("RGBA", (8, 8), (200, 0, 0, 0))
    assert (decode(clear).pixels == 255).all()
    half = Image.new("RGBA", (8, 8), (0, 0, 0, 128))
    assert (decode(half).pixels == 127).all()


def test_palettes_with_a_transparent_colour_decode():
    image = Image.new("P", (8, 8), 0)
    image.putpalette([10, 20, 30, 200, 100, 50])
    image.putpixel((0, 0), 1)
    pixels = decode(image, "GIF", transparency=0).pixels
    assert pixels[0, 0].tolist() == [200, 100, 50]
    assert pixels[1, 1].tolist() == [255, 255, 255]


@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_rounded_to_eight(image_format):
    ramp = Image.fromarray(np.arange(0, 65536, 257, dtype=np.uint16)[None].repeat(4, 0))
    assert (decode(ramp, image_format).pixels[0, :, 0] == np.arange(256)).all()


def test_print_colours_decode():
    white = Image.new("CMYK", (8, 8), (0, 0, 0, 0))
    assert (decode(white, "JPEG").pixels > 250).all()


def test_an_srgb_profile_changes_nothing():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    with_profile = decode(painting(), icc_profile=profile)
    assert with_profile.pixel_sha256 == decode(painting()).pixel_sha256


def test_another_profile_is_applied():
    swapped = swapped_profile()
    pixels = decode(Image.new("RGB", (4, 4), (255, 0, 0)), icc_profile=swapped).pixels
    red, green, blue = pixels[0, 0].tolist()
    assert green > 200
    assert max(red, blue) < 60


def swapped_profile() -> bytes:
    """The sRGB profile with the red and green primaries exchanged."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red, green = data.index(b"rXYZ"), data.index(b"gXYZ")
    swapped = bytearray(data)
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(swapped)


def test_a_damaged_profile_is_passed_over():
    image = decode(painting(), icc_profile=b"not a profile" * 20)
    assert image.pixel_sha256 == decode(painting()).pixel_sha256


def several(image_format: str, count: int, **options: object) -> DecodedImage:
    first, *others = (painting(seed) for seed in range(count))
    return decode(first, image_format, save_all=True, append_images=others, **options)


@pytest.mark.parametrize("image_format", ["PNG", "GIF", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("count", [1, 2, 5])
def test_frames_are_counted_and_the_first_is_decoded(image_format, count):
    image = several(image_format, count)
    assert image.frames == count
    difference = np.abs(image.pixels - np.asarray(painting()).astype(int)).mean()
    assert difference < 16


@pytest.mark.parametrize("image_format", ["PNG", "TIFF"])
def test_further_frames_leave_the_first_ones_pixels_alone(image_format):
    assert several(image_format, 3).pixel_sha256 == decode(painting()).pixel_sha256


def test_an_animation_behind_a_still_default_picture_is_counted():
    assert several("PNG", 2, default_image=True).frames == 2


def test_a_still_picture_has_one_frame():
    assert {decode(painting(), name).frames for name in ("JPEG", "BMP", "PNG", "GIF")} == {1}


def test_the_hidden_pictures_of_a_phones_jpeg_are_not_frames():
    image = several("MPO", 2)
    assert (image.media_type, image.frames) == ("image/jpeg", 1)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", Reason.EMPTY_INPUT),
        (b"hello, I am a text named .png", Reason.UNSUPPORTED_MEDIA_TYPE),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', Reason.UNSUPPORTED_MEDIA_TYPE),
        (b"%PDF-1.7\n1 0 obj", Reason.UNSUPPORTED_MEDIA_TYPE),
        (b"\xff", Reason.UNSUPPORTED_MEDIA_TYPE),
        (b"\x89PNG\r\n\x1a\n", Reason.MALFORMED_MEDIA),
        (encoded(painting(), "JPEG")[:2000], Reason.MALFORMED_MEDIA),
        (encoded(painting(), "PNG")[:-2000], Reason.MALFORMED_MEDIA),
        (encoded(Image.new("F", (4, 4)), "TIFF"), Reason.UNSUPPORTED_MEDIA_TYPE),
        (encoded(painting(), "PPM"), Reason.UNSUPPORTED_MEDIA_TYPE),
    ],
)
def test_unusable_files_are_refused_with_their_reason(data, reason):
    with pytest.raises(InputError) as caught:
        decode_image(data, LIMITS)
    assert caught.value.reason is reason


@pytest.mark.parametrize("side", [8001, 10_000, 60_000, 2**31 - 1])
def test_bombs_are_refused_from_their_header(side):
    with pytest.raises(LimitError) as caught:
        decode_image(png_claiming(side, side), LIMITS)
    assert caught.value.reason is Reason.IMAGE_TOO_LARGE
    assert caught.value.metadata == {"limit_pixels": "64000000"}


def test_long_files_are_refused_unread():
    with pytest.raises(LimitError) as caught:
        decode_image(bytes(100), DecodeLimits(max_bytes=99))
    assert caught.value.reason is Reason.FILE_TOO_LARGE


def test_text_bombs_in_metadata_are_refused():
    bomb = png_chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(80 << 20)))
    with pytest.raises(InputError):
        decode_image(png_claiming(1, 1, bomb), LIMITS)


@given(st.binary(max_size=400))
def test_no_bytes_raise_anything_but_our_errors(data):
    with contextlib.suppress(RaisonneError):
        decode_image(data, LIMITS)


SEEDS = [encoded(painting(0, 24, 18), name) for name in ("JPEG", "PNG", "GIF", "WEBP", "TIFF")]


@given(st.sampled_from(SEEDS), st.data())
def test_no_damage_raises_anything_but_our_errors(seed, data):
    damaged = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 8))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))
    try:
        image = decode_image(bytes(damaged), LIMITS)
    except RaisonneError:
        return
    assert image.pixels.shape[2] == 3


def test_odd_metadata_is_no_reason_to_refuse():
    image = Image.open(io.BytesIO(encoded(painting().convert("P"), "PNG")))
    assert decode(image, "PNG", transparency=bytes(range(10))).width == 240
