"""Files that are sent back in pieces."""

from __future__ import annotations

from collections.abc import Iterator


def chunks(data: bytes, size: int) -> Iterator[bytes]:
    """Yield a file in order, in pieces of ``size`` bytes and a shorter last one."""
    for start in range(0, len(data), size):
        yield data[start : start + size]
