"""What a manifest says, read from c2pa-rs's JSON without believing its shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

_ACTIONS = ("c2pa.actions", "c2pa.actions.v2")
_TRAINING_MINING = ("cawg.training-mining", "c2pa.training-mining")
_OWNERS = ("cawg.", "c2pa.")
_ALLOWED = "allowed"
UNREADABLE_USE = "unreadable"
"""Stands for a use that an assertion does not say as it should."""


def claim_generator(manifest: dict[str, Any]) -> str:
    """Return the product that made the claim, as ``name/version``."""
    info = _dicts(manifest.get("claim_generator_info"))
    names = ["/".join(filter(None, (_text(i, "name"), _text(i, "version")))) for i in info]
    return next(filter(None, names), _text(manifest, "claim_generator"))


def actions(manifest: dict[str, Any]) -> tuple[str, ...]:
    """Return the action labels in order."""
    return tuple(filter(None, (_text(action, "action") for action in _actions(manifest))))


def digital_source_types(manifest: dict[str, Any]) -> tuple[str, ...]:
    """Return the digital source type URIs of the actions, each once, in order."""
    found = (_text(action, "digitalSourceType") for action in _actions(manifest))
    return tuple(dict.fromkeys(filter(None, found)))


def training_mining(manifest: dict[str, Any]) -> dict[str, str]:
    """Return the training and data mining entries: full label to use.

    Of repeated entries the first that is not ``allowed`` counts, and what has another shape than
    the specification gives it has the use ``UNREADABLE_USE``, so that nobody takes it for silence.
    """
    found: dict[str, str] = {}
    for assertion in _assertions(manifest, _TRAINING_MINING):
        for label, use in _entries(assertion):
            if found.get(label, _ALLOWED) == _ALLOWED:
                found[label] = use
    return found


def _entries(assertion: dict[str, Any]) -> Iterator[tuple[str, str]]:
    data = assertion.get("data")
    # The schema of CAWG 1.0 left out the map that its own example shows.
    entries = data.get("entries", data) if isinstance(data, dict) else None
    if not isinstance(entries, dict):
        yield _text(assertion, "label").partition("__")[0], UNREADABLE_USE
        return
    for label, entry in entries.items():
        use = _text(entry, "use") if isinstance(entry, dict) else ""
        if use or str(label).startswith(_OWNERS):
            yield str(label), use or UNREADABLE_USE


def signer_name(manifest: dict[str, Any]) -> str:
    """Return c2pa-rs's summary of who signed."""
    info = manifest.get("signature_info")
    names = (
        (_text(info, key) for key in ("common_name", "issuer")) if isinstance(info, dict) else ()
    )
    return next(filter(None, names), "")


def _actions(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for assertion in _assertions(manifest, _ACTIONS):
        yield from _dicts(_data(assertion).get("actions"))


def _assertions(manifest: dict[str, Any], labels: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield assertions with one of the labels; repeated ones are numbered ``label__1``."""
    for assertion in _dicts(manifest.get("assertions")):
        if _text(assertion, "label").partition("__")[0] in labels:
            yield assertion


def _data(assertion: dict[str, Any]) -> dict[str, Any]:
    data = assertion.get("data")
    return data if isinstance(data, dict) else {}


def _dicts(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _text(holder: dict[str, Any], key: str) -> str:
    value = holder.get(key)
    return value if isinstance(value, str) else ""
