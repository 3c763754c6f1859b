from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps
from tests.unit.fingerprint.pictures import painting
from tests.unit.matching.registry import Registry, altered, ask, by, mechanisms

from raisonne.fingerprint.perceptual import ALGORITHM as PDQ
from raisonne.matching.calibration import SHIPPED
from raisonne.rights.errors import InputError, Reason
from raisonne.rights.match import DetectorState, Mechanism, Region


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    for seed in range(5):
        made.register(painting(seed), str(seed))
    return made


def test_the_same_file_is_certain(registry):
    report = registry.match(ask(painting(2)))
    best = report.matches[0]
    assert (best.work, best.asset, best.mechanism) == ("works/2", "assets/2", Mechanism.EXACT)
    assert (best.score, best.similarity, best.algorithm) == (1.0, 1.0, "sha256-bytes-v1")
    assert best.region == Region(0, 0, 240, 180)
    assert best.transform == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert {match.work for match in report.matches} == {"works/2"}
    assert mechanisms(report, "works/2") == {Mechanism.EXACT, Mechanism.PERCEPTUAL}
    thorough = Registry(thorough=True)
    thorough.register(painting(2), "2")
    assert mechanisms(thorough.match(ask(painting(2))), "works/2") == {
        Mechanism.EXACT,
        Mechanism.PERCEPTUAL,
        Mechanism.EMBEDDING,
        Mechanism.GEOMETRY,
    }


def test_the_same_pixels_in_another_file_are_certain(registry):
    best = registry.match(ask(painting(2), "BMP")).matches[0]
    assert (best.work, best.score, best.algorithm) == ("works/2", 1.0, "sha256-pixels-v1")


def test_a_recoded_smaller_copy_is_found_and_placed(registry):
    report = registry.match(ask(painting(2).resize((120, 90)), "JPEG", quality=60))
    assert Mechanism.EXACT not in mechanisms(report, "works/2")
    (match,) = [m for m in report.matches if m.mechanism is Mechanism.PERCEPTUAL]
    assert match.score > 0.9
    assert match.similarity >= match.threshold
    assert match.region == Region(0, 0, 120, 90)
    assert match.transform == (2, 0, 0, 0, 2, 0, 0, 0, 1)


@pytest.mark.parametrize(
    ("change", "transform"),
    [
        (ImageOps.mirror, (-1, 0, 240, 0, 1, 0, 0, 0, 1)),
        (lambda i: i.transpose(Image.Transpose.ROTATE_90), (0, -1, 240, 1, 0, 0, 0, 0, 1)),
        (ImageOps.invert, (1, 0, 0, 0, 1, 0, 0, 0, 1)),
    ],
)
def test_mirrored_turned_and_inverted_copies_are_found(registry, change, transform):
    report = registry.match(ask(change(painting(3))))
    (match,) = [m for m in report.matches if m.mechanism is Mechanism.PERCEPTUAL]
    assert match.work == "works/3"
    assert match.transform == pytest.approx(transform)


def test_strangers_match_nothing(registry):
    for seed in range(100, 108):
        assert registry.match(ask(painting(seed))).matches == ()


def test_a_work_has_one_match_a_mechanism_the_best_one(registry):
    thorough = Registry(thorough=True)
    thorough.register(painting(2).resize((200, 150)), "2")
    thorough.register(painting(2), "2")
    report = thorough.match(ask(painting(2)))
    assert len(report.matches) == len({(m.work, m.mechanism) for m in report.matches}) == 4
    for mechanism in (Mechanism.EXACT, Mechanism.PERCEPTUAL, Mechanism.EMBEDDING):
        assert by(report, mechanism)["works/2"].similarity > 0.99


def test_matches_come_by_score_and_then_by_work(registry):
    registry.register(painting(2), "0-twin")
    matches = registry.match(ask(painting(2))).matches
    assert [m.work for m in matches[:2]] == ["works/0-twin", "works/2"]
    assert [m.score for m in matches] == sorted((m.score for m in matches), reverse=True)


