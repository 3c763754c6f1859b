from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.app.house import picture

from raisonne.app.check import CheckTerms
from raisonne.app.holders import HolderChange, HolderDraft
from raisonne.app.reservation_drafts import MAX_AT_ONCE, ReservationDraft
from raisonne.app.use_listing import UseTerms
from raisonne.app.work_changes import WorkChange
from raisonne.app.works import WorkDraft
from raisonne.policy.replay import replay
from raisonne.rights.errors import (
    AccessError,
    ConflictError,
    InputError,
    LimitError,
    NotFoundError,
)
from raisonne.rights.licence import granted_uses
from raisonne.rights.principal import Role
from raisonne.rights.reservation import RecordedState, ReservationScope
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Outcome, Subject, Verdict
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

pytestmark = pytest.mark.engines

SHRIMP = picture(1)
FREE = RightsStatement(licence="CC0-1.0", uses=granted_uses("CC0-1.0"))
STYLE = frozenset({ReservationKind.STYLE})
TRAINING = frozenset({ReservationKind.AI_TRAINING})
QI = ReservationDraft(STYLE, artist="Qi Baishi", aliases=("齐白石",), source="https://qi.example")
ALBUM = ReservationDraft(TRAINING, collection="Album of 1950")


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[Service]:
    with open_service(Settings(home=tmp_path, database=database)) as opened:
        yield opened


def register(house: Service, data: bytes = SHRIMP, **more: str) -> str:
    draft = WorkDraft(data, title="Shrimp", rights=FREE, **more)
    return house.works.register(house.principal, draft).work.name


def check(house: Service, use: Use, at: datetime | None = None, data: bytes = SHRIMP) -> Verdict:
    return house.check.picture(house.principal, data, CheckTerms(use, at=at)).verdict


def prompt(house: Service, text: str, at: datetime | None = None) -> Verdict:
    terms = CheckTerms(Use.GENERATE_SIMILAR, at=at, subject=Subject.PROMPT)
    return house.check.prompt(house.principal, text, terms)


def test_an_artist_opts_out_once_and_everything_obeys(house):
    register(house, holder="齐白石")
    assert check(house, Use.GENERATE_SIMILAR).outcome is Outcome.ALLOW
    assert prompt(house, "in the style of Qi Baishi").outcome is Outcome.ALLOW
    recorded = house.reservations.record(house.principal, QI)
    assert (recorded.state, recorded.reservation.called) == (RecordedState.RECORDED, "Qi Baishi")
    during = house.clock.now()
    verdict = check(house, Use.GENERATE_SIMILAR)
    (finding,) = verdict.findings
    assert (verdict.outcome, finding.reason) == (Outcome.BLOCK, "OPT_OUT_STYLE")
    assert recorded.reservation.name in finding.detail
    assert "“Qi Baishi”" in finding.detail
    assert check(house, Use.DISPLAY).outcome is Outcome.ALLOW
    for name in ("qi baishi", "齐白石", "齊白石", "Q1 Baishi"):
        blocked = prompt(house, f"a shrimp in the style of {name}")
        assert blocked.outcome is Outcome.BLOCK, name
        assert recorded.reservation.name in blocked.findings[0].detail
    withdrawn = house.reservations.withdraw(
        house.principal, recorded.reservation.name, note="Asked"
    )
    assert withdrawn.end_time is not None
    assert check(house, Use.GENERATE_SIMILAR).outcome is Outcome.ALLOW
    free = prompt(house, "in the style of Qi Baishi")
    assert (free.outcome, free.inputs.term_hits) == (Outcome.ALLOW, ())
    assert check(house, Use.GENERATE_SIMILAR, during).findings == (finding,)
    assert prompt(house, "in the style of Qi Baishi", during).outcome is Outcome.BLOCK


def test_works_that_come_later_and_change_hands_are_reserved_too(house):
    house.reservations.record(house.principal, QI)
    work = register(house, holder="QI BAISHI")
    assert check(house, Use.TRAIN).outcome is Outcome.BLOCK
    house.work_changes.update(house.principal, work, WorkChange(holder="A collector"))
    assert check(house, Use.TRAIN).outcome is Outcome.ALLOW


def test_a_name_that_is_added_holds_for_all_times(house):
    before = house.clock.now()
    register(house, holder="Baishi Laoren")
    draft = replace(QI, effective_time=before - timedelta(days=9))
    holder = house.reservations.record(house.principal, draft).reservation.subject
    assert check(house, Use.TRAIN, before).outcome is Outcome.ALLOW
    change = HolderChange(add_aliases=("Baishi Laoren",))
    house.holders.update(house.principal, holder, change)
    assert check(house, Use.TRAIN, before).outcome is Outcome.BLOCK
    assert check(house, Use.TRAIN, before - timedelta(days=10)).outcome is Outcome.ALLOW
    assert prompt(house, "by Baishi Laoren").outcome is Outcome.BLOCK


