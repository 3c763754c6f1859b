"""Exact inner products of many vectors, on the host or on a device, chosen by a URI.

A device says which rows may be among the answers; these are multiplied on the host as
``raisonne.index.products`` does, so answers are the same as the host's, to the last bit. Where a
device leaves doubt, because more rows are equally near than it was asked for, the host answers.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from raisonne.index.device_host import DeviceProducts, HostProducts
from raisonne.index.faiss_gpu_products import FaissProducts, gpu_index, require_gpu
from raisonne.index.torch_products import TorchProducts, torch_with
from raisonne.rights.errors import ConfigError

HOST = "cpu"
_DEVICES = {HOST, "torch", "faiss"}


def is_device(uri: str) -> bool:
    """Return whether a URI is one for ``products_at``, by its first word."""
    return uri.partition(":")[0] in _DEVICES


def products_at(uri: str) -> Callable[[NDArray[np.float16]], DeviceProducts]:
    """Return what takes vectors of shape (n, d), length one, and searches them on a device.

    Args:
        uri: ``cpu``; ``torch:`` and one of torch's devices, such as ``torch:cuda:0``; or
            ``faiss:gpu:`` and a number. The last was never run by us on a GPU.

    Raises:
        ConfigError: If there is no such device (``ENGINE_UNAVAILABLE``), or the URI is not one of
            these (``CONFIG_INVALID``).
    """
    engine, _, device = uri.partition(":")
    if uri == HOST:
        return HostProducts
    if engine == "torch" and device:
        torch = torch_with(device)
        return lambda vectors: TorchProducts(vectors, torch, device)
    if engine == "faiss" and device.startswith("gpu:") and device[4:].isdecimal():
        number = int(device[4:])
        require_gpu(number)
        return lambda vectors: FaissProducts(vectors, gpu_index(vectors, number))
    raise ConfigError(f"{uri!r} is not cpu, torch:DEVICE or faiss:gpu:NUMBER.")
