"""Objective: the sum of squared errors of a network on a dataset, and its first derivatives.

Sign convention, here and everywhere: with targets d and outputs o over P patterns and M outputs,

    e = d - o,    SSE = sum e^2 (no factor 1/2),    J = de/dw,    Q = J'J,    g = J'e,

so the gradient of the SSE is 2 g and a damped step is dw = -(Q + mu I)^-1 g.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.errors import ShapeError
from nbn_core.kernels import accumulate, evaluate
from nbn_core.kernels.vectors import WIDTH
from nbn_core.network import Network, Topology
from nbn_core.objective.methods import chosen, code_of
from nbn_core.objective.pair_plan import PairPlan
from nbn_core.objective.weighting import Held, frozen_weights, roots
from nbn_core.types import FloatArray


class NormalEquations(NamedTuple):
    """SSE, g = J'e (N,) and Q = J'J (N, N), full and symmetric."""

    sse: float
    gradient: FloatArray
    quasi_hessian: FloatArray


class Objective:
    """The sum of squared errors of a topology on a dataset, as a function of the weights.

    Parameters
    ----------
    topology : Topology
        The network.
    dataset : Dataset
        The patterns.
    pattern_weights : (P,) array_like, optional
        How much each pattern counts; each 1 if left out.
    held : str, collection or (N,) bool array, optional
        Neurons or weights that stay as they are, see `nbn_core.objective.weighting`.

    Raises
    ------
    ShapeError
        If the dataset does not have the network's numbers of inputs and outputs, or there is not
        one weight for each pattern.
    SettingError
        If there is no neuron or weight like one held.
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
        self.data = (dataset.inputs, dataset.targets, roots(pattern_weights, dataset.n_patterns))
        self.held = frozen_weights(held, topology)

    @property
    def plain(self) -> bool:
        """Whether all patterns count the same and no weight is held."""
        return len(self.data[2]) == len(self.held) == 0

    def activations(self, weights: ArrayLike) -> FloatArray:
        """Compute the value of every node for every pattern.

        Parameters
        ----------
        weights : (N,) array_like
            Neuron by neuron, bias first.

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
            Neuron by neuron, bias first.

        Returns
        -------
        (P, M) float64
            In the order of the outputs.
        """
        nodes = self.activations(weights)
        return np.ascontiguousarray(nodes[:, self.network.n_inputs + self.network.outputs])

    def sse(self, weights: ArrayLike) -> float:
        """Compute the sum of squared errors.

        Parameters
        ----------
        weights : (N,) array_like
            Neuron by neuron, bias first.

        Returns
        -------
        float
            Without the factor 1/2.
        """
        network = self.network
        sse = evaluate.run_forward(
            network.structure, self.data, network.checked_weights(weights),
            *network.value_buffers(), np.zeros((0, 0)),
        )  # fmt: skip
        return float(sse)

    def jacobian(self, weights: ArrayLike) -> FloatArray:
        """Compute J = de/dw with all its rows. Training never does: it needs only their sums.

        Parameters
        ----------
        weights : (N,) array_like
            Neuron by neuron, bias first.

        Returns
        -------
        (P M, N) float64
            Row p M + m belongs to pattern p and output m, and is multiplied by the root of the
            pattern's weight; columns of held weights are zero.
        """
        network = self.network
        jacobian = np.zeros((self.dataset.n_patterns * network.n_outputs, network.n_weights))
        evaluate.jacobian_rows(
            network.structure, network.paths, network.row_plan, self.data, self.held,
            network.checked_weights(weights), network.room(), jacobian,
        )  # fmt: skip
        return jacobian

    def normal_equations(self, weights: ArrayLike, method: str = "auto") -> NormalEquations:
        """Compute SSE, gradient and quasi-Hessian in one pass over the patterns.

        Q = J'J and g = J'e are summed over blocks of patterns; J is never stored. All methods give
        the same to rounding.

        Parameters
        ----------
        weights : (N,) array_like
            Neuron by neuron, bias first.
        method : str
            "forward" (forward-only, 2010), "backward" (2008), "blocks" (by pairs of neurons), or
            "auto": the one that takes the fewest multiplications, see `nbn_core.objective.methods`.

        Returns
        -------
        NormalEquations
            sse, gradient (N,), quasi_hessian (N, N).

        Raises
        ------
        SettingError
            If the method is not known.

        References
        ----------
        Wilamowski, Cotton, Kaynak & Dündar, IEEE Trans. Industrial Electronics 55(10), 3784-3790,
        2008: backward.
        Wilamowski & Yu, IEEE Trans. Neural Networks 21(6), 930-937, 2010: Q without J.
        Wilamowski & Yu, IEEE Trans. Neural Networks 21(11), 1793-1803, 2010: forward only.
        """
        network = self.network
        method = self.method_for(method)
        n = network.n_weights
        padded = WIDTH * network.n_blocks
        gradient = np.zeros(padded)
        upper = np.zeros((padded, padded))
        fixed, room = self.summation(method)
        arguments = [*fixed, network.checked_weights(weights), room, gradient, upper]
        sse = evaluate.normal_equations(*arguments)
        return NormalEquations(float(sse), gradient[:n].copy(), mirrored(upper, n))

    def method_for(self, method: str = "auto") -> str:
        """Say which method is used when this one is asked for.

        Parameters
        ----------
        method : str
            One of `METHODS`.

        Returns
        -------
        str
            The same, or the one that "auto" chooses here, see `nbn_core.objective.methods`.

        Raises
        ------
        SettingError
            If the method is not known.
        """
        return chosen(self.network, self.dataset.n_patterns, method)

    def summation(self, method: str) -> tuple[tuple[Any, ...], tuple[NDArray[Any], ...]]:
        """Collect what kernels that sum normal equations take.

        Parameters
        ----------
        method : str
            "forward", "backward" or "blocks".

        Returns
        -------
        fixed, room : tuple
            Structure, plans, code of the method, data, held weights; work space.
        """
        network = self.network
        code = code_of(network, method)
        if code & accumulate.PAIRS:
            pairing = PairPlan.from_network(network)
            room = network.room(pairing.n_rows, pairing.n_terms, pairing.n_tiles)
        else:
            pairing = PairPlan.empty()
            room = network.room()
        fixed = (
            network.structure, network.paths, network.row_plan, tuple(pairing.plan), code,
            self.data, self.held,
        )  # fmt: skip
        return fixed, room


def mirrored(upper: FloatArray, n: int) -> FloatArray:
    """Make a full symmetric (n, n) matrix of the upper triangle of a padded one.

    Parameters
    ----------
    upper : float64 matrix
        At least (n, n).
    n : int
        Size.

    Returns
    -------
    (n, n) float64
        A copy.
    """
    part = np.triu(upper[:n, :n])
    return part + np.triu(part, 1).T
