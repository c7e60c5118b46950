"""NoProp-DT: stages that are trained without any propagation between them, forward or backward.

The network consists of T stages, each a copy of the drawn network with its own weights. Stage t
reads the inputs x and a noisy version z of the target, and learns to predict the target. All
targets are scaled to mean 0 and standard deviation 1, called u; ab is the share of u in z:

    z_t = sqrt(ab_t) u + sqrt(1 - ab_t) noise,     ab_t = sin^2(pi t / 2T), clipped to [0.02, 0.98]

Stage t = 1..T descends the gradient of (u_t(z_{t-1}, x) - u)^2, with new noise for every pattern
and step. Inside a stage the gradient is computed by backpropagation; there are no signals between
stages. To predict, z starts at zero (with noise if `noisy` is set) and every stage improves it:

    z_t = a_t u_t(z_{t-1}, x) + b_t z_{t-1} (+ sqrt(c_t) noise)
    a_t = sqrt(ab_t) (1 - al) / (1 - ab_{t-1}),    b_t = sqrt(al) (1 - ab_t) / (1 - ab_{t-1}),
    c_t = (1 - ab_t) (1 - al) / (1 - ab_{t-1}),    al = ab_{t-1} / ab_t

The outputs are z_T / sqrt(ab_T), scaled back to the units of the targets.

Adaptations of this lab: stages learn the targets themselves at the drawn outputs, so that
regression needs no change; the factor T/2 (SNR(t) - SNR(t-1)) in the loss of stage t is left out,
because Adam divides by it anyway; predictions are without noise by default, which is better.
Every neuron that reads an input reads z as well. The last stage starts from the drawn weights, the
others from the same numbers, permuted within each neuron; the trace holds the weights of the last
stage.

References
----------
Li, Teh & Pascanu, NoProp: training neural networks without back-propagation or
forward-propagation, arXiv 2503.24322, 2025.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from nbn_core.data import Dataset
from nbn_core.kernels import denoising, epochs, noprop
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.records import plain
from nbn_core.network import Network, Topology
from nbn_core.objective import Objective
from nbn_core.rules.base import ALTERNATIVES, LearningRule, Uses
from nbn_core.rules.common_options import OPTIMISATION, rate_option
from nbn_core.rules.engines.first_order import new_workspace
from nbn_core.rules.engines.optimiser_settings import (
    FIRST_STEP,
    new_counters,
    rule_constants,
    rule_options,
)
from nbn_core.rules.engines.signal_graph import SignalGraph, build_signal_graph
from nbn_core.rules.engines.time_slices import run_slice, trace_columns
from nbn_core.rules.option import Option
from nbn_core.trace import Record, StopReason
from nbn_core.types import FloatArray, IntArray

LEAST_KNOWN, MOST_KNOWN, MOST_STAGES = 0.02, 0.98, 20


class Schedule(NamedTuple):
    """Share of the target in z at each stage, and coefficients of a prediction.

    Attributes
    ----------
    known : (T+1,) float64
        Shares ab_0..ab_T.
    new, old, noise : (T,) float64
        Coefficients a_t, b_t and sqrt(c_t) of the stages t = 1..T.
    """

    known: FloatArray
    new: FloatArray
    old: FloatArray
    noise: FloatArray


def schedule(stages: int) -> Schedule:
    """Return the schedule for a number of stages."""
    steps = np.arange(stages + 1)
    known = np.clip(np.sin(np.pi * steps / (2 * stages)) ** 2, LEAST_KNOWN, MOST_KNOWN)
    before, after = known[:-1], known[1:]
    step = before / after
    return Schedule(
        known,
        np.sqrt(after) * (1 - step) / (1 - before),
        np.sqrt(step) * (1 - after) / (1 - before),
        np.sqrt((1 - after) * (1 - step) / (1 - before)),
    )


@dataclass(slots=True, eq=False, repr=False)
class NoPropState:
    """State of a training by NoProp-DT, and its work space."""

    record: Record
    stop: StopReason | None
    evaluations: int
    weights: FloatArray
    stages: FloatArray
    graph: SignalGraph
    workspace: denoising.Workspace
    schedule: denoising.Schedule
    options: epochs.Options
    denoised: FloatArray
    counters: IntArray
    arguments: tuple[Any, ...]
    changing: tuple[Any, ...]
    rate: float = 3e8
    seconds: float = 0.0


class NoProp(LearningRule):
    """Stages that learn separately to denoise the target, without propagation between them.

    Each stage is a copy of the drawn network that also sees a noisy target, and learns to predict
    the clean one. To predict, noise passes through all stages. Li, Teh & Pascanu, NoProp, 2025.
    """

    name = "noprop"
    title = "NoProp-DT"
    family = ALTERNATIVES
    options = (
        rate_option(0.01),
        Option(
            "stages", "Stages", 10, 1, MOST_STAGES,
            help="Copies of the network, one after the other.",
        ),
        Option(
            "noisy", "Noise when predicting", False, short="Noisy prediction",
            help="Add the noise of the published schedule between stages when predicting.",
        ),
        *OPTIMISATION,
    )  # fmt: skip
    uses = Uses(weight_transpose=True, labels=True)
    meant_for = "Any wiring with hidden neurons; each stage is a copy of it."
    sparse_trace = True
    usual_iterations = 5000
    own_aim = True
    kernels = "noprop"

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Refuse networks without hidden neurons."""
        if topology.n_neurons == len(topology.outputs):
            return (
                "NoProp-DT has stages that combine the inputs with a noisy target, which needs "
                "hidden neurons: draw at least one."
            )
        return None

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say that every stage has its own weights."""
        return (
            "NoProp-DT: each stage is a copy of the network with its own weights, so compare it "
            "with a network that has as many weights in total."
        )

    def init(
        self,
        objective: Objective,
        weights: FloatArray,
        target_sse: float,
        settings: Mapping[str, Any],
    ) -> NoPropState:
        """Return the state before the first iteration; see `LearningRule.init`."""
        dataset, network = objective.dataset, objective.network
        stage, places = _stage(objective.topology)
        n_stages = settings["stages"]
        every = _first_weights(stage, places, weights, n_stages, settings["noise_seed"])
        shape = every.shape
        rprop = settings["optimiser"] == "rprop"
        graph = build_signal_graph(stage)
        n_patterns = dataset.n_patterns
        block = new_workspace(graph, stage.n_inputs)
        workspace = denoising.Workspace(
            values=block.values,
            slopes=block.slopes,
            direct=block.direct,
            signals=block.signals,
            factors=block.factors,
            picks=block.picks,
            noise=np.zeros(dataset.n_outputs * BLOCK),
            natural_order=np.arange(n_patterns),
        )
        memory = noprop.Memory(
            one=np.zeros(shape),
            two=np.full(shape, FIRST_STEP if rprop else 0.0),
            gradient=np.zeros(shape),
            powers=np.ones((n_stages, 2)),
            drawn=np.zeros(network.n_weights),
            places=places,
        )
        data = epochs.Data(
            inputs=np.array(dataset.inputs),
            targets=np.array(dataset.targets),
            order=np.arange(n_patterns),
        )
        spread = dataset.targets.std(axis=0)
        plan = denoising.Schedule(
            *schedule(n_stages), dataset.targets.mean(axis=0), np.where(spread > 0, spread, 1.0)
        )
        choices = rule_options(settings, n_patterns)
        choices[epochs.KIND] = denoising.NOISY if settings["noisy"] else denoising.STILL
        options = epochs.Options(
            choices=choices,
            constants=rule_constants(settings, target_sse),
            relax=0.0,
            unit=3.0 * every.size / network.n_weights,
            work_per_pattern=3.0 * (stage.n_weights + 16.0 * stage.n_neurons),
        )
        counters = new_counters(noprop.N_COUNTERS)
        denoised = np.zeros((n_stages + 1, dataset.n_outputs, BLOCK))
        changing = noprop.State(
            stages=every,
            denoised=denoised,
            counters=counters,
            numbers=np.zeros(epochs.N_NUMBERS),
        )
        return NoPropState(
            record=Record(weights, np.nan),
            stop=None,
            evaluations=0,
            weights=every.reshape(-1),
            stages=every,
            graph=graph,
            workspace=workspace,
            schedule=plan,
            options=options,
            denoised=denoised,
            counters=counters,
            arguments=(
                plain(graph.graph), plain(graph.successors), plain(data), plain(workspace),
                plain(memory), plain(plan), plain(options),
            ),
            changing=plain(changing),
        )  # fmt: skip

    def advance(self, state: NoPropState, last_iteration: int, seconds: float) -> None:
        """Continue until an end, `last_iteration`, or for about `seconds`; see the base class."""
        kept = trace_columns(state.record)

        def go_on(work: float) -> float:
            done = noprop.advance(*state.arguments, last_iteration, work, state.changing, kept)
            return float(done)

        run_slice(state, last_iteration, seconds, go_on)

    def denoised(self, state: NoPropState, inputs: FloatArray) -> FloatArray:
        """Compute z after every stage for any inputs, at the weights reached.

        Parameters
        ----------
        state : NoPropState
            State after any iteration; no other thread may advance it meanwhile.
        inputs : (P, I) float64
            One pattern a row.

        Returns
        -------
        (T+1, P, M) float64
            Scaled like the targets: mean 0, standard deviation 1.
        """
        rows = np.ascontiguousarray(inputs)
        order = np.arange(len(rows))
        fixed = (plain(state.workspace), plain(state.schedule), plain(state.options), state.stages)
        found = np.zeros((state.denoised.shape[0], len(rows), state.denoised.shape[1]))
        for start in range(0, len(rows), BLOCK):
            count = min(BLOCK, len(rows) - start)
            denoising.predict_block(
                plain(state.graph.graph), rows, order, *fixed, start, count, state.denoised
            )
            found[:, start : start + count] = state.denoised[:, :, :count].transpose(0, 2, 1)
        return found

    def extra_weights(self, state: NoPropState) -> int:
        """Return the number of weights of all stages beside those drawn."""
        return int(state.stages.size) - int(state.record.columns.weights.shape[1])

    def predict(self, state: NoPropState, inputs: FloatArray) -> FloatArray:
        """Compute the (P, M) outputs for any (P, I) inputs, at the weights reached."""
        known, mean, spread = state.schedule.known, state.schedule.mean, state.schedule.spread
        last = self.denoised(state, inputs)[-1]
        return np.asarray(mean + spread * last / np.sqrt(known[-1]), dtype=np.float64)


def _stage(topology: Topology) -> tuple[Network, IntArray]:
    """Return the layout of one stage, and the indices of the drawn weights in it."""
    n_inputs, n_more = topology.n_inputs, len(topology.outputs)
    more = tuple(range(n_inputs, n_inputs + n_more))
    neurons, places, start = [], [], 0
    for neuron in topology.neurons:
        own = [source for source in neuron.sources if source < n_inputs]
        later = [source + n_more for source in neuron.sources if source >= n_inputs]
        added = more if own else ()
        neurons.append(replace(neuron, sources=(*own, *added, *later)))
        tail = start + 1 + len(own) + len(added)
        places += [*range(start, start + 1 + len(own)), *range(tail, tail + len(later))]
        start = tail + len(later)
    widened = Topology((), n_inputs + n_more, tuple(neurons), topology.outputs)
    return Network.from_topology(widened), np.array(places)


def _first_weights(
    stage: Network, places: IntArray, weights: FloatArray, n_stages: int, seed: int
) -> FloatArray:
    """Return the starting weights of all stages, (T, N)."""
    generator = np.random.default_rng([seed, 3])
    fan_in = np.diff(stage.first)
    more = generator.standard_normal((n_stages, stage.n_weights))
    every = more / np.sqrt(np.repeat(fan_in, fan_in))
    neuron = np.repeat(np.arange(stage.n_neurons), fan_in)[places]
    for t in range(n_stages - 1):
        mixed = np.lexsort((generator.random(len(places)), neuron))
        every[t, places] = weights[mixed]
    every[-1, places] = weights
    return np.ascontiguousarray(every)
