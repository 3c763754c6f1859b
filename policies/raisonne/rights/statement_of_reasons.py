"""The statement of reasons of a restriction, from what is stored about it and from nothing else.

Regulation (EU) 2022/2065 (DSA) Art. 17(3). Who sent a notice is left out: Art. 17(3)(b) asks for it
only where it is strictly necessary.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from raisonne.rights.case import Case, CaseState, Decision, Ruling
from raisonne.rights.case_reason import reason_text
from raisonne.rights.notice import CounterNotice, Notice
from raisonne.rights.statement import WORLD
from raisonne.rights.verdict import Severity, Verdict

COMPLAINT_MONTHS = 6
"""How long a ruling can be contested, DSA Art. 20(1)."""


class Restriction(StrEnum):
    """What a ruling does to content."""

    NOT_RELEASED = "NOT_RELEASED"
    RECALLED = "RECALLED"
    WITHDRAWN = "WITHDRAWN"


_RESTRICTIONS = {
    Restriction.NOT_RELEASED: "the artwork is not released",
    Restriction.RECALLED: "the artwork was recalled and cannot be downloaded any more",
    Restriction.WITHDRAWN: "the work was withdrawn from the registry, where it matches nothing",
}


@dataclass(frozen=True, slots=True)
class Ground:
    """A legal or contractual ground.

    Attributes:
        clause: Of the policy that found it, or ``notice`` for what a notice asserts.
        reason: Stable code.
        cites: The law or the contract, as the policy states it.
        detail: One sentence.
    """

    clause: str
    reason: str
    cites: str
    detail: str


@dataclass(frozen=True, slots=True)
class StatementOfReasons:
    """Why content was restricted.

    Attributes:
        case: ``cases/{id}``.
        content: ``generations/{id}`` or ``works/{id}``.
        restriction: What was done.
        territory: Where: ISO 3166-1 alpha-2, or ``*``.
        start_time: Since when (UTC).
        end_time: Until when (UTC); None where no end is set.
        reason: Code of the ruling.
        note: The reviewer's words; may be empty.
        facts: What the ruling rests on, one sentence each.
        notice: ``notices/{id}`` that led to it; empty for an investigation of one's own.
        automated_detection: Whether automated means found the content or were used to compare it.
        automated_decision: Whether automated means decided.
        grounds: Legal or contractual grounds.
        policy_revision: Of the policies that found them; empty where nothing was judged.
        redress: What can be done against it, one sentence each.
        complaint_until: Until when it can be contested here (UTC).
    """

    case: str
    content: str
    restriction: Restriction
    territory: str
    start_time: datetime
    end_time: datetime | None
    reason: str
    note: str
    facts: tuple[str, ...]
    notice: str
    automated_detection: bool
    automated_decision: bool
    grounds: tuple[Ground, ...]
    policy_revision: str
    redress: tuple[str, ...]
    complaint_until: datetime


def complaint_until(decided: datetime) -> datetime:
    """Return the end of the six months in which a ruling can be contested.

    It is the same day of the month six months later, or that month's last day where it has none.

    Args:
        decided: When it was decided.
    """
    months = decided.month - 1 + COMPLAINT_MONTHS
    year, month = decided.year + months // 12, months % 12 + 1
    day = min(decided.day, calendar.monthrange(year, month)[1])
    return decided.replace(year=year, month=month, day=day)


def statement_of_reasons(
    case: Case,
    verdict: Verdict | None,
    notice: Notice | None,
    counter: CounterNotice | None,
    *,
    recalled: bool,
) -> StatementOfReasons:
    """Return the statement for a ruling that restricts content.

    Args:
        case: As stored.
        verdict: That it was opened with; None where nothing could be judged.
        notice: That opened it; None if none did.
        counter: That contests it; None if there is none.
        recalled: Whether the artwork had been released before it was refused.

    Raises:
        ValueError: If the case is open, or its ruling restricts no content.
    """
    decision, content = case.decision, case.generation or case.work
    decided = case.state is CaseState.DECIDED and bool(content)
    if not decided or decision is None or decision.ruling is not Ruling.REFUSE:
        raise ValueError(f"{case.name} restricts no content")
    restriction = Restriction.RECALLED if recalled else Restriction.NOT_RELEASED
    if case.work:
        restriction = Restriction.WITHDRAWN
    return StatementOfReasons(
        case=case.name,
        content=content,
        restriction=restriction,
        # What is taken down is gone wherever somebody asks for it.
        territory=WORLD,
        start_time=case.confirm_time or decision.decide_time,
        end_time=case.restore_time,
        reason=decision.reason,
        note=decision.note,
        facts=_facts(case, verdict, notice, decision),
        notice=case.notice,
        automated_detection=verdict is not None,
        automated_decision=False,
        grounds=_grounds(verdict, notice),
        policy_revision=verdict.policy_revision if verdict else "",
        redress=_redress(case, notice, counter, complaint_until(decision.decide_time)),
        complaint_until=complaint_until(decision.decide_time),
    )


def statement_text(statement: StatementOfReasons) -> str:
    """Return a statement as a text for the person whose content is restricted."""
    ends = f"until {_when(statement.end_time)}" if statement.end_time else "with no end set"
    where = "everywhere" if statement.territory == WORLD else f"in {statement.territory}"
    origin = f"A notice led to it ({statement.notice})." if statement.notice else _OWN_INITIATIVE
    means = (
        "Automated means were used to compare the content with registered works."
        if statement.automated_detection
        else "No automated means were used to detect or compare the content."
    )
    decided = (
        "It was decided by automated means."
        if statement.automated_decision
        else "A person decided; no automated means did."
    )
    lines = [
        "STATEMENT OF REASONS (Regulation (EU) 2022/2065, Article 17)",
        "",
        f"Case: {statement.case}",
        f"Content: {statement.content}",
        (
            f"Restriction: {_RESTRICTIONS[statement.restriction]}, {where}, "
            f"since {_when(statement.start_time)}, {ends}."
        ),
        f"Reason: {reason_text(statement.reason)} [{statement.reason}]",
        *([f"The reviewer wrote: {statement.note}"] if statement.note else []),
        *_section("Facts and circumstances", [*statement.facts, origin]),
        *_section("Automated means", [means, decided]),
        *_section("Grounds", [_ground_words(ground) for ground in statement.grounds]),
        *_section("What you can do", list(statement.redress)),
    ]
    if statement.policy_revision:
        lines += ["", f"Policies: revision {statement.policy_revision}"]
    return "\n".join(lines)


_OWN_INITIATIVE = "No notice led to it; the operator looked into it on its own initiative."


def _facts(
    case: Case, verdict: Verdict | None, notice: Notice | None, decision: Decision
) -> tuple[str, ...]:
    facts = []
    if notice is not None:
        facts.append(
            f"A notice was received on {_when(notice.receive_time)}; "
            f"it asserts an infringement of {_BASES[notice.basis.value]}."
        )
    facts.append(f"The case was opened on {_when(case.create_time)} as {case.kind.value}.")
    if verdict is None:
        facts.append(f"The content could not be judged anew: {case.unjudged}")
    else:
        facts.append(f"Screening answered {verdict.outcome.value} ({verdict.name}).")
        facts += _likenesses(verdict)
    facts.append(f"It was decided on {_when(decision.decide_time)}.")
    return tuple(facts)


def _likenesses(verdict: Verdict) -> list[str]:
    """Return a sentence for each work that the content is like, by its most certain match."""
    titles = {work.work: work.title for work in verdict.inputs.works}
    best: dict[str, str] = {}
    for match in sorted(verdict.inputs.matches, key=lambda one: -one.score):
        title = titles.get(match.work)
        named = f"{match.work} ({title})" if title else match.work
        sentence = (
            f"It matches {named} by {match.mechanism.value}, with a certainty of {match.score:.3f}."
        )
        best.setdefault(match.work, sentence)
    return list(best.values())


def _grounds(verdict: Verdict | None, notice: Notice | None) -> tuple[Ground, ...]:
    grounds = []
    if notice is not None:
        right, cites = _BASES[notice.basis.value], "Regulation (EU) 2022/2065 Art. 16"
        if notice.basis.value == "COPYRIGHT":
            cites += "; 17 U.S.C. 512(c)"
        where = "everywhere" if notice.territory == WORLD else f"in {notice.territory}"
        detail = f"The notice asserts {right} {where}."
        grounds.append(Ground("notice", notice.basis.value, cites, detail))
    for finding in verdict.findings if verdict else ():
        if finding.severity is not Severity.INFO:
            ground = Ground(finding.clause, finding.reason, finding.cites, finding.detail)
            grounds.append(ground)
    return tuple(dict.fromkeys(grounds))


def _redress(
    case: Case, notice: Notice | None, counter: CounterNotice | None, until: datetime
) -> tuple[str, ...]:
    ways = []
    if case.restore_time is not None:
        ways.append(f"Nothing is needed: it was restored on {_when(case.restore_time)}.")
    if not case.appeals:
        ways.append(
            f"You can contest this ruling free of charge until {_when(until)} (Article 20): "
            f"raisonne review appeal {case.name} --reason TEXT. Another person will decide."
        )
    if counter is not None:
        ways.append(
            f"A counter-notice was received on {_when(counter.receive_time)}; unless the notifier "
            f"goes to court, the content is restored between {_when(counter.restore_from)} and "
            f"{_when(counter.restore_until)}."
        )
    elif notice is not None and notice.basis.value == "COPYRIGHT":
        ways.append(
            "You can send a counter-notice (17 U.S.C. 512(g)(3)): "
            f"raisonne notice counter {case.name}."
        )
    ways.append("You can turn to a certified body for out-of-court settlement (Article 21).")
    ways.append("You can go to court.")
    return tuple(ways)


_BASES = {
    "COPYRIGHT": "copyright",
    "TRADEMARK": "a trademark",
    "PERSONALITY_RIGHT": "a personality right",
    "OTHER": "another right",
}


def _section(title: str, sentences: list[str]) -> list[str]:
    if not sentences:
        return []
    return ["", f"{title}:", *(f"- {sentence}" for sentence in sentences)]


def _ground_words(ground: Ground) -> str:
    cites = f" ({ground.cites})" if ground.cites else ""
    return f"{ground.reason}{cites}: {ground.detail} [{ground.clause}]"


def _when(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"
