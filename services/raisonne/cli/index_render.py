"""The index in words, as JSON, and as metrics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raisonne.app.index_upkeep import Compacted, Verification
    from raisonne.index.statistics import IndexStatistics, SpaceStatistics

_HEADINGS = ("algorithm", "kind", "rows", "in memory", "masked", "files", "size")
_WORDS = 2
"""Columns that are aligned to the left; the rest are figures."""
_UNITS = ("B", "kB", "MB", "GB", "TB")
_WIDE = 1_000

_OF_INDEX: dict[str, tuple[str, Callable[[IndexStatistics], float]]] = {
    "revision": ("Change-log position that searches see.", lambda each: each.revision),
    "behind_changes": (
        "Change-log positions, of all tenants, that searches do not see yet.",
        lambda each: each.behind,
    ),
    "unsealed_changes": (
        "Change-log positions, of all tenants, that came after the files were made.",
        lambda each: each.unsealed,
    ),
}
_OF_SPACE: dict[str, tuple[str, Callable[[SpaceStatistics], float]]] = {
    "rows": ("Fingerprints in force.", lambda each: each.rows),
    "delta_rows": ("Fingerprints in force that lie in memory only.", lambda each: each.delta_rows),
    "masked_share": (
        "Share of the rows of files that is out of force, 0 to 1.",
        lambda each: each.masked_share,
    ),
    "segments": ("Files.", lambda each: each.segments),
    "bytes": ("Bytes of the files.", lambda each: each.size_bytes),
}


def statistics_fields(found: IndexStatistics) -> dict[str, Any]:
    """Return what the index consists of."""
    return {
        "tenant": found.tenant,
        "revision": found.revision,
        "behind": found.behind,
        "sealed": found.sealed,
        "unsealed": found.unsealed,
        "generation": found.generation,
        "spaces": [
            {
                "algorithm": space.algorithm,
                "kind": space.kind,
                "rows": space.rows,
                "delta_rows": space.delta_rows,
                "masked_rows": space.masked_rows,
                "masked_share": round(space.masked_share, 6),
                "segments": space.segments,
                "size_bytes": space.size_bytes,
            }
            for space in found.spaces
        ],
    }


def statistics_words(found: IndexStatistics, columns: int) -> str:
    """Return the same for a person: a table, or blocks where so many columns are too few for it."""
    head = f"tenant {found.tenant}: revision {found.revision:,}, files as of {found.sealed:,}"
    if found.behind:
        head += f", {found.behind:,} changes behind"
    if not found.spaces:
        return f"{head}; no fingerprint was ever registered"
    rows = [_cells(space) for space in found.spaces]
    rows.append(_cells_of_all(found))
    widths = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
    if sum(widths) + 2 * (len(widths) - 1) > columns:
        return "\n".join([head, *(_block(row) for row in rows)])
    return "\n".join([head, *(_line(row, widths) for row in [_HEADINGS, *rows])])


def metrics(found: IndexStatistics) -> str:
    """Return the same in the text format of Prometheus, which is one of OpenMetrics too."""
    tenant = f'tenant="{_escaped(found.tenant)}"'
    lines: list[str] = []
    for name, (meaning, value) in _OF_INDEX.items():
        lines += _family(name, meaning, [(tenant, value(found))])
    for name, (meaning, value_of) in _OF_SPACE.items():
        samples = [
            (f'{tenant},algorithm="{_escaped(space.algorithm)}"', value_of(space))
            for space in found.spaces
        ]
        lines += _family(name, meaning, samples)
    return "\n".join([*lines, "# EOF"])


def verification_fields(found: Verification) -> dict[str, Any]:
    """Return the summary of a verification."""
    statistics = found.statistics
    return {
        "summary": {
            "equal": found.clean,
            "revision": statistics.revision,
            "rows": statistics.rows,
            "files": statistics.segments,
            "size_bytes": statistics.size_bytes,
            "differences": len(found.differences),
            "repaired": len(found.repaired),
        }
    }


def verification_words(found: Verification) -> str:
    """Return the same for a person."""
    statistics = found.statistics
    looked = (
        f"{counted(statistics.rows, 'row')} and {counted(statistics.segments, 'file')} "
        f"({size_words(statistics.size_bytes)}) at revision {statistics.revision:,}"
    )
    if found.clean:
        return f"equal: {looked}"
    if found.differences:
        return f"NOT EQUAL: {counted(len(found.differences), 'difference')} in {looked}"
    return f"equal now, after {counted(len(found.repaired), 'repair')}: {looked}"


def rebuilt_fields(made: IndexStatistics) -> dict[str, Any]:
    """Return what was made anew."""
    return {
        "tenant": made.tenant,
        "revision": made.revision,
        "rows": made.rows,
        "files": made.segments,
        "size_bytes": made.size_bytes,
    }


def rebuilt_words(made: IndexStatistics) -> str:
    """Return the same for a person."""
    return (
        f"{counted(made.segments, 'file')} ({size_words(made.size_bytes)}) with "
        f"{counted(made.rows, 'row')} as of revision {made.revision:,}"
    )


def compacted_fields(done: Compacted) -> dict[str, Any]:
    """Return the receipt of a compaction."""
    before, after = done.before, done.after
    return {
        "tenant": after.tenant,
        "revision": after.revision,
        "rows": after.rows,
        "files_before": before.segments,
        "files_after": after.segments,
        "bytes_before": before.size_bytes,
        "bytes_after": after.size_bytes,
        "rows_dropped": done.rows_dropped,
        "values_erased": done.erasure.values,
        "files_erased": done.files_erased,
        "pending": done.erasure.pending or None,
    }


def compacted_words(done: Compacted) -> str:
    """Return the receipt of a compaction for a person."""
    before, after = done.before, done.after
    return "\n".join(
        [
            f"rows     {after.rows:,} as of revision {after.revision:,}",
            f"files    {before.segments:,} -> {after.segments:,}",
            f"size     {size_words(before.size_bytes)} -> {size_words(after.size_bytes)}",
            f"dropped  {counted(done.rows_dropped, 'row')} of files, out of force",
            f"erased   {counted(done.erasure.values, 'value')} in the catalogue",
            f"         {counted(done.files_erased, 'picture')} of withdrawn works",
            f"pending  {done.erasure.pending or 'nothing'}",
        ]
    )


def counted(number: int, noun: str) -> str:
    """Return a number with a noun that agrees with it."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def size_words(size_bytes: int) -> str:
    """Return a size with a unit that keeps it short."""
    value, unit = float(size_bytes), 0
    while value >= _WIDE and unit < len(_UNITS) - 1:
        value, unit = value / _WIDE, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{size_bytes} B"


