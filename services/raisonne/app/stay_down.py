"""Stay-down: what a notice took down is registered, so that it is found when it comes again."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from raisonne.app.ids import new_name
from raisonne.app.notice_words import SealedWords, open_words
from raisonne.app.ports import Transactions
from raisonne.app.sealing import BlobStore, Envelope, SealContext
from raisonne.app.work_records import PreparedWork, registered_asset
from raisonne.app.works import ASSET_PURPOSE
from raisonne.fingerprint.decoding import Decoder
from raisonne.fingerprint.extract import Extractor
from raisonne.rights.case import Case
from raisonne.rights.errors import ConflictError, StorageError
from raisonne.rights.notice import Notice, NoticeWords
from raisonne.rights.statement import RightsStatement
from raisonne.rights.work import Work, WorkState

STAY_DOWN = "stay-down"
"""Collection of works that are registered because a notice took them down."""


@dataclass(frozen=True, slots=True)
class StayDown:
    """Prepares the entry that keeps something down."""

    decoder: Decoder
    extractor: Extractor
    blobs: BlobStore
    envelope: Envelope
    transactions: Transactions

    def __call__(self, case: Case, asset: str, now: datetime) -> PreparedWork | None:
        """Return an entry for what a case takes down, to be written with its ruling.

        It grants no use and belongs to the right holder whom the notice names. Its title names the
        notice, so that whoever is refused later learns why.

        Args:
            case: Opened by a notice.
            asset: ``assets/{id}`` with the bytes.
            now: UTC.

        Returns:
            The entry; None if exactly these bytes are registered as another work, which protects.

        Raises:
            ConflictError: If the bytes were erased.
            StorageError: If they cannot be read.
        """
        with self.transactions.read() as transaction:
            record = transaction.assets.get(case.tenant, asset)
            blob = transaction.assets.blob(case.tenant, asset)
            notice = transaction.notices.get(case.tenant, case.notice)
            payload = transaction.notices.payload(case.tenant, case.notice)
            if record is None or notice is None or payload is None:
                raise StorageError(f"What {case.name} is about is missing.")
            known = transaction.works.find_by_sha256(case.tenant, record.sha256)
            theirs = transaction.works.get(case.tenant, notice.work) if notice.work else None
        if blob is None:
            raise ConflictError(
                f"The file {asset} was erased, so nothing can be compared with it.",
                metadata={"name": asset},
            )
        if known is not None and known.name != case.work:
            return None
        sealed = SealedWords(payload, notice.sha256)
        words = open_words(self.envelope, case.tenant, notice.name, sealed, NoticeWords)
        data = self.blobs.get(SealContext(case.tenant, ASSET_PURPOSE, asset), blob)
        holder = words.holder or (theirs.holder if theirs else "")
        return self._prepare(case, notice, holder, data, now)

    def _prepare(
        self, case: Case, notice: Notice, holder: str, data: bytes, now: datetime
    ) -> PreparedWork:
        sha256, image = hashlib.sha256(data).hexdigest(), self.decoder.decode(data)
        asset = registered_asset(case.tenant, image, sha256, len(data), now)
        work = Work(
            name=new_name("works"),
            tenant=case.tenant,
            title=f"Taken down by {notice.name}",
            holder=holder,
            collection=STAY_DOWN,
            external_id=notice.name,
            source=case.generation or case.work,
            asset=asset.name,
            sha256=sha256,
            state=WorkState.REGISTERED,
            rights=RightsStatement(),
            revision=1,
            create_time=now,
            update_time=now,
        )
        fingerprints = self.extractor.register(image, sha256)
        blob = self.blobs.put(SealContext(case.tenant, ASSET_PURPOSE, asset.name), data)
        return PreparedWork(work, asset, blob, fingerprints)
