"""Ports of what people decide, and of the notices that ask them to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from raisonne.rights.case import Case, CaseState, Decision
from raisonne.rights.notice import CounterNotice, Notice, NoticeState


class CaseStore(Protocol):
    """What people have to decide."""

    def add(self, case: Case, grounds: bytes | None = None) -> None:
        """Insert an open case; an appeal with its sealed grounds."""
        ...

    def grounds(self, tenant: str, name: str) -> bytes | None:
        """Return the sealed grounds of an appeal, or None."""
        ...

    def get(self, tenant: str, name: str) -> Case | None:
        """Return the case, or None."""
        ...

    def list(
        self, tenant: str, *, limit: int, after: str = "", state: CaseState | None = None
    ) -> Sequence[Case]:
        """Return cases ordered by name, at most ``limit``, after the given name."""
        ...

    def waits(self, tenant: str, sha256: str) -> bool:
        """Return whether an open case that no notice opened is about exactly these bytes."""
        ...

    def of_bytes(self, tenant: str, sha256: str) -> Sequence[Case]:
        """Return the cases that checks of exactly these bytes opened, in order of opening."""
        ...

    def of_notice(self, tenant: str, notice: str) -> Sequence[Case]:
        """Return the cases that a notice opened, ordered by name."""
        ...

    def of_generation(self, tenant: str, generation: str) -> Sequence[Case]:
        """Return the cases about an artwork, in order of opening."""
        ...

    def of_work(self, tenant: str, work: str) -> Sequence[Case]:
        """Return the cases of notices against a work, in order of opening."""
        ...

    def appeals_of(self, tenant: str, case: str) -> Sequence[Case]:
        """Return the cases that contest a ruling, ordered by name."""
        ...

    def restored(self, tenant: str, name: str, when: datetime) -> None:
        """Write that what a ruling took down was restored.

        Raises:
            ConflictError: If the case took nothing down, or it was restored before.
        """
        ...

    def decide(
        self,
        tenant: str,
        decision: Decision,
        stay_down: str = "",
        *,
        proposed: bool = False,
        wants_stay_down: bool = False,
    ) -> None:
        """Write the decision of an open case that nobody else works on.

        Args:
            tenant: Owner.
            decision: What is ruled.
            stay_down: ``works/{id}`` that the ruling registers, if it does.
            proposed: Whether a second person has to agree first.
            wants_stay_down: Whether the ruling that is proposed registers something.

        Raises:
            ConflictError: If the case is decided already, or leased to somebody else.
        """
        ...

    def confirm(self, tenant: str, name: str, by: str, when: datetime, stay_down: str = "") -> None:
        """Write that a second person agreed with what another proposed.

        Raises:
            ConflictError: If nothing is proposed any more.
        """
        ...

    def reopen(self, tenant: str, name: str, was: CaseState) -> None:
        """Take a decision or a proposal back; the ledger keeps it.

        Raises:
            ConflictError: If the case is in another state than it was.
        """
        ...

    def claim(self, tenant: str, name: str, by: str, now: datetime, until: datetime) -> None:
        """Lease an open case, or extend one's lease.

        Raises:
            ConflictError: If it is not open, or leased to somebody else.
        """
        ...

    def release(self, tenant: str, name: str, by: str) -> None:
        """End one's lease of a case.

        Raises:
            ConflictError: If it is not leased to them.
        """
        ...


class NoticeStore(Protocol):
    """Notices against content; what people wrote is sealed by the caller."""

    def add(self, notice: Notice, payload: bytes) -> None:
        """Insert a notice with its sealed words."""
        ...

    def get(self, tenant: str, name: str) -> Notice | None:
        """Return the notice, or None."""
        ...

    def payload(self, tenant: str, name: str) -> bytes | None:
        """Return the sealed words of a notice, or None."""
        ...

    def list(
        self, tenant: str, *, limit: int, after: str = "", state: NoticeState | None = None
    ) -> Sequence[Notice]:
        """Return notices ordered by name, at most ``limit``, after the given name."""
        ...

    def update(self, notice: Notice, was: Notice) -> None:
        """Write what became known of a notice: its state and the times of it.

        Raises:
            ConflictError: If the stored notice is not what it was.
        """
        ...


class CounterNoticeStore(Protocol):
    """Counter-notices, one a case; what people wrote is sealed by the caller."""

    def add(self, counter: CounterNotice, payload: bytes) -> None:
        """Insert a counter-notice with its sealed words.

        Raises:
            ConflictError: ``ALREADY_EXISTS``; also if its case has one.
        """
        ...

    def of_case(self, tenant: str, case: str) -> CounterNotice | None:
        """Return the counter-notice that contests a case, or None."""
        ...

    def payload(self, tenant: str, case: str) -> bytes | None:
        """Return its sealed words, or None."""
        ...
