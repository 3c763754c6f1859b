"""The registry of protected works: register, read, list, withdraw."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from raisonne.app.embedded_signals import embedded_signals
from raisonne.app.ids import new_name
from raisonne.app.ports import Clock, CredentialReader, Transactions
from raisonne.app.sealing import BlobStore, SealContext
from raisonne.app.texts import require_short
from raisonne.app.use_listing import UseListing, UsePage, UseTerms
from raisonne.app.work_changes import bring_into_force
from raisonne.app.work_ports import WorksFound
from raisonne.app.work_records import PreparedWork, registered_asset, withdraw_work
from raisonne.fingerprint.decoding import DecodedImage, Decoder
from raisonne.fingerprint.extract import Extractor
from raisonne.policy.access import authorise
from raisonne.policy.condition import Const
from raisonne.policy.engine import Policies
from raisonne.rights.errors import ConflictError, NotFoundError
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.signal import Signal
from raisonne.rights.statement import RightsStatement
from raisonne.rights.work import Work, WorkState
from raisonne.signals.merging import merge

ASSET_PURPOSE = "asset"
"""Key purpose of stored files."""
_TEXTS = ("title", "holder", "collection", "external_id", "source")


@dataclass(frozen=True, slots=True)
class WorkDraft:
    """A work to be registered.

    Attributes:
        data: The file.
        title: May be empty.
        holder: Rights holder's name; may be empty.
        collection: Grouping label; may be empty.
        external_id: Registrant's identifier; may be empty.
        source: Where the file was, for people; may be empty.
        rights: The statement in force.
    """

    data: bytes
    title: str = ""
    holder: str = ""
    collection: str = ""
    external_id: str = ""
    source: str = ""
    rights: RightsStatement = field(default_factory=RightsStatement)


@dataclass(frozen=True, slots=True)
class Registration:
    """What became of a draft.

    Attributes:
        work: The record.
        created: False if the same bytes were registered before; the old record stands.
        rights: What the draft would have recorded: its statement, and what the file reserves.
    """

    work: Work
    created: bool
    rights: RightsStatement


@dataclass(frozen=True, slots=True)
class Works:
    """Use cases of the catalogue: ``work:*``."""

    decoder: Decoder
    extractor: Extractor
    blobs: BlobStore
    transactions: Transactions
    policies: Policies
    clock: Clock
    credentials: CredentialReader

    def register(self, principal: Principal, draft: WorkDraft) -> Registration:
        """Register a work; it protects from the next query on.

        What the file itself reserves, in XMP or in a content credential, its record reserves too.

        Raises:
            AccessError: If the principal may not register works.
            InputError: If the file is no picture or a text is too long; nothing is stored.
            LimitError: If the picture is too large, or its credential takes too long to read;
                nothing is stored.
        """
        authorise(self.policies, principal, Permission.WORK_CREATE, principal.tenant)
        require_short({label: getattr(draft, label) for label in _TEXTS})
        sha256 = hashlib.sha256(draft.data).hexdigest()
        existing = self._find(principal.tenant, sha256)
        if existing is not None:
            return self._known(existing, draft)
        image = self.decoder.decode(draft.data)
        return self._store(principal, draft, sha256, image)

    def get(self, principal: Principal, name: str) -> Work:
        """Return one record.

        Raises:
            AccessError: If the principal may not read works.
            NotFoundError: If the tenant has no such work.
        """
        authorise(self.policies, principal, Permission.WORK_READ, principal.tenant)
        bring_into_force(self.transactions, principal.tenant, self.clock.now())
        with self.transactions.read() as transaction:
            work = transaction.works.get(principal.tenant, name)
        if work is None:
            raise NotFoundError(f"There is no work {name!r}.", metadata={"name": name})
        return work

    def list(
        self,
        principal: Principal,
        *,
        limit: int,
        after: str = "",
        state: WorkState | None = None,
    ) -> Sequence[Work]:
        """Return records in order of registration, at most ``limit`` after the given name.

        Raises:
            AccessError: If the principal may not read works.
        """
        authorise(self.policies, principal, Permission.WORK_READ, principal.tenant)
        bring_into_force(self.transactions, principal.tenant, self.clock.now())
        with self.transactions.read() as transaction:
            return transaction.works.list(principal.tenant, limit=limit, after=after, state=state)

    def count(self, principal: Principal, state: WorkState | None = None) -> int:
        """Return how many works there are.

        Raises:
            AccessError: If the principal may not read works.
        """
        authorise(self.policies, principal, Permission.WORK_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.works.count(principal.tenant, state)

    def list_at(
        self, principal: Principal, at: datetime, state: WorkState, *, limit: int, after: str = ""
    ) -> WorksFound:
        """Return works as they were at a time, those in a state, after the given name.

        Raises:
            AccessError: If the principal may not read works.
        """
        authorise(self.policies, principal, Permission.WORK_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.works.list_at(
                principal.tenant, Const(value=True), at=at, state=state, limit=limit, after=after
            )

    def list_by_use(
        self, principal: Principal, terms: UseTerms, *, limit: int, after: str = ""
    ) -> UsePage:
        """Return works that may be used so, or may not, with the clauses that decided.

        Raises:
            AccessError: If the principal may not read works.
            InputError: If the territory is none or the time has no time zone.
        """
        authorise(self.policies, principal, Permission.WORK_READ, principal.tenant)
        listing = UseListing(self.transactions, self.policies.current(), self.clock)
        return listing.page(principal.tenant, terms, limit=limit, after=after)

    def signals(self, principal: Principal, name: str) -> Sequence[Signal]:
        """Return what a work's file said about its rights when it was registered.

        Raises:
            AccessError: If the principal may not read works.
        """
        authorise(self.policies, principal, Permission.WORK_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.signals.of_work(principal.tenant, name)

    def withdraw(self, principal: Principal, name: str) -> Work:
        """Withdraw a work: it matches nothing from the next query on. Its history stays.

        Raises:
            AccessError: If the principal may not withdraw works.
            NotFoundError: If the tenant has no such work.
            ConflictError: If it is withdrawn already.
        """
        authorise(self.policies, principal, Permission.WORK_WITHDRAW, principal.tenant)
        now = self.clock.now()
        with self.transactions.write() as transaction:
            return withdraw_work(transaction, principal, name, now)

    def _find(self, tenant: str, sha256: str) -> Work | None:
        with self.transactions.read() as transaction:
            return transaction.works.find_by_sha256(tenant, sha256)

    def _store(
        self, principal: Principal, draft: WorkDraft, sha256: str, image: DecodedImage
    ) -> Registration:
        now = self.clock.now()
        credential = self.credentials.read(draft.data)
        signals = embedded_signals(image, draft.data, credential, draft.source, now)
        asset = registered_asset(principal.tenant, image, sha256, len(draft.data), now)
        work = Work(
            name=new_name("works"),
            tenant=principal.tenant,
            title=draft.title,
            holder=draft.holder,
            collection=draft.collection,
            external_id=draft.external_id,
            source=draft.source,
            asset=asset.name,
            sha256=sha256,
            state=WorkState.REGISTERED,
            rights=merge(draft.rights, signals),
            revision=1,
            create_time=now,
            update_time=now,
        )
        fingerprints = self.extractor.register(image, sha256)
        context = SealContext(principal.tenant, ASSET_PURPOSE, asset.name)
        blob = self.blobs.put(context, draft.data)
        prepared = PreparedWork(work, asset, blob, fingerprints, signals)
        try:
            with self.transactions.write() as transaction:
                prepared.write(transaction, principal)
        except ConflictError:
            # Two importers raced on the same file; the first one's record stands.
            existing = self._find(principal.tenant, sha256)
            if existing is None:
                raise
            return self._known(existing, draft)
        return Registration(work, created=True, rights=work.rights)

    def _known(self, work: Work, draft: WorkDraft) -> Registration:
        with self.transactions.read() as transaction:
            signals = transaction.signals.of_work(work.tenant, work.name)
        return Registration(work, created=False, rights=merge(draft.rights, signals))
