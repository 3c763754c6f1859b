"""What a segment of float16 vectors costs to build, hold and search, beside bare FAISS indexes.

Vectors are written as a segment and asked for with copies of products 0.7 to 0.97 with stored ones,
with all, half, a tenth and a hundredth of the rows live. A process of its own opens the segment, so
that memory is the segment's; then the same vectors are given to bare indexes in memory, one after
another, with the segment's centroids: the same codes, refined from float16 (``IndexRefine``), whole
float32 vectors in lists, and a graph. All are tuned in the same run to find 0.95 of the ten
nearest, and the segment makes the effort that the refined codes need. It is also asked as it was
built, where more effort is made. Rates are by processor time, in turns, medians.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from raisonne.evaluation.index_bench.lines import Bar, Line
from raisonne.evaluation.index_bench.steps import Say, run_step, take_step
from raisonne.evaluation.index_bench.vectors_made import write
from raisonne.evaluation.index_bench.vectors_search import RECALL, search

PROMISED_ROWS = (100_000, 1_000_000)
BARS = {"recall": Bar(RECALL), "ratio": Bar(0.9)}
"""Promised of a segment of so many rows, least and most."""
_WITH_BARS = {"as built", "rates"}


def bench_vectors(
    rows: Sequence[int],
    folder: Path,
    *,
    queries: int = 256,
    graph_rows: int = PROMISED_ROWS[0],
    say: Say = lambda _: None,
) -> Iterator[list[Line]]:
    """Measure segments of several sizes, one after another.

    Args:
        rows: Numbers of vectors, at least ``MANY_ROWS`` of ``float_segment``: fewer are multiplied.
        folder: Where files are made: some 2.2 kB for each vector.
        queries: How many copies are asked for.
        graph_rows: Up to how many vectors ``IndexHNSWFlat`` is made, which takes long.
        say: Told what is being done.

    Yields:
        For each size: what it takes to hold, what it finds as built, the bare indexes, rates beside
        each, and what is found within thresholds.

    Raises:
        RaisonneError: If the disk or memory is not enough.
    """
    for count in rows:
        where = folder / str(count)
        where.mkdir()
        say(f"{count:,} vectors: making them")
        written = run_step("vectors", "write", where, {"rows": count}, say)
        options = {"queries": queries, "graph_rows": graph_rows, **written}
        found = run_step("vectors", "search", where, options, say)
        (where / "segment").unlink()
        parts = list(dict.fromkeys(each["part"] for each in found))
        # One part after another, though they come in turns.
        yield [
            _line(count, each) for each in sorted(found, key=lambda line: parts.index(line["part"]))
        ]


def _line(rows: int, found: dict[str, Any]) -> Line:
    part = found.pop("part")
    held = part in _WITH_BARS and PROMISED_ROWS[0] <= rows <= PROMISED_ROWS[1]
    bars = {name: bar for name, bar in BARS.items() if held and name in found}
    return Line("vectors", part, {"rows": rows, **found}, bars)


if __name__ == "__main__":
    sys.exit(take_step({"write": write, "search": search}))
