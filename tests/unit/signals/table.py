"""The table of dialects, read from ``table.yaml``; run as a module, it writes the README's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from raisonne.rights.signal import Dialect
from raisonne.rights.statement import ReservationKind, Use

CONDITIONS = ("allowed", "denied", "constrained", "malformed", "absent", "unreadable")
README = Path(__file__).parents[3] / "policies" / "README.md"
BEGIN, END = "<!-- signals: begin -->", "<!-- signals: end -->"


@dataclass(frozen=True)
class Cell:
    """One dialect in one condition."""

    dialect: Dialect
    condition: str
    raws: tuple[bytes, ...]
    silent: bool
    unreadable: bool
    permits: frozenset[Use]
    reserves: frozenset[ReservationKind]

    @property
    def words(self) -> str:
        if self.silent:
            return "says nothing"
        if self.unreadable:
            return "unreadable: reserves tdm, ai-training, ai-generation"
        parts = []
        if self.permits:
            parts.append("permits " + ", ".join(sorted(self.permits)))
        if self.reserves:
            parts.append("reserves " + ", ".join(sorted(self.reserves)))
        return "; ".join(parts) or "permits nothing"


def cells() -> Iterator[Cell]:
    rows: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("table.yaml").read_text())
    for row in rows:
        for condition in CONDITIONS:
            cell = row[condition]
            raws = [text.encode() for text in cell.get("raw", [])]
            raws += [bytes.fromhex(digits) for digits in cell.get("hex", [])]
            yield Cell(
                Dialect(row["dialect"]),
                condition,
                tuple(raws),
                cell.get("says") == "nothing",
                cell.get("state") == "unreadable",
                frozenset(Use(name) for name in cell.get("permits", [])),
                frozenset(ReservationKind(name) for name in cell.get("reserves", [])),
            )


def markdown() -> str:
    rows: dict[str, list[str]] = {}
    for cell in cells():
        rows.setdefault(cell.dialect, []).append(cell.words)
    lines = ["| dialect | " + " | ".join(CONDITIONS) + " |", "|---" * (len(CONDITIONS) + 1) + "|"]
    lines += [f"| `{dialect}` | " + " | ".join(words) + " |" for dialect, words in rows.items()]
    return "\n".join(lines)


def main() -> None:
    text = README.read_text()
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    README.write_text(f"{text[:start]}\n{markdown()}\n{text[end:]}")


if __name__ == "__main__":
    main()
