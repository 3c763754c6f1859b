from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec

import numpy as np
import pytest
from tests.unit.fingerprint.pictures import painting

from raisonne.fingerprint.embedding import embedder_from_uri
from raisonne.rights.errors import ConfigError

pytestmark = pytest.mark.skipif(find_spec("open_clip") is None, reason="needs the models extra")

TINY = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "patch_size": 8},
    "text_cfg": {"context_length": 8, "vocab_size": 64, "width": 64, "heads": 1, "layers": 1},
}


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A tiny model that open_clip knows by name, and a file with its random weights."""
    import open_clip
    import torch
    from safetensors.torch import save_file

    folder = tmp_path_factory.mktemp("open_clip")
    (folder / "tiny-test.json").write_text(json.dumps(TINY))
    open_clip.add_model_config(folder)
    torch.manual_seed(5)
    file = folder / "tiny.safetensors"
    save_file(open_clip.create_model("tiny-test").state_dict(), file)
    return file


def test_vectors_come_from_the_given_weights(weights):
    embedder = embedder_from_uri(f"open_clip:tiny-test?weights={weights}")
    digest = hashlib.sha256(weights.read_bytes()).hexdigest()[:12]
    vector = embedder.embed(np.asarray(painting()))
    assert embedder.algorithm == f"open-clip-tiny-test-{digest}-v1"
    assert (vector.shape, vector.dtype) == ((embedder.dimensions,), np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    again = embedder_from_uri(f"open_clip:tiny-test?weights={weights}")
    assert again.embed(np.asarray(painting())) @ vector == pytest.approx(1, abs=1e-5)
    assert embedder.embed(np.asarray(painting(1))) @ vector < 0.9999


def test_weights_of_another_model_are_refused(weights):
    with pytest.raises(ConfigError, match="do not load"):
        embedder_from_uri(f"open_clip:RN50?weights={weights}")


def test_unknown_models_and_hub_names_are_refused(weights):
    for model in ("no-such-model", "hf-hub:someone/model", "roberta-ViT-B-32"):
        with pytest.raises(ConfigError, match="no self-contained model"):
            embedder_from_uri(f"open_clip:{model}?weights={weights}")


def test_only_safetensors_files_are_read(weights, tmp_path):
    pickled = tmp_path / "weights.pt"
    pickled.write_bytes(weights.read_bytes())
    for path in (pickled, tmp_path / "absent.safetensors"):
        with pytest.raises(ConfigError, match=r"not a \.safetensors file"):
            embedder_from_uri(f"open_clip:tiny-test?weights={path}")


def test_damaged_weights_are_refused(tmp_path, weights):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ConfigError, match="do not load"):
        embedder_from_uri(f"open_clip:tiny-test?weights={broken}")
