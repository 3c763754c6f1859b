"""A list of index files in memory, and keys of them."""

from __future__ import annotations

import os

from raisonne.index.memory_segments import MemorySegmentList

__all__ = ["MemoryKeys", "MemorySegmentList"]


class MemoryKeys:
    """``SegmentKeys`` that wraps nothing."""

    def new(self, tenant: str, name: str) -> tuple[bytes, bytes]:
        key = os.urandom(32)
        return key, key

    def open(self, tenant: str, name: str, wrapped: bytes) -> bytes:
        return wrapped
