from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from raisonne.app.holders import HolderChange, HolderDraft
from raisonne.rights.errors import AccessError, ConflictError, InputError, NotFoundError, Reason
from raisonne.rights.identifier import IdentifierScheme
from raisonne.rights.principal import Role
from raisonne.runtime.settings import Settings
from raisonne.runtime.wiring import Service, open_service

pytestmark = pytest.mark.engines

QI = HolderDraft(
    "Qi Baishi",
    ("齐白石", "Ch'i Pai-shih"),
    {IdentifierScheme.ULAN: "500125345", IdentifierScheme.ISNI: "0000 0001 2281 955X"},
    contact="estate@example.org",
    note="1864 to 1957",
)


@pytest.fixture
def house(tmp_path: Path, database: str) -> Iterator[Service]:
    with open_service(Settings(home=tmp_path, database=database)) as opened:
        yield opened


def test_a_holder_is_known_by_every_name(house):
    file = house.holders.add(house.principal, QI)
    holder = file.holder
    assert (holder.names, holder.revision) == (("Qi Baishi", *QI.aliases), 1)
    assert holder.identifiers[IdentifierScheme.ISNI] == "000000012281955X"
    for name in (holder.name, "QI  BAISHI", "齐白石", "CH'I  \uff30ai-shih"):
        assert house.holders.get(house.principal, name) == file
    assert house.holders.list(house.principal, limit=9) == (holder,)
    with pytest.raises(NotFoundError):
        house.holders.get(house.principal, "Xu Beihong")


def test_a_name_has_one_holder_in_a_tenant(house):
    first = house.holders.add(house.principal, QI).holder
    with pytest.raises(ConflictError) as raised:
        house.holders.add(house.principal, HolderDraft("Someone", ("qi baishi",)))
    assert (raised.value.reason, raised.value.metadata["name"]) == (
        Reason.ALREADY_EXISTS,
        first.name,
    )
    assert first.name in raised.value.message
    assert house.holders.list(house.principal, limit=9) == (first,)
    other = replace(house.principal, tenant="other")
    assert house.holders.add(other, QI).holder.display_name == "Qi Baishi"
    second = house.holders.add(house.principal, HolderDraft("Xu Beihong")).holder
    with pytest.raises(ConflictError):
        house.holders.update(
            house.principal, second.name, HolderChange(add_aliases=("齐白石", "Ju Peon"))
        )
    assert house.holders.get(house.principal, second.name).holder == second


def test_changes_are_versions_and_what_was_is_known(house):
    name = house.holders.add(house.principal, QI).holder.name
    change = HolderChange(
        display_name="Ch'i Pai-shih",
        add_aliases=("Baishi Laoren", "BAISHI  LAOREN"),
        remove_aliases=("齐白石",),
        identifiers={IdentifierScheme.ULAN: "", IdentifierScheme.WIKIDATA: "q467577"},
        note="",
    )
    file = house.holders.update(house.principal, name, change)
    assert file.holder.names == ("Ch'i Pai-shih", "Qi Baishi", "Baishi Laoren")
    assert set(file.holder.identifiers) == {IdentifierScheme.ISNI, IdentifierScheme.WIKIDATA}
    assert (file.holder.revision, file.contact) == (2, QI.contact)
    with pytest.raises(NotFoundError):
        house.holders.get(house.principal, "齐白石")
    again = house.holders.update(house.principal, name, change)
    assert again == file
    versions = house.holders.history(house.principal, name)
    assert [version.holder.names for version in versions] == [
        ("Qi Baishi", *QI.aliases),
        file.holder.names,
    ]
    assert versions[1].holder == file.holder
    with pytest.raises(ConflictError):
        house.holders.update(house.principal, name, HolderChange(note="x"), revision=1)


def test_a_contact_is_sealed_changed_and_forgotten(house):
    holder = house.holders.add(house.principal, QI).holder
    changed = house.holders.update(house.principal, holder.name, HolderChange(contact="a@b.org"))
    assert changed.contact == "a@b.org"
    assert changed.holder.contact_sha256 != holder.contact_sha256
    house.ledger.integrate()
    for path in house.settings.home.rglob("*"):
        if path.is_file():
            text = path.read_bytes()
            assert b"a@b.org" not in text
            assert b"estate@example" not in text
    forgotten = house.holders.update(house.principal, holder.name, HolderChange(contact=""))
    assert (forgotten.contact, forgotten.holder.contact_sha256) == ("", "")
    with house.transactions.read() as transaction:
        assert transaction.holders.contact(house.principal.tenant, holder.name) is None


def test_the_ledger_has_digests_and_no_names(house):
    holder = house.holders.add(house.principal, QI).holder
    house.holders.update(house.principal, holder.name, HolderChange(note="x"))
    house.ledger.integrate()
    entries = [json.loads(entry.data) for entry in house.ledger.entries()]
    assert [entry["action"] for entry in entries] == ["holder:created", "holder:updated"]
    versions = house.holders.history(house.principal, holder.name)
    assert [entry["object_sha256"] for entry in entries] == [each.sha256 for each in versions]
    told = json.dumps(entries, ensure_ascii=False)
    assert not any(word in told for word in ("Baishi", "齐", "estate", "1864"))


@pytest.mark.parametrize(
    "draft",
    [
        replace(QI, display_name=" "),
        replace(QI, display_name="x"),
        replace(QI, display_name="x" * 201),
        replace(QI, aliases=("a\0b",)),
        replace(QI, aliases=tuple(f"alias {number}" for number in range(201))),
        replace(QI, identifiers={IdentifierScheme.ISNI: "0000000122819551"}),
        replace(QI, note="x" * 1_001),
        replace(QI, contact="x" * 1_001),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_stored(house, draft):
    with pytest.raises(InputError):
        house.holders.add(house.principal, draft)
    assert house.holders.list(house.principal, limit=9) == ()


def test_who_may_not_is_refused(house):
    name = house.holders.add(house.principal, QI).holder.name
    auditor = replace(house.principal, roles=frozenset({Role.AUDITOR}))
    reviewer = replace(house.principal, roles=frozenset({Role.REVIEWER}))
    for principal in (auditor, reviewer):
        with pytest.raises(AccessError):
            house.holders.add(principal, HolderDraft("Xu Beihong"))
        with pytest.raises(AccessError):
            house.holders.update(principal, name, HolderChange(note="x"))
    assert house.holders.get(reviewer, name).contact == QI.contact
    for call in (house.holders.get, house.holders.history):
        with pytest.raises(AccessError):
            call(auditor, name)
    with pytest.raises(AccessError):
        house.holders.list(auditor, limit=9)
