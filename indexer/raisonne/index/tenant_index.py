"""The index of one tenant: it follows the change log, and keeps its files in order."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from raisonne.index.block_file import DamagedSegmentError
from raisonne.index.lock import ReadWriteLock
from raisonne.index.opening import Opener
from raisonne.index.ports import Checkpoint, FingerprintLog, LogHead
from raisonne.index.rebuilding import rebuild
from raisonne.index.segment_store import IndexBusyError, SegmentStore
from raisonne.index.tenant_state import TenantState
from raisonne.index.upkeep import SEAL_ROWS, Plan, Progress, plan_for, put_in_place, write_plan
from raisonne.rights.errors import StorageError

_log = logging.getLogger(__name__)
_BATCH = 5_000
_WAIT_SECONDS = 600.0
"""How long to wait for another one who makes files, before nothing can be searched."""
_ASK_AGAIN_SECONDS = 0.05
_WORTH_SEALING_ROWS = 500
"""When it takes so many rows to open the index, the next one who opens it shall not need to."""
_MOST_DELTA_ROWS = 4 * SEAL_ROWS
"""From here on files are made at once, by whoever sees it: memory is bounded."""


class TenantIndex:
    """Safe to use from many threads.

    Args:
        tenant: Whose fingerprints.
        log: The change log to follow.
        store: Where files lie; None keeps everything in memory.

    Attributes:
        tenant: Whose fingerprints.
        repairs: One sentence for each damaged file that was made anew since we began.
    """

    def __init__(self, tenant: str, log: FingerprintLog, store: SegmentStore | None) -> None:
        self.tenant = tenant
        self.repairs: list[str] = []
        self._log = log
        self._store = store
        self._state = TenantState()
        self._opened = False
        self._thorough = False
        self._lock = ReadWriteLock()
        self._changing = threading.RLock()

    @contextmanager
    def read(self) -> Iterator[TenantState]:
        """Catch up, and then hold the state still.

        Raises:
            StorageError: See ``refresh``.
            DamagedSegmentError: If a damaged file was met; the next read has it made anew.
        """
        self.refresh()
        with self._lock.reading():
            try:
                yield self._state
            except DamagedSegmentError:
                self._thorough = True
                raise

    @property
    def reached(self) -> int:
        """The revision that searches have seen last."""
        return self._state.reached.sequence

    def refresh(self) -> int:
        """Apply what is new in the log; one look at its head when nothing is.

        Returns:
            The revision reached.

        Raises:
            StorageError: If the log cannot be read or holds a damaged value. Nothing can be
                searched until that is repaired, because works would be missed silently.
        """
        head, state = self._log.head(), self._state
        if self._opened and state.reached == head and not self._thorough:
            return head.sequence
        deadline = time.monotonic() + _WAIT_SECONDS
        while True:
            try:
                with self._changing:
                    return self._catch_up()
            except DamagedSegmentError:
                if self._thorough:
                    raise
                self._thorough = True
            except IndexBusyError:
                # Not while holding what the other one may be waiting for.
                if time.monotonic() > deadline:
                    raise
                time.sleep(_ASK_AGAIN_SECONDS)

    def _catch_up(self) -> int:
        state = self._state
        if not self._opened or self._thorough or not self._is_past(state.reached):
            state = self._anew()
        self._follow(state)
        return state.reached.sequence

    def _is_past(self, reached: LogHead) -> bool:
        """Whether the log still holds what we know; a catalogue may have been restored."""
        return self._log.mark(reached.sequence) == reached.mark

    def _anew(self) -> TenantState:
        """Begin at the newest checkpoint.

        Searches that had caught up go on in what they know until all of the log is read, so that
        none of them finds an index without works.
        """
        state = TenantState()
        if self._store is not None:
            opener = Opener(self.tenant, self._log, self._store, self.repairs)
            state = opener.open(self._state.segments(), thorough=self._thorough)
        self._follow(state)
        if state.delta_rows >= _WORTH_SEALING_ROWS:
            self._seal(state)
        with self._lock.writing():
            self._state, self._opened, self._thorough = state, True, False
        return state

    def _follow(self, state: TenantState) -> None:
        head = self._log.head()
        while state.reached.sequence < head.sequence:
            after = state.reached.sequence
            changes = self._log.changes(self.tenant, after, _BATCH)
            changes = [change for change in changes if change.sequence <= head.sequence]
            reached = self._head_at(changes[-1].sequence) if len(changes) == _BATCH else head
            with self._lock.writing():
                state.apply(changes)
                state.reached = reached
            if state.delta_rows >= _MOST_DELTA_ROWS:
                self._seal(state)

    def _head_at(self, sequence: int) -> LogHead:
        return LogHead(sequence, self._log.mark(sequence) or 0)

    def rebuild(self, *, wait_seconds: float = 0.0, progress: Progress | None = None) -> bool:
        """Make all files anew from the catalogue; see ``rebuilding.rebuild``."""
        if self._store is None:
            return True
        with self._store.maintaining(wait_seconds) as held:
            done = held and rebuild(self.tenant, self._log, self._store, progress)
            if done:
                with self._changing:
                    self._anew()
                self._store.sweep()
        return done

    def maintain(
        self, *, compact: bool = False, wait_seconds: float = 0.0, progress: Progress | None = None
    ) -> bool:
        """Make files of what lies in memory, and fewer files of many; searches go on meanwhile.

        Args:
            compact: Whether to leave one file of each kind, without rows that are out of force.
            wait_seconds: How long to wait for another process that does the same.
            progress: Told how many of how many rows are written.

        Returns:
            Whether it was done; not while another process does it, and not if damage was met,
            which is repaired then, or if the catalogue was restored meanwhile.

        Raises:
            StorageError: If the disk is full.
        """
        if self._store is None:
            return True
        try:
            with self._store.maintaining(wait_seconds) as held:
                self.refresh()
                self._adopt(self._store)
                if not held:
                    return False
                done = self._work_off(self._store, progress, compact=compact)
                self._store.sweep()
                return done
        except IndexBusyError:
            return False  # What another one made is damaged already; the next query waits for it.
        except DamagedSegmentError:
            self._thorough = True
            self.refresh()
            return False

    def _adopt(self, store: SegmentStore) -> None:
        """Take over what another process made: it frees memory here, and its files' there."""
        with self._changing:
            state = self._state
            if store.checkpoint(self.tenant).generation != state.generation:
                self._anew()

    def _work_off(self, store: SegmentStore, progress: Progress | None, *, compact: bool) -> bool:
        """Do what there is to do; return whether that counts, not if something came between."""
        while (done := self._step(store, progress, compact=compact)) is not None:
            if compact or not done:
                return done
        return True

    def _step(
        self, store: SegmentStore, progress: Progress | None, *, compact: bool
    ) -> bool | None:
        """Do what there is to do as of now; return whether it counts, None if there is nothing."""
        with self._changing:
            state = self._state
            plan = plan_for(state, seal_rows=SEAL_ROWS, compact=compact)
        if plan is None:
            return None
        checkpoint = write_plan(store, self.tenant, plan, progress)
        with self._changing:
            # Nobody else makes files, but the catalogue may have been restored.
            if self._state is not state or not self._is_past(plan.reached):
                return False
            return self._install(store, state, plan, checkpoint)

    def _seal(self, state: TenantState) -> None:
        """Make files of too many rows in memory at once, if nobody else does and it can be done."""
        if self._store is None:
            return
        try:
            with self._store.maintaining() as held:
                if held and self._store.checkpoint(self.tenant).generation == state.generation:
                    self._seal_alone(self._store, state)
        except DamagedSegmentError:
            raise
        except StorageError as error:
            # Searches need no files; whoever maintains them is told of a full disk.
            _log.warning("%s", error.message)

    def _seal_alone(self, store: SegmentStore, state: TenantState) -> None:
        plan = plan_for(state, seal_rows=_WORTH_SEALING_ROWS)
        if plan is not None:
            checkpoint = write_plan(store, self.tenant, plan, None)
            self._install(store, state, plan, checkpoint)

    def _install(
        self, store: SegmentStore, state: TenantState, plan: Plan, checkpoint: Checkpoint
    ) -> bool:
        known = state.segments()
        made = [
            store.open(self.tenant, record)
            for record in checkpoint.segments
            if record.name not in known
        ]
        if not store.commit(self.tenant, checkpoint):
            return False
        try:
            with self._lock.writing():
                put_in_place(state, plan, made)
        except BaseException:
            self._thorough = True  # What is in memory is not what counts now.
            raise
        return True
