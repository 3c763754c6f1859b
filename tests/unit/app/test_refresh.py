from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.unit.app.house import picture

from raisonne.app.refresh import BATCH, Refreshed, RefreshState, RefreshWorks
from raisonne.app.works import WorkDraft
from raisonne.fingerprint.embedding import GistEmbedder
from raisonne.fingerprint.extract import Extractor
from raisonne.rights.errors import AccessError, KeyUnavailableError, Reason
from raisonne.rights.principal import Principal, Role
from raisonne.rights.work import Work
from raisonne.runtime.wiring import Service
from raisonne.storage.fingerprint_log import SqlFingerprintLog


class OlderEmbedder(GistEmbedder):
    """What was in use before."""

    algorithm = "gist-v0"


class CountingDecoder:
    """Counts what is decoded."""

    def __init__(self, service: Service) -> None:
        self.decoded = 0
        self._decoder = service.decoder

    def decode(self, data):
        self.decoded += 1
        return self._decoder.decode(data)


@pytest.fixture
def principal(request: pytest.FixtureRequest) -> Principal:
    """The operator of a tenant of its own, so that no other test's works are refreshed."""
    tenant = f"tenant-{request.node.name.replace('[', '-').replace(']', '')}"
    return Principal("operator", tenant, frozenset({Role.OPERATOR}))


def register_before(service: Service, principal: Principal, *seeds: int) -> list[Work]:
    """Register works with another embedder than the present one."""
    works = replace(service.works, extractor=Extractor(OlderEmbedder()))
    return [works.register(principal, WorkDraft(picture(seed))).work for seed in seeds]


def held(service: Service, principal: Principal, work: Work) -> frozenset[str]:
    with service.transactions.read() as transaction:
        works = transaction.fingerprints.held(principal.tenant, limit=100)
    return next(each.algorithms for each in works if each.work == work.name)


def events(service: Service, principal: Principal) -> list[dict]:
    service.ledger.integrate()
    entries = [json.loads(entry.data) for entry in service.ledger.entries(0)]
    return [
        entry
        for entry in entries
        if (entry["tenant"], entry["action"]) == (principal.tenant, "work:refreshed")
    ]


def damage(service: Service, principal: Principal, work: Work) -> None:
    with service.transactions.read() as transaction:
        blob = transaction.assets.blob(principal.tenant, work.asset)
    path = service.settings.blob_root / blob.location
    path.write_bytes(path.read_bytes()[:-1])


def test_a_work_gets_what_it_lacks_and_is_found_by_it(
    service: Service, principal: Principal
) -> None:
    (work,) = register_before(service, principal, 300)
    assert service.refresh.lacking(principal) == 1
    assert list(service.refresh(principal)) == [
        Refreshed(work.name, RefreshState.REFRESHED, ("gist-v1",))
    ]
    assert service.refresh.lacking(principal) == 0
    assert held(service, principal, work) == service.refresh.extractor.algorithms | {"gist-v0"}
    assert service.index.state(principal.tenant)["entries"]["gist-v1"] == 1
    (noted,) = events(service, principal)
    assert (noted["object"], noted["details"]) == ("works/-", {work.name: "+gist-v1"})


def test_only_what_is_lacking_is_computed(service: Service, principal: Principal) -> None:
    (old,) = register_before(service, principal, 301)
    new = service.works.register(principal, WorkDraft(picture(302))).work
    decoder = CountingDecoder(service)
    refresh = replace(service.refresh, decoder=decoder)
    assert [(each.work, each.state) for each in refresh(principal)] == [
        (old.name, RefreshState.REFRESHED),
        (new.name, RefreshState.CURRENT),
    ]
    assert decoder.decoded == 1
    # What was there before is the same row as before; only one was added.
    changes = SqlFingerprintLog(service.database).changes(principal.tenant, 0, 10_000)
    assert sum(change.entry.work == old.name for change in changes) == 6


def test_a_refresh_is_idempotent(service: Service, principal: Principal) -> None:
    register_before(service, principal, 303)
    list(service.refresh(principal, prune=True))
    head = service.fingerprint_log.head()
    assert {each.state for each in service.refresh(principal, prune=True)} == {RefreshState.CURRENT}
    assert service.fingerprint_log.head() == head
    assert len(events(service, principal)) == 1


def test_a_refreshed_value_is_the_one_that_registration_makes(
    service: Service, principal: Principal
) -> None:
    (work,) = register_before(service, principal, 304)
    list(service.refresh(principal))
    stranger = replace(principal, tenant=principal.tenant + "-2")
    other = service.works.register(stranger, WorkDraft(picture(304))).work
    log = SqlFingerprintLog(service.database)
    made, registered = (
        {
            change.entry.fingerprint
            for change in log.changes(each.tenant, 0, 10_000)
            if change.entry.work == each.name and change.entry.fingerprint.algorithm == "gist-v1"
        }
        for each in (work, other)
    )
    assert made == registered != set()


