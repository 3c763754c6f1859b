from __future__ import annotations

from functools import partial

import pytest
from PIL import Image
from tests.unit.fingerprint.pictures import painting

from raisonne.evaluation.engines import encode, sample_of
from raisonne.evaluation.leave_one_out import ALTERED, LeaveOneOut, Subject
from raisonne.evaluation.observing import Observation, Relation
from raisonne.fingerprint.embedding import GistEmbedder
from raisonne.fingerprint.extract import Extractor
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.memory_log import MemoryLog
from raisonne.matching.calibration import SHIPPED
from raisonne.rights.match import Mechanism

EXTRACTOR = Extractor(GistEmbedder())
SIDES = 96, 72


def encoded(image: Image.Image) -> bytes:
    return encode(image)


# Works 0 and 1 are one picture; 2 is nearly 0; 3 and 4 show the same scene; 5 is by itself.
NEARLY = painting(10, *SIDES).point(lambda level: level // 2 + 60)
FILES = {
    "works/0": encoded(painting(10, *SIDES)),
    "works/1": encoded(painting(10, *SIDES)),
    "works/2": encoded(NEARLY),
    "works/3": encoded(painting(13, *SIDES)),
    "works/4": encoded(painting(14, *SIDES)),
    "works/5": encoded(painting(15, *SIDES)),
}
OUTSIDE = encoded(painting(20, *SIDES))
SCENES = {"works/3": "bridge", "works/4": "bridge", "works/5": ""}


@pytest.fixture(scope="module")
def index() -> CatalogueIndex:
    log = MemoryLog()
    for name, data in FILES.items():
        sample = sample_of(data)
        log.add("t", name, EXTRACTOR.register(sample.image, sample.sha256))
    return CatalogueIndex(log)


def subject(name: str) -> Subject:
    return Subject(name, name, "painting", partial(sample_of, FILES[name]))


def examiner(index: CatalogueIndex, seed: int = 1) -> LeaveOneOut:
    return LeaveOneOut(index, "t", EXTRACTOR, SHIPPED, SCENES, seed)


def others(observation: Observation) -> set[str]:
    return {likeness.work for likeness in observation.other.values()}


def test_a_picture_is_asked_as_it_is_and_altered(index: CatalogueIndex) -> None:
    asked = examiner(index).ask([subject("works/5"), subject("works/3")], 0)
    assert [each.altered for each in asked] == [False] + [True] * ALTERED
    assert {(each.picture, each.work, each.kind) for each in asked} == {
        ("works/5", "works/5", "painting")
    }
    assert asked[0].own[Mechanism.PERCEPTUAL] == pytest.approx(1)
    assert sum(Mechanism.GEOMETRY in each.own for each in asked) > ALTERED / 2
    assert not any("works/5" in others(each) for each in asked)


def test_works_that_may_show_the_same_are_passed_over_and_noted(index: CatalogueIndex) -> None:
    exam = examiner(index)
    subjects = [subject(name) for name in FILES]
    for number, one in enumerate(subjects):
        for each in exam.ask(subjects, number):
            if one.name in {"works/0", "works/1", "works/2"}:
                assert not others(each) & {"works/0", "works/1", "works/2"}
            if one.name == "works/3":
                assert "works/4" not in others(each)
    assert exam.related == {
        ("works/0", "works/1"): Relation.EXACT,
        ("works/0", "works/2"): Relation.PERCEPTUAL,
        ("works/1", "works/2"): Relation.PERCEPTUAL,
        ("works/3", "works/4"): Relation.SCENE,
    }


def test_a_second_picture_that_an_alteration_shows_counts_as_no_stranger(
    index: CatalogueIndex,
) -> None:
    altered = examiner(index).ask([subject("works/5"), subject("works/0")], 0)[1:]
    assert not any(others(each) & {"works/0", "works/1", "works/2"} for each in altered)


def test_a_picture_of_the_background_has_no_work(index: CatalogueIndex) -> None:
    outside = Subject("outside.png", "", "photo", partial(sample_of, OUTSIDE))
    asked = examiner(index).ask([outside, subject("works/5")], 0)
    assert all(each.own == {} and each.work == "" for each in asked)


def test_a_picture_of_the_background_that_is_registered_is_noted(index: CatalogueIndex) -> None:
    known = Subject("copy.png", "", "photo", partial(sample_of, FILES["works/5"]))
    exam = examiner(index)
    assert "works/5" not in others(exam.ask([known, subject("works/3")], 0)[0])
    assert exam.related["copy.png", "works/5"] is Relation.EXACT


def test_the_same_pictures_are_altered_alike(index: CatalogueIndex) -> None:
    subjects = [subject("works/5"), subject("works/3")]
    assert examiner(index).ask(subjects, 1) == examiner(index).ask(subjects, 1)
