from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from tests.unit.provenance.certificates import certify

from raisonne.provenance.der import elements, load_certificate, serial_number

CERTIFICATE = certify("Someone", None).certificate
DER = CERTIFICATE.public_bytes(Encoding.DER)


def test_elements_have_tag_and_content() -> None:
    data = bytes.fromhex("020101") + b"\x04\x81\x80" + bytes(128)
    first, second = elements(data)
    assert (first.tag, first.whole, first.content) == (0x02, b"\2\1\1", b"\1")
    assert (second.tag, second.content) == (0x04, bytes(128))
    assert elements(b"") == []


@pytest.mark.parametrize("data", [b"\x30\x01", b"\x30\x02\x00", b"\x30\x82\x01", b"\x30\x81"])
def test_cut_elements_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        elements(data)


def test_certificates_are_read() -> None:
    assert serial_number(DER) == CERTIFICATE.serial_number
    assert load_certificate(DER) == CERTIFICATE


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        (b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07"),  # version
        (b"\xa0\x03\x02\x01\x02\x02", b"\xa0\x03\x02\x01\x02\x04"),  # no serial
        (b"\x0c\x07Someone", b"\x13\x07Some_ne"),  # no PrintableString
        (DER, b"\x30\x00"),
        (DER, b""),
    ],
)
def test_malformed_certificates_are_refused(good: bytes, bad: bytes) -> None:
    with pytest.raises(ValueError):
        load_certificate(DER.replace(good, bad))


def test_negative_serial_numbers_are_refused() -> None:
    serial = CERTIFICATE.serial_number
    content = serial.to_bytes(serial.bit_length() // 8 + 1, "big")
    negative = bytes([content[0] | 0x80]) + content[1:]
    with pytest.raises(ValueError, match="positive"):
        load_certificate(DER.replace(content, negative))
