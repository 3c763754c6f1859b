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


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "OPEN"
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
        verdict: ``verdicts/{id}`` that it rules on.
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
        verdict: ``verdicts/{id}`` that asked for review.
        generation: ``generations/{id}`` that is held, or that was released before; empty for a
            checked upload.
        state: Where it stands.
        decision: What was decided; None while open.
        create_time: When it was opened (UTC).
        kind: Why somebody has to decide.
    """

    name: str
    tenant: str
    verdict: str
    generation: str
    state: CaseState
    decision: Decision | None
    create_time: datetime
    kind: CaseKind = CaseKind.SCREENING
