"""Units of the weights: what a weight of 1 means on data of any scale.

A weight multiplies the value of its source and adds to the net input of its neuron. Its unit is

    u = (spread of its neuron) / (size of its source)

The size of an input is its root mean square over the patterns, the spread of a linear output the
standard deviation of its targets; both are 1 for a bias and for every other neuron, whose values
have bounds. A weight divided by its unit is the same number whatever the units of the data.
`nbn_core.kernels.step_control` measures steps in these units, and starting weights that are scaled
to the data are drawn in them, see `scaled_start`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from nbn_core.data import Dataset
from nbn_core.network import Topology
from nbn_core.network.initial_weights import SCHEMES, initial_weights_of
from nbn_core.types import FloatArray, IntArray

_CONSTANT = 1e-9  # standard deviation, relative to the size, below which a column is constant


class NodeScales(NamedTuple):
    """Scales of the values of all nodes, inputs first.

    Attributes
    ----------
    mean, spread : (I+K,) float64
        Mean and standard deviation of inputs, and of the targets of linear outputs; 0 and 1 for
        other neurons. A constant column has its size as spread, or 1 if it is zero.
    size : (I+K,) float64
        Root mean square; 1 for other neurons and for a column of zeros.
    """

    mean: FloatArray
    spread: FloatArray
    size: FloatArray


class _Places(NamedTuple):
    """For each weight its source node (-1 for a bias) and its own node; indices of the biases."""

    source: IntArray
    node: IntArray
    biases: IntArray


def node_scales(
    topology: Topology, dataset: Dataset, pattern_weights: FloatArray | None = None
) -> NodeScales:
    """Measure the scales of all nodes on the data.

    Parameters
    ----------
    topology : Topology
        Network of I inputs and K neurons.
    dataset : Dataset
        Patterns with the network's numbers of inputs and targets.
    pattern_weights : (P,) float64, optional
        Weight of each pattern in the means, at least one above 0; equal by default.

    Returns
    -------
    NodeScales
        Mean, spread and size of every node.
    """
    nodes = topology.n_inputs + len(topology.neurons)
    scales = NodeScales(np.zeros(nodes), np.ones(nodes), np.ones(nodes))
    for place, column in enumerate(dataset.inputs.T):
        _measure(scales, place, column, pattern_weights)
    for neuron, column in zip(topology.outputs, dataset.targets.T, strict=True):
        if topology.neurons[neuron].activation == "linear":
            _measure(scales, topology.n_inputs + neuron, column, pattern_weights)
    return scales


def _measure(
    scales: NodeScales, place: int, column: FloatArray, pattern_weights: FloatArray | None
) -> None:
    """Write the scales of one node, with squares that neither overflow nor vanish."""
    if pattern_weights is None:
        shares = np.full(len(column), 1.0 / len(column))
    else:
        shares = pattern_weights / pattern_weights.sum()
        column = np.where(shares > 0.0, column, 0.0)
    largest = float(np.abs(column).max())
    if largest == 0.0 or not np.isfinite(1.0 / largest):
        return
    values = column / largest
    mean = float((shares * values).sum())
    size = float(np.sqrt((shares * values * values).sum()))
    spread = float(np.sqrt((shares * (values - mean) ** 2).sum()))
    scales.mean[place] = mean * largest
    scales.size[place] = size * largest
    scales.spread[place] = (spread if spread > _CONSTANT * size else size) * largest


def weight_units(
    topology: Topology, dataset: Dataset, pattern_weights: FloatArray | None = None
) -> FloatArray:
    """Compute the unit of every weight.

    Parameters
    ----------
    topology : Topology
        Network with N weights.
    dataset : Dataset
        Patterns with the network's numbers of inputs and targets.
    pattern_weights : (P,) float64, optional
        Weight of each pattern; equal by default.

    Returns
    -------
    (N,) float64
        Units, neuron by neuron, bias first.
    """
    scales, places = node_scales(topology, dataset, pattern_weights), _places(topology)
    return scales.spread[places.node] / _of_source(scales.size, places, 1.0)


def scaled_start(
    topology: Topology,
    dataset: Dataset,
    weights: FloatArray,
    pattern_weights: FloatArray | None = None,
) -> FloatArray:
    """Convert weights for standardised data into weights for these data.

    With the result, every neuron has the net input that the given weights would produce on inputs
    of mean 0 and standard deviation 1, and linear outputs have the mean and spread of the targets.

    Parameters
    ----------
    topology : Topology
        Network with N weights.
    dataset : Dataset
        Patterns with the network's numbers of inputs and targets.
    weights : (..., N) float64
        Weights for standardised inputs and targets.
    pattern_weights : (P,) float64, optional
        Weight of each pattern; equal by default.

    Returns
    -------
    (..., N) float64
        Weights for these data.
    """
    scales, places = node_scales(topology, dataset, pattern_weights), _places(topology)
    scaled = weights / _of_source(scales.spread, places, 1.0)
    shifts = scaled * _of_source(scales.mean, places, 0.0)
    scaled[..., places.biases] -= np.add.reduceat(shifts, places.biases, axis=-1)
    scaled *= scales.spread[places.node]
    scaled[..., places.biases] += scales.mean[places.node[places.biases]]
    return scaled


def starting_weights(
    topology: Topology,
    dataset: Dataset,
    scheme: str = "data",
    seed: int = 0,
    pattern_weights: FloatArray | None = None,
) -> FloatArray:
    """Draw starting weights for a network and its data from a random seed.

    Parameters
    ----------
    topology : Topology
        Network with N weights.
    dataset : Dataset
        Training patterns; only the scheme "data" depends on them.
    scheme : str
        Distribution, a key of `SCHEMES`.
    seed : int
        Random seed, from 0 up.
    pattern_weights : (P,) float64, optional
        Weight of each pattern; equal by default.

    Returns
    -------
    (N,) float64
        Weights, neuron by neuron, bias first.

    Raises
    ------
    SettingError
        If the scheme is unknown, or the seed is not an integer from 0 up.
    """
    some = starting_weights_of(topology, dataset, scheme, [seed], pattern_weights)
    weights: FloatArray = some[0]
    return weights


def starting_weights_of(
    topology: Topology,
    dataset: Dataset,
    scheme: str,
    seeds: Sequence[int],
    pattern_weights: FloatArray | None = None,
) -> FloatArray:
    """Draw starting weights from several random seeds, which measures the data once.

    Parameters
    ----------
    topology : Topology
        Network with N weights.
    dataset : Dataset
        Training patterns; only the scheme "data" depends on them.
    scheme : str
        Distribution, a key of `SCHEMES`.
    seeds : (T,) sequence of int
        Random seeds, each from 0 up.
    pattern_weights : (P,) float64, optional
        Weight of each pattern; equal by default.

    Returns
    -------
    (T, N) float64
        Weights of each seed, as `starting_weights` draws them.

    Raises
    ------
    SettingError
        If the scheme is unknown, or a seed is not an integer from 0 up.
    """
    weights = initial_weights_of(topology, scheme, seeds)
    if not SCHEMES[scheme].scaled:
        return weights
    return scaled_start(topology, dataset, weights, pattern_weights)


def _places(topology: Topology) -> _Places:
    source = np.array(
        [s for neuron in topology.neurons for s in (-1, *neuron.sources)], dtype=np.int64
    )
    counts = np.array([1 + len(neuron.sources) for neuron in topology.neurons])
    node = topology.n_inputs + np.repeat(np.arange(len(topology.neurons)), counts)
    return _Places(source, node, np.cumsum(counts) - counts)


def _of_source(values: FloatArray, places: _Places, of_bias: float) -> FloatArray:
    """Return the value of each weight's source; `of_bias` for biases."""
    return np.where(places.source < 0, of_bias, values[places.source])
