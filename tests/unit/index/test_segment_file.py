from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from raisonne.index.arrays import Arrays, Chunks
from raisonne.index.block_file import BLOCK_BYTES, BlockFileDigest, DamagedSegmentError
from raisonne.index.block_file_writer import BlockFileWriter
from raisonne.index.segment_file import SMALL_BYTES, SegmentFile, open_segment, write_segment
from raisonne.index.segment_header import MAX_HEADER_BYTES
from raisonne.rights.errors import StorageError

KEYS = [None, bytes(range(32))]
both = pytest.mark.parametrize("key", KEYS, ids=["plain", "sealed"])
in_any_folder = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DTYPES = [f"{order}{kind}{width}" for order, kind, width in ("|u1", "|i1")] + [
    f"<{kind}{width}" for kind in "iuf" for width in (2, 4, 8)
]
ARRAYS = st.dictionaries(
    st.text(min_size=1, max_size=9),
    st.sampled_from(DTYPES).flatmap(
        lambda dtype: arrays_of.arrays(
            dtype, arrays_of.array_shapes(max_dims=4, min_side=0, max_side=6)
        )
    ),
    max_size=5,
)
METADATA = st.dictionaries(st.text(max_size=9), st.one_of(st.text(max_size=9), st.integers()))


def opened(path: Path, digest: BlockFileDigest, key: bytes | None = None) -> SegmentFile:
    return open_segment(path, digest.size, digest.digest, key)


def pieces(array: np.ndarray, step: int) -> Iterator[np.ndarray]:
    for start in range(0, len(array), step):
        yield array[start : start + step]


@both
@in_any_folder
@given(ARRAYS, METADATA, st.integers(1, 3))
def test_arrays_come_back_as_they_were_written(tmp_path, key, arrays, metadata, step):
    chunked = {
        name: Chunks(array.dtype, array.shape, pieces(array, step))
        for name, array in arrays.items()
    }
    digest = write_segment(tmp_path / "chunked", chunked, metadata, None)
    assert write_segment(tmp_path / "file", arrays, metadata, None) == digest
    digest = write_segment(tmp_path / "file", arrays, metadata, key)
    with opened(tmp_path / "file", digest, key) as segment:
        assert segment.metadata == metadata
        assert list(segment.places) == list(arrays)
        for name, array in arrays.items():
            for read in (segment.whole(name), segment.unchecked(name)):
                assert (read.dtype, read.shape) == (array.dtype, array.shape)
                assert read.tobytes() == array.tobytes()
                assert not read.flags.writeable
                assert read.ctypes.data % 64 == 0 or not read.size
            order = np.random.default_rng(0).permutation(len(array))
            assert segment.rows(name, order).tobytes() == array[order].tobytes()


@both
@in_any_folder
@given(st.data())
def test_a_changed_byte_is_noticed(tmp_path, key, data):
    codes = np.arange(300, dtype=np.uint16).reshape(100, 3)
    digest = write_segment(tmp_path / "file", {"a": codes, "b": codes}, {"kind": "test"}, key)
    changed = bytearray((tmp_path / "file").read_bytes())
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    (tmp_path / "file").write_bytes(changed)
    with pytest.raises(DamagedSegmentError, match="file"):
        opened(tmp_path / "file", digest, key)


def large() -> dict[str, np.ndarray]:
    chance = np.random.default_rng(3)
    rows = (SMALL_BYTES + 5 * BLOCK_BYTES) // 1000
    return {
        "codes": chance.integers(0, 256, (1000, 32), np.uint8),
        "vectors": chance.integers(0, 2**16, (rows, 500), np.uint16).view(np.float16),
    }


