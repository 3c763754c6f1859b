"""What the README says is there is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted(path for path in ROOT.rglob("*.md") if ".venv" not in path.parts)
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")
TEST_LINK = re.compile(r"`(tests/[\w/.]+?)(?:::(\w+))?`")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    targets = [link for link in LINK.findall(document.read_text()) if "://" not in link]
    assert [link for link in targets if not (document.parent / link).exists()] == []


def test_every_guarantee_names_a_test_that_exists() -> None:
    named = TEST_LINK.findall((ROOT / "README.md").read_text())
    assert len(named) >= 8
    for path, function in named:
        assert (ROOT / path).exists(), path
        if function:
            assert f"def {function}(" in (ROOT / path).read_text(), (path, function)


def test_every_command_of_the_tour_is_known() -> None:
    from raisonne.cli.main import app

    commands = {command.name for command in app.registered_commands}
    commands |= {group.name for group in app.registered_groups}
    text = (ROOT / "README.md").read_text()
    used = set(re.findall(r"^raisonne (?:--\w+ \S+ )*([a-z]+)", text, re.MULTILINE))
    assert used
    assert used <= commands
