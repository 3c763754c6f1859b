"""Claim signers by URI: who signs content credentials.

A key management service or a hardware module fits the same Protocol: it signs bytes and never
hands the key out.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from raisonne.keys.development_ca import open_development_authority
from raisonne.keys.private_files import read_private
from raisonne.keys.signing_keys import CertifiedKey, to_pem
from raisonne.keys.uri import split_uri, unknown_scheme
from raisonne.rights.errors import ConfigError

_COORDINATE_BYTES = 32
_FEWEST_CERTIFICATES = 2


class ClaimSigner(Protocol):
    """Signs C2PA claims."""

    @property
    def algorithm(self) -> str:
        """COSE algorithm, lower case: ``es256``."""
        ...

    @property
    def chain_pem(self) -> str:
        """Signing certificate, then its issuers up to but without the root."""
        ...

    @property
    def anchor_pem(self) -> str:
        """Certificate to trust when reading own credentials."""
        ...

    @property
    def development(self) -> bool:
        """Whether the certificates come from the development authority."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the raw signature (IEEE P1363: r and s, 32 bytes each)."""
        ...


class Es256Signer:
    """Signs with a P-256 key held in memory.

    Attributes:
        algorithm: ``es256``.
        chain_pem: Signing certificate, then its issuers up to but without the root.
        anchor_pem: Certificate to trust when reading own credentials.
        development: Whether the certificates come from the development authority.
    """

    algorithm = "es256"

    def __init__(
        self, key: ec.EllipticCurvePrivateKey, chain_pem: str, anchor_pem: str, *, development: bool
    ) -> None:
        self._key = key
        self.chain_pem = chain_pem
        self.anchor_pem = anchor_pem
        self.development = development

    def sign(self, data: bytes) -> bytes:
        """Return the raw signature (IEEE P1363: r and s, 32 bytes each)."""
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(_COORDINATE_BYTES, "big") + s.to_bytes(_COORDINATE_BYTES, "big")


def claim_signer_from_uri(uri: str) -> ClaimSigner:
    """Return the signer that a URI names.

    Args:
        uri: ``devca:DIRECTORY``, an authority for development that is made at first use; or
            ``file:PATH``, a PEM file of mode 0600 with a P-256 key, its certificate and its
            issuers in order. A self-signed certificate at the end is the anchor and stays out of
            claims; without one, the last issuer is the anchor.

    Raises:
        ConfigError: If the scheme is unknown or the key cannot be used.
    """
    scheme, location = split_uri(uri)
    match scheme:
        case "devca":
            return _development_signer(Path(location))
        case "file":
            return _file_signer(Path(location))
        case _:
            raise unknown_scheme(scheme, "devca:DIRECTORY and file:PATH")


def _development_signer(directory: Path) -> Es256Signer:
    authority = open_development_authority(directory, datetime.now(UTC))
    key = _p256(authority.leaf, directory)
    return Es256Signer(key, authority.chain_pem, authority.root_pem, development=True)


def _file_signer(path: Path) -> Es256Signer:
    content = read_private(path)
    if content is None:
        raise ConfigError(f"There is no key file {path}.")
    certified = CertifiedKey.from_pem(content)
    chain = certified.chain
    if len(chain) < _FEWEST_CERTIFICATES:
        raise ConfigError(f"{path} must hold the issuing certificate too.")
    anchor = chain[-1]
    if anchor.subject == anchor.issuer:
        chain = chain[:-1]
    key = _p256(certified, path)
    return Es256Signer(key, to_pem(chain), to_pem((anchor,)), development=False)


def _p256(certified: CertifiedKey, source: Path) -> ec.EllipticCurvePrivateKey:
    key = certified.key
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise ConfigError(f"The signing key of {source} is not a P-256 key.")
    return key
