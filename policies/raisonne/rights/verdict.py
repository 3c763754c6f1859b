"""Verdicts, their inputs, and clearance as a type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from raisonne.rights.asset import Asset
from raisonne.rights.case import Decision, Ruling
from raisonne.rights.errors import NotClearedError
from raisonne.rights.match import DetectorRun, Match
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.reservation import ReservationInForce
from raisonne.rights.signal import Signal
from raisonne.rights.statement import RightsStatement, Use
from raisonne.rights.term import TermCategory, TermGrade, TermSeverity
from raisonne.rights.work import WorkState


class Outcome(StrEnum):
    """What may happen next."""

    ALLOW = "ALLOW"
    REVIEW = "REVIEW"
    BLOCK = "BLOCK"


class Severity(StrEnum):
    """Weight of one finding."""

    INFO = "INFO"
    REVIEW = "REVIEW"
    BLOCK = "BLOCK"


class Subject(StrEnum):
    """What is being judged."""

    PROMPT = "prompt"
    REFERENCE = "reference"
    UPLOAD = "upload"
    OUTPUT = "output"
    DATASET_ITEM = "dataset-item"


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule's statement about an asset.

    Attributes:
        reason: Stable code from the policy, for example ``OPT_OUT_TRAINING``.
        severity: Its weight.
        clause: Identifier of the policy that decided.
        cites: Legal or contractual ground, as the policy states it.
        works: Works concerned.
        detail: One sentence for a person.
        licence: ``licences/{id}`` that permits the use where the work's own statement does not;
            empty otherwise.
    """

    reason: str
    severity: Severity
    clause: str
    cites: str = ""
    works: tuple[str, ...] = ()
    detail: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class WorkRights:
    """The part of a work's record that the judge and its reader need.

    Attributes:
        work: ``works/{id}``.
        tenant: Owner.
        title: As registered.
        holder: Rights holder's name.
        state: Whether it still protects.
        revision: Of the record that was judged.
        rights: The record's own statement.
        source: Where the registrant's file was, so that a person recognises it.
        reservations: Those of its holder and its collection that count as well, by name.
        licences: What recorded licences grant that counted at the time judged as of.
        disputed: Whether somebody else said, at the time that was judged, that the title is theirs.
    """

    work: str
    tenant: str
    title: str
    holder: str
    state: WorkState
    revision: int
    rights: RightsStatement
    source: str = ""
    reservations: tuple[ReservationInForce, ...] = ()
    licences: tuple[Grant, ...] = ()
    disputed: bool = False


@dataclass(frozen=True, slots=True)
class HolderRights:
    """What a rights holder whom a prompt names has reserved.

    Attributes:
        holder: ``holders/{id}``.
        tenant: Owner of the record.
        display_name: The name that is shown.
        reservations: Those in force, by name.
    """

    holder: str
    tenant: str
    display_name: str
    reservations: tuple[ReservationInForce, ...]


@dataclass(frozen=True, slots=True)
class TermHit:
    """A registered name or a listed term found in a prompt.

    What was stored before there were grades had been found as written, so that is the default.

    Attributes:
        term: As registered or listed.
        work: A work whose holder or title it is; empty for a term of a list and for a holder.
        start: First character in the prompt.
        end: Past the last character.
        grade: How plainly it was written.
        key: What had to be undone to find it, for example ``lookalike`` or ``leet``.
        category: What kind of word it is.
        field: Which text it was found in; empty for the prompt.
        entry: ``terms/{id}`` for a term of a list.
        severity: What a tenant wants of it, for its own list.
        reason: Why it is listed.
        appeal: Where to contest it.
        holder: ``holders/{id}`` for a name of a rights holder.
    """

    term: str
    work: str
    start: int
    end: int
    grade: TermGrade = TermGrade.EXACT
    key: str = ""
    category: TermCategory = TermCategory.ARTIST
    field: str = ""
    entry: str = ""
    severity: TermSeverity | None = None
    reason: str = ""
    appeal: str = ""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """Everything the judge sees; stored, so that each verdict can be replayed.

    Attributes:
        subject: What is judged.
        sha256: Digest of what is judged (bytes, or the UTF-8 prompt).
        tenant: On whose behalf.
        use: What the asset is wanted for.
        territory: ISO 3166-1 alpha-2, or ``*``.
        at: The time the rights are judged as of (UTC).
        matches: What it is like.
        works: Rights of every matched work, and of every work behind a term hit.
        detectors: What ran.
        term_hits: Registered names found in the prompt.
        index_revision: Change-log position that the search saw.
        holders: What the rights holders behind term hits have reserved.
        signals: What the judged file itself says about its rights; empty where it says nothing.
    """

    subject: Subject
    sha256: str
    tenant: str
    use: Use
    territory: str
    at: datetime
    matches: tuple[Match, ...]
    works: tuple[WorkRights, ...]
    detectors: tuple[DetectorRun, ...]
    term_hits: tuple[TermHit, ...]
    index_revision: int
    holders: tuple[HolderRights, ...] = ()
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer, with everything needed to explain and replay it.

    Attributes:
        name: ``verdicts/{id}``.
        outcome: The most severe of the findings.
        findings: Why.
        obligations: What the user must do, for example ``ATTRIBUTE:works/…``.
        policy_revision: SHA-256 of the policy bundle.
        inputs: What the judge saw.
    """

    name: str
    outcome: Outcome
    findings: tuple[Finding, ...]
    obligations: tuple[str, ...]
    policy_revision: str
    inputs: Judgement


@dataclass(frozen=True, slots=True)
class ClearedAsset:
    """An asset that may be released. Only this can be signed or returned.

    Attributes:
        asset: The asset.
        verdict: On exactly its bytes: ALLOW, or REVIEW together with a decision.
        decision: A reviewer's ruling on this verdict that clears it. BLOCK stays BLOCK.

    Raises:
        NotClearedError: If neither allows release, or the verdict speaks of other bytes.
    """

    asset: Asset
    verdict: Verdict
    decision: Decision | None = None

    def __post_init__(self) -> None:
        if self.verdict.outcome is not Outcome.ALLOW and not self._decided():
            raise NotClearedError(f"{self.asset.name} is not cleared: {self.verdict.outcome}.")
        if self.verdict.inputs.sha256 != self.asset.sha256:
            raise NotClearedError("The verdict is about other bytes than the asset's.")
        if self.verdict.inputs.tenant != self.asset.tenant:
            raise NotClearedError("The verdict was given for another tenant.")

    def _decided(self) -> bool:
        return (
            self.verdict.outcome is Outcome.REVIEW
            and self.decision is not None
            and self.decision.verdict == self.verdict.name
            and self.decision.ruling is Ruling.CLEAR
        )
