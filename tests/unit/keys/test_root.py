from __future__ import annotations

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from raisonne.keys.root import root_key_from_uri
from raisonne.rights.errors import ConfigError, KeyUnavailableError, Reason


def test_first_use_makes_a_private_file_that_later_uses_open(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "root.json"
    wrapped = root_key_from_uri(f"file:{path}", None).wrap(b"k" * 32, b"context")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert root_key_from_uri(f"file:{path}", None).unwrap(wrapped, b"context") == b"k" * 32
    assert [entry.name for entry in path.parent.iterdir()] == ["root.json"]


def test_passphrase_hides_the_key_and_is_needed(tmp_path: Path) -> None:
    uri = f"file:{tmp_path / 'root.json'}"
    wrapped = root_key_from_uri(uri, "correct horse").wrap(b"k" * 32, b"context")
    assert "key" not in json.loads((tmp_path / "root.json").read_text())
    assert root_key_from_uri(uri, "correct horse").unwrap(wrapped, b"context") == b"k" * 32
    for wrong in ("battery staple", None):
        with pytest.raises(KeyUnavailableError):
            root_key_from_uri(uri, wrong)


def test_passphrase_for_an_open_file_is_refused(tmp_path: Path) -> None:
    uri = f"file:{tmp_path / 'root.json'}"
    root_key_from_uri(uri, None)
    with pytest.raises(ConfigError):
        root_key_from_uri(uri, "unexpected")


def test_wrong_context_and_changed_bytes_are_refused(tmp_path: Path) -> None:
    root = root_key_from_uri(f"file:{tmp_path / 'root.json'}", None)
    wrapped = root.wrap(b"k" * 32, b"context")
    for data, context in ((wrapped, b"other"), (wrapped[:-1], b"context"), (b"", b"context")):
        with pytest.raises(KeyUnavailableError) as caught:
            root.unwrap(data, context)
        assert caught.value.reason is Reason.CIPHERTEXT_INVALID


def test_a_file_open_to_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "root.json"
    root_key_from_uri(f"file:{path}", None)
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="0600"):
        root_key_from_uri(f"file:{path}", None)


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"key": 1}', b'{"kdf": {}}', b"\xff"])
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "root.json"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises((ConfigError, KeyUnavailableError)):
        root_key_from_uri(f"file:{path}", None)


@pytest.mark.parametrize("uri", ["vault:secret", "root.json", "file:", ""])
def test_unknown_uris_are_refused(uri: str) -> None:
    with pytest.raises(ConfigError):
        root_key_from_uri(uri, None)


def test_a_directory_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ConfigError):
        root_key_from_uri(f"file:{tmp_path / 'file' / 'root.json'}", None)


def test_starting_together_gives_one_key(tmp_path: Path) -> None:
    uri = f"file:{tmp_path / 'root.json'}"
    with ThreadPoolExecutor(8) as pool:
        roots = list(pool.map(lambda _: root_key_from_uri(uri, None), range(8)))
    wrapped = roots[0].wrap(b"k" * 32, b"")
    assert all(root.unwrap(wrapped, b"") == b"k" * 32 for root in roots)
