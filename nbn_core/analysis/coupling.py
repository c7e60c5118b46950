"""Blocks: how the weights of neurons and layers are coupled in the quasi-Hessian.

NBN assembles Q neuron by neuron, but Q is full: the weights of one neuron matter for what a change
of another's does. Cut Q into blocks Q_ab by groups of weights (neurons, or layers). A method that
treats groups one by one solves only with the blocks on the diagonal:

    full step    (Q + mu I) dw = -g          block step    (Q_aa + mu I) dw_a = -g_a for each a

What that loses is measured here, not assumed: the share of ||Q||^2 inside the diagonal blocks, the
angle between both steps, their lengths, and how much of the decrease that the damped model
SSE + 2 g'dw + dw'(Q + mu I) dw expects of the full step, its minimum, the block step reaches. The
block step is also scaled to the length that is best in its own direction, so that it is not blamed
for length.

Two weights whose neurons reach no common output are never in one row of J together: that entry of Q
is zero for every data set and every value of the weights.
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
    """The weights in groups.

    Parameters
    ----------
    names : tuple of str
        One for each group.
    members : tuple of (n,) index arrays
        Weights of each group, ascending.
    """

    names: tuple[str, ...]
    members: tuple[IndexArray, ...]

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, slots=True, repr=False)
class BlockLoss(OneLine):
    """What a step group by group loses against the full step from the same point.

    Parameters
    ----------
    angle : float
        Degrees between the two.
    length_ratio : float
        Length of the block step over that of the full one.
    decrease_ratio : float
        Decrease of the damped model by the block step over that by the full one, at most 1; below
        0 if the block step would raise it.
    best_decrease_ratio : float
        The same with the block step scaled to the best length in its direction.
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
        The network.

    Returns
    -------
    Groups
        In the order of the weights.
    """
    owner = _owners(topology)
    members = tuple(np.flatnonzero(owner == k) for k in range(topology.n_neurons))
    return Groups(topology.neuron_names, members)


def by_layer(topology: Topology) -> Groups:
    """Group the weights of all neurons that are equally far from the inputs.

    Parameters
    ----------
    topology : Topology
        The network.

    Returns
    -------
    Groups
        Layer 1 first; the layer of a neuron is its longest path from an input.
    """
    level = np.array(topology.levels)[_owners(topology)]
    layers = range(1, int(level.max()) + 1)
    members = tuple(np.flatnonzero(level == layer) for layer in layers)
    return Groups(tuple(f"layer {layer}" for layer in layers), members)


def structural_zeros(topology: Topology) -> BoolArray:
    """Find the entries of Q that are zero for every data set and all weights.

    Parameters
    ----------
    topology : Topology
        The network.

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
        Q, or any other.
    groups : Groups
        G of them.

    Returns
    -------
    (G, G) float64
        Norms.
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
        From `block_norms`.

    Returns
    -------
    float
        From 0 to 1.
    """
    energy = norms * norms
    total = float(energy.sum())
    return float(np.trace(energy)) / total if total > 0 else float("nan")


def block_step(
    quasi_hessian: FloatArray, gradient: FloatArray, mu: float | FloatArray, groups: Groups
) -> FloatArray:
    """Solve group by group, with the diagonal blocks of Q only.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Q.
    gradient : (N,) float64
        g.
    mu : float or (N,) float64
        Damping, above 0.
    groups : Groups
        Which weights are solved for together.

    Returns
    -------
    (N,) float64
        dw.
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
    """Solve (Q + D) dw = -g.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Q.
    gradient : (N,) float64
        g.
    mu : float or (N,) float64
        Diagonal of D, above 0; it may be too small to matter beside a singular Q.

    Returns
    -------
    (N,) float64
        dw; the shortest solution if Q + D is singular to working precision.
    """
    damped = quasi_hessian + np.diag(np.broadcast_to(mu, gradient.shape))
    try:
        step = np.linalg.solve(damped, -gradient)
    except np.linalg.LinAlgError:
        step = np.linalg.lstsq(damped, -gradient, rcond=None)[0]
    return np.asarray(step, dtype=np.float64)


def decrease(quasi_hessian: FloatArray, gradient: FloatArray, step: FloatArray) -> float:
    """Compute by how much the quadratic model says that the SSE falls: -2 g'dw - dw'Q dw.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Q.
    gradient : (N,) float64
        g.
    step : (N,) float64
        dw.

    Returns
    -------
    float
        Above 0 if it falls.
    """
    return float(-2.0 * gradient @ step - step @ quasi_hessian @ step)


def block_loss(
    quasi_hessian: FloatArray, gradient: FloatArray, mu: float | FloatArray, groups: Groups
) -> BlockLoss:
    """Compare the step group by group with the full one.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Q.
    gradient : (N,) float64
        g.
    mu : float or (N,) float64
        Damping, the same for both.
    groups : Groups
        Which weights are solved for together.

    Returns
    -------
    BlockLoss
        NaN where a step is zero.
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
    """Compute the angle between two vectors, exact for small angles too.

    Parameters
    ----------
    one, other : (N,) float64
        Vectors.

    Returns
    -------
    float
        Degrees; NaN if one is zero.
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


# Order of the weights


def coupling_order(quasi_hessian: FloatArray, apart: BoolArray | None = None) -> IndexArray:
    """Order the weights so that coupled ones stand together: spectral seriation.

    With the coupling c_ij = |q_ij| / sqrt(q_ii q_jj), from 0 to 1, weights are sorted by the second
    eigenvector of the Laplacian of c, the smoothest function on that graph. Parts of the graph that
    have no coupling at all between them stay together, largest first.

    Parameters
    ----------
    quasi_hessian : (N, N) float64
        Q.
    apart : (N, N) bool, optional
        Entries that count as zero whatever they are.

    Returns
    -------
    (N,) index array
        Weights in their new order.

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
    """Connected parts, the largest first."""
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
