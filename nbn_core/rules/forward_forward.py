"""Forward-Forward: no backward pass; every level learns to tell correct labels from wrong ones.

The class of a pattern is an additional input, in label slots. A positive pattern has its correct
class in the slots, a negative one a wrong class. Each level l reads the activities of the level
before, normalised so that it cannot use the goodness of that level, and has a goodness of its own,
its squared length:

    n(x) = x / sqrt(mean x^2),    h = f(W n(x) + b),    g = sum h^2  or  mean h^2

    threshold   -log s(g_pos - K_l) - log(1 - s(g_neg - K_l)),    g = sum h^2, K_l neurons  (Hinton)
    pairs       log(1 + exp(-alpha (g_pos - g_neg))),             g = mean h^2               (SymBa)

Each level descends the gradient of its own loss only; s is the logistic function. Peer
normalisation moves neurons that are less or more active than the others of their level towards
them. A prediction runs the network with every class and sums the goodness of all levels (of all but
the first, if there are three or more); the outputs are the targets of the classes, averaged with
the softmax of these sums. Alternatively ("head") the network runs once with a neutral label, and
the drawn output neurons read the normalised activities; they learn by the delta rule.

Adaptations of this lab: inputs are standardised, with their sines and cosines if `octaves` is set;
hidden neurons are rectifiers unless `rectified` is off; for regression the targets are divided into
bins that serve as classes. The trace holds the drawn weights; the state also holds those of
features and slots, which are needed to predict. The gradient norm is that of the last batch.

References
----------
Hinton, The forward-forward algorithm, arXiv 2212.13345, 2022, and his published code.
Lee & Song, SymBa: symmetric backpropagation-free contrastive learning, arXiv 2303.08418, 2023.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbn_core.data import Dataset
from nbn_core.kernels import first_order, forward_forward, goodness
from nbn_core.kernels.forward import BLOCK
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules.base import ALTERNATIVES, LearningRule, Uses
from nbn_core.rules.common_options import OPTIMISATION, rate_option
from nbn_core.rules.engines.first_order import new_counters, rule_constants, rule_options
from nbn_core.rules.engines.time_slices import run_slice, trace_columns
from nbn_core.rules.option import Option
from nbn_core.trace import EVERY, Record, StopReason
from nbn_core.types import FloatArray, IntArray

NARROWEST, WIDE, CLASSES_MOST = 4, 16, 64


@dataclass(slots=True, eq=False, repr=False)
class ForwardForwardState:
    """State of a training by Forward-Forward, and its work space."""

    record: Record
    stop: StopReason | None
    evaluations: int
    weights: FloatArray
    classes: FloatArray
    mean: FloatArray
    scale: FloatArray
    octaves: int
    structure: tuple[Any, ...]
    levels: tuple[Any, ...]
    data: tuple[Any, ...]
    passes: tuple[Any, ...]
    room: tuple[Any, ...]
    memory: tuple[Any, ...]
    choices: FloatArray
    options: IntArray
    settings: FloatArray
    unit: float
    answers: tuple[FloatArray, FloatArray]
    tally: FloatArray
    seen: FloatArray
    counters: IntArray
    numbers: FloatArray
    per_pattern: float
    rate: float = 3e8
    seconds: float = 0.0

    @property
    def goodness(self) -> FloatArray:
        """Mean goodness (rows, 2, levels) of positive and negative patterns in the last epoch."""
        return self.seen[: self.record.rows]


class ForwardForward(LearningRule):
    """No backward pass: every level learns to be active for correct labels and quiet for others.

    The label is an input; the activity of a level is its goodness, and each level descends its own
    loss only. To predict, every label is tried and the best one taken. Hinton, arXiv 2212.13345,
    2022; pairs: Lee & Song, arXiv 2303.08418, 2023.
    """

    name = "forward_forward"
    title = "Forward-Forward"
    family = ALTERNATIVES
    options = (
        rate_option(0.01),
        Option(
            "loss", "Goodness loss", "pairs", choices=("pairs", "threshold"),
            help="Pairs: the correct label must have a higher goodness than a wrong one of the "
            "same pattern. Threshold: correct labels must be above a fixed goodness and wrong "
            "ones below it, as first published.",
        ),
        Option(
            "sharpness", "Sharpness of pairs (alpha)", 4.0, 1e-3, 1e3, short="Sharpness (alpha)",
            help="Steepness of the loss of pairs. Without effect on the threshold loss.",
        ),
        Option(
            "inference", "Prediction", "goodness", choices=("goodness", "head"),
            choice_titles=("Every label", "Drawn outputs"),
            help="Every label: try each label and take the one with the highest goodness. Drawn "
            "outputs: one pass with a neutral label, read by the drawn output neurons.",
        ),
        Option(
            "peer", "Peer normalization", 0.0, 0.0, 10.0, short="Peer norm.",
            help="Strength with which neurons of a level are kept equally active. Hinton uses "
            "0.03. With pairs it is harmful: the two spirals are not solved.",
        ),
        Option(
            "slot", "Label strength", 1.0, 1e-3, 1e3,
            help="Value of the input that represents the label.",
        ),
        Option(
            "input_scale", "Input scale", 1.0, 1e-3, 1e3,
            help="Factor of the standardized inputs.",
        ),
        Option(
            "octaves", "Octaves of sine and cosine", 0, 0, 6, short="Octaves",
            help="Additional inputs: sine and cosine of every input at this number of frequencies, "
            "each twice the one before.",
        ),
        Option(
            "bins", "Classes for regression", 8, 2, CLASSES_MOST, short="Classes",
            help="Classes into which the targets of a regression are divided.",
        ),
        Option(
            "rectified", "Rectified hidden neurons", True, short="Rectified",
            help="Use rectifiers in place of the drawn activations of hidden neurons.",
        ),
        *OPTIMISATION,
    )  # fmt: skip
    uses = Uses(output_error=False, labels=True)
    meant_for = "Levels of 16 neurons or more; not a full cascade."
    sparse_trace = True
    usual_iterations = 5000
    own_aim = True
    compares_labels = True
    kernels = "forward_forward"

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Refuse cascades, networks without hidden neurons, and targets that are not classes."""
        hidden = _hidden_levels(topology)
        feeding = {s - topology.n_inputs for neuron in topology.neurons for s in neuron.sources}
        if not hidden:
            return "Forward-Forward trains hidden levels: draw one, of 16 neurons or more."
        if feeding & set(topology.outputs):
            return (
                "Forward-Forward cannot train outputs that feed other neurons: "
                "remove the links that start at an output."
            )
        narrow = min(hidden, key=len)
        if len(narrow) < NARROWEST:
            return (
                f"Forward-Forward normalises each level, which leaves no information in a level of "
                f"{len(narrow)}: draw levels of at least {NARROWEST} neurons, better {WIDE}."
            )
        if dataset.kind == "regression":
            if dataset.n_outputs > 1:
                return (
                    "Forward-Forward can divide only one target into classes: use a single target."
                )
        elif not 2 <= len(np.unique(dataset.targets, axis=0)) <= CLASSES_MOST:
            return f"Forward-Forward needs 2 to {CLASSES_MOST} classes: choose other data."
        return None

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say what narrow levels and regression mean for this rule."""
        parts = []
        narrow = min(map(len, _hidden_levels(topology)), default=WIDE)
        if narrow < WIDE:
            parts.append(f"a level of {narrow} neurons holds little information")
        if dataset.kind == "regression":
            parts.append("targets are divided into classes")
        return f"Forward-Forward: {' and '.join(parts)}." if parts else None

    def init(
        self,
        objective: Objective,
        weights: FloatArray,
        target_sse: float,
        settings: Mapping[str, Any],
    ) -> ForwardForwardState:
        """Return the state before the first iteration; see `LearningRule.init`."""
        network, dataset = objective.network, objective.dataset
        hidden = _hidden_levels(objective.topology)
        classes, labels = _classes(dataset, settings["bins"])
        mean = dataset.inputs.mean(axis=0)
        spread = dataset.inputs.std(axis=0)
        scale = settings["input_scale"] / np.where(spread > 0, spread, 1.0)
        octaves = settings["octaves"]
        inputs, features = _prepared(dataset.inputs, mean, scale, octaves)
        n_more = features.shape[1] + len(classes)
        base = network.n_inputs + network.n_neurons
        nodes = base + n_more
        more_first, more = _slot_weights(objective, hidden[0], n_more, settings["noise_seed"])
        every = np.concatenate([weights, more])
        n = len(every)
        n_patterns = dataset.n_patterns
        begin = np.cumsum([0, *map(len, hidden)])
        rprop = settings["optimiser"] == "rprop"
        return ForwardForwardState(
            Record(weights, np.nan),
            None,
            0,
            every,
            classes,
            mean,
            scale,
            octaves,
            (
                network.first, network.sources, network.codes, network.gains, network.leaks,
                network.outputs, more_first, np.arange(base, nodes, dtype=np.int32),
            ),
            (begin, np.concatenate(hidden)),
            (
                inputs, features, np.array(dataset.targets), classes, labels,
                np.arange(n_patterns),
            ),
            tuple(
                (
                    np.zeros((nodes, BLOCK)), np.zeros((nodes, BLOCK)),
                    np.zeros((network.n_neurons, BLOCK)), np.zeros((len(hidden), BLOCK)),
                )
                for _ in range(2)
            ),
            (np.zeros((1, BLOCK)), np.zeros((3, BLOCK)), np.zeros(network.n_neurons), np.zeros(1)),
            (
                np.zeros(n), np.full(n, settings["rate"]) if rprop else np.zeros(n),
                np.ones(2), np.zeros(n),
            ),
            _goodness_choices(settings, n_levels=len(hidden)),
            rule_options(settings, n_patterns),
            rule_constants(settings, target_sse),
            5.0 * n / network.n_weights,
            (np.zeros((len(classes), BLOCK)), np.zeros((dataset.n_outputs, BLOCK))),
            np.zeros((2, len(hidden))),
            np.zeros((0, 2, len(hidden))),
            new_counters(),
            np.zeros(first_order.N_NUMBERS),
            5.0 * (n + 16.0 * network.n_neurons),
        )  # fmt: skip

    def advance(self, state: ForwardForwardState, last_iteration: int, seconds: float) -> None:
        """Continue until an end, `last_iteration`, or for about `seconds`; see the base class."""
        kept = trace_columns(state.record)
        if len(state.seen) < len(kept[0]):
            seen = np.zeros((len(kept[0]), *state.seen.shape[1:]))
            seen[: len(state.seen)] = state.seen
            state.seen = seen

        def go_on(work: float) -> float:
            arguments = [
                state.structure, state.levels, state.data, state.passes, state.room, state.memory,
                state.choices, state.options, state.settings, state.unit, EVERY, state.weights,
                *state.answers, state.tally, state.seen, last_iteration, state.per_pattern, work,
                state.counters, state.numbers, kept,
            ]  # fmt: skip
            return float(forward_forward.advance(*arguments))

        run_slice(state, last_iteration, seconds, go_on)

    def predict(self, state: ForwardForwardState, inputs: FloatArray) -> FloatArray:
        """Compute the outputs for any inputs, at the weights reached.

        Parameters
        ----------
        state : ForwardForwardState
            State after any iteration; no other thread may advance it meanwhile.
        inputs : (P, I) float64
            One pattern a row.

        Returns
        -------
        (P, M) float64
            Outputs, by the kind of prediction that the settings chose.
        """
        prepared, features = _prepared(inputs, state.mean, state.scale, state.octaves)
        data = (prepared, features, *state.data[2:5], np.arange(len(inputs)))
        outputs = np.zeros((len(inputs), state.classes.shape[1]))
        for start in range(0, len(inputs), BLOCK):
            count = min(BLOCK, len(inputs) - start)
            forward_forward.predict_block(
                state.structure, state.levels, data, state.passes, state.room, state.choices,
                state.weights, start, count, *state.answers,
            )  # fmt: skip
            outputs[start : start + count] = state.answers[1][:, :count].T
        return outputs

    def extra_weights(self, state: ForwardForwardState) -> int:
        """Return the number of weights of label slots and features."""
        return len(state.weights) - int(state.record.columns.weights.shape[1])

    def goodness_of(self, state: ForwardForwardState, inputs: FloatArray) -> FloatArray:
        """Compute the goodness of every level for any inputs, with every label in turn.

        Parameters
        ----------
        state : ForwardForwardState
            State after any iteration; no other thread may advance it meanwhile.
        inputs : (P, I) float64
            One pattern a row.

        Returns
        -------
        (P, C, L) float64
            Mean of squares (pairs) or sum of squares (threshold); C classes, L levels.
        """
        prepared, features = _prepared(inputs, state.mean, state.scale, state.octaves)
        data = (prepared, features, *state.data[2:5], np.arange(len(inputs)))
        begin, neurons = state.levels
        n_levels = len(begin) - 1
        scores, outputs = (np.zeros_like(part) for part in state.answers)
        found = np.zeros((len(inputs), len(state.classes), n_levels))
        paired = state.choices[goodness.LOSS] == goodness.PAIRED
        sharpness = state.choices[goodness.SHARPNESS] if paired else 1.0
        for level in range(n_levels):
            # Network up to this level, whose goodness alone is summed
            levels = (begin[: level + 2], neurons)
            choices = state.choices.copy()
            choices[goodness.SKIPPED], choices[goodness.BY_HEAD] = level, 0.0
            for start in range(0, len(inputs), BLOCK):
                count = min(BLOCK, len(inputs) - start)
                forward_forward.predict_block(
                    state.structure, levels, data, state.passes, state.room, choices,
                    state.weights, start, count, scores, outputs,
                )  # fmt: skip
                found[start : start + count, :, level] = scores[:, :count].T / sharpness
        return found


def _slot_weights(
    objective: Objective, level: IntArray, n_more: int, seed: int
) -> tuple[IntArray, FloatArray]:
    """Draw the weights of features and label slots, which only the first level reads.

    Returns
    -------
    more_first : (K,) int64
        Place of the first of these weights for each neuron; -1 for neurons without any.
    more : (n_more * number of neurons that read inputs alone,) float64
        The weights, neuron by neuron, with a spread of 1 / sqrt(number of sources).
    """
    network, neurons = objective.network, objective.topology.neurons
    reading = [k for k in level if max(neurons[k].sources) < network.n_inputs]
    more_first = np.full(network.n_neurons, -1, dtype=np.int64)
    more_first[reading] = network.n_weights + np.arange(len(reading)) * n_more
    fan_in = n_more + np.array([len(neurons[k].sources) for k in reading])
    drawn = np.random.default_rng([seed, 1]).standard_normal((len(reading), n_more))
    return more_first, (drawn / np.sqrt(fan_in)[:, None]).ravel()


def _goodness_choices(settings: Mapping[str, Any], n_levels: int) -> FloatArray:
    """Translate the settings of losses and prediction for the kernel."""
    choices = np.zeros(goodness.N_CHOICES)
    choices[goodness.SHARPNESS] = settings["sharpness"]
    choices[goodness.PEER] = settings["peer"]
    choices[goodness.SLOT] = settings["slot"]
    choices[goodness.SKIPPED] = 1.0 if n_levels > 2 else 0.0
    choices[goodness.RECTIFIED] = settings["rectified"]
    choices[goodness.LOSS] = goodness.PAIRED if settings["loss"] == "pairs" else goodness.THRESHOLD
    choices[goodness.BY_HEAD] = settings["inference"] == "head"
    return choices


def _hidden_levels(topology: Topology) -> list[IntArray]:
    levels: dict[int, list[int]] = {}
    outputs = set(topology.outputs)
    for k, level in enumerate(topology.levels):
        if k not in outputs:
            levels.setdefault(level, []).append(k)
    return [np.array(levels[level]) for level in sorted(levels)]


def _classes(dataset: Dataset, bins: int) -> tuple[FloatArray, IntArray]:
    """Return the targets (C, M) of the classes, and the class (P,) of each pattern."""
    if dataset.kind != "regression":
        classes, labels = np.unique(dataset.targets, axis=0, return_inverse=True)
        return classes, labels.reshape(-1)
    values = dataset.targets[:, 0]
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[1:-1]))
    labels = np.unique(np.searchsorted(edges, values, side="right"), return_inverse=True)[1]
    labels = labels.reshape(-1)
    means = np.bincount(labels, values) / np.bincount(labels)
    return means[:, None], labels


def _prepared(
    inputs: FloatArray, mean: FloatArray, scale: FloatArray, octaves: int
) -> tuple[FloatArray, FloatArray]:
    """Return the standardized inputs, and their sines and cosines."""
    values = np.ascontiguousarray((inputs - mean) * scale)
    waves = [
        wave(2.0**k * np.pi / 2.0 * values) for k in range(octaves) for wave in (np.sin, np.cos)
    ]
    empty = np.zeros((len(values), 0))
    return values, np.ascontiguousarray(np.concatenate([empty, *waves], axis=1))
