"""Lint: everything that is wrong with the texts of a bundle, not only what stops it first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cedarpy

from raisonne.policy.engine import PROFILES
from raisonne.policy.recording import RecordingBundle
from raisonne.policy.rules import SCHEMA, Problem, Rule, parse_schema, read_rules
from raisonne.policy.suites import Suite, cases_beside
from raisonne.policy.testing import run_cases
from raisonne.policy.texts import OVERLAYS

LINE_WIDTH, INDENT = 100, 2
"""How policies are formatted."""

_SECTIONS = frozenset({"access", "rights", "screening"})


def lint(suite: Suite) -> list[Problem]:
    """Return all problems of one part of a bundle, by file and policy.

    Every text parses and fits the schema; annotations are known and complete; ids are unique and
    begin with the name of their folder or profile; policies say something for a person, are
    formatted, and each decides some case beside it.
    """
    try:
        schema = parse_schema(suite.texts.schema)
    except ValueError as error:
        return [Problem(SCHEMA, "", " ".join(str(error).split()))]
    read: dict[str, list[Rule]] = {}
    problems: list[Problem] = []
    for file, text in suite.texts.policies.items():
        found, wrong = read_rules(file, text, schema)
        read[file] = [rule for rule, _ in found]
        if file in suite.policies:
            problems += [*wrong, *_badly_formatted(file, text), *_wordless(read[file])]
    problems += _ambiguous(suite, read)
    problems += _untested(suite, read, broken=_is_broken(suite, schema))
    return sorted(problems, key=lambda each: (each.file, each.policy, each.problem))


def _badly_formatted(file: str, text: str) -> Iterator[Problem]:
    try:
        formatted = cedarpy.format_policies(text, LINE_WIDTH, INDENT).rstrip("\n") + "\n"
    except ValueError:
        return  # It does not parse, and that is told already.
    if formatted != text:
        lines = zip(formatted.splitlines(), text.splitlines(), strict=False)
        same = next((n for n, (a, b) in enumerate(lines) if a != b), None)
        where = f"from line {same + 1}" if same is not None else "at its end"
        yield Problem(file, "", f"it is not formatted as 'cedar format' does, {where}")


def _wordless(rules: list[Rule]) -> Iterator[Problem]:
    for rule in rules:
        clause = rule.clause
        silent = clause.outcome == "NONE" or rule.file.startswith("access/")
        if not clause.sentence and not silent:
            yield Problem(rule.file, clause.id, "@sentence is missing")


def _ambiguous(suite: Suite, read: dict[str, list[Rule]]) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    # A part's own files come last: it is they that take a name which is in use.
    for file in sorted(read, key=lambda each: (each in suite.policies, each)):
        for name in (rule.clause.id for rule in read[file]):
            if name in seen and file in suite.policies:
                yield Problem(file, name, f"the id is used in {seen[name]} too")
            seen.setdefault(name, file)
            owner = _owner(file)
            if file in suite.policies and owner and not name.startswith(f"{owner}."):
                yield Problem(file, name, f"the id has to begin with {owner!r} and a point")


def _owner(file: str) -> str:
    """Return what ids in a file begin with; nothing is demanded of an overlay's."""
    parts = file.split("/")
    if file.startswith(OVERLAYS):
        return ""
    if file.startswith(PROFILES):
        return parts[1]
    return parts[0] if parts[0] in _SECTIONS else ""


def _is_broken(suite: Suite, schema: Any) -> bool:
    return any(read_rules(file, text, schema)[1] for file, text in suite.texts.policies.items())


def _untested(suite: Suite, read: dict[str, list[Rule]], *, broken: bool) -> Iterator[Problem]:
    names = [rule.clause.id for rules in read.values() for rule in rules]
    runnable = not broken and len(names) == len(set(names))
    bundle = suite.texts.bundle() if runnable else None
    for file in suite.policies:
        beside = cases_beside(file)
        if beside not in suite.cases:
            yield Problem(file, "", f"there are no cases beside it, in {beside}")
        elif bundle is not None:
            recording = RecordingBundle.of(bundle)
            failures = run_cases(recording, {beside: suite.cases[beside]})
            unreadable = [each for each in failures if not each.case]
            yield from (Problem(beside, "", each.problem) for each in unreadable)
            for rule in () if unreadable else read[file]:
                if rule.clause.id not in recording.decided():
                    yield Problem(file, rule.clause.id, "it decides no case beside it")
    for beside in suite.cases.keys() - {cases_beside(file) for file in suite.policies}:
        yield Problem(beside, "", "there are no policies beside it")
