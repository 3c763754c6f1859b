"""The nearest permitted alternative: what the same policies would allow of the same input.

Every suggestion is a whole judgement, made again with one thing changed, or two where one does not
do: names in a prompt, what the file says of itself, likenesses of style and detectors that failed
count as they did before. So nothing is suggested that would be refused when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from types import MappingProxyType

from raisonne.policy import facts
from raisonne.policy.engine import PolicyBundle
from raisonne.policy.judge import judge
from raisonne.rights.alternative import (
    NO_ALTERNATIVES,
    Alternative,
    Alternatives,
    Change,
    Obstacle,
)
from raisonne.rights.obligation import Obligation
from raisonne.rights.statement import WORLD, Use
from raisonne.rights.verdict import Judgement, Outcome, Severity, Subject, Verdict, WorkRights
from raisonne.rights.work import WorkState

MAX_QUESTIONS = 64
"""Judgements that are made to find alternatives."""
MAX_OPTIONS = 4
"""Alternatives that are given."""
_TRIED = 6
"""Places, and times, that are tried."""
_KINDS_SHOWN = 2
"""Alternatives of one kind that are given: two countries say that there are some."""
_END = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)
"""Times from here on cannot be rounded up; nobody waits for them."""
_LESSER: Mapping[Use, tuple[Use, ...]] = MappingProxyType(
    {
        Use.DISPLAY: (Use.INDEX,),
        Use.COMMERCIAL: (Use.DISPLAY, Use.INDEX),
        Use.DERIVE: (Use.COMMERCIAL, Use.DISPLAY, Use.INDEX),
        Use.GENERATE_SIMILAR: (Use.DERIVE, Use.DISPLAY, Use.INDEX),
        Use.TRAIN: (Use.MINE, Use.DISPLAY, Use.INDEX),
        Use.MINE: (Use.INDEX, Use.DISPLAY),
        Use.INDEX: (),
    }
)
"""Uses that ask for less than a use, or for something else that may serve, nearest first."""
_FIXED_USE = frozenset({Subject.PROMPT, Subject.OUTPUT})
"""What is judged for one use only, that of generating: nobody could ask for another."""


def alternatives(verdict: Verdict, bundle: PolicyBundle) -> Alternatives:
    """Return what would be allowed instead of what a verdict refuses.

    The same use in another place comes first, then the same later, then another use. Places are
    those that all works grant, by their statements or licences, times those at which a grant begins
    or an embargo ends.

    Args:
        verdict: As given; nothing but its inputs and findings is looked at.
        bundle: The policies to ask, for an answer that fits the verdict those that gave it.

    Returns:
        Nothing for what is allowed, or for what no such change could help.

    Raises:
        InputError: If the inputs cannot be judged; see ``judge``.
    """
    if verdict.outcome is Outcome.ALLOW:
        return NO_ALTERNATIVES
    search = _Search(verdict, bundle)
    options = search.options(_changed_once(verdict))
    if not options:
        options = search.options(_changed_twice(verdict))
    if options:
        return Alternatives(options)
    return Alternatives((), tuple(search.obstacles()))


class _Search:
    """Asks, at most so many times, and remembers which works were always in the way."""

    def __init__(self, verdict: Verdict, bundle: PolicyBundle) -> None:
        self._verdict = verdict
        self._bundle = bundle
        self._left = MAX_QUESTIONS
        self._always = _accused(verdict)

    def options(self, candidates: Iterable[Judgement]) -> tuple[Alternative, ...]:
        """Return those candidates that are allowed, in order, as far as the questions reach."""
        found: list[Alternative] = []
        for inputs in candidates:
            if not self._left or len(found) == MAX_OPTIONS:
                break
            changes = _changes(self._verdict.inputs, inputs)
            same = [option for option in found if option.changes == changes]
            if len(same) == _KINDS_SHOWN or any(_is_later(inputs, option) for option in same):
                continue
            self._left -= 1
            judged = judge(inputs, self._bundle, self._verdict.name)
            if judged.outcome is Outcome.ALLOW:
                found.append(_option(changes, judged))
            self._always &= _accused(judged)
        return tuple(found)

    def obstacles(self) -> Iterator[Obstacle]:
        """Yield the works that no candidate got past, or all where each got past another.

        A work whose title is contested is left out: who could be asked is what is contested.
        """
        known = facts.rights_in_tenant(self._verdict.inputs)
        for work in sorted(self._always or _accused(self._verdict)):
            rights = known.get(work)
            if rights and rights.disputed:
                continue
            yield Obstacle(work, rights.title if rights else "", rights.holder if rights else "")


def _accused(verdict: Verdict) -> set[str]:
    return {
        work
        for finding in verdict.findings
        if finding.severity is not Severity.INFO
        for work in finding.works
    }


def _changed_once(verdict: Verdict) -> Iterator[Judgement]:
    inputs = verdict.inputs
    for place in _places(verdict):
        yield replace(inputs, territory=place)
    for time in _times(verdict):
        yield replace(inputs, at=time)
    for use in _uses(inputs):
        yield replace(inputs, use=use)


def _changed_twice(verdict: Verdict) -> Iterator[Judgement]:
    inputs = verdict.inputs
    places, times, uses = _places(verdict), _times(verdict), _uses(inputs)
    for place, time in product(places, times):
        yield replace(inputs, territory=place, at=time)
    for use, place in product(uses, places):
        yield replace(inputs, use=use, territory=place)
    for use, time in product(uses, times):
        yield replace(inputs, use=use, at=time)


def _uses(inputs: Judgement) -> tuple[Use, ...]:
    return () if inputs.subject in _FIXED_USE else _LESSER[inputs.use]


def _places(verdict: Verdict) -> list[str]:
    """Return places in which every work that is limited to places is granted."""
    held = (_held_in(work) for work in _protecting(verdict))
    limited = [places for places in held if places is not None]
    shared = frozenset.intersection(*limited) if limited else frozenset[str]()
    return sorted(shared - {verdict.inputs.territory})[:_TRIED]


def _held_in(work: WorkRights) -> frozenset[str] | None:
    """Return the places that its statement or a licence is limited to; None where there are none.

    A licence for some places may help where the statement, although for all, does not.
    """
    own = work.rights.territories
    if not work.licences:
        return None if WORLD in own else own
    return own.union(*(grant.territories for grant in work.licences)) - {WORLD} or None


def _times(verdict: Verdict) -> list[datetime]:
    """Return later times at which something begins to be allowed, the earliest first."""
    bounds = {
        _whole(bound)
        for work in _protecting(verdict)
        for bound in (
            work.rights.valid_from,
            work.rights.embargo_until,
            *(grant.valid_from for grant in work.licences),
        )
        if bound is not None and bound.tzinfo is not None and bound < _END
    }
    return sorted(bound for bound in bounds if bound > verdict.inputs.at)[:_TRIED]


def _protecting(verdict: Verdict) -> list[WorkRights]:
    """Return the works that the findings are about, those that are allowed among them."""
    told = {work for finding in verdict.findings for work in finding.works}
    known = facts.rights_in_tenant(verdict.inputs).values()
    return [work for work in known if work.work in told and work.state is WorkState.REGISTERED]


def _whole(time: datetime) -> datetime:
    """Round up to a millisecond, which is as finely as policies compare times."""
    return time + timedelta(microseconds=-time.microsecond % 1_000)


def _changes(asked: Judgement, inputs: Judgement) -> tuple[Change, ...]:
    changed = {
        Change.TERRITORY: asked.territory != inputs.territory,
        Change.TIME: asked.at != inputs.at,
        Change.USE: asked.use is not inputs.use,
    }
    return tuple(change for change, is_so in changed.items() if is_so)


def _is_later(inputs: Judgement, option: Alternative) -> bool:
    """Whether the same is allowed earlier already."""
    same = option.use is inputs.use and option.territory == inputs.territory
    return same and option.at < inputs.at


def _option(changes: tuple[Change, ...], judged: Verdict) -> Alternative:
    inputs = judged.inputs
    return Alternative(
        changes=changes,
        use=inputs.use,
        territory=inputs.territory,
        at=inputs.at,
        obligations=judged.obligations,
        sentence=_sentence(changes, judged),
    )


def _sentence(changes: tuple[Change, ...], judged: Verdict) -> str:
    inputs = judged.inputs
    use = facts.use_words(inputs.use)
    words = [use[0].upper() + use[1:]]
    if Change.TERRITORY in changes:
        words.append("everywhere" if inputs.territory == WORLD else f"in {inputs.territory}")
    if Change.TIME in changes:
        words.append(f"from {inputs.at:%Y-%m-%d %H:%M:%S} UTC on")
    known = facts.rights_in_tenant(inputs)
    owed = [_owed(text, known) for text in judged.obligations]
    return " ".join(words) + " is allowed" + (f", if {' and '.join(owed)}" if owed else "") + "."


def _owed(obligation: str, known: Mapping[str, WorkRights]) -> str:
    kind, _, work = obligation.partition(":")
    if kind == Obligation.ATTRIBUTE and work:
        return f"{facts.called(work, known.get(work))} is credited"
    return f"{obligation} is met"
