"""Binary codes that are hard to search, and what a search of them must find."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from raisonne.index.hamming import Near

Codes = NDArray[np.uint8]


def random_codes(
    draw: Callable[[st.SearchStrategy[Any]], Any], rows: int, width: int, queries: int
) -> tuple[Codes, Codes]:
    """Draw codes and queries: random, in clusters, with constant bits, or many of them the same."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    codes = random.integers(0, 256, (rows, width), np.uint8)
    kind = draw(st.sampled_from(["random", "clustered", "skewed", "same"]))
    if rows and kind == "clustered":
        centres = codes[: draw(st.integers(1, 5))]
        codes = flipped(random, centres[random.integers(0, len(centres), rows)], 0.06)
    elif kind == "skewed":
        codes &= np.where(random.random(width) < 0.7, np.uint8(0), np.uint8(0xFF))
    elif rows and kind == "same":
        codes[random.random(rows) < 0.9] = codes[0]
    chosen = random.integers(0, max(rows, 1), queries)
    origin = codes[chosen] if rows else random.integers(0, 256, (queries, width), np.uint8)
    return codes, flipped(random, origin, draw(st.sampled_from([0.0, 0.02, 0.1, 0.5])))


def flipped(random: np.random.Generator, codes: Codes, share: float) -> Codes:
    """Return the codes with a share of all bits changed."""
    return codes ^ np.packbits(random.random((len(codes), codes.shape[1] * 8)) < share, axis=1)


def brute_force(
    codes: Codes, queries: Codes, radius: int, live: Codes | None = None
) -> list[tuple[int, int, int]]:
    """Return query, position and distance of what is near, in order."""
    found = []
    for number, query in enumerate(queries):
        distances = np.bitwise_count(codes ^ query).sum(axis=1, dtype=np.int64)
        near = distances <= radius
        if live is not None:
            near &= np.unpackbits(live, count=len(codes), bitorder="little").astype(np.bool_)
        found += [(number, int(row), int(distances[row])) for row in np.flatnonzero(near)]
    return found


def pairs(near: Near) -> list[tuple[int, int, int]]:
    """Return an answer in the form of ``brute_force``."""
    numbers = near.query.tolist(), near.position.tolist(), near.distance.tolist()
    return list(zip(*numbers, strict=True))
