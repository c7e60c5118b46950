"""Objective: the sum of squared errors of a network on a dataset, and its first derivatives.

Sign convention, here and everywhere: with targets d and outputs o over P patterns and M outputs,

    e = d - o,    SSE = sum e^2 (no factor 1/2),    J = de/dw,    Q = J'J,    g = J'e,

so the gradient of the SSE is 2 g and a damped step is dw = -(Q + mu I)^-1 g.
"""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.display import one_line
from nbn_core.errors import ShapeError
from nbn_core.gradual import Gradual, complete, patterns_per_part
from nbn_core.kernels import accumulate, evaluate
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.records import BlockBuffers, Patterns, Problem, plain
from nbn_core.kernels.vectors import WIDTH
from nbn_core.network import Network, Topology
from nbn_core.objective.methods import chosen, code_of
from nbn_core.objective.pair_plan import PairPlan
from nbn_core.objective.units import weight_units
from nbn_core.objective.weighting import Held, frozen_weights, sqrt_weights
from nbn_core.types import FloatArray

_ROUNDING_ERROR = 1e-14  # error, relative to the targets, that rounding alone produces


class NormalEquations(NamedTuple):
    """SSE and its derivatives at given weights.

    Attributes
    ----------
    sse : float
        Sum of squared errors, without the factor 1/2.
    gradient : (N,) float64
        g = J'e, half the gradient of the SSE.
    quasi_hessian : (N, N) float64
        Q = J'J, full and symmetric.
    """

    sse: float
    gradient: FloatArray
    quasi_hessian: FloatArray

    def __repr__(self) -> str:
        norm = float(np.linalg.norm(self.gradient))
        weights = plural(len(self.gradient), "weight")
        return one_line(
            "NormalEquations", weights, f"SSE {self.sse:.4g}", f"gradient norm {norm:.3g}"
        )


