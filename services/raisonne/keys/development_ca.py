"""A certificate authority for development, made at first start; never for production.

Its root is on nobody's trust list: whoever wants to see "Trusted" must add that root. The chain
follows the C2PA certificate profiles 0.2 (root, claim-signing issuing CA, claim-signing leaf of
at most 366 days), but leaves out the three statements that only a conformance programme or an
operated authority can make truthfully: assurance level, conforming-products record, and OCSP or
CRL addresses. Both authorities use RSA-3072, which the profiles allow and which verifies several
times faster than P-384; the leaf signs with P-256.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from raisonne.keys.private_files import read_private, replace_private
from raisonne.keys.signing_keys import CertifiedKey
from raisonne.rights.errors import ConfigError

CLAIM_SIGNING = x509.ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
"""Extended key usage c2pa-kp-claimSigning."""

_C2PA_POLICY = x509.ObjectIdentifier("1.3.6.1.4.1.62558.1.1")
_EKUS = x509.ExtendedKeyUsage([CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION])
_POLICIES = x509.CertificatePolicies([x509.PolicyInformation(_C2PA_POLICY, None)])
_CLOCK_SKEW = timedelta(minutes=5)
_ROOT_LIFE = timedelta(days=20 * 365)
_ISSUING_LIFE = timedelta(days=1826)
_LEAF_LIFE = timedelta(days=365)
_RENEW_BEFORE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class DevelopmentAuthority:
    """What the authority hands out.

    Attributes:
        root_pem: Certificate to trust.
        chain_pem: Leaf and issuing CA, as claims carry them.
        leaf: The certified claim-signing key.
    """

    root_pem: str
    chain_pem: str
    leaf: CertifiedKey


def open_development_authority(directory: Path, now: datetime) -> DevelopmentAuthority:
    """Load the authority of a directory, making or renewing what is missing or nearly expired.

    Each level is one file, written in one step. A level that does not parse, does not match its
    issuer or is about to expire is made anew, and so is everything below it.

    Args:
        directory: Holds ``root.pem``, ``issuing.pem`` and ``leaf.pem``, each a key with its
            certificate (mode 0600).
        now: The time to judge expiry by (UTC).

    Raises:
        ConfigError: If the directory cannot be written, or a file is open to others.
    """
    with _locked(directory):
        root = _load(directory / "root.pem", None, now + _ISSUING_LIFE)
        if root is None:
            root = _make_root(now)
            replace_private(directory / "root.pem", root.to_pem())
        issuing = _load(directory / "issuing.pem", root, now + _LEAF_LIFE + _RENEW_BEFORE)
        if issuing is None:
            issuing = _make_issuing(root, now)
            replace_private(directory / "issuing.pem", issuing.to_pem())
        leaf = _load(directory / "leaf.pem", issuing, now + _RENEW_BEFORE)
        if leaf is None:
            leaf = _make_leaf(issuing, now)
            replace_private(directory / "leaf.pem", leaf.to_pem())
    chain = leaf.certificate_pem + issuing.certificate_pem
    return DevelopmentAuthority(root.certificate_pem, chain, leaf)


def _load(path: Path, issuer: CertifiedKey | None, needed_until: datetime) -> CertifiedKey | None:
    """Return a level that can still be used, or None."""
    content = read_private(path)
    if content is None:
        return None
    try:
        level = CertifiedKey.from_pem(content)
        level.certificate.verify_directly_issued_by((issuer or level).certificate)
    except (ConfigError, ValueError, TypeError, InvalidSignature):
        return None  # Half-written or foreign: the caller makes it anew.
    return level if level.certificate.not_valid_after_utc > needed_until else None


def _make_root(now: datetime) -> CertifiedKey:
    key = rsa.generate_private_key(65537, 3072)
    return _certify("Raisonne Development Root CA", key, None, now, _ROOT_LIFE, _authority(1))


def _make_issuing(root: CertifiedKey, now: datetime) -> CertifiedKey:
    key = rsa.generate_private_key(65537, 3072)
    extensions = [*_authority(0), (_EKUS, False), (_POLICIES, False)]
    name = "Raisonne Development Claim Signing CA"
    return _certify(name, key, root, now, _ISSUING_LIFE, extensions)


def _make_leaf(issuing: CertifiedKey, now: datetime) -> CertifiedKey:
    key = ec.generate_private_key(ec.SECP256R1())
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_key_usage(leaf=True), True),
        (_EKUS, False),
        (_POLICIES, False),
    ]
    name = "Raisonne Development Signer"
    return _certify(name, key, issuing, now, _LEAF_LIFE, extensions)


def _authority(path_length: int) -> list[tuple[x509.ExtensionType, bool]]:
    return [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (_key_usage(leaf=False), True),
    ]


def _certify(
    name: str,
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    issuer: CertifiedKey | None,
    now: datetime,
    life: timedelta,
    extensions: list[tuple[x509.ExtensionType, bool]],
) -> CertifiedKey:
    """Sign a certificate for ``key``; self-signed where there is no issuer."""
    subject = _subject(name)
    public = key.public_key()
    start = now.replace(microsecond=0) - _CLOCK_SKEW
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + life)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if issuer:
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
        builder = builder.add_extension(own, critical=False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(issuer.key if issuer else key, hashes.SHA256())
    return CertifiedKey(key, (certificate,))


def _subject(name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ZZ"),  # ISO 3166 user-assigned: no country
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Raisonne development, not trusted"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )


def _key_usage(*, leaf: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=leaf,
        content_commitment=leaf,
        key_cert_sign=not leaf,
        crl_sign=not leaf,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Let one process at a time make or renew."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (directory / ".lock").open("ab")
    except OSError as error:
        raise ConfigError(f"{directory} cannot be written.") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
