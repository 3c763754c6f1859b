from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from tests.unit.app.house import held, picture

from raisonne.app.disputes import Contest
from raisonne.app.generate import Made
from raisonne.app.licence_drafts import LicenceDraft
from raisonne.app.ports import Clock
from raisonne.app.retroactive import Rejudged, RejudgedState
from raisonne.app.statements import make_statement
from raisonne.app.work_changes import WorkChange
from raisonne.app.works import WorkDraft
from raisonne.rights.case import CaseKind, CaseState, Ruling
from raisonne.rights.dispute import DisputeState, DisputeWords
from raisonne.rights.errors import AccessError, NotFoundError
from raisonne.rights.generation import GenerationRequest, GenerationState
from raisonne.rights.principal import Role
from raisonne.rights.statement import ReservationKind, RightsStatement, Use
from raisonne.rights.verdict import Outcome
from raisonne.rights.work import Work
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

pytestmark = pytest.mark.engines

RESERVED = make_statement(reservations=["ai-generation"])


@dataclass(frozen=True)
class Later:
    """A clock that is ahead of another."""

    clock: Clock
    ahead: timedelta

    def now(self) -> datetime:
        return self.clock.now() + self.ahead


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[Service]:
    with open_service(Settings(home=tmp_path, database=database)) as opened:
        yield opened


def released(service: Service, seed: int) -> Made:
    made = service.generate(service.principal, GenerationRequest("waves at sea", 256, 256, seed))
    assert made.generation.state is GenerationState.RELEASED
    return made


def register(service: Service, data: bytes, rights: RightsStatement = RESERVED) -> Work:
    return service.works.register(service.principal, WorkDraft(data, rights=rights)).work


def look(service: Service) -> list[Rejudged]:
    return list(service.retroactive(service.principal))


