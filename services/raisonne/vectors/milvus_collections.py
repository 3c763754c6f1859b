"""The collections of vectors in Milvus, and what is asked of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pymilvus import DataType, MilvusClient

from raisonne.index.candidate_engine import NOTHING, SpaceChange
from raisonne.index.ports import LogHead

SECONDS = 30.0
"""How long a call may take. Without a limit pymilvus tries for minutes to reach a server."""

_PREFIX = "raisonne_vectors_"
_WATERMARKS = "raisonne_watermarks"
_MOST = 16_384  # Milvus's limit of what one search or query returns.
_ANSWERS_AT_ONCE = 262_144
_UPSERT_BYTES = 16 * 2**20
# A row that was acknowledged but is not shown yet would be missed by who relies on the watermark.
_STRONG: Final[Mapping[str, Any]] = {"consistency_level": "Strong", "timeout": SECONDS}


@dataclass(frozen=True, slots=True)
class IndexType:
    """Parameters of an index type of Milvus."""

    build: Mapping[str, Any]
    search: Mapping[str, Any]


INDEXES: Final[Mapping[str, IndexType]] = {
    "AUTOINDEX": IndexType({}, {}),
    "FLAT": IndexType({}, {}),
    # https://milvus.io/docs/ivf-rabitq.md: the codes of our own segments, refined by halves.
    "IVF_RABITQ": IndexType(
        {"nlist": 1024, "refine": True, "refine_type": "FP16"},
        {"nprobe": 64, "rbq_query_bits": 0, "refine_k": 4},
    ),
}
"""Index types that may be chosen."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A tenant's watermark, and how often the tenant was rebuilt."""

    position: LogHead
    rebuilt: int


