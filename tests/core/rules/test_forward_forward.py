"""Forward-Forward: its step against differences of each level's loss, and solved problems."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from nbn_core import Dataset, StopReason, Topology, Training, generators, initial_weights, train
from nbn_core.errors import SettingError
from nbn_core.rules import RULES
from nbn_core.rules.engines.forward_forward import ForwardForwardState
from nbn_core.rules.forward_forward import ForwardForward

RULE = RULES["forward_forward"]
PARITY = (Topology.mlp([4, 16, 16, 1], output="bipolar"), generators.parity(4))


def losses(topology, weights, more, dataset, loss: str, alpha: float, given=None):
    """Return loss and normalised activities of each level; `given` replaces them as inputs."""
    scale = np.where(dataset.inputs.std(axis=0) > 0, dataset.inputs.std(axis=0), 1)
    inputs = (dataset.inputs - dataset.inputs.mean(axis=0)) / scale
    classes, labels = np.unique(dataset.targets, axis=0, return_inverse=True)
    labels = labels.reshape(-1)
    widths = [16, 16]
    good, divided = [], []
    for side, own in enumerate((labels, 1 - labels)):
        x = np.concatenate([inputs, np.eye(len(classes))[own]], axis=1)
        start, goodness, seen = 0, [], []
        for level, width in enumerate(widths):
            n_inputs = 4 if level == 0 else 16
            block = weights[start : start + width * (1 + n_inputs)].reshape(width, -1)
            start += block.size
            matrix = np.concatenate([block[:, 1:], more], axis=1) if level == 0 else block[:, 1:]
            h = np.maximum(x @ matrix.T + block[:, 0], 0)
            g = (h**2).sum(axis=1)
            goodness.append(g / width if loss == "pairs" else g - width)
            x = h / (np.sqrt((h**2).mean(axis=1, keepdims=True)) + 1e-6)
            seen.append(x)
            x = x if given is None else given[side][level]
        good.append(goodness)
        divided.append(seen)
    if loss == "pairs":
        values = [np.log1p(np.exp(-alpha * (p - n))).mean() for p, n in zip(*good, strict=True)]
    else:
        values = [
            (np.log1p(np.exp(-p)) + np.log1p(np.exp(n))).mean() / 2
            for p, n in zip(*good, strict=True)
        ]
    return np.array(values), divided


@pytest.mark.parametrize("loss", ["pairs", "threshold"])
def test_a_step_goes_down_the_gradient_of_each_levels_own_loss(loss: str) -> None:
    topology, dataset = PARITY
    weights = 0.3 * initial_weights(topology, seed=4)
    training = Training(
        topology, dataset, "forward_forward", weights=weights, loss=loss, optimiser="sgd",
        rate=1e-3, peer=0.0, sharpness=2.0, max_iterations=1, target_sse=0.0,
    )  # fmt: skip
    state = training._state
    n = topology.n_weights
    more = state.weights[n:].reshape(16, 2).copy()
    training.advance()
    moved = (state.weights - np.concatenate([weights, more.ravel()])) / -1e-3
    _, given = losses(topology, weights, more, dataset, loss, 2.0)
    hidden = 16 * 5 + 16 * 17
    for k in [0, 1, 7, 79, 80, 85, 200, hidden - 1]:
        shift = np.zeros(n)
        shift[k] = 1e-6
        up, _ = losses(topology, weights + shift, more, dataset, loss, 2.0, given)
        down, _ = losses(topology, weights - shift, more, dataset, loss, 2.0, given)
        slope = (up - down).sum() / 2e-6
        assert moved[k] == pytest.approx(slope, rel=1e-5, abs=1e-8)
    for i, j in [(0, 0), (3, 1), (15, 0)]:
        shift = np.zeros_like(more)
        shift[i, j] = 1e-6
        up, _ = losses(topology, weights, more + shift, dataset, loss, 2.0, given)
        down, _ = losses(topology, weights, more - shift, dataset, loss, 2.0, given)
        slope = (up - down).sum() / 2e-6
        assert moved[n + 2 * i + j] == pytest.approx(slope, rel=1e-5, abs=1e-8)


def accuracy(training: Training, dataset: Dataset) -> float:
    rule = training._rule
    assert isinstance(rule, ForwardForward)
    outputs = rule.predict(training._state, dataset.inputs)
    if dataset.n_outputs > 1:
        return float((outputs.argmax(axis=1) == dataset.targets.argmax(axis=1)).mean())
    return float(((outputs > 0) == (dataset.targets > 0)).mean())


def finish(training: Training) -> Training:
    while training.stop is None:
        training.advance()
    return training


@pytest.mark.parametrize("loss", ["pairs", "threshold"])
@pytest.mark.parametrize("problem", ["parity", "circles"])
def test_parity_and_circles_are_solved(problem: str, loss: str) -> None:
    dataset = generators.parity(4) if problem == "parity" else generators.circles()
    topology = Topology.mlp([dataset.n_inputs, 32, 32, 1], output="bipolar")
    training = Training(
        topology, dataset, "forward_forward", loss=loss, max_iterations=800, target_sse=0.0
    )
    assert accuracy(finish(training), dataset) == 1
    assert training.trace().sse[-1] < 2


def test_predictions_have_the_sse_of_the_trace() -> None:
    for inference in ("goodness", "head"):
        training = Training(*PARITY, "forward_forward", inference=inference, max_iterations=50)
        finish(training)
        outputs = RULE.predict(training._state, PARITY[1].inputs)
        sse = ((PARITY[1].targets - outputs) ** 2).sum()
        assert training.trace().sse[-1] == pytest.approx(sse, rel=1e-12)


def test_regression_is_classification_into_bins() -> None:
    dataset = generators.sinc()
    topology = Topology.mlp([dataset.n_inputs, 32, 32, 1])
    assert "classes" in (RULE.remark(topology, dataset) or "")
    result = train(
        topology, dataset, "forward_forward", octaves=2, max_iterations=600, target_sse=0.0
    )
    assert result.sse < 0.2 * ((dataset.targets - dataset.targets.mean()) ** 2).sum()


def test_the_goodness_of_positive_and_negative_patterns_is_kept() -> None:
    training = finish(Training(*PARITY, "forward_forward", max_iterations=300, target_sse=0.0))
    goodness = training._state.goodness
    assert goodness.shape == (len(training.trace()), 2, 2)
    assert (goodness[-1, 0] > goodness[-1, 1]).all()


def test_a_run_is_bit_identical_for_any_slices() -> None:
    settings = {"max_iterations": 260, "target_sse": 0.0, "batch_size": 5}
    whole = train(*PARITY, "forward_forward", **settings).trace
    cut = Training(*PARITY, "forward_forward", **settings)
    cut.advance(iterations=3)
    while cut.stop is None:
        cut.advance(seconds=0.0003)
    for column in ("sse", "gradient_norm", "weights", "iterations", "work"):
        np.testing.assert_array_equal(getattr(cut.trace(), column), getattr(whole, column))


@pytest.mark.parametrize(
    ("topology", "dataset", "word"),
    [
        (Topology.fcc(4, 6, 1), generators.parity(4), "normalises"),
        (Topology.mlp([4, 1]), generators.parity(4), "hidden"),
        (Topology.mlp([4, 3, 1]), generators.parity(4), "level of 3"),
    ],
)
def test_unsuitable_networks_and_data_are_refused(topology, dataset, word: str) -> None:
    assert word in (RULE.refuses(topology, dataset) or "")
    with pytest.raises(SettingError, match=word):
        Training(topology, dataset, "forward_forward")


def test_narrow_levels_are_reported() -> None:
    assert RULE.refuses(Topology.mlp([4, 8, 8, 1]), generators.parity(4)) is None
    assert "8" in (RULE.remark(Topology.mlp([4, 8, 8, 1]), generators.parity(4)) or "")
    assert RULE.remark(*PARITY) is None


def test_divergence_is_a_stop_reason_not_an_error() -> None:
    result = train(*PARITY, "forward_forward", rate=1e3, optimiser="sgd", max_iterations=400)
    assert result.stop in (StopReason.DIVERGED, StopReason.MAX_ITERATIONS)
    assert np.isfinite(result.weights).all()


@pytest.mark.parametrize("loss", ["pairs", "threshold"])
def test_goodness_by_label_and_level_adds_up_to_the_prediction(loss: str) -> None:
    data = generators.circles(n_points=90)
    training = Training(Topology.mlp([2, 9, 7, 8, 1]), data, "forward_forward", loss=loss)
    training.advance(iterations=30)
    state, rule = training.state, ForwardForward()
    assert isinstance(state, ForwardForwardState)
    goodness = rule.goodness_of(state, data.inputs)
    assert goodness.shape == (90, 2, 3)
    # Three levels: the first does not count. The outputs mix the targets by the softmax.
    scores = (4.0 if loss == "pairs" else 1.0) * goodness[:, :, 1:].sum(axis=2)
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    assert_allclose(training.predict(data.inputs), shares @ state.classes, rtol=1e-9, atol=1e-12)
