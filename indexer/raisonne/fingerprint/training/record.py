"""The record of what a network was trained on."""

from __future__ import annotations

import csv
from pathlib import Path

from raisonne.fingerprint.training.trainer import TrainingPictures
from raisonne.rights.errors import InputError

RECORD = "copy_v1_training_data.csv"

_COLUMNS = ("sha256", "licence", "kind", "source_repository", "path_there")


def write_record(sources: Path, pictures: TrainingPictures, out: Path) -> Path:
    """Write what is known of every picture that was trained or validated on.

    Args:
        sources: CSV with the column ``sha256`` (hex digest of the file) and, where known,
            ``licence``, ``kind``, ``source_repository`` and ``path_there``.
        pictures: Those of the run; the training-only ones are given by their digest.
        out: Folder to write to.

    Returns:
        The file: a CSV with these columns and ``use``.

    Raises:
        InputError: If a picture that is not training-only is missing from the sources.
    """
    with sources.open(newline="", encoding="utf-8") as file:
        known = {row["sha256"]: row for row in csv.DictReader(file)}
    uses = (("training", pictures.training), ("held out", pictures.held_out))
    rows = []
    for use, group in uses:
        for picture in group:
            if picture.sha256 not in known:
                raise InputError(f"The sources do not name the picture {picture.sha256}.")
            row = known[picture.sha256]
            rows.append([use, *(row.get(column, "") for column in _COLUMNS)])
    rows += [["training only", picture.sha256, "", "", "", ""] for picture in pictures.extra]
    record = out / RECORD
    with record.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["use", *_COLUMNS])
        writer.writerows(rows)
    return record
