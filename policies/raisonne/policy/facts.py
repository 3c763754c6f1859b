"""Facts: what the judge tells the policies about works, matches and detectors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from typing import Protocol

from raisonne.policy.cedar import Entity, Uid
from raisonne.policy.reserving import reserving_words
from raisonne.rights.errors import InputError
from raisonne.rights.licence import licence_terms
from raisonne.rights.match import DetectorState, Mechanism
from raisonne.rights.recorded_licence import Grant
from raisonne.rights.reservation import reserved_kinds, with_reservations
from raisonne.rights.statement import RightsStatement, Use
from raisonne.rights.term import TermGrade
from raisonne.rights.verdict import HolderRights, Judgement, Subject, TermHit, WorkRights
from raisonne.rights.work import WorkState

_WORK_TYPES = {WorkState.REGISTERED: "Work", WorkState.WITHDRAWN: "WithdrawnWork"}
_LAST = datetime(9999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
_PLAINNESS = {TermGrade.EXACT: 0, TermGrade.OBSCURED: 1, TermGrade.FUZZY: 2}
_SPANS = 3
"""Places of a term that a sentence tells; the hits have all."""
_APPEAL = "give the name of this verdict to whoever runs the service"
_STATEMENTS_KEPT = 1_024
_CEDAR_DECIMAL = Decimal("0.0001")
_USES = {
    Use.DISPLAY: "display",
    Use.COMMERCIAL: "commercial use",
    Use.DERIVE: "derivation",
    Use.GENERATE_SIMILAR: "generating similar works",
    Use.TRAIN: "training",
    Use.MINE: "mining",
    Use.INDEX: "indexing",
}


class UseCircumstances(Protocol):
    """What a question about a use says of it; a ``Judgement`` does."""

    @property
    def tenant(self) -> str:
        """On whose behalf."""
        ...

    @property
    def subject(self) -> Subject:
        """What is judged."""
        ...

    @property
    def use(self) -> Use:
        """What it is wanted for."""
        ...

    @property
    def territory(self) -> str:
        """Where."""
        ...

    @property
    def at(self) -> datetime:
        """When."""
        ...


def rights_in_tenant(inputs: Judgement) -> dict[str, WorkRights]:
    """Return the rights records by work; those of another tenant do not exist for this one.

    Raises:
        InputError: If a work has two records that differ, as nobody could say which one holds.
    """
    found: dict[str, WorkRights] = {}
    for rights in inputs.works:
        if rights.tenant == inputs.tenant and found.setdefault(rights.work, rights) != rights:
            raise InputError(f"There are two different rights records of {rights.work}.")
    return found


def holders_in_tenant(inputs: Judgement) -> dict[str, HolderRights]:
    """Return what rights holders have reserved, by holder, likewise.

    Raises:
        InputError: If a holder has two records that differ.
    """
    found: dict[str, HolderRights] = {}
    for holder in inputs.holders:
        if holder.tenant == inputs.tenant and found.setdefault(holder.holder, holder) != holder:
            raise InputError(f"There are two different records of {holder.holder}.")
    return found


def certainties(inputs: Judgement) -> dict[str, str]:
    """Return how certain the best match of each work is, as Cedar decimals, by work name.

    A likeness of style makes nothing certain: it does not say that the work is contained. Rounding
    down keeps a threshold of four digits or fewer exact.

    Raises:
        InputError: If a score is no probability, as nothing could be concluded from it.
    """
    best: dict[str, float] = {}
    for match in inputs.matches:
        if not 0.0 <= match.score <= 1.0:
            raise InputError(f"The score {match.score} of {match.work} is no probability.")
        if match.mechanism is not Mechanism.STYLE:
            best[match.work] = max(best.get(match.work, 0.0), float(match.score))
    return {work: _decimal(best[work]) for work in sorted(best)}


def styled_works(inputs: Judgement) -> list[str]:
    """Return the works whose style the input's is like."""
    return sorted({m.work for m in inputs.matches if m.mechanism is Mechanism.STYLE})


def work_type(state: WorkState) -> str:
    """Return the entity type, with its namespace, of works in a state."""
    return Uid(_WORK_TYPES[state], "").full_type


def work_uid(work: str, rights: WorkRights | None) -> Uid:
    """Return the entity that stands for a work, by what is known of it."""
    return Uid(_WORK_TYPES[rights.state] if rights else "UnknownWork", work)


