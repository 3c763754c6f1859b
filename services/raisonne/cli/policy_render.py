"""The shapes of ``raisonne policy``, as JSON and as words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from raisonne.cli.render_hints import alternatives_fields
from raisonne.policy.profiles import PolicyProfile
from raisonne.policy.replay import Difference, Ground, Replay, Ruling
from raisonne.policy.rules import Problem, Rule
from raisonne.policy.suites import Suite, run_suite, survivors
from raisonne.policy.testing import Failure, count_cases
from raisonne.policy.texts import Files, compose, profile_files
from raisonne.runtime.profiles import PROFILES


def lint_fields(files: int, problems: Sequence[Problem]) -> dict[str, Any]:
    """Return what a lint found."""
    return {
        "files": files,
        "problems": [
            {"file": each.file, "policy": each.policy or None, "problem": each.problem}
            for each in problems
        ],
    }


def lint_words(files: int, problems: Sequence[Problem]) -> str:
    """Return the same for a person."""
    lines = [f"{each.where}: {each.problem}" for each in problems]
    return "\n".join([*lines, f"{_counted(files, 'file')}, {_counted(len(problems), 'problem')}"])


@dataclass(frozen=True, slots=True)
class CaseRun:
    """How the cases of some parts turned out.

    Attributes:
        cases: How many there are.
        failures: Those that failed.
        policies: How many policies were removed in turn; None if none was.
        survivors: File and id of policies that no case beside them misses.
    """

    cases: int
    failures: tuple[Failure, ...]
    policies: int | None
    survivors: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, parts: Sequence[Suite], *, mutate: bool) -> CaseRun:
        """Run all cases.

        Args:
            parts: What is tested.
            mutate: Whether policies are removed in turn.

        Raises:
            PolicyError: If policies do not parse or validate.
        """
        failures = tuple(failure for part in parts for failure in run_suite(part))
        readable = [
            {file: text}
            for part in parts
            for file, text in part.cases.items()
            if not any(failure.file == file and not failure.case for failure in failures)
        ]
        cases = sum(count_cases(each) for each in readable)
        if not mutate:
            return cls(cases, failures, None, ())
        removed = sum(
            rule.file in part.policies
            for part in parts
            for rule in part.texts.bundle().rules.values()
        )
        unmissed = tuple(each for part in parts for each in survivors(part))
        return cls(cases, failures, removed, unmissed)

    @property
    def failed(self) -> bool:
        """Whether anything is to be told."""
        return bool(self.failures or self.survivors)

    def fields(self) -> dict[str, Any]:
        """Return it as JSON."""
        shown: dict[str, Any] = {
            "cases": self.cases,
            "failures": [
                {"file": each.file, "case": each.case or None, "problem": each.problem}
                for each in self.failures
            ],
        }
        if self.policies is not None:
            unmissed = [{"file": file, "policy": policy} for file, policy in self.survivors]
            shown |= {"removed": self.policies, "survivors": unmissed}
        return shown

    def words(self) -> str:
        """Return it for a person."""
        lines = [str(each) for each in self.failures]
        lines += [f"{file}: {policy}: no case misses it" for file, policy in self.survivors]
        summary = f"{_counted(self.cases, 'case')}, {len(self.failures)} failed"
        if self.policies is not None:
            summary += f"; {self.policies} removed in turn, {len(self.survivors)} not missed"
        return "\n".join([*lines, summary])


def rule_fields(rule: Rule) -> dict[str, Any]:
    """Return a clause with where it is written."""
    clause = rule.clause
    return {
        "clause": clause.id,
        "reason": clause.reason,
        "effect": rule.effect,
        "outcome": clause.outcome or None,
        "obligation": clause.obligation or None,
        "cites": clause.cites,
        "sentence": clause.sentence,
        "file": rule.file,
        "line": rule.line or None,
    }


def rule_words(rule: Rule) -> str:
    """Return the same for a person."""
    clause = rule.clause
    more = " ".join(filter(None, [clause.outcome, clause.obligation]))
    cites = f"  ({clause.cites})" if clause.cites else ""
    return f"{rule.effect:<6} {clause.id:<34} {clause.reason} {more}  {_place(rule)}{cites}"


def profile_fields(files: Files, profile: PolicyProfile, *, in_force: bool) -> dict[str, Any]:
    """Return a profile with its rules.

    Args:
        files: The bundle's folder.
        profile: Which.
        in_force: Whether the settings name it.

    Raises:
        PolicyError: If its policies do not parse or validate.
    """
    facts = PROFILES[profile]
    own = profile_files(files, profile)
    rules = compose(files, [profile]).bundle().rules.values()
    return {
        "profile": profile.value,
        "in_force": in_force,
        "summary": facts.summary,
        "rules": [rule_fields(rule) for rule in rules if rule.file in own],
        "demands": [demand.sentence for demand in facts.demands],
        "unchecked": list(facts.unchecked),
    }


def profile_words(fields: dict[str, Any]) -> str:
    """Return the same for a person."""
    in_force = "  (in force)" if fields["in_force"] else ""
    lines = [f"{fields['profile']}{in_force}: {fields['summary']}"]
    for rule in fields["rules"]:
        owed = f" owes {rule['obligation']}" if rule["obligation"] else ""
        lines.append(f"    {rule['effect']:<6} {rule['clause']}{owed}: {rule['sentence']}")
    lines += [f"    demands that {each}" for each in fields["demands"]]
    return "\n".join([*lines, *(f"    not checked: {each}" for each in fields["unchecked"])])


def replay_fields(replay: Replay) -> dict[str, Any]:
    """Return a replay: both answers, every difference, and what each finding rests on."""
    return {
        "verdict_name": replay.then.name,
        "same": replay.same,
        "verdict": replay.now.outcome.value,
        "verdict_then": replay.then.outcome.value,
        "policy_revision": replay.now.policy_revision,
        "policy_revision_then": replay.then.policy_revision,
        "differences": [
            {"what": each.what, "then": each.then or None, "now": each.now or None}
            for each in replay.differences
        ],
        "findings": [_ground_fields(ground) for ground in replay.grounds],
        "obligations": list(replay.now.obligations),
        **alternatives_fields(replay.instead),
    }


def replay_words(replay: Replay) -> str:
    """Return the same for a person."""
    then, now = replay.then, replay.now
    answer = "the same answer" if replay.same else "ANOTHER ANSWER"
    lines = [f"{answer}: {now.outcome.value}  {then.name}"]
    lines += [f"    {_difference_words(each)}" for each in replay.differences]
    for ground in replay.grounds:
        finding = ground.finding
        lines.append(f"    {finding.severity.value} {finding.reason}: {finding.detail}")
        where = _place(ground.rule) if ground.rule else "said by the judge, in no text"
        cites = f", cites {finding.cites}" if finding.cites else ""
        lines.append(f"        {finding.clause} ({where}){cites}")
        lines += [f"        {_ruling_words(ruling)}" for ruling in ground.rulings]
    lines += [f"    owes {each}" for each in now.obligations]
    lines += [f"    instead: {replay.instead.sentence}"] if replay.instead.sentence else []
    return "\n".join(lines)


def _ground_fields(ground: Ground) -> dict[str, Any]:
    finding, rule = ground.finding, ground.rule
    return {
        "reason": finding.reason,
        "severity": finding.severity.value,
        "clause": finding.clause,
        "effect": rule.effect if rule else None,
        "file": rule.file if rule else None,
        "line": (rule.line or None) if rule else None,
        "cites": finding.cites,
        "works": list(finding.works),
        "detail": finding.detail,
        "licence": finding.licence or None,
        "decided": [
            {
                "question": ruling.question,
                "subject": ruling.subject,
                "allowed": ruling.allowed,
                "clauses": list(ruling.clauses),
                "errors": list(ruling.errors),
            }
            for ruling in ground.rulings
        ],
    }


def _difference_words(difference: Difference) -> str:
    what = difference.what.replace("_", " ")
    if not difference.then:
        return f"{what} new: {difference.now}"
    if not difference.now:
        return f"{what} gone: {difference.then}"
    return f"{what} was {difference.then}, is {difference.now}"


def _ruling_words(ruling: Ruling) -> str:
    answer = "allowed" if ruling.allowed else "denied"
    by = ", ".join([*ruling.clauses, *ruling.errors]) or "default, as nothing permits it"
    return f"{ruling.question} {ruling.subject}: {answer} by {by}"


def _place(rule: Rule) -> str:
    return f"{rule.file}:{rule.line}" if rule.line else rule.file


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
