"""Evidence, contested titles and reminders, over processes."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Cli


def test_a_title_is_contested_proved_and_transferred(
    cli: Cli, paintings: Path, tmp_path: Path
) -> None:
    imported = cli("works", "import", paintings, "--licence", "CC0-1.0", "--json")
    works = {Path(line["path"]).name: line["work"] for line in imported.lines}
    work, picture = works["0.png"], paintings / "0.png"
    cli("works", "update", work, "--holder", "Studio Verre")
    proof = tmp_path / "Inventar.txt"
    proof.write_text("Inventory of 1931, item 7")
    opened = cli("disputes", "open", work, "--claimant", "-", "--basis", "It was sold to us.",
                 "--evidence", proof, "--json", stdin="Mira Falter\n")  # fmt: skip
    (dispute,) = opened.valid("dispute")
    assert (dispute["state"], dispute["work"], "words" in dispute) == ("OPEN", work, False)
    (case,) = cli("review", "list", "--json").valid("case")
    assert (case["kind"], case["dispute"], case["case"]) == (
        "TITLE_DISPUTE",
        dispute["dispute"],
        dispute["case"],
    )
    checked = cli("check", picture, "--json")
    (line,) = checked.valid("check")
    assert (checked.code, line["verdict"]) == (1, "REVIEW")
    assert line["findings"][0]["reason"] == "TITLE_CONTESTED"
    (shown,) = cli("disputes", "show", dispute["dispute"], "--json").valid("dispute")
    assert shown["words"]["claimant"] == "Mira Falter"
    (document,) = cli("documents", "list", "--about", work, "--json").valid("document")
    assert document["document"] in shown["documents"]
    copy = tmp_path / "copy.txt"
    cli("documents", "save", document["document"], copy, "--json").valid("document")
    assert copy.read_text() == proof.read_text()
    again = cli("documents", "save", document["document"], copy)
    assert (again.code, "File exists" in again.stderr) == (3, True)

    both = cli("disputes", "settle", dispute["dispute"], "--uphold", "--reject")
    assert both.code == 2
    settled = cli("disputes", "settle", dispute["dispute"], "--uphold", "--note", "so", "--json")
    assert settled.valid("dispute")[0]["state"] == "UPHELD"
    assert cli("disputes", "list", "--open").stdout == ""
    chain = cli("works", "title", work, "--json").valid("title-link")
    assert [link["holder"] for link in chain] == ["", "Studio Verre", "Mira Falter"]
    assert chain[-1]["dispute"] == dispute["dispute"]
    assert chain[-1]["documents"] == [document["document"]]
    (erased,) = cli("documents", "erase", document["document"], "--json").valid("document")
    assert erased["erase_time"]
    assert cli("documents", "save", document["document"], tmp_path / "x").code == 3
    assert cli("check", picture, "--json").lines[0]["verdict"] == "ALLOW"


def test_registrations_are_kept_and_reminded_of(cli: Cli, paintings: Path) -> None:
    (work, *_) = [line["work"] for line in cli("works", "import", paintings, "--json").lines]
    add = ("works", "registrations", "add", work, "--office", "euipo-rcd")
    made = cli(*add, "--number", "7-1", "--granted", "2001-03-01", "--renew", "2001-06-01",
               "--json")  # fmt: skip
    (registration,) = made.valid("registration")
    cli(*add, "--number", "7-2", "--renew", "2190-01-01")
    ends = "2190-01-02T00:00:00Z"
    cli("works", "update", work, "--valid-until", ends)
    (due,) = cli("works", "due", "--json").valid("due")
    assert (due["kind"], due["registration"]) == ("RENEWAL", registration["registration"])
    far = cli("works", "due", "--within", "99y", "--json")
    assert (far.code, len(far.valid("due"))) == (0, 1)
    cli("works", "registrations", "remove", registration["registration"], "--json")
    listed = cli("works", "registrations", "list", work, "--json").valid("registration")
    assert [bool(line["remove_time"]) for line in listed] == [True, False]
    assert cli("works", "due").stdout == ""
    for wrong in (("works", "due", "--within", "soon"), (*add, "--number", "1", "--renew", "x")):
        assert cli(*wrong).code == 2
