"""Whom a reader trusts: claim-signing anchors, time-stamping anchors and allowed key usages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from raisonne.rights.errors import ConfigError

C2PA_CLAIM_SIGNING = "1.3.6.1.4.1.62558.2.1"
EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
DOCUMENT_SIGNING = "1.3.6.1.5.5.7.3.36"
CLAIM_USAGES = frozenset({C2PA_CLAIM_SIGNING, EMAIL_PROTECTION, DOCUMENT_SIGNING})
"""Extended key usages that sign claims (C2PA 2.4, "X.509 certificates")."""

OWN_LIST = "urn:raisonne:trust:own"
"""Name of the list that holds nothing but this installation's own anchor."""

_LIST_PREFIX = "urn:raisonne:trust:"
_CLAIM_PATTERNS = ("*trust-list.pem", "*roots.pem", "*anchors.pem")
_TIME_PATTERN = "*tsa*.pem"
_USAGES_FILE = "allowed-ekus.txt"


@dataclass(frozen=True, slots=True)
class AnchorList:
    """A named list of certificates.

    Attributes:
        uri: How reports name the list.
        pem: The certificates.
    """

    uri: str
    pem: str

    @property
    def certificates(self) -> list[x509.Certificate]:
        """The certificates, parsed."""
        return x509.load_pem_x509_certificates(self.pem.encode())


@dataclass(frozen=True, slots=True)
class TrustProfile:
    """Whom to believe who signed, and when.

    Attributes:
        claims: Lists whose certificates may issue claim signers.
        times: Lists whose certificates may issue time-stamping authorities.
        usages: Extended key usages of which a claim signer must have one.
    """

    claims: tuple[AnchorList, ...]
    times: tuple[AnchorList, ...] = ()
    usages: frozenset[str] = CLAIM_USAGES

    @classmethod
    def own(cls, anchor_pem: str) -> TrustProfile:
        """Trust only what this installation signed."""
        return cls(claims=(_checked(OWN_LIST, anchor_pem),))

    @classmethod
    def from_directory(cls, directory: Path) -> TrustProfile:
        """Read a directory of lists; a list is named after its file.

        Args:
            directory: ``*trust-list.pem``, ``*roots.pem`` and ``*anchors.pem`` are claim anchors,
                ``*tsa*.pem`` time-stamping anchors (also where both fit), and
                ``allowed-ekus.txt``, if there is one, lists the allowed key usages line by line.

        Raises:
            ConfigError: If there is no claim anchor, or a file does not parse.
        """
        times = sorted(directory.glob(_TIME_PATTERN))
        found = {path for pattern in _CLAIM_PATTERNS for path in directory.glob(pattern)}
        claims = sorted(found - set(times))
        if not claims:
            raise ConfigError(f"{directory} holds no claim anchors ({', '.join(_CLAIM_PATTERNS)}).")
        usages = directory / _USAGES_FILE
        return cls(
            claims=tuple(_load(path) for path in claims),
            times=tuple(_load(path) for path in times),
            usages=frozenset(_read(usages).split()) if usages.exists() else CLAIM_USAGES,
        )


def _load(path: Path) -> AnchorList:
    return _checked(f"{_LIST_PREFIX}{path.stem}", _read(path))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read.") from error


def _checked(uri: str, pem: str) -> AnchorList:
    anchors = AnchorList(uri, pem)
    try:
        certificates = anchors.certificates
    except ValueError as error:
        raise ConfigError(f"The trust list {uri} does not parse.") from error
    if not certificates:
        raise ConfigError(f"The trust list {uri} is empty.")
    return anchors
