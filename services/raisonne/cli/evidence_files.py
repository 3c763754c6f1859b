"""Evidence as commands take it: a file, which is kept, or the name of a document that is."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from raisonne.app.documents import MAX_ABOUT, MAX_DOCUMENT_BYTES, DocumentDraft
from raisonne.cli.gateway import Gateway
from raisonne.cli.inputs import read_input
from raisonne.rights.errors import InputError, Reason

_DOCUMENTS = "documents/"


def require_evidence(given: str) -> None:
    """Refuse what is neither a file nor the name of a document.

    Raises:
        InputError: If it is not.
    """
    if given and not _is_name(given) and not Path(given).is_file():
        raise InputError(f"There is no file {given!r}.", reason=Reason.FILE_NOT_FOUND)


def document_name(gateway: Gateway, given: str, about: Sequence[str]) -> str:
    """Return the name of a document; a file is added first.

    Args:
        gateway: Where it is kept.
        given: A path, or ``documents/{id}``.
        about: What it is evidence for. Where that is more than a document can say, it says nothing.
    """
    if _is_name(given):
        return given
    data = read_input(Path(given), MAX_DOCUMENT_BYTES)
    subjects = tuple(about) if len(about) <= MAX_ABOUT else ()
    return gateway.claims.add_document(DocumentDraft(data, Path(given).name, subjects)).name


def _is_name(given: str) -> bool:
    return given.startswith(_DOCUMENTS) and not Path(given).exists()
