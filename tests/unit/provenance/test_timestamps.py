from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from cryptography.x509.oid import ExtendedKeyUsageOID, ObjectIdentifier
from tests.unit.provenance.certificates import START, TIME_STAMPING, certify

from raisonne.keys.signing_keys import CertifiedKey
from raisonne.provenance.timestamps import UNREADABLE_AUTHORITY, TimestampTrust
from raisonne.provenance.trust import AnchorList, TrustProfile

ROOT = certify("Time Root", None)
ISSUER = certify("Time Issuer", ROOT)
AUTHORITY = certify("Time Authority", ISSUER, usages=(TIME_STAMPING,))
WHEN = START + timedelta(days=10)


def token(*certificates: CertifiedKey) -> bytes:
    """Return a CMS SignedData with certificates; c2pa-rs has checked the rest of a real token."""
    return serialize_certificates([item.certificate for item in certificates], Encoding.DER)


def response(content: bytes) -> bytes:
    """Wrap a token as an RFC 3161 TimeStampResp with the status "granted"."""
    body = bytes.fromhex("3003020100") + content
    return b"\x30\x82" + len(body).to_bytes(2, "big") + body


def trust(*anchors: CertifiedKey) -> TimestampTrust:
    lists = tuple(AnchorList("urn:times", item.certificate_pem) for item in anchors)
    claims = (AnchorList("urn:claims", ROOT.certificate_pem),)
    return TimestampTrust(TrustProfile(claims, times=lists))


def objection(
    content: bytes, anchor: CertifiedKey = ROOT, signer: CertifiedKey = AUTHORITY, days: int = 0
) -> str:
    serial = signer.certificate.serial_number
    return trust(anchor).objection(content, serial, WHEN + timedelta(days=days))


def test_an_authority_under_an_anchor_proves_its_time() -> None:
    assert objection(token(AUTHORITY, ISSUER)) == ""
    assert objection(response(token(AUTHORITY, ISSUER))) == ""
    assert objection(token(AUTHORITY), anchor=ISSUER) == ""


def test_an_anchor_for_claims_does_not_vouch_for_time() -> None:
    serial = AUTHORITY.certificate.serial_number
    assert trust().objection(token(AUTHORITY, ISSUER), serial, WHEN) != ""


def test_an_unknown_authority_proves_nothing() -> None:
    other = certify("Other Root", None)
    assert "Time Authority" in objection(token(AUTHORITY, ISSUER), anchor=other)
    assert "not trusted" in objection(token(AUTHORITY))  # its issuer is missing


@pytest.mark.parametrize("days", [-20, 400])
def test_an_authority_proves_only_times_it_was_valid_at(days: int) -> None:
    assert "not trusted" in objection(token(AUTHORITY, ISSUER), days=days)


@pytest.mark.parametrize(
    "usages",
    [
        (ExtendedKeyUsageOID.EMAIL_PROTECTION,),
        (TIME_STAMPING, ExtendedKeyUsageOID.EMAIL_PROTECTION),
    ],
)
def test_other_certificates_do_not_stamp_time(usages: tuple[ObjectIdentifier, ...]) -> None:
    signer = certify("Signer", ISSUER, usages=usages)
    assert "not trusted" in objection(token(signer, ISSUER), signer=signer)


def test_a_leaf_cannot_issue_an_authority() -> None:
    leaf = certify("Leaf", ROOT, usages=(TIME_STAMPING,))
    issued = certify("Issued", leaf, usages=(TIME_STAMPING,))
    assert "not trusted" in objection(token(issued, leaf), signer=issued)


def test_the_signer_must_be_there_once() -> None:
    assert "one signer" in objection(token(ISSUER))
    assert "one signer" in objection(token(AUTHORITY, AUTHORITY, ISSUER))


@pytest.mark.parametrize("stamps", [True, False])
def test_an_authority_with_a_malformed_name_is_told_apart(stamps: bool) -> None:
    usages = (TIME_STAMPING,) if stamps else (ExtendedKeyUsageOID.EMAIL_PROTECTION,)
    name = "Underscored Authority"
    signer = certify(name, ISSUER, usages=usages)
    good = bytes([0x0C, len(name)]) + name.encode()  # UTF8String
    bad = bytes([0x13, len(name)]) + name.replace(" ", "_").encode()  # PrintableString
    content = token(signer, ISSUER).replace(good, bad)
    assert (objection(content, signer=signer) == UNREADABLE_AUTHORITY) is stamps


@pytest.mark.parametrize("content", [b"", b"\x30", b"\x30\x80\x00\x00", b"\x30\x05\x02\x01"])
def test_unreadable_tokens_prove_nothing(content: bytes) -> None:
    assert objection(content) == "the time-stamp token cannot be read"


def test_every_cut_token_proves_nothing() -> None:
    whole = token(AUTHORITY, ISSUER)
    assert all(objection(whole[:length]) for length in range(0, len(whole), 7))
