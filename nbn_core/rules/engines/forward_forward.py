"""Forward-Forward: set-up, time slices and predictions of its compiled loop.

`begin` turns network, data and settings into the records of `nbn_core.kernels.goodness`, `advance`
runs the loop in slices, and `predict` and `goodness_of` evaluate the trained network. The rule
itself, with what it expects of a network, is `nbn_core.rules.forward_forward`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nbn_core.data import Dataset
from nbn_core.kernels import epochs, forward_forward, goodness
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.records import plain
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules.engines.optimiser_settings import new_counters, rule_constants, rule_options
from nbn_core.rules.engines.time_slices import run_slice, trace_columns
from nbn_core.trace import Record, StopReason
from nbn_core.types import FloatArray, IntArray


@dataclass(slots=True, eq=False, repr=False)
class ForwardForwardState:
    """State of Forward-Forward, and its work space.

    Attributes
    ----------
    record, stop, evaluations, counters, rate, seconds
        Those of `nbn_core.rules.engines.time_slices.Counted`.
    weights : (N,) float64
        Weights, with those of features and label slots at the end.
    scaling : InputScaling
        Conversion of inputs to what the network reads.
    layout, data, workspace, settings : records
        Network, training patterns, work space and settings for the kernel.
    arguments, changing : tuple
        Arguments of the kernel before and after the number of iterations.
    all_goodness : (R, 2, L) float64
        Mean goodness of the L levels over the epoch before each row of the trace, for right and
        for wrong labels; R is at least the number of rows.
    """

    record: Record
    stop: StopReason | None
    evaluations: int
    weights: FloatArray
    scaling: InputScaling
    layout: goodness.Layout
    data: goodness.Data
    workspace: goodness.Workspace
    settings: goodness.Settings
    arguments: tuple[Any, ...]
    changing: tuple[Any, ...]
    all_goodness: FloatArray
    counters: IntArray
    rate: float = 3e8
    seconds: float = 0.0

    @property
    def goodness(self) -> FloatArray:
        """Mean goodness (rows, 2, levels) of positive and negative patterns in the last epoch."""
        return self.all_goodness[: self.record.rows]

    @property
    def classes(self) -> FloatArray:
        """Targets of each class, (C, M) float64."""
        return self.data.classes


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InputScaling:
    """Conversion of inputs to what the network reads: standardization, then sines and cosines.

    Parameters
    ----------
    mean, scale : (I,) float64
        Subtracted from each input; factor of the difference.
    octaves : int
        Number of doubled frequencies of sine and cosine.
    """

    mean: FloatArray
    scale: FloatArray
    octaves: int

    @classmethod
    def of(cls, inputs: FloatArray, settings: Mapping[str, Any]) -> InputScaling:
        """Choose the conversion that gives training inputs the spread of the settings."""
        spread = inputs.std(axis=0)
        scale = settings["input_scale"] / np.where(spread > 0, spread, 1.0)
        return cls(inputs.mean(axis=0), scale, settings["octaves"])

    def __call__(self, inputs: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the standardized inputs (P, I), and their sines and cosines (P, F)."""
        values = np.ascontiguousarray((inputs - self.mean) * self.scale)
        waves = [
            wave(2.0**k * np.pi / 2.0 * values)
            for k in range(self.octaves)
            for wave in (np.sin, np.cos)
        ]
        empty = np.zeros((len(values), 0))
        return values, np.ascontiguousarray(np.concatenate([empty, *waves], axis=1))


def begin(
    objective: Objective, weights: FloatArray, target_sse: float, settings: Mapping[str, Any]
) -> ForwardForwardState:
    """Return the state before the first iteration; nothing is computed yet.

    Parameters
    ----------
    objective : Objective
        Network and data.
    weights : (N,) float64
        Starting weights of the drawn network.
    target_sse : float
        SSE at which to stop.
    settings : mapping
        Checked settings of the rule.

    Returns
    -------
    ForwardForwardState
        State and work space.
    """
    network, dataset = objective.network, objective.dataset
    hidden = neurons_by_level(objective.topology)
    scaling = InputScaling.of(dataset.inputs, settings)
    data = _data(dataset, scaling, settings["bins"])
    n_more = data.features.shape[1] + len(data.classes)
    more_first, more = _slot_weights(objective, hidden[0], n_more, settings["noise_seed"])
    every = np.concatenate([weights, more])
    n = len(every)
    layout = _layout(objective, hidden, more_first, n_more)
    workspace = _workspace(layout, data)
    memory = goodness.Memory(
        one=np.zeros(n),
        two=np.full(n, settings["rate"] if settings["optimiser"] == "rprop" else 0.0),
        powers=np.ones(2),
        gradient=np.zeros(n),
        means=np.zeros(network.n_neurons),
        tally=np.zeros((2, len(hidden))),
    )
    options = epochs.Options(
        choices=rule_options(settings, dataset.n_patterns),
        constants=rule_constants(settings, target_sse),
        relax=0.0,
        unit=5.0 * n / network.n_weights,
        work_per_pattern=5.0 * (n + 16.0 * network.n_neurons),
    )
    state = forward_forward.State(
        weights=every, counters=new_counters(), numbers=np.zeros(epochs.N_NUMBERS)
    )
    chosen = _goodness_settings(settings, n_levels=len(hidden))
    return ForwardForwardState(
        record=Record(weights, np.nan),
        stop=None,
        evaluations=0,
        weights=every,
        scaling=scaling,
        layout=layout,
        data=data,
        workspace=workspace,
        settings=chosen,
        arguments=tuple(map(plain, (layout, data, workspace, memory, chosen, options))),
        changing=plain(state),
        all_goodness=np.zeros((0, 2, len(hidden))),
        counters=state.counters,
    )


