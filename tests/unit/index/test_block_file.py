from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from raisonne.index.block_file import (
    BLOCK_BYTES,
    FOOTER,
    MAGIC,
    VERSION,
    BlockFile,
    BlockFileDigest,
    DamagedSegmentError,
)
from raisonne.index.block_file_writer import BlockFileWriter
from raisonne.rights.errors import Reason, StorageError

KEYS = [None, bytes(range(32))]
both = pytest.mark.parametrize("key", KEYS, ids=["plain", "sealed"])
in_any_folder = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def noise(length: int, seed: int = 0) -> bytes:
    return np.random.default_rng(seed).bytes(length)


def write(path: Path, *parts: bytes, key: bytes | None = None) -> BlockFileDigest:
    with BlockFileWriter(path, key) as writer:
        for part in parts:
            writer.write(part)
        return writer.commit()


def read(path: Path, digest: BlockFileDigest, key: bytes | None, *, all_of_it: int) -> bytes:
    file = BlockFile(path, digest, key)
    try:
        file.check(np.array([0]), np.array([all_of_it]))
        return file.contents.tobytes()
    finally:
        file.close()


@both
@in_any_folder
@given(
    st.lists(
        st.one_of(
            st.integers(0, 9),
            st.integers(BLOCK_BYTES - 2, BLOCK_BYTES + 2),
            st.integers(0, 3 * BLOCK_BYTES),
        ),
        max_size=5,
    )
)
def test_what_is_written_in_any_pieces_is_read(tmp_path, key, lengths):
    contents = noise(sum(lengths))
    ends = np.cumsum([0, *lengths])
    parts = [contents[start:end] for start, end in pairwise(ends)]
    digest = write(tmp_path / "file", *parts, key=key)
    assert digest.size == (tmp_path / "file").stat().st_size
    assert read(tmp_path / "file", digest, key, all_of_it=len(contents)) == contents
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@both
def test_only_what_is_touched_is_verified(tmp_path, key):
    contents = noise(4 * BLOCK_BYTES)
    digest = write(tmp_path / "file", contents, key=key)
    flip(tmp_path / "file", 2 * BLOCK_BYTES + 5)
    file = BlockFile(tmp_path / "file", digest, key)
    sound = (np.array([0, 3 * BLOCK_BYTES + 7]), np.array([2 * BLOCK_BYTES, 4 * BLOCK_BYTES]))
    for _ in range(2):
        file.check(*sound)
    file.check(np.array([2 * BLOCK_BYTES + 1]), np.array([2 * BLOCK_BYTES + 1]))  # Nothing.
    assert file.contents[: 2 * BLOCK_BYTES].tobytes() == contents[: 2 * BLOCK_BYTES]
    assert file.contents[3 * BLOCK_BYTES :].tobytes() == contents[3 * BLOCK_BYTES :]
    for _ in range(2):
        with pytest.raises(DamagedSegmentError, match=r"file is damaged in block 2\.$"):
            file.check(np.array([0, 2 * BLOCK_BYTES - 1]), np.array([1, 2 * BLOCK_BYTES + 1]))
    file.close()


def flip(path: Path, position: int, mask: int = 1) -> None:
    changed = bytearray(path.read_bytes())
    changed[position] ^= mask
    path.write_bytes(changed)


@both
@in_any_folder
@given(st.data())
def test_a_changed_byte_anywhere_is_noticed(tmp_path, key, data):
    length = BLOCK_BYTES + 100
    digest = write(tmp_path / "file", noise(length), key=key)
    # The check values and the footer are a ten-thousandth of the file, so they are picked apart.
    end = st.integers(length, digest.size - 1)
    flip(
        tmp_path / "file",
        data.draw(st.one_of(st.integers(0, length - 1), end)),
        data.draw(st.integers(1, 255)),
    )
    with pytest.raises(DamagedSegmentError, match="file"):
        read(tmp_path / "file", digest, key, all_of_it=length)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def cut_to_a_footer(path: Path) -> None:
    path.write_bytes(path.read_bytes()[-FOOTER.size :])


