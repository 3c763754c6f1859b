"""A program without an event loop serves and calls."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from raisonne.client import Client
from raisonne.rights.errors import InputError, NotFoundError
from raisonne.rights.generation import GenerationState
from raisonne.rights.job import JobState
from raisonne.rights.provenance import ValidationState
from raisonne.rights.statement import Use
from raisonne.rights.work import WorkState
from raisonne.server import Application, serving

Picture = Callable[[], bytes]


def test_works_are_registered_listed_fetched_and_withdrawn(
    app: Application, picture: Picture
) -> None:
    data = picture()
    with serving(app) as address, Client(address) as client:
        work = client.works.register(data, title="t").work
        assert client.works.get(work.name) == work
        assert work in list(client.works.list(state=WorkState.REGISTERED))
        denied = client.works.list_by_use(Use.TRAIN, territory="DE", denied=True)
        assert work in [answer.work for answer in denied]
        assert client.assets.download(work.asset).data == data
        assert client.assets.upload(b"x" * 5_000_000).size_bytes == 5_000_000
        checked = client.screening.check_asset(data)
        assert client.screening.get_verdict(checked.verdict.name) == checked.verdict
        assert client.works.withdraw(work.name).state is WorkState.WITHDRAWN
        with pytest.raises(NotFoundError):
            client.works.get("works/none")
        with pytest.raises(InputError):
            client.assets.upload(b"")
        with pytest.raises(NotFoundError):
            client.assets.download("assets/none")


@pytest.mark.usefixtures("workers")
def test_artworks_are_made_verified_and_proven(app: Application) -> None:
    with serving(app) as address, Client(address) as client:
        operation = client.generations.generate("waves", width=128, height=128, seed=3)
        (made,) = operation.wait(60)
        assert made.state is GenerationState.RELEASED
        assert client.generations.get(made.name) == made
        assert made in list(client.generations.list())
        report = client.credentials.verify(client.assets.download(made.asset).data)
        assert report.validation_state is ValidationState.TRUSTED
        assert client.credentials.manifest(made.manifest_label)
        entry = client.ledger.entry_of(made.ledger_event)
        assert entry is not None
        assert client.ledger.entry(entry).entry in list(client.ledger.entries())
        size = client.ledger.checkpoint().size
        assert client.ledger.verify() >= size
        assert client.ledger.consistency_proof(1, size)


def test_operations_are_cancelled_watched_and_listed(app: Application) -> None:
    with serving(app) as address, Client(address) as client:
        operation = client.generations.generate("waves", width=128, height=128)
        operation.cancel()
        states = [snapshot.state for snapshot in operation.watch()]
        assert states == [JobState.CANCELLED]
        assert client.operations.get(operation.name).state is JobState.CANCELLED
        assert operation.name in [listed.name for listed in client.operations.list()]
