"""Export of a trained network: batch normalisation folded in, everything in whole numbers.

The convolutions' weights become int8 with one scale for each output, their activations 0 to 255
with one step for each layer, measured on calibration views, so that ``raisonne.fingerprint.
copy_embedder`` computes the same vectors everywhere. After Jacob et al., "Quantization and training
of neural networks for efficient integer-arithmetic-only inference" (CVPR 2018).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from torch import Tensor

from raisonne.fingerprint.copy_embedder import EXACT, POOLED_STEPS, TOP, WEIGHTS
from raisonne.fingerprint.training.network import MEAN, SPREAD, CopyNetwork

_INT8 = 127
_INT12 = 2047
_TINY = 1e-12
_KEPT_SHARE = 0.99999
"""Activations above this quantile are cut off at it."""
_LEAST_TOP = 1e-6


def export(network: CopyNetwork, views: NDArray[np.uint8], out: Path) -> Path:
    """Write the weights for inference into a folder.

    Args:
        network: Trained.
        views: For calibration, of the side at inference, shape (n, side, side, 3).
        out: The folder; must exist.

    Returns:
        The file.
    """
    file = out / WEIGHTS
    save_file(dict(quantised(network, views)), file)
    return file


def quantised(network: CopyNetwork, views: NDArray[np.uint8]) -> Mapping[str, NDArray[Any]]:
    """Return the tensors that ``CopyEmbedder`` computes with, by name.

    Args:
        network: Trained.
        views: For calibration, shape (n, side, side, 3).
    """
    tops = _tops(network.eval(), views)
    state = {name: value.numpy() for name, value in network.folded_state().items()}
    tensors: dict[str, NDArray[Any]] = {"power": np.array(state["power"], np.float64)}
    step, reach = 1 / SPREAD, MEAN
    for name in ("stem.0", "stem.1"):
        tensors |= _convolution(name, state, step, reach)
        step, reach = tops[name] / TOP, float(TOP)
        tensors[f"{name}.step"] = np.array(step, np.float32)
    for number in range(len(network.blocks)):
        name = f"blocks.{number}"
        inner = tops[f"{name}.first"] / TOP
        tensors |= _convolution(f"{name}.first", state, step, reach)
        tensors |= _convolution(f"{name}.second", state, inner, reach)
        tensors[f"{name}.first.step"] = np.array(inner, np.float32)
        if f"{name}.shortcut.weight" in state:
            tensors |= _convolution(f"{name}.shortcut", state, step, reach)
        else:
            tensors[f"{name}.shortcut.step"] = np.array(step, np.float32)
        step = tops[name] / TOP
        tensors[f"{name}.step"] = np.array(step, np.float32)
    weight = state["projection.weight"]
    scale = np.abs(weight).max(axis=1) / _INT12
    tensors["projection.weight"] = np.rint(weight / scale[:, None]).astype(np.int16)
    tensors["projection.scale"] = (scale * step / POOLED_STEPS).astype(np.float64)
    tensors["projection.bias"] = state["projection.bias"].astype(np.float64)
    return tensors


def _convolution(
    name: str, state: Mapping[str, NDArray[Any]], step: float, reach: float
) -> dict[str, NDArray[Any]]:
    """Round the weights of one convolution.

    Args:
        name: Of the convolution.
        state: Folded weights.
        step: What one of its inputs' whole numbers stands for.
        reach: The largest of them.
    """
    weight = state[f"{name}.weight"].transpose(0, 2, 3, 1).astype(np.float64)
    flat = np.abs(weight).reshape(len(weight), -1)
    # Sums of products must stay exact, rounding up of every weight included.
    most = (EXACT - 1) / reach - flat.shape[1] / 2
    scale = np.maximum(np.maximum(flat.max(axis=1) / _INT8, flat.sum(axis=1) / most), _TINY)
    rounded = np.rint(weight / scale[:, None, None, None])
    return {
        f"{name}.weight": np.ascontiguousarray(rounded.transpose(1, 2, 3, 0)).astype(np.int8),
        f"{name}.scale": (scale * step).astype(np.float32),
        f"{name}.bias": state[f"{name}.bias"].astype(np.float32),
    }


def _is_rounded(name: str) -> bool:
    """Tell whether a module's output is rounded: a stem layer's, a block's or its first layer's."""
    room, _, rest = name.partition(".")
    return room in {"stem", "blocks"} and (rest.isdigit() or rest.endswith(".first"))


@torch.no_grad()  # type: ignore[untyped-decorator]  # torch is not followed
def _tops(network: CopyNetwork, views: NDArray[np.uint8]) -> dict[str, float]:
    """Return the highest activation worth keeping of each layer that is rounded."""
    tops: dict[str, float] = {}
    hooks = []
    for name, module in network.named_modules():
        if _is_rounded(name):

            def keep(_: object, __: object, output: Tensor, name: str = name) -> None:
                values = output.float().clamp(min=0).numpy()
                tops[name] = max(float(np.quantile(values, _KEPT_SHARE)), _LEAST_TOP)

            hooks.append(module.register_forward_hook(keep))
    network(torch.from_numpy(views).permute(0, 3, 1, 2))
    for hook in hooks:
        hook.remove()
    return tops
