"""A list of index files in memory, and keys of them."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence

from raisonne.index.ports import Checkpoint


class MemorySegmentList:
    """``SegmentList``; one for all stores of a catalogue."""

    def __init__(self) -> None:
        self.checkpoints: dict[tuple[str, str], Checkpoint] = {}
        self._lock = threading.Lock()

    def checkpoint(self, store: str, tenant: str) -> Checkpoint:
        return self.checkpoints.get((store, tenant), Checkpoint())

    def commit(self, store: str, tenant: str, checkpoint: Checkpoint) -> bool:
        with self._lock:
            if self.checkpoint(store, tenant).generation != checkpoint.generation - 1:
                return False
            self.checkpoints[store, tenant] = checkpoint
            return True

    def tenants(self, store: str) -> Sequence[str]:
        return sorted(tenant for where, tenant in self.checkpoints if where == store)

    def names(self, store: str) -> set[str]:
        return {
            record.name
            for (where, _), checkpoint in self.checkpoints.items()
            if where == store
            for record in checkpoint.segments
        }


class MemoryKeys:
    """``SegmentKeys`` that wraps nothing."""

    def new(self, tenant: str, name: str) -> tuple[bytes, bytes]:  # noqa: ARG002
        key = os.urandom(32)
        return key, key

    def open(self, tenant: str, name: str, wrapped: bytes) -> bytes:  # noqa: ARG002
        return wrapped
