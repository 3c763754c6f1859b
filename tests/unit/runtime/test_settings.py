from __future__ import annotations

from pathlib import Path

import pytest

from raisonne.rights.errors import ConfigError, Reason
from raisonne.rights.statement import ReservationKind
from raisonne.runtime.settings import Profile, load_settings


def test_layers_win_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = tmp_path / "xdg" / "raisonne" / "config.toml"
    user.parent.mkdir(parents=True)
    user.write_text('tenant = "user"\nledger_origin = "user/log"\njob_workers = 2\n')
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    (tmp_path / "raisonne.toml").write_text('tenant = "project"\nlisten = "127.0.0.1:1"\n')
    environ = {"RAISONNE_TENANT": "env", "RAISONNE_HOME": str(tmp_path / "a")}
    settings = load_settings(
        {"home": tmp_path / "b", "listen": None},
        environ,
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


def test_a_named_file_stands_alone(tmp_path: Path) -> None:
    (tmp_path / "raisonne.toml").write_text('tenant = "project"\n')
    named = tmp_path / "named.toml"
    named.write_text("job_workers = 3\n")
    settings = load_settings({"home": tmp_path}, {}, config_file=named, working_directory=tmp_path)
    assert (settings.tenant, settings.job_workers) == ("default", 3)


@pytest.mark.parametrize("scheme", ["devca", "DEVCA", "DevCa"])
def test_production_knows_a_scheme_however_it_is_written(tmp_path: Path, scheme: str) -> None:
    explicit = {
        "home": tmp_path,
        "profile": "production",
        "root_passphrase": "long enough",
        "signing_key": f"{scheme}:{tmp_path}/pki",
    }
    with pytest.raises(ConfigError, match="development authority"):
        load_settings(explicit, {}, working_directory=tmp_path)


def test_production_refuses_a_bare_root_key(tmp_path: Path) -> None:
    explicit = {"home": tmp_path, "profile": "production", "signing_key": "file:/k.pem"}
    with pytest.raises(ConfigError, match="passphrase"):
        load_settings(explicit, {}, working_directory=tmp_path)


def test_settings_do_not_show_their_secrets(tmp_path: Path) -> None:
    explicit = {"home": tmp_path, "root_passphrase": "hunter2", "database": "sqlite:////s3cret"}
    settings = load_settings(explicit, {}, working_directory=tmp_path)
    assert "hunter2" not in repr(settings)
    assert "s3cret" not in repr(settings)
