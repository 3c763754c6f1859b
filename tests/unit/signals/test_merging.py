"""The most restrictive wins, in any order, however often."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tests.unit.signals.strategies import SEEN, STATEMENTS, signals

from raisonne.rights.signal import RESERVED_USES, Dialect, Signal, SignalState
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.signals.importing import read_signal
from raisonne.signals.merging import merge
from raisonne.signals.reading import RESERVED_WHEN_UNREADABLE, unreadable

MANY = st.lists(signals(), max_size=5)


def allowed(statement: RightsStatement) -> frozenset[tuple[Use, str]]:
    """The uses that hold, each with the territories it holds in."""
    kept = frozenset[Use]().union(*(RESERVED_USES[kind] for kind in statement.reservations))
    places = {"DE", "FR", "CN", "elsewhere"}
    return frozenset(
        (use, place)
        for use in statement.uses - kept
        for place in places
        if WORLD in statement.territories or place in statement.territories
    )


@given(STATEMENTS, MANY, st.randoms(use_true_random=False))
def test_the_order_does_not_matter(base: RightsStatement, seen: list[Signal], dice) -> None:
    shuffled = list(seen)
    dice.shuffle(shuffled)
    assert merge(base, shuffled) == merge(base, seen)


@given(STATEMENTS, MANY)
def test_merging_again_changes_nothing(base: RightsStatement, seen: list[Signal]) -> None:
    once = merge(base, seen)
    assert merge(once, seen) == once
    assert merge(base, seen + seen) == once


@given(STATEMENTS, MANY, signals())
def test_what_one_denies_no_other_permits(
    base: RightsStatement, seen: list[Signal], one: Signal
) -> None:
    merged = merge(base, [*seen, one])
    denied = one.prohibited
    if one.state is SignalState.UNREADABLE:
        denied |= {Use.MINE, Use.TRAIN, Use.GENERATE_SIMILAR, Use.DERIVE}
        assert merged.reservations >= RESERVED_WHEN_UNREADABLE
    assert not merged.uses & denied
    assert merged.reservations >= base.reservations | one.reserved


@given(STATEMENTS, MANY, signals())
def test_a_signal_that_permits_nothing_widens_nothing(
    base: RightsStatement, seen: list[Signal], one: Signal
) -> None:
    silent = replace(one, permitted=frozenset())
    assert allowed(merge(base, [*seen, silent])) <= allowed(merge(base, seen))


@given(STATEMENTS, MANY)
def test_a_recorded_licence_is_only_narrowed(base: RightsStatement, seen: list[Signal]) -> None:
    merged = merge(base, seen)
    if base.licence:
        assert merged.uses <= base.uses
        assert merged.territories == base.territories
        assert merged.licence == base.licence
    assert (merged.valid_from, merged.valid_until, merged.embargo_until) == (
        base.valid_from,
        base.valid_until,
        base.embargo_until,
    )


@given(MANY)
def test_a_use_holds_only_where_a_signal_permits_it(seen: list[Signal]) -> None:
    granted = {
        (use, place)
        for signal in seen
        for use, place in allowed(
            RightsStatement(uses=signal.permitted, territories=signal.territories)
        )
    }
    assert allowed(merge(RightsStatement(), seen)) <= granted


@given(STATEMENTS)
def test_no_signal_changes_nothing(base: RightsStatement) -> None:
    assert merge(base, []) == base


def test_permissions_of_several_signals_hold_where_all_do() -> None:
    def permitting(use: Use, *places: str) -> Signal:
        read = read_signal(Dialect.SPDX, b"CC0-1.0", "a", SEEN)
        assert read is not None
        return replace(read, permitted=frozenset({use}), territories=frozenset(places))

    both = [permitting(Use.MINE, "DE", "FR"), permitting(Use.INDEX, "FR", "CN")]
    assert merge(RightsStatement(), both).territories == {"FR"}
    assert merge(RightsStatement(), both).uses == {Use.MINE, Use.INDEX}
    apart = [permitting(Use.MINE, "DE"), permitting(Use.INDEX, "CN")]
    assert merge(RightsStatement(), apart) == RightsStatement()


def test_a_licence_is_taken_over_where_signals_name_one() -> None:
    by = read_signal(Dialect.SPDX, b"https://creativecommons.org/licenses/by/4.0/", "a", SEEN)
    free = read_signal(Dialect.SPDX, b"CC0-1.0", "b", SEEN)
    assert by is not None
    assert free is not None
    merged = merge(RightsStatement(), [by])
    assert (merged.licence, merged.attribution) == ("CC-BY-4.0", True)
    assert Use.TRAIN not in merged.uses
    assert merge(RightsStatement(), [by, free]).licence == ""


def test_what_was_refused_reserves() -> None:
    refused = unreadable(
        Dialect.ROBOTS_TXT, b"", "https://example.org/robots.txt", SEEN, "HTTP 503"
    )
    merged = merge(RightsStatement(uses=frozenset(Use)), [refused])
    assert merged.uses == {Use.DISPLAY, Use.COMMERCIAL, Use.INDEX}
    assert merged.reservations == set(ReservationKind) - {ReservationKind.STYLE}
    assert "HTTP 503" in refused.note
