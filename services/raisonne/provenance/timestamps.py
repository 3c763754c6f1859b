"""Whether a time-stamp comes from an authority that is trusted for time.

c2pa-rs checks that a token fits the signature, but takes old (v1) claims' tokens from anybody, and
lets any anchor vouch for time. Here the token's certificate must lead to a time-stamping anchor as
of the stamped time (RFC 3161 section 2.3, RFC 5280).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from raisonne.provenance.der import SEQUENCE, elements, load_certificate, serial_number, signed_part
from raisonne.provenance.trust import TrustProfile

UNREADABLE_AUTHORITY = "the certificate of the time-stamping authority cannot be read"
"""Objection to a well-formed token of an authority whose own certificate is malformed."""

_TIME_STAMPING = bytes.fromhex("06082b06010505070308")  # the usage's identifier in DER
_CERTIFICATES = 0xA0  # [0] IMPLICIT in SignedData


class TimestampTrust:
    """Judges tokens against the time-stamping anchors of a profile."""

    def __init__(self, trust: TrustProfile) -> None:
        anchors = [item for anchors in trust.times for item in anchors.certificates]
        self._store = Store(anchors) if anchors else None

    def objection(self, token: bytes, serial: int, when: datetime) -> str:
        """Return why a token does not prove its time, or an empty string if it does.

        Args:
            token: RFC 3161 response or token in DER, which fits the signature.
            serial: Serial number of the certificate that signed it.
            when: The time it states (UTC).
        """
        if self._store is None:
            return "no time-stamping authority is trusted"
        try:
            certificates = _certificates(token)
            signers = [item for item in certificates if serial_number(item) == serial]
        except (ValueError, IndexError):
            return "the time-stamp token cannot be read"
        if len(signers) != 1:
            return "the time-stamp token does not name one signer"
        try:
            signer = load_certificate(signers[0])
        except ValueError:
            stamps = _TIME_STAMPING in signed_part(signers[0]).whole
            return UNREADABLE_AUTHORITY if stamps else "the time-stamp's signer cannot be read"
        verifier = (
            PolicyBuilder()
            .store(self._store)
            .time(when)
            .extension_policies(ca_policy=_CA_POLICY, ee_policy=_LEAF_POLICY)
            .build_client_verifier()
        )
        try:
            verifier.verify(signer, list(_readable(certificates)))
        except VerificationError:
            name = signer.subject.rfc4514_string()
            return f"the time-stamping authority is not trusted: {name}"
        return ""


def _require_authority(_: Policy, __: x509.Certificate, value: x509.BasicConstraints) -> None:
    if not value.ca:
        raise ValueError("An issuer is not a certificate authority.")


def _require_time_stamping(_: Policy, __: x509.Certificate, value: x509.ExtendedKeyUsage) -> None:
    if list(value) != [ExtendedKeyUsageOID.TIME_STAMPING]:
        raise ValueError("The certificate is not one for time-stamping alone.")


_CA_POLICY = ExtensionPolicy.permit_all().require_present(
    x509.BasicConstraints, Criticality.AGNOSTIC, _require_authority
)
_LEAF_POLICY = ExtensionPolicy.permit_all().require_present(
    x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _require_time_stamping
)


def _certificates(token: bytes) -> list[bytes]:
    """Return the certificates of a CMS SignedData (RFC 5652 section 5.1), each in DER."""
    (outer,) = elements(token)
    parts = elements(outer.content)
    if parts[0].tag == SEQUENCE:  # A TimeStampResp: its status comes before the token.
        parts = elements(parts[1].content)
    (signed_data,) = elements(parts[1].content)
    for part in elements(signed_data.content):
        if part.tag == _CERTIFICATES:
            return [item.whole for item in elements(part.content) if item.tag == SEQUENCE]
    return []


def _readable(certificates: list[bytes]) -> Iterator[x509.Certificate]:
    """Parse what can be parsed; some authorities' own roots have malformed names."""
    for certificate in certificates:
        with suppress(ValueError):
            yield load_certificate(certificate)