def test_nothing_is_removed_but_on_demand(service: Service, principal: Principal) -> None:
    (work,) = register_before(service, principal, 305)
    list(service.refresh(principal))
    assert "gist-v0" in held(service, principal, work)
    assert list(service.refresh(principal, prune=True)) == [
        Refreshed(work.name, RefreshState.REFRESHED, pruned=("gist-v0",))
    ]
    assert held(service, principal, work) == service.refresh.extractor.algorithms
    entries = service.index.state(principal.tenant)["entries"]
    assert (entries["gist-v0"], entries["gist-v1"]) == (0, 1)
    assert service.index.verify(principal.tenant) == []
    assert [entry["details"] for entry in events(service, principal)] == [
        {work.name: "+gist-v1"},
        {work.name: "-gist-v0"},
    ]
    # Going back to the older embedder brings its values back.
    back = replace(service.refresh, extractor=Extractor(OlderEmbedder()))
    assert [each.algorithms for each in back(principal)] == [("gist-v0",)]


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(
    service: Service, principal: Principal
) -> None:
    cut, missing, whole = register_before(service, principal, 306, 307, 308)
    damage(service, principal, cut)
    with service.transactions.read() as transaction:
        blob = transaction.assets.blob(principal.tenant, missing.asset)
    (service.settings.blob_root / blob.location).unlink()
    answers = list(service.refresh(principal, prune=True))
    assert [each.work for each in answers] == [cut.name, missing.name, whole.name]
    assert [(each.state, each.algorithms, each.pruned) for each in answers] == [
        (RefreshState.UNREADABLE, ("gist-v1",), ()),
        (RefreshState.UNREADABLE, ("gist-v1",), ()),
        (RefreshState.REFRESHED, ("gist-v1",), ("gist-v0",)),
    ]
    assert [each.error and each.error.reason for each in answers] == [
        Reason.CIPHERTEXT_INVALID,
        Reason.STORAGE_UNAVAILABLE,
        None,
    ]
    assert service.refresh.lacking(principal) == 2
    assert [set(entry["details"]) for entry in events(service, principal)] == [{whole.name}]


def test_a_file_that_the_decoder_refuses_is_unreadable(
    service: Service, principal: Principal
) -> None:
    (work,) = register_before(service, principal, 309)

    class Refusing:
        def decode(self, data):
            return service.decoder.decode(data[:100])

    (answer,) = replace(service.refresh, decoder=Refusing())(principal)
    assert (answer.work, answer.state) == (work.name, RefreshState.UNREADABLE)
    assert answer.error is not None
    assert answer.error.reason is Reason.MALFORMED_MEDIA


def test_without_the_key_nothing_is_called_unreadable(
    service: Service, principal: Principal
) -> None:
    register_before(service, principal, 310)

    class Locked:
        def get(self, context, record):
            raise KeyUnavailableError("The key is not there.")

    with pytest.raises(KeyUnavailableError):
        list(replace(service.refresh, blobs=Locked())(principal))


def test_an_interrupted_refresh_goes_on_where_it_stood(
    service: Service, principal: Principal
) -> None:
    count = BATCH + 3
    register_before(service, principal, *range(320, 320 + count))
    answers = service.refresh(principal)
    next(answers)
    answers.close()
    # The batch that was answered from is committed, the next one was not begun.
    assert service.refresh.lacking(principal) == 3
    states = [each.state for each in service.refresh(principal)]
    assert states == [RefreshState.CURRENT] * BATCH + [RefreshState.REFRESHED] * 3
    assert service.refresh.count(principal) == count
    assert [len(entry["details"]) for entry in events(service, principal)] == [BATCH, 3]


def test_a_work_withdrawn_meanwhile_is_left_alone(service: Service, principal: Principal) -> None:
    work, other = register_before(service, principal, 311, 312)

    class Withdrawing:
        def decode(self, data):
            if service.works.get(principal, work.name).revision == 1:
                service.works.withdraw(principal, work.name)
            return service.decoder.decode(data)

    answers = list(replace(service.refresh, decoder=Withdrawing())(principal))
    assert [(each.work, each.state) for each in answers] == [
        (work.name, RefreshState.CURRENT),
        (other.name, RefreshState.REFRESHED),
    ]
    assert service.index.state(principal.tenant)["entries"]["gist-v1"] == 1


def test_only_who_may_keep_the_registry_refreshes_it(
    service: Service, principal: Principal
) -> None:
    refresh: RefreshWorks = service.refresh
    shop = replace(principal, roles=frozenset({Role.MARKETPLACE}))
    for use in (refresh, refresh.count, refresh.lacking):
        with pytest.raises(AccessError):
            use(shop)
    gallery = replace(principal, roles=frozenset({Role.GALLERY}))
    assert list(refresh(gallery)) == []
