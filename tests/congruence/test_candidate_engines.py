"""Every vector engine answers as an exact search over the catalogue does."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sql
from numpy.typing import NDArray
from tests.postgres import PostgresServer
from tests.unit.index.memory_engine import MemoryCatalogue, MemoryEngine, unit

from raisonne.index.candidate_engine import NOTHING, CandidateEngine, CandidateEngineError
from raisonne.index.engine_search import EngineSearch, follow
from raisonne.rights.errors import InputError, StorageError
from raisonne.rights.fingerprint import FingerprintKind
from raisonne.vectors.engines import engine_from_uri
from raisonne.vectors.pgvector import PgvectorEngine

TENANT = 'tenants/a" or tenant != "'
OTHER = "tenants/b"
TENANTS = (TENANT, OTHER)
ALGORITHMS = {"copy-v1": 24, "style:open_clip:ViT-B-32": 10}
ALGORITHM = "copy-v1"


@dataclass
class Opened:
    """An engine, and how to open another one over the same data."""

    again: Callable[[], CandidateEngine]
    engine: CandidateEngine


ENGINES = ["memory", "pgvector", "pgvector-graph", "milvus-lite"]


@pytest.fixture(scope="module")
def milvus_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all tests, each of which leaves it without rows: making collections takes long."""
    return tmp_path_factory.mktemp("milvus")


@pytest.fixture(params=ENGINES)
def opened(request: pytest.FixtureRequest) -> Iterator[Opened]:
    if request.param == "memory":
        engine = MemoryEngine()
        yield Opened(lambda: engine, engine)
        return
    if request.param == "milvus-lite":
        yield from opened_milvus(request.getfixturevalue("milvus_folder"))
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    graph_from = 40 if request.param == "pgvector-graph" else 20_000
    with server.database("template0") as url:
        made: list[CandidateEngine] = []

        def again() -> CandidateEngine:
            made.append(PgvectorEngine(url, graph_from=graph_from))
            return made[-1]

        yield Opened(again, again())
        for engine in made:
            engine.close()


def opened_milvus(folder: Path) -> Iterator[Opened]:
    for package in ("pymilvus", "milvus_lite"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"NO MILVUS: {package} is not installed")
    uri = f"milvus-lite:{folder / 'vectors.db'}"
    made = [engine_from_uri(uri)]

    def again() -> CandidateEngine:
        made.pop().close()
        made.append(engine_from_uri(uri))
        return made[-1]

    yield Opened(again, made[0])
    for tenant in TENANTS:
        made[-1].rebuild(tenant)
    made.pop().close()


def vectors(count: int, dimensions: int, seed: int = 1) -> NDArray[np.float32]:
    return unit(np.random.default_rng(seed).normal(size=(count, dimensions)))


def lived(steps: int, seed: int, pause: Callable[[MemoryCatalogue], None]) -> MemoryCatalogue:
    """A catalogue after a random history; ``pause`` is called now and then on the way."""
    random = np.random.default_rng(seed)
    catalogue = MemoryCatalogue(seed)
    for _ in range(steps):
        step = random.random()
        row = int(random.integers(1, 2 + len(catalogue._entries)))
        if step < 0.7 or not catalogue._entries:
            tenant, algorithm = TENANTS[random.integers(2)], [*ALGORITHMS][random.integers(2)]
            vector = unit(random.normal(size=ALGORITHMS[algorithm]))
            catalogue.add(tenant, algorithm, vector)
            if step < 0.05:  # The same picture twice.
                catalogue.add(tenant, algorithm, vector)
        elif row not in catalogue._entries:
            continue
        elif step < 0.9:
            catalogue.remove(row)
        else:
            catalogue.restore(row)
        if random.random() < 0.02:
            pause(catalogue)
    catalogue.add(TENANT, "pdq-256-v1", np.ones(16), FingerprintKind.PERCEPTUAL)
    return catalogue


