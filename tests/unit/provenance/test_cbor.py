from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from raisonne.provenance.cbor import Value, decode


@pytest.mark.parametrize(
    ("encoded", "value"),
    [  # RFC 8949, appendix A
        ("00", 0),
        ("17", 23),
        ("1818", 24),
        ("1903e8", 1000),
        ("1bffffffffffffffff", 2**64 - 1),
        ("20", -1),
        ("3903e7", -1000),
        ("f4", False),
        ("f5", True),
        ("f6", None),
        ("4401020304", b"\1\2\3\4"),
        ("62c3bc", "ü"),
        ("83010203", [1, 2, 3]),
        ("a201020304", {1: 2, 3: 4}),
        ("a26161016162820203", {"a": 1, "b": [2, 3]}),
        ("c11a514b67b0", 1363896240),
    ],
)
def test_examples_of_the_standard(encoded: str, value: Value) -> None:
    assert decode(bytes.fromhex(encoded)) == value


@pytest.mark.parametrize(
    "encoded",
    [
        "",  # nothing
        "0000",  # two items
        "18",  # cut argument
        "4401",  # cut bytes
        "61ff",  # not UTF-8
        "8201",  # cut list
        "a10102a1",  # trailing
        "a201020103",  # duplicate key
        "a1410102",  # bytes as a key
        "5f4101ff",  # indefinite length
        "f90000",  # float
        "f7",  # undefined
        "f815",  # two-byte simple value
        "ff",  # break alone
        "81" * 40 + "00",  # nested too deeply
        "9bffffffffffffffff00",  # a list longer than the data
    ],
)
def test_anything_else_is_refused(encoded: str) -> None:
    with pytest.raises(ValueError):
        decode(bytes.fromhex(encoded))


@given(data=st.binary(max_size=64))
def test_no_bytes_raise_anything_else(data: bytes) -> None:
    with suppress(ValueError):
        decode(data)
