"""Coupling of the weights of neurons and layers in the quasi-Hessian.

NBN assembles Q neuron by neuron, but Q is full: the effect of a change of one neuron's weights
depends on the weights of others. Let Q_ab be the blocks of Q for groups of weights (neurons, or
layers). A method that solves group by group uses only the blocks on the diagonal:

    full step    (Q + mu I) dw = -g          block step    (Q_aa + mu I) dw_a = -g_a for each a

The loss is measured by the share of ||Q||^2 inside the diagonal blocks, the angle between both
steps, the ratio of their lengths, and the decrease of the damped model
SSE + 2 g'dw + dw'(Q + mu I) dw by the block step, relative to the decrease by the full step, which
minimises the model. The block step is also rescaled to the best length in its direction, so that
only its direction is compared.

If the neurons of two weights reach no common output, no row of J is nonzero at both weights, and
their entry of Q is zero for all data and all weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nbn_core.display import OneLine
from nbn_core.network import Topology
from nbn_core.types import BoolArray, FloatArray

IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Groups(OneLine):
    """Partition of the weights into groups.

    Parameters
    ----------
    names : tuple of str
        Names of the groups.
    members : tuple of (n,) index arrays
        Indices of the weights of each group, ascending.
    """

    names: tuple[str, ...]
    members: tuple[IndexArray, ...]

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True, repr=False)
class BlockLoss(OneLine):
    """Block step, solved group by group, compared with the full step from the same point.

    Parameters
    ----------
    angle : float
        Angle between the two steps, in degrees.
    length_ratio : float
        Length of the block step divided by that of the full step.
    decrease_ratio : float
        Decrease of the damped model by the block step divided by that by the full step, at most 1;
        negative if the block step increases the model.
    best_decrease_ratio : float
        Decrease ratio of the block step rescaled to the best length in its direction.
    """

    angle: float
    length_ratio: float
    decrease_ratio: float
    best_decrease_ratio: float


def by_neuron(topology: Topology) -> Groups:
    """Group the weights of each neuron.

    Parameters
    ----------
    topology : Topology
        Topology of the network.

    Returns
    -------
    Groups
        One group per neuron, in the order of the weights.
    """
    owner = _owners(topology)
    members = tuple(np.flatnonzero(owner == k) for k in range(topology.n_neurons))
    return Groups(topology.neuron_names, members)


def by_layer(topology: Topology) -> Groups:
    """Group the weights by layer, the longest path from an input to their neuron.

    Parameters
    ----------
    topology : Topology
        Topology of the network.

    Returns
    -------
    Groups
        One group per layer, layer 1 first.
    """
    level = np.array(topology.levels)[_owners(topology)]
    layers = range(1, int(level.max()) + 1)
    members = tuple(np.flatnonzero(level == layer) for layer in layers)
    return Groups(tuple(f"layer {layer}" for layer in layers), members)


def structural_zeros(topology: Topology) -> BoolArray:
    """Find the entries of Q that are zero for all data and all weights.

    Parameters
    ----------
    topology : Topology
        Topology of the network.

    Returns
    -------
    (N, N) bool
        True where the neurons of both weights reach no common output.
    """
    reaches = np.zeros((topology.n_neurons, topology.n_outputs))
    reaches[list(topology.outputs), np.arange(topology.n_outputs)] = 1.0
    for k in reversed(range(topology.n_neurons)):
        for source in topology.neurons[k].sources:
            if source >= topology.n_inputs:
                i = source - topology.n_inputs
                np.maximum(reaches[i], reaches[k], out=reaches[i])
    apart = reaches @ reaches.T == 0.0
    owner = _owners(topology)
    zeros: BoolArray = apart[np.ix_(owner, owner)]
    return zeros


def block_norms(matrix: FloatArray, groups: Groups) -> FloatArray:
    """Compute the Frobenius norm of every block.

    Parameters
    ----------
    matrix : (N, N) float64
        Matrix over the weights, such as Q.
    groups : Groups
        Partition of the weights into G groups.

    Returns
    -------
    (G, G) float64
        Frobenius norms of the blocks.
    """
    indicator = np.zeros((len(groups), len(matrix)))
    for a, members in enumerate(groups.members):
        indicator[a, members] = 1.0
    norms: FloatArray = np.sqrt(indicator @ (matrix * matrix) @ indicator.T)
    return norms


def diagonal_share(norms: FloatArray) -> float:
    """Compute the share of ||Q||^2 inside the diagonal blocks; NaN if Q is zero.

    Parameters
    ----------
    norms : (G, G) float64
        Norms of the blocks, as from `block_norms`.

    Returns
    -------
    float
        Share, from 0 to 1.
    """
    energy = norms * norms
    total = float(energy.sum())
    return float(np.trace(energy)) / total if total > 0 else float("nan")


def block_step(
    quasi_hessian: FloatArray, gradient: FloatArray, mu: float | FloatArray, groups: Groups
) -> FloatArray:
    """Compute the block step: solve group by group with the diagonal blocks of Q.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Quasi-Hessian Q, symmetric.
    gradient : (N,) float64
        Half the gradient of the SSE, g.
    mu : float or (N,) float64
        Damping, above 0.
    groups : Groups
        Partition of the weights into groups.

    Returns
    -------
    (N,) float64
        Block step dw.
    """
    step = np.zeros_like(gradient)
    added = np.broadcast_to(mu, gradient.shape)
    for members in groups.members:
        block = quasi_hessian[np.ix_(members, members)]
        step[members] = full_step(block, gradient[members], added[members])
    return step


def full_step(
    quasi_hessian: FloatArray, gradient: FloatArray, mu: float | FloatArray
) -> FloatArray:
    """Compute the full step: solve (Q + D) dw = -g.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Quasi-Hessian Q, symmetric.
    gradient : (N,) float64
        Half the gradient of the SSE, g.
    mu : float or (N,) float64
        Diagonal of D, above 0, but possibly negligible compared with a singular Q.

    Returns
    -------
    (N,) float64
        Full step dw; the shortest solution if Q + D is singular to working precision.
    """
    damped = quasi_hessian + np.diag(np.broadcast_to(mu, gradient.shape))
    try:
        step = np.linalg.solve(damped, -gradient)
    except np.linalg.LinAlgError:
        step = np.linalg.lstsq(damped, -gradient, rcond=None)[0]
    return np.asarray(step, dtype=np.float64)


def decrease(quasi_hessian: FloatArray, gradient: FloatArray, step: FloatArray) -> float:
    """Compute the decrease of the SSE predicted by the quadratic model, -2 g'dw - dw'Q dw.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Quasi-Hessian Q, symmetric.
    gradient : (N,) float64
        Half the gradient of the SSE, g.
    step : (N,) float64
        Step dw of all weights.

    Returns
    -------
    float
        Predicted decrease; positive if the SSE decreases.
    """
    return float(-2.0 * gradient @ step - step @ quasi_hessian @ step)


def block_loss(
    quasi_hessian: FloatArray, gradient: FloatArray, mu: float | FloatArray, groups: Groups
) -> BlockLoss:
    """Compare the block step with the full step.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Quasi-Hessian Q, symmetric.
    gradient : (N,) float64
        Half the gradient of the SSE, g.
    mu : float or (N,) float64
        Damping of both steps.
    groups : Groups
        Partition of the weights into groups.

    Returns
    -------
    BlockLoss
        Angle and ratios; NaN if a step is zero.
    """
    full = full_step(quasi_hessian, gradient, mu)
    block = block_step(quasi_hessian, gradient, mu, groups)
    damped = quasi_hessian + np.diag(np.broadcast_to(mu, gradient.shape))
    expected = decrease(damped, gradient, full)
    curve = float(block @ damped @ block)
    slope = float(-gradient @ block)
    best = slope * slope / curve if curve > 0 else float("nan")
    return BlockLoss(
        angle_between(full, block),
        _ratio(float(np.linalg.norm(block)), float(np.linalg.norm(full))),
        _ratio(decrease(damped, gradient, block), expected),
        _ratio(best, expected),
    )


def angle_between(one: FloatArray, other: FloatArray) -> float:
    """Compute the angle between two vectors, accurately also for small angles.

    Parameters
    ----------
    one, other : (N,) float64
        Vectors of the same length.

    Returns
    -------
    float
        Angle in degrees; NaN if one of the vectors is zero.
    """
    a, b = float(np.linalg.norm(one)), float(np.linalg.norm(other))
    if not (a > 0 and b > 0):
        return float("nan")
    u, v = one / a, other / b
    return float(np.degrees(2.0 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))))


def _owners(topology: Topology) -> IndexArray:
    sizes = [1 + len(neuron.sources) for neuron in topology.neurons]
    return np.repeat(np.arange(topology.n_neurons), sizes)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0 else float("nan")


def coupling_order(quasi_hessian: FloatArray, apart: BoolArray | None = None) -> IndexArray:
    """Order the weights so that coupled ones are adjacent, by spectral seriation.

    With the coupling c_ij = |q_ij| / sqrt(q_ii q_jj), from 0 to 1, the weights are sorted by the
    second eigenvector of the Laplacian of c, the smoothest function on that graph. Connected
    components of the graph are sorted separately, largest first.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Quasi-Hessian Q, symmetric.
    apart : (N, N) bool, optional
        Entries that are treated as zero, as from `structural_zeros`.

    Returns
    -------
    (N,) index array
        Indices of the weights in their new order.

    References
    ----------
    Atkins, Boman & Hendrickson, SIAM J. Computing 28(1), 297-310, 1998.
    """
    scale = np.sqrt(np.maximum(np.diag(quasi_hessian), 0.0))
    size = np.outer(scale, scale)
    coupling = np.divide(np.abs(quasi_hessian), size, out=np.zeros_like(size), where=size > 0)
    np.fill_diagonal(coupling, 0.0)
    if apart is not None:
        coupling[apart] = 0.0
    order: list[int] = []
    for part in _parts(coupling > 1e-9):
        inside = coupling[np.ix_(part, part)]
        laplacian = np.diag(inside.sum(axis=0)) - inside
        if len(part) > 2:
            smooth = np.linalg.eigh(laplacian)[1][:, 1]
            smooth = smooth if smooth[0] <= smooth[-1] else -smooth
            part = part[np.argsort(smooth, kind="stable")]
        order += part.tolist()
    return np.array(order, dtype=np.intp)


def _parts(linked: BoolArray) -> Sequence[IndexArray]:
    """Return the connected components of a graph (N, N) bool, largest first."""
    left = np.ones(len(linked), dtype=bool)
    parts = []
    while left.any():
        inside = np.zeros(len(linked), dtype=bool)
        front = np.array([int(np.argmax(left))])
        while len(front):
            inside[front] = True
            front = np.flatnonzero(linked[front].any(axis=0) & ~inside)
        left &= ~inside
        parts.append(np.flatnonzero(inside))
    return sorted(parts, key=len, reverse=True)
