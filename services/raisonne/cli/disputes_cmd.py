"""``raisonne disputes``: somebody else says that a registered work is theirs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from raisonne.cli.output import emit, say

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags
    from raisonne.rights.dispute import DisputeState

app = typer.Typer(
    help="Contested titles: who says that a work is theirs, and what came of it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
_STDIN = "-"


@app.command("open")
def open_(
    context: typer.Context,
    work: Annotated[str, typer.Argument(help="works/…")],
    claimant: Annotated[
        str, typer.Option(help="Who says that it is theirs; - reads the name from stdin.")
    ],
    basis: Annotated[str, typer.Option(help="Why it is theirs.")],
    contact: Annotated[str, typer.Option(help="How to reach them.")] = "",
    evidence: Annotated[
        list[str] | None, typer.Option(help="A file, or documents/…; may be repeated.")
    ] = None,
) -> None:
    """Contest a title: what the record permits waits for a person from now on.

    What people wrote is sealed. If the dispute is upheld, the claimant's name becomes the holder's
    in the work's record.
    """
    from raisonne.app.disputes import Contest
    from raisonne.cli.claims_render import dispute_fields, dispute_words
    from raisonne.cli.evidence_files import document_name
    from raisonne.cli.gateway import open_gateway
    from raisonne.rights.dispute import DisputeWords

    flags: GlobalFlags = context.obj
    name = sys.stdin.readline().strip() if claimant == _STDIN else claimant
    with open_gateway(flags) as gateway:
        documents = tuple(document_name(gateway, item, (work,)) for item in evidence or ())
        contest = Contest(work, DisputeWords(name, contact, basis), documents)
        dispute = gateway.claims.open_dispute(contest).dispute
    emit(flags, dispute_fields(dispute), dispute_words(dispute))


@app.command("list")
def list_(
    context: typer.Context,
    work: Annotated[str, typer.Option(help="Only over this work.")] = "",
    open_only: Annotated[bool, typer.Option("--open", help="Only open ones.")] = False,
) -> None:
    """List disputes, without what was written."""
    from raisonne.cli.claims_render import dispute_fields, dispute_words
    from raisonne.cli.gateway import open_gateway
    from raisonne.rights.dispute import DisputeState

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        for dispute in gateway.claims.disputes(DisputeState.OPEN if open_only else None, work):
            emit(flags, dispute_fields(dispute), dispute_words(dispute))


@app.command("show")
def show(
    context: typer.Context, dispute: Annotated[str, typer.Argument(help="disputes/…")]
) -> None:
    """Show a dispute with what was written."""
    from raisonne.cli.claims_render import dispute_file_fields, dispute_file_words
    from raisonne.cli.gateway import open_gateway

    flags: GlobalFlags = context.obj
    with open_gateway(flags) as gateway:
        found = gateway.claims.dispute(dispute)
    emit(flags, dispute_file_fields(found), dispute_file_words(found))


@app.command("settle")
def settle(
    context: typer.Context,
    dispute: Annotated[str, typer.Argument(help="disputes/…")],
    uphold: Annotated[bool, typer.Option("--uphold", help="The title is the claimant's.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="That is not shown.")] = False,
    withdraw: Annotated[
        bool, typer.Option("--withdraw", help="The claimant took it back.")
    ] = False,
    effective: Annotated[
        str, typer.Option("--from", help="From when on it is the claimant's, RFC 3339; now.")
    ] = "",
    note: Annotated[str, typer.Option(help="Why.")] = "",
) -> None:
    """Settle a dispute; upheld, it transfers the title by a version of the work's record.

    Where `second_reviewer` asks for it, the first call proposes, and the same outcome by somebody
    else settles.
    """
    from raisonne.app.statements import parse_time
    from raisonne.cli.claims_render import dispute_fields, dispute_words
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.usage import usage_errors
    from raisonne.rights.dispute import DisputeState

    flags: GlobalFlags = context.obj
    outcome = _outcome(uphold=uphold, reject=reject, withdraw=withdraw)
    with usage_errors():
        since = parse_time(effective)
    with open_gateway(flags) as gateway:
        settled = gateway.claims.settle_dispute(dispute, outcome, note, since)
    emit(flags, dispute_fields(settled), dispute_words(settled))
    if settled.state is DisputeState.OPEN:
        say(flags, f"{dispute}: proposed; a second person has to settle it likewise")


def _outcome(*, uphold: bool, reject: bool, withdraw: bool) -> DisputeState:
    from raisonne.rights.dispute import DisputeState

    wanted = {
        DisputeState.UPHELD: uphold,
        DisputeState.REJECTED: reject,
        DisputeState.WITHDRAWN: withdraw,
    }
    chosen = [state for state, given in wanted.items() if given]
    if len(chosen) != 1:
        raise typer.BadParameter("Give one of --uphold, --reject and --withdraw.")
    return chosen[0]
