"""Time-stamps of a real authority on the loopback, in old (v1) and new (v2) claims."""

from __future__ import annotations

import io

import pytest
from c2pa import Builder, C2paSigningAlg, Context, Signer
from tests.unit.provenance.certificates import TIME_STAMPING, certify
from tests.unit.provenance.samples import STATEMENT, picture
from tests.unit.provenance.tsa import serving

from raisonne.keys.signing import ClaimSigner
from raisonne.provenance.reader import C2paReader
from raisonne.provenance.templates import creation_manifest
from raisonne.provenance.trust import AnchorList, TrustProfile
from raisonne.rights.provenance import CredentialReport, CredentialVerdict

ROOT = certify("Time Root", None)
AUTHORITY = certify("Time Authority", ROOT, usages=(TIME_STAMPING,))
ROGUE_ROOT = certify("Rogue Root", None)
ROGUE = certify("Rogue Authority", ROGUE_ROOT, usages=(TIME_STAMPING,))
LABEL = "urn:c2pa:00000000-0000-4000-8000-000000000000:raisonne"


def stamped(claim_signer: ClaimSigner, address: str, claim_version: int) -> bytes:
    definition = creation_manifest(STATEMENT, LABEL) | {"claim_version": claim_version}
    if claim_version == 1:
        del definition["label"]
        definition["assertions"] = []
    signer = Signer.from_callback(
        claim_signer.sign, C2paSigningAlg.ES256, claim_signer.chain_pem, address
    )
    target = io.BytesIO()
    with signer, Builder(definition, context=Context.from_dict({})) as builder:
        builder.sign(signer, "image/png", io.BytesIO(picture("image/png")), target)
    return target.getvalue()


def read(claim_signer: ClaimSigner, data: bytes) -> CredentialReport:
    claims = (AnchorList("urn:claims", claim_signer.anchor_pem),)
    times = (AnchorList("urn:times", ROOT.certificate_pem),)
    return C2paReader(TrustProfile(claims, times=times)).read(data)


@pytest.mark.parametrize("claim_version", [1, 2])
def test_an_anchored_authority_proves_the_time(
    claim_signer: ClaimSigner, claim_version: int
) -> None:
    with serving(AUTHORITY) as address:
        data = stamped(claim_signer, address, claim_version)
    report = read(claim_signer, data)
    assert report.time_proven
    assert report.reasons == ()
    assert report.verdict is CredentialVerdict.INTACT_TRUSTED


@pytest.mark.parametrize("claim_version", [1, 2])
def test_a_rogue_authority_proves_nothing(claim_signer: ClaimSigner, claim_version: int) -> None:
    with serving(ROGUE) as address:
        data = stamped(claim_signer, address, claim_version)
    report = read(claim_signer, data)
    assert not report.time_proven
    assert report.reasons == (
        "the time-stamping authority is not trusted: CN=Rogue Authority,O=Test",
    )
    assert report.verdict is CredentialVerdict.INTACT_TRUSTED


def test_an_authority_anchored_for_claims_only_proves_nothing(claim_signer: ClaimSigner) -> None:
    with serving(AUTHORITY) as address:
        data = stamped(claim_signer, address, 2)
    claims = tuple(
        AnchorList(f"urn:claims:{number}", pem)
        for number, pem in enumerate((claim_signer.anchor_pem, ROOT.certificate_pem))
    )
    report = C2paReader(TrustProfile(claims)).read(data)
    assert not report.time_proven
    assert report.reasons == ("no time-stamping authority is trusted",)
