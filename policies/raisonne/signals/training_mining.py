"""The training and data mining assertion: CAWG 1.1 (16 May 2025) §3.1 and C2PA 1.4.

``constrained`` "shall be treated as equivalent to notAllowed" without further information. Training
is permitted only where both ``ai_training`` (which speaks of other than generative models) and
``ai_generative_training`` are allowed. To infer a result from a work is no permission to make
works like it, so ``ai_inference`` denies and does not permit. Keys of other owners are ignored; a
key under ``cawg.`` or ``c2pa.`` that is not known here and is not allowed makes it unreadable.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from raisonne.rights.signal import Dialect, Signal
from raisonne.rights.statement import Use
from raisonne.signals.documents import parse_json
from raisonne.signals.reading import MalformedError, Said, reader, weigh

_FAMILIES = {"cawg": Dialect.CAWG, "c2pa": Dialect.C2PA}
_USES = {
    "data_mining": Use.MINE,
    "ai_training": Use.TRAIN,
    "ai_generative_training": Use.TRAIN,
    "ai_inference": Use.GENERATE_SIMILAR,
}
_TRAINING = frozenset({"ai_training", "ai_generative_training"})
_ALLOWED, _NOT_ALLOWED, _CONSTRAINED = "allowed", "notAllowed", "constrained"


def _understand(raw: bytes, location: str | None) -> Said | None:
    """Read the JSON of an assertion: its data, or ``{"label", "data"}`` around them."""
    del location
    document = parse_json(raw)
    if isinstance(document, dict) and isinstance(document.get("data"), dict):
        document = document["data"]
    if not isinstance(document, dict):
        raise MalformedError("it is no assertion")
    # The schema of CAWG 1.0 left out the map that its own example shows.
    entries = document.get("entries", document)
    if not isinstance(entries, dict):
        raise MalformedError("its entries are no map")
    return _weigh({key: _use(entry) for key, entry in entries.items() if _family(key)})


read_cawg = reader(Dialect.CAWG)(_understand)
"""Reads assertions of both families; what cannot be read is called CAWG's."""
read_c2pa = reader(Dialect.C2PA)(_understand)
"""Reads assertions of both families; what cannot be read is called C2PA's."""


def read_training_mining_entries(
    entries: Mapping[str, str], source: str, seen_time: datetime
) -> Signal | None:
    """Read entries as a credential report holds them: full label to use.

    Args:
        entries: For example ``{"cawg.ai_training": "notAllowed"}``.
        source: Where the credential was found.
        seen_time: When (UTC).

    Raises:
        InputError: If the time is not UTC.
    """
    if not entries:
        return None
    document = {"entries": {key: {"use": use} for key, use in sorted(entries.items())}}
    read = read_cawg if any(key.startswith("cawg.") for key in entries) else read_c2pa
    return read(json.dumps(document).encode(), source, seen_time)


def _use(entry: Any) -> str:
    use = entry.get("use") if isinstance(entry, dict) else None
    if use not in {_ALLOWED, _NOT_ALLOWED, _CONSTRAINED}:
        raise MalformedError("an entry in it is neither allowed, notAllowed nor constrained")
    return str(use)


def _family(key: str) -> str:
    family = key.partition(".")[0]
    return family if family in _FAMILIES else ""


def _weigh(entries: Mapping[str, str]) -> Said | None:
    if not entries:
        return None
    said: dict[str, set[str]] = {}
    for key, use in entries.items():
        name = key.partition(".")[2]
        if name in _USES:
            said.setdefault(name, set()).add(use)
        elif use != _ALLOWED:
            raise MalformedError("it denies something that is not known here")
    allowed = {name for name, uses in said.items() if uses == {_ALLOWED}}
    denied = frozenset(_USES[name] for name in said.keys() - allowed)
    permitted = {Use.MINE} if "data_mining" in allowed else set[Use]()
    if allowed >= _TRAINING:
        permitted.add(Use.TRAIN)
    constrained = any(_CONSTRAINED in uses for uses in said.values())
    old = not any(key.startswith("cawg.") for key in entries)
    return weigh(
        frozenset(permitted) - denied,
        denied,
        note="Constrained means not allowed until a person records a licence." * constrained,
        dialect=Dialect.C2PA if old else Dialect.CAWG,
    )
