from __future__ import annotations

from pathlib import Path

import pytest
from tests.congruence.builders import make_work

from raisonne.app.calibration import Label
from raisonne.cli.labels import read_labels
from raisonne.rights.errors import InputError


def test_a_work_is_known_by_its_name_or_by_the_end_of_its_source(tmp_path: Path) -> None:
    table = tmp_path / "kinds.csv"
    table.write_text(
        "work,file,kind,scene\n"
        "works/000001,,painting,bridge\n"
        ",scans/kuss.png,illustration,\n"
        ",kuss.png,photo,\n"
        ",empty.png,,\n"
    )
    labels = read_labels(table)
    assert labels.of_work(make_work(1)) == Label("painting", "bridge")
    assert labels.of_work(make_work(2)) == Label("illustration")
    assert labels.of_work(make_work(3, source="other/kuss.png")) == Label("photo")
    assert labels.of_work(make_work(3, source="")) == Label()
    assert labels.of_file("empty.png") == Label("unknown")


def test_without_a_table_nothing_is_known() -> None:
    assert read_labels(None).of_work(make_work()) == Label()


def test_a_table_without_a_column_to_know_by_is_refused(tmp_path: Path) -> None:
    table = tmp_path / "kinds.csv"
    table.write_text("name,kind\nx,photo\n")
    with pytest.raises(InputError, match="no column 'work' and none 'file'"):
        read_labels(table)
