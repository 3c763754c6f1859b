"""Folders of drawn pictures for the tests."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.unit.fingerprint.pictures import painting

KINDS = ("painting", "photo", "graphic")


def folder_of(where: Path, count: int, width: int = 96, height: int = 72) -> Path:
    """Fill a folder with different pictures and a table of their kinds; return the table."""
    with (where / "table.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["file", "kind", "series", "scene"])
        for number in range(count):
            painting(number, width, height).save(where / f"{number:03}.png")
            rows.writerow([f"{number:03}.png", KINDS[number % 3], f"series-{number % 2}", ""])
    return where / "table.csv"
