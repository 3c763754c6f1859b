"""Contested titles: opened by somebody's word and evidence, settled by a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from raisonne.app.documents import MAX_ABOUT, require_documents
from raisonne.app.events import event
from raisonne.app.ids import new_name
from raisonne.app.notice_words import SealedWords, open_words, require_bounded, seal_words
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.sealing import Envelope
from raisonne.app.texts import require_short
from raisonne.app.title_changes import mark_contested
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.case import Case, CaseKind, CaseState
from raisonne.rights.dispute import (
    DisputeState,
    DisputeWords,
    TitleDispute,
    TitleLink,
    title_chain,
)
from raisonne.rights.errors import InputError, NotFoundError
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal

_ALL = 10_000
"""Disputes of one work that its chain of title looks at."""


@dataclass(frozen=True, slots=True)
class Contest:
    """What somebody says about a title.

    Attributes:
        work: ``works/{id}``.
        words: Who they are and why it is theirs.
        documents: ``documents/{id}`` that are evidence for it.
    """

    work: str
    words: DisputeWords
    documents: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DisputeFile:
    """A dispute with what was written.

    Attributes:
        dispute: The record.
        words: What the claimant wrote.
    """

    dispute: TitleDispute
    words: DisputeWords


@dataclass(frozen=True, slots=True)
class Disputes:
    """Use cases ``dispute:create`` and ``dispute:read``, and the chain of title."""

    envelope: Envelope
    transactions: Transactions
    policies: Policies
    clock: Clock

    def open(self, principal: Principal, contest: Contest) -> DisputeFile:
        """Contest the title to a work; from now on its permissions wait for a person.

        A case is opened, and the work's record gets a version, the same but for its note, so that
        whatever follows changes of works looks at it again.

        Args:
            principal: Who enters it.
            contest: What is said.

        Raises:
            AccessError: If the principal may not contest titles.
            InputError: If nobody is named, no reason is given, or a text is too long.
            NotFoundError: If the tenant has no such work or document.
            ConflictError: If the work is withdrawn.
        """
        authorise(self.policies, principal, Permission.DISPUTE_CREATE, principal.tenant)
        _require(contest)
        now, tenant = self.clock.now(), principal.tenant
        name, case = new_name("disputes"), new_name("cases")
        sealed = seal_words(self.envelope, tenant, name, contest.words)
        dispute = TitleDispute(
            name=name,
            tenant=tenant,
            work=contest.work,
            state=DisputeState.OPEN,
            documents=tuple(dict.fromkeys(contest.documents)),
            sha256=sealed.sha256,
            actor=principal.id,
            create_time=now,
            case=case,
        )
        with self.transactions.write() as transaction:
            require_documents(transaction, tenant, dispute.documents)
            mark_contested(transaction, principal, contest.work, now, f"{name} is open")
            transaction.disputes.add(dispute, sealed.payload)
            transaction.cases.add(_case(dispute))
            for document in dispute.documents:
                transaction.documents.relate(tenant, document, (name,))
            details = {
                "work": dispute.work,
                "case": case,
                "documents": ",".join(dispute.documents),
                "words_sha256": dispute.sha256,
            }
            opened = LedgerAction.DISPUTE_OPENED
            transaction.outbox.append(event(principal, opened, name, now, details=details))
        return DisputeFile(dispute, contest.words)

    def get(self, principal: Principal, name: str) -> DisputeFile:
        """Return a dispute with what was written.

        Raises:
            AccessError: If the principal may not read disputes.
            NotFoundError: If the tenant has no such dispute.
            KeyUnavailableError: If the tenant's key for notices was shredded.
        """
        authorise(self.policies, principal, Permission.DISPUTE_READ, principal.tenant)
        with self.transactions.read() as transaction:
            dispute = found_dispute(transaction, principal.tenant, name)
            payload = transaction.disputes.payload(principal.tenant, name) or b""
        return DisputeFile(dispute, opened_words(self.envelope, dispute, payload))

    def list(
        self,
        principal: Principal,
        *,
        limit: int,
        after: str = "",
        state: DisputeState | None = None,
        work: str = "",
    ) -> Sequence[TitleDispute]:
        """Return disputes in the order in which they were opened, without what was written.

        Raises:
            AccessError: If the principal may not read disputes.
        """
        authorise(self.policies, principal, Permission.DISPUTE_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.disputes.list(
                principal.tenant, limit=limit, after=after, state=state, work=work
            )

    def title(self, principal: Principal, work: str) -> tuple[TitleLink, ...]:
        """Return the chain of title of a work: who held it from when on, and by what.

        Raises:
            AccessError: If the principal may not read works.
            NotFoundError: If the tenant has no such work.
        """
        authorise(self.policies, principal, Permission.WORK_READ, principal.tenant)
        with self.transactions.read() as transaction:
            versions = transaction.works.versions(principal.tenant, work)
            disputes = transaction.disputes.list(principal.tenant, limit=_ALL, work=work)
        if not versions:
            raise NotFoundError(f"There is no work {work!r}.", metadata={"name": work})
        return title_chain(versions, disputes)


def found_dispute(transaction: Transaction, tenant: str, name: str) -> TitleDispute:
    """Return a dispute.

    Raises:
        NotFoundError: If the tenant has no such dispute.
    """
    dispute = transaction.disputes.get(tenant, name)
    if dispute is None:
        raise NotFoundError(f"There is no dispute {name!r}.", metadata={"name": name})
    return dispute


def opened_words(envelope: Envelope, dispute: TitleDispute, payload: bytes) -> DisputeWords:
    """Return what was written.

    Raises:
        KeyUnavailableError: If the tenant's key for notices was shredded.
        StorageError: If the words are not those that the ledger speaks of.
    """
    sealed = SealedWords(payload, dispute.sha256)
    return open_words(envelope, dispute.tenant, dispute.name, sealed, DisputeWords)


def _require(contest: Contest) -> None:
    require_bounded(contest.words)
    # It becomes the holder in a record, whose texts are as short.
    require_short({"claimant": contest.words.claimant})
    for field in ("claimant", "basis"):
        if not getattr(contest.words, field).strip():
            raise InputError(f"A dispute names its {field}.", metadata={"field": field})
    if len(contest.documents) > MAX_ABOUT:
        raise InputError(
            f"A dispute rests on at most {MAX_ABOUT} documents.", metadata={"field": "documents"}
        )


def _case(dispute: TitleDispute) -> Case:
    return Case(
        name=dispute.case,
        tenant=dispute.tenant,
        verdict="",
        generation="",
        state=CaseState.OPEN,
        decision=None,
        create_time=dispute.create_time,
        kind=CaseKind.TITLE_DISPUTE,
        unjudged=f"{dispute.name} contests the title to {dispute.work}; nothing was to be judged.",
        dispute=dispute.name,
    )
