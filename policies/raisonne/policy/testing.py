"""Policy tests: tables of cases in YAML that lie beside the policies they speak of.

Each ``x.cedar`` has an ``x_test.yaml`` with cases of access decisions (``access``) or of verdicts
(``judgements``); what a case leaves out has a harmless default. This module needs PyYAML, which
only those who test policies have to install.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

from raisonne.policy.access import authorise
from raisonne.policy.engine import PolicyBundle, packaged_texts
from raisonne.policy.judge import judge
from raisonne.rights.errors import AccessError
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.principal import Permission, Principal, Role
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Judgement, Subject, TermHit, WorkRights
from raisonne.rights.work import WorkState

_TENANT = "tenant"
_AT = datetime(2026, 6, 1, tzinfo=UTC)
_DETECTORS: Mapping[str, str] = {"exact": "EXECUTED", "perceptual": "EXECUTED"}


def run_policy_tests(bundle: PolicyBundle, under: str = "") -> list[str]:
    """Run the packaged cases against a bundle.

    Args:
        bundle: The policies to test.
        under: Run only the cases of files whose name begins so, for example ``rights/``.

    Returns:
        One sentence for each case that failed; empty if all passed.
    """
    failures: list[str] = []
    for where, kind, case in _packaged_cases():
        if not where.startswith(under):
            continue
        got = _access(bundle, case) if kind == "access" else _verdict(bundle, case)
        failures.extend(_differences(where, case["expect"], got))
    return failures


@cache
def _packaged_cases() -> tuple[tuple[str, str, Mapping[str, Any]], ...]:
    """Return file and name, kind and content of each case."""
    import yaml  # noqa: PLC0415 - only needed where policies are tested

    return tuple(
        (f"{file}: {case['name']}", kind, case)
        for file, text in packaged_texts("_test.yaml")
        for kind, cases in yaml.safe_load(text).items()
        for case in cases
    )


def _differences(
    where: str, expected: Mapping[str, Any], got: Mapping[str, object]
) -> Iterator[str]:
    for key, value in got.items():
        wanted = expected.get(key, [])
        if value != wanted:
            yield f"{where}: {key} is {value!r}, expected {wanted!r}."


def _access(bundle: PolicyBundle, case: Mapping[str, Any]) -> dict[str, object]:
    principal = Principal("user", _TENANT, frozenset(Role(role) for role in case["roles"]))
    tenant = case.get("resource_tenant", _TENANT)
    permitted: list[str] = []
    refusals: set[str] = set()
    for permission in case.get("permissions", list(Permission)):
        try:
            authorise(bundle, principal, Permission(permission), tenant)
        except AccessError as error:
            refusals.update(filter(None, error.metadata["clauses"].split(",")))
        else:
            permitted.append(str(permission))
    return {"permitted": permitted, "refused_by": sorted(refusals)}


def _verdict(bundle: PolicyBundle, case: Mapping[str, Any]) -> dict[str, object]:
    verdict = judge(_judgement(case), bundle, "verdicts/test")
    return {
        "outcome": verdict.outcome.value,
        "findings": [f"{f.severity} {f.reason} {f.clause}" for f in verdict.findings],
        "obligations": list(verdict.obligations),
    }


def _judgement(case: Mapping[str, Any]) -> Judgement:
    works = [
        _work(f"works/{position}", work) for position, work in enumerate(case.get("works", ()))
    ]
    names = [work.work for work in works] + case.get("unknown_works", [])
    scores = case.get("scores", [1.0] * len(names))
    mechanism = Mechanism(case.get("mechanism", Mechanism.PERCEPTUAL))
    detectors = case.get("detectors", _DETECTORS)
    return Judgement(
        subject=Subject(case.get("subject", Subject.UPLOAD)),
        sha256="0" * 64,
        tenant=_TENANT,
        use=Use(case.get("use", Use.DISPLAY)),
        territory=case.get("territory", WORLD),
        at=case.get("at", _AT),
        matches=tuple(
            _match(name, score, mechanism) for name, score in zip(names, scores, strict=True)
        ),
        works=tuple(works),
        detectors=tuple(_detector(name, state) for name, state in detectors.items()),
        term_hits=tuple(TermHit(term, work, 0, 1) for term, work in case.get("terms", {}).items()),
        index_revision=1,
    )


def _work(name: str, given: Mapping[str, Any]) -> WorkRights:
    rights = RightsStatement(
        uses=frozenset(Use(use) for use in given.get("uses", ())),
        reservations=frozenset(ReservationKind(kind) for kind in given.get("reservations", ())),
        territories=frozenset(given.get("territories", [WORLD])),
        valid_from=given.get("valid_from"),
        valid_until=given.get("valid_until"),
        embargo_until=given.get("embargo_until"),
        attribution=given.get("attribution", False),
    )
    state = WorkState(given.get("state", WorkState.REGISTERED))
    return WorkRights(name, given.get("tenant", _TENANT), "Title", "Holder", state, 1, rights)


def _match(work: str, score: float, mechanism: Mechanism) -> Match:
    return Match(work, "assets/1", mechanism, "test-v1", 1.0, 0.9, score)


def _detector(name: str, given: str) -> DetectorRun:
    state, _, reason = given.partition(" ")
    return DetectorRun(name, "v1", DetectorState(state), reason)
