from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from raisonne.fingerprint import conformance
from raisonne.fingerprint.local import LocalFeatures
from raisonne.fingerprint.vocabulary import RegisteredFeatures, pack, rewritten, unpack
from raisonne.rights.errors import ConfigError

VECTORS = conformance.conformance_vectors()
LOCAL = bytes.fromhex(VECTORS["sixteen-bits"]["rootsift-v1"])
ALGORITHMS = ["sha256-pixels-v1", "pdq-256-v1", "gist-v1", "rootsift-v1"]


def with_value(monkeypatch, picture: str, algorithm: str, value: bytes) -> None:
    """Let this installation compute another value."""
    vectors = {name: dict(values) for name, values in VECTORS.items()}
    vectors[picture][algorithm] = value.hex()
    monkeypatch.setattr(conformance, "conformance_vectors", lambda: vectors)


def test_this_installation_computes_the_shipped_fingerprints():
    conformance.conformance_selftest()


def test_every_algorithm_is_covered_by_every_picture():
    assert len(VECTORS) >= 5
    for values in VECTORS.values():
        assert sorted(values) == sorted(ALGORITHMS)
    assert {len(unpack(bytes.fromhex(v["rootsift-v1"])).points) for v in VECTORS.values()} > {300}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_another_value_is_noticed(monkeypatch, algorithm):
    value = bytearray.fromhex(VECTORS["small"][algorithm])
    value[1::2] = bytes(byte ^ 0x11 for byte in value[1::2])
    with_value(monkeypatch, "small", algorithm, bytes(value))
    with pytest.raises(ConfigError, match=f"{algorithm} of small"):
        conformance.conformance_selftest()


def test_a_missing_value_is_noticed(monkeypatch):
    monkeypatch.setattr(conformance, "conformance_vectors", dict)
    with pytest.raises(ConfigError):
        conformance.conformance_selftest()


# --- Local features that differ in the last digit ------------------------------------------------


def packed(kept: RegisteredFeatures, words: np.ndarray, points: np.ndarray) -> bytes:
    """A value with other points and words."""
    placed = LocalFeatures(points, np.zeros((len(points), 128), np.uint8), kept.size)
    return rewritten(pack(placed, kept.thumbnail), words, kept.codes)


def moved(share: float, across: float) -> bytes:
    """Move some of the points a little."""
    kept = unpack(LOCAL)
    points = kept.points.copy()
    points[: round(share * len(points)), 0] += across
    return packed(kept, kept.words, points)


def reworded(share: float) -> bytes:
    kept = unpack(LOCAL)
    words = kept.words.copy()
    count = round(share * len(words))
    words[:count] = (words[:count] + 1) % 4096
    return rewritten(LOCAL, words, kept.codes)


def fewer(count: int) -> bytes:
    kept = unpack(LOCAL)
    short = replace(kept, codes=kept.codes[:-count])
    return packed(short, kept.words[:-count], kept.points[:-count])


def with_thumbnail(levels: int) -> bytes:
    body = bytearray(LOCAL)
    body[100] = body[100] + levels if body[100] < 128 else body[100] - levels
    return bytes(body)


@pytest.mark.parametrize(
    "value", [moved(1, 1 / 64), moved(0.04, 9), reworded(0.04), fewer(5), with_thumbnail(1)]
)
def test_a_last_digit_is_equivalent_and_named(monkeypatch, value):
    assert value != LOCAL
    with_value(monkeypatch, "sixteen-bits", "rootsift-v1", value)
    assert "rootsift-v1 of sixteen-bits" in conformance.conformance_selftest()


@pytest.mark.parametrize(
    "value", [moved(1, 1), moved(0.07, 9), reworded(0.07), fewer(30), with_thumbnail(2), b""]
)
def test_more_than_a_last_digit_is_another_fingerprint(monkeypatch, value):
    with_value(monkeypatch, "sixteen-bits", "rootsift-v1", value)
    with pytest.raises(ConfigError, match="rootsift-v1 of sixteen-bits"):
        conformance.conformance_selftest()


def test_a_processor_without_newer_instructions_is_equivalent():
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "from raisonne.fingerprint.conformance import *; print(conformance_selftest())",
        ],
        env=os.environ
        | {
            "OPENCV_CPU_DISABLE": "AVX2",
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        },
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
