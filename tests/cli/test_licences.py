from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.cli.conftest import Cli


def imported(cli: Cli, paintings: Path) -> list[str]:
    manifest = paintings.parent / f"{cli.home.parent.name}.csv"
    rows = [f"{paintings / f'{n}.png'},Study {n},Ada,ai-training,show" for n in range(3)]
    manifest.write_text("\n".join(["path,title,holder,reservations,collection", *rows]))
    return [line["work"] for line in cli("works", "import", manifest, "--json").lines]


def test_a_negotiated_licence_turns_a_match_into_allow_with_what_is_owed(
    cli: Cli, paintings: Path, tmp_path: Path
) -> None:
    work, *_ = imported(cli, paintings)
    copy = paintings / "0.png"
    assert cli("check", copy, "--use", "train", "--territory", "DE").code == 1
    contract = tmp_path / "contract.pdf"
    contract.write_bytes(b"%PDF signed")
    added = cli(
        "licences", "add", work, "--licence", "LicenseRef-Models-2026", "--uses", "train,mine",
        "--territory", "de,AT", "--licensor", "Ada", "--licensee", "Model House", "--attribution",
        "--fee", "--release", "ai-training", "--document", contract, "--note", "Vienna", "--json",
    )  # fmt: skip
    assert added.code == 0, added.stderr
    (licence,) = added.valid("licence")
    assert (licence["state"], licence["work"]) == ("IN_FORCE", work)
    assert licence["document_sha256"] == hashlib.sha256(b"%PDF signed").hexdigest()
    (kept,) = cli("documents", "list", "--json").lines
    assert (kept["document"], kept["about"]) == (licence["document"], [work])
    assert (licence["territories"], licence["releases"]) == (["AT", "DE"], ["ai-training"])

    checked = cli("check", copy, "--use", "train", "--territory", "DE", "--json")
    assert checked.code == 0, checked.stderr
    (line,) = checked.valid("check")
    assert line["verdict"] == "ALLOW"
    assert {finding["licence"] for finding in line["findings"]} == {licence["licence"]}
    assert line["obligations"] == [f"ATTRIBUTE:{work}", f"FEE:{work}"]
    told = cli("check", copy, "--use", "train", "--territory", "DE").stdout
    assert f"under {licence['licence']} (LicenseRef-Models-2026) if it is credited" in told
    assert f"owes FEE:{work}" in told
    assert "Model House" not in told + checked.stdout

    explained = cli("policy", "explain", line["verdict_name"], "--json")
    (replay,) = explained.valid("policy-explain")
    subjects = {r["subject"] for f in replay["findings"] for r in f["decided"]}
    assert licence["licence"] in subjects

    # Another country, another use and an earlier time are not what was agreed.
    assert cli("check", copy, "--use", "train", "--territory", "US").code == 1
    assert cli("check", copy, "--use", "commercial", "--territory", "DE").code == 1
    earlier = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert cli("check", copy, "--use", "train", "--territory", "DE", "--at", earlier).code == 1

    listed = cli("works", "list", "--use", "train", "--territory", "DE", "--json").valid("work")
    assert [(one["work"], one["permitted_by"]) for one in listed] == [(work, licence["licence"])]
    revoked = cli("licences", "revoke", licence["licence"], "--note", "unpaid", "--json")
    assert revoked.valid("licence")[0]["state"] == "REVOKED"
    assert cli("check", copy, "--use", "train", "--territory", "DE").code == 1
    again = cli("licences", "revoke", licence["licence"])
    assert (again.code, "STATE_CONFLICT" in again.stderr) == (3, True)
    notes = [version["note"] for version in cli("works", "history", work, "--json").lines]
    assert notes[1:] == [f"{licence['licence']} recorded", f"{licence['licence']} revoked: unpaid"]
    again = cli(
        "licences", "add", work, "--licence", "LicenseRef-Models-2027", "--uses", "mine",
        "--document", licence["document"], "--json",
    ).lines[0]  # fmt: skip
    assert again["document_sha256"] == licence["document_sha256"]
    assert cli("ledger", "verify").code == 0


def test_licences_of_a_collection_are_listed_soonest_first(cli: Cli, paintings: Path) -> None:
    works = imported(cli, paintings)
    soon, late = (datetime.now(UTC) + timedelta(days=days) for days in (20, 400))
    show = ("licences", "add", "--licence", "LicenseRef-Show", "--uses", "display", "--json")
    added = cli(*show, "--collection", "show", "--until", late.isoformat(), "--licensee", "Galerie")
    assert [line["work"] for line in added.valid("licence")] == works
    first = cli(*show, works[1], "--until", soon.isoformat(), "--fee").lines[0]["licence"]
    ended = cli(*show, works[2], "--until", "2020-01-01").lines[0]
    assert ended["state"] == "EXPIRED"
    future = cli(*show, works[2], "--from", late.isoformat()).lines[0]
    assert future["state"] == "NOT_YET"

    listed = cli("licences", "list", "--json").valid("licence")
    assert listed[0]["licence"] == first
    assert len(listed) == 5
    within = cli("licences", "list", "--expiring", "30", "--json").lines
    assert [line["licence"] for line in within] == [first]
    assert len(cli("licences", "list", "--all", "--json").lines) == 6
    of_work = cli("licences", "list", "--work", works[0], "--json").lines
    assert [line["work"] for line in of_work] == works[:1]
    head, top, *_ = cli("licences", "list").stdout.splitlines()
    assert head.split()[:4] == ["STATE", "ENDS", "LEFT", "WORK"]
    for words in ("in force", f"{soon:%Y-%m-%d}", "19 d", "Study 1", "display", "fee", first):
        assert words in top


def test_what_cannot_be_meant_is_refused(cli: Cli, paintings: Path, tmp_path: Path) -> None:
    work, *_ = imported(cli, paintings)
    add = ("licences", "add", work, "--licence", "LicenseRef-Show")
    display = (*add, "--uses", "display")
    for wrong in (
        add,
        ("licences", "add", work, "--uses", "display"),
        ("licences", "add", "--licence", "CC0-1.0"),
        (*display, "--collection", "show"),
        (*add, "--uses", "display,paint"),
        (*display, "--territory", "Germany"),
        (*display, "--from", "2027-01-02", "--until", "2027-01-01"),
        (*display, "--until", "soon"),
        (*display, "--release", "everything"),
        (*display, "--document", tmp_path / "missing.pdf"),
        ("licences", "add", "--licence", "CC0-1.0", "--collection", "nothing"),
    ):
        assert cli(*wrong).code == 2, wrong
    unknown = cli("licences", "add", "works/none", "--licence", "CC0-1.0")
    assert (unknown.code, "NOT_FOUND" in unknown.stderr) == (3, True)
    assert cli("licences", "revoke", "licences/none").code == 3
    assert cli("licences", "list", "--work", "works/none").code == 3
    assert cli("licences", "list").stdout == ""
    # An identifier that is known says itself what it grants.
    (known,) = cli("licences", "add", work, "--licence", "CC-BY-NC-4.0", "--json").lines
    assert (known["uses"], known["attribution"]) == (["derive", "display", "index"], True)
    unknown = cli(*display, "--document", "documents/0f")
    assert (unknown.code, "NOT_FOUND" in unknown.stderr) == (3, True)
