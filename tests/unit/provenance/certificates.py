"""Certificates for tests: any usage under any issuer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import (
    AuthorityInformationAccessOID,
    ExtendedKeyUsageOID,
    NameOID,
    ObjectIdentifier,
)

from raisonne.keys.signing import Es256Signer
from raisonne.keys.signing_keys import CertifiedKey, to_pem

START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)
DAY = timedelta(days=1)
TIME_STAMPING = ExtendedKeyUsageOID.TIME_STAMPING
OCSP_SIGNING = ExtendedKeyUsageOID.OCSP_SIGNING
DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.5.5.7.3.36")


def certify(
    name: str,
    issuer: CertifiedKey | None,
    *,
    usages: tuple[ObjectIdentifier, ...] = (),
    days: int = 300,
    ocsp: str = "",
) -> CertifiedKey:
    """Return a P-256 key with its certificate; an authority if it has no usages."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    signing = issuer.key if issuer else key
    authority = not usages
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START)
        .not_valid_after(START + days * DAY)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()),
            critical=False,
        )
        .add_extension(
            x509.KeyUsage(
                digital_signature=not authority,
                content_commitment=False,
                key_cert_sign=authority,
                crl_sign=authority,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    if ocsp:
        access = x509.AccessDescription(
            AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp)
        )
        builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    return CertifiedKey(key, (builder.sign(signing, hashes.SHA256()),))


def signer_of(certified: CertifiedKey, issuer: CertifiedKey) -> Es256Signer:
    """Return a claim signer whose issuer is its anchor."""
    assert isinstance(certified.key, ec.EllipticCurvePrivateKey)
    chain = to_pem((certified.certificate,))
    return Es256Signer(certified.key, chain, issuer.certificate_pem, development=True)
