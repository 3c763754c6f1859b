from __future__ import annotations

import json

import numpy as np
import pytest
from tests.unit.fingerprint.pictures import painting

torch = pytest.importorskip("torch", reason="needs the models extra")

from torch.nn import functional  # noqa: E402

from raisonne.fingerprint.training.loss import contrastive_loss, entropy_loss  # noqa: E402
from raisonne.fingerprint.training.network import DIMENSIONS, CopyNetwork  # noqa: E402
from raisonne.fingerprint.training.pictures import source_picture  # noqa: E402
from raisonne.fingerprint.training.schedule import Schedule  # noqa: E402
from raisonne.fingerprint.training.trainer import (  # noqa: E402
    CHECKPOINT,
    LOG,
    Plan,
    TrainingPictures,
    train,
)
from raisonne.fingerprint.training.validation import figures, normalised  # noqa: E402

PICTURES = [source_picture(np.asarray(painting(seed)), f"{seed:064x}") for seed in range(9)]
SETS = TrainingPictures(training=PICTURES[:4], extra=PICTURES[4:6], held_out=PICTURES[6:])
SMALL = Schedule(sides=(32,), starts=(0.0,))


def plan(steps):
    return Plan(steps=steps, batch=6, validations=1, schedule=SMALL)


def log_of(folder):
    return [json.loads(line) for line in (folder / LOG).read_text().splitlines()]


def weights_of(network):
    return torch.cat([value.flatten().float() for value in network.state_dict().values()])


def test_a_run_learns_something_and_leaves_a_log(tmp_path):
    network = train(plan(3), SETS, tmp_path)
    record = log_of(tmp_path)[-1]
    assert (record["step"], record["progress"], record["side"]) == (3, 1, 32)
    assert 0 <= record["validation"]["raw"]["micro_ap"] <= 1
    torch.manual_seed(plan(3).seed)
    assert not torch.equal(weights_of(network), weights_of(CopyNetwork()))


def test_a_run_repeats_and_goes_on_where_it_stopped(tmp_path):
    unbroken = train(plan(3), SETS, tmp_path / "unbroken")
    again = train(plan(3), SETS, tmp_path / "again")
    assert torch.equal(weights_of(unbroken), weights_of(again))
    # The finished run's checkpoint, taken for that of a longer one that was stopped there.
    train(plan(5), SETS, tmp_path / "again")
    assert torch.load(tmp_path / "again" / CHECKPOINT, weights_only=True)["position"][0] == 5
    assert [record["step"] for record in log_of(tmp_path / "again")][-1] == 5


def test_a_run_by_the_clock_ends(tmp_path):
    by_clock = Plan(minutes=0.001, batch=2, validations=1, schedule=SMALL)
    train(by_clock, SETS, tmp_path)
    assert log_of(tmp_path)[-1]["progress"] >= 1


def test_folded_weights_describe_alike():
    torch.manual_seed(0)
    network = CopyNetwork()
    with torch.no_grad():
        for _ in range(3):
            network(torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8))
    first = network.eval().stem[0]
    weight, bias = first.folded()
    values = torch.rand(2, 3, 16, 16)
    with torch.no_grad():
        folded = functional.conv2d(values, weight, bias, stride=2, padding=1)
        assert torch.allclose(folded, first(values), atol=1e-5)
    state = network.folded_state()
    assert state["projection.weight"].shape[0] == DIMENSIONS
    assert not any("normalisation" in name for name in state)


def test_vectors_have_length_one_at_every_side():
    network = CopyNetwork().eval()
    with torch.no_grad():
        for side in (32, 65, 112):
            vectors = network(torch.randint(0, 256, (2, 3, side, side), dtype=torch.uint8))
            assert torch.allclose(vectors.norm(dim=1), torch.ones(2), atol=1e-5)


def test_the_contrast_is_that_of_infonce_for_plain_pairs():
    torch.manual_seed(1)
    vectors = functional.normalize(torch.randn(6, 5), dim=1)
    shows = torch.eye(3, dtype=torch.bool).repeat(2, 1)
    logits = (vectors @ vectors.T / 0.1).fill_diagonal_(-torch.inf)
    expected = functional.cross_entropy(logits, torch.tensor([3, 4, 5, 0, 1, 2]))
    assert contrastive_loss(vectors, shows, 0.1).item() == pytest.approx(expected.item(), rel=1e-5)


def test_mixed_views_are_positives_of_both_works():
    vectors = functional.normalize(torch.tensor([[1.0, 0], [0, 1], [1, 0], [1, 1]]), dim=1)
    plain = torch.eye(2, dtype=torch.bool).repeat(2, 1)
    mixed = plain.clone()
    mixed[3, 0] = True
    assert contrastive_loss(vectors, mixed) < contrastive_loss(vectors, plain)


def test_the_entropy_rewards_spread():
    shows = torch.eye(2, dtype=torch.bool).repeat(2, 1)
    near = functional.normalize(torch.tensor([[1.0, 0], [1, 0.1], [1, 0], [1, 0.1]]), dim=1)
    far = torch.tensor([[1.0, 0], [-1, 0], [1, 0], [-1, 0]])
    assert entropy_loss(far, shows) < entropy_loss(near, shows)
    assert entropy_loss(far, shows).item() == pytest.approx(-np.log(2), abs=1e-6)


def test_the_schedule_rises_falls_and_grows():
    schedule = Schedule()
    rates = [schedule.rate(step / 100) for step in range(101)]
    peak = int(np.argmax(rates))
    assert rates[peak] == pytest.approx(schedule.peak_rate, rel=1e-3)
    assert np.all(np.diff(rates[: peak + 1]) >= 0)
    assert np.all(np.diff(rates[peak:]) <= 0)
    assert [schedule.side(progress) for progress in (0, 0.5, 1.2)] == [64, 96, 112]
    assert (schedule.strong_share(0), schedule.strong_share(1)) == (0, 1)


def test_figures_of_a_search_by_hand():
    scores = np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]], np.float32)
    found = figures(scores, np.array([0, 1, -1]))
    assert (found.recall_at_1, found.recall_at_10) == (0.5, 1.0)
    # Ranked: 0.9 right, 0.8, 0.7, 0.3 wrong, 0.2 right, 0.1 wrong; two queries have a work.
    assert found.micro_ap == pytest.approx((1 + 2 / 5) / 2)


def test_normalisation_takes_the_background_away():
    similarity = np.array([[0.9, 0.5], [0.6, 0.5]], np.float32)
    background = np.array([[0.8, 0.1, 0.6], [0.1, 0.0, 0.2]], np.float32)
    assert normalised(similarity, background, nearest=2) == pytest.approx(
        similarity - np.array([[0.7], [0.15]]), abs=1e-6
    )
