from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.provenance.certificates import START, certify

from raisonne.provenance.signature import ClaimSignature
from raisonne.provenance.trust import AnchorList, TrustProfile
from raisonne.provenance.verdict import Observation, conclude
from raisonne.rights.provenance import CredentialVerdict, ValidationState

ROOT = certify("Root", None)
TRUST = TrustProfile((AnchorList("urn:claims", ROOT.certificate_pem),))
EMAIL_PROTECTION = "1.3.6.1.5.5.7.3.4"
DURING, AFTER = START + timedelta(days=10), START + timedelta(days=400)
TRUSTED = Observation(
    state=ValidationState.TRUSTED,
    failures=frozenset(),
    ingredient_failures=frozenset(),
    trust_list="urn:claims",
    signature=ClaimSignature(
        (ROOT.certificate,), frozenset({EMAIL_PROTECTION}), token=b"", padded=False
    ),
    stamped=False,
    stamp_objection="",
)
INVALID = replace(TRUSTED, state=ValidationState.INVALID)


def failing(*codes: str) -> Observation:
    return replace(INVALID, failures=frozenset(codes))


def with_usages(*usages: str) -> Observation:
    assert TRUSTED.signature is not None
    return replace(TRUSTED, signature=replace(TRUSTED.signature, usages=frozenset(usages)))


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        (TRUSTED, "intact_trusted"),
        (failing("assertion.dataHash.mismatch"), "tampered"),
        (failing("claimSignature.mismatch", "signingCredential.untrusted"), "tampered"),
        (failing("assertion.hashedURI.mismatch", "assertion.missing"), "tampered"),
        (failing("signingCredential.ocsp.revoked"), "signer_revoked"),
        (failing("assertion.action.malformed"), "malformed"),
        (failing("claim.hardBindings.missing", "signingCredential.untrusted"), "malformed"),
        (failing("signingCredential.expired"), "intact_credential_expired"),
        (failing("cawg.ica.did_unavailable"), "intact_identity_problem"),
        (failing("cawg.x509.signature.mismatch"), "intact_identity_problem"),
        (failing("cawg.identity.x", "assertion.dataHash.mismatch"), "tampered"),
    ],
)
def test_failures_of_the_active_manifest(seen: Observation, verdict: str) -> None:
    conclusion = conclude(seen, TRUST, DURING)
    assert conclusion.verdict == verdict
    assert set(seen.failures) <= set(conclusion.reasons)


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("claimSignature.mismatch", "ingredient_invalid"),
        ("assertion.missing", "ingredient_invalid"),
        ("signingCredential.untrusted", "intact_trusted"),
        ("signingCredential.expired", "intact_trusted"),
    ],
)
def test_failures_of_ingredients(code: str, verdict: str) -> None:
    conclusion = conclude(replace(TRUSTED, ingredient_failures=frozenset({code})), TRUST, DURING)
    assert conclusion.verdict == verdict
    assert conclusion.reasons == (f"ingredient: {code}",)


@pytest.mark.parametrize(
    "seen",
    [
        replace(TRUSTED, trust_list=""),
        replace(TRUSTED, trust_list="urn:times"),
        replace(TRUSTED, state=ValidationState.VALID),
        replace(TRUSTED, signature=None),
        with_usages(),
        with_usages("1.3.6.1.5.5.7.3.8"),
        with_usages("1.3.6.1.5.5.7.3.9"),
        with_usages(EMAIL_PROTECTION, "1.3.6.1.5.5.7.3.8"),
        replace(failing("signingCredential.invalid", "signingCredential.untrusted"), trust_list=""),
        replace(
            TRUSTED,
            state=ValidationState.VALID,
            failures=frozenset({"cawg.x509.credential.untrusted"}),
        ),
    ],
)
def test_signers_that_are_not_trusted(seen: Observation) -> None:
    assert conclude(seen, TRUST, DURING).verdict is CredentialVerdict.INTACT_UNTRUSTED


def test_an_expired_signer_needs_a_proven_time() -> None:
    assert conclude(TRUSTED, TRUST, AFTER).verdict is CredentialVerdict.INTACT_TIME_UNPROVEN
    rogue = replace(TRUSTED, stamped=True, stamp_objection="a rogue authority")
    conclusion = conclude(rogue, TRUST, AFTER)
    assert conclusion.verdict is CredentialVerdict.INTACT_TIME_UNPROVEN
    assert conclusion.reasons == ("a rogue authority",)
    proven = replace(TRUSTED, stamped=True)
    assert conclude(proven, TRUST, AFTER).verdict is CredentialVerdict.INTACT_TRUSTED
    assert proven.time_proven
    assert not rogue.time_proven


def test_a_rogue_time_stamp_does_not_harm_a_valid_signer() -> None:
    rogue = replace(TRUSTED, stamped=True, stamp_objection="a rogue authority")
    assert conclude(rogue, TRUST, DURING).verdict is CredentialVerdict.INTACT_TRUSTED
