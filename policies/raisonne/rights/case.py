"""Cases: what a person has to decide, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CaseKind(StrEnum):
    """Why somebody has to decide."""

    SCREENING = "SCREENING"
    RETROACTIVE = "RETROACTIVE"
    NOTICE = "NOTICE"
    APPEAL = "APPEAL"
    TITLE_DISPUTE = "TITLE_DISPUTE"


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "OPEN"
    PENDING_SECOND = "PENDING_SECOND"
    DECIDED = "DECIDED"


class Ruling(StrEnum):
    """What a reviewer ruled about the asset of a case."""

    CLEAR = "CLEAR"
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True)
class Decision:
    """A reviewer's ruling. It overrides a verdict for one asset and never edits it.

    Attributes:
        case: ``cases/{id}``.
        verdict: ``verdicts/{id}`` that it rules on; empty where nothing could be judged.
        ruling: What was ruled.
        reason: Stable code, for example ``LICENSED``.
        note: The reviewer's words.
        decided_by: Principal id.
        decide_time: When (UTC).
    """

    case: str
    verdict: str
    ruling: Ruling
    reason: str
    note: str
    decided_by: str
    decide_time: datetime


@dataclass(frozen=True, slots=True)
class Case:
    """Something that was held for a person.

    Attributes:
        name: ``cases/{id}``.
        tenant: Owner.
        verdict: ``verdicts/{id}`` that asked for review; empty where the bytes could not be
            judged, and ``unjudged`` says why.
        generation: ``generations/{id}`` that is held, or that was released before; empty for a
            checked upload.
        state: Where it stands.
        decision: What was decided, or proposed while a second person has to agree; None while open.
        create_time: When it was opened (UTC).
        kind: Why somebody has to decide.
        notice: ``notices/{id}`` that opened it; empty if none did.
        work: ``works/{id}`` of this tenant that a notice is against; empty if none is.
        unjudged: Why there is no verdict; empty where there is one.
        stay_down: ``works/{id}`` that its ruling registered, so that what was taken down is found
            when it comes again; empty if none was.
        appeals: ``cases/{id}`` whose ruling this one contests; empty if none.
        restore_time: When what its ruling took down was restored (UTC), if it was.
        leased_to: Principal id of who works on it; empty if nobody does.
        lease_until: Until when nobody else may decide it (UTC); None if nobody works on it.
        confirmed_by: Principal id of the second person who agreed; empty if none was needed.
        confirm_time: When they did (UTC).
        wants_stay_down: Whether the ruling that is proposed registers what it takes down.
        dispute: ``disputes/{id}`` that is to be settled; empty if none is.
    """

    name: str
    tenant: str
    verdict: str
    generation: str
    state: CaseState
    decision: Decision | None
    create_time: datetime
    kind: CaseKind = CaseKind.SCREENING
    notice: str = ""
    work: str = ""
    unjudged: str = ""
    stay_down: str = ""
    appeals: str = ""
    restore_time: datetime | None = None
    leased_to: str = ""
    lease_until: datetime | None = None
    confirmed_by: str = ""
    confirm_time: datetime | None = None
    wants_stay_down: bool = False
    dispute: str = ""
