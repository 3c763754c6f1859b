"""What a content credential says and what reading one found (C2PA's words)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ValidationState(StrEnum):
    """C2PA validation states, and ``NONE`` where there is no manifest."""

    TRUSTED = "Trusted"
    VALID = "Valid"
    INVALID = "Invalid"
    NONE = "None"


class CredentialVerdict(StrEnum):
    """One word for a reviewer; part of the command-line contract."""

    INTACT_TRUSTED = "intact_trusted"
    INTACT_UNTRUSTED = "intact_untrusted"
    INTACT_TIME_UNPROVEN = "intact_time_unproven"
    INTACT_CREDENTIAL_EXPIRED = "intact_credential_expired"
    INTACT_IDENTITY_PROBLEM = "intact_identity_problem"
    INGREDIENT_INVALID = "ingredient_invalid"
    TAMPERED = "tampered"
    SIGNER_REVOKED = "signer_revoked"
    MALFORMED = "malformed"
    UNSUPPORTED = "unsupported"
    NO_CREDENTIAL = "no_credential"
    REMOTE_NOT_FETCHED = "remote_not_fetched"
    RECOVERED_NOT_BIT_IDENTICAL = "recovered_not_bit_identical"


@dataclass(frozen=True, slots=True)
class CreationStatement:
    """What the credential of a newly made artwork says.

    Attributes:
        title: File title.
        engine_name: Software agent.
        engine_version: Its version.
        digital_source_type: Last segment of the IPTC digital source type.
        description: One sentence on what made it.
        when: Time of creation (UTC).
        prompt_sha256: Digest of the prompt; the text stays out of the file.
        seed: As used.
        training_mining: CAWG entries, label suffix to use, for example
            ``{"ai_training": "notAllowed"}``.
        verdict: ``verdicts/{id}``.
        policy_revision: Bundle the verdict was given under.
        index_revision: Registry position the check saw.
    """

    title: str
    engine_name: str
    engine_version: str
    digital_source_type: str
    description: str
    when: datetime
    prompt_sha256: str
    seed: int
    training_mining: Mapping[str, str]
    verdict: str
    policy_revision: str
    index_revision: int


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A file with its credential embedded.

    Attributes:
        data: The whole file.
        manifest: The manifest store as embedded (JUMBF bytes).
        label: URN of the active manifest.
    """

    data: bytes
    manifest: bytes
    label: str


@dataclass(frozen=True, slots=True)
class CredentialReport:
    """What reading one file's credential found.

    Attributes:
        verdict: The one word.
        validation_state: As c2pa-rs says.
        reasons: Codes and facts behind the verdict.
        label: Active manifest; empty where none.
        signer: Subject of the signing certificate; empty where none.
        trust_list: URI of the list that the signer was found in; empty where none.
        time_proven: Whether a trusted time-stamp proves when it was signed.
        claim_generator: Product that made the claim.
        actions: C2PA action labels in order.
        digital_source_types: Full IPTC URIs found in the actions.
        training_mining: CAWG or C2PA entries found, full label to use.
    """

    verdict: CredentialVerdict
    validation_state: ValidationState
    reasons: tuple[str, ...] = ()
    label: str = ""
    signer: str = ""
    trust_list: str = ""
    time_proven: bool = False
    claim_generator: str = ""
    actions: tuple[str, ...] = ()
    digital_source_types: tuple[str, ...] = ()
    training_mining: Mapping[str, str] = field(default_factory=dict)

    @property
    def generated_by_ai(self) -> bool:
        """Whether the credential says that a trained or other algorithm made the media."""
        made = {"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"}
        return any(uri.rsplit("/", 1)[-1] in made for uri in self.digital_source_types)