def assert_exact(catalogue: MemoryCatalogue, engine: CandidateEngine) -> None:
    search = EngineSearch(engine, catalogue, catalogue)
    for tenant in (*TENANTS, "tenants/none"):
        for algorithm, dimensions in ALGORITHMS.items():
            queries = vectors(3, dimensions, seed=7)
            for k in (1, 10):
                found = search.nearest(tenant, algorithm, queries, k)
                for query, near in zip(queries, found, strict=True):
                    exact = catalogue.exact(tenant, algorithm, query)
                    assert near.rows.tolist() == exact.rows[:k].tolist()
                    assert near.products.tolist() == exact.products[:k].tolist()
            for minimum in (0.3, -0.2):
                found = search.within(tenant, algorithm, queries, minimum)
                for query, near in zip(queries, found, strict=True):
                    exact = catalogue.exact(tenant, algorithm, query)
                    assert near.rows.tolist() == exact.rows[exact.products >= minimum].tolist()


@pytest.mark.parametrize("seed", [1, 2])
def test_an_engine_that_has_followed_some_of_a_history_answers_as_all_of_it(
    opened: Opened, seed: int
) -> None:
    def catch_up(catalogue: MemoryCatalogue) -> None:
        follow(opened.engine, catalogue, TENANT)

    catalogue = lived(400, seed, catch_up)
    assert NOTHING.sequence < opened.engine.watermark(TENANT).sequence < catalogue.head().sequence
    assert opened.engine.watermark(OTHER) == NOTHING
    assert_exact(catalogue, opened.engine)
    for tenant in TENANTS:
        assert follow(opened.engine, catalogue, tenant) == catalogue.head()
    assert_exact(catalogue, opened.engine)
    another = opened.again()
    assert another.watermark(TENANT) == catalogue.head()
    assert_exact(catalogue, another)


def test_an_engine_that_is_up_to_date_proposes_what_is_in_force_and_nothing_else(
    opened: Opened,
) -> None:
    catalogue = lived(300, 3, lambda _: None)
    for tenant in TENANTS:
        follow(opened.engine, catalogue, tenant)
    for tenant in TENANTS:
        for algorithm, dimensions in ALGORITHMS.items():
            queries = vectors(2, dimensions)
            for k in (1000, 20_000):  # More than pgvector walks, and than Milvus returns.
                proposed = opened.engine.candidates(tenant, algorithm, queries, k)
                assert proposed.watermark == catalogue.head()
                for rows in proposed.rows:
                    assert sorted(rows.tolist()) == list(catalogue.in_force(tenant, algorithm))


def test_slices_that_were_applied_or_do_not_fit_change_nothing(opened: Opened) -> None:
    catalogue = lived(60, 4, lambda _: None)
    changes = catalogue.changes(TENANT, 0, 1000)
    for _ in range(2):
        assert opened.engine.apply(TENANT, 0, changes, catalogue.head()) == catalogue.head()
    assert opened.engine.apply(TENANT, 9999, changes, NOTHING) == catalogue.head()
    follow(opened.engine, catalogue, OTHER)
    assert_exact(catalogue, opened.engine)


def test_a_damaged_value_is_refused_and_nothing_of_its_slice_is_counted(opened: Opened) -> None:
    catalogue = MemoryCatalogue()
    catalogue.add(TENANT, ALGORITHM, vectors(1, 24)[0])
    follow(opened.engine, catalogue, TENANT)
    before = opened.engine.watermark(TENANT)
    catalogue.add(TENANT, ALGORITHM, np.full(24, np.inf))
    with pytest.raises(StorageError, match="Fingerprint 2 "):
        follow(opened.engine, catalogue, TENANT)
    assert opened.engine.watermark(TENANT) == before


