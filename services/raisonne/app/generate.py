"""Generate one artwork: screen the prompt, make, check, judge, clear, sign, commit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.check import require_prompt
from raisonne.app.events import event, verdict_details
from raisonne.app.ids import new_name
from raisonne.app.ports import Clock, Engine, GeneratedImage, Transaction, Transactions
from raisonne.app.release import Making, Release, Released
from raisonne.app.review import open_case
from raisonne.app.screening import Question, Screened, Screener
from raisonne.app.sealing import BlobRecord, BlobStore, SealContext
from raisonne.app.territories import normal_territory
from raisonne.app.works import ASSET_PURPOSE
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies, PolicyBundle
from raisonne.rights.asset import Asset, AssetOrigin
from raisonne.rights.generation import Generation, GenerationRequest, GenerationState
from raisonne.rights.ledger import LedgerAction, LedgerEvent
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.statement import WORLD, Use
from raisonne.rights.verdict import ClearedAsset, Outcome, Subject, Verdict

_ACTIONS = {
    GenerationState.RELEASED: LedgerAction.GENERATION_RELEASED,
    GenerationState.HELD: LedgerAction.GENERATION_HELD,
    GenerationState.BLOCKED: LedgerAction.GENERATION_BLOCKED,
}


@dataclass(frozen=True, slots=True)
class GenerationTerms:
    """The conditions of a generation.

    Attributes:
        territory: Where the artwork is to be used, ISO 3166-1 alpha-2 or ``*``.
        operation: The job it belongs to; empty outside a job.
        index: Position within the job.
    """

    territory: str = WORLD
    operation: str = ""
    index: int = 0


@dataclass(frozen=True, slots=True)
class Made:
    """One artwork's record with what a caller needs to see at once.

    Attributes:
        generation: The committed record.
        verdict: On the output, or on the prompt where that was not allowed.
        asset: The signed file's record; None unless released.
        data: The signed file; None unless released.
    """

    generation: Generation
    verdict: Verdict
    asset: Asset | None
    data: bytes | None


@dataclass(frozen=True, slots=True)
class _Outputs:
    """What one attempt yields, to be committed together."""

    state: GenerationState
    verdicts: tuple[Verdict, ...]
    image: GeneratedImage | None = None
    held: tuple[Asset, BlobRecord] | None = None
    released: Released | None = None

    @property
    def asset(self) -> Asset | None:
        """The stored file, if any: signed if released, unsigned if held."""
        if self.released is not None:
            return self.released.asset
        return self.held[0] if self.held is not None else None


@dataclass(frozen=True, slots=True)
class Generate:
    """Use case ``generation:create``, one straight path."""

    engine: Engine
    screener: Screener
    release: Release
    blobs: BlobStore
    transactions: Transactions
    policies: Policies
    clock: Clock

    def __call__(
        self,
        principal: Principal,
        request: GenerationRequest,
        terms: GenerationTerms = GenerationTerms(),
        *,
        also: Callable[[Transaction], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Made:
        """Make one artwork and commit everything about it in one transaction.

        A refused artwork is a normal answer without bytes, not an error.

        Args:
            principal: Who asks.
            request: What to make.
            terms: Where it is to be used, and the job it belongs to.
            also: Further writes for the same transaction, for example a job's progress.
            cancelled: Asked between the engine's steps.

        Raises:
            AccessError: If the principal may not generate.
            InputError: If the request cannot be made; nothing is stored.
            CancelledError: If ``cancelled`` became true; nothing is stored.
        """
        policies = self.policies.current()
        authorise(policies, principal, Permission.GENERATION_CREATE, principal.tenant)
        require_prompt(request.prompt)
        now = self.clock.now()
        question = Question(
            subject=Subject.PROMPT,
            tenant=principal.tenant,
            use=Use.GENERATE_SIMILAR,
            territory=normal_territory(terms.territory),
            at=now,
        )
        outputs = self._make(request, question, policies, cancelled)
        return self._commit(principal, request, terms, outputs, now, also)

    def _make(
        self,
        request: GenerationRequest,
        question: Question,
        policies: PolicyBundle,
        cancelled: Callable[[], bool],
    ) -> _Outputs:
        on_prompt = self.screener.prompt(request.prompt, question, policies)
        if on_prompt.outcome is not Outcome.ALLOW:
            return _Outputs(_state_of(on_prompt), (on_prompt,))
        image = self.engine.generate(request, cancelled)
        on_output = replace(question, subject=Subject.OUTPUT)
        screened = self.screener.picture(image.data, on_output, policies)
        verdicts = (on_prompt, screened.verdict)
        state = _state_of(screened.verdict)
        unsigned = self._asset(image, screened, question)
        match state:
            case GenerationState.RELEASED:
                cleared = ClearedAsset(unsigned, screened.verdict)
                making = Making(
                    self.engine.description, on_prompt.inputs.sha256, request.seed, image.caption
                )
                released = self.release(cleared, image.data, making)
                return _Outputs(state, verdicts, image, released=released)
            case GenerationState.HELD:
                # Kept sealed for the reviewer; nobody else can read it until it is decided.
                context = SealContext(unsigned.tenant, ASSET_PURPOSE, unsigned.name)
                held = (unsigned, self.blobs.put(context, image.data))
                return _Outputs(state, verdicts, image, held=held)
            case GenerationState.BLOCKED | GenerationState.RECALLED:
                return _Outputs(state, verdicts, image)

    def _asset(self, image: GeneratedImage, screened: Screened, question: Question) -> Asset:
        return Asset(
            name=new_name("assets"),
            tenant=question.tenant,
            sha256=screened.sha256,
            pixel_sha256=screened.image.pixel_sha256,
            media_type=image.media_type,
            size_bytes=len(image.data),
            width=screened.image.width,
            height=screened.image.height,
            origin=AssetOrigin.GENERATED,
            create_time=question.at,
        )

    def _commit(
        self,
        principal: Principal,
        request: GenerationRequest,
        terms: GenerationTerms,
        outputs: _Outputs,
        now: datetime,
        also: Callable[[Transaction], None],
    ) -> Made:
        verdict = outputs.verdicts[-1]
        generation = self._record(principal, request, terms, outputs, now)
        happened = self._event(principal, generation, outputs, now)
        generation = replace(generation, ledger_event=happened.id)
        with self.transactions.write() as transaction:
            for given in outputs.verdicts:
                transaction.verdicts.add(given)
            if outputs.held is not None:
                transaction.assets.add(*outputs.held)
            if outputs.released is not None:
                outputs.released.write(transaction)
            transaction.generations.add(generation)
            if outputs.state is GenerationState.HELD:
                transaction.cases.add(open_case(verdict, now, generation.name))
            transaction.outbox.append(happened)
            also(transaction)
        if outputs.released is None:
            return Made(generation, verdict, None, None)
        return Made(generation, verdict, outputs.released.asset, outputs.released.signed.data)

    def _event(
        self, principal: Principal, generation: Generation, outputs: _Outputs, now: datetime
    ) -> LedgerEvent:
        verdict, engine = outputs.verdicts[-1], self.engine.description
        return event(
            principal,
            _ACTIONS[outputs.state],
            generation.name,
            now,
            sha256=outputs.asset.sha256 if outputs.asset else verdict.inputs.sha256,
            details=verdict_details(verdict)
            | {
                "engine": f"{engine.name} {engine.version}",
                "manifest": generation.manifest_label,
            },
        )

    def _record(
        self,
        principal: Principal,
        request: GenerationRequest,
        terms: GenerationTerms,
        outputs: _Outputs,
        now: datetime,
    ) -> Generation:
        image, released = outputs.image, outputs.released
        return Generation(
            name=new_name("generations"),
            tenant=principal.tenant,
            operation=terms.operation,
            index=terms.index,
            state=outputs.state,
            prompt_sha256=outputs.verdicts[0].inputs.sha256,
            seed=request.seed,
            engine=self.engine.description,
            understood_words=image.understood_words if image else (),
            ignored_words=image.ignored_words if image else (),
            asset=outputs.asset.name if outputs.asset else "",
            verdict=outputs.verdicts[-1].name,
            manifest_label=released.signed.label if released else "",
            ledger_event="",
            create_time=now,
        )


def _state_of(verdict: Verdict) -> GenerationState:
    match verdict.outcome:
        case Outcome.ALLOW:
            return GenerationState.RELEASED
        case Outcome.REVIEW:
            return GenerationState.HELD
        case Outcome.BLOCK:
            return GenerationState.BLOCKED