class Objective:
    """The sum of squared errors of a topology on a dataset, as a function of the weights.

    Parameters
    ----------
    topology : Topology
        Network with N weights.
    dataset : Dataset
        P patterns with the network's numbers of inputs and targets.
    pattern_weights : (P,) array_like, optional
        Weight of each pattern in the sum; 1 by default.
    held : str, collection or (N,) bool array, optional
        Frozen weights, by name or as a mask, see `nbn_core.objective.weighting`. None by default.

    Raises
    ------
    ShapeError
        If the dataset does not have the network's numbers of inputs and outputs, or
        `pattern_weights` does not have one usable number for each pattern.
    SettingError
        If `held` names a neuron or weight that does not exist, or is a mask of another size.
    """

    def __init__(
        self,
        topology: Topology,
        dataset: Dataset,
        pattern_weights: ArrayLike | None = None,
        held: Held | None = None,
    ) -> None:
        if dataset.n_inputs != topology.n_inputs:
            raise ShapeError(
                f"The network has {plural(topology.n_inputs, 'input')}, but the data have "
                f"{dataset.n_inputs}: change one of them."
            )
        if dataset.n_outputs != topology.n_outputs:
            raise ShapeError(
                f"The network has {plural(topology.n_outputs, 'output')}, but the data have "
                f"{plural(dataset.n_outputs, 'target')}: change one of them."
            )
        self.topology = topology
        self.dataset = dataset
        self.network = Network.from_topology(topology)
        self.data = Patterns(
            inputs=dataset.inputs,
            targets=dataset.targets,
            sqrt_weights=sqrt_weights(pattern_weights, dataset.n_patterns),
        )
        self.held = frozen_weights(held, topology)

    def __repr__(self) -> str:
        patterns = plural(self.dataset.n_patterns, "pattern")
        return one_line("Objective", *self.topology.described, patterns)

    @cached_property
    def weight_units(self) -> FloatArray:
        """Units of the weights on these data, (N,) float64; see `nbn_core.objective.units`."""
        return weight_units(self.topology, self.dataset, self.pattern_weights)

    @property
    def pattern_weights(self) -> FloatArray | None:
        """Weight of each pattern, (P,) float64; None if all are 1."""
        return self.data.sqrt_weights**2 if len(self.data.sqrt_weights) else None

    @property
    def least_sse(self) -> float:
        """SSE that rounding alone produces on these targets."""
        largest = float(np.abs(self.dataset.targets).max())
        if not 1e-150 < largest < 1e150:  # squares would vanish or overflow
            return 0.0
        return _ROUNDING_ERROR**2 * float((self.dataset.targets**2).sum())

    @property
    def plain(self) -> bool:
        """Whether all patterns have the weight 1 and no network weight is frozen."""
        return len(self.data.sqrt_weights) == len(self.held) == 0

    def activations(self, weights: ArrayLike) -> FloatArray:
        """Compute the value of every node for every pattern.

        Parameters
        ----------
        weights : (N,) array_like
            Weights, neuron by neuron, bias first.

        Returns
        -------
        (P, I+K) float64
            Inputs first, then neurons.
        """
        return self.network.activations(weights, self.dataset.inputs)

    def outputs(self, weights: ArrayLike) -> FloatArray:
        """Compute the outputs for every pattern.

        Parameters
        ----------
        weights : (N,) array_like
            Weights, neuron by neuron, bias first.

        Returns
        -------
        (P, M) float64
            Outputs, one pattern per row.
        """
        nodes = self.activations(weights)
        return np.ascontiguousarray(nodes[:, self.network.n_inputs + self.network.outputs])

    def sse(self, weights: ArrayLike) -> float:
        """Compute the sum of squared errors.

        Parameters
        ----------
        weights : (N,) array_like
            Weights, neuron by neuron, bias first.

        Returns
        -------
        float
            Sum of squared errors, without the factor 1/2.
        """
        network = self.network
        sse = evaluate.run_forward(
            plain(network.structure), plain(self.data), network.checked_weights(weights),
            *network.value_buffers(), np.zeros((0, 0)),
        )  # fmt: skip
        return float(sse)

    def jacobian(self, weights: ArrayLike) -> FloatArray:
        """Compute J = de/dw with all its rows; training only ever needs their sums.

        Parameters
        ----------
        weights : (N,) array_like
            Weights, neuron by neuron, bias first.

        Returns
        -------
        (P M, N) float64
            J; row p M + m belongs to pattern p and output m, and is multiplied by the square root
            of the pattern's weight. Columns of frozen weights are zero.
        """
        network = self.network
        jacobian = np.zeros((self.dataset.n_patterns * network.n_outputs, network.n_weights))
        problem, buffers = self.summation("forward")
        evaluate.jacobian_rows(
            plain(problem), plain(buffers), network.checked_weights(weights), jacobian
        )
        return jacobian

    def normal_equations(self, weights: ArrayLike, method: str = "auto") -> NormalEquations:
        """Compute SSE, gradient and quasi-Hessian in one pass over the patterns.

        Q = J'J and g = J'e are summed over blocks of patterns; J is never stored. All methods give
        the same result, apart from rounding.

        Parameters
        ----------
        weights : (N,) array_like
            Weights, neuron by neuron, bias first.
        method : str
            "forward" (forward-only, 2010), "backward" (2008), "blocks" (by pairs of neurons), or
            "auto": the one with the lowest estimated cost, see `nbn_core.objective.methods`.

        Returns
        -------
        NormalEquations
            sse, gradient (N,), quasi_hessian (N, N).

        Raises
        ------
        SettingError
            If the method is unknown.

        References
        ----------
        Wilamowski, Cotton, Kaynak & Dündar, IEEE Trans. Industrial Electronics 55(10), 3784-3790,
        2008: backward.
        Wilamowski & Yu, IEEE Trans. Neural Networks 21(6), 930-937, 2010: Q without J.
        Wilamowski & Yu, IEEE Trans. Neural Networks 21(11), 1793-1803, 2010: forward only.
        """
        return complete(self._sums(weights, method, self.dataset.n_patterns))

    def normal_equations_in_parts(
        self, weights: ArrayLike, method: str = "auto"
    ) -> Gradual[NormalEquations]:
        """Compute the same as `normal_equations`, to the bit, in parts of hundredths of a second.

        Parameters
        ----------
        weights : (N,) array_like
            Weights, neuron by neuron, bias first.
        method : str
            As for `normal_equations`.

        Returns
        -------
        Gradual
            Generator of the fraction done; its value at the end is a `NormalEquations`.

        Raises
        ------
        SettingError
            If the method is unknown, when the first part is asked for.
        """
        seconds = 1e-11 * self.network.n_outputs * self.network.n_weights**2
        return self._sums(weights, method, patterns_per_part(seconds, BLOCK))

    def _sums(self, weights: ArrayLike, method: str, part: int) -> Gradual[NormalEquations]:
        """Sum the normal equations over `part` patterns at a time."""
        network = self.network
        n, patterns = network.n_weights, self.dataset.n_patterns
        padded = WIDTH * network.n_blocks
        gradient = np.zeros(padded)
        upper = np.zeros((padded, padded))
        problem, buffers = map(plain, self.summation(self.method_for(method)))
        checked = network.checked_weights(weights)
        sse = 0.0
        for start in range(0, patterns, part):
            if start:
                yield start / patterns
            sse = evaluate.normal_equations(
                problem, buffers, checked, start, min(start + part, patterns), sse, gradient, upper
            )
        return NormalEquations(float(sse), gradient[:n].copy(), mirrored(upper, n))

    def method_for(self, method: str = "auto") -> str:
        """Resolve "auto" to a concrete method; return any other method unchanged.

        Parameters
        ----------
        method : str
            "auto", "forward", "backward" or "blocks".

        Returns
        -------
        str
            "forward", "backward" or "blocks".

        Raises
        ------
        SettingError
            If the method is unknown.
        """
        return chosen(self.network, self.dataset.n_patterns, method)

    def summation(self, method: str) -> tuple[Problem, BlockBuffers]:
        """Collect the arguments of the kernels that sum normal equations.

        Parameters
        ----------
        method : str
            "forward", "backward" or "blocks".

        Returns
        -------
        problem : Problem
            Network, plans, method, data and frozen weights.
        buffers : BlockBuffers
            Work space for one block of patterns.
        """
        network = self.network
        code = code_of(network, method)
        if code & accumulate.PAIRS:
            plan = PairPlan.from_network(network)
            buffers = network.workspace(plan.n_rows, plan.n_terms, plan.n_tiles)
        else:
            plan = PairPlan.empty()
            buffers = network.workspace()
        problem = Problem(
            structure=network.structure,
            paths=network.paths,
            row_plan=network.row_plan,
            pair_plan=plan.arrays,
            method=code,
            patterns=self.data,
            frozen=self.held,
        )
        return problem, buffers


def mirrored(upper: FloatArray, n: int) -> FloatArray:
    """Return the symmetric matrix whose upper triangle a padded matrix holds.

    Parameters
    ----------
    upper : float64 matrix
        Padded matrix, at least (n, n); entries below the diagonal are ignored.
    n : int
        Rows and columns of the result.

    Returns
    -------
    (n, n) float64
        Symmetric matrix, a copy.
    """
    part = np.triu(upper[:n, :n])
    return part + np.triu(part, 1).T
