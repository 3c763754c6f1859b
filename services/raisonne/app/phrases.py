"""The sentences of explanations, by language: tables that a translator can read and add to.

Braces are filled in by ``raisonne.app.explanation``. A sentence must claim no more than its
mechanism and its certainty allow.
"""

# ruff: noqa: RUF001 - Chinese has its own commas and brackets.
from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Locale(StrEnum):
    """Languages of an explanation (BCP 47)."""

    ENGLISH = "en"
    CHINESE = "zh"


class Certainty(StrEnum):
    """How sure a sentence is."""

    SURE = "sure"
    POSSIBLE = "possible"
    WEAK = "weak"


SURE, POSSIBLE, WEAK = Certainty


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language.

    Attributes:
        sentences: By kind of likeness and certainty, with ``{title}``, ``{amount}``, ``{change}``
            and ``{points}``; the kinds are the mechanisms, and ``bytes`` and ``pixels`` for the two
            of ``exact``. Those two and ``style`` have one sentence, whatever the score.
        quoted: How a title is quoted.
        whole: All of the work, as an amount.
        part: A known share of it.
        some: An unknown share of it.
        steps: What was done to the work.
        change: Puts the steps behind the amount.
        joined: Makes a list of steps.
        points: Says how many points agree.
    """

    sentences: Mapping[str, Mapping[Certainty, str]]
    quoted: str
    whole: str
    part: str
    some: str
    steps: Mapping[str, str]
    change: str
    joined: Callable[[Sequence[str]], str]
    points: str


def _joined(phrases: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(phrases[:-1]), phrases[-1])))


_ENGLISH = Phrases(
    sentences={
        "bytes": {SURE: "This file is {title}, byte for byte."},
        "pixels": {SURE: "This picture is {title}, pixel for pixel, in another file."},
        "perceptual": {
            SURE: "This picture is a close copy of {title}{change}.",
            POSSIBLE: "This picture may be a close copy of {title}{change}.",
            WEAK: "This picture looks a little like {title}; more likely it is no copy.",
        },
        "embedding": {
            SURE: "As a whole, this picture is so much like {title} that it is very probably a"
            " version of it; the method does not say where.",
            POSSIBLE: "As a whole, this picture is like {title} and may be a version of it;"
            " the method does not say where.",
            WEAK: "As a whole, this picture is a little like {title}; more likely it is another.",
        },
        "geometry": {
            SURE: "This picture contains {amount}{change}{points}.",
            POSSIBLE: "This picture may contain {amount}{change}{points}.",
            WEAK: "Some details of this picture lie as they do in {title}; more likely by chance.",
        },
        "watermark": {
            SURE: "This picture carries the invisible watermark of {title}.",
            POSSIBLE: "This picture may carry the invisible watermark of {title}.",
            WEAK: "Traces in this picture resemble the watermark of {title}; more likely by"
            " chance.",
        },
        "credential": {
            SURE: "The content credential of this picture names {title}.",
            POSSIBLE: "The content credential of this picture may refer to {title}.",
            WEAK: "The content credential of this picture hardly points to {title}.",
        },
        "style": {
            SURE: "The style of this picture is far nearer to that of {title} than to that of most"
            " registered works; style alone is no copy.",
        },
    },
    quoted="“{}”",
    whole="the whole of {title}",
    part="about {share}% of {title}",
    some="{title} or a part of it",
    steps={
        "inverted": "inverted in colour",
        "mirrored": "mirrored",
        "flipped": "flipped top to bottom",
        "clockwise": "turned {degrees}° clockwise",
        "anticlockwise": "turned {degrees}° anticlockwise",
        "around": "turned upside down",
        "scaled": "scaled to {scale}%",
        "stretched": "stretched",
        "tilted": "seen at an angle",
    },
    change=", {steps}",
    joined=_joined,
    points="; {points} points agree",
)

_CHINESE = Phrases(
    sentences={
        "bytes": {SURE: "此文件与{title}逐字节相同。"},
        "pixels": {SURE: "这张图片与{title}的每个像素都相同，只是文件不同。"},
        "perceptual": {
            SURE: "这张图片是{title}的近似副本{change}。",
            POSSIBLE: "这张图片可能是{title}的近似副本{change}。",
            WEAK: "这张图片与{title}略有相似，但多半不是它的副本。",
        },
        "embedding": {
            SURE: "这张图片在整体上与{title}高度相似，极有可能是它的一个版本；"
            "此方法不指明相似的位置。",
            POSSIBLE: "这张图片在整体上与{title}相似，可能是它的一个版本；此方法不指明相似的位置。",
            WEAK: "这张图片在整体上与{title}略有相似，但多半是另一幅画面。",
        },
        "geometry": {
            SURE: "这张图片包含{amount}{change}{points}。",
            POSSIBLE: "这张图片可能包含{amount}{change}{points}。",
            WEAK: "这张图片有些细节的位置与{title}一致，但多半是巧合。",
        },
        "watermark": {
            SURE: "这张图片带有{title}的隐形水印。",
            POSSIBLE: "这张图片可能带有{title}的隐形水印。",
            WEAK: "这张图片中有些痕迹近似{title}的水印，但多半是巧合。",
        },
        "credential": {
            SURE: "这张图片的内容凭证指明了{title}。",
            POSSIBLE: "这张图片的内容凭证可能指向{title}。",
            WEAK: "这张图片的内容凭证与{title}几乎没有关联。",
        },
        "style": {
            SURE: "与大多数登记作品相比，这张图片的风格明显更接近{title}；仅凭风格不能认定为复制。",
        },
    },
    quoted="《{}》",
    whole="{title}的完整画面",
    part="{title}约 {share}% 的画面",
    some="{title}的全部或部分画面",
    steps={
        "inverted": "颜色反转",
        "mirrored": "左右镜像",
        "flipped": "上下翻转",
        "clockwise": "顺时针旋转 {degrees}°",
        "anticlockwise": "逆时针旋转 {degrees}°",
        "around": "旋转 180°",
        "scaled": "缩放至 {scale}%",
        "stretched": "拉伸变形",
        "tilted": "透视变形",
    },
    change="（{steps}）",
    joined="、".join,
    points="，有 {points} 个特征点吻合",
)

PHRASES: Mapping[Locale, Phrases] = {Locale.ENGLISH: _ENGLISH, Locale.CHINESE: _CHINESE}
"""Every language that explanations are given in."""