@both
def test_of_a_large_segment_only_what_is_asked_for_is_read(tmp_path, key):
    arrays = large()
    digest = write_segment(tmp_path / "file", arrays, {}, key)
    damaged_block = 7
    with (tmp_path / "file").open("r+b") as file:
        file.seek(damaged_block * BLOCK_BYTES + 77)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    segment, vectors = opened(tmp_path / "file", digest, key), arrays["vectors"]
    assert np.array_equal(segment.whole("codes"), arrays["codes"])
    begins = segment.places["vectors"].offset
    row_bytes = segment.places["vectors"].row_bytes
    first = (damaged_block * BLOCK_BYTES - begins) // row_bytes  # It straddles two blocks.
    last = ((damaged_block + 1) * BLOCK_BYTES - begins) // row_bytes
    sound = np.array([len(vectors) - 1, 0, first - 1, last + 1])
    assert segment.rows("vectors", sound).tobytes() == vectors[sound].tobytes()
    segment.check("vectors", np.array([0, last + 1]), np.array([first, len(vectors)]))
    segment.check("vectors", np.array([first + 1]), np.array([first + 1]))  # Nothing.
    around = segment.unchecked("vectors")[last + 1 :]
    assert around.tobytes() == vectors[last + 1 :].tobytes()
    for row in (first, first + 1, last):
        with pytest.raises(DamagedSegmentError, match="block 7"):
            segment.rows("vectors", np.array([row]))
        with pytest.raises(DamagedSegmentError, match="block 7"):
            segment.check("vectors", np.array([0, row]), np.array([1, row + 1]))
    for ask in (lambda: segment.whole("vectors"), segment.verify_all):
        with pytest.raises(DamagedSegmentError, match="block 7"):
            ask()
    segment.close()


def test_large_arrays_begin_where_a_page_begins(tmp_path):
    arrays = {"a": np.zeros(2**16 - 1, np.uint8), "b": np.zeros(2**15, np.uint16)}
    digest = write_segment(tmp_path / "file", {**arrays, "c": arrays["a"]}, {})
    with opened(tmp_path / "file", digest) as segment:
        offsets = [segment.unchecked(name).ctypes.data % 4096 for name in "abc"]
        assert offsets == [segment.places["a"].offset, 0, 0]
        assert 0 < offsets[0] < 4096


def test_a_sealed_segment_shows_nothing_that_was_not_checked(tmp_path):
    arrays = large()
    digest = write_segment(tmp_path / "file", arrays, {}, KEYS[1])
    with opened(tmp_path / "file", digest, KEYS[1]) as segment:
        assert not segment.unchecked("vectors")[2000:3000].view(np.uint16).any()
        segment.check("vectors", np.array([2000]), np.array([3000]))
        read = segment.unchecked("vectors")[2000:3000]
        assert read.tobytes() == arrays["vectors"][2000:3000].tobytes()


def test_narrow_row_numbers_do_not_wrap(tmp_path):
    arrays = large()
    digest = write_segment(tmp_path / "file", arrays, {})
    with opened(tmp_path / "file", digest) as segment:
        rows = np.array([5000, 4000], np.int16)
        assert segment.rows("vectors", rows).tobytes() == arrays["vectors"][rows].tobytes()


def test_rows_that_do_not_exist_are_refused(tmp_path):
    digest = write_segment(tmp_path / "file", {"a": np.arange(10)}, {})
    with opened(tmp_path / "file", digest) as segment:
        for start, stop in ((-1, 1), (0, 11), (3, 2), (2**62, 2**62 + 1)):
            with pytest.raises(IndexError, match="10 rows"):
                segment.check("a", np.array([0, start]), np.array([1, stop]))
        for position in (-1, 10):
            with pytest.raises(IndexError):
                segment.rows("a", np.array([position]))
        assert segment.rows("a", np.empty(0, np.intp)).shape == (0,)
        segment.check("a", np.empty(0, np.int64), np.empty(0, np.int64))
        with pytest.raises(KeyError):
            segment.whole("b")


