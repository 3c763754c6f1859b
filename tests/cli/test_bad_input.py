"""Bad input: a clear error with a reason code, nothing stored, and the rest goes on."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

Cli = Any


def png_bomb(side: int) -> bytes:
    """Return a small PNG file of side x side black pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        framed = kind + body
        return struct.pack(">I", len(body)) + framed + struct.pack(">I", zlib.crc32(framed))

    packer = zlib.compressobj(9)
    row = bytes(1 + side * 3)
    packed = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")
    )


@pytest.fixture
def bad(tmp_path: Path, paintings: Path) -> Path:
    folder = tmp_path / "bad"
    folder.mkdir()
    with Image.open(paintings / "0.png") as picture:
        picture.convert("RGB").save(folder / "whole.jpg", quality=90)
    data = (folder / "whole.jpg").read_bytes()
    (folder / "truncated.jpg").write_bytes(data[: len(data) // 2])
    (folder / "bomb.png").write_bytes(png_bomb(13_300))
    (folder / "text.png").write_text("This is not a picture.\n" * 20)
    (folder / "empty.png").write_bytes(b"")
    return folder


REASONS = {
    "truncated.jpg": "MALFORMED_MEDIA",
    "bomb.png": "IMAGE_TOO_LARGE",
    "text.png": "UNSUPPORTED_MEDIA_TYPE",
    "empty.png": "EMPTY_INPUT",
}


def test_each_bad_file_has_its_reason_and_the_good_one_is_checked(cli: Cli, bad: Path) -> None:
    checked = cli("check", bad, "--json")
    assert checked.code == 4
    lines = {Path(line["input"]).name: line for line in checked.valid("check")}
    assert lines["whole.jpg"]["verdict"] == "ALLOW"
    assert {name: lines[name]["error"]["reason"] for name in REASONS} == REASONS
    assert all(lines[name]["verdict"] is None for name in REASONS)
    assert "Traceback" not in checked.stderr


def test_bad_files_are_not_registered(cli: Cli, bad: Path) -> None:
    imported = cli("works", "import", bad, "--json")
    assert imported.code == 4
    lines = {Path(line["path"]).name: line for line in imported.valid("works-import")}
    assert {name: lines[name]["error"]["reason"] for name in REASONS} == REASONS
    assert len(cli("works", "list", "--json").lines) == 1
    assert cli("ledger", "verify", "--json").lines[0]["size"] == 1
    assert len(list((cli.home / "blobs").glob("??/*"))) == 1


def test_a_folder_without_pictures(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    checked = cli("check", tmp_path / "nothing", tmp_path / "missing.png", "--json")
    assert checked.code == 4
    reasons = [line["error"]["reason"] for line in checked.valid("check")]
    assert reasons == ["NO_IMAGES_FOUND", "FILE_NOT_FOUND"]
    imported = cli("works", "import", tmp_path / "nothing")
    assert imported.code == 3
    assert "NO_IMAGES_FOUND" in imported.stderr


@pytest.mark.parametrize(
    ("arguments", "reason", "code"),
    [
        (("x" * 100_000,), "PROMPT_TOO_LONG", 2),
        (("   ",), "EMPTY_INPUT", 2),
        (("waves", "--count", "0"), "INVALID_ARGUMENT", 2),
        (("waves", "--seed", "-1"), "INVALID_ARGUMENT", 2),
        (("waves", "--territory", "Germany"), "INVALID_ARGUMENT", 2),
        (("waves", "--size", "5x5"), "INVALID_ARGUMENT", 3),
        (("waves", "--size", "9000x9000"), "INVALID_ARGUMENT", 3),
        (("waves", "--engine", "nonsense:"), "CONFIG_INVALID", 3),
    ],
)
def test_bad_orders(
    cli: Cli, tmp_path: Path, arguments: tuple[str, ...], reason: str, code: int
) -> None:
    made = cli("generate", *arguments, "-o", tmp_path / "x.png")
    assert made.code == code
    assert reason in made.stderr
    assert "Traceback" not in made.stderr
    assert not (tmp_path / "x.png").exists()


def test_nothing_is_made_for_a_place_that_cannot_be_written(cli: Cli) -> None:
    made = cli("generate", "mosaic", "-o", "/proc/nowhere/x.png")
    assert made.code == 3
    assert "Traceback" not in made.stderr
    assert not cli.home.exists()


def test_a_name_that_is_no_text_is_shown_escaped(cli: Cli, paintings: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd"
    odd.mkdir()
    (odd / "caf\udce9 \n1.png").write_bytes((paintings / "0.png").read_bytes())
    checked = cli("check", odd, "--json", "-o", f"json={tmp_path / 'x.jsonl'}")
    assert checked.code == 0, checked.stderr
    assert checked.valid("check")[0]["verdict"] == "ALLOW"


def test_a_folder_that_cannot_be_read_is_not_passed_over(
    cli: Cli, paintings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root reads every folder, so the operating system's refusal is made here.
    from raisonne.cli import inputs

    def refuse(top: str, onerror: Any, **_: Any) -> Any:
        onerror(PermissionError(13, "Permission denied", f"{top}/closed"))
        return iter(())

    monkeypatch.setattr(inputs.os, "walk", refuse)
    found = list(inputs.find_inputs([str(paintings)]))
    assert [item.error is not None and "closed" in item.error.message for item in found] == [True]


def test_a_prompt_of_a_megabyte_from_a_client(cli: Cli) -> None:
    # A shell cannot pass a megabyte as one argument on every system; see tests/rpc for the wire.
    from raisonne.app.check import require_prompt
    from raisonne.rights.errors import InputError, Reason

    with pytest.raises(InputError) as caught:
        require_prompt("x" * 1_000_000)
    assert caught.value.reason is Reason.PROMPT_TOO_LONG


def test_usage_errors_exit_with_two(cli: Cli, tmp_path: Path) -> None:
    assert cli("check").code == 2
    assert cli("check", "x", "--use", "nonsense").code == 2
    assert cli("check", "x", "--territory", "Germany").code == 2
    assert cli("check", "x", "--at", "yesterday").code == 2
    assert cli("works", "import", tmp_path, "--reserve", "nonsense").code == 2
    assert cli("check", "x", "-o", "pdf").code == 2
    assert cli("generate", "waves", "-o", tmp_path / "x.png", "--size", "big").code == 2
    assert cli("frobnicate").code == 2


def test_a_server_is_never_half_meant(cli: Cli, tmp_path: Path) -> None:
    # The home of this command line would be ignored by a server: that is refused, not guessed.
    assert "server" in cli("--server", "127.0.0.1:1", "works", "list").stderr
    assert "CONFIG_INVALID" in cli("--server", "127.0.0.1:1", "doctor").stderr


def test_production_refuses_to_serve(cli: Cli) -> None:
    refused = cli("--config", "/dev/null", "up", env={"RAISONNE_PROFILE": "production"})
    assert refused.code == 3
    assert "UNSAFE_IN_PRODUCTION" in refused.stderr
