from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from raisonne.app.sealing import Envelope, SealContext, Sealed, WrappedKey
from raisonne.keys.envelope import TenantEnvelope
from raisonne.keys.root import AesGcmKey, RootKey, root_key_from_uri
from raisonne.rights.errors import KeyUnavailableError, Reason

CONTEXT = SealContext("gallery", "asset", "assets/1")


class DictKekStore:
    """The store's contract over a dictionary (``setdefault`` is atomic, like an insert)."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str, int], bytes] = {}

    def current(self, tenant: str, purpose: str) -> tuple[int, bytes] | None:
        rows = [
            (key[2], row) for key, row in list(self.rows.items()) if key[:2] == (tenant, purpose)
        ]
        return max(rows, default=None)

    def get(self, tenant: str, purpose: str, version: int) -> bytes | None:
        return self.rows.get((tenant, purpose, version))

    def add(self, tenant: str, purpose: str, version: int, wrapped: bytes) -> bool:
        return self.rows.setdefault((tenant, purpose, version), wrapped) is wrapped


class CountingRoot:
    """A root key that says how often it was asked, as a key service's bill does."""

    def __init__(self) -> None:
        self._key = AesGcmKey(bytes(32))
        self.unwrapped = 0

    def wrap(self, key: bytes, context: bytes) -> bytes:
        return self._key.wrap(key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes:
        self.unwrapped += 1
        return self._key.unwrap(wrapped, context)


@pytest.fixture
def root(tmp_path: Path) -> RootKey:
    return root_key_from_uri(f"file:{tmp_path / 'root.json'}", None)


def test_seal_then_open_also_in_another_process(root: RootKey) -> None:
    store = DictKekStore()
    envelope: Envelope = TenantEnvelope(root, store)
    sealed = envelope.seal(CONTEXT, b"picture")
    assert b"picture" not in sealed.ciphertext
    assert envelope.open(CONTEXT, sealed) == b"picture"
    assert TenantEnvelope(root, store).open(CONTEXT, sealed) == b"picture"


@pytest.mark.parametrize(
    "other",
    [
        SealContext("gallery", "asset", "assets/2"),
        SealContext("gallery", "job", "assets/1"),
        SealContext("museum", "asset", "assets/1"),
    ],
)
def test_another_context_is_refused(root: RootKey, other: SealContext) -> None:
    envelope = TenantEnvelope(root, DictKekStore())
    sealed = envelope.seal(CONTEXT, b"picture")
    envelope.seal(other, b"so that its key exists")
    with pytest.raises(KeyUnavailableError) as caught:
        envelope.open(other, sealed)
    assert caught.value.reason is Reason.CIPHERTEXT_INVALID


def test_changed_bytes_and_keys_are_refused(root: RootKey) -> None:
    envelope = TenantEnvelope(root, DictKekStore())
    sealed, other = (envelope.seal(CONTEXT, b"picture") for _ in range(2))
    key = sealed.key
    changed = [
        Sealed(sealed.ciphertext[:-1] + b"\0", key),
        Sealed(sealed.ciphertext, other.key),
        Sealed(sealed.ciphertext, replace(key, wrapped=key.wrapped[:-1] + b"\0")),
    ]
    for item in changed:
        with pytest.raises(KeyUnavailableError) as caught:
            envelope.open(CONTEXT, item)
        assert caught.value.reason is Reason.CIPHERTEXT_INVALID


def test_deleting_the_row_shreds_at_once(root: RootKey) -> None:
    store = DictKekStore()
    envelope = TenantEnvelope(root, store)
    sealed = envelope.seal(CONTEXT, b"picture")
    store.rows.clear()
    with pytest.raises(KeyUnavailableError) as caught:
        envelope.open(CONTEXT, sealed)
    assert caught.value.reason is Reason.KEY_UNAVAILABLE
    envelope.seal(CONTEXT, b"new life, new key")
    with pytest.raises(KeyUnavailableError):
        envelope.open(CONTEXT, sealed)


def test_a_version_that_never_was_is_unavailable(root: RootKey) -> None:
    envelope = TenantEnvelope(root, DictKekStore())
    sealed = envelope.seal(CONTEXT, b"picture")
    with pytest.raises(KeyUnavailableError) as caught:
        envelope.open(CONTEXT, Sealed(sealed.ciphertext, WrappedKey(7, sealed.key.wrapped)))
    assert caught.value.reason is Reason.KEY_UNAVAILABLE


def test_rotation_seals_anew_and_opens_the_old(root: RootKey) -> None:
    envelope = TenantEnvelope(root, DictKekStore())
    old = envelope.seal(CONTEXT, b"old")
    assert envelope.rotate("gallery", "asset") == 2
    new = envelope.seal(CONTEXT, b"new")
    assert (old.key.version, new.key.version) == (1, 2)
    assert envelope.open(CONTEXT, old) == b"old"
    assert envelope.open(CONTEXT, new) == b"new"


def test_a_row_moved_to_another_tenant_is_refused(root: RootKey) -> None:
    store = DictKekStore()
    TenantEnvelope(root, store).seal(CONTEXT, b"picture")
    store.rows["museum", "asset", 1] = store.rows["gallery", "asset", 1]
    with pytest.raises(KeyUnavailableError):
        TenantEnvelope(root, store).seal(replace(CONTEXT, tenant="museum"), b"theirs")


def test_another_root_key_opens_nothing(tmp_path: Path, root: RootKey) -> None:
    store = DictKekStore()
    sealed = TenantEnvelope(root, store).seal(CONTEXT, b"picture")
    other = root_key_from_uri(f"file:{tmp_path / 'other.json'}", None)
    with pytest.raises(KeyUnavailableError):
        TenantEnvelope(other, store).open(CONTEXT, sealed)


def test_threads_agree_on_one_key_and_the_root_is_asked_rarely() -> None:
    root, store = CountingRoot(), DictKekStore()
    envelope = TenantEnvelope(root, store)
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda n: envelope.seal(CONTEXT, b"%d" % n), range(64)))
        opened = list(pool.map(lambda item: envelope.open(CONTEXT, item), sealed))
    assert opened == [b"%d" % n for n in range(64)]
    assert len(store.rows) == 1
    assert root.unwrapped <= 8