def test_it_is_what_searchers_ask_for(tmp_path):
    digest = write_segment(tmp_path / "file", {"a": np.arange(10)}, {})
    with opened(tmp_path / "file", digest) as segment:
        arrays: Arrays = segment
        assert arrays.whole("a").tolist() == list(range(10))


@pytest.mark.parametrize(
    "array",
    [
        np.array([{}], object),
        np.array(["text"]),
        np.array([b"text"]),
        np.array([True]),
        np.array([1j]),
        np.array(["2020-01-01"], "M8[D]"),
        np.zeros(3, [("a", "u1")]),
        np.zeros(3, ">u4"),
        np.array(5),
        np.zeros((1,) * 9),
        Chunks(np.uint8, (2**61,), []),
    ],
)
def test_what_a_segment_cannot_hold_is_refused(tmp_path, array):
    with pytest.raises(ValueError, match="'a' "):
        write_segment(tmp_path / "file", {"a": array}, {})
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "metadata", [{"a": 1.5}, {"a": None}, {"a": True}, {"a": ["b"]}, {"a": "b" * 2**20}]
)
def test_metadata_are_texts_and_whole_numbers(tmp_path, metadata):
    with pytest.raises(ValueError, match=r"metadata|header"):
        write_segment(tmp_path / "file", {"a": np.arange(10)}, metadata)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "parts",
    [
        [],
        [np.zeros((3, 2), np.float32)],
        [np.zeros((4, 2), np.float32)] * 2,
        [np.zeros((4, 2), np.float64)],
        [np.zeros((4, 2), np.int32)],
        [np.zeros((4, 2), ">f4")],
        [np.zeros((4, 3), np.float32)],
        [np.zeros((4, 2, 1), np.float32)],
        [np.zeros(4, np.float32)],
    ],
)
def test_chunks_that_are_not_as_they_were_said_to_be_leave_nothing(tmp_path, parts):
    with pytest.raises(ValueError, match="Chunks of 'b' come to"):
        write_segment(
            tmp_path / "file",
            {"a": np.arange(10), "b": Chunks(np.float32, (4, 2), iter(parts))},
            {},
        )
    assert not list(tmp_path.iterdir())


