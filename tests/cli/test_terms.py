from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Cli


def test_terms_are_listed_found_and_removed(cli: Cli) -> None:
    added = cli("terms", "add", "Coca-Cola", "Pepsi", "--category", "mark", "--json")
    assert added.code == 0, added.stderr
    lines = added.valid("term")
    assert [line["state"] for line in lines] == ["LISTED", "LISTED"]
    checked = cli("check", "--json", "--prompt", "a c0ca-c0la ad", "--prompt", "a red can")
    assert checked.code == 1, checked.stderr
    blocked, allowed = checked.valid("check")
    assert (blocked["verdict"], allowed["verdict"]) == ("BLOCK", "ALLOW")
    assert blocked["input"] == "prompt"
    (hit,) = blocked["term_hits"]
    assert (hit["term"], hit["start"], hit["end"], hit["grade"]) == ("Coca-Cola", 2, 11, "OBSCURED")
    assert hit["entry"] == lines[0]["name"]
    removed = cli("terms", "remove", lines[0]["name"], "--json")
    assert [line["state"] for line in removed.valid("term")] == ["REMOVED"]
    assert cli("check", "--prompt", "a coca-cola ad").code == 0
    left = cli("terms", "list", "--json", "--category", "mark").valid("term")
    assert [line["term"] for line in left] == ["Pepsi"]
    verified = cli("ledger", "verify", "--json")
    assert verified.code == 0


def test_an_import_names_the_rows_that_cannot_be_used(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "terms.csv"
    source.write_text(
        "term,category,severity,reason,languages\n"
        "齐白石,artist,,Asked.,zh\n"
        "Mickey Mouse,character,,,\n"
        ",mark,,,\n"
        "kittens,TENANT,info,,\n"
        "puppies,pets,,,\n",
        encoding="utf-8",
    )
    done = cli("terms", "import", source, "--json")
    assert done.code == 4, done.stderr
    *refused, last = done.valid("terms-import")
    assert [line["row"] for line in refused] == [3, 5]
    assert last["summary"] == {"listed": 3, "changed": 0, "exists": 0, "refused": 2}
    again = cli("terms", "import", source, "--json").lines[-1]
    assert again["summary"] == {"listed": 0, "changed": 0, "exists": 3, "refused": 2}
    assert cli("check", "--prompt", "qi baishi").code == 1
    assert cli("check", "--prompt", "two kittens").code == 0


def test_json_lines_are_imported(cli: Cli, tmp_path: Path) -> None:
    source = tmp_path / "terms.jsonl"
    rows = [{"term": f"Nobody {number}", "languages": ["de", "fr"]} for number in range(20)]
    source.write_text("\n".join(map(json.dumps, rows)))
    done = cli("terms", "import", source, "--category", "banned", "--json")
    assert done.code == 0, done.stderr
    listed = cli("terms", "list", "--json").valid("term")
    assert {(line["category"], *line["languages"]) for line in listed} == {("banned", "de", "fr")}


def test_what_cannot_be_meant_is_a_usage_error(cli: Cli, tmp_path: Path) -> None:
    assert cli("terms", "add", "x").code == 2
    assert cli("terms", "add", "Pepsi", "--category", "drinks").code == 2
    assert cli("check").code == 2
    assert cli("check", "--prompt", " ").code == 2
    assert cli("terms", "remove", "terms/none").code == 3
    unknown = tmp_path / "terms.csv"
    unknown.write_text("word\nx\n")
    assert cli("terms", "import", unknown).code == 3
    assert cli("terms", "import", tmp_path / "missing.csv").code == 3
    assert cli("--server", "127.0.0.1:1", "terms", "list").code == 3
