"""Reading notices and counter-notices from JSON, so that no name stands on a command line."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from raisonne.app.notices import Filing
from raisonne.cli.inputs import read_input
from raisonne.rights.errors import InputError
from raisonne.rights.notice import CounterWords, NoticeBasis, NoticeWords
from raisonne.rights.statement import WORLD

_MAX_BYTES = 1_000_000
_ABOUT = frozenset({"targets", "work", "basis", "territory"})
W = TypeVar("W", NoticeWords, CounterWords)


def read_filing(source: str) -> Filing:
    """Return the notice of a JSON file: the fields of ``NoticeWords`` and what it is about.

    Args:
        source: Path, or ``-`` for stdin.

    Raises:
        InputError: Naming the field that cannot be used.
    """
    given = _read(source)
    words = _words(NoticeWords, given, _ABOUT)
    targets = given.get("targets", [])
    if not isinstance(targets, list) or not all(isinstance(one, str) for one in targets):
        raise InputError("targets must be a list of names.", metadata={"field": "targets"})
    about = {name: given.get(name, "") for name in ("work", "basis", "territory")}
    for name, value in about.items():
        if not isinstance(value, str):
            raise InputError(f"{name} must be a text.", metadata={"field": name})
    basis = (about["basis"] or NoticeBasis.COPYRIGHT.value).upper().replace("-", "_")
    if basis not in NoticeBasis.__members__:
        known = ", ".join(NoticeBasis)
        raise InputError(f"basis must be one of {known}.", metadata={"field": "basis"})
    return Filing(
        words=words,
        basis=NoticeBasis(basis),
        targets=tuple(targets),
        work=about["work"],
        territory=about["territory"] or WORLD,
    )


def read_counter(source: str) -> CounterWords:
    """Return the counter-notice of a JSON file: the fields of ``CounterWords``.

    Args:
        source: Path, or ``-`` for stdin.

    Raises:
        InputError: Naming the field that cannot be used.
    """
    return _words(CounterWords, _read(source), ())


def _read(source: str) -> Mapping[str, Any]:
    data = (
        sys.stdin.buffer.read(_MAX_BYTES) if source == "-" else read_input(Path(source), _MAX_BYTES)
    )
    try:
        given = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source} is no JSON: {error}.") from error
    if not isinstance(given, dict):
        raise InputError(f"{source} must hold one JSON object.")
    return given


def _words(kind: type[W], given: Mapping[str, Any], others: Collection[str]) -> W:
    kinds: dict[str, type] = {
        field.name: bool if field.type == "bool" else str for field in fields(kind)
    }
    for name, value in given.items():
        if name in others:
            continue
        if name not in kinds:
            known = ", ".join((*kinds, *sorted(others)))
            raise InputError(f"There is no field {name!r}: {known}.", metadata={"field": name})
        if not isinstance(value, kinds[name]):
            wanted = "true or false" if kinds[name] is bool else "a text"
            raise InputError(f"{name} must be {wanted}.", metadata={"field": name})
    return kind(**{name: value for name, value in given.items() if name in kinds})