def test_every_detector_says_that_it_ran(registry):
    report = registry.match(ask(painting(100)))
    assert [(run.name, run.state) for run in report.detectors] == [
        ("exact", DetectorState.EXECUTED),
        ("perceptual", DetectorState.EXECUTED),
        ("embedding", DetectorState.EXECUTED),
        ("geometry", DetectorState.EXECUTED),
    ]
    assert [run.version for run in report.detectors[1:]] == [
        f"{algorithm} {SHIPPED.version}" for algorithm in ("pdq-256-v1", "gist-v1", "rootsift-v1")
    ]
    assert set(report.timings) == {"refresh", "exact", "perceptual", "embedding", "geometry"}


LEFT_OUT = "A cheaper mechanism has already explained all of the picture."


def states(report) -> list[DetectorState]:
    return [run.state for run in report.detectors]


@pytest.mark.parametrize(
    "copy",
    [
        lambda: ask(painting(2)),
        lambda: ask(painting(2).resize((120, 90)), "JPEG", quality=60),
        lambda: ask(ImageOps.mirror(painting(2))),
        lambda: ask(ImageOps.invert(painting(2))),
    ],
)
def test_dear_mechanisms_are_left_out_where_a_copy_explains_everything(registry, copy):
    report = registry.match(copy())
    assert states(report) == [DetectorState.EXECUTED] * 2 + [DetectorState.SKIPPED] * 2
    assert [run.reason for run in report.detectors[2:]] == [LEFT_OUT] * 2
    assert [(run.name, run.version) for run in report.detectors[2:]] == [
        ("embedding", ""),
        ("geometry", ""),
    ]
    assert not {"embedding", "geometry"} & set(report.timings)
    assert report.matches[0].score > 0.9


def test_they_look_where_another_picture_is_pasted_into_a_copy(registry):
    copy = painting(2)
    copy.paste(painting(4).resize((80, 60)), (20, 100))
    report = registry.match(ask(copy))
    assert states(report) == [DetectorState.EXECUTED] * 4
    assert by(report, Mechanism.GEOMETRY)["works/4"].score > 0.9
    # A ninth of it is hidden: whether what is left decides is a matter of tuning.
    assert by(report, Mechanism.GEOMETRY)["works/2"].score > 0.5


def test_they_look_where_the_copy_stands_on_a_larger_ground(registry):
    ground = painting(100, 288, 216)
    ground.paste(painting(2), (24, 18))
    report = registry.match(ask(ground))
    assert states(report) == [DetectorState.EXECUTED] * 4
    assert "works/2" in by(report, Mechanism.GEOMETRY)


def test_they_look_where_the_copy_is_of_something_common(registry):
    entries = registry.register(painting(50), "common")
    registry.log.remove([entries[4]])
    poor = replace(entries[4], fingerprint=replace(entries[4].fingerprint, quality=9))
    registry.log.append(registry.log.rows[0].operation, replace(poor, id=1000))
    report = registry.match(ask(painting(50), "JPEG", quality=60))
    assert states(report) == [DetectorState.EXECUTED] * 4
    assert all(match.score < 0.9 for match in report.matches)


def test_an_exact_match_still_decides_for_something_common(registry):
    flat = Image.new("RGB", (60, 60), "orange")
    registry.register(flat, "flat")
    assert registry.match(ask(flat)).matches[0].score == 1


def test_a_thorough_matcher_leaves_nothing_out():
    thorough = Registry(thorough=True)
    thorough.register(painting(2), "2")
    assert states(thorough.match(ask(painting(2)))) == [DetectorState.EXECUTED] * 4


def test_unchecked_frames_are_told_as_a_failed_detector(registry):
    report = registry.match(
        ask(painting(100), "GIF", save_all=True, append_images=[painting(2), painting(101)])
    )
    assert report.matches == ()
    run = report.detectors[-1]
    assert (run.name, run.version, run.state) == ("frames", "v1", DetectorState.FAILED)
    assert run.reason == "only the first of 3 frames was checked"


def test_a_picture_without_structure_is_compared_exactly_only(registry):
    flat = Image.new("RGB", (60, 60), "orange")
    registry.register(flat, "flat")
    report = registry.match(ask(flat.resize((50, 50))))
    assert report.matches == ()
    skipped = report.detectors[1:]
    assert [run.name for run in skipped] == ["perceptual", "embedding", "geometry"]
    assert all(run.state is DetectorState.SKIPPED for run in skipped)
    assert all("below 50" in run.reason for run in skipped[:2])
    assert "points" in skipped[2].reason
    assert registry.match(ask(flat)).matches[0].work == "works/flat"


