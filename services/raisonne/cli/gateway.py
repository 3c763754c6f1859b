"""What commands ask of the product, embedded or served: the same answers either way."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from raisonne.cli.state import GlobalFlags
from raisonne.rights.alternative import Alternatives
from raisonne.rights.case import Case, CaseState, Ruling
from raisonne.rights.errors import ConfigError
from raisonne.rights.generation import Generation
from raisonne.rights.ledger import Checkpoint
from raisonne.rights.notice import CounterNotice, CounterWords, Notice, NoticeEvent, NoticeState
from raisonne.rights.provenance import CredentialReport
from raisonne.rights.recorded_licence import Licence
from raisonne.rights.statement_of_reasons import StatementOfReasons
from raisonne.rights.use_answer import UseAnswer
from raisonne.rights.verdict import Verdict
from raisonne.rights.work import Work, WorkState, WorkVersion

if TYPE_CHECKING:
    from raisonne.app.check import CheckTerms
    from raisonne.app.counter_notices import CounterFile
    from raisonne.app.generation_jobs import GenerationOrder
    from raisonne.app.licence_drafts import LicenceDraft
    from raisonne.app.licences import LicenceQuery
    from raisonne.app.notices import Filing, NoticeFile
    from raisonne.app.review import CaseFile
    from raisonne.app.use_listing import UseTerms
    from raisonne.app.work_changes import WorkChange
    from raisonne.app.works import Registration, WorkDraft
    from raisonne.cli.claims_gateway import ClaimsGateway


@dataclass(frozen=True, slots=True)
class Answer:
    """What a check answers.

    Attributes:
        verdict: The verdict.
        alternatives: What would be allowed instead, where it is not ALLOW.
    """

    verdict: Verdict
    alternatives: Alternatives


@dataclass(frozen=True, slots=True)
class MadeFile:
    """One artwork as a command sees it.

    Attributes:
        generation: The record.
        verdict: On the output, or on the prompt where that was refused.
        data: The signed file; None unless released.
        ledger_entry: ``entries/{index}``; None while it waits for the sequencer.
    """

    generation: Generation
    verdict: Verdict
    data: bytes | None
    ledger_entry: str | None


class Gateway(Protocol):
    """The product as commands see it."""

    @property
    def claims(self) -> ClaimsGateway:
        """Documents, contested titles, registrations with offices."""
        ...

    def check(self, data: bytes, terms: CheckTerms) -> Answer:
        """Check a picture."""
        ...

    def check_prompt(self, text: str, terms: CheckTerms) -> Answer:
        """Check the words of a prompt."""
        ...

    def register(self, draft: WorkDraft) -> Registration:
        """Register a work."""
        ...

    def settle(self) -> None:
        """Make files of the index where many works are new, so that the next search need not."""
        ...

    def works(self) -> Iterator[Work]:
        """Iterate over all works."""
        ...

    def works_as_of(self, at: datetime | None, state: WorkState | None) -> Iterator[Work]:
        """Iterate over works as they were at a time: those in a state then, or all."""
        ...

    def count_works(self, state: WorkState | None) -> int | None:
        """Return how many works there are, or None where that is not told."""
        ...

    def works_by_use(self, terms: UseTerms) -> Iterator[UseAnswer]:
        """Iterate over works that may be used so, or may not."""
        ...

    def work(self, name: str) -> Work:
        """Return one work."""
        ...

    def update(
        self,
        name: str,
        change: WorkChange,
        *,
        effective_time: datetime | None = None,
        note: str = "",
        revision: int | None = None,
    ) -> WorkVersion:
        """Change a work's record from a time on."""
        ...

    def history(self, name: str) -> Sequence[WorkVersion]:
        """Return all versions of a work's record."""
        ...

    def withdraw(self, name: str) -> Work:
        """Withdraw a work."""
        ...

    def record_licence(self, works: Sequence[str], draft: LicenceDraft) -> Sequence[Licence]:
        """Record a licence for works."""
        ...

    def licences(self, query: LicenceQuery) -> Iterator[Licence]:
        """Iterate over licences, those first that end first."""
        ...

    def revoke_licence(self, name: str, *, end_time: datetime | None, note: str) -> Licence:
        """Revoke a licence as of a time."""
        ...

    def asset(self, name: str) -> bytes:
        """Return a registered or released file."""
        ...

    def generate(self, order: GenerationOrder) -> Iterator[MadeFile]:
        """Make artworks, one by one."""
        ...

    def verify(self, data: bytes) -> CredentialReport:
        """Read a credential."""
        ...

    def cases(self, state: CaseState | None) -> Iterator[Case]:
        """Iterate over cases."""
        ...

    def case(self, name: str) -> CaseFile:
        """Return a case with the verdict that opened it."""
        ...

    def decide(
        self, name: str, ruling: Ruling, reason: str, note: str, *, stay_down: bool = False
    ) -> Case:
        """Decide a case."""
        ...

    def confirm(self, name: str, *, agree: bool) -> Case:
        """Agree with what is proposed, or do not."""
        ...

    def claim(self, name: str, lease: timedelta) -> Case:
        """Lease a case."""
        ...

    def release(self, name: str) -> Case:
        """End the lease of a case."""
        ...

    def undo(self, name: str) -> Case:
        """Take a ruling back."""
        ...

    def appeal(self, name: str, grounds: str) -> Case:
        """Contest a ruling."""
        ...

    def grounds(self, name: str) -> str:
        """Return why a ruling is contested."""
        ...

    def reasons(self, name: str) -> StatementOfReasons:
        """Return the statement of reasons of a ruling."""
        ...

    def file_notice(self, filing: Filing) -> NoticeFile:
        """File a notice."""
        ...

    def notices(self, state: NoticeState | None) -> Iterator[Notice]:
        """Iterate over notices."""
        ...

    def notice(self, name: str) -> NoticeFile:
        """Return a notice with what was written."""
        ...

    def declare(self, name: str, event: NoticeEvent) -> Notice:
        """Record what a notifier makes known later."""
        ...

    def counter(self, case: str, words: CounterWords) -> CounterNotice:
        """File a counter-notice."""
        ...

    def counter_notice(self, case: str) -> CounterFile:
        """Return the counter-notice that contests a case."""
        ...

    def restore(self, case: str) -> Case:
        """Make available again what a notice took down."""
        ...

    def ledger_head(self) -> Checkpoint:
        """Return the newest checkpoint."""
        ...

    def ledger_verify(self) -> int:
        """Recompute the ledger; return its size."""
        ...