def extend(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def extend_before_the_end(path: Path) -> None:
    path.write_bytes(b"\0" + path.read_bytes())


def empty(path: Path) -> None:
    path.write_bytes(b"")


def make_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def make_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def swap_blocks(path: Path) -> None:
    held = path.read_bytes()
    path.write_bytes(held[BLOCK_BYTES : 2 * BLOCK_BYTES] + held[:BLOCK_BYTES] + held[-200:])


def repeat_a_block(path: Path) -> None:
    held = path.read_bytes()
    path.write_bytes(held[:BLOCK_BYTES] + held[:BLOCK_BYTES] + held[2 * BLOCK_BYTES :])


def write_others(path: Path) -> None:
    write(path, noise(2 * BLOCK_BYTES, seed=1))


def zero(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


@both
@pytest.mark.parametrize(
    "damage",
    [
        cut,
        cut_to_a_footer,
        empty,
        extend,
        extend_before_the_end,
        make_a_folder,
        make_a_pipe,
        Path.unlink,
        repeat_a_block,
        swap_blocks,
        write_others,
        zero,
    ],
)
def test_another_file_is_noticed(tmp_path, key, damage: Callable[[Path], None]):
    digest = write(tmp_path / "file", noise(2 * BLOCK_BYTES), key=key)
    damage(tmp_path / "file")
    with pytest.raises(DamagedSegmentError, match="file") as caught:
        read(tmp_path / "file", digest, key, all_of_it=2 * BLOCK_BYTES)
    assert caught.value.reason is Reason.STORAGE_UNAVAILABLE
    assert caught.value.metadata == {"file": "file"}


def test_a_file_in_a_missing_folder_is_missing(tmp_path):
    with pytest.raises(DamagedSegmentError, match="is missing"):
        BlockFile(tmp_path / "folder" / "file", BlockFileDigest(100, bytes(32)))


@pytest.mark.parametrize(
    "footer",
    [
        (b"OTHERBLK", VERSION, 0, BLOCK_BYTES, 100),
        (MAGIC, VERSION + 1, 0, BLOCK_BYTES, 100),
        (MAGIC, VERSION, 1, BLOCK_BYTES, 100),
        (MAGIC, VERSION, 2, BLOCK_BYTES, 100),
        (MAGIC, VERSION, 0, 1, 100),
        (MAGIC, VERSION, 0, BLOCK_BYTES, 0),
        (MAGIC, VERSION, 0, BLOCK_BYTES, 99),
        (MAGIC, VERSION, 0, BLOCK_BYTES, 2**64 - 1),
    ],
)
def test_a_footer_is_not_believed(tmp_path, footer):
    contents = noise(100)
    trailer = sha256(contents).digest() + FOOTER.pack(*footer)
    (tmp_path / "file").write_bytes(contents + trailer)
    digest = BlockFileDigest(100 + len(trailer), sha256(trailer).digest())
    with pytest.raises(DamagedSegmentError, match=r"footer|does not end like"):
        BlockFile(tmp_path / "file", digest)


def test_a_sealed_file_needs_its_key_and_its_name(tmp_path):
    path, key = tmp_path / "file", KEYS[1]
    digest = write(path, noise(100), key=key)
    for wrong in (None, bytes(32)):
        with pytest.raises(DamagedSegmentError):
            read(path, digest, wrong, all_of_it=100)
    path.rename(tmp_path / "other")
    with pytest.raises(DamagedSegmentError):
        read(tmp_path / "other", digest, key, all_of_it=100)
    with pytest.raises(ValueError, match="32 bytes"):
        BlockFile(tmp_path / "other", digest, b"short")


def test_a_plain_file_is_not_taken_for_a_sealed_one(tmp_path):
    digest = write(tmp_path / "file", noise(100))
    with pytest.raises(DamagedSegmentError, match="sealed"):
        BlockFile(tmp_path / "file", digest, KEYS[1])


def test_a_sealed_file_shows_nothing(tmp_path):
    write(tmp_path / "file", b"a secret of many bytes" * 30_000, key=KEYS[1])
    stored = (tmp_path / "file").read_bytes()
    assert b"secret" not in stored
    blocks = [stored[start : start + 1024] for start in range(0, 600_000, 1024)]
    assert len(set(blocks)) == len(blocks)  # Equal blocks are not equal when encrypted.


@both
def test_it_may_be_unlinked_and_closed_while_arrays_are_held(tmp_path, key):
    contents = noise(2 * BLOCK_BYTES)
    digest = write(tmp_path / "file", contents, key=key)
    file = BlockFile(tmp_path / "file", digest, key)
    (tmp_path / "file").unlink()
    file.check(np.array([0]), np.array([len(contents)]))
    held = file.contents
    file.close()
    file.close()
    assert held.tobytes() == contents
    assert not held.flags.writeable
    with pytest.raises(ValueError, match="closed"):
        file.verify_all()


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@both
def test_a_file_that_is_let_go_of_is_closed(tmp_path, key):
    digest = write(tmp_path / "file", noise(100), key=key)
    before = open_files()
    file = BlockFile(tmp_path / "file", digest, key)
    assert open_files() > before
    del file
    assert open_files() == before


@pytest.mark.parametrize(
    ("key", "more", "problem"),
    [(KEYS[0], 0, "opened"), (KEYS[1], 0, "opened"), (None, 1, "mapped")],
)
def test_too_many_open_files_are_not_taken_for_damage(tmp_path, key, more, problem):
    digest = write(tmp_path / "file", noise(100), key=key)
    bounds = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest_free = os.dup(0)
    os.close(lowest_free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free + more, bounds[1]))
    try:
        with pytest.raises(StorageError, match=f"file cannot be {problem}: Too many") as caught:
            BlockFile(tmp_path / "file", digest, key)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, bounds)
    assert not isinstance(caught.value, DamagedSegmentError)


