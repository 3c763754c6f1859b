"""Pages of works by use: looked up, put to the policies, and one by one where that is needed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.unit.app.house import picture

from raisonne.app.use_listing import UseListing, UsePage, UseTerms
from raisonne.app.work_ports import WorksFound
from raisonne.app.works import WorkDraft
from raisonne.policy.condition import NEVER, Condition, Const, negated
from raisonne.policy.engine import SCHEMA, PolicyBundle, packaged_texts
from raisonne.rights.errors import AccessError, InputError
from raisonne.rights.principal import Principal
from raisonne.rights.statement import RightsStatement, Use
from raisonne.rights.work import Work, WorkState
from raisonne.runtime.wiring import Service

pytestmark = pytest.mark.engines

NOW = datetime(2026, 6, 1, tzinfo=UTC)
FREE = RightsStatement(uses=frozenset({Use.DISPLAY}), territories=frozenset({"DE"}))
EVERYTHING = Const(value=True)
BUNDLE = PolicyBundle.packaged()
DISPLAY = UseTerms(Use.DISPLAY, "DE")


@dataclass
class MemoryWorks:
    """Works in memory; a look-up finds those that ``found`` says, whatever the condition."""

    works: list[Work]
    found: list[str] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)

    def list_at(
        self,
        tenant: str,
        condition: Condition,
        *,
        at: datetime,
        state: WorkState,
        limit: int,
        after: str = "",
        licensed: Condition = NEVER,
        denied: bool = False,
    ) -> WorksFound:
        works = [work for work in self.works if work.name > after and work.state is state]
        if condition != EVERYTHING or state is WorkState.WITHDRAWN:
            self.conditions.append(negated(condition) if denied else condition)
            works = [work for work in works if work.name in self.found]
        more = len(works) > limit
        return WorksFound(works[:limit], works[limit - 1].name if more else "")


class MemoryTransactions:
    def __init__(self, works: MemoryWorks) -> None:
        self.works = works

    @contextmanager
    def read(self) -> Iterator[Any]:
        yield self


class StoppedClock:
    def now(self) -> datetime:
        return NOW


def name(number: int) -> str:
    return f"works/{number:05d}"


def work(number: int, rights: RightsStatement = FREE) -> Work:
    return Work(
        name=name(number), tenant="studio", title="", holder="", collection="", external_id="",
        source="", asset=f"assets/{number}", sha256="ab" * 32, state=WorkState.REGISTERED,
        rights=rights, revision=1, create_time=NOW, update_time=NOW,
    )  # fmt: skip


def listing(works: MemoryWorks, bundle: PolicyBundle = BUNDLE) -> UseListing:
    return UseListing(MemoryTransactions(works), bundle, StoppedClock())  # type: ignore[arg-type]


def names(page: UsePage) -> list[str]:
    return [answer.work.name for answer in page.answers]


def unlistable() -> PolicyBundle:
    """The packaged policies with one that no condition can say."""
    texts = dict(packaged_texts(".cedar"))
    texts["rights/other.cedar"] = (
        '@id("rights.other") @reason("OTHER") forbid (principal, action == '
        'Raisonne::Action::"use", resource is Raisonne::Work) when '
        '{ resource.rights.licence like "LicenseRef-Internal*" };'
    )
    return PolicyBundle.from_texts(dict(packaged_texts(".cedarschema"))[SCHEMA], texts)


def test_what_the_look_up_finds_is_returned_with_the_clauses() -> None:
    works = MemoryWorks([work(n) for n in range(5)], [name(n) for n in (1, 2, 4)])
    first = listing(works).page("studio", DISPLAY, limit=2, after="")
    assert (names(first), first.next_after, first.at) == ([name(1), name(2)], name(2), NOW)
    assert [ground.clause for ground in first.answers[0].grounds] == ["rights.licensed"]
    last = listing(works).page("studio", DISPLAY, limit=2, after=first.next_after)
    assert (names(last), last.next_after) == ([name(4)], "")


def test_a_look_up_that_the_policies_do_not_confirm_is_told_and_not_believed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    silent = RightsStatement()
    works = MemoryWorks([work(0), work(1, silent), work(2)], [name(1)])
    with caplog.at_level(logging.ERROR):
        page = listing(works).page("studio", DISPLAY, limit=9, after="")
    assert names(page) == [name(0), name(2)]
    assert "POLICY_ERROR" in caplog.text
    denied = listing(works).page("studio", replace(DISPLAY, denied=True), limit=9, after="")
    assert (names(denied), denied.answers[0].grounds[0].reason) == ([name(1)], "NOT_GRANTED")


def test_policies_that_cannot_be_looked_up_are_asked_one_by_one() -> None:
    internal = replace(FREE, licence="LicenseRef-Internal-7")
    works = MemoryWorks([work(n, internal if n % 2 else FREE) for n in range(600)])
    asked = listing(works, unlistable())
    found: list[str] = []
    page = asked.page("studio", DISPLAY, limit=70, after="")
    while page.next_after:
        assert len(page.answers) == 70
        found += names(page)
        page = asked.page("studio", DISPLAY, limit=70, after=page.next_after)
    found += names(page)
    assert found == [name(n) for n in range(0, 600, 2)]
    assert not works.conditions


def test_a_page_asks_about_no_more_works_than_it_may() -> None:
    works = MemoryWorks([work(n, RightsStatement()) for n in range(700)])
    asked = replace(listing(works, unlistable()), max_asked=500)
    page = asked.page("studio", DISPLAY, limit=5, after="")
    assert (names(page), page.next_after) == ([], name(499))
    assert asked.page("studio", DISPLAY, limit=5, after=page.next_after).next_after == ""


def test_withdrawn_works_are_listed_only_if_asked_for() -> None:
    works = MemoryWorks([work(0), replace(work(1), state=WorkState.WITHDRAWN)], [name(0), name(1)])
    assert names(listing(works).page("studio", DISPLAY, limit=9, after="")) == [name(0)]
    withdrawn = replace(DISPLAY, state=WorkState.WITHDRAWN)
    page = listing(works).page("studio", withdrawn, limit=9, after="")
    assert (names(page), works.conditions[-1]) == ([name(1)], EVERYTHING)


def test_what_is_no_territory_and_no_time_is_refused() -> None:
    works = MemoryWorks([])
    with pytest.raises(InputError):
        listing(works).page("studio", replace(DISPLAY, territory="DEU"), limit=9, after="")
    naive = replace(DISPLAY, at=datetime(2026, 6, 1))  # noqa: DTZ001
    with pytest.raises(InputError):
        listing(works).page("studio", naive, limit=9, after="")


def test_works_are_listed_as_of_another_time(service: Service) -> None:
    embargo = service.clock.now().replace(microsecond=0) + timedelta(days=9)
    rights = replace(FREE, territories=frozenset({"AQ"}), embargo_until=embargo)
    made = service.works.register(service.principal, WorkDraft(picture(440), rights=rights)).work
    terms = UseTerms(Use.DISPLAY, "AQ")

    def found(terms: UseTerms) -> set[str]:
        return set(names(service.works.list_by_use(service.principal, terms, limit=500)))

    assert made.name not in found(terms)
    assert made.name in found(replace(terms, denied=True))
    assert made.name in found(replace(terms, at=embargo))
    assert made.name not in found(replace(terms, at=embargo - timedelta(microseconds=1)))
    nobody = Principal("nobody", service.settings.tenant, frozenset())
    with pytest.raises(AccessError):
        service.works.list_by_use(nobody, terms, limit=1)
