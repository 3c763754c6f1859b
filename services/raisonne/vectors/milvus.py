"""Milvus as a vector engine, for registries that one machine does not hold.

Each algorithm has a collection, in which the tenant is the partition key. Searches and watermarks
are read with strong consistency: a row that Milvus has acknowledged but not yet shown would
otherwise be missed by a search that relies on the watermark.

Tried with milvus-lite 3.2, which is Milvus's local double for tests: it does not flush its log to
the disk before it answers, so a power failure can lose what it has acknowledged. A cluster, its
indexes other than FLAT, and its erasure were not tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray
from pymilvus import MilvusClient

from raisonne.index.candidate_engine import (
    NOTHING,
    CandidateEngineError,
    Candidates,
    ErasureReceipt,
    SpaceChange,
    space_changes,
)
from raisonne.index.ports import LogHead
from raisonne.rights.errors import InputError, RaisonneError, StorageError
from raisonne.rights.fingerprint import FingerprintChange
from raisonne.vectors.milvus_collections import SECONDS, Collections, Standing

_SEGMENTS = (
    "Milvus's segments, until they are compacted: that was asked for, and nothing says when it is "
    "done."
)
_STORE = (
    "Milvus's object store, until garbage is collected after that: by default three hours later, "
    "at the next hourly round (dataCoord.gc.dropTolerance, dataCoord.gc.interval)."
)
_LOG = "Milvus's message log until its retention ends, and backups as long as they are kept."
_LITE = (
    "milvus-lite kept the bytes of erased vectors after a compaction; only deleting its folder, "
    "after which the log is applied again, is sure."
)


class MilvusEngine:
    """``CandidateEngine`` in Milvus; the watermark is written after the rows.

    Milvus has no transactions, so only one process at a time may apply or rebuild a tenant.

    Args:
        uri: ``http://host:19530``, or a path that ends in ``.db`` for milvus-lite.
        index: One of ``INDEXES``, for collections that do not exist yet.
        token: ``user:password`` or an API key.
        database: Name of Milvus's database.

    Raises:
        CandidateEngineError: If the server cannot be reached.
    """

    def __init__(
        self, uri: str, *, index: str = "AUTOINDEX", token: str = "", database: str = ""
    ) -> None:
        self._uri = uri
        with _our_errors():
            self._client = MilvusClient(uri=uri, token=token, db_name=database, timeout=SECONDS)
            self._collections = Collections(self._client, index)

    def apply(
        self, tenant: str, after: int, changes: Sequence[FingerprintChange], reached: LogHead
    ) -> LogHead:
        """See ``CandidateEngine``."""
        spaces = space_changes(changes)
        with _our_errors():
            standing = self._collections.standing(tenant)
            if standing.position.sequence != after:
                return standing.position
            for algorithm, change in spaces.items():
                self._check(algorithm, change)
            for algorithm, change in spaces.items():
                self._collections.change(tenant, algorithm, change)
            self._collections.write(tenant, Standing(reached, standing.rebuilt))
        return reached

    def candidates(
        self,
        tenant: str,
        algorithm: str,
        queries: NDArray[np.float32],
        k: int,
        minimum: float | None = None,
    ) -> Candidates:
        """See ``CandidateEngine``."""
        with _our_errors():
            before = self._collections.standing(tenant)
            dimensions = self._collections.dimensions(algorithm)
            if dimensions is None:
                return Candidates([np.empty(0, np.int64)] * len(queries), before.position)
            if queries.shape[1] != dimensions:
                raise InputError(
                    f"A query has {queries.shape[1]} components, {algorithm} {dimensions}."
                )
            rows = self._collections.near(tenant, algorithm, queries, k, minimum)
            # What was searched while the tenant was rebuilt may lack anything.
            rebuilt = self._collections.standing(tenant).rebuilt != before.rebuilt
            return Candidates(rows, NOTHING if rebuilt else before.position)

    def watermark(self, tenant: str) -> LogHead:
        """See ``CandidateEngine``."""
        with _our_errors():
            return self._collections.standing(tenant).position

    def erase(self, tenant: str, algorithm: str, rows: Sequence[int]) -> ErasureReceipt:
        """See ``CandidateEngine``; Milvus rewrites nothing at once, and the receipt says so."""
        held = 0
        with _our_errors():
            if self._collections.dimensions(algorithm) is not None:
                held = self._collections.delete(tenant, algorithm, rows)
        pending = (_LITE,) if self._is_lite else (_SEGMENTS, _STORE, _LOG)
        return ErasureReceipt(held, pending=pending)

    def rebuild(self, tenant: str) -> None:
        """See ``CandidateEngine``."""
        with _our_errors():
            rebuilt = self._collections.standing(tenant).rebuilt + 1
            self._collections.write(tenant, Standing(NOTHING, rebuilt))
            self._collections.delete_all(tenant)

    def close(self) -> None:
        """See ``CandidateEngine``; milvus-lite is stopped for all who use the same file."""
        self._client.close()
        if self._is_lite:
            from milvus_lite.server_manager import server_manager_instance  # noqa: PLC0415

            server_manager_instance.release_server(self._uri)

    @property
    def _is_lite(self) -> bool:
        return self._uri.endswith(".db")

    def _check(self, algorithm: str, change: SpaceChange) -> None:
        dimensions, expected = change.vectors.shape[1], self._collections.dimensions(algorithm)
        if len(change.added) and expected not in {None, dimensions}:
            raise StorageError(
                f"Fingerprint {change.added[0]} ({algorithm}) has {dimensions} components "
                f"instead of {expected}."
            )


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except RaisonneError:
        raise
    except Exception as error:  # pymilvus raises its own, gRPC's and the standard library's.
        raise CandidateEngineError(
            f"The vector engine in Milvus failed ({type(error).__name__})."
        ) from error
