from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from raisonne.storage.engine import Database
from raisonne.storage.keks import SqlKeks


def test_versions_by_tenant_and_purpose(database: Database) -> None:
    keks = SqlKeks(database)
    assert keks.current("a", "asset") is None
    for version in (2, 10, 1):
        assert keks.add("a", "asset", version, b"%d" % version)
    assert keks.add("a", "job", 77, b"job")
    assert keks.current("a", "asset") == (10, b"10")
    assert keks.current("b", "asset") is None
    assert keks.get("a", "asset", 2) == b"2"
    assert keks.get("a", "asset", 3) is None


def test_a_version_is_never_overwritten(database: Database) -> None:
    keks = SqlKeks(database)
    assert keks.add("a", "asset", 1, b"first")
    assert not keks.add("a", "asset", 1, b"second")
    assert keks.get("a", "asset", 1) == b"first"


def test_of_many_who_add_one_version_one_succeeds(database: Database) -> None:
    keks = SqlKeks(database)
    with ThreadPoolExecutor(4) as pool:
        added = list(pool.map(lambda n: keks.add("a", "asset", 1, b"%d" % n), range(12)))
    assert added.count(True) == 1
    assert keks.get("a", "asset", 1) == b"%d" % added.index(True)
