"""The index as of an earlier revision."""

from __future__ import annotations

import pytest
from tests.unit.index.memory_log import MemoryLog
from tests.unit.index.world import TENANT, World, assert_alike, filled, small_limits

from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.rights.errors import InputError


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    small_limits(monkeypatch)


@pytest.mark.parametrize("revision", [-1, 81, 10_000])
def test_a_revision_that_was_not_is_refused(plain: World, revision: int) -> None:
    index = filled(plain)
    with (
        pytest.raises(InputError, match="80"),
        index.read(TENANT, revision),
    ):
        pass


def test_the_past_knows_what_was_withdrawn_compacted_and_forgotten(plain: World) -> None:
    index = filled(plain)
    then = MemoryLog()
    then.rows = list(plain.log.rows)
    plain.withdraw(*range(20))
    index.maintain(TENANT)
    index._of(TENANT).maintain(compact=True)
    assert plain.files() == []
    for opened in (index, plain.open()):
        with opened.read(TENANT, 80) as one, CatalogueIndex(then).read(TENANT) as other:
            assert_alike(one, other)
            assert one.erased == 0
    index.compact(TENANT)
    for opened in (index, plain.open()):
        with opened.read(TENANT, 80) as view:
            assert (view.contents(), view.erased) == ({}, 80)
        with opened.read(TENANT) as view:
            assert (view.contents(), view.erased) == ({}, 0)
