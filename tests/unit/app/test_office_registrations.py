from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.unit.app.house import picture
from tests.unit.app.notices import SetClock, registered

from raisonne.app.documents import DocumentDraft
from raisonne.app.office_registrations import OfficeEntry
from raisonne.app.statements import make_statement
from raisonne.app.works import WorkDraft
from raisonne.rights.errors import AccessError, ConflictError, InputError, NotFoundError
from raisonne.rights.office import DueKind
from raisonne.rights.principal import Role
from raisonne.runtime.wiring import Service

pytestmark = pytest.mark.engines

_SEEDS = itertools.count(33_000)
DAY = timedelta(days=1)


def test_registrations_are_recorded_and_removed(service: Service, ledger_size: int) -> None:
    work, _ = registered(service, next(_SEEDS))
    certificate = service.documents.add(service.principal, DocumentDraft(b"Certificate VA 1"))
    entry = OfficeEntry("us-copyright", " VA 2-345-678 ", date(2020, 1, 31), None, certificate.name)
    made = service.office_registrations.add(service.principal, work.name, entry)
    assert (made.number, made.grant_date) == ("VA 2-345-678", date(2020, 1, 31))
    with pytest.raises(ConflictError):
        service.office_registrations.add(service.principal, work.name, entry)
    kept = service.documents.get(service.principal, certificate.name)
    assert kept.about == (made.name, work.name)
    removed = service.office_registrations.remove(service.principal, made.name)
    assert removed == replace(made, remove_time=removed.remove_time, removed_by="local:operator")
    with pytest.raises(ConflictError):
        service.office_registrations.remove(service.principal, made.name)
    again = service.office_registrations.add(service.principal, work.name, entry)
    found = service.office_registrations.list(service.principal, work.name)
    assert found == (removed, again)
    service.ledger.integrate()
    told = b" ".join(entry.data for entry in service.ledger.entries(ledger_size))
    assert b"registration:removed" in told


def test_what_falls_due_comes_soonest_first(service: Service) -> None:
    clock = SetClock(datetime(2060, 5, 1, 12, tzinfo=UTC))
    offices = replace(service.office_registrations, clock=clock)
    rights = make_statement(
        licence="CC-BY-4.0",
        valid_until=clock.now() + 20 * DAY,
        embargo_until=clock.now() + 400 * DAY,
    )
    draft = WorkDraft(picture(next(_SEEDS)), title="Ends", rights=rights)
    ends = service.works.register(service.principal, draft).work
    work, _ = registered(service, next(_SEEDS))
    gone, _ = registered(service, next(_SEEDS))
    dates = {"overdue": date(2060, 4, 1), "soon": date(2060, 5, 11), "later": date(2061, 5, 1)}
    named = {
        number: offices.add(
            service.principal, work.name, OfficeEntry("euipo-rcd", number, renewal_date=when)
        ).name
        for number, when in dates.items()
    }
    offices.add(service.principal, gone.name, OfficeEntry("ims", "1", renewal_date=dates["soon"]))
    service.works.withdraw(service.principal, gone.name)

    def due(within: timedelta) -> list[tuple[str, DueKind]]:
        return [
            (one.registration.name if one.registration else one.work, one.kind)
            for one in offices.due(service.principal, within)
        ]

    soon = [
        (named["overdue"], DueKind.RENEWAL),
        (named["soon"], DueKind.RENEWAL),
        (ends.name, DueKind.GRANT_ENDS),
    ]
    assert due(90 * DAY) == soon
    assert due(timedelta(0)) == soon[:1]
    assert due(500 * DAY) == [
        *soon,
        (named["later"], DueKind.RENEWAL),
        (ends.name, DueKind.EMBARGO_ENDS),
    ]
    offices.remove(service.principal, named["overdue"])
    assert due(90 * DAY) == soon[1:]


def test_bad_registrations_are_refused(service: Service) -> None:
    work, _ = registered(service, next(_SEEDS))
    add = service.office_registrations.add
    for entry in (
        OfficeEntry("US Copyright", "1"),
        OfficeEntry("", "1"),
        OfficeEntry("x" * 65, "1"),
        OfficeEntry("ims", " "),
        OfficeEntry("ims", "1" * 201),
        OfficeEntry("ims", "1", date(2020, 1, 2), date(2020, 1, 1)),
    ):
        with pytest.raises(InputError):
            add(service.principal, work.name, entry)
    with pytest.raises(NotFoundError):
        add(service.principal, "works/none", OfficeEntry("ims", "1"))
    with pytest.raises(NotFoundError):
        add(service.principal, work.name, OfficeEntry("ims", "1", document="documents/none"))
    with pytest.raises(NotFoundError):
        service.office_registrations.list(service.principal, "works/none")
    with pytest.raises(NotFoundError):
        service.office_registrations.remove(service.principal, "registrations/none")
    auditor = replace(service.principal, roles=frozenset({Role.AUDITOR}))
    with pytest.raises(AccessError):
        add(auditor, work.name, OfficeEntry("ims", "1"))
    for within in (-DAY, timedelta(days=40_000)):
        with pytest.raises(InputError):
            service.office_registrations.due(service.principal, within)
    service.works.withdraw(service.principal, work.name)
    with pytest.raises(ConflictError):
        add(service.principal, work.name, OfficeEntry("ims", "1"))
