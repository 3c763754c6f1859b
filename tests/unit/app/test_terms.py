from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.app.house import picture

from raisonne.app.check import CheckTerms
from raisonne.app.screening import Question
from raisonne.app.term_cache import TermCache
from raisonne.app.terms import MAX_TERMS_AT_ONCE, ListedState, TermDraft
from raisonne.app.works import WorkDraft
from raisonne.rights.errors import AccessError, InputError, LimitError, NotFoundError
from raisonne.rights.principal import Role
from raisonne.rights.statement import WORLD, ReservationKind, RightsStatement, Use
from raisonne.rights.term import TermCategory, TermGrade, TermSeverity
from raisonne.rights.verdict import Outcome, Subject, Verdict
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

pytestmark = pytest.mark.engines

TERMS = CheckTerms(Use.GENERATE_SIMILAR, subject=Subject.PROMPT)
MARK = TermDraft("Coca-Cola", TermCategory.MARK, reason="A mark.", appeal="desk@example.org")


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[Service]:
    with open_service(Settings(home=tmp_path, database=database)) as opened:
        yield opened


def check(service: Service, text: str) -> Verdict:
    return service.check.prompt(service.principal, text, TERMS)


def reserve(service: Service, holder: str, seed: int = 1) -> str:
    rights = RightsStatement(reservations=frozenset({ReservationKind.STYLE}))
    draft = WorkDraft(picture(seed), holder=holder, rights=rights)
    return service.works.register(service.principal, draft).work.name


def test_a_listed_term_is_effective_on_the_next_prompt_and_so_is_its_removal(house):
    assert check(house, "a c0ca cola ad").outcome is Outcome.ALLOW
    (listed,) = house.terms.add(house.principal, [MARK])
    verdict = check(house, "a c0ca cola ad")
    assert verdict.outcome is Outcome.BLOCK
    (finding,) = verdict.findings
    assert (finding.reason, finding.clause) == ("PROMPT_NAMES_MARK", "screening.listed-mark")
    for fact in ("characters 2 to 11", "mark", "A mark.", "desk@example.org"):
        assert fact in finding.detail
    (hit,) = verdict.inputs.term_hits
    assert (hit.entry, hit.grade, hit.key) == (listed.term.name, TermGrade.OBSCURED, "leet")
    house.terms.remove(house.principal, [listed.term.name])
    assert check(house, "a c0ca cola ad").outcome is Outcome.ALLOW


def test_another_process_sees_a_term_on_its_next_prompt(house):
    with open_service(house.settings) as other:
        assert check(other, "a coca-cola ad").outcome is Outcome.ALLOW
        house.terms.add(house.principal, [MARK])
        assert check(other, "a coca-cola ad").outcome is Outcome.BLOCK


def test_reservations_are_effective_on_the_next_prompt_as_ever(house):
    assert check(house, "a castle by Grеg Rutkоwѕkі").outcome is Outcome.ALLOW  # noqa: RUF001
    work = reserve(house, "Greg Rutkowski")
    assert check(house, "a castle by Grеg Rutkоwѕkі").outcome is Outcome.BLOCK  # noqa: RUF001
    assert check(house, "a castle by Greg Rutkowsky").outcome is Outcome.REVIEW
    house.works.withdraw(house.principal, work)
    assert check(house, "a castle by Greg Rutkowski").outcome is Outcome.ALLOW


def test_a_tenant_weighs_its_own_terms(house):
    outcomes = {
        TermSeverity.INFO: Outcome.ALLOW,
        TermSeverity.REVIEW: Outcome.REVIEW,
        TermSeverity.BLOCK: Outcome.BLOCK,
    }
    for severity, outcome in outcomes.items():
        draft = TermDraft("kittens", TermCategory.TENANT, severity)
        house.terms.add(house.principal, [draft])
        assert check(house, "two kittens").outcome is outcome


def test_listing_again_says_what_changed(house):
    listed = house.terms.add(house.principal, [MARK, TermDraft("Pepsi", TermCategory.MARK)])
    assert [each.state for each in listed] == [ListedState.LISTED] * 2
    again = house.terms.add(house.principal, [MARK, replace(MARK, reason="Another."), MARK])
    assert [each.state for each in again] == [ListedState.EXISTS]
    (changed,) = house.terms.add(house.principal, [replace(MARK, reason="Another.")])
    assert (changed.state, changed.term.name) == (ListedState.CHANGED, listed[0].term.name)
    stored = house.terms.list(house.principal, limit=9)
    assert {(term.term, term.reason) for term in stored} == {
        ("Coca-Cola", "Another."),
        ("Pepsi", ""),
    }
    marks = house.terms.list(house.principal, limit=9, category=TermCategory.ARTIST)
    assert marks == ()


