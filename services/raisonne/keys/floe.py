"""FLOE: random-access authenticated encryption of whole files, with AES-256-GCM.

Source: C2SP specification "FLOE" (c2sp.org/FLOE) and "Random-Access AEAD for Fast Lightweight
Online Encryption", ia.cr/2025/2275. A ciphertext is a header (parameters, random 32-byte IV, key
and context commitment) followed by segments of one fixed length, the last one marked and possibly
shorter; each segment costs 32 bytes. Changing, cutting, extending or reordering segments, another
key and another context are all refused.
"""

from __future__ import annotations

import hmac
import io
import os
import struct
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from raisonne.rights.errors import KeyUnavailableError, Reason

KEY_BYTES = 32
_FLOE_IV_BYTES = 32
_HEADER_TAG_BYTES = 32
_MESSAGE_KEY_BYTES = 48
_NONCE_BYTES = 12
_GCM_TAG_BYTES = 16
_OVERHEAD_BYTES = 4 + _NONCE_BYTES + _GCM_TAG_BYTES
_NOT_FINAL = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class FloeParameters:
    """The parameters that both sides must agree on; the header repeats the first.

    Attributes:
        segment_bytes: Length of an encrypted segment (``ENC_SEG_LEN``).
        rotation_bits: After ``2**rotation_bits`` segments a new AEAD key is derived
            (``AEAD_ROTATION_MASK``). The specification fixes it at 20; published test vectors use
            2 to reach the rotation.
    """

    segment_bytes: int = 64 * 1024
    rotation_bits: int = 20

    @property
    def plaintext_bytes(self) -> int:
        """How much plaintext a full segment holds."""
        return self.segment_bytes - _OVERHEAD_BYTES

    @property
    def encoded(self) -> bytes:
        """``PARAM_ENCODE``: AEAD and KDF identifiers, segment length, IV length (10 bytes)."""
        return struct.pack(">BBII", 0, 0, self.segment_bytes, _FLOE_IV_BYTES)

    @property
    def header_bytes(self) -> int:
        """Length of the header."""
        return len(self.encoded) + _FLOE_IV_BYTES + _HEADER_TAG_BYTES


IMAGE_PARAMETERS = FloeParameters()
"""64 KiB segments: a picture is a few dozen of them, and a range read decrypts little."""


