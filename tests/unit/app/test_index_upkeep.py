from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.unit.app.house import picture

from raisonne.app.index_upkeep import IndexUpkeep
from raisonne.app.works import WorkDraft
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.index.segment_store import IndexBusyError, SegmentStore
from raisonne.rights.errors import AccessError
from raisonne.rights.principal import Principal, Role
from raisonne.rights.work import Work
from raisonne.runtime.diagnosis import CheckState, _index, _miscounted
from raisonne.runtime.wiring import Service


@dataclass(frozen=True)
class House:
    """The service as the operator of a tenant of its own sees it."""

    service: Service
    principal: Principal

    @property
    def upkeep(self) -> IndexUpkeep:
        return self.service.index_upkeep

    def register(self, *seeds: int) -> list[Work]:
        works = self.service.works
        return [works.register(self.principal, WorkDraft(picture(each, 64))).work for each in seeds]

    def withdraw(self, work: Work) -> None:
        self.service.works.withdraw(self.principal, work.name)

    def reopened(self) -> IndexUpkeep:
        """What another process on the same home sees."""
        index = CatalogueIndex(self.service.fingerprint_log, self.store())
        return replace(self.upkeep, index=index)

    def store(self) -> SegmentStore:
        shared = self.service.index._store
        return SegmentStore(shared.folder, shared._listed, shared._keys)

    def files(self) -> list[Path]:
        store = self.store()
        return [
            store.folder / each.name for each in store.checkpoint(self.principal.tenant).segments
        ]

    def damage(self) -> None:
        """Alter one byte of each file in place, as a disk would."""
        for path in self.files():
            with path.open("r+b") as file:
                file.seek(100)
                (byte,) = file.read(1)
                file.seek(100)
                file.write(bytes([byte ^ 1]))

    def events(self) -> list[dict[str, Any]]:
        self.service.ledger.integrate()
        entries = [json.loads(entry.data) for entry in self.service.ledger.entries()]
        return [
            entry
            for entry in entries
            if entry["tenant"] == self.principal.tenant and entry["action"].startswith("index:")
        ]

    def kept_bytes(self, work: Work) -> int:
        statement = text("SELECT sum(length(value)) FROM fingerprint WHERE work = :work")
        with self.service.database.engine.connect() as connection:
            return int(connection.scalar(statement, {"work": work.name}))


@pytest.fixture
def house(service: Service) -> House:
    tenant = f"tenant-{secrets.token_hex(4)}"
    return House(service, Principal("operator", tenant, frozenset({Role.OPERATOR})))


def test_an_empty_registry_has_nothing_to_keep_up(house: House) -> None:
    upkeep, principal = house.upkeep, house.principal
    found = upkeep.statistics(principal)
    assert (found.behind, found.rows, found.segments, found.spaces) == (0, 0, 0, ())
    assert upkeep.verify(principal).clean
    assert upkeep.compact(principal).erasure.values == 0
    assert upkeep.rebuild(principal).rows == 0
    assert upkeep.verify(principal).clean


def test_what_was_withdrawn_is_in_no_file_and_not_in_the_catalogue(house: House) -> None:
    upkeep, principal = house.upkeep, house.principal
    gone, stays = house.register(1, 2)
    first = upkeep.compact(principal)
    assert (first.rows_dropped, first.erasure.values) == (0, 0)
    assert first.after.segments == len(house.files()) == 5
    assert first.after.unsealed == first.after.behind == 0

    house.withdraw(gone)
    assert upkeep.statistics(principal).masked_rows == 5
    done = upkeep.compact(principal)
    assert (done.rows_dropped, done.erasure.values, done.erasure.pending) == (5, 5, "")
    assert (done.after.rows, done.after.masked_rows, done.after.segments) == (5, 0, 5)
    assert house.kept_bytes(gone) == 0 < house.kept_bytes(stays)
    assert upkeep.verify(principal).clean
    assert house.reopened().verify(principal).clean


def test_what_came_and_went_before_any_file_was_made_is_erased_too(house: House) -> None:
    (work,) = house.register(3)
    house.withdraw(work)
    assert house.kept_bytes(work) > 0
    assert house.upkeep.compact(house.principal).erasure.values == 5
    assert house.kept_bytes(work) == 0
    house.register(3)
    assert house.reopened().verify(house.principal).clean


