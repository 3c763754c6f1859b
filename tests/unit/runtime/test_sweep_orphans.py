"""Starting a service never removes a file that somebody may still need."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.app.house import picture, reserve

from raisonne.app.sealing import SealContext
from raisonne.rights.work import Work
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, missing_files, open_service, sweep_orphans

PICTURE = b"\x89PNG\r\n\x1a\n"


def age(service: Service) -> None:
    """Make every stored file older than any sweep's limit."""
    for path in service.settings.blob_root.glob("??/*"):
        os.utime(path, (0, 0))


def orphan(service: Service) -> None:
    service.blobs.put(SealContext("default", "asset", "assets/none"), PICTURE)


def register(service: Service, seed: int) -> Work:
    return reserve(service, picture(seed))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home")


def test_what_a_crash_left_is_swept_and_what_is_registered_stays(settings: Settings) -> None:
    with open_service(settings) as service:
        assert sweep_orphans(service) == 0
        register(service, 1)
        orphan(service)
        age(service)
        assert sweep_orphans(service) == 1
        assert missing_files(service) == []


def test_a_trial_on_another_database_loses_no_file_of_either(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trial = replace(settings, database=f"sqlite:///{tmp_path / 'trial.db'}")
    with open_service(settings) as service:
        sweep_orphans(service)
        register(service, 1)
        age(service)
    with open_service(trial) as service:
        assert sweep_orphans(service) == 0
        register(service, 2)
        age(service)
        assert "may hold files of another catalogue" in caplog.text
    with open_service(settings) as service:
        assert sweep_orphans(service) == 0
        assert missing_files(service) == []
    with open_service(trial) as service:
        assert missing_files(service) == []


def test_a_folder_without_the_note_of_its_catalogue_is_left_alone(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with open_service(settings) as service:
        orphan(service)
        age(service)
        (settings.blob_root / ".catalogue").unlink(missing_ok=True)
        assert sweep_orphans(service) == 0
        assert "may hold files of another catalogue" in caplog.text
        assert len(list(settings.blob_root.glob("??/*"))) == 1
