"""An artist opts out once, and everything obeys: over processes, embedded and served."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.cli.conftest import Cli, environment

PROMPT = "a shrimp in the style of Qi Baishi"


def now() -> str:
    time.sleep(0.01)  # What comes after is after it, on any clock.
    return datetime.now(UTC).isoformat()


def test_an_artist_opts_out_once_and_everything_obeys(
    cli: Cli, paintings: Path, tmp_path: Path
) -> None:
    manifest = tmp_path / "works.csv"
    picture = paintings / "0.png"
    manifest.write_text(
        f"path,title,holder,licence\n{picture},Shrimp,齐白石,CC0-1.0\n", encoding="utf-8"
    )
    (work,) = cli("works", "import", manifest, "--json").lines
    ask = ("check", picture, "--use", "generate-similar", "--json")
    assert cli(*ask).valid("check")[0]["verdict"] == "ALLOW"
    reserve = ("reservations", "add", "--artist", "Qi Baishi", "--alias", "齐白石", "--json")
    added = cli(*reserve, "--reserve", "style", "--source", "https://qi.example")
    (reservation,) = added.valid("reservation")
    assert (added.code, reservation["state"], reservation["works"]) == (0, "RECORDED", 1)
    (holder,) = cli("holders", "list", "--json").valid("holder")
    assert (holder["holder"], holder["aliases"]) == (reservation["subject"], ["齐白石"])

    blocked = cli(*ask)
    (line,) = blocked.valid("check")
    assert (blocked.code, line["verdict"]) == (1, "BLOCK")
    assert reservation["reservation"] in line["findings"][0]["detail"]
    (told,) = line["reservations"]
    assert (told["reservation"], told["works"]) == (reservation["reservation"], [work["work"]])
    assert (told["called"], told["source"]) == ("Qi Baishi", "https://qi.example")
    (named,) = cli("check", "--prompt", PROMPT, "--json").valid("check")
    assert (named["verdict"], named["term_hits"][0]["holder"]) == ("BLOCK", holder["holder"])
    assert reservation["reservation"] in named["findings"][0]["detail"]
    (explained,) = cli("policy", "explain", line["verdict_name"], "--json").valid("policy-explain")
    assert explained["same"]
    assert reservation["reservation"] in explained["findings"][0]["detail"]
    denied = cli("works", "list", "--use", "generate-similar", "--denied", "--json").lines
    assert reservation["reservation"] in denied[0]["grounds"][0]["detail"]

    between = now()
    withdraw = ("reservations", "withdraw", reservation["reservation"], "--note", "By letter")
    (withdrawn,) = cli(*withdraw, "--json").valid("reservation")
    assert (withdrawn["withdraw_note"], bool(withdrawn["end_time"])) == ("By letter", True)
    assert cli(*ask).valid("check")[0]["verdict"] == "ALLOW"
    assert cli("check", "--prompt", PROMPT).code == 0
    assert cli(*ask, "--at", between).valid("check")[0]["findings"] == line["findings"]
    assert cli("check", "--prompt", PROMPT, "--at", between).code == 1
    assert cli(*withdraw).code == 3
    assert cli("ledger", "verify").code == 0
    assert [each["end_time"] for each in cli("reservations", "list", "--json").lines] == [
        withdrawn["end_time"]
    ]


def test_an_import_names_bad_rows_and_repeats_nothing(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "optouts.csv"
    source.write_text(
        "artist,aliases,collection,reserve,source\n"
        "Qi Baishi,齐白石;Ch'i Pai-shih,,ai-training;style,https://qi.example\n"
        ",,Album of 1950,tdm,\n"
        "Xu Beihong,Qi Baishi,Album,style,\n"
        "Xu Beihong,,,envy,\n"
        "Xu Beihong,徐悲鸿,,,\n",
        encoding="utf-8",
    )
    done = cli("reservations", "import", source, "--reserve", "style", "--json")
    assert done.code == 4, done.stderr
    *rows, last = done.valid("reservations-import")
    assert [row["state"] for row in rows] == [
        "RECORDED", "RECORDED", "REFUSED", "REFUSED", "RECORDED",
    ]  # fmt: skip
    assert last["summary"] == {"recorded": 3, "exists": 0, "withdrawn": 0, "refused": 2}
    assert cli("reservations", "withdraw", rows[1]["reservation"]).code == 0
    again = cli("reservations", "import", source, "--reserve", "style", "--json").lines[-1]
    assert again["summary"] == {"recorded": 0, "exists": 2, "withdrawn": 1, "refused": 2}
    rows = [{"artist": "Zao Wou-ki", "aliases": ["赵无极"], "reserve": ["style"], "from": ""}]
    lines = tmp_path / "optouts.jsonl"
    lines.write_text("\n".join(map(json.dumps, rows)))
    assert cli("reservations", "import", lines).code == 0
    assert cli("check", "--prompt", "in the manner of 赵无极").code == 1
    source.write_text("painter\nx\n")
    assert cli("reservations", "import", source).code == 3


def test_holders_are_recorded_shown_and_changed(cli: Cli) -> None:
    add = ("holders", "add", "Qi Baishi", "--alias", "齐白石", "--ulan", "500125345")
    (added,) = cli(*add, "--contact", "-", "--json", stdin="estate@example.org\n").valid("holder")
    assert "contact" not in added
    (shown,) = cli("holders", "show", "qi  baishi", "--json").valid("holder")
    assert shown == added | {"contact": "estate@example.org"}
    update = ("holders", "update", added["holder"], "--alias", "Baishi Laoren", "--ulan", "")
    (changed,) = cli(*update, "--json").valid("holder")
    assert (changed["aliases"], changed["identifiers"]) == (["齐白石", "Baishi Laoren"], {})
    history = cli("holders", "history", "齐白石", "--json").valid("holder")
    assert [each["revision"] for each in history] == [1, 2]
    taken = cli("holders", "add", "Someone", "--alias", "baishi laoren")
    assert (taken.code, added["holder"] in taken.stderr) == (3, True)
    assert cli("holders", "add", "Someone", "--isni", "0000000000000000").code == 2
    assert cli("holders", "show", "Nobody").code == 3


def test_what_cannot_be_meant_is_a_usage_error(cli: Cli) -> None:
    add = ("reservations", "add")
    assert cli(*add, "--artist", "Qi Baishi").code == 2
    assert cli(*add, "--reserve", "style").code == 2
    assert cli(*add, "--reserve", "envy", "--artist", "Qi Baishi").code == 2
    assert cli(*add, "--reserve", "style", "--artist", "A", "--collection", "B").code == 2
    assert cli(*add, "--reserve", "style", "--artist", "Qi Baishi", "--from", "soon").code == 2
    assert cli("reservations", "withdraw", "reservations/none").code == 3
    assert cli("reservations", "list").stdout == ""
    assert cli("holders", "list").stdout == ""


def test_a_server_answers_the_same(cli: Cli, tmp_path: Path) -> None:
    up = subprocess.Popen(
        cli.command("up", "--listen", "127.0.0.1:0", "--json"),
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    try:
        assert up.stdout is not None
        address = json.loads(up.stdout.readline())["grpc"]

        def served(*arguments: str | Path, stdin: str = "") -> list[dict[str, Any]]:
            run = Cli(tmp_path / "unused", cli.warm).warm.run(
                ["--server", address, *map(str, arguments), "--json"], stdin, environment()
            )
            return [json.loads(line) for line in run[1].splitlines()]

        (added,) = served("holders", "add", "Qi Baishi", "--contact", "-", stdin="a@b.org")
        assert served("holders", "show", "Qi Baishi") == [added | {"contact": "a@b.org"}]
        assert served("holders", "list") == [added]
        reserve = ("reservations", "add", "--artist", "Qi Baishi", "--reserve", "style")
        (recorded,) = served(*reserve)
        (again,) = served(*reserve)
        assert (recorded["state"], again["state"]) == ("RECORDED", "EXISTS")
        (blocked,) = served("check", "--prompt", PROMPT)
        assert blocked["verdict"] == "BLOCK"
        assert [each["called"] for each in blocked["reservations"]] == ["Qi Baishi"]
        source = tmp_path / "optouts.csv"
        source.write_text("artist,reserve\nQi Baishi,style\nXu Beihong,style\nX,style\n")
        *_, last = served("reservations", "import", source)
        assert last["summary"] == {"recorded": 1, "exists": 1, "withdrawn": 0, "refused": 1}
        assert len(served("reservations", "list")) == 2
        served("holders", "update", "Qi Baishi", "--alias", "齐白石")
        assert [each["revision"] for each in served("holders", "history", "齐白石")] == [1, 2]
        served("reservations", "withdraw", recorded["reservation"])
        assert served("check", "--prompt", PROMPT)[0]["verdict"] == "ALLOW"
    finally:
        up.send_signal(signal.SIGINT)
        up.communicate(timeout=30)
