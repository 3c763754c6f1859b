"""Replay: a verdict judged again from what it was judged by, with the policies of now.

A verdict keeps everything that the judge saw, so the same policies give the same answer; where the
answer differs, it is the policies that do, and every difference is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from raisonne.policy.alternatives import alternatives
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import judge
from raisonne.policy.recording import RecordingBundle
from raisonne.policy.rules import Rule
from raisonne.rights.alternative import Alternatives
from raisonne.rights.verdict import Finding, Verdict

_MATCHED = frozenset({"use", "screen-match"})
"""The two questions that the findings about a match come from."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was.

    Attributes:
        what: ``policy_revision``, ``outcome``, ``finding`` or ``obligation``.
        then: As the verdict has it; empty where it had none.
        now: As it is judged now; empty where there is none.
    """

    what: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the policies answered to one question of the judge.

    Attributes:
        question: The action that was asked about, for example ``screen-match``.
        subject: The work, the licence that it was asked about under, or the digest of the input
            where no work is concerned.
        allowed: The answer.
        clauses: Ids of the policies that decided; empty for a denial by default.
        errors: What went wrong; anything here is a denial.
    """

    question: str
    subject: str
    allowed: bool
    clauses: tuple[str, ...]
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a finding comes from.

    Attributes:
        finding: The finding.
        rule: The policy that it names, as it stands now; None where no text holds it: it was
            removed since, or the judge itself says it.
        rulings: The answers that it rests on, as they are given now.
    """

    finding: Finding
    rule: Rule | None
    rulings: tuple[Ruling, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """A verdict, and the same judgement made again.

    Attributes:
        then: The verdict as it was given.
        now: As it is judged now, under the same name.
        differences: Everything that is not the same, the policies' revision included.
        grounds: Where each finding of now comes from.
        instead: What would be allowed now instead of what is refused now.
    """

    then: Verdict
    now: Verdict
    differences: tuple[Difference, ...]
    grounds: tuple[Ground, ...]
    instead: Alternatives

    @property
    def same(self) -> bool:
        """Whether the answer is the same: outcome, findings and obligations."""
        return all(each.what == "policy_revision" for each in self.differences)


def replay(verdict: Verdict, bundle: PolicyBundle) -> Replay:
    """Judge again what a verdict was given on.

    Args:
        verdict: As stored.
        bundle: The policies to judge by.

    Raises:
        InputError: If the stored inputs cannot be judged; see ``judge``.
    """
    recording = RecordingBundle.of(bundle)
    now = judge(verdict.inputs, recording, verdict.name)
    rulings = tuple(
        Ruling(
            question=request.action,
            subject=request.resource.id,
            allowed=decision.allowed,
            clauses=tuple(clause.id for clause in decision.clauses),
            errors=decision.errors,
        )
        for request, decision in recording.asked
    )
    grounds = tuple(
        Ground(finding, bundle.rules.get(finding.clause), _resting_on(finding, rulings))
        for finding in now.findings
    )
    instead = alternatives(now, bundle)
    return Replay(verdict, now, tuple(_differences(verdict, now)), grounds, instead)


def _resting_on(finding: Finding, rulings: tuple[Ruling, ...]) -> tuple[Ruling, ...]:
    told = {*finding.works, finding.licence}
    about = [r for r in rulings if r.subject in told or not finding.works]
    named = tuple(r for r in about if finding.clause in r.clauses)
    if named and not any(r.question in _MATCHED for r in named):
        return named
    if finding.works:
        return tuple(r for r in about if r.question in _MATCHED) or tuple(about)
    return tuple(r for r in about if r.errors or not (r.allowed or r.clauses))


def _differences(then: Verdict, now: Verdict) -> Iterator[Difference]:
    if then.policy_revision != now.policy_revision:
        yield Difference("policy_revision", then.policy_revision, now.policy_revision)
    if then.outcome is not now.outcome:
        yield Difference("outcome", then.outcome.value, now.outcome.value)
    yield from _changed("finding", _findings(then), _findings(now))
    given, owed = ({each: each for each in v.obligations} for v in (then, now))
    yield from _changed("obligation", given, owed)


def _findings(verdict: Verdict) -> dict[str, str]:
    """Return findings as text, by what makes two of them the same finding."""
    told: dict[str, list[str]] = {}
    for finding in verdict.findings:
        key = f"{finding.clause} {','.join(finding.works)}"
        cites = f" ({finding.cites})" if finding.cites else ""
        told.setdefault(key, []).append(
            f"{finding.severity} {finding.reason} {key}: {finding.detail}{cites}"
        )
    return {key: " | ".join(sorted(texts)) for key, texts in told.items()}


def _changed(what: str, then: dict[str, str], now: dict[str, str]) -> Iterator[Difference]:
    for key in sorted(then.keys() | now.keys()):
        if then.get(key) != now.get(key):
            yield Difference(what, then.get(key, ""), now.get(key, ""))