@both
def test_a_file_that_is_cut_while_open_is_noticed_where_it_was_not_touched(tmp_path, key):
    digest = write(tmp_path / "file", noise(2 * BLOCK_BYTES), key=key)
    file = BlockFile(tmp_path / "file", digest, key)
    os.truncate(tmp_path / "file", BLOCK_BYTES + 1)
    file.check(np.array([0]), np.array([BLOCK_BYTES]))
    with pytest.raises(DamagedSegmentError, match="cut short"):
        file.check(np.array([0]), np.array([BLOCK_BYTES + 1]))
    file.close()


@both
def test_verifying_all_reads_also_what_was_verified(tmp_path, key):
    length = 2 * BLOCK_BYTES + 10
    digest = write(tmp_path / "file", noise(length), key=key)
    file, told = BlockFile(tmp_path / "file", digest, key), []
    file.verify_all(lambda done, total: told.append((done, total)))
    assert told == [(BLOCK_BYTES, length), (2 * BLOCK_BYTES, length), (length, length)]
    file.check(np.array([0]), np.array([length]))
    with (tmp_path / "file").open("r+b") as changed:  # The very file that is open.
        changed.seek(BLOCK_BYTES)
        changed.write(bytes(100))
    with pytest.raises(DamagedSegmentError, match="block 1"):
        file.verify_all()
    file.close()


@both
def test_many_threads_may_touch_it_at_once(tmp_path, key):
    contents = noise(8 * BLOCK_BYTES)
    digest = write(tmp_path / "file", contents, key=key)
    file = BlockFile(tmp_path / "file", digest, key)
    held = np.frombuffer(contents, np.uint8)

    def look(seed: int) -> bool:
        chance, same = np.random.default_rng(seed), True
        for _ in range(20):
            starts = chance.integers(0, len(contents), 3)
            stops = np.minimum(starts + chance.integers(0, BLOCK_BYTES, 3), len(contents))
            file.check(starts, stops)
            for start, stop in zip(starts, stops, strict=True):
                same &= np.array_equal(file.contents[start:stop], held[start:stop])
        return same

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(look, range(8)))
    file.close()


def test_without_commit_nothing_remains(tmp_path):
    with BlockFileWriter(tmp_path / "file") as writer:
        writer.write(noise(2 * BLOCK_BYTES))
        assert [path.name for path in tmp_path.iterdir()] == ["file.tmp"]
    assert not list(tmp_path.iterdir())
    with pytest.raises(TypeError), BlockFileWriter(tmp_path / "file") as writer:
        writer.write(None)
    assert not list(tmp_path.iterdir())


@both
@pytest.mark.parametrize("length", [1000, 4 * BLOCK_BYTES])
def test_a_full_disk_is_told_and_nothing_remains(tmp_path, key, length):
    bounds = resource.getrlimit(resource.RLIMIT_FSIZE)  # Python ignores the signal.
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, bounds[1]))
    try:
        with pytest.raises(StorageError, match="file could not be written: File too large"):
            write(tmp_path / "file", noise(length), key=key)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, bounds)
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_told(tmp_path):
    with pytest.raises(StorageError, match="could not be written: No such file"):
        BlockFileWriter(tmp_path / "folder" / "file")


def test_what_a_killed_writer_left_is_in_nobodys_way(tmp_path):
    script = (
        "import sys, pathlib\n"
        "from raisonne.index.block_file_writer import BlockFileWriter\n"
        "with BlockFileWriter(pathlib.Path(sys.argv[1])) as writer:\n"
        "    while True:\n"
        "        writer.write(bytes(2**20))\n"
    )
    killed = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "file")])
    unfinished, until = tmp_path / "file.tmp", time.monotonic() + 30
    while not (unfinished.exists() and unfinished.stat().st_size) and time.monotonic() < until:
        time.sleep(0.01)
    killed.kill()
    assert killed.wait() == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == ["file.tmp"]
    digest = write(tmp_path / "file", b"contents")
    assert read(tmp_path / "file", digest, None, all_of_it=8) == b"contents"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_is_its_owners_only(tmp_path):
    write(tmp_path / "file", b"contents")
    assert (tmp_path / "file").stat().st_mode & 0o777 == 0o600
