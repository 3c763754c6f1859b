"""What a claim's signature box holds beyond c2pa-rs's summary: certificates and time-stamp token.

Source: C2PA 2.4, "Digital signatures": a COSE_Sign1 structure (RFC 9052) with the certificates in
the header ``x5chain`` (label 33; as text and unprotected in old claims), and an RFC 3161 token in
the unprotected header ``sigTst2`` or, from old claims, ``sigTst``.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography import x509
from cryptography.x509.oid import NameOID

from raisonne.provenance import cbor, jumbf
from raisonne.provenance.der import load_certificate

_X5CHAIN = (33, "x5chain")
_TOKENS = ("sigTst2", "sigTst")
_PADDING = ("pad", "pad2")
_PROTECTED, _UNPROTECTED = 0, 1
_PARTS = 4


@dataclass(frozen=True, slots=True)
class ClaimSignature:
    """The readable parts of one claim's signature.

    Attributes:
        chain: Signing certificate first.
        usages: Extended key usages of the signing certificate, as dotted identifiers.
        token: RFC 3161 response or token in DER; empty where there is none.
        padded: Whether bytes other than zero hide in the unsigned padding.
    """

    chain: tuple[x509.Certificate, ...]
    usages: frozenset[str]
    token: bytes
    padded: bool

    @property
    def leaf(self) -> x509.Certificate:
        """The signing certificate."""
        return self.chain[0]

    @property
    def subject(self) -> str:
        """Subject of the signing certificate (RFC 4514)."""
        return self.leaf.subject.rfc4514_string({NameOID.EMAIL_ADDRESS: "emailAddress"})


def read_signature(store: bytes, label: str) -> ClaimSignature:
    """Read the signature of a manifest.

    Args:
        store: A manifest store as c2pa-rs lays it out.
        label: The manifest's label.

    Raises:
        ValueError: If anything is missing, ambiguous or malformed.
    """
    sign1 = cbor.decode(jumbf.content_of(store, label, "c2pa.signature"))
    if not isinstance(sign1, list) or len(sign1) != _PARTS:
        raise ValueError("The signature box does not hold a COSE_Sign1 structure.")
    wrapped, unprotected = sign1[_PROTECTED], sign1[_UNPROTECTED]
    protected = cbor.decode(wrapped) if isinstance(wrapped, bytes) else None
    if not isinstance(protected, dict) or not isinstance(unprotected, dict):
        raise ValueError("The COSE headers are not maps.")  # noqa: TRY004
    chains = [
        header[key] for header in (protected, unprotected) for key in _X5CHAIN if key in header
    ]
    tokens = [unprotected[key] for key in _TOKENS if key in unprotected]
    chain = _chain(_only(chains))
    return ClaimSignature(
        chain=chain,
        usages=_usages(chain[0]),
        token=_token(_only(tokens)) if tokens else b"",
        padded=any(_hides(unprotected.get(key)) for key in _PADDING),
    )


def _only(values: list[cbor.Value]) -> cbor.Value:
    if len(values) != 1:
        raise ValueError("A COSE header must appear exactly once.")
    return values[0]


def _chain(value: cbor.Value) -> tuple[x509.Certificate, ...]:
    items = value if isinstance(value, list) else [value]
    chain = tuple(load_certificate(_bytes(item)) for item in items)
    if not chain:
        raise ValueError("The certificate chain is empty.")
    return chain


def _usages(certificate: x509.Certificate) -> frozenset[str]:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    except x509.ExtensionNotFound:
        return frozenset()
    except (x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise ValueError("The signing certificate's extensions are malformed.") from error
    return frozenset(item.dotted_string for item in usage.value)


def _token(value: cbor.Value) -> bytes:
    tokens = value.get("tstTokens") if isinstance(value, dict) else None
    container = _only(tokens) if isinstance(tokens, list) else None
    if not isinstance(container, dict):
        raise ValueError("The time-stamp header is malformed.")  # noqa: TRY004
    return _bytes(container.get("val"))


def _bytes(value: cbor.Value) -> bytes:
    if not isinstance(value, bytes):
        raise ValueError("A COSE header holds something else than bytes.")  # noqa: TRY004
    return value


def _hides(padding: cbor.Value) -> bool:
    return isinstance(padding, bytes) and any(padding)
