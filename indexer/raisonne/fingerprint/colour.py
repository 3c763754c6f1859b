"""Colour: from any Pillow mode and embedded profile to opaque 8-bit sRGB."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image, ImageCms

from raisonne.rights.errors import InputError, Reason

_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_SAME_COLOUR = 2
"""Largest difference per 8-bit channel at which a profile counts as sRGB itself."""


def to_srgb(image: Image.Image) -> Image.Image:
    """Convert to mode RGB in sRGB; transparency is composited over white.

    Sixteen-bit grey is rounded to eight bits. An embedded profile is applied (relative colorimetric
    with black-point compensation) unless it is damaged or already means sRGB: leaving sRGB pixels
    untouched keeps the pixel digest equal whether or not a file carries that profile.

    Raises:
        InputError: ``UNSUPPORTED_MEDIA_TYPE`` for modes without a defined display range.
    """
    profile = image.info.get("icc_profile")
    if image.mode in {"I", "F", "LAB"}:
        raise InputError(
            f"Pictures of mode {image.mode} have no defined 8-bit appearance.",
            reason=Reason.UNSUPPORTED_MEDIA_TYPE,
        )
    if image.mode.startswith("I;16"):
        image = _sixteen_to_eight_bits(image)
    if not image.has_transparency_data:
        return _apply_profile(image, profile)
    if image.mode != "RGBA":
        image = image.convert("RGBA")
    alpha = image.getchannel("A")
    canvas = Image.new("RGB", image.size, "white")
    canvas.paste(_apply_profile(image.convert("RGB"), profile), mask=alpha)
    return canvas


def _sixteen_to_eight_bits(image: Image.Image) -> Image.Image:
    samples = np.asarray(image).astype(np.uint32)
    return Image.fromarray(((samples * 255 + 32767) // 65535).astype(np.uint8))


def _apply_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    transform = _transform(profile, image.mode) if profile else None
    if transform is None:
        return image if image.mode == "RGB" else image.convert("RGB")
    if image.mode != transform.input_mode:
        image = image.convert(transform.input_mode)
    return transform.apply(image)


def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Build the transform to sRGB, or None where the profile is unusable or says nothing new."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        input_mode = _PROFILE_MODES.get(source.profile.xcolor_space.strip())
        if input_mode is None or (input_mode == "CMYK") != (mode == "CMYK"):
            return None
        transform = ImageCms.ImageCmsTransform(
            source,
            _srgb(),
            input_mode,
            "RGB",
            intent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None  # Viewers show such files without their profile, and so do we.
    return None if input_mode != "CMYK" and _is_srgb(transform) else transform


def _is_srgb(transform: ImageCms.ImageCmsTransform) -> bool:
    probe = _probe().convert(transform.input_mode)
    before = np.asarray(probe.convert("RGB")).astype(np.int16)
    after = np.asarray(transform.apply(probe)).astype(np.int16)
    return bool(np.abs(after - before).max() <= _SAME_COLOUR)


@cache
def _probe() -> Image.Image:
    """Return 729 colours on a regular 9x9x9 lattice."""
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    lattice = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1)
    return Image.fromarray(lattice.reshape(27, 27, 3))


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
