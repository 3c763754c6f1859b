"""Documents, disputes, titles and registrations as JSON and as words."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from raisonne.app.disputes import DisputeFile
    from raisonne.rights.dispute import TitleDispute, TitleLink
    from raisonne.rights.document import Document
    from raisonne.rights.office import Due, OfficeRegistration


def document_fields(document: Document) -> dict[str, Any]:
    """Return a document."""
    return {
        "document": document.name,
        "file_name": document.file_name,
        "media_type": document.media_type,
        "sha256": document.sha256,
        "size_bytes": document.size_bytes,
        "about": list(document.about),
        "note": document.note,
        "actor": document.actor,
        "create_time": document.create_time.isoformat(),
        "erase_time": _time(document.erase_time),
    }


def document_words(document: Document) -> str:
    """Return a document for a person."""
    state = "ERASED" if document.erase_time else f"{document.size_bytes:,} bytes"
    about = " ".join(document.about) or "-"
    name = document.file_name or "-"
    return f"{document.name}  {document.media_type}  {state}  {name}  {about}"


def dispute_fields(dispute: TitleDispute) -> dict[str, Any]:
    """Return a dispute without what was written."""
    return {
        "dispute": dispute.name,
        "work": dispute.work,
        "state": dispute.state.value,
        "case": dispute.case,
        "documents": list(dispute.documents),
        "sha256": dispute.sha256,
        "actor": dispute.actor,
        "create_time": dispute.create_time.isoformat(),
        "settle_time": _time(dispute.settle_time),
        "settled_by": dispute.settled_by or None,
        "note": dispute.note,
        "effective_time": _time(dispute.effective_time),
        "version": dispute.version or None,
    }


def dispute_file_fields(file: DisputeFile) -> dict[str, Any]:
    """Return a dispute with what was written."""
    return dispute_fields(file.dispute) | {"words": asdict(file.words)}


def dispute_words(dispute: TitleDispute) -> str:
    """Return a dispute for a person."""
    until = f" until {dispute.settle_time:%Y-%m-%d %H:%M}Z" if dispute.settle_time else ""
    return (
        f"{dispute.name}  {dispute.state.value:<9}  {dispute.work}  {dispute.case}  "
        f"from {dispute.create_time:%Y-%m-%d %H:%M}Z{until}"
    )


def dispute_file_words(file: DisputeFile) -> str:
    """Return a dispute for a person, with what was written."""
    lines = [dispute_words(file.dispute), *(f"        {name}" for name in file.dispute.documents)]
    lines += [f"        {name}: {value}" for name, value in asdict(file.words).items() if value]
    return "\n".join(lines)


def link_fields(work: str, link: TitleLink) -> dict[str, Any]:
    """Return a link of a chain of title."""
    return {
        "work": work,
        "holder": link.holder,
        "since": link.since.isoformat(),
        "revision": link.version,
        "actor": link.actor,
        "note": link.note,
        "dispute": link.dispute or None,
        "documents": list(link.documents),
    }


def link_words(link: TitleLink) -> str:
    """Return a link of a chain of title for a person."""
    by = " ".join(filter(None, (link.dispute, *link.documents, link.note)))
    return (
        f"from {link.since:%Y-%m-%d %H:%M}Z  {link.holder or '-'}  revision {link.version}  {by}"
    ).rstrip()


def registration_fields(registration: OfficeRegistration) -> dict[str, Any]:
    """Return a registration with an office."""
    return {
        "registration": registration.name,
        "work": registration.work,
        "office": registration.office,
        "number": registration.number,
        "grant_date": _time(registration.grant_date),
        "renewal_date": _time(registration.renewal_date),
        "document": registration.document or None,
        "actor": registration.actor,
        "record_time": registration.record_time.isoformat(),
        "remove_time": _time(registration.remove_time),
        "removed_by": registration.removed_by or None,
    }


def registration_words(registration: OfficeRegistration) -> str:
    """Return a registration with an office for a person."""
    renewal = f"  renew by {registration.renewal_date}" if registration.renewal_date else ""
    removed = "  REMOVED" if registration.remove_time else ""
    return (
        f"{registration.name}  {registration.work}  {registration.office} {registration.number}"
        f"{renewal}{removed}"
    )


def due_fields(due: Due) -> dict[str, Any]:
    """Return what falls due."""
    registration = due.registration
    return {
        "when": due.when.isoformat(),
        "kind": due.kind.value,
        "work": due.work,
        "title": due.title,
        "registration": registration and registration.name,
        "office": registration and registration.office,
        "number": registration and registration.number,
    }


def due_words(due: Due) -> str:
    """Return what falls due for a person."""
    about = due.registration
    what = f"  {about.office} {about.number}  {about.name}" if about else ""
    return f"{due.when:%Y-%m-%d}  {due.kind.value:<12}  {due.work}  {due.title or '-'}{what}"


def _time(when: date | None) -> str | None:
    return None if when is None else when.isoformat()
