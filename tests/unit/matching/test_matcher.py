from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageOps
from tests.unit.fingerprint.pictures import encoded, painting
from tests.unit.index.memory_log import MemoryLog

from raisonne.fingerprint.decoding import DecodeLimits, decode_image
from raisonne.fingerprint.embedding import GistEmbedder
from raisonne.fingerprint.extract import Extractor, QueryFingerprints
from raisonne.fingerprint.perceptual import ALGORITHM as PDQ
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.matching.matcher import Matcher
from raisonne.rights.fingerprint import WorkFingerprint
from raisonne.rights.match import DetectorState, Mechanism, Region

EXTRACTOR = Extractor(GistEmbedder())


class Registry:
    """A catalogue of paintings by seed, and a matcher over it."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self.matcher = Matcher(CatalogueIndex(self.log))

    def register(self, image: Image.Image, work: str, tenant: str = "t") -> list[WorkFingerprint]:
        data = encoded(image)
        decoded = decode_image(data, DecodeLimits())
        sha256 = hashlib.sha256(data).hexdigest()
        return self.log.add(tenant, work, EXTRACTOR.register(decoded, sha256))

    def match(self, query: QueryFingerprints, tenant: str = "t"):
        return self.matcher.match(tenant, query)


@pytest.fixture
def registry() -> Iterator[Registry]:
    made = Registry()
    for seed in range(5):
        made.register(painting(seed), str(seed))
    return made


def ask(image: Image.Image, image_format: str = "PNG", **options: object) -> QueryFingerprints:
    data = encoded(image, image_format, **options)
    return EXTRACTOR.query(decode_image(data, DecodeLimits()), hashlib.sha256(data).hexdigest())


def mechanisms(report, work: str) -> set[Mechanism]:
    return {match.mechanism for match in report.matches if match.work == work}


def test_the_same_file_is_certain(registry):
    report = registry.match(ask(painting(2)))
    best = report.matches[0]
    assert (best.work, best.asset, best.mechanism) == ("works/2", "assets/2", Mechanism.EXACT)
    assert (best.score, best.similarity, best.algorithm) == (1.0, 1.0, "sha256-bytes-v1")
    assert best.region == Region(0, 0, 240, 180)
    assert best.transform == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert {match.work for match in report.matches} == {"works/2"}
    assert mechanisms(report, "works/2") == {
        Mechanism.EXACT,
        Mechanism.PERCEPTUAL,
        Mechanism.EMBEDDING,
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
    for seed in range(100, 120):
        assert registry.match(ask(painting(seed))).matches == ()


def test_a_work_has_one_match_a_mechanism_the_best_one(registry):
    registry.register(painting(2).resize((200, 150)), "2")
    report = registry.match(ask(painting(2)))
    assert len(report.matches) == len({(m.work, m.mechanism) for m in report.matches}) == 3
    assert all(m.similarity > 0.99 for m in report.matches)


def test_matches_come_by_score_and_then_by_work(registry):
    registry.register(painting(2), "0-twin")
    matches = registry.match(ask(painting(2))).matches
    assert [m.work for m in matches[:2]] == ["works/0-twin", "works/2"]
    assert [m.score for m in matches] == sorted((m.score for m in matches), reverse=True)


def test_every_detector_says_that_it_ran(registry):
    report = registry.match(ask(painting(2)))
    assert [(run.name, run.state) for run in report.detectors] == [
        ("exact", DetectorState.EXECUTED),
        ("perceptual", DetectorState.EXECUTED),
        ("embedding", DetectorState.EXECUTED),
    ]
    assert report.detectors[1].version == "pdq-256-v1 calibration-v1"
    assert set(report.timings) == {"refresh", "exact", "perceptual", "embedding"}


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
    assert all(run.state is DetectorState.SKIPPED for run in skipped)
    assert all("below 50" in run.reason for run in skipped)
    assert registry.match(ask(flat)).matches[0].work == "works/flat"


def test_a_work_without_structure_matches_no_other_picture(registry):
    query = ask(painting(50))
    entries = registry.register(painting(50), "poor")
    for entry in entries[2:]:
        registry.log.remove([entry])
        poor = replace(entry, id=entry.id + 1000, fingerprint=replace(entry.fingerprint, quality=9))
        registry.log.append(registry.log.rows[0].operation, poor)
    report = registry.match(replace(query, sha256="00" * 32, pixel_sha256="00" * 32))
    assert report.matches == ()


def test_an_embedding_alone_is_not_believed_where_the_hash_contradicts(registry):
    query = ask(painting(2))
    stranger = ask(painting(3))
    report = registry.match(replace(stranger, embedding=query.embedding))
    assert mechanisms(report, "works/2") == set()


def test_an_embedding_of_unmeasured_weights_needs_no_second_opinion(registry):
    vector = np.eye(1, 16, dtype=np.float32)[0]
    entries = registry.register(painting(60), "seen")
    kept = replace(
        entries[3].fingerprint, algorithm="other-v1", value=vector.astype("<f2").tobytes()
    )
    registry.log.add("t", "seen-by-other", [kept])
    query = replace(ask(painting(2)), embedding_algorithm="other-v1", embedding=vector)
    report = registry.match(query)
    (match,) = [m for m in report.matches if m.mechanism is Mechanism.EMBEDDING]
    assert (match.work, match.algorithm) == ("works/seen-by-other", "other-v1")
    assert 0.5 < match.score < 0.9


def test_a_hash_without_the_works_size_is_reported_without_a_placement(registry):
    entries = registry.register(painting(70), "sizeless")
    registry.log.remove([entry for entry in entries if entry.fingerprint.algorithm != PDQ])
    (match,) = registry.match(ask(painting(70))).matches
    assert (match.mechanism, match.transform) == (Mechanism.PERCEPTUAL, None)


def test_changes_count_from_the_next_query_on(registry):
    query = ask(painting(80))
    assert registry.match(query).matches == ()
    entries = registry.register(painting(80), "new")
    report = registry.match(query)
    assert report.matches[0].work == "works/new"
    assert report.index_revision == registry.matcher.revision() == registry.log.head()
    registry.log.remove(entries)
    assert registry.match(query).matches == ()


def test_tenants_are_apart(registry):
    assert registry.match(ask(painting(2)), "somebody-else").matches == ()
