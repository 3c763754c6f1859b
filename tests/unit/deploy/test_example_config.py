from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from raisonne.runtime.settings import Settings, load_settings

EXAMPLE = Path(__file__).parents[3] / "deploy" / "config" / "raisonne.toml"


def test_the_example_holds_the_defaults(tmp_path: Path) -> None:
    loaded = load_settings({"home": tmp_path}, {}, config_file=EXAMPLE, working_directory=tmp_path)
    assert loaded == Settings(home=tmp_path)


def test_the_example_names_every_setting() -> None:
    text = EXAMPLE.read_text()
    named = {field.name for field in fields(Settings)} - {"home", "root_passphrase", "signing_key"}
    assert all(f"{name} = " in text for name in named)
