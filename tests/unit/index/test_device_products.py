"""Devices answer what the host answers, to the last bit, or say why they cannot."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import faiss
import numpy as np
import pytest

from raisonne.index import faiss_gpu_products, products, torch_products
from raisonne.index.device_host import DeviceProducts
from raisonne.index.device_products import products_at
from raisonne.index.faiss_gpu_products import FaissProducts
from raisonne.rights.errors import ConfigError, Reason

torch = pytest.importorskip("torch", reason="torch is not installed: no device was tested")

ROWS, D = 3000, 48


@pytest.fixture(autouse=True)
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_products, "SHARD_ROWS", 1024)
    monkeypatch.setattr(torch_products, "TILE_ROWS", 256)
    monkeypatch.setattr(torch_products, "TILE_QUERIES", 7)


def unit(seed: int, n: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).standard_normal((n, D), dtype=np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def vectors() -> np.ndarray:
    rows = unit(1, ROWS).astype(np.float16)
    rows[500:600] = rows[0]  # More equal rows than a device is asked for.
    rows[7] = np.nan
    return rows


def queries() -> np.ndarray:
    return np.concatenate([unit(1, 1), unit(2, 20)])


def assert_same(found: products.Nearest, expected: products.Nearest) -> None:
    assert np.array_equal(found.query, expected.query)
    assert np.array_equal(found.position, expected.position)
    assert np.array_equal(found.product, expected.product)


def assert_answers_as_the_host(make: Callable[[np.ndarray], DeviceProducts]) -> None:
    on_device, on_host = make(vectors()), products_at("cpu")(vectors())
    rng = np.random.default_rng(3)
    for share in (None, 0.5, 0.02, 0.0):
        live = None
        if share is not None:
            live = np.packbits(rng.random(ROWS) < share, bitorder="little")
        for k in (0, 1, 10, 400, ROWS + 1):
            assert_same(on_device.nearest(queries(), k, live), on_host.nearest(queries(), k, live))
        for threshold in (-2.0, 0.2, 0.999):
            assert_same(
                on_device.within(queries(), threshold, live),
                on_host.within(queries(), threshold, live),
            )
    nothing = queries()[:0]
    assert not len(on_device.nearest(nothing, 3).query)
    assert not len(on_device.within(nothing, 0.3).query)
    empty = make(vectors()[:0])
    assert not len(empty.nearest(queries(), 3).query)
    assert not len(empty.within(queries(), 0.3).query)


def test_torch_on_the_host_answers_as_products_do() -> None:
    assert_answers_as_the_host(products_at("torch:cpu"))


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA here: torch:cuda NOT TESTED")
def test_torch_on_cuda_answers_as_products_do() -> None:
    assert_answers_as_the_host(products_at("torch:cuda:0"))


@pytest.mark.skipif(
    not torch.backends.mps.is_available(), reason="no Metal here: torch:mps NOT TESTED"
)
def test_torch_on_metal_answers_as_products_do() -> None:
    assert_answers_as_the_host(products_at("torch:mps"))


@pytest.mark.skipif(
    getattr(faiss, "get_num_gpus", int)() == 0, reason="no GPU here: faiss:gpu NOT TESTED"
)
def test_faiss_on_a_gpu_answers_as_products_do() -> None:
    assert_answers_as_the_host(products_at("faiss:gpu:0"))


@pytest.mark.parametrize("most", [50, 2048, 4000])
def test_what_faiss_proposes_is_decided_as_on_the_host(
    monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    def on_host(rows: np.ndarray) -> FaissProducts:
        index = faiss.IndexFlatIP(D)
        if len(rows):
            index.add(np.nan_to_num(rows.astype(np.float32)))
        return FaissProducts(rows, index)

    monkeypatch.setattr(faiss_gpu_products, "MOST", most)
    assert_answers_as_the_host(on_host)


@pytest.mark.parametrize("uri", ["", "gpu", "torch", "torch:", "faiss:cpu", "faiss:gpu:", "cuda:0"])
def test_what_names_no_device_is_refused(uri: str) -> None:
    with pytest.raises(ConfigError) as raised:
        products_at(uri)
    assert raised.value.reason is Reason.CONFIG_INVALID


@pytest.mark.parametrize("uri", ["torch:cuda:99", "torch:nothing", "faiss:gpu:99"])
def test_a_device_that_is_not_there_is_refused(uri: str) -> None:
    with pytest.raises(ConfigError) as raised:
        products_at(uri)
    assert raised.value.reason is Reason.ENGINE_UNAVAILABLE


def test_the_index_does_not_import_torch() -> None:
    code = "import raisonne.index.device_products, sys; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
