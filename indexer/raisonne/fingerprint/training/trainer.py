"""The training run: steps, running averages of the weights, checkpoints, validation and its log."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from raisonne.fingerprint.training.loss import ENTROPY_WEIGHT, contrastive_loss, entropy_loss
from raisonne.fingerprint.training.network import CopyNetwork
from raisonne.fingerprint.training.pictures import SourcePicture
from raisonne.fingerprint.training.schedule import Schedule
from raisonne.fingerprint.training.validation import Report, validate
from raisonne.fingerprint.training.views import training_views

CHECKPOINT = "checkpoint.pt"
LOG = "training.jsonl"

_AVERAGE_DECAY = 0.998
_GRADIENT_NORM = 1.0
_LOG_EVERY = 50
_CHECKPOINT_SECONDS = 120.0
_WORKS_SHARE = 0.65
_GLANCE = 120


@dataclass(frozen=True, slots=True)
class Plan:
    """What to train, and for how long.

    Attributes:
        steps: Length of the run in optimisation steps; reproducible. None to go by the time.
        minutes: Length of the run in processor time, validation left out, when ``steps`` is None;
            a busy machine only makes it take longer.
        batch: Works a step.
        extra_share: Share of each batch that comes from the training-only pictures.
        weight_decay: Of AdamW.
        seed: Decides the first weights and all views.
        validations: How many times the run is validated, the end included.
        schedule: Of the learning rate and the sides.
    """

    steps: int | None = None
    minutes: float = 80.0
    batch: int = 64
    extra_share: float = 0.35
    weight_decay: float = 0.05
    seed: int = 1
    validations: int = 8
    schedule: Schedule = field(default_factory=Schedule)


@dataclass(slots=True)
class _Run:
    network: CopyNetwork
    averaged: CopyNetwork
    optimiser: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0
    validated: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class TrainingPictures:
    """The pictures of a run.

    Attributes:
        training: Trained on.
        extra: Trained on too, up to ``Plan.extra_share`` of a batch.
        held_out: Validated on.
    """

    training: Sequence[SourcePicture]
    extra: Sequence[SourcePicture]
    held_out: Sequence[SourcePicture]


def train(plan: Plan, pictures: TrainingPictures, out: Path) -> CopyNetwork:
    """Train a network, or go on where the checkpoint in the folder says.

    Args:
        plan: Length and settings.
        pictures: All there are.
        out: Folder for the checkpoint and the log, which is appended to.

    Returns:
        The network with averaged weights, set to inference.
    """
    out.mkdir(parents=True, exist_ok=True)
    run = _begun(plan)
    if (out / CHECKPOINT).exists():
        _restore(run, out / CHECKPOINT)
    saved = time.monotonic()
    while (progress := _progress(plan, run)) < 1:
        began = time.process_time()
        losses = _step(run, plan, pictures, progress)
        run.step += 1
        run.seconds += time.process_time() - began
        if run.step % _LOG_EVERY == 0:
            _log(out, {**_where(run, plan), **losses})
        if progress * plan.validations >= run.validated + 1:
            run.validated += 1
            report = validated(run.averaged, pictures, plan.schedule.sides[-1], _GLANCE)
            _log(out, {**_where(run, plan), "validation": asdict(report)})
        if time.monotonic() - saved > _CHECKPOINT_SECONDS:
            _save(run, out / CHECKPOINT)
            saved = time.monotonic()
    _save(run, out / CHECKPOINT)
    report = validated(run.averaged, pictures, plan.schedule.sides[-1])
    _log(out, {**_where(run, plan), "validation": asdict(report)})
    run.averaged.eval()
    return run.averaged


def validated(
    network: CopyNetwork, pictures: TrainingPictures, side: int, most: int | None = None
) -> Report:
    """Validate a network on held-out pictures, a part of which is never registered.

    Args:
        network: Set to inference here.
        pictures: Those of the run.
        side: Of the views.
        most: How many held-out pictures to use; all by default.
    """
    network.eval()

    def describe(views: NDArray[np.uint8]) -> NDArray[np.float32]:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            return np.asarray(network(_tensor(views)).float().numpy(), np.float32)

    used = pictures.held_out[:most]
    works = round(len(used) * _WORKS_SHARE)
    return validate(describe, used[:works], used[works:], pictures.training, side)


def _begun(plan: Plan) -> _Run:
    torch.manual_seed(plan.seed)
    network = CopyNetwork().to(memory_format=torch.channels_last)
    averaged = CopyNetwork().to(memory_format=torch.channels_last)
    averaged.load_state_dict(network.state_dict())
    # Biases and normalisation are left undecayed, as is usual.
    weights = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    optimiser = torch.optim.AdamW(
        [{"params": weights, "weight_decay": plan.weight_decay}, {"params": others}],
        weight_decay=0.0,
    )
    return _Run(network, averaged, optimiser)


def _step(run: _Run, plan: Plan, pictures: TrainingPictures, progress: float) -> dict[str, float]:
    # One source of chance a step: a resumed run draws what an unbroken one would have drawn.
    chance = np.random.default_rng([plan.seed, run.step])
    side, share = plan.schedule.side(progress), plan.schedule.strong_share(progress)
    views, shows = training_views(_batch(plan, pictures, chance), side, share, chance)
    for group in run.optimiser.param_groups:
        group["lr"] = plan.schedule.rate(progress)
    run.network.train()
    with torch.autocast("cpu", torch.bfloat16):
        vectors = run.network(_tensor(views))
    membership = torch.from_numpy(shows)
    contrast = contrastive_loss(vectors, membership)
    entropy = entropy_loss(vectors, membership)
    run.optimiser.zero_grad()
    (contrast + ENTROPY_WEIGHT * entropy).backward()
    torch.nn.utils.clip_grad_norm_(run.network.parameters(), _GRADIENT_NORM)
    run.optimiser.step()
    _average(run)
    return {"contrast": contrast.item(), "entropy": entropy.item()}


def _batch(
    plan: Plan, pictures: TrainingPictures, chance: np.random.Generator
) -> list[SourcePicture]:
    extra = min(round(plan.batch * plan.extra_share), len(pictures.extra))
    main = min(plan.batch - extra, len(pictures.training))
    return [
        source[index]
        for source, count in ((pictures.training, main), (pictures.extra, extra))
        for index in chance.choice(len(source), count, replace=False)
    ]


@torch.no_grad()  # type: ignore[untyped-decorator]  # torch is not followed
def _average(run: _Run) -> None:
    decay = min(_AVERAGE_DECAY, (1 + run.step) / (10 + run.step))
    averaged = run.averaged.state_dict()
    for name, value in run.network.state_dict().items():
        if value.is_floating_point():
            averaged[name].lerp_(value, 1 - decay)


def _tensor(views: NDArray[np.uint8]) -> Tensor:
    """Return views, shape (n, side, side, 3), as (n, 3, side, side) without copying."""
    return torch.from_numpy(views).permute(0, 3, 1, 2)


def _progress(plan: Plan, run: _Run) -> float:
    if plan.steps is not None:
        return run.step / plan.steps
    return run.seconds / (60 * plan.minutes)


def _where(run: _Run, plan: Plan) -> dict[str, Any]:
    progress = _progress(plan, run)
    return {
        "step": run.step,
        "seconds": round(run.seconds),
        "progress": round(progress, 4),
        "side": plan.schedule.side(progress),
    }


def _log(out: Path, record: dict[str, Any]) -> None:
    with (out / LOG).open("a", encoding="utf-8") as file:
        file.write(json.dumps(record) + "\n")


def _save(run: _Run, file: Path) -> None:
    """Replace the checkpoint at once, so that a killed run never leaves half of one."""
    state = {
        "network": run.network.state_dict(),
        "averaged": run.averaged.state_dict(),
        "optimiser": run.optimiser.state_dict(),
        "position": [run.step, run.seconds, run.validated],
    }
    unfinished = file.with_suffix(".part")
    torch.save(state, unfinished)
    unfinished.replace(file)


def _restore(run: _Run, file: Path) -> None:
    state = torch.load(file, weights_only=True)
    run.network.load_state_dict(state["network"])
    run.averaged.load_state_dict(state["averaged"])
    run.optimiser.load_state_dict(state["optimiser"])
    run.step, run.seconds, run.validated = state["position"]
