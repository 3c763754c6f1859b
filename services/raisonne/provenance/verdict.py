"""One verdict from what c2pa-rs reports and what it leaves out: a pure function.

Beyond the library's validation state: a signer counts as trusted only under a claim-signing list
and with a claim-signing key usage, a time only under a time-stamping anchor, and identity
assertions and ingredients are told apart from the file itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from raisonne.provenance.signature import ClaimSignature
from raisonne.provenance.trust import TrustProfile
from raisonne.rights.provenance import CredentialVerdict, ValidationState

_UNTRUSTED = "signingCredential.untrusted"
_EXPIRED = "signingCredential.expired"
_UNACCEPTED = "signingCredential.invalid"
_REVOKED = "signingCredential.ocsp.revoked"
_ABOUT_TRUST = {_UNTRUSTED, _EXPIRED, _UNACCEPTED}
_IDENTITY = "cawg."
_SINGLE_PURPOSE = {
    "1.3.6.1.5.5.7.3.8": "time-stamping",
    "1.3.6.1.5.5.7.3.9": "OCSP signing",
}


@dataclass(frozen=True, slots=True)
class Observation:
    """What one validation found.

    Attributes:
        state: As c2pa-rs says.
        failures: Failure codes of the active manifest.
        ingredient_failures: Failure codes that its ingredients add.
        trust_list: URI of the list the signer was found in; empty where none.
        signature: The claim's signature; None where it could not be read.
        stamped: Whether a time-stamp fits the signature.
        stamp_objection: Why the time-stamp proves nothing; empty if it does.
    """

    state: ValidationState
    failures: frozenset[str]
    ingredient_failures: frozenset[str]
    trust_list: str
    signature: ClaimSignature | None
    stamped: bool
    stamp_objection: str

    @property
    def time_proven(self) -> bool:
        """Whether a trusted time-stamp proves when the claim was signed."""
        return self.stamped and not self.stamp_objection


@dataclass(frozen=True, slots=True)
class Conclusion:
    """A verdict and what led to it.

    Attributes:
        verdict: The one word.
        reasons: Codes of c2pa-rs first, then facts as sentences without a full stop.
    """

    verdict: CredentialVerdict
    reasons: tuple[str, ...]


def conclude(seen: Observation, trust: TrustProfile, now: datetime) -> Conclusion:
    """Give the verdict on a file with a readable manifest.

    Args:
        seen: What the validation found.
        trust: Whom to believe.
        now: The time to judge an expired signer by (UTC).
    """
    doubts = _doubts(seen, trust)
    expired = seen.signature is None or seen.signature.leaf.not_valid_after_utc < now
    notes = [*doubts]
    if seen.stamped and seen.stamp_objection:
        notes.append(seen.stamp_objection)
    if seen.signature is not None and seen.signature.padded:
        notes.append("data is hidden in the unsigned padding of the signature")
    ingredients = {f"ingredient: {code}" for code in seen.ingredient_failures}
    reasons = (*sorted(seen.failures), *sorted(ingredients), *notes)
    verdict = _broken(seen) or _standing(seen, trusted=not doubts, expired=expired)
    return Conclusion(verdict, reasons)


def _broken(seen: Observation) -> CredentialVerdict | None:
    """Return the verdict on a file that is not as it was signed, else None."""
    failures = {code for code in seen.failures if not code.startswith(_IDENTITY)}
    if any(code.endswith(".mismatch") for code in failures):
        return CredentialVerdict.TAMPERED
    if _REVOKED in failures:
        return CredentialVerdict.SIGNER_REVOKED
    if failures - _ABOUT_TRUST:
        return CredentialVerdict.MALFORMED
    ingredients = {code for code in seen.ingredient_failures if not code.startswith(_IDENTITY)}
    if ingredients - _ABOUT_TRUST:
        return CredentialVerdict.INGREDIENT_INVALID
    return None


def _standing(seen: Observation, *, trusted: bool, expired: bool) -> CredentialVerdict:
    """Return the verdict on an intact file: how far its signer can be believed."""
    if _EXPIRED in seen.failures:
        return CredentialVerdict.INTACT_CREDENTIAL_EXPIRED
    if any(code.startswith(_IDENTITY) for code in seen.failures):
        broken = seen.state is ValidationState.INVALID
        return (
            CredentialVerdict.INTACT_IDENTITY_PROBLEM
            if broken
            else CredentialVerdict.INTACT_UNTRUSTED
        )
    if not trusted or seen.state is not ValidationState.TRUSTED:
        return CredentialVerdict.INTACT_UNTRUSTED
    if expired and not seen.time_proven:
        return CredentialVerdict.INTACT_TIME_UNPROVEN
    return CredentialVerdict.INTACT_TRUSTED


def _doubts(seen: Observation, trust: TrustProfile) -> list[str]:
    """Return why the signer is not trusted, beyond c2pa-rs's own codes."""
    if not seen.trust_list:
        return ["the signer is on no trust list"]
    doubts = []
    if seen.trust_list not in {item.uri for item in trust.claims}:
        doubts.append(f"{seen.trust_list} is not a list of claim signers")
    if seen.signature is None:
        doubts.append("the signing certificate cannot be read")
        return doubts
    usages = seen.signature.usages
    if not usages & trust.usages:
        doubts.append("the signing certificate is not one for claims")
    doubts.extend(
        f"the signing certificate is for {purpose}"
        for usage, purpose in _SINGLE_PURPOSE.items()
        if usage in usages
    )
    return doubts
