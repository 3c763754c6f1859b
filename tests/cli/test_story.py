"""Register, check, generate, verify, withdraw: as a person on a shell would."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from PIL import Image

Cli = Any


def test_copies_of_registered_works_are_found(cli: Cli, paintings: Path, copies: Path) -> None:
    imported = cli("works", "import", paintings, "--holder", "Ada", "--json")
    assert imported.code == 0, imported.stderr
    works = {Path(line["path"]).stem: line["work"] for line in imported.valid("works-import")}
    assert len(works) == 5
    checked = cli("check", copies, "--json")
    assert checked.code == 1
    lines = checked.valid("check")
    assert len(lines) == 6
    for line in lines:
        original = Path(line["input"]).name[0]
        assert line["verdict"] == "BLOCK"
        assert line["matches"][0]["work"] == works[original]
        assert Path(line["matches"][0]["path"]).stem == original


def test_importing_again_registers_nothing_new(cli: Cli, paintings: Path) -> None:
    cli("works", "import", paintings)
    again = cli("works", "import", paintings, "--json")
    assert {line["state"] for line in again.valid("works-import")} == {"EXISTS"}
    assert len(cli("works", "list", "--json").valid("work")) == 5


def test_a_manifest_gives_rights(cli: Cli, paintings: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "works.csv"
    manifest.write_text(
        "path,title,holder,licence,reservations,territories,external_id\n"
        f"{paintings / '0.png'},Night,Ada,CC-BY-4.0,ai-training;style,DE;FR,X1\n"
        f"{paintings / '1.png'},,,,,,\n"
    )
    imported = cli("works", "import", manifest, "--json", "--reserve", "tdm")
    assert imported.code == 0, imported.stderr
    first, second = cli("works", "list", "--json").valid("work")
    assert first["title"] == "Night"
    assert first["rights"]["reservations"] == ["ai-training", "style"]
    assert first["rights"]["territories"] == ["DE", "FR"]
    assert "commercial" in first["rights"]["uses"]
    assert second["rights"]["reservations"] == ["tdm"]
    licensed = cli("check", paintings / "0.png", "--territory", "DE", "--json")
    assert licensed.lines[0]["verdict"] == "ALLOW"
    assert licensed.lines[0]["obligations"] == [f"ATTRIBUTE:{first['work']}"]
    elsewhere = cli("check", paintings / "0.png", "--territory", "US", "--json")
    assert {"TERRITORY"} <= {f["reason"] for f in elsewhere.lines[0]["findings"]}
    training = cli("check", paintings / "0.png", "--territory", "DE", "--use", "train", "--json")
    assert "OPT_OUT_TRAINING" in {f["reason"] for f in training.lines[0]["findings"]}


def test_works_are_listed_by_what_they_may_be_used_for(
    cli: Cli, paintings: Path, tmp_path: Path
) -> None:
    manifest = tmp_path / "works.csv"
    manifest.write_text(
        "path,title,licence,territories,embargo_until\n"
        f"{paintings / '0.png'},Night,CC-BY-4.0,DE;FR,\n"
        f"{paintings / '1.png'},Noon,CC-BY-4.0,*,2030-01-01T00:00:00Z\n"
        f"{paintings / '2.png'},Dusk,,*,\n"
    )
    assert cli("works", "import", manifest).code == 0
    shown = cli("works", "list", "--use", "display", "--territory", "DE", "--json").valid("work")
    assert [(line["title"], line["allowed"]) for line in shown] == [("Night", True)]
    assert shown[0]["grounds"][0]["clause"] == "rights.licensed-with-attribution"
    denied = cli("works", "list", "--use", "display", "--territory", "DE", "--denied", "--json")
    reasons = {line["title"]: line["grounds"][0]["reason"] for line in denied.valid("work")}
    assert reasons == {"Noon": "EMBARGO", "Dusk": "NOT_GRANTED"}
    later = cli("works", "list", "--use", "display", "--at", "2030-01-01T00:00:00Z")
    assert "Noon" in later.stdout
    assert "Night" not in later.stdout
    assert cli("works", "list", "--use", "hang").code == 2
    assert cli("works", "list", "--territory", "DE").code == 2


def test_a_withdrawn_work_matches_nothing(cli: Cli, paintings: Path) -> None:
    imported = cli("works", "import", paintings, "--json").lines
    assert cli("check", paintings / "0.png").code == 1
    withdrawn = cli("works", "withdraw", imported[0]["work"], "--json")
    assert withdrawn.valid("work")[0]["state"] == "WITHDRAWN"
    checked = cli("check", paintings / "0.png", "--json")
    assert checked.code == 0
    assert checked.lines[0]["matches"] == []
    again = cli("works", "withdraw", imported[0]["work"])
    assert again.code == 3
    assert "STATE_CONFLICT" in again.stderr


def test_what_a_file_says_of_its_rights_is_kept(cli: Cli, paintings: Path, tmp_path: Path) -> None:
    marked = tmp_path / "marked.jpg"
    with Image.open(paintings / "0.png") as painting:
        painting.save(marked, xmp=b"<no xml")
    imported = cli("works", "import", tmp_path, "--json").lines
    work = next(line["work"] for line in imported if line["path"] == str(marked))
    (shown,) = cli("works", "show", work, "--json").lines
    assert shown["rights"]["reservations"] == ["ai-generation", "ai-training", "tdm"]
    (signal,) = cli("signals", "show", work, "--json").lines
    assert (signal["dialect"], signal["state"]) == ("plus-data-mining", "UNREADABLE")
    again = cli("works", "import", tmp_path, "--update", "--json").lines
    assert [line["state"] for line in again] == ["EXISTS"]


def test_rights_change_from_a_time_on(cli: Cli, paintings: Path) -> None:
    first = paintings / "0.png"
    imported = cli("works", "import", paintings, "--licence", "CC0-1.0", "--json").lines
    work = next(line["work"] for line in imported if line["path"] == str(first))

    def verdict(*options: str) -> str:
        checked = cli("check", first, "--use", "train", *options, "--json").lines
        return str(checked[0]["verdict"])

    later = ("--reserve", "ai-training", "--from", "2036-01-01", "--note", "sold")
    cli("works", "update", work, *later)
    assert verdict() == "ALLOW"
    assert verdict("--at", "2036-01-01T00:00:00Z") == "BLOCK"
    changed = cli("works", "update", work, "--holder", "Heirs", "--json")
    assert (changed.code, changed.valid("work")[0]["holder"]) == (0, "Heirs")
    assert changed.lines[0]["rights"]["licence"] == "CC0-1.0"
    assert "comes into force later" in changed.stderr
    versions = cli("works", "history", work, "--json").valid("work")
    assert [version["revision"] for version in versions] == [1, 2, 3]
    assert versions[1]["note"] == "sold"
    assert versions[1]["effective_time"] == "2036-01-01T00:00:00+00:00"
    assert cli("works", "update", work, "--reserve", "everything").code == 2
    assert cli("works", "update", "works/none", "--title", "x").code == 3

    again = cli("works", "import", paintings, "--reserve", "tdm", "--update", "--json")
    assert {line["state"] for line in again.valid("works-import")} == {"UPDATED"}
    assert verdict() == "BLOCK"


def test_generated_artwork_is_signed_and_logged(cli: Cli, tmp_path: Path) -> None:
    arguments = ("--size", "200x120", "--seed", "5", "--count", "2", "--json")
    made = cli("generate", "the sea at dawn, quixotic", "-o", tmp_path / "out", *arguments)
    assert made.code == 0, made.stderr
    first, second = made.valid("generate")
    assert first["manifest"]["state"] == "Trusted"
    assert "quixotic" in first["ignored_words"]
    assert (first["seed"], second["seed"]) == (5, 6)
    assert first["ledger_entry"] == "entries/0"
    verified = cli("verify", first["output"], "--json")
    assert verified.code == 0
    line = verified.valid("verify")[0]
    assert line["verdict"] == "intact_trusted"
    assert line["digital_source_types"][0].endswith("/algorithmicMedia")
    assert line["generated_by_ai"] is False
    altered = tmp_path / "altered.png"
    data = bytearray(Path(first["output"]).read_bytes())
    data[-200] ^= 1
    altered.write_bytes(data)
    tampered = cli("verify", altered, "--json")
    assert tampered.code == 1
    assert tampered.valid("verify")[0]["verdict"] == "tampered"


def test_several_artworks_have_files_of_their_own(cli: Cli, tmp_path: Path) -> None:
    made = cli(
        "generate", "mosaic", "-o", tmp_path / "m.png", "--size", "64x64", "--count", "3", "--json"
    )
    assert [Path(line["output"]).name for line in made.lines] == ["m-1.png", "m-2.png", "m-3.png"]
    assert all((tmp_path / f"m-{number}.png").exists() for number in (1, 2, 3))


def test_what_a_command_did_is_in_the_ledger_when_it_ends(cli: Cli, paintings: Path) -> None:
    cli("check", paintings)
    database = sqlite3.connect(cli.home / "catalogue.db")
    waiting = database.execute("SELECT count(*) FROM audit_outbox").fetchone()
    entries = database.execute("SELECT count(*) FROM audit_entry").fetchone()
    database.close()
    assert (waiting, entries) == ((0,), (5,))


def test_nobody_reading_is_no_finding(cli: Cli, paintings: Path) -> None:
    import subprocess

    process = subprocess.Popen(
        cli.command("check", "-", "--json"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdin.write("\n".join([str(paintings)] * 30))
    process.stdin.close()
    process.stdout.readline()
    process.stdout.close()
    errors = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 3
    assert "Traceback" not in errors


def test_a_folder_is_looked_at_whole(cli: Cli, paintings: Path, tmp_path: Path) -> None:
    cli("works", "import", paintings)
    folder, linked = tmp_path / "set", tmp_path / "elsewhere"
    folder.mkdir()
    linked.mkdir()
    (folder / "no-suffix").write_bytes((paintings / "0.png").read_bytes())
    (folder / "captions.txt").write_text("a painting")
    (folder / "dangling.jpg").symlink_to(tmp_path / "nothing")
    (linked / "behind-a-link.png").write_bytes((paintings / "1.png").read_bytes())
    (folder / "link").symlink_to(linked)
    (linked / "loop").symlink_to(folder)
    checked = cli("check", folder, "--json")
    outcomes = {Path(line["input"]).name: line["verdict"] for line in checked.valid("check")}
    assert outcomes == {"no-suffix": "BLOCK", "dangling.jpg": None, "behind-a-link.png": "BLOCK"}
    assert "1 files are no pictures" in checked.stderr


def test_a_later_frame_does_not_pass_unseen(cli: Cli, paintings: Path, tmp_path: Path) -> None:
    cli("works", "import", paintings)
    frames = [Image.new("RGB", (320, 320), "white"), Image.open(paintings / "0.png").convert("RGB")]
    frames[0].paste(Image.open(paintings / "1.png").rotate(33).crop((60, 60, 260, 260)), (60, 60))
    path = tmp_path / "two.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=True)
    line = cli("check", path, "--json").valid("check")[0]
    assert line["verdict"] == "REVIEW"
    assert "frames" in {run["name"] for run in line["detectors"] if run["state"] == "FAILED"}


def test_output_goes_through_links_and_pipes(cli: Cli, paintings: Path, tmp_path: Path) -> None:
    target, link = tmp_path / "target.jsonl", tmp_path / "link.jsonl"
    link.symlink_to(target)
    cli("check", paintings, "-o", f"json={link}")
    assert link.is_symlink()
    assert len(target.read_text().splitlines()) == 5
    assert len(cli("check", paintings, "--quiet", "-o", "json=-").stdout.splitlines()) == 10
    assert cli("check", paintings, "-o", "json=/dev/null").code == 0
    assert Path("/dev/null").is_char_device()


def test_other_rights_are_not_dropped_in_silence(cli: Cli, paintings: Path) -> None:
    cli("works", "import", paintings)
    again = cli("works", "import", paintings, "--reserve", "tdm", "--json")
    assert {line["rights_differ"] for line in again.valid("works-import")} == {True}
    assert "5 works are registered with other rights" in again.stderr


def test_an_empty_registry_says_so(cli: Cli, paintings: Path) -> None:
    assert "registry is empty" in cli("check", paintings, "--quiet").stderr


def test_artworks_are_png_files(cli: Cli, tmp_path: Path) -> None:
    assert cli("generate", "mosaic", "-o", tmp_path / "x.jpg").code == 2


def test_a_copy_is_not_generated(cli: Cli, tmp_path: Path) -> None:
    free = cli(
        "generate", "waves in teal", "-o", tmp_path / "w.png", "--size", "300x300", "--seed", "9"
    )
    assert free.code == 0, free.stderr
    cli("works", "import", tmp_path, "--holder", "Ada")
    blocked = cli(
        "generate",
        "waves in teal",
        "-o",
        tmp_path / "x.png",
        "--size",
        "300x300",
        "--seed",
        "9",
        "--json",
    )
    assert blocked.code == 1
    line = blocked.valid("generate")[0]
    assert (line["state"], line["output"], line["manifest"]) == ("BLOCKED", None, None)
    assert not (tmp_path / "x.png").exists()


def test_a_prompt_that_names_a_reserved_holder_is_blocked(
    cli: Cli, paintings: Path, tmp_path: Path
) -> None:
    cli("works", "import", paintings, "--holder", "Ilse Norden", "--reserve", "style")
    blocked = cli("generate", "waves by ILSE  NORDEN", "-o", tmp_path / "x.png", "--json")
    assert blocked.code == 1
    findings = blocked.valid("generate")[0]["findings"]
    assert findings[0]["reason"] == "PROMPT_NAMES_RESERVED_ARTIST"


def test_the_ledger_verifies_and_shows_tampering(cli: Cli, paintings: Path) -> None:
    cli("works", "import", paintings)
    cli("check", paintings)
    verified = cli("ledger", "verify", "--json").valid("ledger-verify")[0]
    assert verified["intact"] is True
    assert verified["size"] == 10
    head = cli("ledger", "head", "--json").valid("ledger-head")[0]
    assert head["size"] == 10
    database = sqlite3.connect(cli.home / "catalogue.db")
    triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in triggers:
        database.execute(f"DROP TRIGGER {name}")
    database.execute(
        "UPDATE audit_entry SET data = replace(data, 'local', 'lokal') WHERE position = 3"
    )
    database.commit()
    database.close()
    altered = cli("ledger", "verify", "--json")
    assert altered.code == 1
    line = altered.valid("ledger-verify")[0]
    assert line["intact"] is False
    assert line["position"] == "3"


def test_evidence_is_a_page_with_pictures(
    cli: Cli, paintings: Path, copies: Path, tmp_path: Path
) -> None:
    cli("works", "import", paintings)
    page, lines = tmp_path / "e.html", tmp_path / "e.jsonl"
    cli("check", copies, "-o", f"html={page}", "-o", f"json={lines}")
    assert page.read_text().count("data:image/jpeg;base64,") == 6
    assert len([json.loads(line) for line in lines.read_text().splitlines()]) == 6


def test_doctor_finds_a_new_home_sound(cli: Cli, paintings: Path) -> None:
    cli("works", "import", paintings)
    examined = cli("doctor", "--json")
    states = {check["name"]: check["state"] for check in examined.valid("doctor")[0]["checks"]}
    assert examined.code == 0, examined.stdout
    assert states["index"] == states["ledger"] == states["database"] == "OK"
    assert states["keys"] == states["credentials"] == "WARN"
