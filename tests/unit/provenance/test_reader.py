from __future__ import annotations

import random
from importlib.metadata import version
from pathlib import Path

import pytest
from cryptography.x509.oid import ObjectIdentifier
from tests.unit.provenance.certificates import OCSP_SIGNING, TIME_STAMPING, certify, signer_of
from tests.unit.provenance.samples import STATEMENT, cleared, picture

from raisonne.app.ports import CredentialReader
from raisonne.keys.signing import ClaimSigner, claim_signer_from_uri
from raisonne.provenance.reader import C2paReader
from raisonne.provenance.signer import C2paSigner
from raisonne.provenance.trust import OWN_LIST, AnchorList, TrustProfile
from raisonne.rights.provenance import (
    CredentialReport,
    CredentialVerdict,
    SignedFile,
    ValidationState,
)

MEDIA_TYPES = ["image/png", "image/jpeg", "image/webp"]


def flipped(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]


def test_report_says_what_the_credential_says(
    signed: dict[str, SignedFile], own_reader: CredentialReader
) -> None:
    file = signed["image/png"]
    assert own_reader.read(file.data) == CredentialReport(
        verdict=CredentialVerdict.INTACT_TRUSTED,
        validation_state=ValidationState.TRUSTED,
        reasons=(),
        label=file.label,
        signer="CN=Raisonne Development Signer,O=Raisonne development\\, not trusted,C=ZZ",
        trust_list=OWN_LIST,
        time_proven=False,
        claim_generator=f"raisonne/{version('raisonne')}",
        actions=("c2pa.created",),
        digital_source_types=("http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia",),
        training_mining={"cawg.ai_training": "notAllowed", "cawg.data_mining": "allowed"},
    )


def test_another_installation_does_not_trust_it(
    signed: dict[str, SignedFile], tmp_path: Path
) -> None:
    other = claim_signer_from_uri(f"devca:{tmp_path}")
    report = C2paReader(TrustProfile.own(other.anchor_pem)).read(signed["image/png"].data)
    assert report.verdict is CredentialVerdict.INTACT_UNTRUSTED
    assert report.validation_state is ValidationState.VALID
    assert "signingCredential.untrusted" in report.reasons
    assert report.trust_list == ""
    assert report.signer.startswith("CN=Raisonne Development Signer")


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_one_flipped_byte_of_the_picture_is_noticed(
    signed: dict[str, SignedFile], own_reader: C2paReader, media_type: str
) -> None:
    file = signed[media_type]
    store = file.data.index(file.manifest)
    end = store + len(file.manifest)
    # Where the store lies differs: take the picture's own bytes, before or after it.
    position = end + 20 if len(file.data) > end + 40 else store - 20
    report = own_reader.read(flipped(file.data, position))
    assert report.verdict is CredentialVerdict.TAMPERED
    assert report.validation_state is ValidationState.INVALID
    assert "assertion.dataHash.mismatch" in report.reasons


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"notAllowed", "assertion.hashedURI.mismatch"),
        (b"raisonne", "claimSignature.mismatch"),
    ],
)
def test_one_flipped_byte_of_the_credential_is_noticed(
    signed: dict[str, SignedFile], own_reader: C2paReader, text: bytes, code: str
) -> None:
    data = signed["image/webp"].data
    claim = data.index(b"c2pa.claim")
    position = data.index(text, claim if text == b"raisonne" else 0)
    report = own_reader.read(flipped(data, position))
    assert report.verdict is CredentialVerdict.TAMPERED
    assert code in report.reasons


def test_data_hidden_in_the_padding_is_reported(
    signed: dict[str, SignedFile], own_reader: C2paReader
) -> None:
    data = signed["image/webp"].data
    position = data.rindex(bytes(64))
    report = own_reader.read(flipped(data, position))
    assert report.verdict is CredentialVerdict.INTACT_TRUSTED
    assert "data is hidden in the unsigned padding of the signature" in report.reasons


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
def test_a_picture_without_credentials(own_reader: C2paReader, media_type: str) -> None:
    report = own_reader.read(picture(media_type))
    assert report == CredentialReport(
        CredentialVerdict.NO_CREDENTIAL, validation_state=ValidationState.NONE
    )


