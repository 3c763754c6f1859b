"""``raisonne check`` of files that say something of their own rights, and of what to do instead."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from tests.cli.conftest import Cli

PACKET = (
    b'<a xmlns:plus="http://ns.useplus.org/ldf/xmp/1.0/" '
    b'plus:DataMining="DMI-PROHIBITED-AIMLTRAINING"/>'
)


def _from_the_web(paintings: Path, folder: Path) -> Path:
    """A picture that nobody registered, and that says that nobody may train on it."""
    source = min(paintings.iterdir())
    path = folder / "found.jpg"
    with Image.open(source) as picture:
        picture.convert("RGB").save(path, "JPEG", xmp=PACKET)
    return path


def test_an_opt_out_in_a_file_that_matches_nothing_blocks_training(
    cli: Cli, paintings: Path, tmp_path: Path
) -> None:
    found, page = _from_the_web(paintings, tmp_path), tmp_path / "evidence.html"
    run = cli("check", found, "--use", "train", "--json", "-o", f"html={page}")
    (line,) = run.valid("check")
    assert (run.code, line["verdict"], line["matches"]) == (1, "BLOCK", [])
    (finding,) = line["findings"]
    assert (finding["reason"], finding["works"]) == ("OPT_OUT_IN_FILE", [])
    (signal,) = line["signals"]
    assert (signal["dialect"], signal["source"]) == ("plus-data-mining", "XMP packet")
    assert (signal["state"], signal["reserved"]) == ("READ", ["ai-training"])
    assert {"signals-xmp", "signals-credential"} <= {run["name"] for run in line["detectors"]}
    assert [option["use"] for option in line["alternatives"]] == ["mine", "display"]
    assert line["obstacles"] == []
    shown = page.read_text()
    assert signal["sha256"] in shown
    assert "<b>Instead:</b> Mining is allowed. Display is allowed." in shown
    explained = cli("policy", "explain", line["verdict_name"], "--json").valid("policy-explain")
    assert [option["use"] for option in explained[0]["alternatives"]] == ["mine", "display"]
    words = cli("check", found, "--use", "train").stdout
    assert "The file says: Says DMI-PROHIBITED-AIMLTRAINING." in words
    assert "Instead: Mining is allowed. Display is allowed." in words
    assert cli("policy", "explain", line["verdict_name"]).stdout.splitlines()[-1] == (
        "    instead: Mining is allowed. Display is allowed."
    )
    assert cli("check", found, "--json").lines[0]["verdict"] == "ALLOW"


def test_whom_to_ask_is_told_where_nothing_helps(cli: Cli, paintings: Path) -> None:
    cli("works", "import", paintings, "--holder", "Ada")
    path = min(paintings.iterdir())
    run = cli("check", path, "--json")
    (line,) = run.valid("check")
    assert (line["verdict"], line["alternatives"]) == ("BLOCK", [])
    (work,) = line["obstacles"]
    assert work["holder"] == "Ada"
    assert "Instead: No other use" in cli("check", path).stdout
