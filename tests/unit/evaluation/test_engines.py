from __future__ import annotations

import pytest
from PIL import Image, ImageOps
from tests.unit.fingerprint.pictures import encoded, painting

from raisonne.evaluation.engines import (
    Engine,
    RaisonneEngine,
    Sample,
    encode,
    rankings_of,
    sample_of,
)
from raisonne.evaluation.hash_engines import iscc_engine, pdq_engines
from raisonne.fingerprint.embedding import GistEmbedder
from raisonne.matching.matcher import MatchReport
from raisonne.rights.match import DetectorRun, DetectorState, Match, Mechanism


def sample(image: Image.Image) -> Sample:
    return sample_of(encode(image))


def filled(engine: Engine) -> Engine:
    for seed in range(5):
        engine.register(f"work-{seed}", sample(painting(seed)))
    return engine


def hash_engines() -> list[Engine]:
    return [*pdq_engines(), iscc_engine()]


def test_the_whole_matcher_and_its_parts_come_from_one_run() -> None:
    answer = filled(RaisonneEngine(GistEmbedder())).predict(sample(painting(3)))
    for name in ("raisonne", "raisonne/exact", "raisonne/perceptual", "raisonne/embedding"):
        assert answer.rankings[name][0].work == "work-3"
    assert answer.rankings["raisonne"][0].score == 1
    assert {"raisonne", "fingerprints", "exact", "perceptual"} <= set(answer.seconds)
    parts = sum(spent for stage, spent in answer.seconds.items() if stage != "raisonne")
    assert parts <= answer.seconds["raisonne"]


def test_what_found_nothing_says_so() -> None:
    answer = filled(RaisonneEngine(GistEmbedder())).predict(sample(painting(99)))
    assert answer.rankings["raisonne/exact"] == []
    assert answer.rankings["raisonne/perceptual"] == []


def match(work: str, mechanism: Mechanism, score: float) -> Match:
    return Match(work, work, mechanism, "any-v1", score / 2, 0.1, score)


def test_reports_are_taken_apart_whatever_mechanisms_they_have() -> None:
    report = MatchReport(
        matches=(
            match("a", Mechanism.GEOMETRY, 0.9),
            match("b", Mechanism.PERCEPTUAL, 0.8),
            match("a", Mechanism.PERCEPTUAL, 0.7),
        ),
        detectors=(
            DetectorRun("geometry", "v1", DetectorState.EXECUTED),
            DetectorRun("exact", "v1", DetectorState.EXECUTED),
            DetectorRun("frames", "v1", DetectorState.FAILED),
        ),
        index_revision=1,
        timings={},
    )
    shown = {
        name: [(p.work, p.score) for p in ranking] for name, ranking in rankings_of(report).items()
    }
    assert shown == {
        "raisonne": [("a", 0.9), ("b", 0.8)],
        "raisonne/geometry": [("a", 0.9)],
        "raisonne/exact": [],
        "raisonne/perceptual": [("b", 0.8), ("a", 0.7)],
    }


@pytest.mark.parametrize("number", range(3), ids=["pdq", "pdq-dihedral", "iscc"])
def test_hashes_find_light_copies(number: int) -> None:
    copy = sample_of(encoded(painting(2), "JPEG", quality=60))
    answer = filled(hash_engines()[number]).predict(copy)
    (name,) = answer.rankings
    ranking = answer.rankings[name]
    assert ranking[0].work == "work-2"
    assert ranking[0].score > 0.9 > ranking[1].score
    assert set(answer.seconds) == {name}


def test_only_the_dihedral_form_knows_mirrored_copies() -> None:
    mirrored = sample(ImageOps.mirror(painting(2)))
    plain, dihedral = (filled(engine).predict(mirrored) for engine in pdq_engines())
    assert plain.rankings["pdq"][0].score < 0.8
    assert dihedral.rankings["pdq-dihedral"][0].work == "work-2"
    assert dihedral.rankings["pdq-dihedral"][0].score > 0.95


def test_flat_pictures_have_no_pdq_and_no_engine_fails_on_them() -> None:
    flat = sample(Image.new("RGB", (64, 64), "grey"))
    for engine in hash_engines():
        engine.register("flat", flat)
        assert len(engine.predict(flat).rankings) == 1
    assert pdq_engines()[0].predict(flat).rankings == {"pdq": []}


def test_iscc_looks_past_a_plain_border() -> None:
    framed = sample(ImageOps.expand(painting(1), 30, "white"))
    assert filled(iscc_engine()).predict(framed).rankings["iscc"][0].score > 0.95