def test_chunks_that_fail_leave_nothing(tmp_path):
    def fail():
        yield np.zeros((1, 2), np.float32)
        raise KeyError

    with pytest.raises(KeyError):
        write_segment(tmp_path / "file", {"a": Chunks(np.float32, (4, 2), fail())}, {})
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_nothing(tmp_path):
    bounds = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, bounds[1]))
    try:
        with pytest.raises(StorageError, match="could not be written"):
            write_segment(tmp_path / "file", large(), {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, bounds)
    assert not list(tmp_path.iterdir())


def test_an_array_that_is_not_contiguous_is_written_in_its_order(tmp_path):
    array = np.arange(30).reshape(5, 6).T[::2]
    digest = write_segment(tmp_path / "file", {"a": array, "b": array[:0]}, {})
    with opened(tmp_path / "file", digest) as segment:
        assert segment.whole("a").tolist() == array.tolist()
        assert segment.whole("b").shape == (0, 5)


def entry(name="a", dtype="|u1", shape=(64,), **more) -> dict:
    return {"name": name, "dtype": dtype, "shape": list(shape), **more}


def header(*arrays, metadata=None, version=1, **more) -> dict:
    return {"version": version, "metadata": metadata or {}, "arrays": list(arrays), **more}


HOSTILE = {
    "nothing": b"",
    "not JSON": b"{",
    "not text": b"\xff\xfe",
    "deeply nested": b"[" * 100_000,
    "a number of many digits": b"1" * 10_000,
    "a list": b"[]",
    "another version": header(version=2),
    "more than it should": header(more=1),
    "less than it should": {"version": 1, "metadata": {}},
    "metadata that are a list": {**header(), "metadata": []},
    "metadata that nest": header(metadata={"a": {}}),
    "arrays by name": {**header(), "arrays": {"a": entry()}},
    "an array that is a text": header("a"),
    "an array with an offset": header(entry(offset=0)),
    "a name twice": header(entry(), entry()),
    "no name": header(entry(name="")),
    "a name that is a number": header(entry(name=1)),
    "object elements": header(entry(dtype="|O")),
    "texts": header(entry(dtype="<U4")),
    "raw bytes": header(entry(dtype="|V16")),
    "a structure": header(entry(dtype=[["a", "<u4"]])),
    "big endian": header(entry(dtype=">u4")),
    "an unknown kind": header(entry(dtype="u1,u1")),
    "no axes": header(entry(shape=())),
    "many axes": header(entry(shape=(1,) * 9)),
    "an axis below zero": header(entry(shape=(-1,))),
    "two axes below zero": header(entry(shape=(-8, -8))),
    "half a row": header(entry(shape=(64.0,))),
    "true rows": header(entry(shape=(True,))),
    "too many rows": header(entry(shape=(65,))),
    "very many rows": header(entry(shape=(2**64 + 64,))),
    "a product that wraps": header(entry(dtype="<u8", shape=(2**32, 2**32))),
    "nothing of something huge": header(entry(shape=(0, 2**62, 2**62))),
    "too few rows": header(entry(shape=(63,))),
    "an array beyond the end": header(entry(), entry(name="b")),
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_header_is_not_believed(tmp_path, hostile):
    text = hostile if isinstance(hostile, bytes) else json.dumps(hostile).encode()
    digest = raw(tmp_path / "file", text, len(text))
    with pytest.raises(DamagedSegmentError, match="header"):
        opened(tmp_path / "file", digest)


def test_the_same_header_without_malice_is_read(tmp_path):
    text = json.dumps(header(entry())).encode()
    with opened(tmp_path / "file", raw(tmp_path / "file", text, len(text))) as segment:
        assert segment.whole("a").tolist() == list(range(64))


@pytest.mark.parametrize("length", [0, 1000, MAX_HEADER_BYTES + 1, 2**63, 2**64 - 1])
def test_the_headers_length_is_not_believed(tmp_path, length):
    digest = raw(tmp_path / "file", json.dumps(header(entry())).encode(), length)
    with pytest.raises(DamagedSegmentError, match="header"):
        opened(tmp_path / "file", digest)


def raw(path: Path, text: bytes, length: int) -> BlockFileDigest:
    """Write a segment whose header may say anything, before 64 bytes of contents."""
    lead = length.to_bytes(8, "little") + text
    with BlockFileWriter(path) as writer:
        writer.write(lead + bytes(-len(lead) % 64) + bytes(range(64)))
        return writer.commit()


def test_a_file_without_contents_is_no_segment(tmp_path):
    with BlockFileWriter(tmp_path / "file") as writer:
        digest = writer.commit()
    with pytest.raises(DamagedSegmentError, match="no header"):
        opened(tmp_path / "file", digest)


def test_a_killed_writer_leaves_no_segment(tmp_path):
    script = (
        "import sys, pathlib, numpy as np\n"
        "from raisonne.index.arrays import Chunks\n"
        "from raisonne.index.segment_file import write_segment\n"
        "parts = (np.zeros(2**17) for _ in range(2**20))\n"
        "chunks = Chunks(np.float64, (2**37,), parts)\n"
        "write_segment(pathlib.Path(sys.argv[1]), {'a': chunks}, {})\n"
    )
    killed = subprocess.Popen([sys.executable, "-c", script, str(tmp_path / "file")])
    unfinished, until = tmp_path / "file.tmp", time.monotonic() + 30
    while not (unfinished.exists() and unfinished.stat().st_size) and time.monotonic() < until:
        time.sleep(0.01)
    killed.kill()
    assert killed.wait() == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == ["file.tmp"]
    with pytest.raises(DamagedSegmentError, match="missing"):
        open_segment(tmp_path / "file", 100, bytes(32))
