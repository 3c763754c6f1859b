"""Certificates and other DER (ITU-T X.690) from untrusted files."""

from __future__ import annotations

from typing import NamedTuple

from cryptography import x509

SEQUENCE = 0x30
_INTEGER = 0x02


class Element(NamedTuple):
    """A DER element: its tag, all its bytes, and its content."""

    tag: int
    whole: bytes
    content: bytes


def elements(data: bytes) -> list[Element]:
    """Split bytes into the elements that fill them.

    Raises:
        ValueError: If the last element is cut.
    """
    found, at = [], 0
    while at < len(data):
        start, length = at + 2, int.from_bytes(data[at + 1 : at + 2], "big")
        if length & 0x80:
            start += length & 0x7F
            length = int.from_bytes(data[at + 2 : start], "big")
        end = start + length
        if end > len(data):
            raise ValueError("A DER element is cut.")
        found.append(Element(data[at], data[at:end], data[start:end]))
        at = end
    return found


def signed_part(certificate: bytes) -> Element:
    """Return what the issuer signed (``tbsCertificate``).

    Raises:
        ValueError: If there is none.
    """
    (outer,) = elements(certificate)
    signed, *_ = elements(outer.content)
    return signed


def serial_number(certificate: bytes) -> int:
    """Return the serial number, also of certificates that ``cryptography`` does not read.

    Raises:
        ValueError: If there is none.
    """
    for field in elements(signed_part(certificate).content):
        if field.tag == _INTEGER:
            return int.from_bytes(field.content, "big", signed=True)
    raise ValueError("A certificate has no serial number.")


def load_certificate(certificate: bytes) -> x509.Certificate:
    """Parse a certificate.

    Raises:
        ValueError: If it is malformed in any way.
    """
    if serial_number(certificate) <= 0:
        raise ValueError("A certificate's serial number is not positive.")
    try:
        return x509.load_der_x509_certificate(certificate)
    except x509.InvalidVersion as error:
        raise ValueError("A certificate has an unknown version.") from error
