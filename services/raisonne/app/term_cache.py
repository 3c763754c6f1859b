"""The terms that a tenant's prompts are screened for, indexed once for as long as they hold."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from raisonne.app.ports import Transaction, Transactions
from raisonne.matching.term_index import ListedTerm, TermIndex

MAX_CACHED_TERMS = 1_000_000
"""Terms of all cached tenants together, some kilobyte each; the latest used one always stays."""


@dataclass(frozen=True, slots=True)
class _Known:
    mark: int | None
    terms: tuple[ListedTerm, ...]
    index: TermIndex


class TermCache:
    """Indexes of terms by tenant.

    The catalogue draws a mark in the very transaction that changes a term or a reservation. One
    look at it before every prompt tells whether the index known still holds, in this process and
    in every other.

    Args:
        transactions: Where terms are kept.
        max_terms: Terms of all indexes together.
    """

    def __init__(self, transactions: Transactions, *, max_terms: int = MAX_CACHED_TERMS) -> None:
        self._transactions = transactions
        self._max_terms = max_terms
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._lock = Lock()
        self._building: dict[str, tuple[Lock, int]] = {}

    def __call__(self, tenant: str) -> TermIndex:
        """Return the index of the terms in force.

        Raises:
            StorageError: If the catalogue cannot serve.
        """
        with self._transactions.read() as transaction:
            known = self._current(tenant, transaction.terms.mark(tenant))
        if known is not None:
            return known.index
        # Whoever asks meanwhile waits for the one index rather than making another.
        with self._turn(tenant):
            return self._look_again(tenant)

    def _look_again(self, tenant: str) -> TermIndex:
        # The mark and the terms are read in one snapshot, so they belong together.
        with self._transactions.read() as transaction:
            mark = transaction.terms.mark(tenant)
            known = self._current(tenant, mark)
            if known is not None:
                return known.index
            terms = _terms(transaction, tenant)
        before = self._known.get(tenant)
        same = before is not None and before.terms == terms
        index = before.index if before is not None and same else TermIndex(terms)
        self._keep(tenant, _Known(mark, terms, index))
        return index

    def _current(self, tenant: str, mark: int | None) -> _Known | None:
        with self._lock:
            known = self._known.get(tenant)
            if known is None or known.mark != mark:
                return None
            self._known.move_to_end(tenant)
            return known

    def _keep(self, tenant: str, known: _Known) -> None:
        with self._lock:
            self._known[tenant] = known
            self._known.move_to_end(tenant)
            held = sum(len(each.terms) for each in self._known.values())
            while held > self._max_terms and len(self._known) > 1:
                held -= len(self._known.popitem(last=False)[1].terms)

    @contextmanager
    def _turn(self, tenant: str) -> Iterator[None]:
        with self._lock:
            lock, waiting = self._building.get(tenant, (Lock(), 0))
            self._building[tenant] = lock, waiting + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._building.pop(tenant)
                if waiting > 1:
                    self._building[tenant] = lock, waiting - 1


def _terms(transaction: Transaction, tenant: str) -> tuple[ListedTerm, ...]:
    reserved = [
        ListedTerm(term.term, work=term.work) for term in transaction.works.reserved_terms(tenant)
    ]
    names = [
        ListedTerm(name.spelling, holder=name.holder)
        for name in transaction.reservations.names_of_reserved(tenant)
    ]
    return (*reserved, *names, *transaction.terms.listed(tenant))