def _data(dataset: Dataset, scaling: InputScaling, bins: int) -> goodness.Data:
    classes, labels = _classes(dataset, bins)
    inputs, features = scaling(dataset.inputs)
    return goodness.Data(
        inputs=inputs,
        features=features,
        targets=np.array(dataset.targets),
        classes=classes,
        labels=labels,
        order=np.arange(dataset.n_patterns),
    )


def _layout(
    objective: Objective, hidden: list[IntArray], more_first: IntArray, n_more: int
) -> goodness.Layout:
    network = objective.network
    base = network.n_inputs + network.n_neurons
    return goodness.Layout(
        structure=network.structure,
        begin=np.cumsum([0, *map(len, hidden)]),
        neurons=np.concatenate(hidden),
        more_first=more_first,
        more_sources=np.arange(base, base + n_more, dtype=np.int32),
    )


def _workspace(layout: goodness.Layout, data: goodness.Data) -> goodness.Workspace:
    n_neurons, n_levels = len(layout.structure.codes), len(layout.begin) - 1
    n_nodes = data.inputs.shape[1] + n_neurons + len(layout.more_sources)
    positive, negative = (
        goodness.Pass(
            values=np.zeros((n_nodes, BLOCK)),
            divided=np.zeros((n_nodes, BLOCK)),
            slopes=np.zeros((n_neurons, BLOCK)),
            goodness=np.zeros((n_levels, BLOCK)),
        )
        for _ in range(2)
    )
    return goodness.Workspace(
        positive=positive,
        negative=negative,
        signals=np.zeros((1, BLOCK)),
        scratch=np.zeros((3, BLOCK)),
        scores=np.zeros((len(data.classes), BLOCK)),
        outputs=np.zeros((data.targets.shape[1], BLOCK)),
    )


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


def _goodness_settings(settings: Mapping[str, Any], n_levels: int) -> goodness.Settings:
    """Translate the settings of losses and prediction for the kernel."""
    return goodness.Settings(
        sharpness=float(settings["sharpness"]),
        peer=float(settings["peer"]),
        slot=float(settings["slot"]),
        skipped=1 if n_levels > 2 else 0,
        rectified=bool(settings["rectified"]),
        loss=goodness.PAIRED if settings["loss"] == "pairs" else goodness.THRESHOLD,
        by_head=settings["inference"] == "head",
    )


def neurons_by_level(topology: Topology) -> list[IntArray]:
    """Return the hidden neurons of each level, as indices (K_l,) int64, in ascending order."""
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


def advance(state: ForwardForwardState, last_iteration: int, seconds: float) -> None:
    """Continue until `last_iteration`, an end, or for about `seconds`.

    Parameters
    ----------
    state : ForwardForwardState
        State, updated.
    last_iteration : int
        Number of iterations to stop at.
    seconds : float
        Approximate time limit, in seconds.
    """
    columns = trace_columns(state.record)
    rows = len(columns[0])
    if len(state.all_goodness) < rows:
        longer = np.zeros((rows, *state.all_goodness.shape[1:]))
        longer[: len(state.all_goodness)] = state.all_goodness
        state.all_goodness = longer

    def run(work: float) -> float:
        done = forward_forward.advance(
            *state.arguments, last_iteration, work, state.changing, columns, state.all_goodness
        )
        return float(done)

    run_slice(state, last_iteration, seconds, run)


def predict(state: ForwardForwardState, inputs: FloatArray) -> FloatArray:
    """Compute the outputs for any inputs, at the weights reached.

    Parameters
    ----------
    state : ForwardForwardState
        State after any iteration; no other thread may advance it meanwhile.
    inputs : (P, I) float64
        One pattern per row.

    Returns
    -------
    (P, M) float64
        Outputs, by the kind of prediction that the settings chose.
    """
    outputs = np.zeros((len(inputs), state.classes.shape[1]))
    for block in _predicted(state, state.layout, state.settings, inputs):
        outputs[block] = state.workspace.outputs[:, : block.stop - block.start].T
    return outputs


def goodness_of(state: ForwardForwardState, inputs: FloatArray) -> FloatArray:
    """Compute the goodness of every level for any inputs, with every label in turn.

    Parameters
    ----------
    state : ForwardForwardState
        State after any iteration; no other thread may advance it meanwhile.
    inputs : (P, I) float64
        One pattern per row.

    Returns
    -------
    (P, C, L) float64
        Mean of squares (pairs) or sum of squares (threshold); C classes, L levels.
    """
    layout, settings = state.layout, state.settings
    n_levels = len(layout.begin) - 1
    found = np.zeros((len(inputs), len(state.classes), n_levels))
    sharpness = settings.sharpness if settings.loss == goodness.PAIRED else 1.0
    for level in range(n_levels):
        # Network up to this level, whose goodness alone is summed
        shorter = layout._replace(begin=layout.begin[: level + 2])
        one_level = settings._replace(skipped=level, by_head=False)
        for block in _predicted(state, shorter, one_level, inputs):
            scores = state.workspace.scores[:, : block.stop - block.start]
            found[block, :, level] = scores.T / sharpness
    return found


def _predicted(
    state: ForwardForwardState,
    layout: goodness.Layout,
    settings: goodness.Settings,
    inputs: FloatArray,
) -> Iterator[slice]:
    """Predict block by block; yield the patterns whose outputs and scores the workspace holds."""
    scaled, features = state.scaling(inputs)
    order = np.arange(len(inputs))
    data = state.data._replace(inputs=scaled, features=features, order=order)
    arguments = tuple(map(plain, (layout, data, state.workspace, settings)))
    for start in range(0, len(inputs), BLOCK):
        count = min(BLOCK, len(inputs) - start)
        forward_forward.predict_block(*arguments, state.weights, start, count)
        yield slice(start, start + count)
