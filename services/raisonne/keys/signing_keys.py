"""A private key with its certificates in one PEM file, so that they can never disagree."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from raisonne.rights.errors import ConfigError


@dataclass(frozen=True, slots=True)
class CertifiedKey:
    """A key and the certificates that speak for it.

    Attributes:
        key: The private key.
        chain: Its certificate first, then its issuers as far as the file has them.
    """

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate of the key."""
        return self.chain[0]

    @property
    def certificate_pem(self) -> str:
        """The certificate of the key in PEM."""
        return to_pem(self.chain[:1])

    @classmethod
    def from_pem(cls, content: bytes) -> CertifiedKey:
        """Read a PKCS #8 key followed by certificates.

        Raises:
            ConfigError: If either is missing, or the first certificate is for another key.
        """
        try:
            # The full RSA check costs 0.1 s; the file is our own, and the key is compared below.
            key = load_pem_private_key(content, None, unsafe_skip_rsa_key_validation=True)
            chain = tuple(x509.load_pem_x509_certificates(content))
        except (ValueError, TypeError) as error:
            raise ConfigError("The file is not a PEM key with its certificates.") from error
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise ConfigError("The key is neither RSA nor elliptic-curve.")
        if chain[0].public_key() != key.public_key():
            raise ConfigError("The first certificate is for another key.")
        return cls(key, chain)

    def to_pem(self) -> bytes:
        """Return the file's content."""
        secret = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return secret + to_pem(self.chain).encode()


def to_pem(certificates: tuple[x509.Certificate, ...]) -> str:
    """Return certificates in PEM, in their order."""
    return "".join(item.public_bytes(Encoding.PEM).decode() for item in certificates)
