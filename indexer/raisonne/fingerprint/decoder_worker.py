"""The decoder process: ``python -m raisonne.fingerprint.decoder_worker LIMITS``.

``LIMITS`` is a JSON object with the fields of ``DecodeLimits`` and ``files``, how many files the
process may be asked to decode. It confines itself, writes one ``READY`` byte, and then answers each
request on standard input with one answer on standard output until the input ends.

Request: length (unsigned 32-bit big-endian), then the file. Answer: lengths of a JSON header and of
the raw pixels (two unsigned 32-bit big-endian), then both. The header holds either the fields of
``DecodedImage``, with ``shape`` in place of the pixels and ``xmp`` in base64, or ``error`` with an
error's fields.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
from typing import Any, BinaryIO

from PIL import Image, ImageCms, MpoImagePlugin  # Every later import would meet closed doors.

from raisonne.fingerprint.confinement import allow_cpu, confine
from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.rights.errors import InputError, LimitError

READY = b"\x06"
REQUEST = struct.Struct(">I")
ANSWER = struct.Struct(">II")

_LAZY_IMPORTS = (ImageCms, MpoImagePlugin)


def main() -> None:
    """Serve until standard input ends."""
    settings: dict[str, Any] = json.loads(sys.argv[1])
    files = int(settings.pop("files"))
    limits = DecodeLimits(**settings)
    Image.init()
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
    confine(limits.memory_bytes, int(files * (limits.timeout_s + 1)))
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sink.write(READY)
    sink.flush()
    while len(head := source.read(REQUEST.size)) == REQUEST.size:
        allow_cpu(limits.timeout_s)
        _answer(sink, source.read(REQUEST.unpack(head)[0]), limits)


def _answer(sink: BinaryIO, data: bytes, limits: DecodeLimits) -> None:
    try:
        image = decode_image(data, limits)
    except (InputError, LimitError) as error:
        pixels = b""
        header: dict[str, Any] = {
            "error": type(error).__name__,
            "reason": error.reason,
            "message": error.message,
            "metadata": error.metadata,
        }
    else:
        pixels = image.pixels.tobytes()
        header = {
            "media_type": image.media_type,
            "width": image.width,
            "height": image.height,
            "pixel_sha256": image.pixel_sha256,
            "shape": image.pixels.shape,
            "frames": image.frames,
            "xmp": base64.b64encode(image.xmp).decode(),
        }
    packed = json.dumps(header).encode()
    sink.write(ANSWER.pack(len(packed), len(pixels)) + packed + pixels)
    sink.flush()


if __name__ == "__main__":
    main()
