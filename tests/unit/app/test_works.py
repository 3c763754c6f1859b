from __future__ import annotations

import hashlib
import threading
from dataclasses import replace

import pytest
from tests.unit.app.house import picture

from raisonne.app.check import CheckTerms
from raisonne.app.texts import MAX_TEXT_CHARACTERS
from raisonne.app.works import Registration, WorkDraft
from raisonne.rights.errors import AccessError, ConflictError, InputError, NotFoundError
from raisonne.rights.principal import Principal, Role
from raisonne.rights.work import WorkState
from raisonne.runtime.wiring import Service

pytestmark = pytest.mark.engines


def matched(service: Service, data: bytes) -> set[str]:
    verdict = service.check.picture(service.principal, data, CheckTerms()).verdict
    return {match.work for match in verdict.inputs.matches}


def ledger_actions(service: Service, start: int) -> list[str]:
    service.ledger.integrate()
    return [entry.data.decode() for entry in service.ledger.entries(start)]


def test_a_work_protects_from_the_next_check_on_until_it_is_withdrawn(service: Service) -> None:
    data = picture(40)
    work = service.works.register(service.principal, WorkDraft(data, title="t")).work
    assert work.sha256 == hashlib.sha256(data).hexdigest()
    assert service.works.get(service.principal, work.name) == work
    assert work.name in matched(service, data)

    withdrawn = service.works.withdraw(service.principal, work.name)
    assert (withdrawn.state, withdrawn.revision) == (WorkState.WITHDRAWN, 2)
    assert work.name not in matched(service, data)
    with pytest.raises(ConflictError):
        service.works.withdraw(service.principal, work.name)
    # Its bytes can be registered anew, as another record.
    again = service.works.register(service.principal, WorkDraft(data))
    assert again.created
    assert again.work.name != work.name


def test_the_same_bytes_are_one_work_whatever_is_said_about_them(
    service: Service, ledger_size: int
) -> None:
    first = service.works.register(service.principal, WorkDraft(picture(41), title="first"))
    again = service.works.register(service.principal, WorkDraft(picture(41), title="second"))
    assert (first.created, again) == (
        True,
        Registration(first.work, created=False, rights=first.work.rights),
    )
    assert len(ledger_actions(service, ledger_size)) == 1


def test_importers_that_race_make_one_record(service: Service, ledger_size: int) -> None:
    together = threading.Barrier(3)
    made: list[Registration] = []

    def register() -> None:
        together.wait()
        made.append(service.works.register(service.principal, WorkDraft(picture(42))))

    threads = [threading.Thread(target=register) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({registration.work.name for registration in made}) == 1
    assert [registration.created for registration in made].count(True) == 1
    assert len(ledger_actions(service, ledger_size)) == 1


@pytest.mark.parametrize("field", ["title", "holder", "collection", "external_id", "source"])
def test_a_text_that_is_too_long_is_refused_by_name(
    service: Service, ledger_size: int, field: str
) -> None:
    draft = replace(WorkDraft(picture(43)), **{field: "x" * (MAX_TEXT_CHARACTERS + 1)})
    with pytest.raises(InputError) as refused:
        service.works.register(service.principal, draft)
    assert refused.value.metadata["field"] == field
    assert ledger_actions(service, ledger_size) == []


def test_what_is_no_picture_is_not_registered(service: Service, ledger_size: int) -> None:
    before = list(service.settings.blob_root.rglob("*"))
    with pytest.raises(InputError):
        service.works.register(service.principal, WorkDraft(b"not a picture"))
    assert ledger_actions(service, ledger_size) == []
    assert list(service.settings.blob_root.rglob("*")) == before


def test_lists_go_on_after_a_name(service: Service) -> None:
    drafts = [WorkDraft(picture(seed)) for seed in (44, 45, 46)]
    names = [service.works.register(service.principal, draft).work.name for draft in drafts]
    service.works.withdraw(service.principal, names[1])
    later = service.works.list(service.principal, limit=10, after=names[0])
    assert [work.name for work in later] == names[1:]
    protecting = service.works.list(
        service.principal, limit=1, after=names[0], state=WorkState.REGISTERED
    )
    assert [work.name for work in protecting] == [names[2]]


def test_works_of_another_tenant_are_not_found(service: Service) -> None:
    work = service.works.register(service.principal, WorkDraft(picture(47))).work
    stranger = Principal("stranger", "elsewhere", frozenset({Role.OPERATOR}))
    with pytest.raises(NotFoundError):
        service.works.get(stranger, work.name)
    with pytest.raises(NotFoundError):
        service.works.withdraw(stranger, work.name)
    marketplace = Principal("shop", service.settings.tenant, frozenset({Role.MARKETPLACE}))
    with pytest.raises(AccessError):
        service.works.withdraw(marketplace, work.name)
