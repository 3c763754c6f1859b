from __future__ import annotations

import struct
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.provenance.certificates import DOCUMENT_SIGNING, certify

from raisonne.keys.signing import ClaimSigner
from raisonne.provenance.jumbf import content_of
from raisonne.provenance.signature import read_signature
from raisonne.rights.provenance import SignedFile

LEAF = certify("Leaf", None, usages=(DOCUMENT_SIGNING,)).certificate.public_bytes(Encoding.DER)


def head(major: int, length: int) -> bytes:
    return bytes([major << 5 | 25]) + struct.pack(">H", length)


def raw(data: bytes) -> bytes:
    return head(2, len(data)) + data


def text(value: str) -> bytes:
    return head(3, len(value)) + value.encode()


def mapping(*pairs: tuple[bytes, bytes]) -> bytes:
    return head(5, len(pairs)) + b"".join(key + value for key, value in pairs)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def superbox(label: str, *children: bytes) -> bytes:
    description = box(b"jumd", bytes(16) + b"\3" + label.encode() + b"\0")
    return box(b"jumb", description + b"".join(children))


def store(sign1: bytes) -> bytes:
    return superbox("c2pa", superbox("urn:m", superbox("c2pa.signature", box(b"cbor", sign1))))


def cose(protected: bytes, unprotected: bytes = b"\xa0") -> bytes:
    return b"\xd2\x84" + raw(protected) + unprotected + b"\xf6" + raw(bytes(64))


X5CHAIN = (b"\x18\x21", raw(LEAF))
TEXT_CHAIN = (text("x5chain"), b"\x81" + raw(LEAF))
TOKENS = b"\x81" + mapping((text("val"), raw(b"token")))


def test_own_signature(signed: dict[str, SignedFile], claim_signer: ClaimSigner) -> None:
    file = signed["image/png"]
    signature = read_signature(file.manifest, file.label)
    chain = "".join(item.public_bytes(Encoding.PEM).decode() for item in signature.chain)
    assert chain == claim_signer.chain_pem
    assert signature.usages == {"1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.4"}
    assert (signature.token, signature.padded) == (b"", False)


@pytest.mark.parametrize(
    ("protected", "unprotected"),
    [
        (mapping(X5CHAIN), mapping()),
        (mapping(TEXT_CHAIN), mapping()),
        (mapping(), mapping(TEXT_CHAIN)),
    ],
)
def test_certificates_where_old_and_new_claims_have_them(
    protected: bytes, unprotected: bytes
) -> None:
    signature = read_signature(store(cose(protected, unprotected)), "urn:m")
    assert signature.usages == {DOCUMENT_SIGNING.dotted_string}
    assert signature.subject == "CN=Leaf,O=Test"


@pytest.mark.parametrize("header", ["sigTst", "sigTst2"])
def test_time_stamp_token(header: str) -> None:
    unprotected = mapping((text(header), mapping((text("tstTokens"), TOKENS))))
    signature = read_signature(store(cose(mapping(X5CHAIN), unprotected)), "urn:m")
    assert signature.token == b"token"


def test_filled_padding_is_seen() -> None:
    empty, filled = (mapping((text("pad"), raw(pad))) for pad in (bytes(9), b"\0\1"))
    assert not read_signature(store(cose(mapping(X5CHAIN), empty)), "urn:m").padded
    assert read_signature(store(cose(mapping(X5CHAIN), filled)), "urn:m").padded


@pytest.mark.parametrize(
    "sign1",
    [
        b"\xa0",
        cose(mapping()),
        cose(mapping(X5CHAIN), mapping(TEXT_CHAIN)),
        cose(mapping(X5CHAIN, TEXT_CHAIN)),
        cose(mapping((b"\x18\x21", b"\x80"))),
        cose(mapping((b"\x18\x21", raw(b"no certificate")))),
        cose(mapping(X5CHAIN), b"\x80"),
        cose(b"\x80"),
        cose(mapping(X5CHAIN), mapping((text("sigTst"), text("none")))),
        cose(mapping(X5CHAIN), mapping((text("sigTst"), mapping((text("tstTokens"), b"\x80"))))),
    ],
)
def test_ambiguous_and_malformed_signatures_are_refused(sign1: bytes) -> None:
    with pytest.raises(ValueError):
        read_signature(store(sign1), "urn:m")


@given(position=st.integers(0, 400), value=st.integers(0, 255))
def test_damaged_stores_raise_nothing_else(position: int, value: int) -> None:
    data = bytearray(store(cose(mapping(X5CHAIN))))
    data[position] = value
    with suppress(ValueError):
        read_signature(bytes(data), "urn:m")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0\0\0",
        b"\0\0\0\1jumb",
        superbox("c2pa"),
        superbox("c2pa", superbox("other")),
        superbox("c2pa", superbox("urn:m")),
        superbox("c2pa", box(b"jumb", b"")),
    ],
)
def test_stores_without_the_box_are_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        content_of(data, "urn:m")