def test_a_collection_reserves_its_works_by_its_label(house):
    register(house, collection="Album of 1950", holder="Nobody Known")
    register(house, picture(2), collection="Album of 1951")
    recorded = house.reservations.record(house.principal, ALBUM).reservation
    assert house.reservations.count_works(house.principal, recorded.name) == 1
    (finding,) = check(house, Use.TRAIN).findings
    assert f"by {recorded.name} of the collection “Album of 1950”" in finding.detail
    assert check(house, Use.TRAIN, data=picture(2)).outcome is Outcome.ALLOW
    assert prompt(house, "by Nobody Known").outcome is Outcome.ALLOW


def test_what_comes_into_force_later_does_so_by_itself(house):
    register(house, holder="Qi Baishi")
    now = house.clock.now()
    later = now + timedelta(days=30)
    house.reservations.record(house.principal, replace(QI, effective_time=later))
    assert check(house, Use.TRAIN).outcome is Outcome.ALLOW
    assert prompt(house, "by Qi Baishi").outcome is Outcome.ALLOW
    assert check(house, Use.TRAIN, later).outcome is Outcome.BLOCK
    assert prompt(house, "by Qi Baishi", later).outcome is Outcome.BLOCK


def test_what_reserves_a_work_twice_is_named_together(house):
    rights = replace(FREE, reservations=TRAINING)
    draft = WorkDraft(SHRIMP, holder="Qi Baishi", collection="Album of 1950", rights=rights)
    house.works.register(house.principal, draft)
    both = replace(QI, kinds=TRAINING | STYLE)
    names = [house.reservations.record(house.principal, d).reservation.name for d in (both, ALBUM)]
    verdict = check(house, Use.TRAIN)
    details = {finding.reason: finding.detail for finding in verdict.findings}
    assert "its own record" in details["OPT_OUT_TRAINING"]
    assert all(name in details["OPT_OUT_TRAINING"] for name in names)
    assert names[1] not in details["OPT_OUT_STYLE"]
    (work,) = verdict.inputs.works
    assert [each.name for each in work.reservations] == names
    assert work.rights.reservations == TRAINING


def test_a_stored_verdict_is_replayed_with_the_reservation_of_then(house):
    register(house, holder="Qi Baishi")
    recorded = house.reservations.record(house.principal, QI).reservation
    verdicts = [check(house, Use.TRAIN), prompt(house, "by Qi Baishi")]
    house.reservations.withdraw(house.principal, recorded.name)
    for verdict in verdicts:
        stored = house.check.get_verdict(house.principal, verdict.name)
        assert stored == verdict
        again = replay(stored, house.policies.current())
        assert (again.same, again.differences) == (True, ())
        assert recorded.name in again.grounds[0].finding.detail


def test_another_process_sees_it_on_its_next_check_and_prompt(house):
    register(house, holder="Qi Baishi")
    with open_service(house.settings) as other:
        assert prompt(other, "by Qi Baishi").outcome is Outcome.ALLOW
        name = house.reservations.record(house.principal, QI).reservation.name
        assert prompt(other, "by Qi Baishi").outcome is Outcome.BLOCK
        assert check(other, Use.TRAIN).outcome is Outcome.BLOCK
        house.reservations.withdraw(house.principal, name)
        assert prompt(other, "by Qi Baishi").outcome is Outcome.ALLOW


def test_listing_by_policy_tells_which_reservation_it_was(house):
    work = register(house, holder="Qi Baishi")
    recorded = house.reservations.record(house.principal, QI).reservation
    denied = UseTerms(Use.TRAIN, denied=True)
    (answer,) = house.works.list_by_use(house.principal, denied, limit=9).answers
    assert (answer.work.name, answer.allowed) == (work, False)
    assert recorded.name in answer.grounds[0].detail
    allowed = house.works.list_by_use(house.principal, UseTerms(Use.TRAIN), limit=9)
    assert allowed.answers == ()
    past = UseTerms(Use.TRAIN, at=recorded.effective_time - timedelta(seconds=1))
    assert len(house.works.list_by_use(house.principal, past, limit=9).answers) == 1


def test_recording_again_records_only_what_is_new(house):
    first = house.reservations.record(house.principal, QI)
    again = house.reservations.record(house.principal, replace(QI, artist="齐白石", aliases=()))
    assert (again.state, again.reservation) == (RecordedState.EXISTS, first.reservation)
    more = house.reservations.record(house.principal, replace(QI, kinds=TRAINING | STYLE))
    assert more.state is RecordedState.RECORDED
    earlier = replace(QI, effective_time=first.reservation.effective_time - timedelta(days=1))
    assert house.reservations.record(house.principal, earlier).state is RecordedState.RECORDED
    assert len(house.holders.list(house.principal, limit=9)) == 1


def test_an_import_does_not_take_a_withdrawal_back(house):
    name = house.reservations.record(house.principal, QI).reservation.name
    house.reservations.withdraw(house.principal, name)
    (imported,) = house.reservations.record_all(house.principal, [QI], only_new=True)
    assert (imported.state, imported.reservation.name) == (RecordedState.WITHDRAWN, name)
    other = replace(QI, source="https://elsewhere.example")
    (elsewhere,) = house.reservations.record_all(house.principal, [other], only_new=True)
    assert elsewhere.state is RecordedState.RECORDED
    assert house.reservations.record(house.principal, QI).state is RecordedState.EXISTS


