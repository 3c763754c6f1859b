from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from raisonne.ledger.checkpoint import VerifierKey, open_note, sign_checkpoint, verify_note
from raisonne.ledger.tree import EMPTY_ROOT, leaf_hash
from raisonne.rights.errors import InputError, LedgerError
from raisonne.rights.ledger import Checkpoint

# The examples of C2SP signed-note and of golang.org/x/mod/sumdb/note.
C2SP_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONn"
    "cAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
GO_VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_TEXT = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
)
GO_NOTE = (
    GO_TEXT
    + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfq"
    "dngotpRZb6KE6RyyBwJnAM=\n"
)
ORIGIN = "example.com/log"
ROOT = leaf_hash(b"entry")


@dataclass(frozen=True)
class Key:
    """An Ed25519 note key, with its encodings worked out apart from the code under test."""

    name: str
    private: Ed25519PrivateKey

    @property
    def _typed(self) -> bytes:
        return b"\x01" + self.private.public_key().public_bytes_raw()

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(f"{self.name}\n".encode() + self._typed).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(self._typed).decode()}"

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


def _key(name: str = ORIGIN, seed: int = 1) -> Key:
    return Key(name, Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32))


@dataclass(frozen=True)
class PostQuantum:
    """A signer of another type, as long as an ML-DSA-44 cosignature."""

    name: str = "witness.example/w"
    key_id: bytes = b"\1\2\3\4"

    def sign(self, message: bytes) -> bytes:
        return hashlib.shake_256(message).digest(8 + 2_420)


@pytest.mark.parametrize(
    ("note", "vkey", "text"),
    [(C2SP_NOTE, C2SP_VKEY, "This is an example message.\n"), (GO_NOTE, GO_VKEY, GO_TEXT)],
)
def test_published_notes_verify(note: str, vkey: str, text: str) -> None:
    assert open_note(note, [vkey]) == text
    with pytest.raises(LedgerError):
        open_note(note.replace("i", "1", 1), [vkey])


def test_a_checkpoint_reads_back() -> None:
    key = _key()
    signed = sign_checkpoint(ORIGIN, 20_852_163, ROOT, [key])
    assert (signed.origin, signed.size, signed.root) == (ORIGIN, 20_852_163, ROOT)
    assert signed.note.startswith(f"{ORIGIN}\n20852163\n{base64.b64encode(ROOT).decode()}\n\n— ")
    assert verify_note(signed.note, [key.vkey]) == signed


def test_the_empty_log_has_a_checkpoint() -> None:
    signed = sign_checkpoint(ORIGIN, 0, EMPTY_ROOT, [_key()])
    assert verify_note(signed.note, [_key().vkey]).size == 0


def test_other_signatures_may_stand_beside() -> None:
    key, witness = _key(), _key("witness.example/v", seed=2)
    signed = sign_checkpoint(ORIGIN, 5, ROOT, [PostQuantum(), key, witness])
    for vkeys in ([key.vkey], [witness.vkey], [witness.vkey, key.vkey]):
        assert verify_note(signed.note, vkeys) == signed


def test_one_bad_signature_by_a_known_key_spoils_the_note() -> None:
    key, witness = _key(), _key("witness.example/v", seed=2)
    genuine = sign_checkpoint(ORIGIN, 5, ROOT, [key]).note
    other = sign_checkpoint(ORIGIN, 6, ROOT, [witness]).note
    mixed = genuine + other.rpartition("\n\n")[2]
    assert verify_note(mixed, [key.vkey]).size == 5
    with pytest.raises(LedgerError):
        verify_note(mixed, [key.vkey, witness.vkey])


@pytest.mark.parametrize("stranger", [_key(seed=2), _key("another.example", seed=1)])
def test_notes_by_others_are_refused(stranger: Key) -> None:
    note = sign_checkpoint(ORIGIN, 5, ROOT, [_key()]).note
    with pytest.raises(LedgerError):
        verify_note(note, [stranger.vkey])
    with pytest.raises(LedgerError):
        verify_note(note, [])


@given(st.data())
def test_no_altered_character_passes(data: st.DataObject) -> None:
    key = _key()
    signed = sign_checkpoint(ORIGIN, 123, ROOT, [key])
    at = data.draw(st.integers(0, len(signed.note) - 1))
    new = data.draw(st.characters().filter(lambda character: character != signed.note[at]))
    try:
        read = verify_note(signed.note[:at] + new + signed.note[at + 1 :], [key.vkey])
    except LedgerError:
        return
    # The last base64 digit of a signature has bits to spare, and what is signed is the same.
    assert (read.origin, read.size, read.root) == (ORIGIN, 123, ROOT)


