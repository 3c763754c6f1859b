from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from c2pa import Context, Reader
from tests.unit.provenance.samples import STATEMENT, cleared, picture

from raisonne.app.ports import CredentialSigner
from raisonne.keys.signing import ClaimSigner
from raisonne.provenance.reader import C2paReader
from raisonne.provenance.signer import C2paSigner
from raisonne.rights.errors import CredentialError, NotClearedError, Reason
from raisonne.rights.provenance import CredentialVerdict, SignedFile

MEDIA_TYPES = ["image/png", "image/jpeg", "image/webp"]


class BrokenSigner:
    """A key service that is down."""

    algorithm = "es256"

    def __init__(self, chain_pem: str) -> None:
        self.chain_pem = chain_pem

    def sign(self, data: bytes) -> bytes:
        raise ConnectionError(f"no answer for {len(data)} bytes")


def state(data: bytes, settings: dict[str, Any]) -> str:
    """Return c2pa-rs's own validation state."""
    with Reader(None, io.BytesIO(data), context=Context.from_dict(settings)) as reader:
        return str(reader.get_validation_state())


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_every_output_is_valid_and_trusted_under_the_root(
    signed: dict[str, SignedFile], claim_signer: ClaimSigner, media_type: str
) -> None:
    file = signed[media_type]
    assert state(file.data, {}) == "Valid"
    assert state(file.data, {"trust": {"trust_anchors": claim_signer.anchor_pem}}) == "Trusted"
    assert file.manifest in file.data
    with Reader(None, io.BytesIO(file.data)) as reader:
        assert reader.get_active_manifest()["label"] == file.label


@pytest.mark.parametrize("source_type", ["trainedAlgorithmicMedia", "digitalCreation"])
def test_every_template_is_trusted(
    signer: C2paSigner, own_reader: C2paReader, source_type: str
) -> None:
    data = picture("image/png")
    statement = replace(STATEMENT, digital_source_type=source_type, training_mining={})
    file = signer.sign(cleared(data, "image/png"), data, statement)
    assert own_reader.read(file.data).verdict is CredentialVerdict.INTACT_TRUSTED


def test_it_is_the_port(claim_signer: ClaimSigner) -> None:
    port: CredentialSigner = C2paSigner(claim_signer)
    assert callable(port.sign)


def test_only_the_cleared_bytes_are_signed(signer: C2paSigner) -> None:
    data = picture("image/png")
    clearance = cleared(data, "image/png")
    with pytest.raises(NotClearedError):
        signer.sign(clearance, picture("image/png", 97), STATEMENT)
    assert clearance.asset.sha256 == hashlib.sha256(data).hexdigest()


def test_a_signed_file_is_not_created_anew(
    signer: C2paSigner, signed: dict[str, SignedFile]
) -> None:
    data = signed["image/png"].data
    with pytest.raises(CredentialError, match="already") as caught:
        signer.sign(cleared(data, "image/png"), data, STATEMENT)
    assert caught.value.reason is Reason.SIGNING_FAILED


@pytest.mark.parametrize("media_type", ["image/gif", "text/plain"])
def test_other_media_types_are_refused(signer: C2paSigner, media_type: str) -> None:
    with pytest.raises(CredentialError) as caught:
        signer.sign(cleared(b"data", media_type), b"data", STATEMENT)
    assert caught.value.reason is Reason.SIGNING_FAILED


def test_a_file_that_is_no_picture_is_refused(signer: C2paSigner) -> None:
    with pytest.raises(CredentialError) as caught:
        signer.sign(cleared(b"not a picture", "image/png"), b"not a picture", STATEMENT)
    assert caught.value.reason is Reason.SIGNING_FAILED
    assert caught.value.__cause__ is not None


def test_the_signers_own_error_is_the_cause(claim_signer: ClaimSigner) -> None:
    data = picture("image/png")
    broken = C2paSigner(BrokenSigner(claim_signer.chain_pem))
    with pytest.raises(CredentialError) as caught:
        broken.sign(cleared(data, "image/png"), data, STATEMENT)
    assert caught.value.reason is Reason.SIGNING_FAILED
    assert isinstance(caught.value.__cause__, ConnectionError)


def test_threads_share_a_signer(signer: C2paSigner, own_reader: C2paReader) -> None:
    data = picture("image/webp")
    clearance = cleared(data, "image/webp")
    with ThreadPoolExecutor(8) as pool:
        files = list(pool.map(lambda _: signer.sign(clearance, data, STATEMENT), range(32)))
        reports = list(pool.map(lambda file: own_reader.read(file.data), files))
    assert [report.label for report in reports] == [file.label for file in files]
    assert len({file.label for file in files}) == 32
    assert {report.verdict for report in reports} == {CredentialVerdict.INTACT_TRUSTED}