@contextmanager
def open_gateway(
    flags: GlobalFlags,
    *,
    engine: str | None = None,
    trust: str | None = None,
    decoder_workers: int | None = None,
) -> Iterator[Gateway]:
    """Open the embedded product, or a connection to the served one.

    Args:
        flags: Global flags; ``server`` decides.
        engine: Generation engine by URI, embedded only.
        trust: ``own`` or a folder with trust lists, embedded only.
        decoder_workers: Pictures decoded at a time, embedded only.

    Raises:
        RaisonneError: If it cannot be opened.
    """
    if flags.server is not None:
        own = (engine, trust, flags.tenant, flags.home, flags.config)
        if any(value is not None for value in own):
            raise ConfigError(
                "With --server, the tenant, home, configuration, engine and trust lists are the "
                "server's."
            )
        from raisonne.cli.remote import RemoteGateway
        from raisonne.client import Client

        with Client(flags.server) as client:
            yield RemoteGateway(client)
        return
    from raisonne.cli.embedded import EmbeddedGateway, load
    from raisonne.runtime.wiring import open_service

    settings = load(flags, engine=engine, trust=trust, decoder_workers=decoder_workers)
    with open_service(settings) as service:
        try:
            yield EmbeddedGateway(service)
        finally:
            # What the command did is provable once it is sequenced; no server runs to do it later.
            service.ledger.integrate()
