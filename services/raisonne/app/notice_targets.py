"""What notices are against: found by any of its names, and judged anew from the stored bytes."""

from __future__ import annotations

from dataclasses import dataclass

from raisonne.app.ports import Clock, Transactions
from raisonne.app.screening import Question, Screener
from raisonne.app.sealing import BlobStore, SealContext
from raisonne.app.works import ASSET_PURPOSE
from raisonne.policy.engine import PolicyBundle
from raisonne.rights.errors import (
    ConflictError,
    InputError,
    KeyUnavailableError,
    LimitError,
    NotFoundError,
    StorageError,
)
from raisonne.rights.generation import Generation, GenerationState
from raisonne.rights.statement import Use
from raisonne.rights.verdict import Subject, Verdict
from raisonne.rights.work import Work, WorkState


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a notice is against.

    Attributes:
        tenant: Owner.
        asset: ``assets/{id}`` with its bytes.
        generation: ``generations/{id}``, or empty.
        work: ``works/{id}``, or empty.
    """

    tenant: str
    asset: str
    generation: str = ""
    work: str = ""

    @property
    def name(self) -> str:
        """The artwork or the work."""
        return self.generation or self.work


@dataclass(frozen=True, slots=True)
class Judged:
    """What the screener said of a target.

    Attributes:
        verdict: The answer; None where the bytes could not be judged.
        why_not: Why there is none; empty where there is one.
    """

    verdict: Verdict | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class NoticeTargets:
    """Finds targets and judges them."""

    screener: Screener
    blobs: BlobStore
    transactions: Transactions
    clock: Clock

    def find(self, tenant: str, name: str) -> Target:
        """Return what a name stands for.

        Args:
            tenant: Owner.
            name: ``generations/{id}``, ``assets/{id}`` or ``works/{id}``.

        Raises:
            NotFoundError: If the tenant has nothing of that name that anybody could see.
            ConflictError: If it is withdrawn or recalled already.
        """
        with self.transactions.read() as transaction:
            if name.startswith("generations/"):
                return _artwork(tenant, name, transaction.generations.get(tenant, name))
            if name.startswith("works/"):
                return _work(tenant, name, transaction.works.get(tenant, name))
            generation = transaction.generations.of_asset(tenant, name)
            if generation is not None:
                return _artwork(tenant, name, generation)
            asset = transaction.assets.get(tenant, name)
            found = asset and transaction.works.find_by_sha256(tenant, asset.sha256)
            return _work(tenant, name, found or None)

    def judge(self, target: Target, territory: str, bundle: PolicyBundle) -> Judged:
        """Judge the stored bytes of a target as of now.

        Args:
            target: As found.
            territory: ISO 3166-1 alpha-2, or ``*``.
            bundle: Policies to judge by.
        """
        made = bool(target.generation)
        question = Question(
            subject=Subject.OUTPUT if made else Subject.REFERENCE,
            tenant=target.tenant,
            use=Use.GENERATE_SIMILAR if made else Use.DISPLAY,
            territory=territory,
            at=self.clock.now(),
        )
        with self.transactions.read() as transaction:
            blob = transaction.assets.blob(target.tenant, target.asset)
        if blob is None:
            return Judged(None, f"The file {target.asset} was erased.")
        context = SealContext(target.tenant, ASSET_PURPOSE, target.asset)
        try:
            data = self.blobs.get(context, blob)
            return Judged(self.screener.picture(data, question, bundle).verdict)
        except (InputError, LimitError, StorageError, KeyUnavailableError) as error:
            # A complaint is not turned away because our own file is damaged.
            return Judged(None, f"{error.message} [{error.reason.value}]")


def _artwork(tenant: str, name: str, generation: Generation | None) -> Target:
    recalled = generation is not None and generation.state is GenerationState.RECALLED
    if recalled:
        raise ConflictError(f"{name} is recalled already.", metadata={"name": name})
    if generation is None or generation.state is not GenerationState.RELEASED:
        # Nobody outside has seen what was not released, so nobody can complain about it.
        raise NotFoundError(f"There is no released {name!r}.", metadata={"name": name})
    return Target(tenant, generation.asset, generation=generation.name)


def _work(tenant: str, name: str, work: Work | None) -> Target:
    if work is None:
        raise NotFoundError(f"There is no {name!r}.", metadata={"name": name})
    if work.state is WorkState.WITHDRAWN:
        raise ConflictError(f"{name} is withdrawn already.", metadata={"name": name})
    return Target(tenant, work.asset, work=work.name)
