"""Export of a trained network: folded, in half precision, as safetensors."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import save_file

from raisonne.fingerprint.training.network import CopyNetwork

WEIGHTS = "copy-v1.safetensors"


def export(network: CopyNetwork, out: Path) -> Path:
    """Write the weights for inference into a folder.

    Returns:
        The file, which holds float16 tensors named as in ``CopyNetwork.folded_state``.
    """
    state = network.folded_state()
    file = out / WEIGHTS
    save_file({name: value.to(torch.float16).contiguous() for name, value in state.items()}, file)
    return file
