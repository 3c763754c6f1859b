"""Terms that prompts are screened for, beside the names that registered works reserve."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from raisonne.app.events import event
from raisonne.app.ids import new_name
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.matching.letters import folded, is_unspaced, seen
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.errors import InputError, LimitError, NotFoundError, Reason
from raisonne.rights.ledger import LedgerAction, LedgerEvent
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.term import MAX_TERM_CHARACTERS, ScreeningTerm, TermCategory, TermSeverity

TERMS = "terms"
"""Object of ledger events about several terms; a tenant has one registry of them."""
MAX_TERMS_AT_ONCE = 5_000
"""Most terms of one transaction, so that nobody else waits long for theirs."""
MAX_TERMS = 1_000_000
"""Most terms of a tenant: an index of them takes a gigabyte."""
_FEWEST_LETTERS = 2
_MOST_LANGUAGES = 20
_LANGUAGE_CHARACTERS = 35


class ListedState(StrEnum):
    """What became of a term."""

    LISTED = "LISTED"
    CHANGED = "CHANGED"
    EXISTS = "EXISTS"


@dataclass(frozen=True, slots=True)
class TermDraft:
    """A term to be listed; see ``raisonne.rights.term.ScreeningTerm``."""

    term: str
    category: TermCategory
    severity: TermSeverity = TermSeverity.REVIEW
    reason: str = ""
    appeal: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A term of the registry, and what listing it did."""

    term: ScreeningTerm
    state: ListedState


@dataclass(frozen=True, slots=True)
class Terms:
    """Use cases ``term:*``; every change is effective on the next prompt."""

    transactions: Transactions
    policies: Policies
    clock: Clock

    def add(self, principal: Principal, drafts: Sequence[TermDraft]) -> Sequence[Listed]:
        """List terms; those that are listed already take on what the drafts say.

        Raises:
            AccessError: If the principal may not list terms.
            InputError: If a draft cannot be used; nothing is stored.
            LimitError: If there are too many, at once or in all; nothing is stored.
        """
        authorise(self.policies, principal, Permission.TERM_CREATE, principal.tenant)
        if len(drafts) > MAX_TERMS_AT_ONCE:
            raise LimitError(f"At most {MAX_TERMS_AT_ONCE:,} terms are listed at once.")
        for draft in drafts:
            require_term(draft)
        wanted = {(draft.category, draft.term.strip()): draft for draft in drafts}
        with self.transactions.write() as transaction:
            return self._write(principal, wanted, transaction)

    def list(
        self,
        principal: Principal,
        *,
        limit: int,
        after: str = "",
        category: TermCategory | None = None,
    ) -> Sequence[ScreeningTerm]:
        """Return terms in order of listing, at most ``limit`` after the given name.

        Raises:
            AccessError: If the principal may not read terms.
        """
        authorise(self.policies, principal, Permission.TERM_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.terms.list(
                principal.tenant, limit=limit, after=after, category=category
            )

    def remove(self, principal: Principal, names: Sequence[str]) -> Sequence[ScreeningTerm]:
        """Remove terms: no prompt is screened for them from the next one on.

        Raises:
            AccessError: If the principal may not remove terms.
            NotFoundError: If one of them is not listed; nothing is removed.
        """
        authorise(self.policies, principal, Permission.TERM_REMOVE, principal.tenant)
        with self.transactions.write() as transaction:
            removed = transaction.terms.remove(principal.tenant, sorted(set(names)))
            missing = sorted(set(names) - {term.name for term in removed})
            if missing:
                raise NotFoundError(
                    f"There is no term {missing[0]!r}.", metadata={"name": missing[0]}
                )
            if removed:
                transaction.outbox.append(
                    self._event(principal, LedgerAction.TERMS_REMOVED, removed)
                )
        return removed

    def _write(
        self,
        principal: Principal,
        wanted: dict[tuple[TermCategory, str], TermDraft],
        transaction: Transaction,
    ) -> Sequence[Listed]:
        found = transaction.terms.find(principal.tenant, list(wanted))
        stored = {(term.category, term.term): term for term in found}
        listed = [self._listed(principal, key, wanted[key], stored.get(key)) for key in wanted]
        new = [each.term for each in listed if each.state is ListedState.LISTED]
        if new and transaction.terms.count(principal.tenant) + len(new) > MAX_TERMS:
            raise LimitError(f"A tenant lists at most {MAX_TERMS:,} terms.")
        transaction.terms.add(new)
        changed = [each.term for each in listed if each.state is ListedState.CHANGED]
        for term in changed:
            transaction.terms.replace(term)
        if new or changed:
            written = [*new, *changed]
            transaction.outbox.append(self._event(principal, LedgerAction.TERMS_LISTED, written))
        return listed

    def _listed(
        self,
        principal: Principal,
        key: tuple[TermCategory, str],
        draft: TermDraft,
        stored: ScreeningTerm | None,
    ) -> Listed:
        category, term = key
        made = ScreeningTerm(
            name=stored.name if stored else new_name(TERMS),
            tenant=principal.tenant,
            term=term,
            category=category,
            severity=draft.severity,
            reason=draft.reason,
            appeal=draft.appeal,
            languages=draft.languages,
            create_time=stored.create_time if stored else self.clock.now(),
        )
        if stored is None:
            return Listed(made, ListedState.LISTED)
        return Listed(made, ListedState.EXISTS if made == stored else ListedState.CHANGED)

    def _event(
        self, principal: Principal, action: LedgerAction, terms: Sequence[ScreeningTerm]
    ) -> LedgerEvent:
        counts = Counter(term.category.value for term in terms)
        return event(
            principal,
            action,
            terms[0].name if len(terms) == 1 else TERMS,
            self.clock.now(),
            sha256=_digest(terms),
            details={"terms": str(len(terms))} | {k: str(n) for k, n in sorted(counts.items())},
        )


def require_term(draft: TermDraft) -> None:
    """Refuse drafts that no prompt should be screened for.

    Raises:
        InputError: If the term has too few letters, or something is too long.
    """
    letters = folded(draft.term, seen)
    if len(letters) < _FEWEST_LETTERS and not (letters and is_unspaced(letters)):
        raise InputError("A term has two letters or digits at least.", reason=Reason.EMPTY_INPUT)
    for label in ("term", "reason", "appeal"):
        text: str = getattr(draft, label)
        if len(text) > MAX_TERM_CHARACTERS:
            raise InputError(
                f"The {label} has {len(text):,} characters; at most {MAX_TERM_CHARACTERS} fit.",
                metadata={"field": label, "limit_characters": str(MAX_TERM_CHARACTERS)},
            )
        if "\0" in text or any("\ud800" <= character <= "\udfff" for character in text):
            raise InputError(f"The {label} is no text.", metadata={"field": label})
    tags = draft.languages
    if len(tags) > _MOST_LANGUAGES or not all(map(_is_language, tags)):
        raise InputError("Languages are BCP 47 tags, for example zh-Hant.")


def _is_language(tag: str) -> bool:
    return 0 < len(tag) <= _LANGUAGE_CHARACTERS and tag.isascii() and tag.replace("-", "").isalnum()


def _digest(terms: Sequence[ScreeningTerm]) -> str:
    """Return a digest that tells later whether a list is the one that was stored."""
    rows = sorted([term.category.value, term.term, term.severity.value] for term in terms)
    return hashlib.sha256(json.dumps(rows, separators=(",", ":")).encode()).hexdigest()
