"""A complaint from its file to the take-down, over processes."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from tests.cli.conftest import Cli
from tests.unit.app.notices import COUNTER, WORDS


def test_a_work_is_taken_down_erased_and_registered_anew(
    cli: Cli, paintings: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "works" / "0.png"
    picture.parent.mkdir()
    picture.write_bytes((paintings / "0.png").read_bytes())
    (work,) = cli("works", "import", picture.parent, "--json").lines
    notice = tmp_path / "notice.json"
    notice.write_text(json.dumps(asdict(WORDS) | {"targets": [work["work"]], "territory": "at"}))
    (filed,) = cli("notice", "file", notice, "--json").valid("notice")
    assert (filed["state"], filed["missing"]) == ("COMPLETE", {"DSA": [], "DMCA": []})
    assert "words" not in filed
    (case,) = filed["cases"]
    (opened,) = cli("review", "list", "--json").valid("case")
    assert (opened["case"], opened["kind"], opened["work"]) == (case, "NOTICE", work["work"])
    (shown,) = cli("notice", "show", filed["notice"], "--json").valid("notice")
    assert shown["words"] == asdict(WORDS)
    cli("review", "show", case, "--json").valid("case")

    decided = cli("review", "decide", case, "--ruling", "refuse", "--reason", "NOTICE_UPHELD")
    assert decided.code == 0, decided.stderr
    (after,) = cli("check", picture, "--json").valid("check")
    assert work["work"] not in {match["work"] for match in after["matches"]}
    (reasons,) = cli("notice", "reasons", case, "--json").valid("statement-of-reasons")
    assert (reasons["restriction"], reasons["content"]) == ("WITHDRAWN", work["work"])
    assert "Article 17" in reasons["text"]
    assert "Rosalind" not in reasons["text"]

    counter = tmp_path / "counter.json"
    counter.write_text(json.dumps(asdict(COUNTER)))
    cli("notice", "counter", case, counter, "--json").valid("counter-notice")
    (kept,) = cli("notice", "counter", case, "--json").valid("counter-notice")
    assert kept["words"] == asdict(COUNTER)
    early = cli("notice", "restore", case)
    assert (early.code, early.stdout) == (3, "")
    assert "STATE_CONFLICT" in early.stderr

    (receipt,) = cli("index", "compact", "--json").valid("index-compact")
    assert receipt["files_erased"] == 1
    assert not list((cli.home / "blobs").glob("??/*"))
    (anew,) = cli("works", "import", picture.parent, "--json").lines
    assert (anew["state"], anew["work"] != work["work"]) == ("REGISTERED", True)
    (again,) = cli("check", picture, "--json").valid("check")
    assert {match["work"] for match in again["matches"]} == {anew["work"]}


def test_a_notice_that_lacks_fields_says_so(cli: Cli) -> None:
    run = cli("notice", "file", "-", "--json", stdin=json.dumps({"name": "Ann"}))
    (filed,) = run.valid("notice")
    assert (run.code, filed["state"], filed["cases"]) == (1, "INCOMPLETE", [])
    assert "targets" in filed["missing"]["DSA"]
    assert [line["notice"] for line in cli("notice", "list", "--json").valid("notice")] == [
        filed["notice"]
    ]


def test_bad_files_are_refused(cli: Cli, tmp_path: Path) -> None:
    for text in ("", "[]", "{", '{"nam": "Ann"}', '{"good_faith": "yes"}', '{"targets": "x"}',
                 '{"basis": "envy"}', '{"basis": 3}'):  # fmt: skip
        bad = tmp_path / "bad.json"
        bad.write_text(text)
        run = cli("notice", "file", bad)
        assert (run.code, run.stdout) == (3, ""), text
    assert cli("notice", "list").stdout == ""


def test_reviewers_claim_decide_take_back_and_contest(
    cli: Cli, paintings: Path, tmp_path: Path
) -> None:
    cli("works", "import", paintings)
    works = cli("works", "list", "--json").lines
    about = json.dumps(asdict(WORDS) | {"targets": [works[0]["work"]]})
    (filed,) = cli("notice", "file", "-", "--json", stdin=about).valid("notice")
    (case,) = filed["cases"]
    (claimed,) = cli("review", "claim", case, "--minutes", "5", "--json").valid("case")
    assert claimed["leased_to"] == "local:operator"
    cli("review", "release", case, "--json").valid("case")
    unknown = cli("review", "decide", case, "--ruling", "refuse", "--reason", "ENVY")
    assert (unknown.code, "NOTICE_UPHELD" in unknown.stderr) == (3, True)
    refuse = ("review", "decide", case, "--ruling", "refuse", "--reason", "NOTICE_UPHELD", "--json")
    cli(*refuse, "--stay-down").valid("case")
    (undone,) = cli("review", "undo", case, "--json").valid("case")
    assert (undone["state"], undone["decision"]) == ("OPEN", None)
    (decided,) = cli(*refuse, "--stay-down").valid("case")
    assert decided["stay_down"]
    (appeal,) = cli("review", "appeal", case, "--reason", "It is mine.", "--json").valid("case")
    assert (appeal["kind"], appeal["appeals"]) == ("APPEAL", case)
    (shown,) = cli("review", "show", appeal["case"], "--json").valid("case")
    assert shown["grounds"] == "It is mine."
    codes = {line["reason"] for line in cli("review", "codes", "--json").valid("case-reason")}
    assert "NOTICE_UPHELD" in codes


def test_what_two_people_decide_waits_for_the_second(cli: Cli, paintings: Path) -> None:
    cli("works", "import", paintings)
    works = cli("works", "list", "--json").lines
    about = json.dumps(asdict(WORDS) | {"targets": [works[0]["work"]]})
    (filed,) = cli("notice", "file", "-", "--json", stdin=about).lines
    (case,) = filed["cases"]
    refuse = ("review", "decide", case, "--ruling", "refuse", "--reason", "NOTICE_UPHELD", "--json")
    (proposed,) = cli(*refuse, env={"RAISONNE_SECOND_REVIEWER": "NOTICE"}).valid("case")
    assert proposed["state"] == "PENDING_SECOND"
    assert cli("review", "list").stdout == ""
    (pending,) = cli("review", "list", "--pending", "--json").valid("case")
    assert pending == proposed
    alone = cli("review", "confirm", case)
    assert (alone.code, "somebody else" in alone.stderr) == (3, True)
    (kept,) = cli("works", "show", works[0]["work"], "--json").lines
    assert kept["state"] == "REGISTERED"
