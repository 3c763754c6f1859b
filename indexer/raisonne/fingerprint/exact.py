"""Exact fingerprints: the digest of the bytes, and the digest of the picture they decode to.

The pixel digest ``sha256-pixels-v1`` is SHA-256 over the ASCII bytes ``raisonne-pixels-v1``, one
zero byte, the width and the height as unsigned 32-bit big-endian integers, and then the rows from
top to bottom, each row left to right, each pixel as three bytes R, G, B in sRGB. The picture is
taken at full resolution, first frame, upright (EXIF orientation applied) and composited over white.
So two files share the digest exactly when they show the same pixels, whatever their container or
metadata.
"""

from __future__ import annotations

import hashlib
import struct

from PIL import Image

from raisonne.rights.fingerprint import Fingerprint, FingerprintKind

BYTES_ALGORITHM = "sha256-bytes-v1"
PIXELS_ALGORITHM = "sha256-pixels-v1"

_PIXELS_DOMAIN = b"raisonne-pixels-v1\0"
_STRIP_PIXELS = 1 << 20
_SIZE = struct.Struct(">II")


def pixel_sha256(picture: Image.Image) -> str:
    """Digest a picture in mode RGB as described above.

    Works in strips, so that a large picture is never copied as a whole.

    Returns:
        Lower-case hex digest.
    """
    width, height = picture.size
    digest = hashlib.sha256(_PIXELS_DOMAIN + _SIZE.pack(width, height))
    rows = max(1, _STRIP_PIXELS // width)
    for top in range(0, height, rows):
        digest.update(picture.crop((0, top, width, min(top + rows, height))).tobytes())
    return digest.hexdigest()


def bytes_fingerprint(sha256: str) -> Fingerprint:
    """Return the fingerprint of a file by the hex digest of its bytes; its value is the digest."""
    return Fingerprint(FingerprintKind.EXACT, BYTES_ALGORITHM, bytes.fromhex(sha256))


def pixels_fingerprint(pixel_digest: str, width: int, height: int) -> Fingerprint:
    """Return the fingerprint of a picture at full resolution.

    Its value is the width and the height (unsigned 32-bit big-endian) and then the digest: the
    digest covers the size anyway, and whoever holds the catalogue row can so place a match in the
    work's own pixels (see ``picture_size``).
    """
    value = _SIZE.pack(width, height) + bytes.fromhex(pixel_digest)
    return Fingerprint(FingerprintKind.EXACT, PIXELS_ALGORITHM, value)


def picture_size(fingerprint: Fingerprint) -> tuple[int, int]:
    """Return the width and height in pixels that a ``sha256-pixels-v1`` value carries."""
    width, height = _SIZE.unpack_from(fingerprint.value)
    return width, height
