"""Reviewers who share a queue: leases, second persons, and rulings taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.unit.app.house import held
from tests.unit.app.notices import (
    COUNTER,
    SetClock,
    notify,
    registered,
    released,
    reviewer,
    take_down,
)

from raisonne.app.case_work import MAX_LEASE, CaseWork
from raisonne.app.review import ALL_KINDS, Review
from raisonne.rights.case import Case, CaseState, Ruling
from raisonne.rights.case_reason import REASON_TEXTS, RULINGS_OF, CaseReason, reason_text
from raisonne.rights.errors import AccessError, ConflictError, InputError, NotFoundError
from raisonne.rights.generation import GenerationState
from raisonne.rights.work import WorkState
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service

pytestmark = pytest.mark.engines


@pytest.fixture
def clock(service: Service) -> SetClock:
    return SetClock(service.clock.now())


@pytest.fixture
def work(service: Service, clock: SetClock) -> CaseWork:
    return replace(service.case_work, clock=clock)


def noticed(service: Service, seed: int) -> Case:
    (case,) = notify(service, registered(service, seed)[0].name).cases
    return case


def state_of(service: Service, name: str) -> WorkState:
    return service.works.get(service.principal, name).state


# --- Leases ---------------------------------------------------------------------------------


def test_a_leased_case_is_decided_by_its_holder_until_the_lease_ends(
    service: Service, work: CaseWork, clock: SetClock
) -> None:
    rita, otto, case = reviewer(service), reviewer(service, "otto"), noticed(service, 9_200)
    claimed = work.claim(rita, case.name, timedelta(minutes=5))
    assert (claimed.leased_to, claimed.lease_until) == ("rita", clock.now() + timedelta(minutes=5))
    review = replace(service.review, clock=clock)
    with pytest.raises(ConflictError, match="leased to rita"):
        review.decide(otto, case.name, Ruling.CLEAR, "NOTICE_UNFOUNDED")
    with pytest.raises(ConflictError, match="leased to rita"):
        work.claim(otto, case.name)
    with pytest.raises(ConflictError):
        work.release(otto, case.name)
    work.claim(rita, case.name)  # Extends it.
    clock.forward(minutes=30)
    assert work.claim(otto, case.name).leased_to == "otto"
    assert work.release(otto, case.name).leased_to == ""
    work.claim(rita, case.name)
    decided = review.decide(rita, case.name, Ruling.CLEAR, "NOTICE_UNFOUNDED")
    assert (decided.state, decided.leased_to) == (CaseState.DECIDED, "")
    with pytest.raises(ConflictError):
        work.claim(rita, case.name)


def test_leases_are_bounded_and_of_cases_that_exist(service: Service, work: CaseWork) -> None:
    case = noticed(service, 9_201)
    for lease in (timedelta(0), MAX_LEASE + timedelta(seconds=1)):
        with pytest.raises(InputError):
            work.claim(reviewer(service), case.name, lease)
    with pytest.raises(NotFoundError):
        work.claim(reviewer(service), "cases/none")
    stranger = replace(reviewer(service), tenant="elsewhere")
    with pytest.raises(NotFoundError):
        work.claim(stranger, case.name)
    with pytest.raises(AccessError):
        work.claim(replace(reviewer(service), roles=frozenset()), case.name)


# --- Two persons ----------------------------------------------------------------------------


@pytest.fixture(params=["NOTICE", ALL_KINDS])
def twos(service: Service, request: pytest.FixtureRequest) -> Review:
    return replace(service.review, second_reviewer=frozenset({request.param}))


def test_a_ruling_takes_effect_when_a_second_person_agrees(service: Service, twos: Review) -> None:
    generation, _ = released(service, 9_210 + len(ALL_KINDS) * (ALL_KINDS in twos.second_reviewer))
    (case,) = notify(service, generation.name).cases
    rita, otto = reviewer(service), reviewer(service, "otto")
    proposed = twos.decide(rita, case.name, Ruling.REFUSE, "NOTICE_UPHELD", stay_down=True)
    assert (proposed.state, proposed.stay_down) == (CaseState.PENDING_SECOND, "")
    kept = service.artworks.get(service.principal, generation.name)
    assert kept.state is GenerationState.RELEASED
    with pytest.raises(ConflictError):
        twos.decide(otto, case.name, Ruling.REFUSE, "NOTICE_UPHELD")
    with pytest.raises(AccessError, match="somebody else"):
        twos.confirm(rita, case.name)
    confirmed = twos.confirm(otto, case.name)
    assert (confirmed.state, confirmed.confirmed_by) == (CaseState.DECIDED, "otto")
    assert confirmed.decision is not None
    assert confirmed.decision.decided_by == "rita"
    assert state_of(service, confirmed.stay_down) is WorkState.REGISTERED
    recalled = service.artworks.get(service.principal, generation.name)
    assert recalled.state is GenerationState.RECALLED
    with pytest.raises(ConflictError):
        twos.confirm(otto, case.name)
    # Neither of the two decides the appeal.
    appeal = service.appeals.file(rita, case.name, "Look again.")
    for one in (rita, otto):
        with pytest.raises(AccessError):
            service.review.decide(one, appeal.name, Ruling.CLEAR, "MISTAKEN")


def test_a_second_person_who_does_not_agree_opens_the_case_again(
    service: Service, twos: Review
) -> None:
    case, otto = noticed(service, 9_211), reviewer(service, "otto")
    twos.decide(reviewer(service), case.name, Ruling.REFUSE, "NOTICE_UPHELD", stay_down=True)
    opened = twos.confirm(otto, case.name, agree=False)
    assert opened == case
    assert state_of(service, case.work) is WorkState.REGISTERED


def test_a_held_artwork_is_released_by_the_second_person(service: Service) -> None:
    twos = replace(service.review, second_reviewer=frozenset({ALL_KINDS}))
    made = held(service, 9_212)
    cases = twos.list(service.principal, limit=10_000, state=CaseState.OPEN)
    (case,) = [one for one in cases if one.generation == made.generation.name]
    twos.decide(reviewer(service), case.name, Ruling.CLEAR, "LICENSED")
    waiting = service.artworks.get(service.principal, made.generation.name)
    assert waiting.state is GenerationState.HELD
    twos.confirm(reviewer(service, "otto"), case.name)
    freed = service.artworks.get(service.principal, made.generation.name)
    assert freed.state is GenerationState.RELEASED


def test_kinds_that_need_no_second_person_take_effect_at_once(service: Service) -> None:
    twos = replace(service.review, second_reviewer=frozenset({"SCREENING"}))
    case = noticed(service, 9_213)
    decided = twos.decide(reviewer(service), case.name, Ruling.REFUSE, "NOTICE_UPHELD")
    assert decided.state is CaseState.DECIDED
    with pytest.raises(ConflictError):
        twos.confirm(reviewer(service, "otto"), case.name)


# --- Taking back ----------------------------------------------------------------------------


def test_a_take_down_is_taken_back_at_once(service: Service) -> None:
    generation, data = released(service, 9_220)
    work, _ = registered(service, 9_221)
    for target in (generation.name, work.name):
        case = take_down(service, target, stay_down=True)
        undone = service.case_work.undo(reviewer(service), case.name)
        assert undone == replace(
            case, state=CaseState.OPEN, decision=None, stay_down="", restore_time=None
        )
        assert state_of(service, case.stay_down) is WorkState.WITHDRAWN
    assert service.artworks.download(service.principal, generation.asset)[1] == data
    assert state_of(service, work.name) is WorkState.REGISTERED
    # It can be decided again, and otherwise.
    service.review.decide(reviewer(service), undone.name, Ruling.CLEAR, "NOTICE_UNFOUNDED")


def test_a_held_artwork_is_held_again(service: Service) -> None:
    made = held(service, 9_222)
    cases = service.review.list(service.principal, limit=10_000, state=CaseState.OPEN)
    (case,) = [one for one in cases if one.generation == made.generation.name]
    service.review.decide(reviewer(service), case.name, Ruling.REFUSE, "NOT_LICENSED")
    service.case_work.undo(reviewer(service), case.name)
    again = service.artworks.get(service.principal, made.generation.name)
    assert again == made.generation
    service.review.decide(reviewer(service), case.name, Ruling.CLEAR, "LICENSED")
    with pytest.raises(ConflictError, match="released something"):
        service.case_work.undo(reviewer(service), case.name)


def test_a_work_that_its_registrant_withdrew_stays_withdrawn(service: Service) -> None:
    case = noticed(service, 9_223)
    service.works.withdraw(service.principal, case.work)
    service.review.decide(reviewer(service), case.name, Ruling.REFUSE, "NOTICE_UPHELD")
    service.case_work.undo(reviewer(service), case.name)
    assert state_of(service, case.work) is WorkState.WITHDRAWN


@pytest.mark.parametrize("what", ["late", "appeal", "counter", "somebody else", "open"])
def test_what_cannot_be_taken_back(
    service: Service, work: CaseWork, clock: SetClock, what: str
) -> None:
    rita, case = reviewer(service), noticed(service, 9_230)
    who, error = rita, ConflictError
    if what != "open":
        service.review.decide(rita, case.name, Ruling.REFUSE, "NOTICE_UPHELD")
    events: dict[str, Callable[[], object]] = {
        "late": lambda: clock.forward(minutes=11),
        "appeal": lambda: service.appeals.file(rita, case.name, "No."),
        "counter": lambda: service.counter_notices.file(rita, case.name, COUNTER),
    }
    events.get(what, lambda: None)()
    if what == "somebody else":
        who, error = reviewer(service, "otto"), AccessError  # type: ignore[assignment]
    with pytest.raises(error):
        work.undo(who, case.name)
    wanted = WorkState.REGISTERED if what == "open" else WorkState.WITHDRAWN
    assert state_of(service, case.work) is wanted
    if what == "open":
        service.works.withdraw(service.principal, case.work)


# --- Reasons and settings -------------------------------------------------------------------


def test_every_reason_has_a_text_and_a_ruling() -> None:
    assert set(REASON_TEXTS) == set(RULINGS_OF) == set(CaseReason)
    assert all(text.endswith(".") for text in REASON_TEXTS.values())
    assert {ruling for rulings in RULINGS_OF.values() for ruling in rulings} == set(Ruling)
    assert reason_text("OF_BEFORE_THE_LIST") == "OF_BEFORE_THE_LIST"
    assert reason_text("LICENSED") == REASON_TEXTS[CaseReason.LICENSED]


@pytest.mark.parametrize(
    "changes", [{"second_reviewer": frozenset({"NOTICES"})}, {"undo_minutes": -1}]
)
def test_settings_that_nothing_knows_are_refused(
    service: Service, changes: dict[str, object]
) -> None:
    from raisonne.rights.errors import ConfigError

    with pytest.raises(ConfigError):
        Settings(home=service.settings.home, **changes)  # type: ignore[arg-type] # by name
