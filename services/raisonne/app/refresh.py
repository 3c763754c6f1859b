"""Bringing the fingerprints of works registered before an algorithm existed up to date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from raisonne.app.events import event
from raisonne.app.fingerprints import FingerprintedWork
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.sealing import BlobRecord, BlobStore, SealContext
from raisonne.app.works import ASSET_PURPOSE
from raisonne.fingerprint.decoding import Decoder
from raisonne.fingerprint.extract import Extractor
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.errors import (
    InputError,
    KeyUnavailableError,
    LimitError,
    RaisonneError,
    Reason,
    StorageError,
)
from raisonne.rights.fingerprint import Fingerprint
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.work import WorkState

BATCH = 16
"""Works a transaction: what an interruption loses is at most their computing time."""
ALL_WORKS = "works/-"
"""Object of the ledger event; its details name the works."""


class RefreshState(StrEnum):
    """What became of a work's fingerprints."""

    REFRESHED = "REFRESHED"
    CURRENT = "CURRENT"
    UNREADABLE = "UNREADABLE"


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of one work's fingerprints.

    Attributes:
        work: ``works/{id}``.
        state: Whether something was changed, nothing had to be, or the stored file is unreadable.
        algorithms: Those added; of an UNREADABLE work those that it still lacks.
        pruned: Those put out of force.
        error: Why the stored file is UNREADABLE.
    """

    work: str
    state: RefreshState
    algorithms: tuple[str, ...] = ()
    pruned: tuple[str, ...] = ()
    error: RaisonneError | None = None


@dataclass(frozen=True, slots=True)
class RefreshWorks:
    """Use case ``work:refresh``."""

    decoder: Decoder
    extractor: Extractor
    blobs: BlobStore
    transactions: Transactions
    policies: Policies
    clock: Clock

    def __call__(self, principal: Principal, *, prune: bool = False) -> Iterator[Refreshed]:
        """Compute what registered works lack, and only that, from their stored files.

        A batch of works commits together with its ledger event before its answers are given, so
        this may be stopped anywhere and begun again.

        Args:
            principal: Who refreshes.
            prune: Also put fingerprints out of force that no present algorithm makes.

        Returns:
            One answer for each REGISTERED work, in order of registration.

        Raises:
            AccessError: If the principal may not refresh works.
            KeyUnavailableError: If the key of the stored files cannot be used.
            StorageError: If the catalogue cannot serve.
        """
        self._authorise(principal)
        return self._all(principal, prune=prune)

    def count(self, principal: Principal) -> int:
        """Return how many works a refresh looks at.

        Raises:
            AccessError: If the principal may not refresh works.
        """
        self._authorise(principal)
        with self.transactions.read() as transaction:
            return transaction.works.count(principal.tenant, WorkState.REGISTERED)

    def lacking(self, principal: Principal) -> int:
        """Return how many works lack a fingerprint.

        Raises:
            AccessError: If the principal may not refresh works.
        """
        self._authorise(principal)
        with self.transactions.read() as transaction:
            return transaction.fingerprints.lacking(principal.tenant, self.extractor.algorithms)

    def _authorise(self, principal: Principal) -> None:
        authorise(self.policies, principal, Permission.WORK_REFRESH, principal.tenant)

    def _all(self, principal: Principal, *, prune: bool) -> Iterator[Refreshed]:
        after = ""
        while page := self._page(principal.tenant, after):
            # Files are read and computed from before the transaction that keeps others waiting.
            plans = [self._plan(principal.tenant, work, prune=prune) for work in page]
            yield from self._carry_out(principal, plans)
            after = page[-1].work

    def _page(self, tenant: str, after: str) -> Sequence[FingerprintedWork]:
        with self.transactions.read() as transaction:
            return transaction.fingerprints.held(tenant, limit=BATCH, after=after)

    def _plan(self, tenant: str, work: FingerprintedWork, *, prune: bool) -> _Plan:
        wanted = self.extractor.algorithms
        lacking = wanted - work.algorithms
        surplus = work.algorithms - wanted if prune else frozenset()
        if not lacking:
            return _Plan(work, surplus=surplus)
        with self.transactions.read() as transaction:
            blob = transaction.assets.blob(tenant, work.asset)
        try:
            made = self._make(tenant, work, blob, lacking)
        except (InputError, LimitError, StorageError, KeyUnavailableError) as error:
            if error.reason is Reason.KEY_UNAVAILABLE:
                raise  # It opens every file of the tenant: none of them could be read.
            return _Plan(work, lacking=lacking, error=error)
        return _Plan(work, made=made, surplus=surplus)

    def _make(
        self, tenant: str, work: FingerprintedWork, blob: BlobRecord | None, lacking: frozenset[str]
    ) -> tuple[Fingerprint, ...]:
        if blob is None:
            raise StorageError("There is no stored file.")
        data = self.blobs.get(SealContext(tenant, ASSET_PURPOSE, work.asset), blob)
        return self.extractor.register(self.decoder.decode(data), work.sha256, lacking)

    def _carry_out(self, principal: Principal, plans: Sequence[_Plan]) -> Sequence[Refreshed]:
        if not any(plan.made or plan.surplus for plan in plans):
            return [plan.answer() for plan in plans]
        with self.transactions.write() as transaction:
            answers = [_put(transaction, principal.tenant, plan) for plan in plans]
            changed = [each for each in answers if each.state is RefreshState.REFRESHED]
            if changed:
                details = {each.work: _changes(each) for each in changed}
                action, now = LedgerAction.WORK_REFRESHED, self.clock.now()
                transaction.outbox.append(event(principal, action, ALL_WORKS, now, details=details))
        return answers


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be done about one work: what was made, what it has too much, or why nothing is."""

    work: FingerprintedWork
    made: tuple[Fingerprint, ...] = ()
    surplus: frozenset[str] = frozenset()
    lacking: frozenset[str] = frozenset()
    error: RaisonneError | None = None

    def answer(self, added: Sequence[str] = (), pruned: Sequence[str] = ()) -> Refreshed:
        """Return the answer, given what was carried out."""
        name = self.work.work
        if self.error is not None:
            lacking = tuple(sorted(self.lacking))
            return Refreshed(name, RefreshState.UNREADABLE, lacking, error=self.error)
        state = RefreshState.REFRESHED if added or pruned else RefreshState.CURRENT
        return Refreshed(name, state, tuple(added), tuple(pruned))


def _put(transaction: Transaction, tenant: str, plan: _Plan) -> Refreshed:
    # Another refresh or a withdrawal may have come first; the store says what was still to do.
    store, work = transaction.fingerprints, plan.work
    added = store.add(tenant, work.work, work.asset, plan.made) if plan.made else ()
    pruned = store.remove(tenant, work.work, plan.surplus) if plan.surplus else ()
    return plan.answer(added, pruned)


def _changes(answer: Refreshed) -> str:
    """Return what was put in and out of force, for the ledger."""
    return " ".join([f"+{name}" for name in answer.algorithms] + [f"-{p}" for p in answer.pruned])