def test_a_work_without_structure_is_for_a_person_to_judge(registry):
    query = ask(painting(50))
    entries = registry.register(painting(50), "poor")
    for entry in entries[2:]:
        registry.log.remove([entry])
        poor = replace(entry, id=entry.id + 1000, fingerprint=replace(entry.fingerprint, quality=9))
        registry.log.append(registry.log.rows[0].operation, poor)
    report = registry.match(altered(query, sha256="00" * 32, pixel_sha256="00" * 32))
    (match,) = report.matches
    assert (match.work, match.mechanism) == ("works/poor", Mechanism.GEOMETRY)
    assert match.score < 0.9


def test_an_embedding_alone_is_not_believed_where_the_hash_contradicts(registry):
    query = ask(painting(2))
    stranger = ask(painting(3))
    report = registry.match(altered(stranger, embedding=query.embedding))
    assert mechanisms(report, "works/2") == set()


def test_an_embedding_of_unmeasured_weights_needs_no_second_opinion(registry):
    vector = np.eye(1, 16, dtype=np.float32)[0]
    entries = registry.register(painting(60), "seen")
    kept = replace(
        entries[3].fingerprint, algorithm="other-v1", value=vector.astype("<f2").tobytes()
    )
    registry.log.add("t", "seen-by-other", [kept])
    query = altered(ask(painting(61)), embedding_algorithm="other-v1", embedding=vector)
    report = registry.match(query)
    (match,) = by(report, Mechanism.EMBEDDING).values()
    assert (match.work, match.algorithm) == ("works/seen-by-other", "other-v1")
    assert 0.5 < match.score < 0.9


def test_a_hash_alone_is_reported_without_a_placement_and_not_decisive(registry):
    entries = registry.register(painting(70), "sizeless")
    registry.log.remove([entry for entry in entries if entry.fingerprint.algorithm != PDQ])
    (match,) = registry.match(ask(painting(70))).matches
    assert (match.mechanism, match.transform) == (Mechanism.PERCEPTUAL, None)
    assert match.score < 0.9


def test_changes_count_from_the_next_query_on(registry):
    query = ask(painting(80))
    assert registry.match(query).matches == ()
    entries = registry.register(painting(80), "new")
    report = registry.match(query)
    assert report.matches[0].work == "works/new"
    assert report.index_revision == registry.matcher.revision("t") == registry.log.head().sequence
    registry.log.remove(entries)
    assert registry.match(query).matches == ()


def test_tenants_are_apart(registry):
    assert registry.match(ask(painting(2)), "somebody-else").matches == ()


def test_the_works_of_an_earlier_revision_are_looked_at(registry):
    before = registry.log.head().sequence
    entries = registry.register(painting(7), "late")
    newest = registry.log.head().sequence
    query = ask(painting(7))
    assert registry.matcher.match("t", query, before).matches == ()
    assert registry.matcher.match("t", query, before).index_revision == before
    now = registry.match(query)
    assert registry.matcher.match("t", query, newest).matches == now.matches != ()

    registry.log.remove(entries)
    assert registry.match(query).matches == ()
    then = registry.matcher.match("t", query, newest)
    assert (then.matches, then.detectors) == (now.matches, now.detectors)
    assert then.index_revision == newest


def test_what_was_erased_since_is_told_as_a_failed_detector(registry):
    entries = registry.register(painting(7), "gone")
    then = registry.log.head().sequence
    registry.log.remove(entries)
    registry.log.erase("t", registry.log.head().sequence)
    report = registry.matcher.match("t", ask(painting(7)), then)
    assert report.matches == ()
    run = report.detectors[-1]
    assert (run.name, run.version, run.state) == ("history", "v1", DetectorState.FAILED)
    assert run.reason == "5 fingerprints that were in force then cannot be looked at: erased since"
    assert all(run.name != "history" for run in registry.match(ask(painting(7))).detectors)


@pytest.mark.parametrize("revision", [-1, 26, 1 << 70])
def test_a_revision_that_never_was_is_refused_and_the_newest_named(registry, revision):
    with pytest.raises(InputError, match="the newest is 25") as refused:
        registry.matcher.match("t", ask(painting(0)), revision)
    assert refused.value.reason is Reason.REVISION_UNKNOWN
    assert refused.value.metadata == {"revision": "25"}
