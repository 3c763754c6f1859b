from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.app.house import picture
from tests.unit.app.test_retroactive import Later

from raisonne.app.check import CheckTerms
from raisonne.app.retroactive_checks import CURSOR, RejudgedCheck
from raisonne.app.statements import make_statement
from raisonne.app.work_changes import WorkChange
from raisonne.app.works import WorkDraft
from raisonne.rights.case import CaseKind, CaseState, Ruling
from raisonne.rights.errors import AccessError
from raisonne.rights.statement import RightsStatement, Use
from raisonne.rights.verdict import Outcome, Subject, Verdict
from raisonne.rights.work import Work
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

pytestmark = pytest.mark.engines

FREE = make_statement(licence="CC0-1.0")
NOTHING = RightsStatement()
SHOW = CheckTerms()


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[Service]:
    with open_service(Settings(home=tmp_path, database=database)) as opened:
        yield opened


def register(service: Service, data: bytes) -> Work:
    return service.works.register(service.principal, WorkDraft(data, rights=FREE)).work


def check(service: Service, data: bytes, terms: CheckTerms = SHOW) -> Verdict:
    return service.check.picture(service.principal, data, terms).verdict


def change(service: Service, work: Work, rights: RightsStatement) -> None:
    service.work_changes.update(service.principal, work.name, WorkChange(rights=rights))


def look(service: Service, ahead: timedelta = timedelta(0)) -> list[RejudgedCheck]:
    later = replace(service.retroactive_checks, clock=Later(service.clock, ahead))
    return list(later(service.principal))


def test_a_change_that_forbids_what_was_allowed_opens_a_case(house: Service) -> None:
    work, data = register(house, picture(1)), picture(1)
    before = check(house, data)
    assert before.outcome is Outcome.ALLOW
    assert look(house) == []
    change(house, work, NOTHING)
    (found,) = look(house)
    assert (found.before, found.works) == (before, (work.name,))
    assert found.verdict.outcome is Outcome.BLOCK
    now = found.verdict.inputs
    assert replace(now, at=before.inputs.at, works=before.inputs.works) == before.inputs
    assert [each.rights for each in now.works] == [NOTHING]
    file = house.review.get(house.principal, found.case)
    assert (file.case.kind, file.case.generation) == (CaseKind.RETROACTIVE, "")
    assert file.verdict == found.verdict
    assert house.replay_verdict(house.principal, found.verdict.name).same
    assert look(house) == []
    assert look(house, timedelta(hours=1)) == []
    decided = house.review.decide(house.principal, found.case, Ruling.REFUSE, "COPY")
    assert decided.state is CaseState.DECIDED


def test_one_case_for_the_same_bytes_and_none_where_a_person_ruled_on_it(house: Service) -> None:
    work, data = register(house, picture(2)), picture(2)
    for _ in range(3):
        check(house, data)
    check(house, data, CheckTerms(use=Use.COMMERCIAL))
    change(house, work, NOTHING)
    (found,) = look(house)
    assert look(house) == []
    house.review.decide(house.principal, found.case, Ruling.CLEAR, "LICENSED")
    assert look(house) == []
    change(house, work, make_statement(licence="LicenseRef-none"))
    # The record is another one than the person knew.
    (again,) = look(house)
    assert again.verdict.inputs.works[0].revision == found.verdict.inputs.works[0].revision + 1


def test_what_is_still_allowed_opens_nothing(house: Service) -> None:
    work, data = register(house, picture(3)), picture(3)
    check(house, data)
    check(house, picture(4))
    change(house, work, make_statement(licence="CC-BY-4.0"))
    assert look(house) == []
    house.works.withdraw(house.principal, work.name)
    assert look(house) == []
    # Registered later: there is no file left that it could be looked for in.
    house.works.register(house.principal, WorkDraft(picture(4)))
    assert look(house) == []


def test_only_what_was_asked_about_now_and_is_no_item_of_a_dataset(house: Service) -> None:
    work, data = register(house, picture(5)), picture(5)
    check(house, data, CheckTerms(at=house.clock.now()))
    check(house, data, CheckTerms(subject=Subject.DATASET_ITEM))
    change(house, work, NOTHING)
    assert look(house) == []


def test_a_change_counts_from_when_it_is_in_force(house: Service) -> None:
    work, data = register(house, picture(6)), picture(6)
    check(house, data)
    assert look(house) == []
    day = timedelta(days=1)
    house.work_changes.update(
        house.principal,
        work.name,
        WorkChange(rights=NOTHING),
        effective_time=house.clock.now() + day,
    )
    assert look(house) == []
    (found,) = look(house, 2 * day)
    assert found.verdict.outcome is Outcome.BLOCK
    assert look(house, 3 * day) == []


def test_a_check_that_is_committed_late_is_not_missed(house: Service) -> None:
    work, data = register(house, picture(7)), picture(7)
    verdict = check(house, data)
    change(house, work, NOTHING)
    # The change was followed while this verdict, judged before it, was still being written.
    (found,) = look(house)
    house.review.decide(house.principal, found.case, Ruling.CLEAR, "LICENSED")
    late = replace(verdict, name=verdict.name[:-4] + "ffff")
    late = replace(late, inputs=replace(late.inputs, sha256="ab" * 32))
    with house.transactions.write() as transaction:
        transaction.verdicts.add(late)
        transaction.verdicts.follow(late, [work.name])
    (again,) = look(house)
    assert again.before == late


def test_how_far_it_was_followed_is_written_down(house: Service) -> None:
    register(house, picture(8))
    look(house)
    look(house, timedelta(hours=1))
    tenant = house.principal.tenant
    with house.transactions.read() as transaction:
        cursor = transaction.cursors.get(tenant, CURSOR)
        (last,) = transaction.works.changed(tenant, 0, 9)
    assert cursor is not None
    assert cursor.sequence == last[0]


def test_stopping_anywhere_loses_nothing(house: Service) -> None:
    works = [register(house, picture(seed)) for seed in (10, 11, 12)]
    for seed in (10, 11, 12):
        check(house, picture(seed))
    for work in works:
        change(house, work, NOTHING)
    found = [next(iter(house.retroactive_checks(house.principal))).case for _ in works]
    assert len(set(found)) == len(works)
    assert look(house) == []


def test_who_may_not_look_back_is_refused(house: Service) -> None:
    nobody = replace(house.principal, roles=frozenset())
    with pytest.raises(AccessError):
        house.retroactive_checks(nobody)
