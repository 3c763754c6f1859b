from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from raisonne.keys.note_key import NoteSigner, note_key_id, note_signer_from_uri
from raisonne.rights.errors import ConfigError


def test_signature_verifies_with_nothing_but_the_verifier_key(tmp_path: Path) -> None:
    signer = note_signer_from_uri(f"file:{tmp_path / 'note.pem'}", "example.com/log")
    name, key_id, encoded = signer.verifier_key.split("+", 2)
    public = base64.b64decode(encoded)
    assert (name, bytes.fromhex(key_id)) == ("example.com/log", signer.key_id)
    assert public[0] == 1
    verifier = Ed25519PublicKey.from_public_bytes(public[1:])
    verifier.verify(signer.sign(b"text\n"), b"text\n")
    with pytest.raises(InvalidSignature):
        verifier.verify(signer.sign(b"text\n"), b"other\n")


def test_key_id_is_the_published_one() -> None:
    # Verifier key of the package example of golang.org/x/mod/sumdb/note.
    vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    name, key_id, encoded = vkey.split("+", 2)
    assert note_key_id(name, base64.b64decode(encoded)[1:]).hex() == key_id


def test_signature_is_the_one_of_rfc_8032_test_1() -> None:
    seed = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    signer = NoteSigner("example.com/log", Ed25519PrivateKey.from_private_bytes(seed))
    public = base64.b64decode(signer.verifier_key.split("+", 2)[2])
    assert public.hex() == "01d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert signer.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a84877f1eb8e5d974")


def test_the_key_is_private_and_stays(tmp_path: Path) -> None:
    uri = f"file:{tmp_path / 'note.pem'}"
    first = note_signer_from_uri(uri, "log")
    assert stat.S_IMODE((tmp_path / "note.pem").stat().st_mode) == 0o600
    assert note_signer_from_uri(uri, "log").verifier_key == first.verifier_key


@pytest.mark.parametrize("name", ["", "two words", "a+b", "line\nbreak"])
def test_names_that_break_notes_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError):
        note_signer_from_uri(f"file:{tmp_path / 'note.pem'}", name)


def test_foreign_files_and_schemes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "note.pem"
    path.write_bytes(b"not a key")
    path.chmod(0o600)
    for uri in (f"file:{path}", "kms:key"):
        with pytest.raises(ConfigError):
            note_signer_from_uri(uri, "log")
