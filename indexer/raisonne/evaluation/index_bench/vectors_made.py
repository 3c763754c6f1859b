"""Vectors to measure with: 512-d, of 48 latent dimensions, in clusters of Zipf's sizes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from raisonne.evaluation.index_bench.steps import Options, Say
from raisonne.index.float_segment import build_float
from raisonne.index.rabitq_effort import noisy
from raisonne.index.segment_file import write_segment

D, LATENT, CLUSTERS = 512, 48, 2000
CHUNK = 20_000

_MIXED = 192
"""Width of the hidden layer between latent dimensions and vectors."""
_SPREAD = 0.7
"""Of a cluster, beside a distance of one between clusters, in each latent dimension."""
_NOISE = 0.075
"""Of each component of a vector before it is made of length one."""


def made(rows: int) -> Iterator[NDArray[np.float16]]:
    """Yield synthetic vectors of length one, shape (m, 512), the same each time."""
    world = np.random.default_rng(1234)
    first = world.standard_normal((LATENT, _MIXED), np.float32) / LATENT**0.5
    second = world.standard_normal((_MIXED, D), np.float32) / _MIXED**0.5
    centres = world.standard_normal((CLUSTERS, LATENT), np.float32)
    rng = np.random.default_rng(0)
    for start in range(0, rows, CHUNK):
        count = min(CHUNK, rows - start)
        latent = centres[rng.zipf(1.3, count) % CLUSTERS]
        latent = latent + _SPREAD * rng.standard_normal((count, LATENT), np.float32)
        vectors = np.tanh(latent @ first) @ second
        vectors += _NOISE * rng.standard_normal((count, D), np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        yield vectors.astype(np.float16)


def copies(value: NDArray[np.float16], count: int) -> NDArray[np.float32]:
    """Return copies of some vectors, in no order, whose products with these are 0.7 to 0.97.

    Args:
        value: Shape (n, d).
        count: How many.
    """
    rng = np.random.default_rng(7)
    originals = value[rng.choice(len(value), count, replace=False)].astype(np.float32)
    return noisy(originals, rng, (0.7, 0.97))


def chunks(value: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield an array in pieces along its first axis."""
    for start in range(0, len(value), CHUNK):
        yield value[start : start + CHUNK]


def write(folder: Path, options: Options, say: Say) -> dict[str, Any]:
    """Write a segment as a step does; only building it is timed, not making the vectors.

    Returns:
        Its size in bytes, its digest, and processor time in seconds.
    """
    rows = options["rows"]
    raw = folder / "raw"
    with raw.open("wb") as out:
        for chunk in made(rows):
            out.write(chunk.data)
    say(f"{rows:,} vectors: building")
    value = np.memmap(raw, np.float16, "r", shape=(rows, D))
    started = time.process_time()
    written = write_segment(folder / "segment", build_float(list(chunks(value)), rows, D), {})
    taken = time.process_time() - started
    raw.unlink()
    return {"size": written.size, "digest": written.digest.hex(), "build_s": taken}
