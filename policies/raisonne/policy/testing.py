"""Policy tests: tables of cases in YAML that lie beside the policies they speak of.

Each ``x.cedar`` has an ``x_test.yaml`` with cases of access decisions (``access``) or of verdicts
(``judgements``); what a case leaves out has a harmless default.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from raisonne.policy.access import authorise
from raisonne.policy.engine import PolicyBundle, packaged_texts
from raisonne.policy.judge import judge
from raisonne.policy.texts import CASES, Files
from raisonne.rights.errors import AccessError, InputError
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism
from raisonne.rights.principal import Permission, Principal, Role
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.reservation import ReservationInForce, ReservationScope
from raisonne.rights.signal import RESERVED_USES, Dialect, Signal, SignalState
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.term import TermCategory, TermGrade, TermSeverity
from raisonne.rights.verdict import HolderRights, Judgement, Subject, TermHit, WorkRights
from raisonne.rights.work import WorkState

MAX_CASES = 10_000
"""Cases in one file."""

_TENANT = "tenant"
_AT = datetime(2026, 6, 1, tzinfo=UTC)
_DETECTORS: Mapping[str, str] = {"exact": "EXECUTED", "perceptual": "EXECUTED"}
_KEYS = {
    "access": frozenset({"name", "roles", "resource_tenant", "permissions", "expect"}),
    "judgements": frozenset(
        {
            "name", "subject", "use", "territory", "at", "works", "unknown_works", "scores",
            "mechanism", "detectors", "terms", "holders", "signals", "expect",
        }
    ),
}  # fmt: skip
_EXPECTED = {
    "access": frozenset({"permitted", "refused_by"}),
    "judgements": frozenset({"outcome", "findings", "obligations"}),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that did not turn out as it says, or that says nothing that could be run.

    Attributes:
        file: The file of cases.
        case: Name of the case; empty if the whole file is meant.
        problem: What was expected and what was got.
    """

    file: str
    case: str
    problem: str

    def __str__(self) -> str:
        """Return all of it as one sentence."""
        where = f"{self.file}: {self.case}" if self.case else self.file
        return f"{where}: {self.problem}"


def run_policy_tests(bundle: PolicyBundle, under: str = "") -> list[str]:
    """Run the packaged cases, but for those of the profiles, against a bundle.

    Args:
        bundle: The policies to test.
        under: Run only the cases of files whose name begins so, for example ``rights/``.

    Returns:
        One sentence for each case that failed; empty if all passed.
    """
    cases = {name: text for name, text in packaged_texts(CASES) if name.startswith(under)}
    return [str(failure) for failure in run_cases(bundle, cases)]


def run_cases(bundle: PolicyBundle, cases: Files) -> list[Failure]:
    """Run cases against a bundle.

    Args:
        bundle: The policies to test.
        cases: Texts of cases by file name.

    Returns:
        Everything that failed; empty if all passed.
    """
    failures: list[Failure] = []
    for file, text in sorted(cases.items()):
        try:
            read = _read(text)
        except ValueError as error:
            failures.append(Failure(file, "", " ".join(str(error).split())))
            continue
        for kind, case in read:
            name = str(case["name"])
            failures.extend(Failure(file, name, each) for each in _run(bundle, kind, case))
    return failures


def count_cases(cases: Files) -> int:
    """Return how many cases there are in the files that can be read.

    Raises:
        ValueError: If one of them cannot.
    """
    return sum(len(_read(text)) for text in cases.values())


