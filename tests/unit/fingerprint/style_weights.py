"""A tiny style descriptor with random weights, as a TorchScript file."""

from __future__ import annotations

import hashlib
import warnings
from pathlib import Path


def style_uri(folder: Path) -> str:
    """Write the module and return its URI: what roughness random filters see."""
    import torch

    torch.manual_seed(0)
    filters = torch.nn.Conv2d(3, 8, 3)
    with torch.no_grad():
        # Filters one to four see only what is rough; the other four see the same everywhere.
        filters.weight -= filters.weight.mean(dim=(1, 2, 3), keepdim=True)
        filters.weight[4:], filters.bias[:4], filters.bias[4:] = 0, 0, 0.2
    module = torch.nn.Sequential(
        filters, torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten()
    )
    file = folder / "style.pt"
    with warnings.catch_warnings():
        # Scripting is on its way out; what was scripted long ago is what operators have.
        warnings.simplefilter("ignore")
        torch.jit.script(module).save(str(file))
    return f"torchscript:{file}?sha256={hashlib.sha256(file.read_bytes()).hexdigest()}&side=64"
