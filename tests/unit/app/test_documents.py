from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.app.notices import registered

from raisonne.app.documents import MAX_DOCUMENT_BYTES, DocumentDraft
from raisonne.rights.errors import (
    AccessError,
    ConflictError,
    InputError,
    LimitError,
    NotFoundError,
)
from raisonne.rights.principal import Role
from raisonne.runtime.wiring import Service, missing_files, sweep_orphans

pytestmark = pytest.mark.engines

CONTRACT = b"%PDF-1.7 the contract of "


def stored(service: Service) -> set[Path]:
    return {path for path in service.settings.blob_root.glob("??/*") if path.is_file()}


def test_a_document_is_kept_sealed_listed_and_read_again(
    service: Service, ledger_size: int
) -> None:
    work, _ = registered(service, 31_000)
    before = stored(service)
    draft = DocumentDraft(CONTRACT + b"one", "/home/mira/Vertrag.pdf", (work.name,), "the sale")
    kept = service.documents.add(service.principal, draft)
    assert (kept.file_name, kept.media_type, kept.about) == (
        "Vertrag.pdf",
        "application/pdf",
        (work.name,),
    )
    (file,) = stored(service) - before
    assert CONTRACT not in file.read_bytes()
    assert service.documents.download(service.principal, kept.name) == (kept, draft.data)
    assert service.documents.list(service.principal, limit=9, about=work.name) == (kept,)
    assert kept in service.documents.list(service.principal, limit=99)
    service.ledger.integrate()
    entry = list(service.ledger.entries(ledger_size))[-1].data.decode()
    assert '"document:added"' in entry
    assert kept.sha256 in entry
    assert "Vertrag" not in entry
    # What a document's row names is no orphan.
    assert sweep_orphans(replace(service)) == 0
    assert missing_files(service) == []


def test_the_same_bytes_are_kept_once_and_are_about_more(service: Service) -> None:
    (one, _), (other, _) = registered(service, 31_001), registered(service, 31_002)
    first = service.documents.add(
        service.principal, DocumentDraft(CONTRACT + b"two", about=(one.name,))
    )
    again = service.documents.add(
        service.principal, DocumentDraft(CONTRACT + b"two", about=(other.name, one.name))
    )
    assert again == replace(first, about=(one.name, other.name))
    assert service.documents.list(service.principal, limit=9, about=other.name) == (again,)


def test_erased_bytes_and_key_are_gone_and_the_record_stays(service: Service) -> None:
    before = stored(service)
    draft = DocumentDraft(CONTRACT + b"three")
    kept = service.documents.add(service.principal, draft)
    erased = service.documents.erase(service.principal, kept.name)
    assert erased == replace(kept, erase_time=erased.erase_time)
    assert stored(service) == before
    with service.transactions.read() as transaction:
        assert transaction.documents.blob(kept.tenant, kept.name) is None
    with pytest.raises(NotFoundError, match="erased"):
        service.documents.download(service.principal, kept.name)
    with pytest.raises(ConflictError):
        service.documents.erase(service.principal, kept.name)
    anew = service.documents.add(service.principal, draft)
    assert anew.name != kept.name
    assert anew.sha256 == kept.sha256


def test_bad_documents_are_refused_and_nothing_is_kept(service: Service) -> None:
    before, add = stored(service), service.documents.add
    for data in (b"", b"MZ\x90\0"):
        with pytest.raises(InputError):
            add(service.principal, DocumentDraft(data))
    with pytest.raises(LimitError):
        add(service.principal, DocumentDraft(b"a" * (MAX_DOCUMENT_BYTES + 1)))
    for draft in (
        DocumentDraft(b"text", note="x" * 1_001),
        DocumentDraft(b"text", file_name="x" * 256),
        DocumentDraft(b"text", file_name="a\nb"),
        DocumentDraft(b"text", about=("works/x",) * 51),
    ):
        with pytest.raises(InputError):
            add(service.principal, draft)
    for name in ("works/none", "documents/none", "nonsense"):
        with pytest.raises(NotFoundError):
            add(service.principal, DocumentDraft(b"text", about=(name,)))
    assert stored(service) == before


def test_who_may_what(service: Service) -> None:
    kept = service.documents.add(service.principal, DocumentDraft(CONTRACT + b"four"))
    reviewer = replace(service.principal, roles=frozenset({Role.REVIEWER}))
    assert service.documents.get(reviewer, kept.name) == kept
    with pytest.raises(AccessError):
        service.documents.erase(reviewer, kept.name)
    marketplace = replace(service.principal, roles=frozenset({Role.MARKETPLACE}))
    service.documents.add(marketplace, DocumentDraft(CONTRACT + b"five"))
    with pytest.raises(AccessError):
        service.documents.download(marketplace, kept.name)
    elsewhere = replace(service.principal, tenant="elsewhere")
    with pytest.raises(NotFoundError):
        service.documents.get(elsewhere, kept.name)
    assert service.documents.list(elsewhere, limit=9) == ()
