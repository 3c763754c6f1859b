"""The gateway to the product inside this process."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from raisonne.app.check import CheckTerms
from raisonne.app.counter_notices import CounterFile
from raisonne.app.generate import GenerationTerms
from raisonne.app.generation_jobs import GenerationOrder, require_order, seeded
from raisonne.app.licence_drafts import LicenceDraft
from raisonne.app.licences import LicenceQuery
from raisonne.app.notices import Filing, NoticeFile
from raisonne.app.review import CaseFile
from raisonne.app.use_listing import UseTerms
from raisonne.app.work_changes import WorkChange
from raisonne.app.works import Registration, WorkDraft
from raisonne.cli.embedded_claims import EmbeddedClaims
from raisonne.cli.gateway import Answer, MadeFile
from raisonne.cli.output import say
from raisonne.cli.state import GlobalFlags
from raisonne.rights.case import Case, CaseState, Ruling
from raisonne.rights.errors import ConfigError
from raisonne.rights.ledger import Checkpoint
from raisonne.rights.notice import CounterNotice, CounterWords, Notice, NoticeEvent, NoticeState
from raisonne.rights.provenance import CredentialReport
from raisonne.rights.recorded_licence import Licence
from raisonne.rights.statement_of_reasons import StatementOfReasons
from raisonne.rights.use_answer import UseAnswer
from raisonne.rights.work import Work, WorkState, WorkVersion
from raisonne.runtime.settings import PROJECT_FILE, Settings, load_settings
from raisonne.runtime.wiring import Service

_PAGE = 500


def load(
    flags: GlobalFlags,
    *,
    engine: str | None = None,
    trust: str | None = None,
    decoder_workers: int | None = None,
) -> Settings:
    """Return the settings in force for these flags.

    Raises:
        ConfigError: If they cannot be used.
    """
    if flags.server is not None:
        raise ConfigError("This command works on the embedded product, not on a server.")
    if flags.config is None and PROJECT_FILE.exists():
        # A folder that is looked at may hold such a file; nobody should be steered by it unaware.
        say(flags, f"Settings from {PROJECT_FILE.resolve()}")
    explicit = flags.explicit() | {"engine": engine, "trust": trust}
    explicit |= {"decoder_workers": decoder_workers}
    return load_settings(explicit, os.environ, config_file=flags.config)


@dataclass(frozen=True, slots=True)
class EmbeddedGateway:
    """Implements ``Gateway`` over a service in this process."""

    service: Service

    @property
    def claims(self) -> EmbeddedClaims:
        """Documents, contested titles, registrations with offices."""
        return EmbeddedClaims(self.service)

    def check(self, data: bytes, terms: CheckTerms) -> Answer:
        """Check a picture."""
        check, principal = self.service.check.pinned(), self.service.principal
        verdict = check.picture(principal, data, terms).verdict
        return Answer(verdict, check.alternatives(principal, verdict))

    def check_prompt(self, text: str, terms: CheckTerms) -> Answer:
        """Check the words of a prompt."""
        check, principal = self.service.check.pinned(), self.service.principal
        verdict = check.prompt(principal, text, terms)
        return Answer(verdict, check.alternatives(principal, verdict))

    def register(self, draft: WorkDraft) -> Registration:
        """Register a work."""
        return self.service.works.register(self.service.principal, draft)

    def settle(self) -> None:
        """Make files of the index where many works are new, so that the next search need not."""
        self.service.index.maintain(self.service.principal.tenant)

    def works(self) -> Iterator[Work]:
        """Iterate over all works."""
        after = ""
        while page := self.service.works.list(self.service.principal, limit=_PAGE, after=after):
            yield from page
            after = page[-1].name

    def works_as_of(self, at: datetime | None, state: WorkState | None) -> Iterator[Work]:
        """Iterate over works as they were at a time: those in a state then, or all."""
        after, works, principal = "", self.service.works, self.service.principal
        if at is None:
            while page := works.list(principal, limit=_PAGE, after=after, state=state):
                yield from page
                after = page[-1].name
            return
        for wanted in WorkState if state is None else (state,):
            found = works.list_at(principal, at, wanted, limit=_PAGE)
            yield from found.works
            while found.next_after:
                found = works.list_at(principal, at, wanted, limit=_PAGE, after=found.next_after)
                yield from found.works

    def count_works(self, state: WorkState | None) -> int | None:
        """Return how many works there are."""
        return self.service.works.count(self.service.principal, state)

    def works_by_use(self, terms: UseTerms) -> Iterator[UseAnswer]:
        """Iterate over works that may be used so, or may not, all as of one time."""
        after, works, principal = "", self.service.works, self.service.principal
        while True:
            page = works.list_by_use(principal, terms, limit=_PAGE, after=after)
            yield from page.answers
            if not page.next_after:
                return
            after, terms = page.next_after, replace(terms, at=page.at)

    def work(self, name: str) -> Work:
        """Return one work."""
        return self.service.works.get(self.service.principal, name)

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
        return self.service.work_changes.update(
            self.service.principal,
            name,
            change,
            effective_time=effective_time,
            note=note,
            revision=revision,
        )

    def history(self, name: str) -> Sequence[WorkVersion]:
        """Return all versions of a work's record."""
        return self.service.work_changes.history(self.service.principal, name)

    def withdraw(self, name: str) -> Work:
        """Withdraw a work."""
        return self.service.works.withdraw(self.service.principal, name)

    def record_licence(self, works: Sequence[str], draft: LicenceDraft) -> Sequence[Licence]:
        """Record a licence for works."""
        return self.service.licences.record(self.service.principal, works, draft)

    def licences(self, query: LicenceQuery) -> Iterator[Licence]:
        """Iterate over licences, those first that end first."""
        after, licences, principal = "", self.service.licences, self.service.principal
        while page := licences.list(principal, query, limit=_PAGE, after=after):
            yield from page
            after = page[-1].name

    def revoke_licence(self, name: str, *, end_time: datetime | None, note: str) -> Licence:
        """Revoke a licence as of a time."""
        principal = self.service.principal
        return self.service.licences.revoke(principal, name, end_time=end_time, note=note)

    def asset(self, name: str) -> bytes:
        """Return a registered or released file."""
        return self.service.artworks.download(self.service.principal, name)[1]

    def generate(self, order: GenerationOrder) -> Iterator[MadeFile]:
        """Make artworks, one by one."""
        require_order(order)
        order = seeded(order)
        for index in range(order.count):
            terms = GenerationTerms(territory=order.territory, index=index)
            made = self.service.generate(self.service.principal, order.request(index), terms)
            position = self.service.audit_log.index_of(
                self.service.principal, made.generation.ledger_event
            )
            entry = None if position is None else f"entries/{position}"
            yield MadeFile(made.generation, made.verdict, made.data, entry)

    def verify(self, data: bytes) -> CredentialReport:
        """Read a credential."""
        return self.service.provenance.verify(self.service.principal, data)

    def cases(self, state: CaseState | None) -> Iterator[Case]:
        """Iterate over cases."""
        after, review = "", self.service.review
        while page := review.list(self.service.principal, limit=_PAGE, after=after, state=state):
            yield from page
            after = page[-1].name

    def case(self, name: str) -> CaseFile:
        """Return a case with the verdict that opened it."""
        return self.service.review.get(self.service.principal, name)

    def decide(
        self, name: str, ruling: Ruling, reason: str, note: str, *, stay_down: bool = False
    ) -> Case:
        """Decide a case."""
        return self.service.review.decide(
            self.service.principal, name, ruling, reason, note, stay_down=stay_down
        )

    def confirm(self, name: str, *, agree: bool) -> Case:
        """Agree with what is proposed, or do not."""
        return self.service.review.confirm(self.service.principal, name, agree=agree)

    def claim(self, name: str, lease: timedelta) -> Case:
        """Lease a case."""
        return self.service.case_work.claim(self.service.principal, name, lease)

    def release(self, name: str) -> Case:
        """End the lease of a case."""
        return self.service.case_work.release(self.service.principal, name)

    def undo(self, name: str) -> Case:
        """Take a ruling back."""
        return self.service.case_work.undo(self.service.principal, name)

    def appeal(self, name: str, grounds: str) -> Case:
        """Contest a ruling."""
        return self.service.appeals.file(self.service.principal, name, grounds)

    def grounds(self, name: str) -> str:
        """Return why a ruling is contested."""
        return self.service.appeals.grounds(self.service.principal, name)

    def reasons(self, name: str) -> StatementOfReasons:
        """Return the statement of reasons of a ruling."""
        return self.service.appeals.reasons(self.service.principal, name)

    def file_notice(self, filing: Filing) -> NoticeFile:
        """File a notice."""
        return self.service.notices.file(self.service.principal, filing)

    def notices(self, state: NoticeState | None) -> Iterator[Notice]:
        """Iterate over notices."""
        after, notices = "", self.service.notices
        while page := notices.list(self.service.principal, limit=_PAGE, after=after, state=state):
            yield from page
            after = page[-1].name

    def notice(self, name: str) -> NoticeFile:
        """Return a notice with what was written."""
        return self.service.notices.get(self.service.principal, name)

    def declare(self, name: str, event: NoticeEvent) -> Notice:
        """Record what a notifier makes known later."""
        return self.service.notices.declare(self.service.principal, name, event)

    def counter(self, case: str, words: CounterWords) -> CounterNotice:
        """File a counter-notice."""
        return self.service.counter_notices.file(self.service.principal, case, words)

    def counter_notice(self, case: str) -> CounterFile:
        """Return the counter-notice that contests a case."""
        return self.service.counter_notices.get(self.service.principal, case)

    def restore(self, case: str) -> Case:
        """Make available again what a notice took down."""
        return self.service.counter_notices.restore(self.service.principal, case)

    def ledger_head(self) -> Checkpoint:
        """Return the newest checkpoint."""
        return self.service.audit_log.head(self.service.principal)

    def ledger_verify(self) -> int:
        """Recompute the ledger; return its size."""
        return self.service.audit_log.verify(self.service.principal)
