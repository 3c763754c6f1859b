from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.app.house import picture, reserve

from raisonne.ledger.entry import decode_entry
from raisonne.rights.errors import AccessError, NotFoundError
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Role
from raisonne.runtime.wiring import Service


def test_registering_and_withdrawing_are_told_apart(service: Service, ledger_size: int) -> None:
    work = reserve(service, picture(901))
    service.works.withdraw(service.principal, work.name)
    service.audit_log.head(service.principal)
    entries = service.audit_log.entries(service.principal, ledger_size, 100)
    events = [decode_entry(entry.data) for entry in entries]
    assert [event.action for event in events if event.object == work.name] == [
        LedgerAction.WORK_REGISTERED,
        LedgerAction.WORK_WITHDRAWN,
    ]


def test_another_tenants_entries_are_not_shown(service: Service) -> None:
    reserve(service, picture(902))
    last = service.audit_log.head(service.principal).size - 1
    stranger = replace(service.principal, tenant="stranger")
    assert service.audit_log.entry(service.principal, last).entry.index == last
    with pytest.raises(NotFoundError):
        service.audit_log.entry(stranger, last)
    assert service.audit_log.entries(stranger, 0, 10) == ()


def test_who_may_not_read_the_ledger_learns_no_position(service: Service) -> None:
    gallery = replace(service.principal, roles=frozenset({Role.GALLERY}))
    with pytest.raises(AccessError):
        service.audit_log.index_of(gallery, "events/0")
