"""What a benchmark says: figures, each with its bar where there is one, as JSON or as a table."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Value = int | float | str | None
Figures = Mapping[str, Value]

_ROUNDED = 100
"""From here on, no digits follow the point."""
_FEW = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """What a figure has to reach.

    Attributes:
        limit: The least that is good enough, or the most.
        at_least: Whether it is the least.
    """

    limit: float
    at_least: bool = True

    def met(self, figure: float) -> bool:
        """Return whether a figure reaches it."""
        return figure >= self.limit if self.at_least else figure <= self.limit


@dataclass(frozen=True, slots=True)
class Line:
    """What was measured of one thing.

    Attributes:
        benchmark: Its name.
        part: What lines of the same figures are about.
        figures: By name; None for what there is nothing of.
        bars: Of some of them, by name.
    """

    benchmark: str
    part: str
    figures: Figures
    bars: Mapping[str, Bar] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """Return it for JSON, with what its bars are and whether they are met."""
        bars = {
            name: {
                "at_least" if bar.at_least else "at_most": bar.limit,
                "met": bar.met(self._figure(name)),
            }
            for name, bar in self.bars.items()
        }
        figures = {name: _short(value) for name, value in self.figures.items()}
        return {"benchmark": f"index {self.benchmark}", "part": self.part, **figures, "bars": bars}

    def words(self, name: str) -> str:
        """Return one figure for a person, with its bar and whether it is met."""
        words = _words(self.figures.get(name))
        bar = self.bars.get(name)
        if bar is None:
            return words
        sign, met = ">=" if bar.at_least else "<=", bar.met(self._figure(name))
        return f"{words} (bar {sign} {_words(bar.limit)}) {'ok' if met else 'MISSED'}"

    def _figure(self, name: str) -> float:
        value = self.figures[name]
        if not isinstance(value, int | float):
            raise TypeError(f"{name} is no figure.")
        return value


def tables(lines: Iterable[Line]) -> str:
    """Return lines as tables, one for each part in turn.

    Where there are more figures than lines, figures stand below one another.
    """
    return "\n\n".join(
        _table(part, list(group))
        for part, group in itertools.groupby(lines, lambda each: each.part)
    )


def _table(part: str, lines: Sequence[Line]) -> str:
    names = list(dict.fromkeys(name for line in lines for name in line.figures))
    grid = [[_title(name) for name in names]]
    grid += [[line.words(name) for name in names] for line in lines]
    texts = [any(isinstance(line.figures.get(name), str) for line in lines) for name in names]
    if len(names) > len(lines):
        grid = [list(column) for column in zip(*grid, strict=True)]
        texts = [True] + [False] * len(lines)
    widths = [max(map(len, column)) for column in zip(*grid, strict=True)]
    rows = [
        "  ".join(
            cell.ljust(width) if text else cell.rjust(width)
            for cell, width, text in zip(row, widths, texts, strict=True)
        )
        for row in grid
    ]
    return "\n".join([part, *(f"  {row.rstrip()}" for row in rows)])


def _title(name: str) -> str:
    return name.replace("_per_s", "/s").replace("_", " ")


def _words(value: Value) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:,}"
    size = abs(value)
    digits = 0 if size >= _ROUNDED else 1 if size >= _FEW else 2 if size >= 1 else 3
    return f"{value:,.{digits}f}"


def _short(value: Value) -> Value:
    """Return a number with as many digits as say something."""
    return float(f"{value:.4g}") if isinstance(value, float) else value
