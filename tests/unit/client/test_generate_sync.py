from __future__ import annotations

import re
from pathlib import Path

import raisonne.client
from raisonne.client import AsyncClient, Client, _generate_sync


def test_the_synchronous_client_is_the_translation_of_the_asynchronous_one() -> None:
    folder = Path(raisonne.client.__file__).parent / "_sync"
    committed = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.py")}
    assert committed == _generate_sync.expected()


def test_both_clients_have_the_same_groups() -> None:
    with Client("127.0.0.1:1") as client:
        groups = {name for name in vars(client) if not name.startswith("_")}
    documented = set(re.findall(r"^        (\w+): ", AsyncClient.__doc__ or "", re.MULTILINE))
    assert groups <= documented
    assert AsyncClient.__doc__ == Client.__doc__
