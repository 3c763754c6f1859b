"""Wrong values on the command line are usage errors, exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from raisonne.rights.errors import InputError


@contextmanager
def usage_errors() -> Iterator[None]:
    """Turn the refusal of an option's value into a usage error that keeps its reason."""
    try:
        yield
    except InputError as error:
        raise typer.BadParameter(f"{error.message} [{error.reason.value}]") from error
