"""Licences for programs and for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from raisonne.rights.errors import NotFoundError
from raisonne.rights.recorded_licence import Grant, Licence
from raisonne.rights.statement import WORLD
from raisonne.rights.work import Work

_HEAD = ("STATE", "ENDS", "LEFT", "WORK", "LICENCE", "USES", "WHERE", "OWED", "LICENSEE", "NAME")
_WIDEST = {"WORK": 40, "LICENCE": 32, "WHERE": 24, "LICENSEE": 32}
_ENDLESS = "-"


class Titles:
    """What works are called, each looked up once.

    Args:
        work: Returns a work by name.
    """

    def __init__(self, work: Callable[[str], Work]) -> None:
        self._work = work
        self._known: dict[str, str] = {}

    def __call__(self, name: str) -> str:
        """Return title or source of a work, or its name where it has neither."""
        if name not in self._known:
            try:
                work = self._work(name)
            except NotFoundError:
                return name
            self._known[name] = work.title or work.source or name
        return self._known[name]


def licence_fields(licence: Licence, now: datetime | None = None) -> dict[str, Any]:
    """Return a licence, with how it stands now."""
    grant = licence.grant
    return {
        "licence": licence.name,
        "work": licence.work,
        "state": grant.state_at(now or datetime.now(UTC)).value,
        "identifier": grant.identifier,
        "licensor": licence.licensor,
        "licensee": licence.licensee,
        "document": licence.document or None,
        "document_sha256": licence.document_sha256 or None,
        "uses": sorted(use.value for use in grant.uses),
        "territories": sorted(grant.territories),
        "valid_from": _time(grant.valid_from),
        "valid_until": _time(grant.valid_until),
        "attribution": grant.attribution,
        "fee": grant.fee,
        "releases": sorted(kind.value for kind in grant.releases),
        "note": licence.note,
        "actor": licence.actor,
        "create_time": licence.create_time.isoformat(),
        "effective_time": grant.effective_time.isoformat(),
        "end_time": _time(grant.end_time),
        "revoke_time": _time(licence.revoke_time),
    }


def licence_words(licence: Licence) -> str:
    """Return a licence on one line, for a person."""
    grant = licence.grant
    state = grant.state_at(datetime.now(UTC)).value
    ends = _ends(grant)
    until = "" if ends is None else f"  until {ends:%Y-%m-%d %H:%M}Z"
    return (
        f"{state:<8}  {licence.name}  {licence.work}  {grant.identifier}  {_uses(grant)}  "
        f"{_where(grant)}  {_owed(grant)}{until}"
    )


def licence_table(
    licences: Sequence[Licence], title: Callable[[str], str], now: datetime
) -> Iterator[str]:
    """Yield the lines of a table; nothing where there are no licences."""
    if not licences:
        return
    rows = [_HEAD, *(_row(licence, title, now) for licence in licences)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


def _row(licence: Licence, title: Callable[[str], str], now: datetime) -> tuple[str, ...]:
    grant = licence.grant
    ends = _ends(grant)
    cells = {
        "STATE": grant.state_at(now).value.replace("_", " ").lower(),
        "ENDS": _ENDLESS if ends is None else f"{ends:%Y-%m-%d}",
        "LEFT": _ENDLESS if ends is None or ends <= now else f"{(ends - now).days} d",
        "WORK": title(licence.work),
        "LICENCE": grant.identifier,
        "USES": _uses(grant),
        "WHERE": _where(grant),
        "OWED": _owed(grant),
        "LICENSEE": licence.licensee or "-",
        "NAME": licence.name,
    }
    return tuple(_cut(cells[head], _WIDEST.get(head)) for head in _HEAD)


def _cut(text: str, most: int | None) -> str:
    line = " ".join(text.split())
    return line if most is None or len(line) <= most else f"{line[: most - 1]}…"


def _ends(grant: Grant) -> datetime | None:
    return min(filter(None, (grant.valid_until, grant.end_time)), default=None)


def _uses(grant: Grant) -> str:
    return ",".join(sorted(use.value for use in grant.uses))


def _where(grant: Grant) -> str:
    return "everywhere" if WORLD in grant.territories else ",".join(sorted(grant.territories))


def _owed(grant: Grant) -> str:
    owed = {"credit": grant.attribution, "fee": grant.fee}
    return ",".join(word for word, is_owed in owed.items() if is_owed) or "-"


def _time(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()
