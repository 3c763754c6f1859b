"""Pictures of evidence: the checked file beside the registered work, for people who look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from raisonne.app import evidence_panels as panels
from raisonne.app.agreeing_points import agreeing_points
from raisonne.app.alignment import Alignment, align
from raisonne.app.coverage import Coverage, cover
from raisonne.app.evidence_layout import Colour, Layout, Panel, Text, compose
from raisonne.app.explanation import WHOLE, Seen, change_steps, explain, percent
from raisonne.app.phrases import Locale
from raisonne.fingerprint.decoding import DecodedImage
from raisonne.rights.match import Match, Mechanism, Transform

_SHEET = Layout(room=(564, 520), large=27, small=20)
_PAIR = Layout(room=(420, 420), large=21, small=16)
_COLOURS: Mapping[str, Colour] = {
    "BLOCK": (190, 30, 45),
    "REVIEW": (184, 110, 0),
    "ALLOW": (30, 110, 60),
}


@dataclass(frozen=True, slots=True)
class EvidenceWords:
    """What is written on a picture.

    Attributes:
        outcome: ``BLOCK``, ``REVIEW`` or ``ALLOW``.
        reason: One sentence on why, as the policy says it.
        query: Caption of the checked file.
        title: Of the registered work.
        holder: Of its rights; empty where unknown.
    """

    outcome: str
    reason: str
    query: str
    title: str
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A picture, and what was seen while it was drawn.

    Attributes:
        picture: The file.
        seen: For the sentence that explains the match; None where it is not localised.
    """

    picture: bytes
    seen: Seen | None


def evidence_sheet(
    query: DecodedImage,
    work: DecodedImage,
    match: Match,
    words: EvidenceWords,
    kind: Literal["PNG", "JPEG"] = "PNG",
) -> Evidence:
    """Return all that shows a match, as one picture 1,200 pixels wide.

    Both pictures with the part they share outlined; the work laid over the query; lines between
    points that agree; where the pictures agree; what differs once their colours are matched. A
    match that is not localised shows the two pictures only, and says so. The same inputs give the
    same bytes.

    Args:
        query: The checked file.
        work: The registered work.
        match: What was found.
        words: What is written.
        kind: File format; JPEG is a fifth of the size.
    """
    compared = _compare(query, work, match, _SHEET)
    rows = [_both(query, work, words, compared, _SHEET)]
    if compared is None:
        return Evidence(compose(_SHEET, _text(match, words, None, None), rows, kind), None)
    aligned, change = compared.aligned, compared.covered.change
    points = agreeing_points(
        query, work, compared.transform, mirror=change.mirrored, negative=aligned.inverted
    )
    shown = _differences(aligned, _COLOURS[words.outcome])
    if len(points):
        drawn = min(len(points), panels.MOST_LINES)
        heading = f"{len(points)} points agree" + f", {drawn} shown" * (drawn < len(points))
        shown.insert(1, Panel(heading, panels.lines(query, work, points, _SHEET.room)))
    rows += [shown[start : start + 2] for start in range(0, len(shown), 2)]
    seen = compared.seen(len(points))
    return Evidence(compose(_SHEET, _text(match, words, compared, seen), rows, kind), seen)


def match_picture(
    query: DecodedImage,
    work: DecodedImage,
    match: Match,
    words: EvidenceWords,
    kind: Literal["PNG", "JPEG"] = "PNG",
) -> Evidence:
    """Return the small form for lists: both pictures with the part they share outlined.

    Args:
        query: The checked file.
        work: The registered work.
        match: What was found.
        words: What is written.
        kind: File format.
    """
    compared = _compare(query, work, match, _PAIR)
    seen = compared.seen(0) if compared else None
    rows = [_both(query, work, words, compared, _PAIR)]
    return Evidence(compose(_PAIR, _text(match, words, compared, seen), rows, kind), seen)


@dataclass(frozen=True, slots=True)
class _Compared:
    """A work laid over the query."""

    transform: Transform
    covered: Coverage
    aligned: Alignment

    def seen(self, points: int) -> Seen:
        """Return what the explanation says; what is laid over but differs is not contained."""
        return Seen(
            work_share=self.covered.work_share * self.aligned.agreement,
            change=self.covered.change,
            points=points,
            inverted=self.aligned.inverted,
        )


def _compare(
    query: DecodedImage, work: DecodedImage, match: Match, layout: Layout
) -> _Compared | None:
    covered = cover(match, (query.width, query.height), (work.width, work.height))
    if covered is None or match.transform is None:
        return None
    aligned = align(query, work, match.transform, covered, layout.room)
    return _Compared(match.transform, covered, aligned)


def _both(
    query: DecodedImage,
    work: DecodedImage,
    words: EvidenceWords,
    compared: _Compared | None,
    layout: Layout,
) -> list[Panel]:
    covered = compared.covered if compared else None
    shown = panels.both(query, work, covered, _COLOURS[words.outcome], layout.room)
    registered = " · ".join(part for part in (words.title, words.holder) if part)
    headings = f"Checked: {words.query}", f"Registered: {registered}"
    return [Panel(heading, pixels) for heading, pixels in zip(headings, shown, strict=True)]


def _differences(aligned: Alignment, colour: Colour) -> list[Panel]:
    agreement = f"Where they agree: {aligned.agreement:.0%} of the part"
    return [
        Panel("The work laid over it, in every other square", panels.overlay(aligned)),
        Panel(agreement, panels.mask(aligned, colour)),
        Panel("What differs, colours matched", panels.heat(aligned), panels.heat_scale()),
    ]


def _text(
    match: Match, words: EvidenceWords, compared: _Compared | None, seen: Seen | None
) -> Text:
    style = match.mechanism is Mechanism.STYLE  # It has no score: it does not speak of copies.
    similarity = (
        f"{match.mechanism.value} ({match.algorithm}): similarity {match.similarity:.3f}, "
        f"reported from {match.threshold:.3f}"
    )
    return Text(
        outcome=words.outcome,
        colour=_COLOURS[words.outcome],
        score="style only" if style else f"score {match.score:.1%}",
        headline=explain(match, words.title, Locale.ENGLISH, seen),
        reason=words.reason,
        facts=(similarity, _place(compared)),
    )


def _place(compared: _Compared | None) -> str:
    if compared is None:
        return "Compared as wholes: this match does not say which places are alike."
    covered, aligned = compared.covered, compared.aligned
    steps = change_steps(covered.change, Locale.ENGLISH, inverted=aligned.inverted)
    if covered.work_share < WHOLE:
        steps.append(f"cropped to {percent(covered.work_share)}%")
    place = (
        f"{percent(covered.work_share)}% of the work lies over {percent(covered.query_share)}% of "
        f"the checked picture, and {aligned.agreement:.0%} of that agrees"
    )
    return ": ".join(filter(None, (place, ", ".join(steps))))