def _cells(space: SpaceStatistics) -> tuple[str, ...]:
    return (
        space.algorithm,
        space.kind,
        f"{space.rows:,}",
        f"{space.delta_rows:,}",
        f"{space.masked_share:.1%}",
        f"{space.segments:,}",
        size_words(space.size_bytes),
    )


def _cells_of_all(found: IndexStatistics) -> tuple[str, ...]:
    in_memory = sum(space.delta_rows for space in found.spaces)
    filed = found.rows - in_memory + found.masked_rows
    share = found.masked_rows / filed if filed else 0.0
    return (
        "all",
        "",
        f"{found.rows:,}",
        f"{in_memory:,}",
        f"{share:.1%}",
        f"{found.segments:,}",
        size_words(found.size_bytes),
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        cell.ljust(width) if place < _WORDS else cell.rjust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells)


def _block(row: Sequence[str]) -> str:
    width = max(map(len, _HEADINGS))
    facts = zip(_HEADINGS[1:], row[1:], strict=True)
    return "\n".join([row[0], *(f"  {name.ljust(width)}  {fact}" for name, fact in facts if fact)])


def _family(name: str, meaning: str, samples: Iterable[tuple[str, float]]) -> list[str]:
    full = f"raisonne_index_{name}"
    return [
        f"# HELP {full} {meaning}",
        f"# TYPE {full} gauge",
        *(f"{full}{{{labels}}} {value}" for labels, value in samples),
    ]


def _escaped(label: str) -> str:
    return label.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
