"""Synthetic vectors of 512 dimensions, and a segment of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from raisonne.evaluation.index_bench.steps import Options, Say
from raisonne.evaluation.latent import LatentVectors
from raisonne.index.float_segment import build_float
from raisonne.index.rabitq_effort import noisy
from raisonne.index.segment_file import write_segment

D = 512
CHUNK = 20_000


def made(rows: int) -> Iterator[NDArray[np.float16]]:
    """Yield synthetic vectors of length one, shape (m, 512), the same each time."""
    world, rng = LatentVectors(D), np.random.default_rng(0)
    for start in range(0, rows, CHUNK):
        yield world.draw(min(CHUNK, rows - start), rng)


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