def work_entity(rights: WorkRights) -> Entity:
    """Return a registered work for the policies, with all that is reserved of it.

    Raises:
        InputError: If one of its times has no time zone.
    """
    attributes, written = _work_attributes(_effective(rights), fee=False)
    return Entity(work_uid(rights.work, rights), attributes, written=written)


def licence_entity(grant: Grant, rights: WorkRights) -> Entity:
    """Return a registered work as it stands under a recorded licence, by that licence's name.

    Raises:
        InputError: If one of its times has no time zone.
    """
    attributes, written = _work_attributes(grant.statement(_effective(rights)), fee=grant.fee)
    uid = Uid(_WORK_TYPES[rights.state], grant.licence)
    return Entity(uid, attributes, written=written)


def holder_entity(rights: HolderRights) -> Entity:
    """Return a rights holder for the policies, with what is reserved of all their works."""
    kinds = sorted(reserved_kinds(rights.reservations))
    attributes = {"reservations": [Uid("Reservation", kind).as_json() for kind in kinds]}
    return Entity(Uid("ReservedHolder", rights.holder), attributes)


def _effective(rights: WorkRights) -> RightsStatement:
    """Return a record's own statement with what its holder and its collection reserve as well."""
    return with_reservations(rights.rights, rights.reservations)


@lru_cache(_STATEMENTS_KEPT)
def _work_attributes(statement: RightsStatement, *, fee: bool) -> tuple[Mapping[str, object], str]:
    """Return what is inside a work, also as JSON; most works share theirs with others."""
    attributes = {"rights": _rights_attributes(statement, fee=fee)}
    return attributes, json.dumps(attributes)


def _rights_attributes(statement: RightsStatement, *, fee: bool) -> Mapping[str, object]:
    attributes: dict[str, object] = {
        "licence": statement.licence,
        "terms": [
            Uid("LicenceTerm", term).as_json() for term in sorted(licence_terms(statement.licence))
        ],
        "uses": [Uid("Use", use).as_json() for use in sorted(statement.uses)],
        "reservations": [
            Uid("Reservation", kind).as_json() for kind in sorted(statement.reservations)
        ],
        "territories": sorted(statement.territories),
        "attribution": statement.attribution,
        "fee": fee,
    }
    if statement.valid_from is not None:
        attributes["validFrom"] = _not_before(statement.valid_from)
    if statement.valid_until is not None:
        attributes["validUntil"] = _not_after(statement.valid_until)
    if statement.embargo_until is not None:
        attributes["embargoUntil"] = _not_before(statement.embargo_until)
    return attributes


def use_context(inputs: UseCircumstances) -> dict[str, object]:
    """Return the context of the action ``use``.

    Raises:
        InputError: If ``inputs.at`` has no time zone.
    """
    return screening_context(inputs) | {
        "territory": inputs.territory,
        "at": _not_after(inputs.at),
    }


def screening_context(inputs: UseCircumstances) -> dict[str, object]:
    """Return the part of the context that all screening actions share."""
    return {
        "use": Uid("Use", inputs.use).as_json(),
        "subject": Uid("Subject", inputs.subject).as_json(),
    }


def title_context(rights: WorkRights | None) -> dict[str, object]:
    """Return what the context of ``screen-match`` says of a work's title: that it is contested.

    Nothing is said of a title that nobody contests, so that bundles of an earlier schema go on
    deciding about such works.
    """
    return {"disputed": True} if rights is not None and rights.disputed else {}


def term_groups(inputs: Judgement) -> list[tuple[TermHit, ...]]:
    """Return the hits by what was named, each time those that are written most plainly.

    Returns:
        Groups ordered by work, list entry, holder, term and category; within a group by place.
    """
    groups: dict[tuple[str, ...], list[TermHit]] = {}
    for hit in inputs.term_hits:
        # A holder's names stand for the one holder: what is written most plainly counts.
        term = "" if hit.holder else hit.term
        key = hit.work, hit.entry, hit.holder, term, str(hit.category), str(hit.severity or "")
        groups.setdefault(key, []).append(hit)
    return [_plainest(groups[key]) for key in sorted(groups)]


def _plainest(hits: list[TermHit]) -> tuple[TermHit, ...]:
    plainest = min(hits, key=lambda hit: _PLAINNESS[hit.grade]).grade
    chosen = [hit for hit in hits if hit.grade is plainest]
    return tuple(sorted(chosen, key=lambda hit: (hit.field, hit.start, hit.end, hit.term)))


