from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.evaluation.folders import folder_of
from tests.unit.fingerprint.pictures import painting

from raisonne.evaluation.pictures import read_pictures
from raisonne.rights.errors import InputError


def test_a_table_says_what_pictures_are(tmp_path: Path) -> None:
    pictures = read_pictures(tmp_path, folder_of(tmp_path, 4))
    assert [picture.name for picture in pictures] == ["000.png", "001.png", "002.png", "003.png"]
    assert [picture.kind for picture in pictures] == ["painting", "photo", "graphic", "painting"]
    assert pictures[1].series == "series-1"


def test_a_folder_is_its_pictures_series(tmp_path: Path) -> None:
    (tmp_path / "Lighthouse").mkdir()
    (tmp_path / "notes.txt").write_text("no picture")
    painting(1).save(tmp_path / "Lighthouse" / "lighthouse_1.jpg")
    painting(2).save(tmp_path / "Lighthouse" / "keeper.PNG")
    painting(3).save(tmp_path / "first.webp")
    keeper, lighthouse, first = read_pictures(tmp_path)
    assert (lighthouse.series, lighthouse.scene) == ("Lighthouse", "Lighthouse")
    assert (keeper.series, keeper.scene) == ("Lighthouse", "")
    assert (first.series, first.kind) == (".", "picture")


def test_sources_stand_in_for_series_and_scenes(tmp_path: Path) -> None:
    painting(1).save(tmp_path / "a.png")
    painting(2).save(tmp_path / "b.png")
    (tmp_path / "table.csv").write_text(
        "file,kind,source_repository,path_there\n"
        "a.png,photo,somebody/boats,photos/Boat/Boat_12.jpg\n"
        "b.png,photo,somebody/boats,photos/images/12.jpg\n"
    )
    one, other = read_pictures(tmp_path, tmp_path / "table.csv")
    assert one.series == other.series == "somebody/boats"
    assert (one.scene, other.scene) == ("somebody/boats/photos/Boat", "")


def test_equal_files_are_one_picture(tmp_path: Path) -> None:
    painting(1).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes())
    assert [picture.name for picture in read_pictures(tmp_path)] == ["a.png"]


def test_pictures_are_loaded_at_the_size_that_is_compared(tmp_path: Path) -> None:
    painting(1, 1500, 1000).save(tmp_path / "a.jpg")
    image = read_pictures(tmp_path)[0].load()
    assert (image.size, image.mode) == ((640, 427), "RGB")


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"\x89PNG and nothing else")
    with pytest.raises(InputError, match=r"broken\.png: "):
        read_pictures(tmp_path)[0].load()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("file,what\na.png,photo\n", "lacks"), ("file,kind\nnone.png,photo\n", "'none.png'")],
)
def test_tables_that_cannot_be_used_are_refused(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "table.csv").write_text(text)
    with pytest.raises(InputError, match=complaint):
        read_pictures(tmp_path, tmp_path / "table.csv")