def test_changes_are_in_the_ledger(house):
    (listed,) = house.terms.add(house.principal, [MARK])
    house.terms.add(house.principal, [MARK])
    house.terms.remove(house.principal, [listed.term.name])
    house.ledger.integrate()
    told = [json.loads(entry.data) for entry in house.ledger.entries()]
    assert [entry["action"] for entry in told] == ["terms:listed", "terms:removed"]
    assert {entry["object"] for entry in told} == {listed.term.name}
    assert told[0]["details"] == {"terms": "1", "mark": "1"}


@pytest.mark.parametrize(
    "draft",
    [
        replace(MARK, term=""),
        replace(MARK, term="!?"),
        replace(MARK, term="x"),
        replace(MARK, term="x" * 201),
        replace(MARK, term="a\0b"),
        replace(MARK, term="a\ud800b"),
        replace(MARK, reason="x" * 201),
        replace(MARK, languages=("no language",)),
    ],
)
def test_what_nothing_should_be_screened_for_is_refused(house, draft):
    with pytest.raises(InputError):
        house.terms.add(house.principal, [TermDraft("Pepsi", TermCategory.MARK), draft])
    assert house.terms.list(house.principal, limit=9) == ()


def test_a_single_chinese_character_is_a_term(house):
    assert house.terms.add(house.principal, [replace(MARK, term="鬼")])


def test_too_many_at_once_are_refused(house):
    drafts = [replace(MARK, term=f"mark {number}") for number in range(MAX_TERMS_AT_ONCE + 1)]
    with pytest.raises(LimitError):
        house.terms.add(house.principal, drafts)


def test_what_is_not_listed_cannot_be_removed_and_then_nothing_is(house):
    (listed,) = house.terms.add(house.principal, [MARK])
    with pytest.raises(NotFoundError):
        house.terms.remove(house.principal, [listed.term.name, "terms/none"])
    assert len(house.terms.list(house.principal, limit=9)) == 1


def test_who_may_not_is_refused(house):
    auditor = replace(house.principal, roles=frozenset({Role.AUDITOR}))
    with pytest.raises(AccessError):
        house.terms.add(auditor, [MARK])
    with pytest.raises(AccessError):
        house.terms.remove(auditor, ["terms/1"])
    assert house.terms.list(auditor, limit=9) == ()
    with pytest.raises(AccessError):
        house.terms.list(replace(auditor, roles=frozenset()), limit=9)


def test_another_tenant_is_not_screened_for_it(house):
    house.terms.add(house.principal, [MARK])
    other = replace(house.principal, tenant="other")
    verdict = house.check.prompt(other, "a coca-cola ad", TERMS)
    assert verdict.outcome is Outcome.ALLOW


def test_several_texts_are_screened_together_and_each_hit_says_in_which_it_lies(house):
    house.terms.add(house.principal, [MARK])
    question = Question(
        Subject.PROMPT,
        house.principal.tenant,
        Use.GENERATE_SIMILAR,
        WORLD,
        house.clock.now(),
    )
    screener, policies = house.check.screener, house.policies.current()
    fields = {"prompt": "a red can", "negative prompt": "no coca-cola"}
    verdict = screener.words(fields, question, policies)
    (hit,) = verdict.inputs.term_hits
    assert (hit.field, hit.start, hit.end) == ("negative prompt", 3, 12)
    assert "(negative prompt, characters 3 to 12)" in verdict.findings[0].detail
    alone = screener.words({"prompt": "a red can"}, question, policies)
    assert alone.inputs.sha256 == screener.prompt("a red can", question, policies).inputs.sha256
    assert alone.inputs.sha256 != verdict.inputs.sha256


def test_a_text_that_could_not_be_looked_at_whole_is_not_allowed(house):
    drafts = [TermDraft("石" * size, TermCategory.BANNED) for size in range(2, 40)]
    house.terms.add(house.principal, drafts)
    verdict = check(house, "石" * 4_000)
    assert "NOT_CHECKED" in {finding.reason for finding in verdict.findings}


def test_an_index_is_made_again_only_when_something_changed(house):
    cache = TermCache(house.transactions)
    tenant = house.principal.tenant
    first = cache(tenant)
    assert cache(tenant) is first
    reserve(house, "Greg Rutkowski", 1)
    second = cache(tenant)
    assert second is not first
    # Another work of the same holder changes the mark, but no word.
    reserve(house, "Greg Rutkowski", 2)
    assert cache(tenant) is second
    house.terms.add(house.principal, [MARK])
    assert cache(tenant) is not second


def test_the_cache_is_bounded(house):
    cache = TermCache(house.transactions, max_terms=3)
    tenants = [f"t{number}" for number in range(3)]
    for tenant in tenants:
        principal = replace(house.principal, tenant=tenant)
        house.terms.add(principal, [MARK, replace(MARK, term="Pepsi")])
    made = [cache(tenant) for tenant in tenants]
    assert cache(tenants[2]) is made[2]
    assert cache(tenants[0]) is not made[0]