def term_uid(hit: TermHit, rights: WorkRights | None) -> Uid:
    """Return the entity that a hit is about: a holder, a work, or a term of a list."""
    if hit.holder:
        return Uid("ReservedHolder", hit.holder)
    return work_uid(hit.work, rights) if hit.work else Uid("ListedTerm", hit.entry)


def term_context(inputs: Judgement, hit: TermHit) -> dict[str, object]:
    """Return the context of the action ``screen-term``."""
    context = screening_context(inputs) | {
        "grade": Uid("TermGrade", hit.grade).as_json(),
        "category": Uid("TermCategory", hit.category).as_json(),
    }
    if hit.severity is not None:
        context["severity"] = Uid("TermSeverity", hit.severity).as_json()
    return context


def words_for_term(
    inputs: Judgement,
    hits: tuple[TermHit, ...],
    rights: WorkRights | None,
    holder: HolderRights | None,
) -> Mapping[str, str]:
    """Return what a clause's sentence can say about a term that was named."""
    first = hits[0]
    named = dict(reserving_words(RightsStatement(), holder.reservations)) if holder else {}
    return words_for_work(
        inputs,
        first.work,
        rights,
        None,
        term=first.term,
        span=_span(hits),
        category=first.category.value,
        listed=f" Listed because: {first.reason}" if first.reason else "",
        appeal=first.appeal or _APPEAL,
        holder=(holder.display_name if holder else "") or first.holder,
        **named,
    )


def _span(hits: tuple[TermHit, ...]) -> str:
    spans = [
        f"{f'{hit.field}, ' if hit.field else ''}characters {hit.start} to {hit.end}"
        for hit in hits[:_SPANS]
    ]
    more = len(hits) - len(spans)
    return "; ".join(spans) + (f"; and {more} more" if more else "")


def detector_names(inputs: Judgement) -> dict[str, list[str]]:
    """Return names of detectors by what became of them."""
    names: dict[str, set[str]] = {
        "executed": set(), "failed": set(), "skipped": set(), "unexplained": set(),
    }  # fmt: skip
    for run in inputs.detectors:
        names[run.state.lower()].add(run.name)
        if run.state is DetectorState.SKIPPED and not run.reason.strip():
            names["unexplained"].add(run.name)
    return {state: sorted(found) for state, found in names.items()}


def words_for_work(
    inputs: UseCircumstances,
    work: str,
    rights: WorkRights | None,
    grant: Grant | None = None,
    **more: str,
) -> Mapping[str, str]:
    """Return what a clause's sentence can say about a work, or about it under a licence."""
    statement = rights.rights if rights else RightsStatement()
    if grant is not None:
        statement = grant.statement(statement)
        more["licence"] = f" under {grant.licence} ({grant.identifier})"
    times = {
        "valid_from": statement.valid_from,
        "valid_until": statement.valid_until,
        "embargo_until": statement.embargo_until,
    }
    said = {key: f"{time:%Y-%m-%d %H:%M} UTC" for key, time in times.items() if time is not None}
    words = {"work": called(work, rights), "use": _USES[inputs.use], "territory": inputs.territory}
    if rights and rights.reservations:
        said.update(reserving_words(rights.rights, rights.reservations))
    return said | words | more


def use_words(use: Use) -> str:
    """Return what a use is called in a sentence."""
    return _USES[use]


def called(work: str, rights: WorkRights | None) -> str:
    """Return what a work is called in a sentence: its title, or its name, and its holder."""
    title = f"“{rights.title}”" if rights and rights.title else work
    return f"{title} by {rights.holder}" if rights and rights.holder else title


def _decimal(score: float) -> str:
    # The shortest text that reads back as this float is what the scorer meant: 0.7, not 0.6999….
    return str(Decimal(repr(score)).quantize(_CEDAR_DECIMAL, rounding=ROUND_FLOOR))


# Cedar's times have milliseconds and ours have microseconds. Rounding the question and the end of a
# grant down and its beginning up means that the odd fraction of a millisecond is always a denial.


def _not_after(time: datetime) -> str:
    if time.tzinfo is None:
        raise InputError("A time without a time zone cannot be judged by.")
    text = time.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def _not_before(time: datetime) -> str:
    if time.tzinfo is None or time >= _LAST:
        return _not_after(time)
    return _not_after(time + timedelta(microseconds=-time.microsecond % 1_000))
