"""What ``doctor`` examines: every part is exercised, nothing is assumed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from raisonne.app.rules_in_force import applies
from raisonne.fingerprint.conformance import conformance_selftest
from raisonne.rights.errors import RaisonneError
from raisonne.rights.work import WorkState
from raisonne.runtime.wiring import Service, missing_files

_ROWS_COMPARED = 20_000
"""Fingerprints in force up to which each is compared with the catalogue."""


class CheckState(StrEnum):
    """How one examination ended."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One examination.

    Attributes:
        name: Part examined.
        state: How it ended.
        detail: Facts for a person.
    """

    name: str
    state: CheckState
    detail: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All examinations, and what is installed."""

    checks: tuple[HealthCheck, ...]
    engines: Mapping[str, str]
    embedders: Mapping[str, str]
    index: Mapping[str, Any]

    @property
    def failed(self) -> bool:
        """Whether anything failed."""
        return any(check.state is CheckState.FAIL for check in self.checks)


def diagnose(service: Service) -> Diagnosis:
    """Examine an open service; examinations read and never change anything but wait-free logs."""
    checks = (
        _examine("settings", lambda: _settings(service)),
        _examine("database", lambda: _database(service)),
        _examine("ledger", lambda: _ledger(service)),
        _examine("index", lambda: _index(service)),
        _examine("policies", lambda: _policies(service)),
        _examine("fingerprints", _fingerprints),
        _examine("works", lambda: _works(service)),
        _examine("calibration", lambda: _calibration(service)),
        _examine("keys", lambda: _keys(service)),
        _examine("credentials", lambda: _credentials(service)),
        _examine("blobs", lambda: _blobs(service)),
    )
    engine = service.engine.description
    return Diagnosis(
        checks=checks,
        engines={engine.uri: f"{engine.name} {engine.version}"},
        embedders=_embedders(service),
        index=service.index.state(service.principal.tenant),
    )


def _examine(name: str, examination: Callable[[], tuple[CheckState, str]]) -> HealthCheck:
    try:
        state, detail = examination()
    except RaisonneError as error:
        return HealthCheck(name, CheckState.FAIL, f"{error.message} [{error.reason.value}]")
    return HealthCheck(name, state, detail)


def _ok(detail: str) -> tuple[CheckState, str]:
    return CheckState.OK, detail


def _settings(service: Service) -> tuple[CheckState, str]:
    settings = service.settings
    return _ok(f"{settings.profile.value}, tenant {settings.tenant}, home {settings.home}")


def _database(service: Service) -> tuple[CheckState, str]:
    with service.transactions.read() as transaction:
        works = transaction.works.count(service.principal.tenant)
    return _ok(f"{service.database.engine.dialect.name}, {works} works")


def _ledger(service: Service) -> tuple[CheckState, str]:
    return _ok(f"{service.audit_log.verify(service.principal)} entries verified")


def _index(service: Service, most_compared: int = _ROWS_COMPARED) -> tuple[CheckState, str]:
    tenant = service.principal.tenant
    with service.index.read(tenant) as view:
        revision, indexed = view.revision, view.counts()
    repaired = service.index.repairs(tenant)
    rows = sum(indexed.values())
    if rows <= most_compared:
        differences = service.index.verify(tenant)
        equal = f"equals the catalogue at revision {revision}, row by row"
    else:
        differences = _miscounted(service, revision, indexed)
        equal = (
            f"holds as many of the {rows:,} fingerprints as the catalogue at revision {revision}; "
            "'raisonne index verify' compares them"
        )
    if differences:
        return CheckState.FAIL, f"differs from the catalogue: {differences[0]}"
    if repaired:
        return CheckState.WARN, f"{equal}; {len(repaired)} files were damaged and are made anew"
    return _ok(equal)


def _miscounted(service: Service, revision: int, indexed: Mapping[str, int]) -> list[str]:
    with service.transactions.read() as transaction:
        registered = transaction.fingerprints.counts(service.principal.tenant, revision)
    return [
        f"{indexed.get(algorithm, 0):,} instead of {registered.get(algorithm, 0):,} of {algorithm}"
        for algorithm in sorted(indexed.keys() | registered.keys())
        if indexed.get(algorithm, 0) != registered.get(algorithm, 0)
    ]


def _policies(service: Service) -> tuple[CheckState, str]:
    live = service.policies
    if live.problem:
        return CheckState.FAIL, (
            f"{live.problem} A running service keeps the policies that it had; none can start"
        )
    bundle = live.current()
    where = "the packaged bundle" if live.source.root is None else str(live.source.root)
    with_ = [*bundle.profiles, *(f"overlay {name}" for name, _ in live.source.overlays)]
    more = f" with {', '.join(with_)}" if with_ else ""
    return _ok(f"revision {bundle.revision[:12]}, {len(bundle.rules)} policies of {where}{more}")


def _fingerprints() -> tuple[CheckState, str]:
    equivalent = conformance_selftest()
    if equivalent:
        return _ok(f"conformance vectors reproduced but for last digits: {', '.join(equivalent)}")
    return _ok("conformance vectors reproduced")


def _works(service: Service) -> tuple[CheckState, str]:
    lacking = service.refresh.lacking(service.principal)
    if not lacking:
        return _ok("every work has all fingerprints")
    works = service.refresh.count(service.principal)
    return CheckState.WARN, (
        f"{lacking} of {works} works lack fingerprints and are searched only in part: "
        "run 'raisonne works refresh'"
    )


def _calibration(service: Service) -> tuple[CheckState, str]:
    tenant = service.principal.tenant
    record = service.calibrations.latest(service.principal)
    rules = service.calibrations.rules(tenant)
    if record is not None and not applies(record):
        return CheckState.WARN, "made for other fingerprints; run raisonne calibrate"
    made = "shipped" if record is None else f"fitted to {record.works} works"
    with service.transactions.read() as transaction:
        works = transaction.works.count(tenant, WorkState.REGISTERED)
    detail = f"{rules.version}, {made}, holds up to {rules.works} works"
    if works > rules.works:
        return CheckState.WARN, f"{detail}, and there are {works}; run raisonne calibrate"
    return _ok(detail)


def _keys(service: Service) -> tuple[CheckState, str]:
    for work in service.works.list(service.principal, limit=1):
        service.artworks.download(service.principal, work.asset)
    if service.settings.bare_root_key:
        return CheckState.WARN, "root key is a file without a passphrase: development only"
    return _ok("root key usable")


def _credentials(service: Service) -> tuple[CheckState, str]:
    if service.settings.development_signing_key:
        return CheckState.WARN, "claims are signed by a development authority nobody else trusts"
    return _ok("claim key usable")


def _blobs(service: Service) -> tuple[CheckState, str]:
    missing = missing_files(service)
    if missing:
        return CheckState.FAIL, f"{len(missing)} files are missing, first {missing[0]}"
    return _ok("every file is there")


def _embedders(service: Service) -> Mapping[str, str]:
    used = {service.settings.embedder: service.embedder.algorithm}
    style = service.refresh.extractor.style
    if style is not None:
        used |= {f"style {service.settings.style}": style.algorithm}
    return {**used, **_optional_embedders()}


def _optional_embedders() -> Mapping[str, str]:
    """Say of each other embedder whether it could be used here."""
    needed = {"open_clip:": "open-clip-torch", "torchscript:": "torch"}
    return {"copy:": "built in"} | {
        uri: _weights_not_given(package) for uri, package in needed.items()
    }


def _weights_not_given(package: str) -> str:
    try:
        return f"{package} {version(package)}, weights not given"
    except PackageNotFoundError:
        return "not installed: pip install raisonne[models]"
