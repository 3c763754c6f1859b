from __future__ import annotations

import hashlib
import warnings
from importlib.util import find_spec

import numpy as np
import pytest
from tests.unit.fingerprint.pictures import painting

from raisonne.fingerprint.embedding import embedder_from_uri
from raisonne.rights.errors import ConfigError

pytestmark = pytest.mark.skipif(find_spec("torch") is None, reason="needs the models extra")


def traced(folder, module, example):
    """Save a module as a file, as SSCD's are; return its path and its checksum."""
    import torch

    file = folder / "module.torchscript.pt"
    with warnings.catch_warnings():
        # Tracing is on its way out; files that were traced long ago are what is loaded here.
        warnings.simplefilter("ignore")
        torch.jit.trace(module, torch.zeros(example)).save(str(file))
    return file, hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def module(tmp_path_factory):
    """The means of a picture's four quarters, in each channel."""
    from torch import nn

    quarters = nn.Sequential(nn.AdaptiveAvgPool2d(2), nn.Flatten())
    return traced(tmp_path_factory.mktemp("torchscript"), quarters, (1, 3, 8, 8))


def test_vectors_come_from_the_module(module):
    file, checksum = module
    embedder = embedder_from_uri(f"torchscript:{file}?sha256={checksum}")
    vector = embedder.embed(np.asarray(painting()))
    assert embedder.algorithm.startswith(f"torchscript-{checksum[:12]}-")
    assert (vector.shape, vector.dtype, embedder.dimensions) == ((12,), np.float32, 12)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert embedder.embed(np.asarray(painting(1))) @ vector < 0.9999


def test_pictures_are_normalised_as_asked_and_named_apart(module):
    file, checksum = module
    uri = f"torchscript:{file}?sha256={checksum}&side=64"
    usual = embedder_from_uri(uri)
    plain = embedder_from_uri(f"{uri}&mean=0,0,0&std=1,1,1")
    white = np.full((40, 60, 3), 255, np.uint8)
    assert plain.embed(white) == pytest.approx(np.full(12, 12**-0.5), abs=1e-5)
    expected = np.repeat((1 - np.array([0.485, 0.456, 0.406])) / [0.229, 0.224, 0.225], 4)
    assert usual.embed(white) == pytest.approx(expected / np.linalg.norm(expected), abs=1e-5)
    assert plain.algorithm != usual.algorithm


@pytest.mark.parametrize("shape", [(1, 640, 3), (640, 1, 3), (1, 1, 3), (480, 640, 3)])
def test_every_shape_is_described(module, shape):
    file, checksum = module
    embedder = embedder_from_uri(f"torchscript:{file}?sha256={checksum}&side=32")
    pixels = np.full(shape, 200, np.uint8)
    assert np.linalg.norm(embedder.embed(pixels)) == pytest.approx(1, abs=1e-5)


def test_a_file_with_another_checksum_is_not_run(module, tmp_path):
    file, checksum = module
    other = tmp_path / "other.pt"
    other.write_bytes(file.read_bytes() + b"\0")
    with pytest.raises(ConfigError, match="another checksum"):
        embedder_from_uri(f"torchscript:{other}?sha256={checksum}")
    with pytest.raises(ConfigError, match="cannot be read"):
        embedder_from_uri(f"torchscript:{tmp_path / 'absent.pt'}?sha256={checksum}")


@pytest.mark.parametrize(
    "query",
    [
        "",
        "sha256=",
        "sha256=abc",
        f"sha256={'A' * 64}",
        f"sha256={'0' * 64}&sha256={'0' * 64}",
        f"sha256={'0' * 64}&side=large",
        f"sha256={'0' * 64}&side=8",
        f"sha256={'0' * 64}&mean=1,2",
        f"sha256={'0' * 64}&mean=nan,0,0",
        f"sha256={'0' * 64}&std=1,1,0",
        f"sha256={'0' * 64}&weights=x",
    ],
)
def test_malformed_parameters_are_refused(query):
    with pytest.raises(ConfigError):
        embedder_from_uri(f"torchscript:absent.pt?{query}")


def test_files_that_are_no_modules_are_refused(tmp_path):
    file = tmp_path / "text.pt"
    file.write_text("This is no archive.")
    checksum = hashlib.sha256(file.read_bytes()).hexdigest()
    with pytest.raises(ConfigError, match="does not run"):
        embedder_from_uri(f"torchscript:{file}?sha256={checksum}")


def test_modules_that_fail_or_return_no_vectors_are_refused(tmp_path):
    from torch import nn

    file, checksum = traced(tmp_path, nn.Linear(5, 2), (1, 3, 4, 5))
    with pytest.raises(ConfigError, match="does not run"):
        embedder_from_uri(f"torchscript:{file}?sha256={checksum}")
    file, checksum = traced(tmp_path, nn.Identity(), (1, 3, 8, 8))
    with pytest.raises(ConfigError, match="one vector"):
        embedder_from_uri(f"torchscript:{file}?sha256={checksum}")
