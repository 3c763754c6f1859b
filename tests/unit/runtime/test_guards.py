"""A lost part is refused, never replaced in silence."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from raisonne.app.works import WorkDraft
from raisonne.rights.errors import KeyUnavailableError, RaisonneError, StorageError
from raisonne.runtime.diagnosis import CheckState, diagnose
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import open_service


@pytest.fixture
def home(tmp_path: Path) -> Path:
    picture = io.BytesIO()
    Image.radial_gradient("L").save(picture, "PNG")
    with open_service(Settings(home=tmp_path)) as service:
        service.works.register(service.principal, WorkDraft(picture.getvalue()))
        service.ledger.integrate()
    return tmp_path


def other_key(home: Path, name: str, scratch: Path) -> None:
    with open_service(Settings(home=scratch)):
        (home / "keys" / name).write_bytes((scratch / "keys" / name).read_bytes())


@pytest.mark.parametrize(
    ("lose", "error"),
    [
        (lambda home: (home / "catalogue.db").unlink(), StorageError),
        (lambda home: (home / "catalogue.db").write_bytes(b""), StorageError),
        (lambda home: (home / "keys" / "root.key").unlink(), KeyUnavailableError),
        (lambda home: (home / "keys" / "ledger.key").unlink(), KeyUnavailableError),
    ],
)
def test_what_is_gone_is_not_made_anew(
    home: Path, lose: Callable[[Path], None], error: type[RaisonneError]
) -> None:
    for log in home.glob("catalogue.db-*"):
        log.unlink()
    lose(home)
    before = sorted(path.name for path in (home / "keys").iterdir())
    with pytest.raises(error), open_service(Settings(home=home)):
        pass
    assert sorted(path.name for path in (home / "keys").iterdir()) == before


def test_another_ledger_key_is_refused(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other_key(home, "ledger.key", tmp_path_factory.mktemp("other"))
    with pytest.raises(KeyUnavailableError), open_service(Settings(home=home)):
        pass


def test_another_root_key_is_found_by_the_doctor(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other_key(home, "root.key", tmp_path_factory.mktemp("other"))
    with open_service(Settings(home=home)) as service:
        checks = {check.name: check.state for check in diagnose(service).checks}
    assert checks["keys"] is CheckState.FAIL
