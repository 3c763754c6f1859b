"""What a table knows of pictures: their kind, and what they show."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from raisonne.app.calibration import UNKNOWN_KIND, Label
from raisonne.rights.errors import InputError
from raisonne.rights.work import Work


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels by name of a work or by path of a file.

    Attributes:
        works: By ``works/{id}``.
        files: By path, or the end of one.
    """

    works: Mapping[str, Label] = field(default_factory=dict)
    files: Mapping[str, Label] = field(default_factory=dict)

    def of_work(self, work: Work) -> Label:
        """Return what is known of a work, by its name or by where its file was."""
        return self.works.get(work.name) or self.of_file(work.source)

    def of_file(self, path: str) -> Label:
        """Return what is known of a file; the longest known end of its path decides."""
        parts = PurePath(path).parts
        ends = (str(PurePath(*parts[start:])) for start in range(len(parts)))
        return next((self.files[end] for end in ends if end in self.files), Label())


def read_labels(table: Path | None) -> Labels:
    """Read a CSV with the column ``work`` or ``file`` and the columns ``kind`` and ``scene``.

    Raises:
        InputError: If neither column is there.
        OSError: If it cannot be read.
    """
    if table is None:
        return Labels()
    works: dict[str, Label] = {}
    files: dict[str, Label] = {}
    with table.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        if not {"work", "file"} & set(rows.fieldnames or ()):
            raise InputError(f"The table {table.name!r} has no column 'work' and none 'file'.")
        for row in rows:
            label = Label(row.get("kind") or UNKNOWN_KIND, row.get("scene") or "")
            if row.get("work"):
                works[row["work"]] = label
            if row.get("file"):
                files[str(PurePath(row["file"]))] = label
    return Labels(works, files)
