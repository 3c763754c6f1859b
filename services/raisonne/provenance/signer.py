"""Signs content credentials into cleared files."""

from __future__ import annotations

import hashlib
import io
from typing import Any, Protocol
from uuid import uuid4

from c2pa import Builder, C2paError, C2paSigningAlg, Reader, Signer

from raisonne.provenance.settings import ProcessContext, signing_settings
from raisonne.provenance.templates import creation_manifest
from raisonne.rights.errors import CredentialError, NotClearedError, Reason
from raisonne.rights.provenance import CreationStatement, SignedFile
from raisonne.rights.verdict import ClearedAsset

MEDIA_TYPES = frozenset({"image/png", "image/jpeg", "image/webp"})
"""What can be signed."""


class ClaimSigner(Protocol):
    """Signs C2PA claims."""

    @property
    def algorithm(self) -> str:
        """COSE algorithm, for example ``es256``."""
        ...

    @property
    def chain_pem(self) -> str:
        """Signing certificate, then its issuers up to but without the root."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Return the raw signature (IEEE P1363 where it has two numbers)."""
        ...


class C2paSigner:
    """Embeds signed manifests; safe to share between threads."""

    def __init__(self, claim_signer: ClaimSigner) -> None:
        self._claim_signer = claim_signer
        self._algorithm = C2paSigningAlg[claim_signer.algorithm.upper()]
        self._context = ProcessContext(signing_settings())

    def sign(self, cleared: ClearedAsset, data: bytes, statement: CreationStatement) -> SignedFile:
        """Embed a signed manifest that says how ``data`` was made.

        Args:
            cleared: The asset with the verdict that allows its release.
            data: Its bytes.
            statement: What the credential says.

        Raises:
            NotClearedError: If ``data`` are not the bytes that were cleared.
            CredentialError: ``SIGNING_FAILED`` if the format is not signed here, the file carries
                credentials already, or the key or the library fails.
        """
        if hashlib.sha256(data).hexdigest() != cleared.asset.sha256:
            raise NotClearedError(f"The bytes are not those of {cleared.asset.name}.")
        media_type = cleared.asset.media_type
        if media_type not in MEDIA_TYPES:
            raise _failed(f"Files of type {media_type} are not signed.")
        self._refuse_signed(media_type, data)
        label = f"urn:c2pa:{uuid4()}:raisonne"
        signed = io.BytesIO()
        manifest = self._build(creation_manifest(statement, label), media_type, data, signed)
        return SignedFile(signed.getvalue(), manifest, label)

    def _refuse_signed(self, media_type: str, data: bytes) -> None:
        """Creating anew would silently drop the credentials of a signed file."""
        try:
            reader = Reader.try_create(media_type, io.BytesIO(data), context=self._context.get())
        except C2paError as error:
            raise _failed("The file cannot be searched for credentials.") from error
        if reader is not None:
            reader.close()
            raise _failed("The file carries credentials already.")

    def _build(
        self, definition: dict[str, Any], media_type: str, data: bytes, target: io.BytesIO
    ) -> bytes:
        """Write the signed file to ``target`` and return the manifest store."""
        failures: list[Exception] = []

        def sign(claim: bytes) -> bytes:
            try:
                return self._claim_signer.sign(claim)
            except Exception as error:
                failures.append(error)  # The library would only log it.
                raise

        try:
            with (
                Signer.from_callback(sign, self._algorithm, self._claim_signer.chain_pem) as signer,
                Builder(definition, context=self._context.get()) as builder,
            ):
                manifest: bytes = builder.sign(signer, media_type, io.BytesIO(data), target)
        except C2paError as error:
            if failures:
                raise _failed("The claim signer failed.") from failures[0]
            raise _failed("The credential could not be made.") from error
        return manifest


def _failed(message: str) -> CredentialError:
    return CredentialError(message, reason=Reason.SIGNING_FAILED)
