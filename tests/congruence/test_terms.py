from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest
from tests.congruence.builders import NOW, TENANT
from tests.congruence.registry import change, register, withdraw

from raisonne.matching.term_index import ListedTerm
from raisonne.rights.errors import ConflictError
from raisonne.rights.statement import ReservationKind, RightsStatement
from raisonne.rights.term import ScreeningTerm, TermCategory, TermSeverity
from raisonne.storage.transactions import SqlTransactions

RESERVED = RightsStatement(reservations=frozenset({ReservationKind.STYLE}))


def make_term(number: int = 0, **changes: object) -> ScreeningTerm:
    term = ScreeningTerm(
        name=f"terms/{number:06}",
        tenant=TENANT,
        term=f"Ö. Nummer {number}",
        category=TermCategory.MARK,
        severity=TermSeverity.REVIEW,
        reason="Why",
        appeal="where",
        languages=("de", "zh-Hant"),
        create_time=NOW,
    )
    return replace(term, **changes)  # type: ignore[arg-type]


def mark(transactions: SqlTransactions, tenant: str = TENANT) -> int | None:
    with transactions.read() as transaction:
        return transaction.terms.mark(tenant)


def add(transactions: SqlTransactions, *terms: ScreeningTerm) -> None:
    with transactions.write() as transaction:
        transaction.terms.add(terms)


def test_terms_come_back_equal(transactions: SqlTransactions) -> None:
    terms = tuple(make_term(number) for number in range(3))
    other = make_term(0, tenant="other")
    add(transactions, *terms)
    add(transactions, other)
    with transactions.read() as transaction:
        store = transaction.terms
        assert store.list(TENANT, limit=9) == terms
        assert store.list("other", limit=9) == (other,)
        assert store.count(TENANT) == 3
        assert store.list(TENANT, limit=2) == terms[:2]
        assert store.list(TENANT, limit=9, after=terms[0].name) == terms[1:]
        assert store.list(TENANT, limit=9, category=TermCategory.ARTIST) == ()
        keys = [(TermCategory.MARK, terms[1].term), (TermCategory.ARTIST, terms[2].term)]
        assert store.find(TENANT, keys) == (terms[1],)
        assert store.find(TENANT, []) == ()


def test_many_are_found_and_removed_in_parts(transactions: SqlTransactions) -> None:
    terms = [make_term(number) for number in range(1_200)]
    add(transactions, *terms)
    with transactions.write() as transaction:
        store = transaction.terms
        assert len(store.find(TENANT, [(term.category, term.term) for term in terms])) == 1_200
        assert len(store.remove(TENANT, [term.name for term in terms])) == 1_200
        assert store.count(TENANT) == 0


def test_a_term_is_listed_once_in_a_category(transactions: SqlTransactions) -> None:
    add(transactions, make_term(0))
    with pytest.raises(ConflictError):
        add(transactions, make_term(1, term=make_term(0).term))
    add(transactions, make_term(1, term=make_term(0).term, category=TermCategory.ARTIST))


def test_a_term_is_replaced(transactions: SqlTransactions) -> None:
    add(transactions, make_term(0), make_term(1))
    changed = make_term(0, reason="Another", severity=TermSeverity.BLOCK, languages=())
    with transactions.write() as transaction:
        transaction.terms.replace(changed)
    with transactions.read() as transaction:
        assert transaction.terms.list(TENANT, limit=9) == (changed, make_term(1))


def test_terms_are_read_as_prompts_are_screened_for_them(transactions: SqlTransactions) -> None:
    own = make_term(1, category=TermCategory.TENANT, severity=TermSeverity.INFO, languages=())
    add(transactions, make_term(0), own)
    add(transactions, make_term(2, tenant="other"))
    with transactions.read() as transaction:
        mark, tenants = transaction.terms.listed(TENANT)
    assert mark == ListedTerm(
        "Ö. Nummer 0",
        entry="terms/000000",
        category=TermCategory.MARK,
        reason="Why",
        appeal="where",
        languages=("de", "zh-Hant"),
    )
    assert (tenants.severity, tenants.languages) == (TermSeverity.INFO, ())


def test_every_change_of_what_is_screened_for_draws_a_mark(transactions: SqlTransactions) -> None:
    marks = [mark(transactions)]
    assert marks == [None]

    def drawn() -> bool:
        marks.append(mark(transactions))
        return marks[-1] != marks[-2]

    add(transactions, make_term(0))
    assert drawn()
    with transactions.write() as transaction:
        transaction.terms.replace(make_term(0, reason="x"))
    assert drawn()
    with transactions.write() as transaction:
        assert transaction.terms.remove(TENANT, ["terms/none"]) == ()
    assert not drawn()
    with transactions.write() as transaction:
        transaction.terms.remove(TENANT, [make_term(0).name])
    assert drawn()
    work = register(transactions, 0, holder="A", rights=RESERVED)
    assert drawn()
    free = register(transactions, 1, holder="B", rights=RightsStatement())
    assert not drawn()
    free = change(transactions, free, title="Other")
    assert not drawn()
    free = change(transactions, free, rights=RESERVED)
    assert drawn()
    change(transactions, free, rights=RightsStatement())
    assert drawn()
    withdraw(transactions, work)
    assert drawn()
    assert mark(transactions, "other") is None
    assert len(set(marks[1:])) == len({m for m in marks if m is not None})


def test_a_reservation_that_comes_into_force_later_draws_a_mark_then(
    transactions: SqlTransactions,
) -> None:
    work = register(transactions, 0, holder="A", rights=RightsStatement())
    later = NOW + timedelta(days=1)
    changed = replace(work, revision=2, rights=RESERVED, update_time=NOW)
    with transactions.write() as transaction:
        transaction.works.replace(changed, effective_time=later)
        assert transaction.works.reserved_terms(TENANT) == ()
    before = mark(transactions)
    with transactions.write() as transaction:
        transaction.works.apply_scheduled(TENANT, later)
        assert [term.term for term in transaction.works.reserved_terms(TENANT)] == ["A"]
    assert mark(transactions) not in {None, before}


def test_what_is_rolled_back_draws_no_mark(transactions: SqlTransactions) -> None:
    add(transactions, make_term(0))
    before = mark(transactions)
    with pytest.raises(ConflictError):
        add(transactions, make_term(1), make_term(0))
    assert mark(transactions) == before


def test_writers_at_once_leave_the_mark_of_the_last(transactions: SqlTransactions) -> None:
    threads = [Thread(target=add, args=(transactions, make_term(number))) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with transactions.read() as transaction:
        assert transaction.terms.count(TENANT) == 8
    assert mark(transactions) is not None
