from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, inspect, text
from tests.congruence.builders import TENANT
from tests.congruence.registry import register

from raisonne.index.ports import LogHead
from raisonne.rights.errors import StorageError
from raisonne.rights.statement import ReservationKind, RightsStatement
from raisonne.storage.engine import Database, open_database
from raisonne.storage.fingerprint_log import SqlFingerprintLog
from raisonne.storage.migrate import HEAD, _migrate, downgrade, upgrade
from raisonne.storage.tables import METADATA
from raisonne.storage.transactions import SqlTransactions


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    opened = open_database(empty_url)
    yield opened
    opened.close()


def tables(database: Database) -> set[str]:
    with database.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_up_down_and_up_again(empty: Database) -> None:
    made = {"alembic_version", *METADATA.tables}
    upgrade(empty)
    assert tables(empty) == made
    upgrade(empty)
    downgrade(empty)
    assert tables(empty) == {"alembic_version"}
    upgrade(empty)
    assert tables(empty) == made


def test_the_tables_are_those_that_the_code_speaks_of(database: Database) -> None:
    with database.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


def test_the_checks_are_those_that_the_code_speaks_of(database: Database) -> None:
    """Alembic does not compare CHECKs, and each engine tells them in its own words."""

    def literals(condition: object) -> list[str]:
        return re.findall(r"'([^']*)'|(\d+)", str(condition))

    with database.connect() as connection:
        for table in METADATA.sorted_tables:
            stored = inspect(connection).get_check_constraints(table.name)
            wanted = [c for c in table.constraints if isinstance(c, CheckConstraint)]
            assert {str(c["name"]): literals(c["sqltext"]) for c in stored} == {
                str(c.name): literals(c.sqltext) for c in wanted
            }


def test_the_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", "raisonne.storage:migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_a_newer_schema_is_refused(database: Database) -> None:
    with database.connect() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StorageError, match="newer version of Raisonné") as raised:
        upgrade(database)
    assert raised.value.metadata == {"schema": "9999", "newest_known": HEAD}


def test_an_upgrade_that_fails_leaves_nothing(empty: Database) -> None:
    with empty.connect() as connection:
        connection.execute(text("CREATE TABLE verdict (other INTEGER)"))
    with pytest.raises(StorageError):
        upgrade(empty)
    assert tables(empty) == {"verdict"}


def test_processes_that_start_at_once_do_not_collide(empty_url: str) -> None:
    program = (
        "import sys\n"
        "from raisonne.storage.engine import open_database\n"
        "from raisonne.storage.migrate import upgrade\n"
        "sys.stdin.readline()\n"
        "upgrade(open_database(sys.argv[1]))\n"
    )
    starters = [
        subprocess.Popen([sys.executable, "-c", program, empty_url], stdin=subprocess.PIPE)
        for _ in range(3)
    ]
    for starter in starters:
        assert starter.stdin
        starter.stdin.write(b"\n")
        starter.stdin.close()
    assert [starter.wait(60) for starter in starters] == [0] * 3
    database = open_database(empty_url)
    assert set(METADATA.tables) < tables(database)
    database.close()


def test_what_an_older_version_stored_stays(empty: Database) -> None:
    _migrate(empty, "0001")
    with empty.connect() as connection:
        made_by = connection.execute(text("SELECT id FROM catalogue")).scalar_one()
        connection.commit()
    assert "calibration" not in tables(empty)
    upgrade(empty)
    assert tables(empty) == {"alembic_version", *METADATA.tables}
    with empty.connect() as connection:
        assert connection.execute(text("SELECT id FROM catalogue")).scalar_one() == made_by


def step_down(database: Database, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", "raisonne.storage:migrations")
    with database.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    with database.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def test_works_and_changes_stay_when_the_schema_goes_up_and_down(empty: Database) -> None:
    upgrade(empty)
    transactions = SqlTransactions(empty)
    kinds = [set(), {"tdm"}, {"style", "ai-training"}, set(ReservationKind), {"ai-generation"}]
    for number, reserved in enumerate(kinds * 2):
        rights = RightsStatement(reservations=frozenset(map(ReservationKind, reserved)))
        tenant = TENANT if number < len(kinds) else "another"
        register(transactions, number, rights=rights, tenant=tenant)
    kept = "SELECT sequence, tenant, operation, fingerprint FROM fingerprint_change ORDER BY 1"
    values = "SELECT id, tenant, work, value FROM fingerprint ORDER BY id"
    bits = "SELECT tenant, name, reserved FROM work ORDER BY tenant, name"
    before = [rows(empty, each) for each in (kept, values, bits)]
    head = SqlFingerprintLog(empty).head()
    step_down(empty, "0002")
    assert not {"index_segment", "index_checkpoint"} & tables(empty)
    assert [rows(empty, each) for each in (kept, values)] == before[:2]
    upgrade(empty)
    assert [rows(empty, each) for each in (kept, values, bits)] == before
    assert [row[2] for row in before[2]] == [0, 1, 10, 15, 4] * 2
    # Marks are not drawn anew for changes of before: a copy from then has the same.
    assert SqlFingerprintLog(empty).head() == LogHead(head.sequence, 0)
    assert SqlFingerprintLog(empty).mark(1) == 0
    register(transactions, 99)
    assert SqlFingerprintLog(empty).head().mark != 0
    with empty.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
