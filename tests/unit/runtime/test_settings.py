from __future__ import annotations

from pathlib import Path

import pytest

from raisonne.rights.errors import ConfigError, Reason
from raisonne.rights.statement import ReservationKind
from raisonne.runtime.settings import Profile, load_settings


def test_layers_win_in_order(tmp_path: Path) -> None:
    user = tmp_path / "user.toml"
    user.write_text('tenant = "user"\nledger_origin = "user/log"\njob_workers = 2\n')
    (tmp_path / "raisonne.toml").write_text('tenant = "project"\nlisten = "127.0.0.1:1"\n')
    environ = {"RAISONNE_TENANT": "env", "RAISONNE_HOME": str(tmp_path / "a")}
    settings = load_settings(
        {"home": tmp_path / "b", "listen": None},
        environ,
        config_file=user,
        working_directory=tmp_path,
    )
    assert settings.home == tmp_path / "b"
    assert settings.tenant == "env"
    assert settings.listen == "127.0.0.1:1"
    assert settings.ledger_origin == "user/log"
    assert settings.job_workers == 2


def test_reservations_come_from_the_environment_as_a_list(tmp_path: Path) -> None:
    environ = {"RAISONNE_RESERVATIONS": "style,tdm"}
    settings = load_settings({"home": tmp_path}, environ, working_directory=tmp_path)
    assert settings.reservations == {ReservationKind.STYLE, ReservationKind.TDM}


@pytest.mark.parametrize(
    "toml", ["tenant = 3", "nonsense = 1", "tenant =", 'tenant = "a/b"', "job_workers = 0"]
)
def test_bad_files_are_refused(tmp_path: Path, toml: str) -> None:
    (tmp_path / "raisonne.toml").write_text(toml)
    with pytest.raises(ConfigError):
        load_settings({"home": tmp_path}, {}, working_directory=tmp_path)


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        load_settings({"home": tmp_path}, {}, config_file=tmp_path / "none.toml")


def test_production_refuses_development_parts(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(
            {"home": tmp_path, "profile": Profile.PRODUCTION}, {}, working_directory=tmp_path
        )
    assert caught.value.reason is Reason.UNSAFE_IN_PRODUCTION
