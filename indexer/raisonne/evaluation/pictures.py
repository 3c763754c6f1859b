"""The pictures that a suite is made of, and what is known of each."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from PIL import Image

from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.rights.errors import InputError, RaisonneError

_SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".gif", ".tif", ".tiff", ".bmp", ".avif"}
_UNKNOWN_KIND = "picture"


@dataclass(frozen=True, slots=True)
class Picture:
    """One file.

    Attributes:
        name: Its path within the folder.
        path: Where it lies.
        kind: For example ``painting`` or ``photo``.
        series: What it was published in; pictures of one series have much in common.
        scene: Equal for pictures that are known to show the same thing; empty where nothing is.
    """

    name: str
    path: Path
    kind: str
    series: str
    scene: str

    def load(self) -> Image.Image:
        """Decode it as the service does; attacks start from the canonical picture.

        Raises:
            InputError: If the file is no picture or is too large.
            OSError: If it cannot be read.
        """
        try:
            return Image.fromarray(decode_image(self.path.read_bytes(), DecodeLimits()).pixels)
        except RaisonneError as error:
            raise InputError(f"{self.name}: {error.message}", reason=error.reason) from error


def read_pictures(folder: Path, table: Path | None = None) -> list[Picture]:
    """List the different pictures of a folder, in order of their names.

    Args:
        folder: Without a table every picture in it and below it is taken; its folder is its series.
        table: CSV with the columns ``file`` (path within the folder) and ``kind``. ``series`` and
            ``scene`` are optional; ``source_repository`` and ``path_there`` stand in for them.

    Raises:
        InputError: If the table lacks a column or names a file that does not exist.
        OSError: If a file cannot be read.
    """
    found = _from_folder(folder) if table is None else _from_table(folder, table)
    different: dict[bytes, Picture] = {}
    for picture in sorted(found, key=lambda picture: picture.name):
        with picture.path.open("rb") as file:
            different.setdefault(hashlib.file_digest(file, "sha256").digest(), picture)
    return list(different.values())


def _from_folder(folder: Path) -> Iterator[Picture]:
    for path in folder.rglob("*"):
        if path.suffix.lower() in _SUFFIXES and path.is_file():
            name = path.relative_to(folder).as_posix()
            series = PurePosixPath(name).parent.as_posix()
            yield Picture(name, path, _UNKNOWN_KIND, series, _scene_of(PurePosixPath(name)))


def _from_table(folder: Path, table: Path) -> Iterator[Picture]:
    with table.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        if not {"file", "kind"} <= set(rows.fieldnames or ()):
            raise InputError(f"The table {table.name!r} lacks the column 'file' or 'kind'.")
        for row in rows:
            path = folder / row["file"]
            if not path.is_file():
                raise InputError(f"The table names {row['file']!r}, which is not in the folder.")
            series = row.get("series") or row.get("source_repository") or ""
            yield Picture(row["file"], path, row["kind"] or _UNKNOWN_KIND, series, _scene(row))


def _scene(row: Mapping[str, str]) -> str:
    if row.get("scene"):
        return row["scene"]
    source = _scene_of(PurePosixPath(row.get("path_there") or ""))
    return source and f"{row.get('source_repository', '')}/{source}"


def _scene_of(path: PurePosixPath) -> str:
    """Return the folder where its pictures bear its name (``Lighthouse/lighthouse_2.jpg``)."""
    folder = path.parent.name.lower()
    named_so = folder[:1].isalpha() and folder in path.stem.lower()
    return path.parent.as_posix() if named_so else ""
