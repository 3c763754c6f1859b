"""What people decide: cases are opened by verdicts that ask for review, and closed by a ruling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.events import event
from raisonne.app.ids import new_name
from raisonne.app.ports import Clock, Transaction, Transactions
from raisonne.app.release import Making, Release, Released
from raisonne.app.sealing import BlobStore, SealContext
from raisonne.app.works import ASSET_PURPOSE
from raisonne.policy.access import authorise
from raisonne.policy.engine import Policies
from raisonne.rights.asset import Asset
from raisonne.rights.case import Case, CaseKind, CaseState, Decision, Ruling
from raisonne.rights.errors import ConflictError, InputError, NotFoundError, StorageError
from raisonne.rights.generation import Generation, GenerationState
from raisonne.rights.ledger import LedgerAction
from raisonne.rights.principal import Permission, Principal
from raisonne.rights.verdict import ClearedAsset, Verdict

MAX_NOTE_CHARACTERS = 4_000
"""Longest note of a decision."""
MAX_REASON_CHARACTERS = 64
"""Longest reason code of a decision."""


def open_case(
    verdict: Verdict,
    now: datetime,
    generation: str = "",
    kind: CaseKind = CaseKind.SCREENING,
) -> Case:
    """Return the case that a verdict asks for.

    Args:
        verdict: The verdict.
        now: UTC.
        generation: The artwork that is held or was released before, if one is.
        kind: Why somebody has to decide.
    """
    return Case(
        name=new_name("cases"),
        tenant=verdict.inputs.tenant,
        verdict=verdict.name,
        generation=generation,
        state=CaseState.OPEN,
        decision=None,
        create_time=now,
        kind=kind,
    )


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case with what the reviewer needs to see.

    Attributes:
        case: The case.
        verdict: The verdict that asked for review, with its matches, rights and findings.
    """

    case: Case
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Review:
    """Use cases ``case:*``."""

    release: Release
    blobs: BlobStore
    transactions: Transactions
    policies: Policies
    clock: Clock

    def list(
        self, principal: Principal, *, limit: int, after: str = "", state: CaseState | None = None
    ) -> Sequence[Case]:
        """Return cases in order of opening, at most ``limit`` after the given name.

        Raises:
            AccessError: If the principal may not read cases.
        """
        authorise(self.policies, principal, Permission.CASE_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return transaction.cases.list(principal.tenant, limit=limit, after=after, state=state)

    def get(self, principal: Principal, name: str) -> CaseFile:
        """Return a case with the verdict that opened it.

        Raises:
            AccessError: If the principal may not read cases.
            NotFoundError: If the tenant has no such case.
        """
        authorise(self.policies, principal, Permission.CASE_READ, principal.tenant)
        with self.transactions.read() as transaction:
            return _file(transaction, principal.tenant, name)

    def picture(self, principal: Principal, name: str) -> tuple[str, bytes]:
        """Return the artwork that a case is about: as it is held, or signed once it was released.

        Returns:
            Media type and bytes.

        Raises:
            AccessError: If the principal may not read cases.
            NotFoundError: If the tenant has no such case, or no artwork was held for it.
        """
        case = self.get(principal, name).case
        generation = self._generation(case) if case.generation else None
        if generation is None or not generation.asset:
            raise NotFoundError(f"No artwork was held for {name}.", metadata={"name": name})
        asset, data = self._artwork(case, generation)
        return asset.media_type, data

    def decide(
        self, principal: Principal, name: str, ruling: Ruling, reason: str, note: str = ""
    ) -> Case:
        """Decide a case; a cleared artwork is signed and released in the same transaction.

        One that was released before stays so if it is cleared, and is recalled if it is refused.

        Args:
            principal: The reviewer.
            name: ``cases/{id}``.
            ruling: What is ruled.
            reason: Stable code, letters, digits and underscores, for example ``LICENSED``.
            note: The reviewer's words.

        Raises:
            AccessError: If the principal may not decide cases.
            InputError: If the reason is missing or a text is too long.
            NotFoundError: If the tenant has no such case.
            ConflictError: If it is decided already.
        """
        pinned = replace(self, policies=self.policies.current())
        authorise(pinned.policies, principal, Permission.CASE_DECIDE, principal.tenant)
        _require_words(reason, note)
        file = pinned.get(principal, name)
        if file.case.state is not CaseState.OPEN:
            raise ConflictError(f"{name} is decided already.", metadata={"name": name})
        now = self.clock.now()
        decision = Decision(name, file.verdict.name, ruling, reason, note, principal.id, now)
        held = self._generation(file.case) if file.case.generation else None
        generation, released = self._release(file, held, decision)
        decided = event(
            principal,
            LedgerAction.CASE_DECIDED,
            name,
            now,
            sha256=released.asset.sha256 if released else file.verdict.inputs.sha256,
            details={
                "verdict": file.verdict.name,
                "ruling": ruling.value,
                "reason": reason,
                "generation": file.case.generation,
                "manifest": released.signed.label if released else "",
            },
        )
        with self.transactions.write() as transaction:
            transaction.cases.decide(principal.tenant, decision)
            if released is not None:
                released.write(transaction)
            if held is not None and generation is not None:
                transaction.generations.decide(generation, held.state)
            transaction.outbox.append(decided)
        return replace(file.case, state=CaseState.DECIDED, decision=decision)

    def _release(
        self, file: CaseFile, generation: Generation | None, decision: Decision
    ) -> tuple[Generation | None, Released | None]:
        """Return what the decision makes of an artwork, and its signed file if it was held."""
        if generation is None:
            return None, None
        if generation.state is GenerationState.RELEASED:
            recalled = decision.ruling is Ruling.REFUSE
            state = GenerationState.RECALLED if recalled else generation.state
            return replace(generation, state=state), None
        if decision.ruling is Ruling.REFUSE:
            return replace(generation, state=GenerationState.BLOCKED), None
        if not generation.asset:
            raise ConflictError("The prompt was held before anything was made; make it anew.")
        asset, data = self._artwork(file.case, generation)
        cleared = ClearedAsset(asset, file.verdict, decision)
        making = Making(generation.engine, generation.prompt_sha256, generation.seed)
        released = self.release(cleared, data, making)
        changed = replace(
            generation,
            state=GenerationState.RELEASED,
            asset=released.asset.name,
            manifest_label=released.signed.label,
        )
        return changed, released

    def _generation(self, case: Case) -> Generation:
        with self.transactions.read() as transaction:
            generation = transaction.generations.get(case.tenant, case.generation)
        if generation is None:
            raise StorageError(f"{case.generation} of {case.name} is missing.")
        return generation

    def _artwork(self, case: Case, generation: Generation) -> tuple[Asset, bytes]:
        with self.transactions.read() as transaction:
            asset = transaction.assets.get(case.tenant, generation.asset)
            blob = transaction.assets.blob(case.tenant, generation.asset)
        if asset is None or blob is None:
            raise StorageError(f"{generation.asset} of {case.name} is missing.")
        context = SealContext(asset.tenant, ASSET_PURPOSE, asset.name)
        return asset, self.blobs.get(context, blob)


def _file(transaction: Transaction, tenant: str, name: str) -> CaseFile:
    case = transaction.cases.get(tenant, name)
    if case is None:
        raise NotFoundError(f"There is no case {name!r}.", metadata={"name": name})
    verdict = transaction.verdicts.get(tenant, case.verdict)
    if verdict is None:
        raise StorageError(f"{case.verdict} of {name} is missing.")
    return CaseFile(case, verdict)


def _require_words(reason: str, note: str) -> None:
    if not reason or len(reason) > MAX_REASON_CHARACTERS or not reason.isidentifier():
        raise InputError(
            f"{reason!r} is no reason code: letters, digits and underscores.",
            metadata={"field": "reason"},
        )
    if len(note) > MAX_NOTE_CHARACTERS:
        raise InputError(
            f"The note has {len(note):,} characters; at most {MAX_NOTE_CHARACTERS:,} fit.",
            metadata={"field": "note"},
        )
