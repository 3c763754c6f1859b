"""Generate one artwork: screen the prompt, make, check, judge, clear, sign, commit."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.check import normal_territory, require_prompt
from raisonne.app.events import event, verdict_details
from raisonne.app.ids import new_name
from raisonne.app.ports import (
    BlobRecord,
    BlobStore,
    Clock,
    CredentialSigner,
    Engine,
    GeneratedImage,
    SealContext,
    Transaction,
    Transactions,
)
from raisonne.app.screening import Question, Screened, Screener
from raisonne.app.works import ASSET_PURPOSE
from raisonne.policy.access import authorise
from raisonne.policy.engine import PolicyBundle
from raisonne.rights.asset import Asset, AssetOrigin
from raisonne.rights.generation import Generation, GenerationRequest, GenerationState
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.provenance import CreationStatement, SignedFile
from raisonne.rights.statement import WORLD, ReservationKind, Use
from raisonne.rights.verdict import ClearedAsset, Outcome, Subject, Verdict

_TRAINING_ENTRIES = ("data_mining", "ai_training", "ai_generative_training", "ai_inference")
_RESERVED_ENTRIES: Mapping[ReservationKind, frozenset[str]] = {
    ReservationKind.TDM: frozenset({"data_mining", "ai_training", "ai_generative_training"}),
    ReservationKind.AI_TRAINING: frozenset({"ai_training", "ai_generative_training"}),
    ReservationKind.AI_GENERATION: frozenset({"ai_inference"}),
    ReservationKind.STYLE: frozenset({"ai_generative_training"}),
}
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
    asset: Asset | None = None
    blob: BlobRecord | None = None
    signed: SignedFile | None = None


@dataclass(frozen=True, slots=True)
class Generate:
    """Use case ``generation:create``, one straight path."""

    engine: Engine
    screener: Screener
    signer: CredentialSigner
    blobs: BlobStore
    transactions: Transactions
    policies: PolicyBundle
    clock: Clock
    reservations: frozenset[ReservationKind]

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
        authorise(self.policies, principal, Permission.GENERATION_CREATE, principal.tenant)
        require_prompt(request.prompt)
        now = self.clock.now()
        question = Question(
            subject=Subject.PROMPT,
            tenant=principal.tenant,
            use=Use.GENERATE_SIMILAR,
            territory=normal_territory(terms.territory),
            at=now,
        )
        outputs = self._make(request, question, cancelled)
        return self._commit(principal, request, terms, outputs, now, also)

    def _make(
        self, request: GenerationRequest, question: Question, cancelled: Callable[[], bool]
    ) -> _Outputs:
        on_prompt = self.screener.prompt(request.prompt, question)
        if on_prompt.outcome is not Outcome.ALLOW:
            return _Outputs(_state_of(on_prompt), (on_prompt,))
        image = self.engine.generate(request, cancelled)
        on_output = replace(question, subject=Subject.OUTPUT)
        screened = self.screener.picture(image.data, on_output)
        verdicts = (on_prompt, screened.verdict)
        state = _state_of(screened.verdict)
        unsigned = self._asset(image, screened, question)
        match state:
            case GenerationState.RELEASED:
                cleared = ClearedAsset(unsigned, screened.verdict)
                return self._release(request, image, cleared, verdicts)
            case GenerationState.HELD:
                # Kept sealed for the reviewer; it can be read by nobody else until decided.
                blob = self._put(unsigned, image.data)
                return _Outputs(state, verdicts, image, unsigned, blob)
            case GenerationState.BLOCKED:
                return _Outputs(state, verdicts, image)

    def _release(
        self,
        request: GenerationRequest,
        image: GeneratedImage,
        cleared: ClearedAsset,
        verdicts: tuple[Verdict, ...],
    ) -> _Outputs:
        signed = self.signer.sign(cleared, image.data, self._statement(request, image, cleared))
        asset = replace(
            cleared.asset,
            sha256=hashlib.sha256(signed.data).hexdigest(),
            size_bytes=len(signed.data),
        )
        blob = self._put(asset, signed.data)
        return _Outputs(GenerationState.RELEASED, verdicts, image, asset, blob, signed)

    def _statement(
        self, request: GenerationRequest, image: GeneratedImage, cleared: ClearedAsset
    ) -> CreationStatement:
        engine = self.engine.description
        reserved = frozenset[str]().union(*(_RESERVED_ENTRIES[kind] for kind in self.reservations))
        return CreationStatement(
            title=f"{cleared.asset.name.rsplit('/', 1)[-1]}.png",
            engine_name=engine.name,
            engine_version=engine.version,
            digital_source_type=engine.digital_source_type,
            description=f"Generated by {engine.name} {engine.version}: {image.caption}",
            when=cleared.asset.create_time,
            prompt_sha256=hashlib.sha256(request.prompt.encode()).hexdigest(),
            seed=request.seed,
            training_mining={
                entry: "notAllowed" if entry in reserved else "allowed"
                for entry in _TRAINING_ENTRIES
            },
            verdict=cleared.verdict.name,
            policy_revision=cleared.verdict.policy_revision,
            index_revision=cleared.verdict.inputs.index_revision,
        )

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

    def _put(self, asset: Asset, data: bytes) -> BlobRecord:
        return self.blobs.put(SealContext(asset.tenant, ASSET_PURPOSE, asset.name), data)

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
        name = new_name("generations")
        happened = event(
            principal,
            _ACTIONS[outputs.state],
            name,
            now,
            sha256=outputs.asset.sha256 if outputs.asset else verdict.inputs.sha256,
            details=verdict_details(verdict)
            | {
                "engine": f"{self.engine.description.name} {self.engine.description.version}",
                "manifest": outputs.signed.label if outputs.signed else "",
            },
        )
        generation = Generation(
            name=name,
            tenant=principal.tenant,
            operation=terms.operation,
            index=terms.index,
            state=outputs.state,
            prompt_sha256=hashlib.sha256(request.prompt.encode()).hexdigest(),
            seed=request.seed,
            engine=self.engine.description,
            understood_words=outputs.image.understood_words if outputs.image else (),
            ignored_words=outputs.image.ignored_words if outputs.image else (),
            asset=outputs.asset.name if outputs.asset else "",
            verdict=verdict.name,
            manifest_label=outputs.signed.label if outputs.signed else "",
            ledger_event=happened.id,
            create_time=now,
        )
        with self.transactions.write() as transaction:
            for given in outputs.verdicts:
                transaction.verdicts.add(given)
            if outputs.asset and outputs.blob:
                transaction.assets.add(outputs.asset, outputs.blob)
            if outputs.signed:
                transaction.manifests.add(
                    principal.tenant,
                    generation.asset,
                    outputs.signed.label,
                    outputs.signed.manifest,
                )
            transaction.generations.add(generation)
            transaction.outbox.append(happened)
            also(transaction)
        if outputs.signed is None:
            return Made(generation, verdict, None, None)
        return Made(generation, verdict, outputs.asset, outputs.signed.data)


def _state_of(verdict: Verdict) -> GenerationState:
    match verdict.outcome:
        case Outcome.ALLOW:
            return GenerationState.RELEASED
        case Outcome.REVIEW:
            return GenerationState.HELD
        case Outcome.BLOCK:
            return GenerationState.BLOCKED
