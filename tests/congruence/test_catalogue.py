from __future__ import annotations

import re
from contextlib import closing

from raisonne.storage.assets import catalogue_id
from raisonne.storage.engine import open_database
from raisonne.storage.migrate import downgrade, upgrade


def test_a_catalogue_keeps_its_identity_and_another_has_another(empty_url: str) -> None:
    with closing(open_database(empty_url)) as database:
        upgrade(database)
        first = catalogue_id(database)
        upgrade(database)
    with closing(open_database(empty_url)) as database:
        assert catalogue_id(database) == first
        downgrade(database)
        upgrade(database)
        second = catalogue_id(database)
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert re.fullmatch("[0-9a-f]{32}", second)
    assert second != first