@cache
def _read(text: str) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Return kind and content of each case in a file.

    Raises:
        ValueError: If it holds something else.
    """
    import yaml  # noqa: PLC0415 - only needed where policies are tested

    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"it is no YAML: {error}") from error
    if not isinstance(document, dict) or not document.keys() <= _KEYS.keys():
        raise ValueError(f"it holds lists named {' or '.join(sorted(_KEYS))}, and nothing else")
    found: list[tuple[str, Mapping[str, Any]]] = []
    for kind, cases in document.items():
        for case in cases or ():
            if not isinstance(case, dict) or not {"name", "expect"} <= case.keys():
                raise ValueError(f"a case of {kind} has no name or expects nothing")
            _require_known(f"{case['name']}", case.keys() - _KEYS[kind])
            _require_known(f"{case['name']}: expect", case["expect"].keys() - _EXPECTED[kind])
            found.append((kind, case))
    if len(found) > MAX_CASES:
        raise ValueError(f"it holds more than {MAX_CASES:,} cases")
    return tuple(found)


def _require_known(where: str, unknown: set[str]) -> None:
    if unknown:
        raise ValueError(f"{where}: {min(map(str, unknown))!r} is unknown")


def _run(bundle: PolicyBundle, kind: str, case: Mapping[str, Any]) -> Iterator[str]:
    try:
        got = _access(bundle, case) if kind == "access" else _verdict(bundle, case)
    except (AttributeError, InputError, KeyError, TypeError, ValueError) as error:
        yield f"the case cannot be run: {error!r}."
        return
    for key, value in got.items():
        wanted = case["expect"].get(key, [])
        if value != wanted:
            yield f"{key} is {value!r}, expected {wanted!r}."


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
        term_hits=tuple(_hit(term, given) for term, given in case.get("terms", {}).items()),
        index_revision=1,
        holders=tuple(
            _holder(f"holders/{position}", kinds)
            for position, kinds in enumerate(case.get("holders", ()))
        ),
        signals=tuple(_signal(given) for given in case.get("signals", ())),
    )


def _signal(given: Mapping[str, Any]) -> Signal:
    reserved = frozenset(ReservationKind(kind) for kind in given.get("reserved", ()))
    denied = frozenset(Use(use) for use in given.get("prohibited", ()))
    return Signal(
        dialect=Dialect(given.get("dialect", Dialect.PLUS_DATA_MINING)),
        source="XMP packet",
        seen_time=_AT,
        sha256="0" * 64,
        state=SignalState(given.get("state", SignalState.READ)),
        reserved=reserved,
        prohibited=denied.union(*(RESERVED_USES[kind] for kind in reserved)),
    )


def _holder(name: str, kinds: Sequence[str]) -> HolderRights:
    """Return a rights holder who has reserved these kinds of all works."""
    reserved = frozenset(ReservationKind(kind) for kind in kinds)
    made = ReservationInForce(
        "reservations/0", ReservationScope.HOLDER, name, "Holder", reserved, _AT
    )
    return HolderRights(name, _TENANT, "Holder", (made,) if reserved else ())


def _hit(term: str, given: str | Mapping[str, Any]) -> TermHit:
    """Return a hit on a work; where a mapping says so, on a holder or on a term of a list."""
    if isinstance(given, str):
        return TermHit(term, given, 0, 1)
    severity = given.get("severity")
    return TermHit(
        term,
        given.get("work", ""),
        0,
        1,
        TermGrade(given.get("grade", TermGrade.EXACT)),
        category=TermCategory(given.get("category", TermCategory.ARTIST)),
        entry="" if given.keys() & {"work", "holder"} else "terms/1",
        severity=None if severity is None else TermSeverity(severity),
        holder=given.get("holder", ""),
    )


def _work(name: str, given: Mapping[str, Any]) -> WorkRights:
    rights = _statement(given)
    state = WorkState(given.get("state", WorkState.REGISTERED))
    licences = tuple(
        _grant(f"{name.replace('works', 'licences')}-{position}", licence)
        for position, licence in enumerate(given.get("licences", ()))
    )
    return WorkRights(
        name,
        given.get("tenant", _TENANT),
        "Title",
        "Holder",
        state,
        1,
        rights,
        licences=licences,
        disputed=given.get("disputed", False),
    )


def _grant(name: str, given: Mapping[str, Any]) -> Grant:
    rights = _statement(given)
    return Grant(
        licence=name,
        identifier=rights.licence or "LicenseRef-Test",
        uses=rights.uses,
        territories=rights.territories,
        valid_from=rights.valid_from,
        valid_until=rights.valid_until,
        attribution=rights.attribution,
        fee=given.get("fee", False),
        releases=frozenset(ReservationKind(kind) for kind in given.get("releases", ())),
        effective_time=given.get("effective_time", datetime.min.replace(tzinfo=UTC)),
        end_time=given.get("end_time"),
    )


def _statement(given: Mapping[str, Any]) -> RightsStatement:
    return RightsStatement(
        uses=frozenset(Use(use) for use in given.get("uses", ())),
        reservations=frozenset(ReservationKind(kind) for kind in given.get("reservations", ())),
        territories=frozenset(given.get("territories", [WORLD])),
        valid_from=given.get("valid_from"),
        valid_until=given.get("valid_until"),
        embargo_until=given.get("embargo_until"),
        attribution=given.get("attribution", False),
        licence=given.get("licence", ""),
    )


def _match(work: str, score: float, mechanism: Mechanism) -> Match:
    return Match(work, "assets/1", mechanism, "test-v1", 1.0, 0.9, score)


def _detector(name: str, given: str) -> DetectorRun:
    state, _, reason = given.partition(" ")
    return DetectorRun(name, "v1", DetectorState(state), reason)
