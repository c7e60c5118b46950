"""Cascade correlation: the drawn cascade is grown, one hidden neuron per iteration.

Training starts with the outputs alone, connected to the inputs. For each new hidden neuron, a pool
of candidates reads the inputs and all hidden neurons before it. Each candidate maximises the
covariance of its value v with the remaining errors e,

    S = sum over outputs of | sum over patterns of (v_p - mean v) (e_p - mean e) |,

by gradient ascent. The best candidate is kept with fixed weights and connected to the outputs,
which are trained again. No error is propagated back through a hidden neuron. S is the covariance,
as in the first publication, and not the correlation, which does not solve the spirals. Outputs are
trained by Levenberg-Marquardt, which for linear outputs is least squares in one step. With `polish`
all weights so far are trained in this way after each new neuron, for the given number of
iterations: NBN on a growing network.

All weights of neurons that have not been added yet are zero.

References
----------
Fahlman & Lebiere, The cascade-correlation learning architecture, NIPS 1989.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from typing import Any

import numpy as np

from nbn_core.data import Dataset
from nbn_core.kernels import cascade_correlation
from nbn_core.network import Topology
from nbn_core.rules.base import Uses
from nbn_core.rules.common_options import NOISE_SEED, rate_option
from nbn_core.rules.damping import Damping
from nbn_core.rules.engines.normal_equations import Equations
from nbn_core.rules.engines.python_loop import LoopState
from nbn_core.rules.families import PythonRule
from nbn_core.rules.option import Option
from nbn_core.trace import StopReason
from nbn_core.types import FloatArray

OUTPUT_ITERATIONS = 30
PIECE = 2e6  # approximate number of multiplications between two yields


class CascadeCorrelation(PythonRule):
    """Growth of a full cascade by neurons that are trained to correlate with the remaining error.

    A new neuron is the best of several candidates; its input weights are then frozen, and the
    outputs are trained again. Fahlman & Lebiere, NIPS 1989.
    """

    name = "cascade_correlation"
    title = "Cascade correlation"
    options = (
        Option(
            "candidates", "Candidates per neuron", 8, 1, 64, short="Candidates",
            help="Candidates trained for each new neuron; the best one is added.",
        ),
        Option(
            "steps", "Steps per candidate", 300, 1, 100_000, short="Steps",
            help="Gradient steps by which each candidate raises its covariance with the error.",
        ),
        rate_option(0.05),
        Option(
            "polish", "Iterations on all weights", 0, 0, 10_000, short="Joint training",
            help="Levenberg-Marquardt iterations on all weights after each new neuron. 0: none, as "
            "published.",
        ),
        NOISE_SEED,
    )  # fmt: skip
    uses = Uses()
    meant_for = "Full cascades: it grows into the one that was drawn."
    own_aim = True
    kernels = "cascade_correlation"

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Refuse a network that is not a full cascade."""
        hidden = topology.n_neurons - topology.n_outputs
        cascade_like = set(topology.outputs) == set(range(hidden, topology.n_neurons))
        for k, neuron in enumerate(topology.neurons):
            seen = topology.n_inputs + min(k, hidden)
            cascade_like = cascade_like and neuron.sources == tuple(range(seen))
        if cascade_like:
            return None
        return (
            "Cascade correlation grows a full cascade, in which every neuron reads all before it: "
            "choose FCC, with the maximum number of hidden neurons."
        )

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Recommend linear outputs if there are others."""
        if all(topology.neurons[k].activation == "linear" for k in topology.outputs):
            return None
        return (
            "Cascade correlation works best with linear outputs: saturated outputs hide the "
            "remaining error."
        )

    def walk(
        self, state: LoopState, target_sse: float, settings: Mapping[str, Any]
    ) -> Iterator[None]:
        """Train the outputs, add a neuron, train the outputs again, and so on."""
        growth = _Growth(state, settings)
        Equations(state.objective).prepare()
        growth.climb(0, 0)
        yield
        start = state.record.columns.weights[0].copy()
        state.evaluations = 1
        growth.note(start, 0)
        yield
        if not np.isfinite(state.record.columns.sse[0]):
            state.stop = StopReason.DIVERGED
            return
        for grown in range(growth.n_hidden + 1):
            before = state.evaluations
            if grown:
                yield from growth.grow(grown - 1)
            yield from growth.train_outputs(grown)
            if settings["polish"]:
                yield from growth.train(grown, everything=True, most=settings["polish"])
            growth.note(growth.weights, state.evaluations - before)
            sse = state.record.columns.sse[state.record.rows - 1]
            if not np.isfinite(sse):
                state.stop = StopReason.DIVERGED
            elif sse <= target_sse:
                state.stop = StopReason.SOLVED
            elif grown == growth.n_hidden:
                state.stop = StopReason.NO_PROGRESS
            yield
            if state.stop is not None:
                return


class _Growth:
    """The cascade that has been grown so far, with its weights."""

    def __init__(self, state: LoopState, settings: Mapping[str, Any]) -> None:
        self.state = state
        self.settings = settings
        self.network = state.objective.network
        self.dataset = state.objective.dataset
        self.n_hidden = self.network.n_neurons - self.network.n_outputs
        self.weights = np.zeros(self.network.n_weights)
        self.chance = np.random.default_rng([settings["noise_seed"], 4])
        self.candidates = _candidates(np.zeros((settings["candidates"], 1)))
        self.design = np.ones((1, self.dataset.n_patterns))
        self.errors = np.zeros((self.network.n_outputs, self.dataset.n_patterns))
        n_patterns = self.dataset.n_patterns
        self.workspace = cascade_correlation.Workspace(
            values=np.zeros((1, n_patterns)),
            slopes=np.zeros((1, n_patterns)),
            pull=np.zeros(n_patterns),
        )

    def note(self, weights: FloatArray, attempts: int) -> None:
        """Add a row of the trace."""
        sse, gradient, _ = self.state.objective.normal_equations(weights)
        norm = float(np.sqrt(np.add.reduce(gradient * gradient)))
        self.state.add(sse, norm, weights, float("nan"), attempts)

    def climb(self, begin: int, end: int, k: int = 0) -> None:
        """Train all candidates for hidden neuron k for several steps."""
        network = self.network
        activation = (network.codes[k], network.gains[k], network.leaks[k])
        cascade_correlation.climb(
            self.design, self.errors, activation, self.settings["rate"], begin, end,
            tuple(self.candidates), tuple(self.workspace),
        )  # fmt: skip

    def grow(self, k: int) -> Iterator[None]:
        """Train candidates for hidden neuron k and install the best."""
        network, state = self.network, self.state
        width = 1 + network.n_inputs + k
        nodes = state.objective.activations(self.weights)
        ones = np.ones((1, len(nodes)))
        self.design = np.ascontiguousarray(np.vstack([ones, nodes[:, : width - 1].T]))
        outputs = nodes[:, network.n_inputs + network.outputs]
        errors = (self.dataset.targets - outputs).T
        self.errors = np.ascontiguousarray(errors - errors.mean(axis=1, keepdims=True))
        candidates, steps = self.settings["candidates"], self.settings["steps"]
        self.candidates = _candidates(self.chance.uniform(-1.0, 1.0, (candidates, width)))
        size = max(1, int(PIECE / (2.0 * candidates * width * len(nodes))))
        for begin in range(0, steps, size):
            self.climb(begin, min(begin + size, steps), k)
            yield
        state.work += 2.0 * candidates * steps * width / network.n_weights
        best = int(np.argmax(self.candidates.scores))
        first = network.first[k]
        self.weights[first : first + width] = self.candidates.weights[best]

    def train_outputs(self, grown: int) -> Generator[None, None, None]:
        """Train the outputs on from where they are, and afresh from zero; keep the better.

        Outputs that saturate on the wrong side learn no more. From zero, the first step of
        Gauss-Newton is the least-squares solution of outputs that are linear yet.
        """
        before = self.weights.copy()
        tried = []
        for afresh in (False, True):
            self.weights = before.copy()
            if afresh:
                self.weights[self.network.first[self.n_hidden] :] = 0.0
            yield from self.train(grown, everything=False, most=OUTPUT_ITERATIONS)
            tried.append((self.state.objective.sse(self.weights), afresh, self.weights))
        self.weights = min(tried, key=lambda one: one[:2])[2]

    def train(self, grown: int, *, everything: bool, most: int) -> Generator[None, None, None]:
        """Train the outputs, or all weights so far, by Levenberg-Marquardt."""
        state, network, first = self.state, self.network, self.network.first
        members = [
            np.arange(first[k], first[k] + 1 + network.n_inputs + grown) for k in network.outputs
        ]
        if everything:
            members = [np.concatenate([np.arange(first[grown]), *members])]
        blocks = [np.sort(block).astype(np.int32) for block in members]
        equations = Equations(state.objective, blocks_of=blocks)
        damping = Damping()
        mu = damping.mu_start
        step = np.zeros(network.n_weights)
        for _ in range(most):
            yield from equations.accumulate(self.weights)
            state.work += equations.per_iteration
            before = equations.sse
            better = False
            for _ in range(damping.max_attempts):
                done = yield from equations.step(mu, step)
                state.work += equations.per_factor + 1.0
                state.evaluations += 1
                trial = self.weights - step
                sse = equations.try_at(trial) if done else float("inf")
                yield
                better = sse < before
                if better:
                    break
                mu *= damping.factor
            if not better:
                return
            self.weights = trial
            mu = max(mu / damping.factor, damping.mu_min)
            if before - sse < 1e-6 * before:
                return


def _candidates(weights: FloatArray) -> cascade_correlation.Candidates:
    """Return candidates with these weights (C, D), before their first step."""
    return cascade_correlation.Candidates(
        weights=weights,
        one=np.zeros_like(weights),
        two=np.zeros_like(weights),
        scores=np.zeros(len(weights)),
    )
