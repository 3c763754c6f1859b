"""``raisonne policy``: the written rules, from their texts to a decision."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags
    from raisonne.policy.suites import Suite

app = typer.Typer(
    help="The policies: written rules that decide.", no_args_is_help=True, rich_markup_mode=None
)
_Folder = Annotated[
    Optional[Path],  # noqa: UP045 - Typer reads it on every supported Python
    typer.Argument(
        metavar="DIR",
        help="A bundle, or an overlay, which has no schema; else what the settings name.",
    ),
]


@app.command("lint")
def lint(context: typer.Context, folder: _Folder = None) -> None:
    """Say everything that is wrong with policies: exit 1 if anything is."""
    from raisonne.cli.policy_render import lint_fields, lint_words
    from raisonne.policy.lint import lint as problems_of

    flags: GlobalFlags = context.obj
    parts = _suites(flags, folder)
    # What is wrong with the schema is wrong for every part; it is told once.
    problems = list(dict.fromkeys(problem for part in parts for problem in problems_of(part)))
    files = sum(len(part.policies) for part in parts)
    emit(flags, lint_fields(files, problems), lint_words(files, problems))
    raise typer.Exit(ExitCode.FINDINGS if problems else ExitCode.CLEAN)


@app.command("test")
def run_cases(
    context: typer.Context,
    folder: _Folder = None,
    mutate: Annotated[
        bool,
        typer.Option(
            "--mutate", help="Also remove each policy in turn: a case beside it has to fail."
        ),
    ] = False,
) -> None:
    """Run the cases beside policies: exit 1 if one fails, or a policy could go unnoticed."""
    from raisonne.cli.policy_render import CaseRun

    flags: GlobalFlags = context.obj
    run = CaseRun.of(_suites(flags, folder), mutate=mutate)
    emit(flags, run.fields(), run.words())
    raise typer.Exit(ExitCode.FINDINGS if run.failed else ExitCode.CLEAN)


@app.command("explain")
def explain(
    context: typer.Context, verdict: Annotated[str, typer.Argument(help="verdicts/…")]
) -> None:
    """Judge a stored verdict again: the same answer, or every difference: exit 1 if it differs.

    Shows the clause behind each finding, and where it is written. Embedded only: a server has its
    own policies, and does not hand them out.
    """
    from raisonne.cli.embedded import load
    from raisonne.cli.policy_render import replay_fields, replay_words
    from raisonne.runtime.wiring import open_service

    flags: GlobalFlags = context.obj
    with open_service(load(flags)) as service:
        replay = service.replay_verdict(service.principal, verdict)
    emit(flags, replay_fields(replay), replay_words(replay))
    raise typer.Exit(ExitCode.CLEAN if replay.same else ExitCode.FINDINGS)


@app.command("list")
def list_(context: typer.Context) -> None:
    """List the clauses in force."""
    from raisonne.cli.embedded import load
    from raisonne.cli.policy_render import rule_fields, rule_words
    from raisonne.runtime.policy_source import PolicySource

    flags: GlobalFlags = context.obj
    bundle = PolicySource.of(load(flags)).texts().bundle()
    for rule in sorted(bundle.rules.values(), key=lambda each: (each.file, each.line)):
        emit(flags, rule_fields(rule), rule_words(rule))


@app.command("profiles")
def profiles(context: typer.Context) -> None:
    """List the profiles: their rules, what they demand of the settings, what nobody checks."""
    from raisonne.cli.embedded import load
    from raisonne.cli.policy_render import profile_fields, profile_words
    from raisonne.policy.profiles import PolicyProfile
    from raisonne.runtime.policy_source import PolicySource

    flags: GlobalFlags = context.obj
    settings = load(flags)
    files = PolicySource.of(settings).files()
    for profile in PolicyProfile:
        fields = profile_fields(files, profile, in_force=profile in settings.policy_profile)
        emit(flags, fields, profile_words(fields))


@app.command("init")
def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="New or empty folder.")],
) -> None:
    """Write a copy of the packaged policies with their cases, to start from."""
    from raisonne.cli.output import write_file
    from raisonne.policy.engine import packaged_files

    flags: GlobalFlags = context.obj
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise typer.BadParameter(f"{folder} is there already and not empty.")
    files = packaged_files()
    for name, text in files.items():
        write_file(folder / name, text.encode())
    emit(
        flags,
        {"folder": str(folder.absolute()), "files": sorted(files)},
        f'{len(files)} files in {folder}; put them in force with: policies = "{folder.absolute()}"',
    )


def _suites(flags: GlobalFlags, folder: Path | None) -> list[Suite]:
    """Return what is to be looked at: a bundle, an overlay, or what the settings name."""
    from raisonne.cli.embedded import load
    from raisonne.policy.rules import SCHEMA
    from raisonne.policy.suites import overlay_suite, suites
    from raisonne.runtime.policy_folder import read_folder
    from raisonne.runtime.policy_source import PolicySource

    source = PolicySource.of(load(flags))
    if folder is None:
        overlays = source.overlay_files().items()
        bundle = source.files()
        return [*suites(bundle), *(overlay_suite(bundle, name, files) for name, files in overlays)]
    given = read_folder(folder)
    if SCHEMA in given:
        return suites(given)
    return [overlay_suite(source.files(), folder.absolute().name, given)]
