"""``raisonne demo``: the whole story on real input."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Optional

import typer

if TYPE_CHECKING:
    from raisonne.cli.state import GlobalFlags


def demo(
    context: typer.Context,
    images: Annotated[
        Optional[Path],  # noqa: UP045
        typer.Option(help="Your own pictures as the registry.", exists=True, file_okay=False),
    ] = None,
    output: Annotated[Path, typer.Option(help="Where pictures and pages are written.")] = Path(
        "demo-output"
    ),
) -> None:
    """Play the whole story.

    Register, check, generate, sign, tamper, verify; then open the pictures.
    """
    from dataclasses import replace

    from raisonne.cli.demo_story import Story
    from raisonne.cli.embedded import load
    from raisonne.runtime.wiring import open_service

    flags: GlobalFlags = context.obj
    if flags.home is None:
        # The demonstration never writes into the state that real work uses.
        flags = replace(flags, home=output / "home")
    with open_service(load(flags)) as service:
        Story(flags, service, output).tell(images)
