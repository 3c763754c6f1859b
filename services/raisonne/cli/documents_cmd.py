"""``raisonne documents``: contracts, evidence of title and certificates, kept sealed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from raisonne.cli.output import emit, write_new_file

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags

app = typer.Typer(
    help="Contracts, evidence of title, certificates: kept sealed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command("add")
def add(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="Files of at most 32 MiB.")],
    about: Annotated[
        list[str] | None,
        typer.Option(help="What they are evidence for: works/…, disputes/…; may be repeated."),
    ] = None,
    note: Annotated[str, typer.Option(help="Why they are kept.")] = "",
) -> None:
    """Keep documents; the same bytes are kept once and add to what they are evidence for."""
    from raisonne.app.documents import MAX_DOCUMENT_BYTES, DocumentDraft
    from raisonne.cli.claims_render import document_fields, document_words
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.inputs import read_input

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        for path in files:
            data = read_input(path, MAX_DOCUMENT_BYTES)
            draft = DocumentDraft(data, path.name, tuple(about or ()), note)
            kept = gateway.claims.add_document(draft)
            emit(flags, document_fields(kept), document_words(kept))


@app.command("list")
def list_(
    context: typer.Context,
    about: Annotated[str, typer.Option(help="Only what is evidence for this.")] = "",
) -> None:
    """List documents."""
    from raisonne.cli.claims_render import document_fields, document_words
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        for document in gateway.claims.documents(about):
            emit(flags, document_fields(document), document_words(document))


@app.command("save")
def save(
    context: typer.Context,
    document: Annotated[str, typer.Argument(help="documents/…")],
    file: Annotated[Path, typer.Argument(help="Where to; a file that is there is kept.")],
) -> None:
    """Write a document's file; nothing is overwritten."""
    from raisonne.cli.claims_render import document_fields
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        found, data = gateway.claims.document(document)
    write_new_file(file, data)
    emit(flags, document_fields(found) | {"output": str(file)}, str(file))


@app.command("erase")
def erase(
    context: typer.Context,
    documents: Annotated[list[str], typer.Argument(help="documents/…")],
) -> None:
    """Erase documents with their keys; the records and digests stay."""
    from raisonne.cli.claims_render import document_fields, document_words
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        for name in documents:
            erased = gateway.claims.erase_document(name)
            emit(flags, document_fields(erased), document_words(erased))