def test_a_rebuilt_tenant_is_empty_until_its_log_is_applied_again(opened: Opened) -> None:
    catalogue = lived(120, 5, lambda _: None)
    for tenant in TENANTS:
        follow(opened.engine, catalogue, tenant)
    opened.engine.rebuild(TENANT)
    assert opened.engine.watermark(TENANT) == NOTHING
    assert opened.engine.watermark(OTHER) == catalogue.head()
    (rows,) = opened.engine.candidates(TENANT, ALGORITHM, vectors(1, 24), 10).rows
    assert not len(rows)
    assert_exact(catalogue, opened.engine)
    assert follow(opened.engine, catalogue, TENANT) == catalogue.head()
    assert_exact(catalogue, opened.engine)


def test_erased_rows_are_gone_and_the_receipt_says_what_holds_them_still(opened: Opened) -> None:
    catalogue = lived(200, 6, lambda _: None)
    for tenant in TENANTS:
        follow(opened.engine, catalogue, tenant)
    held = list(catalogue.in_force(TENANT, ALGORITHM))
    for row in held[:5]:
        catalogue.remove(row)
    receipt = opened.engine.erase(TENANT, ALGORITHM, [*held[:5], 10**9])
    assert receipt.rows == 5
    assert receipt.rewritten or receipt.pending
    assert opened.engine.erase(TENANT, ALGORITHM, held[:5]).rows == 0
    assert opened.engine.erase("tenants/none", ALGORITHM, [1]).rows == 0
    (rows,) = opened.engine.candidates(TENANT, ALGORITHM, vectors(1, 24), 1000).rows
    assert sorted(rows.tolist()) == held[5:]
    follow(opened.engine, catalogue, TENANT)
    assert_exact(catalogue, opened.engine)


def test_a_vector_of_another_length_than_the_engine_holds_is_refused(opened: Opened) -> None:
    catalogue = MemoryCatalogue()
    catalogue.add(TENANT, ALGORITHM, vectors(1, 24)[0])
    follow(opened.engine, catalogue, TENANT)
    before = opened.engine.watermark(TENANT)
    catalogue.add(TENANT, ALGORITHM, vectors(1, 25)[0])
    with pytest.raises(StorageError, match="25 components instead of 24"):
        follow(opened.engine, catalogue, TENANT)
    assert opened.engine.watermark(TENANT) == before


def test_searches_while_a_tenant_is_rebuilt_and_erased_miss_nothing(opened: Opened) -> None:
    catalogue = lived(150, 12, lambda _: None)
    follow(opened.engine, catalogue, TENANT)
    search = EngineSearch(opened.engine, catalogue, catalogue)
    query = vectors(1, 24)
    expected = catalogue.exact(TENANT, ALGORITHM, query[0]).rows[:20].tolist()
    answers: list[list[int]] = []
    done = threading.Event()

    def go_on_searching() -> None:
        while not done.is_set():
            answers.append(search.nearest(TENANT, ALGORITHM, query, 20)[0].rows.tolist())

    with ThreadPoolExecutor(2) as pool:
        searching = [pool.submit(go_on_searching) for _ in range(2)]
        for _ in range(5):
            opened.engine.erase(TENANT, ALGORITHM, [10**9])
            opened.engine.rebuild(TENANT)
            follow(opened.engine, catalogue, TENANT)
        done.set()
        for thread in searching:
            thread.result()
    assert len(answers) > 0
    assert all(answer == expected for answer in answers)


def test_a_query_of_another_length_is_an_error(opened: Opened) -> None:
    catalogue = lived(50, 8, lambda _: None)
    follow(opened.engine, catalogue, TENANT)
    search = EngineSearch(opened.engine, catalogue, catalogue)
    with pytest.raises(InputError, match="5 components"):
        search.nearest(TENANT, ALGORITHM, vectors(1, 5), 1)