@pytest.mark.parametrize("data", [b"just text\n", b"", b"\x00" * 100, b"BM" + bytes(60)])
def test_files_that_carry_no_credentials(own_reader: C2paReader, data: bytes) -> None:
    report = own_reader.read(data)
    assert report.verdict is CredentialVerdict.UNSUPPORTED
    assert report.validation_state is ValidationState.NONE


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9, 0.99])
def test_truncated_files_are_never_intact(
    signed: dict[str, SignedFile], own_reader: C2paReader, media_type: str, share: float
) -> None:
    data = signed[media_type].data
    report = own_reader.read(data[: int(len(data) * share)])
    assert report.verdict in {
        CredentialVerdict.TAMPERED,
        CredentialVerdict.MALFORMED,
        CredentialVerdict.NO_CREDENTIAL,
    }


def test_random_damage_never_raises(signed: dict[str, SignedFile], own_reader: C2paReader) -> None:
    rng = random.Random(20261124)
    files = [file.data for file in signed.values()]
    seen = set()
    for _ in range(200):
        data = bytearray(rng.choice(files))
        for _ in range(rng.choice([1, 4, 40])):
            start = rng.randrange(len(data))
            match rng.randrange(3):
                case 0:
                    data[start] = rng.randrange(256)
                case 1:
                    del data[start : start + rng.randrange(50)]
                case _:
                    data[start:start] = rng.randbytes(rng.randrange(50))
        seen.add(own_reader.read(bytes(data)).verdict)
    assert {CredentialVerdict.TAMPERED, CredentialVerdict.MALFORMED} <= seen


def test_a_signer_whose_usage_is_not_allowed_is_not_trusted(
    signed: dict[str, SignedFile], claim_signer: ClaimSigner
) -> None:
    own = TrustProfile.own(claim_signer.anchor_pem)
    strict = TrustProfile(own.claims, usages=frozenset({"1.3.6.1.5.5.7.3.36"}))
    report = C2paReader(strict).read(signed["image/png"].data)
    assert report.verdict is CredentialVerdict.INTACT_UNTRUSTED


def test_a_list_for_time_does_not_vouch_for_claims(
    signed: dict[str, SignedFile], claim_signer: ClaimSigner, tmp_path: Path
) -> None:
    other = claim_signer_from_uri(f"devca:{tmp_path}")
    trust = TrustProfile(
        claims=(AnchorList("urn:claims", other.anchor_pem),),
        times=(AnchorList("urn:times", claim_signer.anchor_pem),),
    )
    report = C2paReader(trust).read(signed["image/png"].data)
    assert report.validation_state is ValidationState.TRUSTED  # c2pa-rs does not tell them apart
    assert report.verdict is CredentialVerdict.INTACT_UNTRUSTED
    assert report.reasons == ("urn:times is not a list of claim signers",)


def test_an_anchor_on_both_lists_vouches_for_claims(
    signed: dict[str, SignedFile], claim_signer: ClaimSigner
) -> None:
    trust = TrustProfile(
        claims=(AnchorList("urn:claims", claim_signer.anchor_pem),),
        times=(AnchorList("urn:times", claim_signer.anchor_pem),),
    )
    for _ in range(8):  # c2pa-rs would name either list, by chance
        report = C2paReader(trust).read(signed["image/png"].data)
        assert report.verdict is CredentialVerdict.INTACT_TRUSTED
        assert report.trust_list == "urn:claims"


@pytest.mark.parametrize("usage", [TIME_STAMPING, OCSP_SIGNING])
def test_certificates_for_other_purposes_do_not_sign_claims(usage: ObjectIdentifier) -> None:
    issuer = certify("Authority", None)
    claim_signer = signer_of(certify("Signer", issuer, usages=(usage,)), issuer)
    data = picture("image/png")
    file = C2paSigner(claim_signer).sign(cleared(data, "image/png"), data, STATEMENT)
    report = C2paReader(TrustProfile.own(issuer.certificate_pem)).read(file.data)
    assert report.validation_state is ValidationState.TRUSTED  # c2pa-rs accepts it
    assert report.verdict is CredentialVerdict.INTACT_UNTRUSTED
    assert "the signing certificate is not one for claims" in report.reasons
