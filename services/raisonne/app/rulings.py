"""What a ruling does: computed before the transaction that it commits in, written within it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from raisonne.app.ports import Transaction, Transactions
from raisonne.app.release import Making, Release, Released
from raisonne.app.restoration import restore
from raisonne.app.sealing import BlobStore, SealContext
from raisonne.app.stay_down import StayDown
from raisonne.app.work_records import PreparedWork, withdraw_work
from raisonne.app.works import ASSET_PURPOSE
from raisonne.rights.asset import Asset
from raisonne.rights.case import Case, Decision, Ruling
from raisonne.rights.errors import ConflictError, NotFoundError, StorageError
from raisonne.rights.generation import Generation, GenerationState
from raisonne.rights.principal import Principal
from raisonne.rights.verdict import ClearedAsset, Verdict
from raisonne.rights.work import WorkState


@dataclass(frozen=True, slots=True)
class Effects:
    """What follows from a ruling, not yet committed.

    Attributes:
        case: That is ruled on.
        decision: The ruling.
        was: The artwork before; None if the case is about none.
        generation: The artwork after.
        released: Its signed file, if the ruling releases it.
        entry: The work that keeps down what is taken down, if one is registered.
        appealed: The case whose ruling is contested, if one is.
    """

    case: Case
    decision: Decision
    was: Generation | None
    generation: Generation | None
    released: Released | None
    entry: PreparedWork | None
    appealed: Case | None

    @property
    def stay_down(self) -> str:
        """The work that is registered, or an empty name."""
        return self.entry.work.name if self.entry else ""

    def details(self) -> dict[str, str]:
        """Return what the ledger says of them."""
        case, decision = self.case, self.decision
        always = {
            "verdict": case.verdict,
            "ruling": decision.ruling.value,
            "reason": decision.reason,
            "generation": case.generation,
            "manifest": self.released.signed.label if self.released else "",
        }
        some = {
            "notice": case.notice,
            "work": case.work,
            "stay_down": self.stay_down,
            "appeals": case.appeals,
        }
        return always | {key: value for key, value in some.items() if value}

    def write(self, transaction: Transaction, principal: Principal, now: datetime) -> None:
        """Write everything but the decision itself."""
        if self.released is not None:
            self.released.write(transaction)
        if self.was is not None and self.generation is not None and self.generation != self.was:
            transaction.generations.decide(self.generation, self.was.state)
        if self.case.work and self.decision.ruling is Ruling.REFUSE:
            _take_down(transaction, principal, self.case, now)
        if self.entry is not None:
            self.entry.write(transaction, principal)
        if self.appealed is not None and self.decision.ruling is Ruling.CLEAR:
            self._undo(transaction, principal, self.appealed, now)

    def _undo(
        self, transaction: Transaction, principal: Principal, appealed: Case, now: datetime
    ) -> None:
        refused = appealed.decision is not None and appealed.decision.ruling is Ruling.REFUSE
        if not refused or appealed.restore_time is not None:
            return
        if self.released is not None:
            transaction.cases.restored(appealed.tenant, appealed.name, now)
        elif appealed.generation or appealed.work:
            restore(transaction, principal, appealed, now, self.case.name)


@dataclass(frozen=True, slots=True)
class Rulings:
    """Computes effects, and reads the files that cases are about."""

    release: Release
    blobs: BlobStore
    transactions: Transactions
    stay_down: StayDown

    def effects(
        self, case: Case, verdict: Verdict | None, decision: Decision, *, stay_down: bool
    ) -> Effects:
        """Return what follows from a ruling; a released artwork is signed and stored for it.

        Args:
            case: That is ruled on.
            verdict: That it was opened with; None where nothing could be judged.
            decision: The ruling.
            stay_down: Whether what is taken down is registered.

        Raises:
            ConflictError: If there is nothing that could be released, or that could stay down.
        """
        was = self._generation(case) if case.generation else None
        generation, released = self._release(case, verdict, was, decision)
        now = decision.decide_time
        entry = self.stay_down(case, self.shown(case), now) if stay_down else None
        return Effects(case, decision, was, generation, released, entry, self.appealed(case))

    def appealed(self, case: Case) -> Case | None:
        """Return the case that this one contests, or None."""
        if not case.appeals:
            return None
        with self.transactions.read() as transaction:
            appealed = transaction.cases.get(case.tenant, case.appeals)
        if appealed is None or appealed.decision is None:
            raise StorageError(f"{case.appeals} of {case.name} is missing.")
        return appealed

    def shown(self, case: Case) -> str:
        """Return the asset that a case is about, or an empty name."""
        if case.generation:
            return self._generation(case).asset
        if not case.work:
            return ""
        with self.transactions.read() as transaction:
            work = transaction.works.get(case.tenant, case.work)
        return work.asset if work else ""

    def file(self, case: Case, name: str) -> tuple[Asset, bytes]:
        """Return a file that a case is about.

        Raises:
            NotFoundError: If it was erased.
            StorageError: If it is missing.
        """
        with self.transactions.read() as transaction:
            asset = transaction.assets.get(case.tenant, name)
            blob = transaction.assets.blob(case.tenant, name)
        if asset is None or (blob is None and not case.work):
            raise StorageError(f"{name} of {case.name} is missing.")
        if blob is None:
            raise NotFoundError(f"The file {name} was erased.", metadata={"name": case.name})
        context = SealContext(asset.tenant, ASSET_PURPOSE, asset.name)
        return asset, self.blobs.get(context, blob)

    def _release(
        self,
        case: Case,
        verdict: Verdict | None,
        generation: Generation | None,
        decision: Decision,
    ) -> tuple[Generation | None, Released | None]:
        """Return what the decision makes of an artwork, and its signed file if it was held."""
        if generation is None:
            return None, None
        refused = decision.ruling is Ruling.REFUSE
        held = generation.state is GenerationState.HELD
        if refused and generation.state is GenerationState.RELEASED:
            return replace(generation, state=GenerationState.RECALLED), None
        if refused and held:
            return replace(generation, state=GenerationState.BLOCKED), None
        appealed = generation.state is GenerationState.BLOCKED and bool(case.appeals)
        if refused or not (held or appealed):
            # Released already, or recalled or refused by another ruling, which stands.
            return generation, None
        if not generation.asset or verdict is None:
            raise ConflictError("The prompt was held before anything was made; make it anew.")
        asset, data = self.file(case, generation.asset)
        cleared = ClearedAsset(asset, verdict, decision)
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


def _take_down(transaction: Transaction, principal: Principal, case: Case, now: datetime) -> None:
    work = transaction.works.get(case.tenant, case.work)
    # Its registrant may have withdrawn it meanwhile.
    if work is not None and work.state is WorkState.REGISTERED:
        withdraw_work(transaction, principal, case.work, now, f"{case.name}: {case.notice}")
