"""Which reader reads what: every dialect, in every form that its bytes take."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime

from raisonne.rights.signal import Dialect, Signal
from raisonne.signals import plus, spdx, tdmrep
from raisonne.signals.aipref import read_aipref
from raisonne.signals.documents import parse_xml
from raisonne.signals.odrl import read_odrl
from raisonne.signals.pages import looks_like_page
from raisonne.signals.reading import (
    MalformedError,
    Reader,
    unreadable,
)
from raisonne.signals.robots import read_ai_txt, read_robots_txt
from raisonne.signals.robots_meta import read_robots_header, read_robots_html
from raisonne.signals.rsl import read_rsl
from raisonne.signals.training_mining import read_c2pa, read_cawg

_HTML = re.compile(rb"<(?:!doctype html|html|head|body|meta|title)\b", re.IGNORECASE)


def _tdmrep(raw: bytes) -> Reader:
    start = raw.lstrip(b"\xef\xbb\xbf \t\r\n")
    if looks_like_page(raw):
        return tdmrep.read_tdmrep_html if _HTML.search(raw) else tdmrep.read_tdmrep_xmp
    return tdmrep.read_tdmrep_json if start[:1] in {b"[", b"{", b""} else tdmrep.read_tdmrep_headers


_READERS: Mapping[Dialect, Callable[[bytes], Reader]] = {
    Dialect.TDMREP: _tdmrep,
    Dialect.RSL: lambda _raw: read_rsl,
    Dialect.AIPREF: lambda _raw: read_aipref,
    Dialect.ROBOTS_TXT: lambda _raw: read_robots_txt,
    Dialect.AI_TXT: lambda _raw: read_ai_txt,
    Dialect.ROBOTS_META: lambda raw: (
        read_robots_html if looks_like_page(raw) else read_robots_header
    ),
    Dialect.PLUS_DATA_MINING: lambda raw: (
        plus.read_plus_xmp if looks_like_page(raw) else plus.read_plus_value
    ),
    Dialect.CAWG: lambda _raw: read_cawg,
    Dialect.C2PA: lambda _raw: read_c2pa,
    Dialect.SPDX: lambda raw: spdx.read_licence_xmp if looks_like_page(raw) else spdx.read_licence,
    Dialect.ODRL: lambda _raw: read_odrl,
}


def read_signal(
    dialect: Dialect,
    raw: bytes,
    source: str,
    seen_time: datetime,
    *,
    location: str | None = None,
) -> Signal | None:
    """Read bytes as a dialect, in the form that they begin like.

    Args:
        dialect: What they are written in; ``c2pa.training-mining`` and ``cawg.training-mining``
            are read alike, and the signal says which it was.
        raw: The bytes as found.
        source: Where they were found.
        seen_time: When (UTC).
        location: URL or path of the work, where one signal speaks of many.

    Returns:
        What they say, or None where they say nothing.

    Raises:
        InputError: If the time is not UTC or the location is no location.
    """
    return _READERS[dialect](raw)(raw, source, seen_time, location=location)


def read_xmp(raw: bytes, source: str, seen_time: datetime) -> tuple[Signal, ...]:
    """Return every signal of an XMP packet: PLUS Data Mining, TDMRep and ``cc:license``.

    A packet that cannot be read is one unreadable signal.

    Args:
        raw: The packet as found in the file.
        source: Where the file is.
        seen_time: When (UTC).

    Raises:
        InputError: If the time is not UTC.
    """
    try:
        parse_xml(raw)
    except MalformedError as error:
        return (unreadable(Dialect.PLUS_DATA_MINING, raw, source, seen_time, error.why),)
    readers = (plus.read_plus_xmp, tdmrep.read_tdmrep_xmp, spdx.read_licence_xmp)
    found = (each(raw, source, seen_time) for each in readers)
    return tuple(signal for signal in found if signal is not None)
