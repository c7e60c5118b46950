"""Starting weights of a network that is compared with another one: equal where both coincide.

A connection is identified by the names of its source and of its neuron, a bias by the name of its
neuron. The weights of connections and biases that both networks have are those of the reference;
all others are drawn for the network by the scheme and seed, as `starting_weights` does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.display import one_line
from nbn_core.errors import ShapeError
from nbn_core.network import Topology
from nbn_core.objective.units import starting_weights
from nbn_core.types import FloatArray


class SharedStart(NamedTuple):
    """Starting weights, and how many of them are those of the reference.

    Attributes
    ----------
    weights : (N,) float64
        Weights, neuron by neuron, bias first.
    shared : int
        Number of weights taken from the reference.
    """

    weights: FloatArray
    shared: int

    def __repr__(self) -> str:
        return one_line("SharedStart", f"{self.shared} of {plural(len(self.weights), 'weight')}")


def shared_start(
    topology: Topology,
    reference: Topology,
    reference_weights: ArrayLike,
    dataset: Dataset,
    scheme: str = "data",
    seed: int = 0,
) -> SharedStart:
    """Draw starting weights that equal those of a reference where connections coincide.

    Parameters
    ----------
    topology : Topology
        Network with N weights.
    reference : Topology
        Network with R weights; connections are compared by the names of their nodes.
    reference_weights : (R,) array_like
        Weights of the reference, neuron by neuron, bias first.
    dataset : Dataset
        Training patterns; only the scheme "data" depends on them.
    scheme : str
        Distribution of the other weights, a key of `SCHEMES`.
    seed : int
        Random seed of the other weights, from 0 up.

    Returns
    -------
    SharedStart
        The weights, and how many of them are those of the reference.

    Raises
    ------
    ShapeError
        If the number of reference weights is not R.
    SettingError
        If the scheme is unknown, or the seed is not an integer from 0 up.
    """
    given = np.asarray(reference_weights, dtype=np.float64)
    if given.shape != (reference.n_weights,):
        raise ShapeError(
            f"The reference has {plural(reference.n_weights, 'weight')}, but an array of shape "
            f"{given.shape} is given: give one number for each connection and bias."
        )
    known = dict(zip(reference.weight_names, given.tolist(), strict=True))
    weights = starting_weights(topology, dataset, scheme, seed)
    shared = [(i, known[name]) for i, name in enumerate(topology.weight_names) if name in known]
    for i, weight in shared:
        weights[i] = weight
    return SharedStart(weights, len(shared))
