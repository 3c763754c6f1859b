"""The boxes of a manifest store (JUMBF, ISO/IEC 19566-5), as far as a label leads."""

from __future__ import annotations

import struct
from collections.abc import Iterator

_HEADER = 8
_TOGGLES = 16
_LABELLED = 2


def content_of(store: bytes, *labels: str) -> bytes:
    """Return the content of the first content box of a superbox.

    Args:
        store: A manifest store.
        labels: Labels of the superboxes from the store's children down.

    Raises:
        ValueError: If there is no such box, or the boxes do not fit together.
    """
    _, body = _first(store)
    for label in labels:
        body = _child(body, label)
    for kind, content in _boxes(body):
        if kind not in {b"jumd", b"jumb"}:
            return content
    raise ValueError(f"The box {labels[-1]!r} has no content.")


def _child(body: bytes, label: str) -> bytes:
    for kind, content in _boxes(body):
        if kind == b"jumb" and _label(content) == label.encode():
            return content
    raise ValueError(f"The manifest store has no box {label!r}.")


def _label(superbox: bytes) -> bytes:
    kind, description = _first(superbox)
    if kind != b"jumd" or len(description) <= _TOGGLES or not description[_TOGGLES] & _LABELLED:
        return b""
    return description[_TOGGLES + 1 :].partition(b"\0")[0]


def _first(data: bytes) -> tuple[bytes, bytes]:
    for box in _boxes(data):
        return box
    raise ValueError("A box of the manifest store is empty.")


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and content of the boxes that fill ``data``."""
    at = 0
    while at < len(data):
        if at + _HEADER > len(data):
            raise ValueError("A box of the manifest store is cut.")
        size, kind = struct.unpack_from(">I4s", data, at)
        if not _HEADER <= size <= len(data) - at:
            raise ValueError("A box of the manifest store has an impossible size.")
        yield kind, data[at + _HEADER : at + size]
        at += size