def _note(text: str, key: Key) -> str:
    signature = base64.b64encode(key.key_id + key.sign(text.encode())).decode()
    return f"{text}\n— {key.name} {signature}\n"


HASH = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "one line\n",
        f"{ORIGIN}\n5\n",
        f"{ORIGIN}\n05\n{HASH}\n",
        f"{ORIGIN}\n-5\n{HASH}\n",
        f"{ORIGIN}\n\u0665\n{HASH}\n",
        f"{ORIGIN}\n{'9' * 5_000}\n{HASH}\n",
        f"{ORIGIN}\n\n{HASH}\n",
        f"\n5\n{HASH}\n",
        f"{ORIGIN}\n5\n{HASH[:-4]}\n",
        f"{ORIGIN}\n5\n*{HASH[1:]}\n",
        f"{ORIGIN}\n5\n{HASH}\n\nextension\n",
        f"{ORIGIN}\n5\n{HASH}\r\n",
        f"{ORIGIN}\n5\n{HASH}",
    ],
)
def test_signed_texts_that_are_no_checkpoints_are_refused(text: str) -> None:
    with pytest.raises(LedgerError):
        verify_note(_note(text, _key()), [_key().vkey])


def test_extension_lines_are_passed_over() -> None:
    note = _note(f"{ORIGIN}\n5\n{HASH}\nextension 1\nextension 2\n", _key())
    assert verify_note(note, [_key().vkey]) == Checkpoint(ORIGIN, 5, ROOT, note)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.removesuffix("\n"),
        lambda note: note + "\n",
        lambda note: note + "no signature\n",
        lambda note: note + "— name with spaces AAAAAAA=\n",
        lambda note: note + "— short AAAAAA==\n",
        lambda note: note + "— broken AAAAA\n",
        lambda note: note.replace("\n\n", "\n"),
        lambda note: note.replace("—", "-"),
        lambda note: note + "— more AAAAAAAA\n" * 64,
        lambda note: note.replace("example", "example\t"),
        lambda note: "\ud800" + note,
        lambda _: "",
    ],
)
def test_malformed_notes_are_refused(spoil: object) -> None:
    assert callable(spoil)
    note = spoil(sign_checkpoint(ORIGIN, 5, ROOT, [_key()]).note)
    with pytest.raises(LedgerError):
        verify_note(note, [_key().vkey])


@pytest.mark.parametrize(
    ("origin", "size", "root", "name"),
    [
        ("", 5, ROOT, ORIGIN),
        ("two\nlines", 5, ROOT, ORIGIN),
        (f"evil\n9\n{HASH}", 5, ROOT, ORIGIN),
        (ORIGIN, -1, ROOT, ORIGIN),
        (ORIGIN, 5, ROOT[:-1], ORIGIN),
        (ORIGIN, 5, ROOT, "two words"),
        (ORIGIN, 5, ROOT, "a+b"),
        (ORIGIN, 5, ROOT, ""),
    ],
)
def test_what_would_break_the_format_is_not_signed(
    origin: str, size: int, root: bytes, name: str
) -> None:
    with pytest.raises(InputError):
        sign_checkpoint(origin, size, root, [_key(name)])


def test_a_checkpoint_needs_a_signature() -> None:
    with pytest.raises(InputError):
        sign_checkpoint(ORIGIN, 5, ROOT, [])


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "name",
        "name+00000000",
        C2SP_VKEY.replace("530d903a", "530d903b"),
        C2SP_VKEY.replace("530d903a", "530d90zz"),
        C2SP_VKEY.replace("foo", "bar"),
        C2SP_VKEY[:-4],
        C2SP_VKEY[:-1] + "*",
    ],
)
def test_verifier_keys_that_do_not_fit_are_refused(vkey: str) -> None:
    with pytest.raises(InputError):
        VerifierKey.parse(vkey)


@pytest.mark.parametrize(
    "typed",
    [b"\x06" + bytes(1_312), b"\x01" + bytes(31), b"\x01", b""],
    ids=["another type", "too short", "no key", "nothing"],
)
def test_verifier_keys_that_are_no_ed25519_keys_are_refused(typed: bytes) -> None:
    key_id = hashlib.sha256(b"w\n" + typed).hexdigest()[:8]
    with pytest.raises(InputError):
        VerifierKey.parse(f"w+{key_id}+{base64.b64encode(typed).decode()}")