def part_of(data: bytes) -> bytes:
    picture = Image.open(io.BytesIO(data))
    width, height = picture.size
    out = io.BytesIO()
    picture.crop((width // 8, height // 8, width * 7 // 8, height * 7 // 8)).save(out, "PNG")
    return out.getvalue()


def test_a_work_registered_later_opens_a_case_and_a_ruling_recalls(house: Service) -> None:
    register(house, picture(1))
    made = released(house, 1)
    assert made.data is not None
    assert look(house) == []
    other = register(house, picture(2))
    work = register(house, part_of(made.data))
    (found,) = look(house)
    assert (found.generation, found.state) == (made.generation, RejudgedState.OPENED)
    assert work.name in found.works
    assert other.name not in found.works
    assert found.verdict.outcome is Outcome.BLOCK
    assert look(house) == []

    file = house.review.get(house.principal, found.case)
    assert (file.case.kind, file.case.generation) == (CaseKind.RETROACTIVE, made.generation.name)
    assert file.verdict == found.verdict
    assert house.artworks.download(house.principal, made.generation.asset)[1] == made.data
    house.review.decide(house.principal, found.case, Ruling.REFUSE, "COPY")
    recalled = house.artworks.get(house.principal, made.generation.name)
    assert recalled.state is GenerationState.RECALLED
    with pytest.raises(NotFoundError):
        house.artworks.download(house.principal, made.generation.asset)


def test_what_a_person_cleared_is_settled_until_the_work_changes(house: Service) -> None:
    made = released(house, 2)
    assert made.data is not None
    work = register(house, made.data)
    (found,) = look(house)
    house.work_changes.update(house.principal, work.name, WorkChange(title="Renamed"))
    assert [each.state for each in look(house)] == [RejudgedState.WAITING]
    house.review.decide(house.principal, found.case, Ruling.CLEAR, "LICENSED")
    assert house.artworks.get(house.principal, made.generation.name) == made.generation
    register(house, part_of(made.data))
    # It knows of one more work now, and of a later record.
    assert [each.state for each in look(house)] == [RejudgedState.OPENED]
    case = look(house)
    assert case == []


def test_a_reservation_of_later_counts_from_when_it_is_in_force(house: Service) -> None:
    made = released(house, 3)
    assert made.data is not None
    free = make_statement(licence="CC0-1.0")
    work = register(house, made.data, free)
    assert [each.state for each in look(house)] == [RejudgedState.ALLOWED]
    day = timedelta(days=1)
    house.work_changes.update(
        house.principal,
        work.name,
        WorkChange(rights=RESERVED),
        effective_time=house.clock.now() + day,
    )
    assert [each.state for each in look(house)] == [RejudgedState.ALLOWED]
    assert look(house) == []
    later = Later(house.clock, 2 * day)
    screener = replace(house.retroactive.screener, clock=later)
    looking = replace(house.retroactive, clock=later, screener=screener)
    assert [each.state for each in looking(house.principal)] == [RejudgedState.OPENED]


def test_what_is_released_late_is_judged_by_what_was_followed_meanwhile(house: Service) -> None:
    """It was held, a work was registered and followed, and then the artwork was released."""
    waiting = held(house, 7)
    released(house, 70)
    assert look(house) == []
    artwork = house.review.picture(house.principal, waiting_case(house, waiting))[1]
    work = register(house, artwork)
    look(house)
    house.review.decide(house.principal, waiting_case(house, waiting), Ruling.CLEAR, "LICENSED")
    (found,) = look(house)
    assert (found.generation.name, found.works) == (waiting.generation.name, ())
    assert found.state is RejudgedState.OPENED
    assert work.name in {name for each in found.verdict.findings for name in each.works}
    assert look(house) == []


def waiting_case(house: Service, waiting: Made) -> str:
    cases = house.review.list(house.principal, limit=9, state=CaseState.OPEN)
    (case,) = (case for case in cases if case.generation == waiting.generation.name)
    return case.name


def test_one_file_that_cannot_be_read_keeps_nothing_else_back(
    house: Service, caplog: pytest.LogCaptureFixture
) -> None:
    made, broken = released(house, 8), released(house, 9)
    assert made.data is not None
    assert broken.data is not None
    lost = register(house, picture(10))
    with house.transactions.read() as transaction:
        for asset in (broken.generation.asset, lost.asset):
            blob = transaction.assets.blob(house.principal.tenant, asset)
            assert blob is not None
            (house.settings.blob_root / blob.location).unlink()
    work = register(house, made.data)
    assert [each.works for each in look(house)] == [(work.name,)]
    for name in (broken.generation.name, lost.asset):
        assert name in caplog.text


def test_looking_back_may_stop_anywhere(house: Service) -> None:
    made = [released(house, seed) for seed in (4, 5)]
    for each in made:
        assert each.data is not None
        register(house, each.data)
    first = next(house.retroactive(house.principal))
    assert first.state is RejudgedState.OPENED
    states = {each.generation.name: each.state for each in look(house)}
    assert states.pop(first.generation.name) is RejudgedState.WAITING
    assert list(states.values()) == [RejudgedState.OPENED]
    cases = house.review.list(house.principal, limit=9, state=CaseState.OPEN)
    assert len(cases) == 2


def test_the_registry_of_artworks_is_made_anew(house: Service) -> None:
    made = released(house, 6)
    assert made.data is not None
    look(house)
    house.released.close()
    root = house.settings.released_root
    for path in sorted(root.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    with open_service(house.settings) as again:
        register(again, made.data)
        # What was released within the hour may be judged twice: its case waits by then.
        states = [each.state for each in look(again)]
        assert states[0] is RejudgedState.OPENED
        assert set(states[1:]) <= {RejudgedState.WAITING}


def test_who_has_no_part_in_it_is_refused(house: Service) -> None:
    auditor = replace(house.principal, roles=frozenset({Role.AUDITOR}))
    with pytest.raises(AccessError):
        house.retroactive(auditor)


def test_an_artwork_is_looked_at_again_when_the_licence_that_permits_it_ends(
    house: Service,
) -> None:
    made = released(house, 9)
    assert made.data is not None
    work = register(house, made.data)
    draft = LicenceDraft(
        "LicenseRef-Likeness",
        frozenset({Use.GENERATE_SIMILAR}),
        releases=frozenset(ReservationKind),
    )
    (licence,) = house.licences.record(house.principal, [work.name], draft)
    assert [each.state for each in look(house)] == [RejudgedState.ALLOWED]
    day = timedelta(days=1)
    house.licences.revoke(house.principal, licence.name, end_time=house.clock.now() + day)
    assert [each.state for each in look(house)] == [RejudgedState.ALLOWED]
    later = Later(house.clock, 2 * day)
    screener = replace(house.retroactive.screener, clock=later)
    looking = replace(house.retroactive, clock=later, screener=screener)
    assert [each.state for each in looking(house.principal)] == [RejudgedState.OPENED]


def test_a_title_that_is_contested_later_opens_a_case(house: Service) -> None:
    made = released(house, 5)
    assert made.data is not None
    work = register(house, part_of(made.data), make_statement(licence="CC0-1.0"))
    assert {one.state for one in look(house)} == {RejudgedState.ALLOWED}
    words = DisputeWords("Rosalind Kestenbaum", "", "It is my grandmother's.")
    dispute = house.disputes.open(house.principal, Contest(work.name, words)).dispute
    (found,) = look(house)
    assert (found.state, found.works) == (RejudgedState.OPENED, (work.name,))
    assert [finding.reason for finding in found.verdict.findings] == ["TITLE_CONTESTED"]
    house.dispute_rulings.settle(house.principal, dispute.name, DisputeState.UPHELD)
    assert [one.state for one in look(house)] == [RejudgedState.ALLOWED]
