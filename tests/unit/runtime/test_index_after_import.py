from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from tests.unit.fingerprint.pictures import encoded, painting

from raisonne.app.check import CheckTerms
from raisonne.cli.embedded import EmbeddedGateway
from raisonne.index.catalogue_index import CatalogueIndex
from raisonne.rights.fingerprint import FingerprintChange
from raisonne.runtime.settings import Settings
from raisonne.runtime.synthetic_works import fill
from raisonne.runtime.wiring import open_service
from raisonne.storage.engine import Database
from raisonne.storage.fingerprint_log import SqlFingerprintLog

PICTURE = encoded(painting(1, 400, 300))
ENOUGH = 501
"""One more fingerprint of each kind than are left in memory for whoever comes next."""


class RecordingLog(SqlFingerprintLog):
    """Keeps what was read of the change log."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.read: list[FingerprintChange] = []

    def changes(self, tenant: str, after: int, limit: int) -> Sequence[FingerprintChange]:
        found = super().changes(tenant, after, limit)
        self.read += found
        return found


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose index nobody has opened since many works were registered."""
    home = tmp_path_factory.mktemp("imported")
    with open_service(Settings(home=home)) as service:
        fill(service, ENOUGH, PICTURE)
    return home


@pytest.mark.parametrize("settled", [True, False], ids=["import settles", "a check settles"])
def test_only_the_first_who_opens_the_index_reads_what_an_import_brought(
    imported: Path, tmp_path: Path, settled: bool
) -> None:
    settings = Settings(home=tmp_path / "home")
    shutil.copytree(imported, settings.home)
    with open_service(settings) as service:
        if settled:
            EmbeddedGateway(service).settle()
        else:
            service.check.picture(service.principal, PICTURE, CheckTerms())
    with open_service(settings) as service:
        log = RecordingLog(service.database)
        index = CatalogueIndex(log, service.index._store)
        with index.read(service.principal.tenant) as view:
            assert set(view.counts().values()) == {ENOUGH}
        assert log.read == []
        service.check.picture(service.principal, PICTURE, CheckTerms())
        found = service.index_upkeep.statistics(service.principal)
        assert service.index.verify(service.principal.tenant) == []
    assert {(space.segments, space.delta_rows) for space in found.spaces} == {(1, 0)}
    assert (found.unsealed, found.behind, found.generation) == (0, 0, 1)


def test_a_few_works_are_left_in_memory(tmp_path: Path) -> None:
    with open_service(Settings(home=tmp_path / "home")) as service:
        fill(service, 3, PICTURE)
        EmbeddedGateway(service).settle()
        found = service.index_upkeep.statistics(service.principal)
    assert (found.segments, found.rows, found.unsealed) == (0, 15, 15)