def test_a_connection_that_breaks_between_rows_and_watermark_is_harmless(
    postgres: PostgresServer,
) -> None:
    with postgres.database("template0") as url:
        engine, catalogue = PgvectorEngine(url), lived(100, 9, lambda _: None)
        follow(engine, catalogue, OTHER)
        broken = []

        @sql.event.listens_for(engine._engine, "before_cursor_execute")
        def _break(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("UPDATE raisonne_vectors_watermark") and not broken:
                broken.append(statement)
                connection.connection.driver_connection.close()

        with pytest.raises(CandidateEngineError) as raised:
            follow(engine, catalogue, TENANT)
        assert broken
        assert "postgres" not in raised.value.message
        assert engine.watermark(TENANT) == NOTHING
        assert_exact(catalogue, engine)
        assert follow(engine, catalogue, TENANT) == catalogue.head()
        assert_exact(catalogue, engine)
        engine.close()


DIES_BEFORE_THE_WATERMARK = """
import os, sys
from tests.congruence.test_candidate_engines import TENANT, lived
from raisonne.index.engine_search import follow
from raisonne.vectors.milvus import MilvusEngine
from raisonne.vectors.milvus_collections import Collections

class Dying(Collections):
    def write(self, *_):
        os._exit(9)

engine = MilvusEngine(sys.argv[1], index="FLAT")
engine._collections = Dying(engine._client, "FLAT")
follow(engine, lived(100, 9, lambda _: None), TENANT)
"""


def test_a_process_that_dies_between_rows_and_watermark_is_harmless(tmp_path: Path) -> None:
    catalogue = lived(100, 9, lambda _: None)
    path = str(tmp_path / "vectors.db")
    child = subprocess.run(
        [sys.executable, "-c", DIES_BEFORE_THE_WATERMARK, path],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", *sys.path])},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert child.returncode == 9, child.stderr.decode()[-2000:]
    for opened in opened_milvus(tmp_path):
        (rows,) = opened.engine.candidates(TENANT, ALGORITHM, vectors(1, 24), 1000).rows
        assert sorted(rows.tolist()) == list(catalogue.in_force(TENANT, ALGORITHM))
        assert opened.engine.watermark(TENANT) == NOTHING
        assert_exact(catalogue, opened.engine)
        assert follow(opened.engine, catalogue, TENANT) == catalogue.head()
        assert_exact(catalogue, opened.engine)


def test_a_server_that_is_gone_is_an_error_and_not_an_empty_answer(
    postgres: PostgresServer,
) -> None:
    catalogue = lived(30, 10, lambda _: None)
    with postgres.database("template0") as url:
        engine = PgvectorEngine(url)
        follow(engine, catalogue, TENANT)
    with pytest.raises(CandidateEngineError):
        EngineSearch(engine, catalogue, catalogue).nearest(TENANT, ALGORITHM, vectors(1, 24), 3)
    engine.close()


def test_erased_vectors_are_in_no_table_of_postgresql_and_are_in_its_log(
    postgres: PostgresServer,
) -> None:
    with postgres.database("template0") as url:
        engine, catalogue = PgvectorEngine(url, graph_from=20), lived(200, 11, lambda _: None)
        follow(engine, catalogue, TENANT)
        admin = sql.create_engine(url, isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            folder = Path(str(connection.exec_driver_sql("SHOW data_directory").scalar()))
            row, vector = next(iter(catalogue.in_force(TENANT, ALGORITHM).items()))
            value = vector.tobytes()

            def holding(part: str) -> bool:
                connection.exec_driver_sql("CHECKPOINT")
                files = (path for path in (folder / part).rglob("*") if path.is_file())
                return any(value in path.read_bytes() for path in files)

            assert holding("base")
            catalogue.remove(row)
            follow(engine, catalogue, TENANT)
            assert holding("base")  # A removed row leaves its bytes in the table.
            receipt = engine.erase(TENANT, ALGORITHM, [row])
            assert not holding("base")
            assert holding("pg_wal")
        assert receipt.rewritten
        assert any("write-ahead log" in sentence for sentence in receipt.pending)
        assert_exact(catalogue, engine)
        admin.dispose()
        engine.close()