class Collections:
    """A collection for each algorithm, in which the tenant is the partition key; one of watermarks.

    Args:
        client: Connected.
        index: One of ``INDEXES``, for collections that do not exist yet.
    """

    def __init__(self, client: MilvusClient, index: str) -> None:
        self._client: Any = client
        self._index = index
        self._dimensions: dict[str, int] = {}
        if not self._client.has_collection(_WATERMARKS, timeout=SECONDS):
            self._make_watermarks()
        self._client.load_collection(_WATERMARKS, timeout=SECONDS)

    def dimensions(self, algorithm: str) -> int | None:
        """Return how many components vectors of an algorithm have, None if there are none."""
        return self._find(_collection(algorithm))

    def near(
        self,
        tenant: str,
        algorithm: str,
        queries: NDArray[np.float32],
        k: int,
        minimum: float | None,
    ) -> list[NDArray[np.int64]]:
        """Return the nearest rows; see ``CandidateEngine.candidates``."""
        name = _collection(algorithm)
        if k > _MOST:
            return [self._all(name, tenant)] * len(queries)
        step = max(1, _ANSWERS_AT_ONCE // k)
        found: list[NDArray[np.int64]] = []
        for start in range(0, len(queries), step):
            found += self._search(name, tenant, queries[start : start + step], k, minimum)
        return found

    def change(self, tenant: str, algorithm: str, change: SpaceChange) -> None:
        """Take rows out and put rows in; the collection is made if there is none."""
        name, dimensions = _collection(algorithm), change.vectors.shape[1]
        if self._find(name) is None:
            if not len(change.added):
                return
            self._make(name, algorithm, dimensions)
        if len(change.removed):
            self._client.delete(name, ids=change.removed.tolist(), timeout=SECONDS)
        step = max(1, _UPSERT_BYTES // (4 * max(1, dimensions)))
        for start in range(0, len(change.added), step):
            some = slice(start, start + step)
            pairs = zip(change.added[some].tolist(), change.vectors[some].tolist(), strict=True)
            rows = [{"id": row, "tenant": _key(tenant), "value": value} for row, value in pairs]
            self._client.upsert(name, rows, timeout=SECONDS)

    def delete(self, tenant: str, algorithm: str, rows: Sequence[int]) -> int:
        """Take those of some rows out that are a tenant's, and ask for a compaction.

        Returns:
            How many there were.
        """
        name = _collection(algorithm)
        held: list[int] = []
        for start in range(0, len(rows), _MOST):
            some = f"{_of(tenant)} and id in {[int(row) for row in rows[start : start + _MOST]]}"
            page = self._client.query(
                name, filter=some, output_fields=["id"], limit=_MOST, **_STRONG
            )
            held += [found["id"] for found in page]
        if held:
            self._client.delete(name, ids=held, timeout=SECONDS)
        self._client.flush(name, timeout=SECONDS)
        self._client.compact(name, timeout=SECONDS)
        return len(held)

    def delete_all(self, tenant: str) -> None:
        """Take all rows of a tenant out."""
        for name in self._client.list_collections(timeout=SECONDS):
            if name.startswith(_PREFIX) and self._find(name) is not None:
                self._client.delete(name, filter=_of(tenant), timeout=SECONDS)

    def standing(self, tenant: str) -> Standing:
        """Return where a tenant stands."""
        found = self._client.query(
            _WATERMARKS,
            ids=[_key(tenant)],
            output_fields=["sequence", "mark", "rebuilt"],
            **_STRONG,
        )
        if not found:
            return Standing(NOTHING, 0)
        (row,) = found
        return Standing(LogHead(row["sequence"], row["mark"]), row["rebuilt"])

    def write(self, tenant: str, standing: Standing) -> None:
        """Set where a tenant stands."""
        row = {
            "tenant": _key(tenant),
            "sequence": standing.position.sequence,
            "mark": standing.position.mark,
            "rebuilt": standing.rebuilt,
            "unused": [0.0, 0.0],
        }
        self._client.upsert(_WATERMARKS, [row], timeout=SECONDS)

    def _search(
        self,
        name: str,
        tenant: str,
        queries: NDArray[np.float32],
        k: int,
        minimum: float | None,
    ) -> list[NDArray[np.int64]]:
        answers = self._client.search(
            name,
            data=[query.tolist() for query in queries],
            anns_field="value",
            filter=_of(tenant),
            limit=k,
            output_fields=["id"],
            search_params={"metric_type": "IP", "params": dict(INDEXES[self._index].search)},
            **_STRONG,
        )
        # An index that looks at some of its lists may return fewer than there are.
        fewest = min(len(hits) for hits in answers)
        if fewest < k and self._count(name, tenant) > fewest:
            return [self._all(name, tenant)] * len(queries)
        floor = -np.inf if minimum is None else minimum
        return [
            np.array([hit["id"] for hit in hits if hit["distance"] >= floor], np.int64)
            for hits in answers
        ]

    def _all(self, name: str, tenant: str) -> NDArray[np.int64]:
        """Return every row of a tenant, which is always a right proposal."""
        pages = self._client.query_iterator(
            name,
            batch_size=_MOST,
            filter=_of(tenant),
            output_fields=["id"],
            **_STRONG,
        )
        rows: list[int] = []
        while page := pages.next():
            rows += [found["id"] for found in page]
        pages.close()
        return np.array(rows, np.int64)

    def _count(self, name: str, tenant: str) -> int:
        (found,) = self._client.query(
            name,
            filter=_of(tenant),
            output_fields=["count(*)"],
            **_STRONG,
        )
        return int(found["count(*)"])

    def _find(self, name: str) -> int | None:
        """Return the dimensions of a collection that is loaded, or None if there is none."""
        if name not in self._dimensions:
            if not self._client.has_collection(name, timeout=SECONDS):
                return None
            described = self._client.describe_collection(name, timeout=SECONDS)
            (value,) = [field for field in described["fields"] if field["name"] == "value"]
            self._client.load_collection(name, timeout=SECONDS)
            self._dimensions[name] = int(value["params"]["dim"])
        return self._dimensions[name]

    def _make(self, name: str, algorithm: str, dimensions: int) -> None:
        schema = self._client.create_schema(
            auto_id=False,
            enable_dynamic_field=False,
            partition_key_field="tenant",
            description=algorithm,
        )
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("tenant", DataType.VARCHAR, max_length=64, is_partition_key=True)
        schema.add_field("value", DataType.FLOAT_VECTOR, dim=dimensions)
        self._create(name, schema, "value", self._index)

    def _make_watermarks(self) -> None:
        schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("tenant", DataType.VARCHAR, max_length=64, is_primary=True)
        for field in ("sequence", "mark", "rebuilt"):
            schema.add_field(field, DataType.INT64)
        # A collection has to have a vector.
        schema.add_field("unused", DataType.FLOAT_VECTOR, dim=2)
        self._create(_WATERMARKS, schema, "unused", "FLAT")

    def _create(self, name: str, schema: Any, field: str, index: str) -> None:
        params = self._client.prepare_index_params()
        params.add_index(
            field, index_type=index, metric_type="IP", params=dict(INDEXES[index].build)
        )
        self._client.create_collection(
            name,
            schema=schema,
            index_params=params,
            **_STRONG,
        )


def _key(text: str) -> str:
    """Return a name of hexadecimal digits, which cannot end the string that it stands in."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _of(tenant: str) -> str:
    return f'tenant == "{_key(tenant)}"'


def _collection(algorithm: str) -> str:
    return _PREFIX + _key(algorithm)
