"""Released artworks in a registry of their own, in which works of later are looked for.

It lies in ``released/`` of the home and is made from the released files; it may be removed at any
time, and the next look makes it anew. Search, files, repair and encryption are those of the
registry of works.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from raisonne.app.ports import Transactions
from raisonne.app.sealing import BlobStore, SealContext
from raisonne.app.works import ASSET_PURPOSE
from raisonne.fingerprint.decoding import Decoder
from raisonne.fingerprint.extract import Extractor
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.ports import SegmentKeys
from raisonne.index.segment_store import SegmentStore
from raisonne.matching.calibration import ScoringRules
from raisonne.matching.matcher import Matcher
from raisonne.rights.asset import Asset
from raisonne.rights.errors import ConflictError, RaisonneError
from raisonne.rights.generation import Generation, GenerationState
from raisonne.rights.statement import RightsStatement
from raisonne.rights.work import Work, WorkState
from raisonne.storage.engine import open_database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.migrate import upgrade
from raisonne.storage.segment_list import SqlSegmentList
from raisonne.storage.transactions import SqlTransactions

PAGE = 500
"""Released files that are looked at for new ones at a time."""
_HOUR_MS = 3_600_000
"""Files are named when they are made, and may be committed later than others; not by that much."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Opened:
    transactions: SqlTransactions
    matcher: Matcher


class ReleasedRegistry:
    """``ReleasedArtworks`` in a folder; opened when it is first needed. Threads take turns.

    Args:
        folder: Where it lies.
        transactions: Of the catalogue that artworks are released into.
        blobs: Where their files are.
        decoder: Decodes them.
        extractor: Makes their fingerprints.
        rules: What likenesses are judged by.
        keys: Keys of the index's files.
        sealed: Whether these are encrypted.
    """

    def __init__(
        self,
        folder: Path,
        transactions: Transactions,
        blobs: BlobStore,
        decoder: Decoder,
        extractor: Extractor,
        rules: Callable[[str], ScoringRules],
        keys: SegmentKeys,
        *,
        sealed: bool,
    ) -> None:
        self._folder = folder
        self._source = transactions
        self._blobs = blobs
        self._decoder = decoder
        self._extractor = extractor
        self._rules = rules
        self._keys = keys
        self._sealed = sealed
        self._lock = threading.Lock()
        self._closing = ExitStack()
        self._opened: _Opened | None = None
        self._unreadable: set[str] = set()

    def missing(self, tenant: str) -> Sequence[str]:
        """Return ``generations/{id}`` of those that were released and are not held here yet."""
        with self._lock:
            own = self._open().transactions
        after, found = _after(own, tenant), list[str]()
        while page := self._page(tenant, after):
            after = page[-1]
            with own.read() as transaction:
                new = [name for name in page if transaction.assets.get(tenant, name) is None]
            with self._source.read() as transaction:
                made = [transaction.generations.of_asset(tenant, name) for name in new]
            found += [each.name for each in made if each and _is_released(each)]
        return [name for name in found if name not in self._unreadable]

    def take(self, tenant: str, generation: str) -> None:
        """Hold one more; one whose file cannot be read is logged once and left out.

        Nothing can be said of such a one, and ``doctor`` names missing files.
        """
        with self._source.read() as transaction:
            made = transaction.generations.get(tenant, generation)
            asset = transaction.assets.get(tenant, made.asset) if made else None
            blob = transaction.assets.blob(tenant, made.asset) if made else None
        if made is None or asset is None or blob is None or not _is_released(made):
            return
        try:
            data = self._blobs.get(SealContext(tenant, ASSET_PURPOSE, asset.name), blob)
            fingerprints = self._extractor.register(self._decoder.decode(data), asset.sha256)
        except RaisonneError as error:
            self._unreadable.add(generation)
            _log.warning("%s cannot be searched: %s", generation, error.message)
            return
        with self._lock:
            own = self._open().transactions
            # Another process may have taken it meanwhile.
            with suppress(ConflictError), own.write() as transaction:
                transaction.assets.add(asset, blob)
                transaction.works.add(_entry(made, asset), fingerprints)

    def since(self, tenant: str) -> datetime | None:
        """Return when the first of them was made, or None if there are none."""
        with self._lock, self._open().transactions.read() as transaction:
            first = transaction.works.list(tenant, limit=1)
        return first[0].create_time if first else None

    def like(self, tenant: str, picture: bytes) -> Sequence[str]:
        """Return ``generations/{id}`` of the released artworks that may contain a picture."""
        query = self._extractor.query(self._decoder.decode(picture), sha256(picture).hexdigest())
        with self._lock:
            report = self._open().matcher.match(tenant, query)
        return sorted({f"generations/{match.work.split('/')[1]}" for match in report.matches})

    def close(self) -> None:
        """Close it, if it was opened."""
        self._closing.close()

    def _open(self) -> _Opened:
        if self._opened is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            database = open_database(f"sqlite:///{self._folder / 'released.db'}")
            self._closing.callback(database.close)
            upgrade(database)
            store = SegmentStore(
                self._folder / "index", SqlSegmentList(database), self._keys, sealed=self._sealed
            )
            index = CatalogueIndex(SqlFingerprintLog(database), store)
            matcher = Matcher(index, self._rules, thorough=True)
            self._opened = _Opened(SqlTransactions(database), matcher)
        return self._opened

    def _page(self, tenant: str, after: str) -> Sequence[str]:
        with self._source.read() as transaction:
            return transaction.manifests.assets(tenant, limit=PAGE, after=after)


def _is_released(generation: Generation) -> bool:
    return generation.state is GenerationState.RELEASED


def _after(own: SqlTransactions, tenant: str) -> str:
    """Return the asset after which new ones may have come."""
    with own.read() as transaction:
        newest = transaction.assets.newest(tenant)
    if newest is None:
        return ""
    return f"assets/{max(int(newest.split('/')[1][:12], 16) - _HOUR_MS, 0):012x}"


def _entry(generation: Generation, asset: Asset) -> Work:
    return Work(
        name=f"works/{generation.name.split('/')[1]}",
        tenant=generation.tenant,
        title=generation.name,
        holder="",
        collection="",
        external_id=generation.name,
        source="",
        asset=asset.name,
        sha256=asset.sha256,
        state=WorkState.REGISTERED,
        rights=RightsStatement(),
        revision=1,
        create_time=generation.create_time,
        update_time=generation.create_time,
    )
