"""Wrong values on the command line are usage errors, exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from raisonne.rights.errors import InputError

if TYPE_CHECKING:
    from raisonne.rights.statement import Use


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn the refusal of an option's value into a usage error that keeps its reason."""
    try:
        yield
    except InputError as error:
        raise typer.BadParameter(f"{error.message} [{error.reason.value}]") from error


def parse_use(text: str) -> Use:
    """Return a use by its name.

    Raises:
        typer.BadParameter: If it is none.
    """
    from raisonne.rights.statement import Use

    try:
        return Use(text)
    except ValueError as error:
        known = ", ".join(use.value for use in Use)
        raise typer.BadParameter(f"{text!r} is no use; known are {known}.") from error
