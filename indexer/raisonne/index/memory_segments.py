"""A list of index files in memory, for registries that are measured and then forgotten."""

from __future__ import annotations

import threading

from raisonne.index.ports import Checkpoint
from raisonne.rights.errors import KeyUnavailableError


class MemorySegmentList:
    """``SegmentList``; one for all stores of a catalogue.

    Attributes:
        checkpoints: By store and tenant.
    """

    def __init__(self) -> None:
        self.checkpoints: dict[tuple[str, str], Checkpoint] = {}
        self._lock = threading.Lock()

    def checkpoint(self, store: str, tenant: str) -> Checkpoint:
        """See ``SegmentList``."""
        return self.checkpoints.get((store, tenant), Checkpoint())

    def commit(self, store: str, tenant: str, checkpoint: Checkpoint) -> bool:
        """See ``SegmentList``."""
        with self._lock:
            if self.checkpoint(store, tenant).generation != checkpoint.generation - 1:
                return False
            self.checkpoints[store, tenant] = checkpoint
            return True

    def names(self, store: str) -> set[str]:
        """See ``SegmentList``."""
        return {
            record.name
            for (where, _), checkpoint in self.checkpoints.items()
            if where == store
            for record in checkpoint.segments
        }


class NoKeys:
    """``SegmentKeys`` where no file is encrypted."""

    def new(self, tenant: str, name: str) -> tuple[bytes, bytes]:
        """See ``SegmentKeys``."""
        raise KeyUnavailableError(f"There is no key for {name} of {tenant}.")

    def open(self, tenant: str, name: str, wrapped: bytes) -> bytes:  # noqa: ARG002
        """See ``SegmentKeys``."""
        raise KeyUnavailableError(f"There is no key for {name} of {tenant}.")
