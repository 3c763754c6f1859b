from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.app.house import picture
from tests.unit.evaluation.observations import drawn

from raisonne.app.calibration import (
    SAMPLE,
    BackgroundPicture,
    CalibrationRun,
    Label,
)
from raisonne.app.check import CheckTerms
from raisonne.app.rules_in_force import RulesInForce, applies
from raisonne.app.works import WorkDraft
from raisonne.matching.calibration import SHIPPED
from raisonne.rights.errors import AccessError, InputError
from raisonne.rights.principal import Principal, Role
from raisonne.runtime.diagnosis import CheckState, diagnose
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A home of its own, with four works."""
    with open_service(Settings(home=tmp_path_factory.mktemp("home"))) as opened:
        for seed in range(4):
            draft = WorkDraft(picture(seed, 64), title=str(seed), source=f"/scans/{seed}.png")
            opened.works.register(opened.principal, draft)
        yield opened


def begun(house: Service, **changes: Any) -> CalibrationRun:
    return house.calibrations.begin(house.principal, **changes)


def fitted(run: CalibrationRun, seed: int = 1) -> dict[str, Any]:
    """Finish a run as if its registry had 150 works."""
    run.observations[:] = drawn(150, seed)
    return run.fields()


def detectors(house: Service) -> str:
    verdict = house.check.picture(house.principal, picture(0, 64), CheckTerms()).verdict
    return " ".join(run.version for run in verdict.inputs.detectors)


def calibration_check(house: Service) -> tuple[CheckState, str]:
    found = next(check for check in diagnose(house).checks if check.name == "calibration")
    return found.state, found.detail


def test_registered_pictures_are_asked_and_unreadable_ones_passed_over(house: Service) -> None:
    background = [
        BackgroundPicture("a.png", "photo", lambda: picture(9, 64)),
        BackgroundPicture("broken.png", "photo", lambda: b"no picture"),
        BackgroundPicture("b.png", "photo", lambda: picture(8, 64)),
    ]
    run = begun(
        house,
        label=lambda work: Label("painting" if work.title == "0" else "unknown"),
        background=background,
    )
    assert [subject.kind for subject in run.subjects].count("painting") == 1
    assert run.works == 4
    assert run.index_revision == house.index.refresh(house.principal.tenant)
    for number in range(len(run.subjects)):
        run.ask(number)
    # Beside an unreadable picture none can be altered so that it shows both.
    assert set(run.unreadable) == {"a.png", "broken.png"}
    assert len(run.observations) == 5
    with pytest.raises(InputError, match="5 pictures say too little"):
        run.fields()


def test_no_more_is_asked_than_was_said(house: Service) -> None:
    background = [
        BackgroundPicture(f"{number}.png", "photo", lambda: b"") for number in range(SAMPLE + 9)
    ]
    assert len(begun(house, background=background).subjects) == 4 + SAMPLE
    assert len(begun(house, background=background, sample=2).subjects) == 4
    few = begun(house, sample=3)
    assert [each.name for each in few.subjects] == [
        each.name for each in begun(house, sample=3).subjects
    ]


def test_works_that_were_withdrawn_are_not_asked(house: Service) -> None:
    work = house.works.register(house.principal, WorkDraft(picture(30, 64))).work
    assert work.name in {each.name for each in begun(house).subjects}
    house.works.withdraw(house.principal, work.name)
    assert work.name not in {each.name for each in begun(house).subjects}


def test_an_empty_registry_is_refused(tmp_path: Path) -> None:
    with open_service(Settings(home=tmp_path)) as empty:
        assert calibration_check(empty)[0] is CheckState.OK
        with pytest.raises(InputError, match="no two pictures"):
            begun(empty)


def test_a_calibration_judges_from_the_next_search_on(tmp_path: Path) -> None:
    with open_service(Settings(home=tmp_path)) as house:
        for seed in range(2):
            house.works.register(house.principal, WorkDraft(picture(seed, 64)))
        assert SHIPPED.version in detectors(house)
        assert house.calibrations.latest(house.principal) is None
        run = begun(house)
        first = house.calibrations.store(house.principal, fitted(run))
        assert first.version in detectors(house)
        assert SHIPPED.version not in detectors(house)
        second = house.calibrations.store(house.principal, fitted(run, seed=2))
        assert second.version != first.version
        assert second.version in detectors(house)
        assert house.calibrations.latest(house.principal) == second
        # Another process sees it too, and another tenant keeps its own.
        rules = RulesInForce(house.transactions)
        assert rules(house.settings.tenant).version == second.version
        assert rules("elsewhere") == SHIPPED


def test_it_is_in_the_ledger_with_the_digest_of_its_document(tmp_path: Path) -> None:
    with open_service(Settings(home=tmp_path)) as house:
        for seed in range(2):
            house.works.register(house.principal, WorkDraft(picture(seed, 64)))
        record = house.calibrations.store(house.principal, fitted(begun(house)))
        house.ledger.integrate()
        event = json.loads(list(house.ledger.entries())[-1].data)
        assert event["action"] == "calibration:created"
        assert event["object"] == record.name
        assert event["object_sha256"] == hashlib.sha256(record.document.encode()).hexdigest()
        assert event["details"] == {
            "version": record.version,
            "index_revision": str(record.index_revision),
            "works": "2",
            "pictures": "150",
        }


def test_doctor_warns_when_the_registry_has_outgrown_it_or_it_is_of_old_fingerprints(
    tmp_path: Path,
) -> None:
    with open_service(Settings(home=tmp_path)) as house:
        for seed in range(3):
            house.works.register(house.principal, WorkDraft(picture(seed, 64)))
        fields = fitted(begun(house))
        record = house.calibrations.store(house.principal, fields)
        assert calibration_check(house) == (
            CheckState.OK,
            f"{record.version}, fitted to 3 works, holds up to 30 works",
        )
        outgrown = {**fields, "rules": {**fields["rules"], "works": 2}}
        house.calibrations.store(house.principal, outgrown)
        state, detail = calibration_check(house)
        assert state is CheckState.WARN
        assert detail.endswith("and there are 3; run raisonne calibrate")
        old = house.calibrations.store(house.principal, {**fields, "algorithms": ["pdq-0"]})
        assert not applies(old)
        assert calibration_check(house)[0] is CheckState.WARN
        assert SHIPPED.version in detectors(house)


def test_who_may_calibrate_and_who_may_look(house: Service) -> None:
    auditor = Principal("eve", house.settings.tenant, frozenset({Role.AUDITOR}))
    gallery = Principal("ada", house.settings.tenant, frozenset({Role.GALLERY}))
    house.calibrations.latest(auditor)
    for principal in (auditor, gallery):
        with pytest.raises(AccessError):
            house.calibrations.begin(principal)
        with pytest.raises(AccessError):
            house.calibrations.store(principal, {})
    with pytest.raises(AccessError):
        house.calibrations.latest(gallery)


def test_another_tenant_s_registry_is_not_looked_at(house: Service) -> None:
    stranger = replace(house.principal, tenant="elsewhere")
    with pytest.raises(InputError, match="no two pictures"):
        house.calibrations.begin(stranger)
