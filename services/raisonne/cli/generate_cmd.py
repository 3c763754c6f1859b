"""``raisonne generate``: make artwork, checked and signed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from raisonne.cli.exit_codes import ExitCode
from raisonne.cli.output import emit, progress, require_writable, warn, write_file
from raisonne.cli.state import GlobalFlags

if TYPE_CHECKING:
    from raisonne.cli.gateway import Gateway, MadeFile


def generate(
    context: typer.Context,
    prompt: Annotated[str, typer.Argument(help="What to make.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="File, or folder for several.")],
    count: Annotated[int, typer.Option(help="How many, with consecutive seeds.")] = 1,
    size: Annotated[str, typer.Option(help="WIDTHxHEIGHT in pixels.")] = "1024x1024",
    seed: Annotated[Optional[int], typer.Option(help="First seed; drawn if not given.")] = None,  # noqa: UP045
    engine: Annotated[Optional[str], typer.Option(help="Engine by URI.")] = None,  # noqa: UP045
    territory: Annotated[str, typer.Option(help="ISO 3166-1 code, or * for everywhere.")] = "*",
) -> None:
    """Make artwork that is checked and signed.

    The prompt is screened, the picture is checked against the registry and judged; what is allowed
    is signed, stored and logged. Exit code 1 when something was not released.
    """
    from raisonne.app.generation_jobs import GenerationOrder, require_order
    from raisonne.cli.gateway import open_gateway
    from raisonne.cli.usage import usage_errors

    flags: GlobalFlags = context.obj
    width, height = _size(size)
    order = GenerationOrder(prompt, width, height, count, seed, territory)
    with usage_errors():
        require_order(order)
    if output.suffix.lower() not in {"", ".png"}:
        raise typer.BadParameter(f"Artworks are PNG files; {output.name} would not be one.")
    require_writable(_path(output, 0, 0, count).parent)
    refused = 0
    with open_gateway(flags, engine=engine) as gateway:
        made_files = gateway.generate(order)
        with progress(flags, made_files, "generate", count) as shown:
            for made in shown:
                path = _path(output, made.generation.index, made.generation.seed, count)
                refused += not _emit(flags, gateway, made, path)
    raise typer.Exit(ExitCode.FINDINGS if refused else ExitCode.CLEAN)


def _emit(flags: GlobalFlags, gateway: Gateway, made: MadeFile, path: Path) -> bool:
    """Write one artwork's file and its line; return whether it was released."""
    from raisonne.cli.render import check_words

    fields = _fields(gateway, made, path)
    if made.data is not None:
        write_file(path, made.data)
        words = f"{path}  {fields['manifest']['state']}  {fields['ledger_entry']}"
        if made.generation.ignored_words:
            words += f"\n        ignored: {' '.join(made.generation.ignored_words)}"
    else:
        words = check_words(f"seed {made.generation.seed}", made.verdict)
    emit(flags, fields, words)
    return made.data is not None


def _fields(gateway: Gateway, made: MadeFile, path: Path) -> dict[str, Any]:
    from raisonne.cli.render import check_fields

    generation = made.generation
    manifest = None
    if made.data is not None:
        # Read back from the very bytes that are handed over, not from what the signer said.
        report = gateway.verify(made.data)
        manifest = {"state": report.validation_state.value, "label": report.label}
    return {
        "generation": generation.name,
        "state": generation.state.value,
        "output": str(path) if made.data is not None else None,
        "seed": generation.seed,
        "engine": {"name": generation.engine.name, "version": generation.engine.version},
        **check_fields(made.verdict),
        "manifest": manifest,
        "ledger_entry": made.ledger_entry,
        "understood_words": list(generation.understood_words),
        "ignored_words": list(generation.ignored_words),
    }


def _path(output: Path, index: int, seed: int, count: int) -> Path:
    if output.is_dir() or str(output).endswith("/") or (count > 1 and not output.suffix):
        return output / f"{seed}.png"
    if count == 1:
        return output
    return output.with_name(f"{output.stem}-{index + 1}{output.suffix}")


def _size(text: str) -> tuple[int, int]:
    width, separator, height = text.lower().partition("x")
    if not separator or not width.isdecimal() or not height.isdecimal():
        warn("raisonne: --size is WIDTHxHEIGHT, for example 1024x768")
        raise typer.Exit(ExitCode.USAGE)
    return int(width), int(height)
