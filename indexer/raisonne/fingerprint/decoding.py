"""Decoding: from untrusted bytes to one canonical picture.

Every fingerprint of a file is computed from the one ``DecodedImage`` made here, so that they agree
on orientation, colour and scale. ``decode_image`` runs in the calling process; services decode
through ``raisonne.fingerprint.decoder_pool``, which runs the same function in confined processes.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import AvifImagePlugin, ExifTags, Image, TiffImagePlugin, UnidentifiedImageError

from raisonne.fingerprint.colour import to_srgb
from raisonne.fingerprint.exact import pixel_sha256
from raisonne.rights.errors import InputError, LimitError, RaisonneError, Reason

MAX_XMP_BYTES = 1 << 20
"""Longest XMP packet that is read."""
_XMP_TAG = 700
_RAW_PROFILE = "Raw profile type xmp"
LONG_SIDE = 640
"""Longest side, in pixels, of the canonical picture that fingerprints are computed from."""

_MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "AVIF": "image/avif",
}
_FORMATS = tuple(name for name in _MEDIA_TYPES if name != "MPO")
_SIGNATURES = (
    b"\xff\xd8",
    b"\x89PNG",
    b"RIFF",
    b"GIF8",
    b"II*\0",
    b"MM\0*",
    b"II+\0",
    b"MM\0+",
    b"BM",
)
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

# One decoder thread a picture: confined workers may start no others.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """Bounds on one file.

    Attributes:
        max_bytes: Length of the file.
        max_pixels: Width times height that the header may declare.
        timeout_s: Wall-clock seconds; kept by the decoder pool only.
        memory_bytes: Address space of the decoding process; kept by the decoder pool only.
    """

    max_bytes: int = 32 << 20
    max_pixels: int = 64_000_000
    timeout_s: float = 10.0
    memory_bytes: int = 3 << 29


@dataclass(frozen=True, slots=True, eq=False)
class DecodedImage:
    """The first frame of a file, upright, in sRGB, over white.

    Attributes:
        media_type: As detected from the bytes.
        width: Pixels at full resolution, after EXIF orientation.
        height: Pixels at full resolution, after EXIF orientation.
        pixel_sha256: Hex digest at full resolution (see ``raisonne.fingerprint.exact``).
        pixels: uint8 array (h, w, 3), scaled down by area averaging so that the longer side is at
            most ``LONG_SIDE``; never scaled up.
        frames: How many frames or pages the file shows; all after the first are unseen here.
        xmp: Its XMP packet as it lies in the file, empty where there is none; of one longer than
            ``MAX_XMP_BYTES`` only the beginning, which is no packet.
    """

    media_type: str
    width: int
    height: int
    pixel_sha256: str
    pixels: NDArray[np.uint8]
    frames: int = 1
    xmp: bytes = b""


class Decoder(Protocol):
    """Turns untrusted bytes into a picture."""

    def decode(self, data: bytes) -> DecodedImage:
        """Decode one file.

        Raises:
            InputError: ``EMPTY_INPUT``, ``UNSUPPORTED_MEDIA_TYPE`` or ``MALFORMED_MEDIA``.
            LimitError: ``FILE_TOO_LARGE``, ``IMAGE_TOO_LARGE`` or ``DECODE_LIMIT_EXCEEDED``.
        """
        ...


def check_length(data: bytes, limits: DecodeLimits) -> None:
    """Refuse an empty or overlong file before anything looks at it.

    Raises:
        InputError: ``EMPTY_INPUT``.
        LimitError: ``FILE_TOO_LARGE``.
    """
    if not data:
        raise InputError("The file is empty.", reason=Reason.EMPTY_INPUT)
    if len(data) > limits.max_bytes:
        raise LimitError(
            f"The file has {len(data)} bytes; at most {limits.max_bytes} are accepted.",
            reason=Reason.FILE_TOO_LARGE,
            metadata={"limit_bytes": str(limits.max_bytes)},
        )


def decode_image(data: bytes, limits: DecodeLimits) -> DecodedImage:
    """Decode one file in this process.

    Args:
        data: The whole file; its format is found from the bytes, never from a name.
        limits: ``max_bytes`` and ``max_pixels`` are kept here.

    Raises:
        InputError: ``EMPTY_INPUT``, ``UNSUPPORTED_MEDIA_TYPE`` or ``MALFORMED_MEDIA``.
        LimitError: ``FILE_TOO_LARGE``, ``IMAGE_TOO_LARGE`` or ``DECODE_LIMIT_EXCEEDED``.
    """
    check_length(data, limits)
    try:
        with warnings.catch_warnings():
            # Odd metadata is no reason to leave a picture unchecked; a bomb is.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _decode(data, limits)
    except RaisonneError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels(limits) from error
    except UnidentifiedImageError as error:
        raise _unidentified(data) from error
    except MemoryError as error:
        raise LimitError("Decoding the file needs more memory than is allowed.") from error
    except Exception as error:
        # Codecs raise a zoo of types on hostile bytes; all of them mean the same to the caller.
        raise InputError(
            f"The file is damaged and cannot be decoded ({type(error).__name__}).",
            reason=Reason.MALFORMED_MEDIA,
        ) from error


def _decode(data: bytes, limits: DecodeLimits) -> DecodedImage:
    with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
        if image.width * image.height > limits.max_pixels:
            raise _too_many_pixels(limits)
        media_type = _MEDIA_TYPES[str(image.format)]
        frames = _frames(image)
        image.load()
        xmp = _xmp(image)
        picture = to_srgb(_upright(image))
    return DecodedImage(
        media_type=media_type,
        width=picture.width,
        height=picture.height,
        pixel_sha256=pixel_sha256(picture),
        pixels=np.asarray(_scaled(picture)),
        frames=frames,
        xmp=xmp,
    )


def _xmp(image: Image.Image) -> bytes:
    """Return the XMP packet: JPEG, WebP, AVIF and GIF have it as bytes, PNG as text, TIFF as a tag.

    That is where the XMP specification, part 3, puts it, and ImageMagick in hexadecimal beside;
    extended XMP of JPEG is not looked at.
    """
    found = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    if not found and (raw := image.info.get(_RAW_PROFILE)):
        found = _of_raw_profile(str(raw))
    if not found and isinstance(image, TiffImagePlugin.TiffImageFile):
        found = image.tag_v2.get(_XMP_TAG) or b""
    if isinstance(found, str):
        found = found.encode("utf-8", "surrogateescape")
    return bytes(found[: MAX_XMP_BYTES + 1]) if isinstance(found, bytes) else b""


def _of_raw_profile(text: str) -> bytes:
    """Return the packet of a raw profile (a name, a length, digits); what is none comes as it is.

    Source of the form: ImageMagick, ``coders/png.c``.
    """
    try:
        packet = bytes.fromhex("".join(text.split()[2:]))
    except ValueError:
        packet = b""
    return packet or text.encode("utf-8", "surrogateescape")


def _frames(image: Image.Image) -> int:
    """Count the frames of an animation or the pages of a TIFF, before the first one is loaded.

    The further pictures of a multi-picture JPEG (CIPA DC-007: gain maps, previews and second views
    from phones and cameras) do not count: they lie behind the end of the JPEG, where no viewer of
    JPEGs shows them, and nearly every photograph of some phones has one.
    """
    return 1 if image.format == "MPO" else int(getattr(image, "n_frames", 1))


def _upright(image: Image.Image) -> Image.Image:
    """Apply the EXIF orientation; unreadable EXIF means none, as in every viewer."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # noqa: BLE001 - the EXIF parser raises many types on damaged blocks
        return image
    transpose = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    if transpose is None:
        return image
    upright = image.transpose(transpose)
    upright.info = image.info
    return upright


def _scaled(picture: Image.Image) -> Image.Image:
    """Scale down by area averaging; sizes are rounded half up in integers, so equal everywhere."""
    longer = max(picture.size)
    if longer <= LONG_SIDE:
        return picture
    width, height = (max(1, (2 * s * LONG_SIDE + longer) // (2 * longer)) for s in picture.size)
    return picture.resize((width, height), Image.Resampling.BOX)


def _too_many_pixels(limits: DecodeLimits) -> LimitError:
    return LimitError(
        f"The picture has more than {limits.max_pixels} pixels.",
        reason=Reason.IMAGE_TOO_LARGE,
        metadata={"limit_pixels": str(limits.max_pixels)},
    )


def _unidentified(data: bytes) -> InputError:
    if data.startswith(_SIGNATURES) or data[4:8] == b"ftyp":
        return InputError(
            "The file starts like a picture but cannot be read.", reason=Reason.MALFORMED_MEDIA
        )
    return InputError(
        "The file is not a JPEG, PNG, WebP, GIF, TIFF, BMP or AVIF picture.",
        reason=Reason.UNSUPPORTED_MEDIA_TYPE,
    )
