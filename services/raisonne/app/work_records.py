"""Records of works: made ready before the transaction that makes them count, withdrawn in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.events import event
from raisonne.app.ids import new_name
from raisonne.app.ports import Transaction
from raisonne.app.sealing import BlobRecord
from raisonne.fingerprint.decoding import DecodedImage
from raisonne.rights.asset import Asset, AssetOrigin
from raisonne.rights.errors import ConflictError, NotFoundError
from raisonne.rights.fingerprint import Fingerprint
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Principal
from raisonne.rights.signal import Signal
from raisonne.rights.work import Work, WorkState


@dataclass(frozen=True, slots=True)
class PreparedWork:
    """A work that is computed and stored, not yet committed.

    Attributes:
        work: The record.
        asset: Of its file.
        blob: Where the file lies.
        fingerprints: Of the file.
        signals: What the file itself says about its rights, which the record follows.
    """

    work: Work
    asset: Asset
    blob: BlobRecord
    fingerprints: Sequence[Fingerprint]
    signals: Sequence[Signal] = ()

    def write(self, transaction: Transaction, principal: Principal) -> None:
        """Insert the rows that make it count, with its ledger event."""
        work = self.work
        transaction.assets.add(self.asset, self.blob)
        transaction.works.add(work, self.fingerprints, actor=principal.id)
        if self.signals:
            transaction.signals.add(work.tenant, work.name, self.signals)
        transaction.outbox.append(
            event(
                principal,
                LedgerAction.WORK_REGISTERED,
                work.name,
                work.create_time,
                sha256=work.sha256,
                details={signal.dialect.value: signal.sha256 for signal in self.signals},
            )
        )


def registered_asset(
    tenant: str, image: DecodedImage, sha256: str, size_bytes: int, now: datetime
) -> Asset:
    """Return the record of a file that is registered as a work."""
    return Asset(
        name=new_name("assets"),
        tenant=tenant,
        sha256=sha256,
        pixel_sha256=image.pixel_sha256,
        media_type=image.media_type,
        size_bytes=size_bytes,
        width=image.width,
        height=image.height,
        origin=AssetOrigin.REGISTERED,
        create_time=now,
    )


def withdraw_work(
    transaction: Transaction, principal: Principal, name: str, now: datetime, note: str = ""
) -> Work:
    """Withdraw a work within a transaction: it matches nothing once that commits.

    Args:
        transaction: That it belongs to.
        principal: Who withdraws.
        name: ``works/{id}``.
        now: UTC.
        note: Why, for its history.

    Raises:
        NotFoundError: If the tenant has no such work.
        ConflictError: If it is withdrawn already.
    """
    work = transaction.works.get(principal.tenant, name)
    if work is None:
        raise NotFoundError(f"There is no work {name!r}.", metadata={"name": name})
    if work.state is WorkState.WITHDRAWN:
        raise ConflictError(f"{name} is withdrawn already.", metadata={"name": name})
    withdrawn = replace(
        work, state=WorkState.WITHDRAWN, revision=work.revision + 1, update_time=now
    )
    transaction.works.replace(withdrawn, actor=principal.id, note=note)
    transaction.outbox.append(
        event(principal, LedgerAction.WORK_WITHDRAWN, name, now, sha256=work.sha256)
    )
    return withdrawn


def restore_work(
    transaction: Transaction, principal: Principal, name: str, now: datetime, note: str = ""
) -> Work:
    """Register a withdrawn work again within a transaction, with its file and fingerprints.

    Args:
        transaction: That it belongs to.
        principal: Who restores.
        name: ``works/{id}``.
        now: UTC.
        note: Why, for its history.

    Raises:
        NotFoundError: If the tenant has no such work.
        ConflictError: If it is not withdrawn, its file was erased meanwhile, or the same bytes
            were registered anew.
    """
    work = transaction.works.get(principal.tenant, name)
    if work is None:
        raise NotFoundError(f"There is no work {name!r}.", metadata={"name": name})
    if work.state is not WorkState.WITHDRAWN:
        raise ConflictError(f"{name} is not withdrawn.", metadata={"name": name})
    if transaction.assets.blob(principal.tenant, work.asset) is None:
        raise ConflictError(
            f"The file of {name} was erased after it was withdrawn; register it anew.",
            metadata={"name": name},
        )
    restored = replace(
        work, state=WorkState.REGISTERED, revision=work.revision + 1, update_time=now
    )
    transaction.works.replace(restored, actor=principal.id, note=note)
    transaction.outbox.append(
        event(principal, LedgerAction.WORK_RESTORED, name, now, sha256=work.sha256)
    )
    return restored
