"""The network: a small residual CNN whose normalisation folds into its convolutions at export."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

CHANNELS = (32, 64, 64, 128, 256)
"""Channels of the two strided stem convolutions and of the three stages."""

BLOCKS = (1, 2, 2)
"""Residual blocks of each stage."""

DIMENSIONS = 256
"""Length of the descriptors."""

MEAN = 128.0
SPREAD = 64.0


class _Convolution(nn.Module):  # type: ignore[misc]  # torch is not followed
    """A convolution and its batch normalisation."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.normalisation = nn.BatchNorm2d(outputs)

    def forward(self, values: Tensor) -> Tensor:
        return self.normalisation(self.convolution(values))

    def folded(self) -> tuple[Tensor, Tensor]:
        """Return the weight and bias of one convolution that does the same at inference."""
        norm = self.normalisation
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weight = self.convolution.weight * scale[:, None, None, None]
        return weight.detach(), (norm.bias - norm.running_mean * scale).detach()


class _Block(nn.Module):  # type: ignore[misc]
    """A basic residual block (He et al., "Deep residual learning", CVPR 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = _Convolution(inputs, outputs, 3, stride)
        self.second = _Convolution(outputs, outputs, 3)
        self.shortcut = (
            None if stride == 1 and inputs == outputs else _Convolution(inputs, outputs, 1, stride)
        )

    def forward(self, values: Tensor) -> Tensor:
        kept = values if self.shortcut is None else self.shortcut(values)
        return functional.relu(self.second(functional.relu(self.first(values))) + kept)


class CopyNetwork(nn.Module):  # type: ignore[misc]
    """Maps pictures to unit vectors in which copies lie close together.

    The last feature map is pooled twice: over the whole picture by generalised means (Radenovic et
    al., "Fine-tuning CNN image retrieval", TPAMI 2019), which follows crops and turns, and by
    averages over 2 x 2 quarters, which keeps the layout. One linear map weighs both.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.ModuleList(
            [_Convolution(3, CHANNELS[0], 3, 2), _Convolution(CHANNELS[0], CHANNELS[1], 3, 2)]
        )
        stages = zip(CHANNELS[1:], CHANNELS[2:], BLOCKS, strict=False)
        self.blocks = nn.ModuleList(
            _Block(inputs if index == 0 else outputs, outputs, self._stride(number, index))
            for number, (inputs, outputs, count) in enumerate(stages)
            for index in range(count)
        )
        self.power = nn.Parameter(torch.tensor(3.0))
        self.projection = nn.Linear(5 * CHANNELS[-1], DIMENSIONS)

    @staticmethod
    def _stride(stage: int, block: int) -> int:
        return 2 if stage > 0 and block == 0 else 1

    def forward(self, pictures: Tensor) -> Tensor:
        """Describe pictures, uint8 or float of levels 0 to 255, shape (n, 3, side, side).

        Returns:
            Shape (n, ``DIMENSIONS``), float32, of length one.
        """
        values = (pictures.float() - MEAN) / SPREAD
        for layer in self.stem:
            values = functional.relu(layer(values))
        for block in self.blocks:
            values = block(values)
        values = values.float().contiguous()
        power = self.power.clamp(1, 8)
        general = values.clamp(min=1e-3).pow(power).mean(dim=(2, 3)).pow(1 / power)
        quarters = functional.adaptive_avg_pool2d(values, 2).flatten(1)
        with torch.autocast("cpu", enabled=False):
            projected = self.projection(torch.cat([general, quarters], dim=1))
        return functional.normalize(projected, dim=1)

    def folded_state(self) -> Mapping[str, Tensor]:
        """Return the weights for inference, batch normalisation folded in, by name."""
        state: dict[str, Tensor] = {}
        for name, module in self.named_modules():
            if isinstance(module, _Convolution):
                state[f"{name}.weight"], state[f"{name}.bias"] = module.folded()
        state["power"] = self.power.detach().clamp(1, 8)
        state["projection.weight"] = self.projection.weight.detach()
        state["projection.bias"] = self.projection.bias.detach()
        return state
