from __future__ import annotations

import os
import re
import resource
import secrets
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from raisonne.app.sealing import BlobRecord, SealContext, Sealed, WrappedKey
from raisonne.rights.errors import KeyUnavailableError, Reason, StorageError
from raisonne.storage.blobs import FileBlobStore, Swept, _storage_errors

CONTEXT = SealContext("gallery", "asset", "assets/1")
FUTURE = datetime.now(UTC) + timedelta(hours=1)
KEY = WrappedKey(1, b"")


@dataclass(frozen=True)
class OneKeyEnvelope:
    """Real encryption under one key that is not wrapped."""

    key: AESGCM

    def seal(self, context: SealContext, plaintext: bytes) -> Sealed:
        nonce = secrets.token_bytes(12)
        return Sealed(
            self.key.encrypt(nonce, plaintext, repr(context).encode()), WrappedKey(1, nonce)
        )

    def open(self, context: SealContext, sealed: Sealed) -> bytes:
        try:
            return self.key.decrypt(sealed.key.wrapped, sealed.ciphertext, repr(context).encode())
        except InvalidTag as error:
            raise KeyUnavailableError("No.", reason=Reason.CIPHERTEXT_INVALID) from error


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def store(root: Path) -> FileBlobStore:
    return FileBlobStore(root, OneKeyEnvelope(AESGCM(AESGCM.generate_key(256))))


def files(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("data", [b"", b"x", b"abc" * 1_000_000])
def test_what_is_put_reads_back(store: FileBlobStore, data: bytes) -> None:
    assert store.get(CONTEXT, store.put(CONTEXT, data)) == data


def test_equal_data_has_two_locations(store: FileBlobStore) -> None:
    assert store.put(CONTEXT, b"x").location != store.put(CONTEXT, b"x").location


def test_files_are_encrypted_sharded_and_for_their_owner_alone(
    store: FileBlobStore, root: Path
) -> None:
    os.umask(0o022)
    record = store.put(CONTEXT, b"a secret picture")
    assert re.fullmatch("[0-9a-f]{2}/[0-9a-f]{30}", record.location)
    path = root / record.location
    assert b"secret" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert root.stat().st_mode & 0o777 == 0o700
    assert files(root) == {record.location}


def test_another_object_s_context_does_not_open_it(store: FileBlobStore) -> None:
    record = store.put(CONTEXT, b"x")
    with pytest.raises(KeyUnavailableError):
        store.get(replace(CONTEXT, object="assets/2"), record)


def test_a_missing_file_is_told(store: FileBlobStore, root: Path) -> None:
    record = store.put(CONTEXT, b"x")
    (root / record.location).unlink()
    with pytest.raises(StorageError, match="missing") as raised:
        store.get(CONTEXT, record)
    assert isinstance(raised.value.__cause__, FileNotFoundError)


@pytest.mark.parametrize(
    "location", ["", "../secret", "/etc/passwd", "ab/../../secret", "ab/" + "0" * 30 + "\n", "ab"]
)
def test_no_location_leads_out_of_the_folder(
    store: FileBlobStore, root: Path, location: str
) -> None:
    (root.parent / "secret").write_bytes(b"x")
    with pytest.raises(StorageError, match="not one that was given out"):
        store.get(CONTEXT, BlobRecord(location, KEY))


def test_a_root_that_cannot_be_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError):
        FileBlobStore(tmp_path / "file" / "blobs", OneKeyEnvelope(AESGCM(bytes(32))))


def test_a_write_that_fails_leaves_nothing(store: FileBlobStore, root: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(StorageError, match="cannot be read or written") as raised:
            store.put(CONTEXT, bytes(10_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert isinstance(raised.value.__cause__, OSError)
    assert files(root) == set()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_told() -> None:
    with pytest.raises(StorageError, match="disk that holds the stored files is full"):
        _write_to_a_full_disk()


def _write_to_a_full_disk() -> None:
    with _storage_errors(), Path("/dev/full").open("wb") as file:
        file.write(b"x")


def test_the_sweep_removes_what_no_row_names(store: FileBlobStore, root: Path) -> None:
    kept, orphan = (store.put(CONTEXT, b"x").location for _ in range(2))
    (root / "ab").mkdir(exist_ok=True)
    (root / "ab" / "0.tmp").write_bytes(b"half")
    assert store.sweep({kept}.__contains__, FUTURE) == Swept(orphans=1, unfinished=1)
    assert files(root) == {kept}
    assert orphan != kept
    assert store.sweep({kept}.__contains__, FUTURE) == Swept(0, 0)


def test_the_sweep_keeps_what_a_transaction_may_still_name(
    store: FileBlobStore, root: Path
) -> None:
    young, old = (store.put(CONTEXT, b"x").location for _ in range(2))
    (root / "ab").mkdir(exist_ok=True)
    (root / "ab" / "0.tmp").write_bytes(b"half")
    os.utime(root / old, (0, 0))
    assert store.sweep(lambda _: False, datetime.fromtimestamp(60, UTC)) == Swept(1, 0)
    assert files(root) == {young, "ab/0.tmp"}


def test_an_empty_folder_becomes_the_catalogue_s_own(store: FileBlobStore, root: Path) -> None:
    assert store.bind("mine")
    store.put(CONTEXT, b"x")
    assert store.bind("mine")
    assert (root / ".catalogue").read_text() == "mine\n"
    assert (root / ".catalogue").stat().st_mode & 0o777 == 0o600
    assert store.sweep(lambda _: False, FUTURE) == Swept(orphans=1, unfinished=0)
    assert files(root) == {".catalogue"}


def test_a_folder_of_unknown_origin_is_nobody_s(store: FileBlobStore, root: Path) -> None:
    location = store.put(CONTEXT, b"x").location
    assert not store.bind("mine")
    assert not store.bind("mine")
    assert files(root) == {location}


def test_a_folder_that_two_catalogues_used_is_nobody_s(store: FileBlobStore, root: Path) -> None:
    assert store.bind("mine")
    assert not store.bind("another")
    # What the other catalogue has put there since is not known to the first one.
    assert not store.bind("mine")
    assert (root / ".catalogue").read_text() == "mine\nanother\n"


def test_a_note_of_the_catalogue_that_a_crash_left_empty_allows_nothing(
    store: FileBlobStore, root: Path
) -> None:
    (root / ".catalogue").touch()
    store.put(CONTEXT, b"x")
    assert not store.bind("mine")
