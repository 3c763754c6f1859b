"""What a notice takes down stays down, is restored in its time, and is gone once compacted."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.app.notices import (
    COUNTER,
    SetClock,
    countered,
    notify,
    registered,
    released,
    reviewer,
    take_down,
)

from raisonne.app.check import CheckTerms
from raisonne.app.stay_down import STAY_DOWN
from raisonne.app.works import WorkDraft
from raisonne.rights.case import Ruling
from raisonne.rights.errors import AccessError, ConflictError, InputError, NotFoundError
from raisonne.rights.generation import GenerationRequest, GenerationState
from raisonne.rights.notice import NoticeEvent
from raisonne.rights.principal import Principal, Role
from raisonne.rights.statement import RightsStatement
from raisonne.rights.verdict import Outcome
from raisonne.rights.work import WorkState
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

pytestmark = pytest.mark.engines


@pytest.fixture
def clock(service: Service) -> SetClock:
    return SetClock(service.clock.now())


def gallery(service: Service) -> Principal:
    return Principal("gil", service.settings.tenant, frozenset({Role.GALLERY}))


def state_of(service: Service, work: str) -> WorkState:
    return service.works.get(service.principal, work).state


# --- Stay-down ------------------------------------------------------------------------------


def test_a_recalled_artwork_is_caught_when_it_comes_again(service: Service) -> None:
    generation, data = released(service, 9_100)
    case = take_down(service, generation.name, stay_down=True)
    entry = service.works.get(service.principal, case.stay_down)
    assert (entry.collection, entry.holder) == (STAY_DOWN, "Mira Falter")
    assert (entry.external_id, entry.rights) == (case.notice, RightsStatement())
    assert case.notice in entry.title
    with pytest.raises(NotFoundError):
        service.artworks.download(service.principal, generation.asset)

    uploaded = service.check.picture(service.principal, data, CheckTerms()).verdict
    assert uploaded.outcome is Outcome.BLOCK
    assert f"Taken down by {case.notice}" in {work.title for work in uploaded.inputs.works}
    again = service.generate(service.principal, GenerationRequest("waves", 128, 128, 9_100))
    assert again.generation.state is GenerationState.BLOCKED
    assert entry.name in {match.work for match in again.verdict.inputs.matches}
    service.works.withdraw(service.principal, entry.name)


def test_a_work_that_is_taken_down_is_kept_as_the_complainant_s(service: Service) -> None:
    work, data = registered(service, 9_101)
    theirs, _ = registered(service, 9_102)
    case = take_down(service, work.name, stay_down=True, work=theirs.name)
    assert state_of(service, work.name) is WorkState.WITHDRAWN
    verdict = service.check.picture(service.principal, data, CheckTerms()).verdict
    assert verdict.outcome is Outcome.BLOCK
    assert {match.work for match in verdict.inputs.matches} >= {case.stay_down}
    assert work.name not in {match.work for match in verdict.inputs.matches}


def test_bytes_that_are_protected_already_are_not_registered_twice(service: Service) -> None:
    generation, data = released(service, 9_103)
    service.works.register(service.principal, WorkDraft(data, title="Theirs"))
    case = take_down(service, generation.name, stay_down=True)
    assert case.stay_down == ""
    verdict = service.check.picture(service.principal, data, CheckTerms()).verdict
    assert verdict.outcome is Outcome.BLOCK


def test_only_what_a_notice_takes_down_can_stay_down(service: Service) -> None:
    work, _ = registered(service, 9_104)
    (case,) = notify(service, work.name).cases
    with pytest.raises(InputError):
        service.review.decide(
            reviewer(service), case.name, Ruling.CLEAR, "NOTICE_UNFOUNDED", stay_down=True
        )
    assert state_of(service, work.name) is WorkState.REGISTERED


# --- Counter-notices ------------------------------------------------------------------------


@pytest.mark.parametrize("stay_down", [False, True])
def test_a_counter_notice_restores_in_its_time(
    service: Service, clock: SetClock, stay_down: bool
) -> None:
    work, data = registered(service, 9_110 + stay_down)
    case = take_down(service, work.name, stay_down=stay_down)
    counters = countered(service, clock)
    counter = counters.file(gallery(service), case.name, COUNTER)
    assert counters.get(reviewer(service), case.name).words == COUNTER
    with pytest.raises(AccessError):
        counters.get(gallery(service), case.name)
    with pytest.raises(AccessError):
        counters.restore(gallery(service), case.name)
    clock.time = counter.restore_from - timedelta(microseconds=1)
    with pytest.raises(ConflictError) as early:
        counters.restore(reviewer(service), case.name)
    assert early.value.metadata["restore_from"] == counter.restore_from.isoformat()
    clock.time = counter.restore_from
    restored = counters.restore(reviewer(service), case.name)
    assert restored.restore_time == clock.time
    assert state_of(service, work.name) is WorkState.REGISTERED
    if stay_down:
        assert state_of(service, case.stay_down) is WorkState.WITHDRAWN
    verdict = service.check.picture(service.principal, data, CheckTerms()).verdict
    assert work.name in {match.work for match in verdict.inputs.matches}
    with pytest.raises(ConflictError):
        counters.restore(reviewer(service), case.name)
    with pytest.raises(ConflictError):
        counters.file(gallery(service), case.name, COUNTER)


def test_a_recalled_artwork_is_released_again(service: Service, clock: SetClock) -> None:
    generation, data = released(service, 9_112)
    case = take_down(service, generation.name, stay_down=True)
    counters = countered(service, clock)
    counters.file(gallery(service), case.name, COUNTER)
    clock.forward(days=40)
    counters.restore(reviewer(service), case.name)
    assert service.artworks.download(service.principal, generation.asset)[1] == data
    service.ledger.integrate()
    events = [json.loads(entry.data) for entry in service.ledger.entries()]
    (restored,) = [
        one for one in events if (one["action"], one["object"]) == ("content:restored", case.name)
    ]
    assert restored["details"]["why"].endswith("(late)")
    assert "Gegenwind" not in json.dumps(events)


def test_after_a_notice_is_retracted_nobody_waits(service: Service, clock: SetClock) -> None:
    work, _ = registered(service, 9_113)
    case = take_down(service, work.name)
    counters = countered(service, clock)
    with pytest.raises(ConflictError, match="no counter-notice"):
        counters.restore(reviewer(service), case.name)
    service.notices.declare(reviewer(service), case.notice, NoticeEvent.RETRACTED)
    clock.forward(minutes=1)
    counters.restore(reviewer(service), case.name)
    assert state_of(service, work.name) is WorkState.REGISTERED


def test_a_notifier_in_court_keeps_it_down(service: Service, clock: SetClock) -> None:
    work, _ = registered(service, 9_114)
    case = take_down(service, work.name)
    counters = countered(service, clock)
    counters.file(gallery(service), case.name, COUNTER)
    service.notices.declare(reviewer(service), case.notice, NoticeEvent.COURT_ACTION)
    clock.forward(days=40)
    with pytest.raises(ConflictError, match="court"):
        counters.restore(reviewer(service), case.name)
    assert state_of(service, work.name) is WorkState.WITHDRAWN


def test_what_another_ruling_took_down_as_well_stays_down(
    service: Service, clock: SetClock
) -> None:
    generation, _ = released(service, 9_115)
    first, second = (notify(service, generation.name).cases[0] for _ in range(2))
    for case in (first, second):
        service.review.decide(reviewer(service), case.name, Ruling.REFUSE, "NOTICE_UPHELD")
    counters = countered(service, clock)
    counters.file(gallery(service), first.name, COUNTER)
    clock.forward(days=40)
    with pytest.raises(ConflictError, match=second.name):
        counters.restore(reviewer(service), first.name)
    recalled = service.artworks.get(service.principal, generation.name)
    assert recalled.state is GenerationState.RECALLED


def test_a_counter_notice_says_what_it_lacks(service: Service) -> None:
    work, _ = registered(service, 9_116)
    case = take_down(service, work.name)
    lacking = replace(COUNTER, address=" ", mistake=False)
    with pytest.raises(InputError) as refused:
        service.counter_notices.file(gallery(service), case.name, lacking)
    assert refused.value.metadata["missing"] == "address,mistake"
    with pytest.raises(NotFoundError):
        service.counter_notices.get(reviewer(service), case.name)
    with pytest.raises(NotFoundError):
        service.counter_notices.file(gallery(service), "cases/none", COUNTER)
    (undecided,) = notify(service, registered(service, 9_117)[0].name).cases
    with pytest.raises(ConflictError):
        service.counter_notices.file(gallery(service), undecided.name, COUNTER)


# --- Erasure --------------------------------------------------------------------------------


def test_after_a_compaction_nothing_of_a_taken_down_work_is_left(
    tmp_path: Path, database: str
) -> None:
    with open_service(Settings(home=tmp_path / "home", database=database)) as service:
        kept, kept_data = registered(service, 9_120)
        work, data = registered(service, 9_121)
        with service.transactions.read() as transaction:
            blob = transaction.assets.blob(service.principal.tenant, work.asset)
        assert blob is not None
        file = service.settings.blob_root / blob.location
        ciphertext = file.read_bytes()
        case = take_down(service, work.name)
        assert file.exists()
        done = service.index_upkeep.compact(service.principal)
        assert done.files_erased == 1
        assert not file.exists()
        left = b"".join(
            path.read_bytes() for path in service.settings.home.rglob("*") if path.is_file()
        )
        # Neither the picture, nor its ciphertext, nor the key that would open a copy of that.
        assert data[:64] not in left
        assert ciphertext[64:128] not in left
        assert blob.key.wrapped not in left
        with pytest.raises(NotFoundError):
            service.artworks.download(service.principal, work.asset)
        with pytest.raises(NotFoundError, match="erased"):
            service.review.picture(service.principal, case.name)
        assert service.artworks.download(service.principal, kept.asset)[1] == kept_data
        assert service.index_upkeep.compact(service.principal).files_erased == 0

        # What was erased cannot be restored; its holder registers it anew, and it protects.
        service.notices.declare(service.principal, case.notice, NoticeEvent.RETRACTED)
        with pytest.raises(ConflictError, match="register it anew"):
            service.counter_notices.restore(service.principal, case.name)
        assert state_of(service, work.name) is WorkState.WITHDRAWN
        anew = service.works.register(service.principal, WorkDraft(data)).work
        verdict = service.check.picture(service.principal, data, CheckTerms()).verdict
        assert {match.work for match in verdict.inputs.matches} == {anew.name}


# --- Appeals and statements of reasons ------------------------------------------------------


def test_an_appeal_is_decided_by_somebody_else_and_undoes_the_ruling(service: Service) -> None:
    generation, data = released(service, 9_130)
    case = take_down(service, generation.name, stay_down=True)
    appeal = service.appeals.file(gallery(service), case.name, "It is a parody.")
    assert service.appeals.grounds(reviewer(service), appeal.name) == "It is a parody."
    with pytest.raises(AccessError):
        service.appeals.grounds(gallery(service), appeal.name)
    with pytest.raises(ConflictError, match="contested already"):
        service.appeals.file(gallery(service), case.name, "Again.")
    with pytest.raises(AccessError, match="somebody else"):
        service.review.decide(reviewer(service), appeal.name, Ruling.CLEAR, "EXCEPTION")
    other = reviewer(service, "otto")
    service.review.decide(other, appeal.name, Ruling.CLEAR, "EXCEPTION")
    assert service.artworks.download(service.principal, generation.asset)[1] == data
    assert state_of(service, case.stay_down) is WorkState.WITHDRAWN
    with pytest.raises(ConflictError, match="final"):
        service.appeals.file(gallery(service), appeal.name, "Again.")


def test_an_appeal_that_is_refused_changes_nothing(service: Service) -> None:
    work, _ = registered(service, 9_131)
    case = take_down(service, work.name)
    appeal = service.appeals.file(gallery(service), case.name, "It is mine.")
    service.review.decide(reviewer(service, "otto"), appeal.name, Ruling.REFUSE, "UNPROVEN")
    assert state_of(service, work.name) is WorkState.WITHDRAWN


def test_a_complainant_s_appeal_can_take_down(service: Service) -> None:
    work, _ = registered(service, 9_132)
    (case,) = notify(service, work.name).cases
    service.review.decide(reviewer(service), case.name, Ruling.CLEAR, "NOTICE_UNFOUNDED")
    appeal = service.appeals.file(gallery(service), case.name, "Look again.")
    other = reviewer(service, "otto")
    service.review.decide(other, appeal.name, Ruling.REFUSE, "NOTICE_UPHELD")
    assert state_of(service, work.name) is WorkState.WITHDRAWN


def test_appeals_have_six_months_and_grounds(service: Service, clock: SetClock) -> None:
    case = take_down(service, registered(service, 9_133)[0].name)
    appeals = replace(service.appeals, clock=clock)
    for grounds in (" ", "x" * 20_001):
        with pytest.raises(InputError):
            appeals.file(gallery(service), case.name, grounds)
    clock.forward(days=185)
    with pytest.raises(ConflictError, match="over"):
        appeals.file(gallery(service), case.name, "Late.")
    (undecided,) = notify(service, registered(service, 9_134)[0].name).cases
    with pytest.raises(ConflictError, match="not decided"):
        appeals.file(gallery(service), undecided.name, "Early.")
    with pytest.raises(NotFoundError):
        appeals.file(gallery(service), "cases/none", "Nothing.")


def test_a_statement_of_reasons_is_built_from_what_is_stored(service: Service) -> None:
    generation, _ = released(service, 9_140)
    case = take_down(service, generation.name, territory="AT")
    reasons = service.appeals.reasons(reviewer(service), case.name)
    assert (reasons.content, reasons.restriction) == (generation.name, "RECALLED")
    assert (reasons.notice, reasons.reason) == (case.notice, "NOTICE_UPHELD")
    assert reasons.automated_detection
    assert not reasons.automated_decision
    assert reasons.grounds[0].reason == "COPYRIGHT"
    assert case.decision is not None
    assert reasons.complaint_until > case.decision.decide_time + timedelta(days=180)
    assert any("512(g)" in way for way in reasons.redress)
    with pytest.raises(AccessError):
        service.appeals.reasons(gallery(service), case.name)


def test_there_are_no_reasons_where_nothing_is_restricted(service: Service) -> None:
    (case,) = notify(service, registered(service, 9_141)[0].name).cases
    with pytest.raises(ConflictError):
        service.appeals.reasons(reviewer(service), case.name)
    service.review.decide(reviewer(service), case.name, Ruling.CLEAR, "NOTICE_UNFOUNDED")
    with pytest.raises(ConflictError):
        service.appeals.reasons(reviewer(service), case.name)
