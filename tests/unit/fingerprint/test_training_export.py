from __future__ import annotations

import csv

import numpy as np
import pytest
from tests.unit.fingerprint.pictures import painting

torch = pytest.importorskip("torch", reason="needs the models extra")

from PIL import Image  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

from raisonne.fingerprint.copy_embedder import EXACT, SIDE, TOP, CopyEmbedder  # noqa: E402
from raisonne.fingerprint.training.export import export, quantised  # noqa: E402
from raisonne.fingerprint.training.network import CopyNetwork  # noqa: E402
from raisonne.fingerprint.training.pictures import source_picture  # noqa: E402
from raisonne.fingerprint.training.record import write_record  # noqa: E402
from raisonne.fingerprint.training.trainer import TrainingPictures  # noqa: E402
from raisonne.rights.errors import InputError  # noqa: E402


def squeezed(seed):
    return np.asarray(painting(seed).resize((SIDE, SIDE), Image.Resampling.BOX))


VIEWS = np.stack([squeezed(seed) for seed in range(8)])


@pytest.fixture(scope="module")
def network():
    """A random network whose normalisation has seen pictures."""
    torch.manual_seed(0)
    network = CopyNetwork()
    with torch.no_grad():
        for _ in range(20):
            network(torch.from_numpy(VIEWS).permute(0, 3, 1, 2))
    return network.eval()


@pytest.fixture(scope="module")
def tensors(network):
    return quantised(network, VIEWS)


def test_whole_numbers_describe_as_the_network_does(network, tensors):
    embedder = CopyEmbedder(tensors)
    with torch.no_grad():
        expected = network(torch.from_numpy(VIEWS).permute(0, 3, 1, 2)).numpy()
    vectors = np.stack([embedder.embed(np.asarray(painting(seed))) for seed in range(8)])
    assert vectors.shape == (8, embedder.dimensions)
    assert (vectors * expected).sum(axis=1).min() > 0.999


def test_a_flat_picture_has_no_direction(tensors):
    assert not CopyEmbedder(tensors).embed(np.full((30, 40, 3), 90, np.uint8)).any()


def test_no_sum_of_products_can_leave_the_exact_range(tensors):
    for name, weight in tensors.items():
        if weight.dtype == np.int8:
            reach = 128 if name == "stem.0.weight" else TOP
            sums = np.abs(weight.astype(int)).reshape(-1, weight.shape[-1]).sum(axis=0)
            assert sums.max() * reach < EXACT, name


def test_exports_are_read_back_as_they_are(network, tensors, tmp_path):
    read = load_file(export(network, VIEWS, tmp_path))
    assert read.keys() == tensors.keys()
    assert all(np.array_equal(read[name], tensors[name]) for name in read)


def test_the_record_names_every_picture(tmp_path):
    digests = [f"{number:064x}" for number in range(3)]
    pictures = [source_picture(VIEWS[0], digest) for digest in digests]
    sets = TrainingPictures(pictures[:1], pictures[2:], pictures[1:2])
    sources = tmp_path / "sources.csv"
    sources.write_text(f"file,sha256,licence\na.jpg,{digests[0]},CC0\nb.jpg,{digests[1]},MIT\n")
    with write_record(sources, sets, tmp_path).open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["use"], row["sha256"], row["licence"]) for row in rows] == [
        ("training", digests[0], "CC0"),
        ("held out", digests[1], "MIT"),
        ("training only", digests[2], ""),
    ]
    with pytest.raises(InputError, match=digests[2]):
        write_record(sources, TrainingPictures(pictures, [], []), tmp_path)
