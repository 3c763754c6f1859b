from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.app.house import picture

from raisonne.app.check import CheckTerms
from raisonne.app.statements import make_statement
from raisonne.app.texts import MAX_TEXT_CHARACTERS
from raisonne.app.work_changes import MAX_NOTE_CHARACTERS, WorkChange
from raisonne.app.works import WorkDraft
from raisonne.rights.errors import AccessError, ConflictError, InputError, NotFoundError
from raisonne.rights.principal import Role
from raisonne.rights.statement import Use
from raisonne.rights.verdict import Outcome
from raisonne.rights.work import Work
from raisonne.runtime.wiring import Service

pytestmark = pytest.mark.engines

YEAR = timedelta(days=365)
FREE = make_statement(licence="CC0-1.0")
RESERVED = make_statement(licence="CC0-1.0", reservations=["ai-training"])


def registered(service: Service, number: int) -> tuple[Work, bytes]:
    data = picture(number)
    draft = WorkDraft(data, title="t", holder="A", rights=FREE)
    return service.works.register(service.principal, draft).work, data


def outcome(service: Service, data: bytes, at: datetime | None = None) -> Outcome:
    terms = CheckTerms(use=Use.TRAIN, at=at)
    return service.check.picture(service.principal, data, terms).verdict.outcome


def test_a_change_counts_from_its_time_on_and_not_before(service: Service) -> None:
    work, data = registered(service, 8_900)
    now = service.clock.now()
    assert outcome(service, data) is Outcome.ALLOW
    scheduled = service.work_changes.update(
        service.principal,
        work.name,
        WorkChange(rights=RESERVED),
        effective_time=now + YEAR,
        note="sold",
    )
    assert (scheduled.work.revision, scheduled.actor, scheduled.note) == (
        2,
        "local:operator",
        "sold",
    )
    assert service.works.get(service.principal, work.name).rights == FREE
    assert outcome(service, data) is Outcome.ALLOW
    assert outcome(service, data, now + YEAR) is Outcome.BLOCK

    service.work_changes.update(service.principal, work.name, WorkChange(rights=RESERVED))
    assert outcome(service, data) is Outcome.BLOCK
    assert outcome(service, data, now) is Outcome.ALLOW
    history = service.work_changes.history(service.principal, work.name)
    assert [version.work.rights for version in history] == [FREE, RESERVED, RESERVED]


def test_what_is_due_is_in_force_at_the_next_check(service: Service) -> None:
    work, data = registered(service, 8_901)
    soon = service.clock.now() + timedelta(milliseconds=300)
    service.work_changes.update(
        service.principal, work.name, WorkChange(rights=RESERVED), effective_time=soon
    )
    while datetime.now(UTC) < soon:
        pass
    assert outcome(service, data) is Outcome.BLOCK
    assert service.works.get(service.principal, work.name).rights == RESERVED


def test_what_changes_nothing_adds_no_version(service: Service) -> None:
    work, _ = registered(service, 8_902)
    same = service.work_changes.update(service.principal, work.name, WorkChange(title="t"))
    assert same.work == work
    assert len(service.work_changes.history(service.principal, work.name)) == 1


def test_a_change_is_in_the_ledger_without_names(service: Service, ledger_size: int) -> None:
    work, _ = registered(service, 8_903)
    service.work_changes.update(service.principal, work.name, WorkChange(holder="Heirs of A"))
    service.ledger.integrate()
    last = list(service.ledger.entries(ledger_size))[-1].data.decode()
    assert '"work:updated"' in last
    assert '"changed":"holder"' in last
    assert "Heirs" not in last


def test_who_changes_what_is_refused(service: Service) -> None:
    work, _ = registered(service, 8_904)
    update = service.work_changes.update
    auditor = replace(service.principal, roles=frozenset({Role.AUDITOR}))
    with pytest.raises(AccessError):
        update(auditor, work.name, WorkChange(title="x"))
    with pytest.raises(NotFoundError):
        update(service.principal, "works/none", WorkChange(title="x"))
    with pytest.raises(NotFoundError):
        service.work_changes.history(service.principal, "works/none")
    with pytest.raises(ConflictError, match="at revision 1"):
        update(service.principal, work.name, WorkChange(title="x"), revision=7)
    with pytest.raises(InputError) as refused:
        update(service.principal, work.name, WorkChange(title="x" * (MAX_TEXT_CHARACTERS + 1)))
    assert refused.value.metadata["field"] == "title"
    with pytest.raises(InputError, match="note"):
        update(service.principal, work.name, WorkChange(), note="x" * (MAX_NOTE_CHARACTERS + 1))
    with pytest.raises(InputError, match="time zone"):
        update(service.principal, work.name, WorkChange(), effective_time=datetime(2026, 1, 1))  # noqa: DTZ001
    service.works.withdraw(service.principal, work.name)
    with pytest.raises(ConflictError, match="withdrawn"):
        update(service.principal, work.name, WorkChange(title="x"))
    assert len(service.work_changes.history(service.principal, work.name)) == 2
