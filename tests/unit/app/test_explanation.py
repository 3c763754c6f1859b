from __future__ import annotations

from dataclasses import replace

import pytest

from raisonne.app.coverage import Change
from raisonne.app.explanation import Seen, change_steps, explain, explanations, percent
from raisonne.app.phrases import PHRASES, Certainty, Locale
from raisonne.fingerprint.exact import BYTES_ALGORITHM, PIXELS_ALGORITHM
from raisonne.rights.match import Match, Mechanism, Region

pytestmark = pytest.mark.engines

TITLE = "Water Lilies"
PLAIN = Change(scale=1, stretch=1, degrees=0, mirrored=False, perspective=1)
MATCH = Match(
    "works/w",
    "assets/a",
    Mechanism.GEOMETRY,
    "rootsift-v1",
    0.8,
    0.3,
    0.98,
    region=Region(0, 0, 60, 60),
    transform=(-1 / 0.6, 0, 100, 0, 1 / 0.6, 0, 0, 0, 1),
)
EN, ZH = Locale


def test_a_partial_copy_is_told_with_its_share_its_change_and_its_points() -> None:
    seen = Seen(0.8, replace(PLAIN, mirrored=True, scale=0.6), points=143)
    assert explain(MATCH, TITLE, EN, seen) == (
        "This picture contains about 80% of “Water Lilies”, mirrored and scaled to 60%;"
        " 143 points agree."
    )
    assert explain(MATCH, "睡莲", ZH, seen) == (
        "这张图片包含《睡莲》约 80% 的画面（左右镜像、缩放至 60%），有 143 个特征点吻合。"  # noqa: RUF001
    )


def test_without_the_pictures_no_share_is_claimed() -> None:
    told = explanations(MATCH, TITLE)
    assert told == {
        "en": "This picture contains “Water Lilies” or a part of it, mirrored and scaled to 60%.",
        "zh": "这张图片包含《Water Lilies》的全部或部分画面（左右镜像、缩放至 60%）。",  # noqa: RUF001
    }


def test_all_of_a_work_is_all_of_it() -> None:
    assert "the whole of “Water Lilies”" in explain(MATCH, TITLE, EN, Seen(0.95, PLAIN))
    assert "about 94%" in explain(MATCH, TITLE, EN, Seen(0.94, PLAIN))


@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("mechanism", Mechanism)
@pytest.mark.parametrize("score", [0.1, 0.7, 0.95])
@pytest.mark.parametrize("localised", [False, True])
def test_every_mechanism_is_told_in_every_language(
    mechanism: Mechanism, score: float, locale: Locale, localised: bool
) -> None:
    match = replace(MATCH, mechanism=mechanism, score=score)
    if not localised:
        match = replace(match, region=None, transform=None)
    for seen in (None, Seen(0.5, PLAIN, 12, inverted=True)):
        sentence = explain(match, TITLE, locale, seen)
        assert TITLE in sentence
        assert sentence.endswith("." if locale is EN else "。")
        assert not {"{", "}", "\n"} & set(sentence)


def test_certainty_is_that_of_the_score() -> None:
    scores = {0.9: "contains", 0.89: "may contain", 0.5: "may contain", 0.49: "by chance"}
    for score, words in scores.items():
        assert words in explain(replace(MATCH, score=score), TITLE, EN)


def test_style_is_never_called_a_copy_and_an_embedding_never_says_where() -> None:
    for score in (0.2, 0.7, 0.99):
        style = replace(MATCH, mechanism=Mechanism.STYLE, score=score)
        assert "no copy" in explain(style, TITLE, EN)
        assert "不能认定为复制" in explain(style, TITLE, ZH)
    whole = replace(MATCH, mechanism=Mechanism.EMBEDDING, transform=None, region=None)
    assert "does not say where" in explain(whole, TITLE, EN)


def test_equal_bytes_and_equal_pixels_are_told_apart() -> None:
    exact = replace(MATCH, mechanism=Mechanism.EXACT, score=1.0)
    assert "byte for byte" in explain(replace(exact, algorithm=BYTES_ALGORITHM), TITLE, EN)
    assert "pixel for pixel" in explain(replace(exact, algorithm=PIXELS_ALGORITHM), TITLE, EN)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (PLAIN, []),
        (replace(PLAIN, degrees=0.9, scale=1.01, stretch=1.02, perspective=1.1), []),
        (replace(PLAIN, degrees=13.2), ["turned 13° clockwise"]),
        (replace(PLAIN, degrees=-90), ["turned 90° anticlockwise"]),
        (replace(PLAIN, degrees=-179.8), ["turned upside down"]),
        (replace(PLAIN, degrees=180, mirrored=True), ["flipped top to bottom"]),
        (replace(PLAIN, degrees=90, mirrored=True), ["mirrored", "turned 90° clockwise"]),
        (replace(PLAIN, scale=0.001, stretch=2, perspective=3), None),
    ],
)
def test_only_what_a_viewer_would_notice_is_told(change: Change, words: list[str] | None) -> None:
    expected = words if words is not None else ["scaled to 1%", "stretched", "seen at an angle"]
    assert change_steps(change, EN) == expected
    assert len(change_steps(change, ZH)) == len(expected)
    assert change_steps(None, EN, inverted=True) == ["inverted in colour"]


def test_titles_are_told_as_they_are_but_on_one_line() -> None:
    told = explain(MATCH, "{title}\n%s  {0}", EN, Seen(0.4, PLAIN))
    assert "“{title} %s {0}”" in told


def test_a_share_that_is_there_is_never_none() -> None:
    assert [percent(share) for share in (1e-6, 0.006, 0.5, 1)] == [1, 1, 50, 100]


def test_all_languages_have_the_same_phrases() -> None:
    english = PHRASES[EN]
    for phrases in PHRASES.values():
        assert phrases.steps.keys() == english.steps.keys()
        assert phrases.sentences.keys() == english.sentences.keys()
        for kind, sentences in phrases.sentences.items():
            assert sentences.keys() == english.sentences[kind].keys()
            assert Certainty.SURE in sentences
    kinds = {"bytes", "pixels", *(m.value for m in Mechanism if m is not Mechanism.EXACT)}
    assert english.sentences.keys() == kinds
