"""One sentence on a match, in each language, that claims no more than was found."""

from __future__ import annotations

from dataclasses import dataclass

from raisonne.app.coverage import Change, change_of
from raisonne.app.phrases import PHRASES, Certainty, Locale
from raisonne.fingerprint.exact import BYTES_ALGORITHM
from raisonne.rights.match import Match, Mechanism

SURE = 0.9
"""Score from which a sentence says *is*."""
POSSIBLE = 0.5
"""Score from which a sentence says *may be*; below it says that it is more likely not."""

WHOLE = 0.95
"""Share of a work from which all of it is there."""
_RESIZED = 0.02
_AROUND = 179
_STRETCHED = 1.06
_TILTED = 1.15


@dataclass(frozen=True, slots=True)
class Seen:
    """What comparing the two pictures adds to a match.

    Attributes:
        work_share: Share of the work that the query shows, 0 to 1.
        change: What was done to the work, at the middle of that part.
        points: How many points of both pictures lie where the match's transform puts them.
        inverted: Whether the query is a negative of the work.
    """

    work_share: float
    change: Change
    points: int = 0
    inverted: bool = False


def explain(match: Match, title: str, locale: Locale, seen: Seen | None = None) -> str:
    """Return a sentence on what a match says, as certain as its score.

    Args:
        match: What was found.
        title: Of the work.
        locale: Language.
        seen: What comparing the pictures adds, where they were compared.
    """
    phrases = PHRASES[locale]
    quoted = phrases.quoted.format(" ".join(title.split()))
    change = seen.change if seen else _change(match)
    steps = change_steps(change, locale, inverted=seen is not None and seen.inverted)
    sentences = phrases.sentences[_kind(match)]
    return sentences.get(_certainty(match.score), sentences[Certainty.SURE]).format(
        title=quoted,
        amount=_amount(locale, seen).format(title=quoted),
        change=phrases.change.format(steps=phrases.joined(steps)) if steps else "",
        points=phrases.points.format(points=seen.points) if seen and seen.points else "",
    )


def explanations(match: Match, title: str, seen: Seen | None = None) -> dict[str, str]:
    """Return the sentence in every language, by its tag."""
    return {locale.value: explain(match, title, locale, seen) for locale in Locale}


def change_steps(change: Change | None, locale: Locale, *, inverted: bool = False) -> list[str]:
    """Return what was done to a work: one phrase for each step that a viewer would notice.

    Args:
        change: What its transform says; None where it says nothing.
        locale: Language.
        inverted: Whether the colours were inverted too.
    """
    steps = PHRASES[locale].steps
    found = [steps["inverted"]] if inverted else []
    if change is None:
        return found
    degrees = round(change.degrees) if abs(change.degrees) >= 1 else 0
    if abs(degrees) >= _AROUND:
        found.append(steps["flipped" if change.mirrored else "around"])
    else:
        found += [steps["mirrored"]] if change.mirrored else []
        turned = steps["clockwise" if degrees > 0 else "anticlockwise"]
        found += [turned.format(degrees=abs(degrees))] if degrees else []
    if abs(change.scale - 1) > _RESIZED:
        found.append(steps["scaled"].format(scale=percent(change.scale)))
    found += [steps["stretched"]] if change.stretch > _STRETCHED else []
    found += [steps["tilted"]] if change.perspective > _TILTED else []
    return found


def percent(share: float) -> int:
    """Return a share that is there in whole per cent, so at least 1."""
    return max(1, round(100 * share))


def _change(match: Match) -> Change | None:
    if match.region is None:
        return change_of(match.transform, [(0.0, 0.0)])
    left, top = match.region.x, match.region.y
    right, bottom = left + match.region.width, top + match.region.height
    corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
    return change_of(match.transform, corners)


def _amount(locale: Locale, seen: Seen | None) -> str:
    phrases = PHRASES[locale]
    if seen is None:
        return phrases.some
    if seen.work_share >= WHOLE:
        return phrases.whole
    # The title is filled in later, with the same braces.
    return phrases.part.format(share=percent(seen.work_share), title="{title}")


def _kind(match: Match) -> str:
    if match.mechanism is Mechanism.EXACT:
        return "bytes" if match.algorithm == BYTES_ALGORITHM else "pixels"
    return match.mechanism.value


def _certainty(score: float) -> Certainty:
    if score >= SURE:
        return Certainty.SURE
    return Certainty.POSSIBLE if score >= POSSIBLE else Certainty.WEAK
