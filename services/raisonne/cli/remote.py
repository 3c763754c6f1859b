"""The gateway to a served product: the same answers over gRPC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta

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
from raisonne.cli.gateway import Answer, MadeFile
from raisonne.cli.remote_claims import RemoteClaims
from raisonne.client import Client, NewLicence
from raisonne.rights.alternative import NO_ALTERNATIVES
from raisonne.rights.case import Case, CaseState, Ruling
from raisonne.rights.generation import Generation, GenerationState
from raisonne.rights.ledger import Checkpoint
from raisonne.rights.notice import CounterNotice, CounterWords, Notice, NoticeEvent, NoticeState
from raisonne.rights.provenance import CredentialReport
from raisonne.rights.recorded_licence import Licence
from raisonne.rights.statement_of_reasons import StatementOfReasons
from raisonne.rights.use_answer import UseAnswer
from raisonne.rights.verdict import Outcome
from raisonne.rights.work import Work, WorkState, WorkVersion, version_at


@dataclass(frozen=True, slots=True)
class RemoteGateway:
    """Implements ``Gateway`` over a connection."""

    client: Client

    @property
    def claims(self) -> RemoteClaims:
        """Documents, contested titles, registrations with offices."""
        return RemoteClaims(self.client)

    def check(self, data: bytes, terms: CheckTerms) -> Answer:
        """Check a picture."""
        checked = self.client.screening.check_asset(
            data,
            use=terms.use,
            territory=terms.territory,
            at=terms.at,
            index_revision=terms.index_revision,
        )
        return Answer(checked.verdict, checked.alternatives)

    def check_prompt(self, text: str, terms: CheckTerms) -> Answer:
        """Check the words of a prompt."""
        screening = self.client.screening
        verdict = screening.check_prompt(
            text, use=terms.use, territory=terms.territory, at=terms.at
        )
        if verdict.outcome is Outcome.ALLOW:
            return Answer(verdict, NO_ALTERNATIVES)
        return Answer(verdict, screening.alternatives(verdict.name))

    def register(self, draft: WorkDraft) -> Registration:
        """Register a work."""
        registered = self.client.works.register(
            draft.data,
            title=draft.title,
            holder=draft.holder,
            collection=draft.collection,
            external_id=draft.external_id,
            source=draft.source,
            rights=draft.rights,
        )
        return Registration(registered.work, registered.created, registered.rights)

    def settle(self) -> None:
        """Do nothing: the server keeps its index in order by itself."""

    def works(self) -> Iterator[Work]:
        """Iterate over all works."""
        return self.client.works.list()

    def works_as_of(self, at: datetime | None, state: WorkState | None) -> Iterator[Work]:
        """Iterate over works as they were at a time: those in a state then, or all."""
        if at is None:
            yield from self.client.works.list(state=state)
            return
        for work in self.client.works.list():
            then = version_at(self.client.works.history(work.name), at).work
            if state is None or then.state is state:
                yield then

    def count_works(self, state: WorkState | None) -> int | None:  # noqa: ARG002
        """Return None: a server does not tell how many works it has."""
        return None

    def works_by_use(self, terms: UseTerms) -> Iterator[UseAnswer]:
        """Iterate over works that may be used so, or may not."""
        return self.client.works.list_by_use(
            terms.use,
            territory=terms.territory,
            at=terms.at,
            denied=terms.denied,
            state=terms.state,
        )

    def work(self, name: str) -> Work:
        """Return one work."""
        return self.client.works.get(name)

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
        return self.client.works.update(
            name,
            title=change.title,
            holder=change.holder,
            collection=change.collection,
            external_id=change.external_id,
            source=change.source,
            rights=change.rights,
            effective_time=effective_time,
            note=note,
            revision=revision,
        )

    def history(self, name: str) -> Sequence[WorkVersion]:
        """Return all versions of a work's record."""
        return self.client.works.history(name)

    def withdraw(self, name: str) -> Work:
        """Withdraw a work."""
        return self.client.works.withdraw(name)

    def record_licence(self, works: Sequence[str], draft: LicenceDraft) -> Sequence[Licence]:
        """Record a licence for works."""
        wanted = {field.name: getattr(draft, field.name) for field in fields(NewLicence)}
        return self.client.licences.create(works, NewLicence(**wanted))

    def licences(self, query: LicenceQuery) -> Iterator[Licence]:
        """Iterate over licences, those first that end first."""
        return self.client.licences.list(
            work=query.work, with_ended=query.with_ended, expiring_by=query.expiring_by
        )

    def revoke_licence(self, name: str, *, end_time: datetime | None, note: str) -> Licence:
        """Revoke a licence as of a time."""
        return self.client.licences.revoke(name, end_time=end_time, note=note)

    def asset(self, name: str) -> bytes:
        """Return a registered or released file."""
        return self.client.assets.download(name).data

    def generate(self, order: GenerationOrder) -> Iterator[MadeFile]:
        """Make artworks as one operation, then fetch them."""
        operation = self.client.generations.generate(
            order.prompt,
            width=order.width,
            height=order.height,
            count=order.count,
            seed=order.seed,
            territory=order.territory,
        )
        for generation in operation.wait():
            yield self._made(generation)

    def verify(self, data: bytes) -> CredentialReport:
        """Read a credential."""
        return self.client.credentials.verify(data)

    def cases(self, state: CaseState | None) -> Iterator[Case]:
        """Iterate over cases."""
        return self.client.cases.list(state=state)

    def case(self, name: str) -> CaseFile:
        """Return a case with the verdict that opened it."""
        file = self.client.cases.get(name)
        return CaseFile(file.case, file.verdict)

    def decide(
        self, name: str, ruling: Ruling, reason: str, note: str, *, stay_down: bool = False
    ) -> Case:
        """Decide a case."""
        return self.client.cases.decide(name, ruling, reason, note, stay_down=stay_down)

    def confirm(self, name: str, *, agree: bool) -> Case:
        """Agree with what is proposed, or do not."""
        return self.client.cases.confirm(name, agree=agree)

    def claim(self, name: str, lease: timedelta) -> Case:
        """Lease a case."""
        return self.client.cases.claim(name, lease)

    def release(self, name: str) -> Case:
        """End the lease of a case."""
        return self.client.cases.release(name)

    def undo(self, name: str) -> Case:
        """Take a ruling back."""
        return self.client.cases.undo(name)

    def appeal(self, name: str, grounds: str) -> Case:
        """Contest a ruling."""
        return self.client.cases.appeal(name, grounds)

    def grounds(self, name: str) -> str:
        """Return why a ruling is contested."""
        return self.client.cases.grounds(name)

    def reasons(self, name: str) -> StatementOfReasons:
        """Return the statement of reasons of a ruling."""
        return self.client.cases.reasons(name)

    def file_notice(self, filing: Filing) -> NoticeFile:
        """File a notice."""
        file = self.client.notices.file(
            filing.words,
            targets=filing.targets,
            basis=filing.basis,
            work=filing.work,
            territory=filing.territory,
        )
        return NoticeFile(file.notice, file.words, file.cases)

    def notices(self, state: NoticeState | None) -> Iterator[Notice]:
        """Iterate over notices."""
        return self.client.notices.list(state=state)

    def notice(self, name: str) -> NoticeFile:
        """Return a notice with what was written."""
        file = self.client.notices.get(name)
        return NoticeFile(file.notice, file.words, file.cases)

    def declare(self, name: str, event: NoticeEvent) -> Notice:
        """Record what a notifier makes known later."""
        return self.client.notices.declare(name, event)

    def counter(self, case: str, words: CounterWords) -> CounterNotice:
        """File a counter-notice."""
        return self.client.notices.counter(case, words)

    def counter_notice(self, case: str) -> CounterFile:
        """Return the counter-notice that contests a case."""
        file = self.client.notices.get_counter(case)
        return CounterFile(file.counter, file.words)

    def restore(self, case: str) -> Case:
        """Make available again what a notice took down."""
        return self.client.notices.restore(case)

    def ledger_head(self) -> Checkpoint:
        """Return the newest checkpoint."""
        return self.client.ledger.checkpoint()

    def ledger_verify(self) -> int:
        """Recompute the ledger; return its size."""
        return self.client.ledger.verify()

    def _made(self, generation: Generation) -> MadeFile:
        released = generation.state is GenerationState.RELEASED
        return MadeFile(
            generation=generation,
            verdict=self.client.screening.get_verdict(generation.verdict),
            data=self.client.assets.download(generation.asset).data if released else None,
            ledger_entry=self.client.ledger.entry_of(generation.ledger_event),
        )