def test_one_bad_row_keeps_nothing_back(house):
    house.holders.add(house.principal, HolderDraft("Xu Beihong"))
    drafts = [
        QI,
        replace(QI, kinds=frozenset()),
        ReservationDraft(STYLE, artist="Xu Beihong", aliases=("Qi Baishi",)),
        ReservationDraft(STYLE, artist="holders/none"),
        ReservationDraft(STYLE, artist="Baishi Laoren", aliases=("齐白石",)),
        ALBUM,
        ALBUM,
    ]
    recorded = house.reservations.record_all(house.principal, drafts)
    states = [each.state for each in recorded]
    made, known = RecordedState.RECORDED, RecordedState.EXISTS
    assert states == [made, None, None, None, known, made, known]
    kinds = [type(each.error) for each in recorded[1:4]]
    assert kinds == [InputError, ConflictError, NotFoundError]
    assert house.holders.get(house.principal, "Qi Baishi").holder.aliases == (
        "齐白石",
        "Baishi Laoren",
    )


@pytest.mark.parametrize(
    "draft",
    [
        replace(QI, collection="x"),
        replace(QI, artist=""),
        ReservationDraft(STYLE),
        ReservationDraft(STYLE, collection=" "),
        replace(ALBUM, collection="x" * 1_001),
        replace(ALBUM, source="a\0b"),
        replace(QI, artist="x"),
        replace(QI, note="x" * 4_001),
        replace(QI, evidence_sha256="ABC"),
        replace(QI, effective_time=datetime(2026, 1, 1)),  # noqa: DTZ001
        replace(QI, aliases=("alias",) * 201),
    ],
)
def test_what_cannot_be_meant_is_refused(house, draft):
    with pytest.raises(InputError):
        house.reservations.record(house.principal, draft)
    assert house.reservations.list(house.principal, limit=9) == ()
    assert house.holders.list(house.principal, limit=9) == ()


def test_a_withdrawal_says_when_by_whom_and_why_and_is_for_good(house):
    since = datetime(2026, 1, 1, tzinfo=UTC)
    reservations = house.reservations
    name = reservations.record(house.principal, replace(QI, effective_time=since)).reservation.name
    at = since + timedelta(days=1)
    withdrawn = reservations.withdraw(house.principal, name, at=at, note="By letter")
    assert (withdrawn.end_time, withdrawn.withdraw_note) == (at, "By letter")
    assert withdrawn.withdrawn_by == house.principal.id
    assert reservations.get(house.principal, name) == withdrawn
    assert withdrawn.counts_at(at - timedelta(microseconds=1))
    assert not withdrawn.counts_at(at)
    with pytest.raises(ConflictError):
        reservations.withdraw(house.principal, name)
    with pytest.raises(NotFoundError):
        reservations.withdraw(house.principal, "reservations/none")
    later = replace(ALBUM, effective_time=house.clock.now() + timedelta(days=9))
    scheduled = reservations.record(house.principal, later).reservation
    never = reservations.withdraw(house.principal, scheduled.name)
    assert never.end_time == scheduled.effective_time
    assert not never.counts_at(scheduled.effective_time)


def test_the_ledger_tells_what_happened_without_names(house):
    recorded = house.reservations.record(house.principal, QI).reservation
    house.reservations.record(house.principal, ALBUM)
    house.reservations.withdraw(house.principal, recorded.name, note="Asked by Ann")
    house.ledger.integrate()
    entries = [json.loads(entry.data) for entry in house.ledger.entries()]
    assert [entry["action"] for entry in entries] == [
        "holder:created",
        "reservation:recorded",
        "reservation:recorded",
        "reservation:withdrawn",
    ]
    assert entries[1]["details"]["holder"] == recorded.subject
    assert entries[1]["object_sha256"] != entries[3]["object_sha256"]
    told = json.dumps(entries, ensure_ascii=False)
    assert not any(word in told for word in ("Baishi", "白", "Album", "Ann", "qi.example"))


def test_who_may_not_is_refused(house):
    name = house.reservations.record(house.principal, QI).reservation.name
    auditor = replace(house.principal, roles=frozenset({Role.AUDITOR}))
    assert house.reservations.get(auditor, name).scope is ReservationScope.HOLDER
    assert len(house.reservations.list(auditor, limit=9)) == 1
    with pytest.raises(AccessError):
        house.reservations.record(auditor, ALBUM)
    with pytest.raises(AccessError):
        house.reservations.withdraw(auditor, name)
    nobody = replace(house.principal, roles=frozenset())
    for call in (house.reservations.get, house.reservations.count_works):
        with pytest.raises(AccessError):
            call(nobody, name)
    with pytest.raises(AccessError):
        house.reservations.list(nobody, limit=9)
    other = replace(house.principal, tenant="other")
    with pytest.raises(NotFoundError):
        house.reservations.get(other, name)


def test_too_many_at_once_are_refused(house):
    with pytest.raises(LimitError):
        house.reservations.record_all(house.principal, [ALBUM] * (MAX_AT_ONCE + 1))
