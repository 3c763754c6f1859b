"""How long calls may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadlines:
    """Seconds that a call may take, by what it does.

    Attributes:
        read: Reading one record or one page.
        compute: Checking, registering, verifying a file.
        transfer: Sending or fetching a whole file; recomputing the ledger.
        follow: Watching an operation; auditing a dataset.
    """

    read: float = 10.0
    compute: float = 60.0
    transfer: float = 300.0
    follow: float = 3600.0
