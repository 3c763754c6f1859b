"""Rights holders: who they are, and by which names works and prompts name them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from raisonne.app.events import event
from raisonne.app.holder_records import require_holder, require_room, said_of
from raisonne.app.ids import new_name
from raisonne.app.notice_words import SealedWords, open_words, require_bounded, seal_words
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.sealing import Envelope
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.errors import ConflictError, NotFoundError
from raisonne.rights.holder import (
    HolderContact,
    HolderVersion,
    RightsHolder,
    distinct_names,
    holder_key,
)
from raisonne.rights.identifier import IdentifierScheme, normal_identifier
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal

HOLDERS = "holders"


@dataclass(frozen=True, slots=True)
class HolderDraft:
    """A rights holder to be recorded; see ``raisonne.rights.holder.RightsHolder``."""

    display_name: str
    aliases: tuple[str, ...] = ()
    identifiers: Mapping[IdentifierScheme, str] = field(default_factory=dict)
    contact: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class HolderChange:
    """What is to be different in a record; None leaves a field as it is.

    Attributes:
        display_name: The name that is shown; the one that was becomes an alias.
        add_aliases: Further names; those that the holder has already are passed over.
        remove_aliases: Names that are not the holder's.
        identifiers: By scheme; an empty text takes one out. Others stay.
        contact: How to reach them; an empty text forgets it.
        note: For people.
    """

    display_name: str | None = None
    add_aliases: tuple[str, ...] = ()
    remove_aliases: tuple[str, ...] = ()
    identifiers: Mapping[IdentifierScheme, str] = field(default_factory=dict)
    contact: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class HolderFile:
    """A holder with how to reach them."""

    holder: RightsHolder
    contact: str


@dataclass(frozen=True, slots=True)
class Holders:
    """Use cases ``holder:*``."""

    envelope: Envelope
    transactions: Transactions
    policies: Policies
    clock: Clock

    def add(self, principal: Principal, draft: HolderDraft) -> HolderFile:
        """Record a rights holder.

        Raises:
            AccessError: If the principal may not record holders.
            InputError: If a name, an identifier or a text cannot be used; nothing is stored.
            LimitError: If the tenant has too many names; nothing is stored.
            ConflictError: ``ALREADY_EXISTS`` if one of the names is another holder's.
        """
        authorise(self.policies, principal, Permission.HOLDER_CREATE, principal.tenant)
        holder = made_holder(draft, principal.tenant, self.clock.now())
        sealed = self._seal(holder, draft.contact)
        if sealed is not None:
            holder = replace(holder, contact_sha256=sealed.sha256)
        with self.transactions.write() as transaction:
            require_room(transaction, principal.tenant, len(holder.names))
            add_holder(transaction, principal, holder, sealed.payload if sealed else None)
        return HolderFile(holder, draft.contact)

    def get(self, principal: Principal, name: str) -> HolderFile:
        """Return a holder with how to reach them.

        Raises:
            AccessError: If the principal may not read holders.
            NotFoundError: If the tenant has no such holder.
            KeyUnavailableError: If the tenant's key for contacts was shredded.
        """
        authorise(self.policies, principal, Permission.HOLDER_READ, principal.tenant)
        with self.transactions.read() as transaction:
            holder = found_holder(transaction, principal.tenant, name)
            payload = transaction.holders.contact(principal.tenant, holder.name)
        return HolderFile(holder, self._open(holder, payload))

    def list(self, principal: Principal, *, limit: int, after: str = "") -> Sequence[RightsHolder]:
        """Return holders in order of recording, at most ``limit``, after the given one.

        Raises:
            AccessError: If the principal may not read holders.
        """
        authorise(self.policies, principal, Permission.HOLDER_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.holders.list(principal.tenant, limit=limit, after=after)

    def history(self, principal: Principal, name: str) -> Sequence[HolderVersion]:
        """Return all versions of a record in the order in which they were recorded.

        Raises:
            AccessError: If the principal may not read holders.
            NotFoundError: If the tenant has no such holder.
        """
        authorise(self.policies, principal, Permission.HOLDER_READ, principal.tenant)
        with self.transactions.read() as transaction:
            holder = found_holder(transaction, principal.tenant, name)
            return transaction.holders.versions(principal.tenant, holder.name)

    def update(
        self, principal: Principal, name: str, change: HolderChange, *, revision: int | None = None
    ) -> HolderFile:
        """Change a record. Names tell who somebody is, so they hold for all times at once.

        Args:
            principal: Who asks.
            name: ``holders/{id}``, or one of the holder's names.
            change: What is to be different.
            revision: The record's revision as the caller knows it; whatever it is if None.

        Raises:
            AccessError: If the principal may not change holders.
            InputError: If a name, an identifier or a text cannot be used; nothing is stored.
            NotFoundError: If the tenant has no such holder.
            ConflictError: If it is at another revision, or a name is another holder's.
        """
        authorise(self.policies, principal, Permission.HOLDER_UPDATE, principal.tenant)
        with self.transactions.read() as transaction:
            name = found_holder(transaction, principal.tenant, name).name
        # Sealed before the transaction: a key may have to be made for it.
        contact = change.contact
        sealed = seal_contact(self.envelope, principal.tenant, name, contact) if contact else None
        with self.transactions.write() as transaction:
            held = found_holder(transaction, principal.tenant, name)
            if revision is not None and revision != held.revision:
                raise ConflictError(
                    f"{name} was changed meanwhile: it is at revision {held.revision}.",
                    metadata={"name": name, "revision": str(held.revision)},
                )
            values = _changed(held, change)
            if contact is not None:
                values["contact_sha256"] = sealed.sha256 if sealed else ""
            holder = replace(held, **values)
            if holder != held:
                more = len(set(holder.names) - set(held.names))
                require_room(transaction, principal.tenant, more)
                holder = write_change(
                    transaction,
                    principal,
                    held,
                    holder,
                    self.clock.now(),
                    contact=sealed.payload if sealed else None,
                )
            payload = transaction.holders.contact(principal.tenant, name)
        return HolderFile(holder, self._open(holder, payload))

    def _seal(self, holder: RightsHolder, contact: str) -> SealedWords | None:
        if not contact:
            return None
        return seal_contact(self.envelope, holder.tenant, holder.name, contact)

    def _open(self, holder: RightsHolder, payload: bytes | None) -> str:
        if not holder.contact_sha256 or payload is None:
            return ""
        sealed = SealedWords(payload, holder.contact_sha256)
        words = open_words(self.envelope, holder.tenant, holder.name, sealed, HolderContact)
        return words.contact


def seal_contact(envelope: Envelope, tenant: str, name: str, contact: str) -> SealedWords:
    """Seal how to reach a holder.

    Raises:
        InputError: If it is too long.
        KeyUnavailableError: If the root key cannot be used.
    """
    words = HolderContact(contact)
    require_bounded(words)
    return seal_words(envelope, tenant, name, words)


def made_holder(draft: HolderDraft, tenant: str, now: datetime) -> RightsHolder:
    """Return the record for a draft, without its contact.

    Raises:
        InputError: If a name, an identifier or a text cannot be used.
    """
    names = distinct_names((draft.display_name, *draft.aliases))
    holder = RightsHolder(
        name=new_name(HOLDERS),
        tenant=tenant,
        display_name=" ".join(draft.display_name.split()),
        aliases=names[1:],
        identifiers=_normal(draft.identifiers),
        contact_sha256="",
        note=draft.note,
        revision=1,
        create_time=now,
        update_time=now,
    )
    require_holder(holder)
    return holder


def add_holder(
    transaction: Transaction, principal: Principal, holder: RightsHolder, contact: bytes | None
) -> None:
    """Insert a holder within a transaction, with the ledger's event.

    Raises:
        ConflictError: ``ALREADY_EXISTS`` if one of the names is another holder's.
    """
    said = said_of(holder, principal)
    transaction.holders.add(holder, contact, said)
    transaction.outbox.append(
        event(
            principal,
            LedgerAction.HOLDER_CREATED,
            holder.name,
            holder.update_time,
            sha256=said.sha256,
        )
    )


def write_change(
    transaction: Transaction,
    principal: Principal,
    held: RightsHolder,
    holder: RightsHolder,
    now: datetime,
    *,
    contact: bytes | None = None,
) -> RightsHolder:
    """Write a changed record within a transaction, with its version and the ledger's event.

    Args:
        transaction: That it belongs to.
        principal: Who changes it.
        held: The record as it is stored.
        holder: As it is to be; its revision and time are set here.
        now: UTC.
        contact: Sealed, if it changes and is not forgotten.

    Raises:
        InputError: If a name, an identifier or a text cannot be used.
        ConflictError: If a name is another holder's, or the record was changed meanwhile.
    """
    holder = replace(holder, revision=held.revision + 1, update_time=now)
    require_holder(holder)
    said = said_of(holder, principal)
    transaction.holders.replace(holder, contact, said)
    if set(holder.names) - set(held.names):
        transaction.reservations.follow_up(holder.tenant, holder.name, now)
    transaction.outbox.append(
        event(
            principal,
            LedgerAction.HOLDER_UPDATED,
            holder.name,
            now,
            sha256=said.sha256,
            details={"revision": str(holder.revision)},
        )
    )
    return holder


def found_holder(transaction: Transaction, tenant: str, name: str) -> RightsHolder:
    """Return a holder by resource name, or by one of their names.

    Raises:
        NotFoundError: If there is none.
    """
    holder = transaction.holders.get(tenant, name)
    if holder is None:
        key = holder_key(name)
        owner = transaction.holders.by_keys(tenant, [key]).get(key)
        holder = transaction.holders.get(tenant, owner) if owner else None
    if holder is None:
        raise NotFoundError(f"There is no rights holder {name!r}.", metadata={"name": name})
    return holder


def _changed(held: RightsHolder, change: HolderChange) -> dict[str, Any]:
    removed = {holder_key(alias) for alias in change.remove_aliases}
    shown = held.display_name
    if change.display_name is not None:
        shown = " ".join(change.display_name.split())
    # The shown name comes first, so that it is kept where two spellings share a key.
    names = distinct_names((shown, held.display_name, *held.aliases, *change.add_aliases))
    aliases = [name for name in names[1:] if holder_key(name) not in removed]
    identifiers = dict(held.identifiers)
    for scheme, text in change.identifiers.items():
        identifiers.pop(scheme, None)
        if text.strip():
            identifiers[scheme] = normal_identifier(scheme, text)
    return {
        "display_name": shown,
        "aliases": tuple(aliases),
        "identifiers": {s: identifiers[s] for s in IdentifierScheme if s in identifiers},
        "note": held.note if change.note is None else change.note,
    }


def _normal(identifiers: Mapping[IdentifierScheme, str]) -> dict[IdentifierScheme, str]:
    given = {scheme: text for scheme, text in identifiers.items() if text.strip()}
    return {s: normal_identifier(s, given[s]) for s in IdentifierScheme if s in given}