def encrypt(
    key: bytes,
    plaintext: bytes,
    associated_data: bytes,
    parameters: FloeParameters = IMAGE_PARAMETERS,
) -> bytes:
    """Encrypt a whole buffer.

    Args:
        key: 32 random bytes.
        plaintext: Any length, also zero.
        associated_data: Context; needed again to decrypt.
        parameters: Segment length.

    Returns:
        Header and segments.
    """
    session = _Session(parameters, key, associated_data, os.urandom(_FLOE_IV_BYTES))
    view, step = memoryview(plaintext), parameters.plaintext_bytes
    last = max(0, (len(view) - 1) // step)
    segments = (
        session.encrypt(view[n * step : (n + 1) * step], n, final=n == last)
        for n in range(last + 1)
    )
    return b"".join([session.header, *segments])


def decrypt(
    key: bytes,
    ciphertext: bytes,
    associated_data: bytes,
    parameters: FloeParameters = IMAGE_PARAMETERS,
) -> bytes:
    """Decrypt a whole buffer; nothing is returned unless every segment is authentic.

    Args:
        key: The key of ``encrypt``.
        ciphertext: Header and segments.
        associated_data: The context of ``encrypt``.
        parameters: The parameters of ``encrypt``.

    Raises:
        KeyUnavailableError: ``CIPHERTEXT_INVALID`` if anything differs from what was encrypted.
    """
    source = io.BytesIO(ciphertext)
    whole = len(ciphertext)
    return read_range(key, source, associated_data, 0, whole, parameters)


def read_range(
    key: bytes,
    source: BinaryIO,
    associated_data: bytes,
    offset: int,
    length: int,
    parameters: FloeParameters = IMAGE_PARAMETERS,
) -> bytes:
    """Decrypt only the segments that cover a range of the plaintext.

    What is returned is authentic, and in its place. A source cut at a segment's end is noticed
    when its last segment is read, so a range that does not touch it is still served.

    Args:
        key: The key of ``encrypt``.
        source: A seekable ciphertext.
        associated_data: The context of ``encrypt``.
        offset: First byte of the plaintext.
        length: How many bytes; like a file, fewer come back at the end.
        parameters: The parameters of ``encrypt``.

    Raises:
        KeyUnavailableError: ``CIPHERTEXT_INVALID`` if the header or a segment is not authentic.
    """
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    session = _Session.resume(
        parameters, key, associated_data, source.read(parameters.header_bytes)
    )
    count = -(-(size - parameters.header_bytes) // parameters.segment_bytes)
    first = offset // parameters.plaintext_bytes
    stop = min(-(-(offset + length) // parameters.plaintext_bytes), count)
    if not count:
        raise _invalid("The ciphertext has no segment.")
    source.seek(parameters.header_bytes + first * parameters.segment_bytes)
    parts = [
        session.decrypt(source.read(parameters.segment_bytes), n, final=n == count - 1)
        for n in range(first, stop)
    ]
    start = offset - first * parameters.plaintext_bytes
    return b"".join(parts)[start : start + length]


class _Session:
    """Key schedule of one ciphertext (``State`` in the specification)."""

    def __init__(self, parameters: FloeParameters, key: bytes, aad: bytes, iv: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"A FLOE key has {KEY_BYTES} bytes.")
        self._parameters = parameters
        self._prefix = parameters.encoded + iv
        self._aad = aad
        self._message_key = self._derive(key, b"MESSAGE_KEY:", _MESSAGE_KEY_BYTES)
        self._epoch = 0
        self._aead = self._epoch_cipher(0)
        self.header = self._prefix + self._derive(key, b"HEADER_TAG:", _HEADER_TAG_BYTES)

    @classmethod
    def resume(cls, parameters: FloeParameters, key: bytes, aad: bytes, header: bytes) -> _Session:
        """Check a header in constant time and take up its ciphertext."""
        encoded = parameters.encoded
        if len(header) != parameters.header_bytes or not header.startswith(encoded):
            raise _invalid("The ciphertext's header does not have the expected parameters.")
        session = cls(parameters, key, aad, header[len(encoded) : len(encoded) + _FLOE_IV_BYTES])
        if not hmac.compare_digest(session.header, header):
            raise _invalid("The ciphertext belongs to another key or another context.")
        return session

    def encrypt(self, plaintext: memoryview, position: int, *, final: bool) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher(position).encrypt(nonce, plaintext, _position(position, final=final))
        length = 4 + _NONCE_BYTES + len(sealed) if final else _NOT_FINAL
        return struct.pack(">I", length) + nonce + sealed

    def decrypt(self, segment: bytes, position: int, *, final: bool) -> bytes:
        expected = len(segment) if final else _NOT_FINAL
        if len(segment) < _OVERHEAD_BYTES or segment[:4] != struct.pack(">I", expected):
            raise _invalid("The ciphertext was cut or extended.")
        view = memoryview(segment)
        nonce, sealed = view[4 : 4 + _NONCE_BYTES], view[4 + _NONCE_BYTES :]
        try:
            return self._cipher(position).decrypt(nonce, sealed, _position(position, final=final))
        except InvalidTag as error:
            raise _invalid("A segment of the ciphertext is not authentic.") from error

    def _cipher(self, position: int) -> AESGCM:
        """Return the AEAD of a segment."""
        epoch = position >> self._parameters.rotation_bits
        if epoch != self._epoch:
            self._epoch, self._aead = epoch, self._epoch_cipher(epoch)
        return self._aead

    def _epoch_cipher(self, epoch: int) -> AESGCM:
        """``DERIVE_KEY``."""
        masked = struct.pack(">Q", epoch << self._parameters.rotation_bits)
        return AESGCM(self._derive(self._message_key, b"DEK:" + masked, KEY_BYTES))

    def _derive(self, key: bytes, purpose: bytes, length: int) -> bytes:
        """``FLOE_KDF``: HKDF-Expand-SHA-384 over parameters, IV, purpose and context."""
        info = self._prefix + purpose + self._aad
        return HKDFExpand(hashes.SHA384(), length, info).derive(key)


def _position(position: int, *, final: bool) -> bytes:
    return struct.pack(">QB", position, final)


def _invalid(message: str) -> KeyUnavailableError:
    return KeyUnavailableError(message, reason=Reason.CIPHERTEXT_INVALID)