def test_each_is_in_the_ledger_with_figures_and_no_names(house: House) -> None:
    (work,) = house.register(4)
    house.withdraw(work)
    house.register(5)
    done = house.upkeep.compact(house.principal)
    house.upkeep.rebuild(house.principal)
    compacted, rebuilt = house.events()
    assert (compacted["action"], compacted["object"]) == ("index:compacted", "index")
    assert compacted["details"] == {
        "index_revision": str(done.after.revision),
        "files": "5",
        "files_before": "0",
        "rows_dropped": "0",
        "values_erased": "5",
        "files_erased": "1",
        "pending": "",
    }
    assert rebuilt["action"] == "index:rebuilt"
    assert rebuilt["details"] == {
        "index_revision": str(done.after.revision),
        "files": "5",
        "rows": "5",
    }


def test_files_that_cannot_be_opened_are_made_anew_and_verification_says_so(
    house: House,
) -> None:
    house.register(6)
    house.upkeep.compact(house.principal)
    lost, cut, *_ = house.files()
    lost.unlink()
    cut.write_bytes(cut.read_bytes()[:-1])
    found = house.reopened().verify(house.principal)
    assert not found.clean
    assert found.differences == ()
    assert len(found.repaired) == 2
    assert any(lost.name in each and "made anew" in each for each in found.repaired)
    assert house.reopened().verify(house.principal).clean


def test_a_damaged_byte_is_named_and_left_for_whoever_searches(house: House) -> None:
    house.register(7)
    house.upkeep.compact(house.principal)
    house.damage()
    for _ in range(2):
        found = house.upkeep.verify(house.principal)
        assert not found.clean
        assert found.repaired == ()
        assert len(found.differences) == 5
    assert house.upkeep.rebuild(house.principal).rows == 5
    assert house.upkeep.verify(house.principal).clean


def test_compaction_repairs_what_is_damaged_on_its_way(house: House) -> None:
    gone, _ = house.register(8, 9)
    house.upkeep.compact(house.principal)
    house.withdraw(gone)
    house.damage()
    other = house.reopened()
    assert other.compact(house.principal).erasure.values == 5
    assert other.verify(house.principal).differences == ()
    assert house.reopened().verify(house.principal).clean


def test_a_compaction_waits_for_another_process_and_then_says_for_whom(house: House) -> None:
    house.register(10)
    elsewhere = house.store()
    for upkeep in (house.upkeep.compact, house.upkeep.rebuild):
        with (
            elsewhere.maintaining(),
            pytest.raises(IndexBusyError, match=r"^Process \d+ on .+ is making files"),
        ):
            upkeep(house.principal, wait_seconds=0.1)
    assert house.events() == []
    assert house.upkeep.compact(house.principal).after.segments == 5


def test_only_operators_keep_the_index_up(house: House) -> None:
    upkeep, tenant = house.upkeep, house.principal.tenant
    for role in set(Role) - {Role.OPERATOR}:
        principal = Principal("eve", tenant, frozenset({role}))
        for use_case in (upkeep.statistics, upkeep.verify, upkeep.compact, upkeep.rebuild):
            with pytest.raises(AccessError):
                use_case(principal)


def test_another_tenant_s_index_is_not_touched(house: House) -> None:
    (work,) = house.register(11)
    house.withdraw(work)
    stranger = replace(house.principal, tenant="elsewhere")
    assert house.upkeep.compact(stranger).erasure.values == 0
    assert house.upkeep.rebuild(stranger).spaces == ()
    assert house.kept_bytes(work) > 0


def test_doctor_counts_what_is_too_much_to_compare(house: House) -> None:
    house.register(12, 13)
    service = replace(house.service, principal=house.principal)
    with service.index.read(house.principal.tenant) as view:
        counts, revision = view.counts(), view.revision
    assert set(counts.values()) == {2}
    assert _miscounted(service, revision, counts) == []
    assert _miscounted(service, revision, counts | {"gist-v1": 1}) == ["1 instead of 2 of gist-v1"]
    assert _miscounted(service, revision, {**counts, "old-v0": 3}) == ["3 instead of 0 of old-v0"]
    assert _index(service) == (
        CheckState.OK,
        f"equals the catalogue at revision {revision}, row by row",
    )
    state, detail = _index(service, most_compared=9)
    assert state is CheckState.OK
    assert detail.startswith("holds as many of the 10 fingerprints as the catalogue")
