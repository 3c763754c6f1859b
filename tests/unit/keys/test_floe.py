from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.keys import floe
from raisonne.keys.floe import FloeParameters
from raisonne.rights.errors import KeyUnavailableError, Reason

KEY = bytes(range(32))
AAD = b"raisonne"
SMALL = FloeParameters(segment_bytes=40, rotation_bits=2)
"""8 bytes of plaintext in a segment, a new AEAD key every 4 segments."""

# Made by a separate program from the specification's pseudo code with the standard library's HMAC:
# IV 0x64..0x83, nonce of segment n twelve times n.
KNOWN_PLAINTEXT = b"All that is gold does not glitter, not all"
KNOWN_CIPHERTEXT = bytes.fromhex(
    "000000000028000000206465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182830ed0"
    "855d339c45721cee1d1b1793bef6433a32ccd7d3e227713f9b21ddc7dc77ffffffff00000000000000000000"
    "0000388da03c19c2cbc9125ecadb1d0c7d80c3be28d2104f25d6ffffffff0101010101010101010101012cac"
    "5a5449a2af194303757ace106c74da5b243c12087942ffffffff020202020202020202020202051c8cd1ec10"
    "b7d9ce457c15e7e753cb66d4f37d8bf7b50effffffff0303030303030303030303033a706b95a8c32a28db14"
    "c9f47f5f858acc6851668f450243ffffffff040404040404040404040404753114b5647679a5a2316e25ea0e"
    "27cf7943c6122fa975f400000022050505050505050505050505eb4756e0776c103efcea4303614ca96871d0"
)
HEADER = SMALL.header_bytes
SEGMENT = SMALL.segment_bytes


def test_known_answer() -> None:
    assert floe.decrypt(KEY, KNOWN_CIPHERTEXT, AAD, SMALL) == KNOWN_PLAINTEXT


@given(plaintext=st.binary(max_size=200), aad=st.binary(max_size=20))
def test_round_trip(plaintext: bytes, aad: bytes) -> None:
    sealed = floe.encrypt(KEY, plaintext, aad, SMALL)
    assert floe.decrypt(KEY, sealed, aad, SMALL) == plaintext
    segments = max(1, -(-len(plaintext) // 8))
    assert len(sealed) == HEADER + len(plaintext) + 32 * segments


def test_round_trip_over_many_segments_of_the_image_size() -> None:
    plaintext = bytes(range(256)) * 1024
    assert floe.decrypt(KEY, floe.encrypt(KEY, plaintext, AAD), AAD) == plaintext


@given(offset=st.integers(0, 60), length=st.integers(0, 60))
def test_a_range_is_what_a_file_would_return(offset: int, length: int) -> None:
    source = io.BytesIO(KNOWN_CIPHERTEXT)
    part = floe.read_range(KEY, source, AAD, offset, length, SMALL)
    assert part == KNOWN_PLAINTEXT[offset : offset + length]


def test_two_encryptions_share_nothing() -> None:
    first, second = (floe.encrypt(KEY, b"same", AAD, SMALL) for _ in range(2))
    assert first[10:42] != second[10:42]
    assert first[HEADER:] != second[HEADER:]


def flip_last_bit(data: bytes) -> bytes:
    return data[:-1] + bytes([data[-1] ^ 1])


def swap_segments(data: bytes) -> bytes:
    first, second = (data[HEADER + n * SEGMENT : HEADER + (n + 1) * SEGMENT] for n in range(2))
    return data[:HEADER] + second + first + data[HEADER + 2 * SEGMENT :]


def drop_middle_segment(data: bytes) -> bytes:
    return data[: HEADER + SEGMENT] + data[HEADER + 2 * SEGMENT :]


@pytest.mark.parametrize(
    "change",
    [
        flip_last_bit,
        swap_segments,
        drop_middle_segment,
        lambda data: data[:-1],
        lambda data: data[:-34],  # cut at the end of a segment
        lambda data: data[:HEADER],
        lambda data: data[: HEADER - 1],
        lambda _: b"",
        lambda data: data + b"\0",
        lambda data: data + data[HEADER : HEADER + SEGMENT],
        lambda data: b"\1" + data[1:],
    ],
)
def test_changed_ciphertext_is_refused(change: Callable[[bytes], bytes]) -> None:
    with pytest.raises(KeyUnavailableError) as caught:
        floe.decrypt(KEY, change(KNOWN_CIPHERTEXT), AAD, SMALL)
    assert caught.value.reason is Reason.CIPHERTEXT_INVALID


@given(position=st.integers(0, len(KNOWN_CIPHERTEXT) - 1), bit=st.integers(0, 7))
def test_every_flipped_bit_is_refused(position: int, bit: int) -> None:
    changed = bytearray(KNOWN_CIPHERTEXT)
    changed[position] ^= 1 << bit
    with pytest.raises(KeyUnavailableError):
        floe.decrypt(KEY, bytes(changed), AAD, SMALL)


@pytest.mark.parametrize(
    ("key", "aad", "parameters"),
    [
        (bytes(32), AAD, SMALL),
        (KEY, b"raisonnE", SMALL),
        (KEY, AAD, FloeParameters(segment_bytes=48, rotation_bits=2)),
        (KEY, AAD, FloeParameters(segment_bytes=40, rotation_bits=3)),
    ],
)
def test_other_key_context_or_parameters_are_refused(
    key: bytes, aad: bytes, parameters: FloeParameters
) -> None:
    with pytest.raises(KeyUnavailableError) as caught:
        floe.decrypt(key, KNOWN_CIPHERTEXT, aad, parameters)
    assert caught.value.reason is Reason.CIPHERTEXT_INVALID


def test_a_range_of_a_truncated_file_is_refused_at_its_end() -> None:
    cut = io.BytesIO(KNOWN_CIPHERTEXT[:-34])
    assert floe.read_range(KEY, cut, AAD, 0, 8, SMALL) == KNOWN_PLAINTEXT[:8]
    with pytest.raises(KeyUnavailableError):
        floe.read_range(KEY, cut, AAD, 32, 8, SMALL)


def test_a_short_key_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        floe.encrypt(b"short", b"", AAD)
