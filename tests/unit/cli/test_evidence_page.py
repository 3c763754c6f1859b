from __future__ import annotations

import base64
import io
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from raisonne.app.check import CheckTerms
from raisonne.app.works import WorkDraft
from raisonne.cli.evidence_page import (
    MAX_ARTICLES,
    MAX_SHEETS,
    EvidencePictures,
    evidence_page,
    evidence_picture,
    telling_matches,
)
from raisonne.fingerprint.decoder_pool import DecoderPool
from raisonne.rights.errors import NotFoundError
from raisonne.rights.match import Match, Mechanism
from raisonne.rights.verdict import Verdict
from raisonne.rights.work import Work
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

EMBEDDING = Match("works/0", "assets/a", Mechanism.EMBEDDING, "gist-v1", 0.99, 0.9, 0.99)
GEOMETRY = replace(
    EMBEDDING, mechanism=Mechanism.GEOMETRY, score=0.95, transform=(1, 0, 0, 0, 1, 0, 0, 0, 1)
)


class Registry:
    """A house with one registered work and a checked copy; counts what the page fetches."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service = service
        self.fetched: Counter[str] = Counter()
        chance = np.random.default_rng(4)
        coarse = Image.fromarray(chance.integers(0, 256, (6, 6, 3), dtype=np.uint8))
        picture = coarse.resize((96, 96), Image.Resampling.BICUBIC)
        out = io.BytesIO()
        picture.save(out, "PNG")
        draft = WorkDraft(out.getvalue(), title="A <b>work</b>", holder="Ada & Co")
        self.registered = service.works.register(service.principal, draft).work
        self.copy = folder / "copy.png"
        picture.resize((64, 64)).save(self.copy)
        self.verdict: Verdict = service.check.picture(
            service.principal, self.copy.read_bytes(), CheckTerms()
        ).verdict

    def work(self, name: str) -> Work:
        self.fetched[name] += 1
        return self.service.works.get(self.service.principal, name)

    def asset(self, name: str) -> bytes:
        self.fetched[name] += 1
        return self.service.artworks.download(self.service.principal, name)[1]


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    with open_service(Settings(home=tmp_path_factory.mktemp("home"))) as service:
        yield Registry(service, tmp_path_factory.mktemp("checked"))


def pictures(page: str) -> list[Image.Image]:
    found = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', page)
    return [Image.open(io.BytesIO(base64.b64decode(text))) for text in found]


def test_the_page_shows_and_tells_each_finding(registry: Registry) -> None:
    flagged = [(registry.copy, registry.verdict)]
    page = evidence_page("1 REVIEW", flagged, registry.work, registry.asset)
    (picture,) = pictures(page)
    assert (picture.format, picture.width) == ("JPEG", 1200)
    assert re.search("<p lang=en>This picture [^<]*“A &lt;b&gt;work&lt;/b&gt;”", page)
    assert re.search("<p lang=zh>这张图片[^<]*《A &lt;b&gt;work&lt;/b&gt;》", page)
    assert "<b>work</b>" not in page
    assert registry.verdict.policy_revision[:12] in page


def test_what_comes_again_is_neither_fetched_nor_drawn_again(registry: Registry) -> None:
    registry.fetched.clear()
    (match,) = telling_matches(registry.verdict.inputs.matches)
    with DecoderPool(1) as decoder:
        drawing = EvidencePictures(registry.work, registry.asset, decoder, "JPEG")
        first = drawing.draw(registry.copy, registry.verdict, match)
        assert drawing.draw(registry.copy, registry.verdict, match) is first
        small = drawing.draw(registry.copy, registry.verdict, match, large=False)
    assert len(small.picture) < len(first.picture)
    assert registry.fetched == {match.work: 1, match.asset: 1}


def test_further_works_are_shown_small(registry: Registry) -> None:
    (match,) = telling_matches(registry.verdict.inputs.matches)
    others = tuple(
        replace(match, work=work.name, asset=work.asset)
        for work in (
            registry.service.works.register(
                registry.service.principal, WorkDraft(registry_picture(seed), title=f"no. {seed}")
            ).work
            for seed in range(5)
        )
    )
    inputs = replace(registry.verdict.inputs, matches=(match, *others))
    verdict = replace(registry.verdict, inputs=inputs)
    page = evidence_page("1", [(registry.copy, verdict)], registry.work, registry.asset)
    assert [picture.width for picture in pictures(page)] == [1200, 912, 912, 912]


def test_a_long_page_stays_light(registry: Registry) -> None:
    flagged = [(registry.copy, registry.verdict)] * (MAX_ARTICLES + 7)
    page = evidence_page("many", flagged, registry.work, registry.asset)
    widths = Counter(picture.width for picture in pictures(page))
    assert widths == {1200: MAX_SHEETS, 912: MAX_ARTICLES - MAX_SHEETS}
    assert "7 further findings" in page


def test_a_picture_that_is_gone_leaves_the_sentence(registry: Registry) -> None:
    def gone(name: str) -> bytes:
        raise NotFoundError(f"{name} is not there.")

    page = evidence_page("1", [(registry.copy, registry.verdict)], registry.work, gone)
    assert not pictures(page)
    assert "is not there." in page
    assert "<p lang=en>This picture" in page
    away = registry.copy.with_name("away.png")
    page = evidence_page("1", [(away, registry.verdict)], registry.work, registry.asset)
    assert "No picture" in page


def test_one_picture_can_be_had_alone(registry: Registry) -> None:
    (match,) = telling_matches(registry.verdict.inputs.matches)
    with DecoderPool(1) as decoder:
        data = evidence_picture(
            registry.copy, registry.verdict, match, registry.work, registry.asset, decoder
        )
    assert Image.open(io.BytesIO(data)).format == "PNG"


def test_of_each_work_the_match_that_says_where_is_shown() -> None:
    other = replace(EMBEDDING, work="works/1")
    second = replace(GEOMETRY, score=0.9)
    assert telling_matches((EMBEDDING, other, GEOMETRY, second)) == [GEOMETRY, other]
    assert telling_matches(()) == []


def registry_picture(seed: int) -> bytes:
    chance = np.random.default_rng(100 + seed)
    out = io.BytesIO()
    Image.fromarray(chance.integers(0, 256, (40, 40, 3), dtype=np.uint8)).save(out, "PNG")
    return out.getvalue()
