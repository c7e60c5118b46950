"""Starting weights, drawn by a scheme from a random seed; the same on every machine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nbn_core.checks import MAX_SEED, shown, whole
from nbn_core.display import OneLine
from nbn_core.errors import SettingError
from nbn_core.network.topology import Topology
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True, repr=False)
class Scheme(OneLine):
    """A distribution of starting weights: uniform between -bound and bound for each weight.

    Parameters
    ----------
    name : str
        Name in files and in Python.
    title : str
        Name in the user interface.
    bounds : callable
        Function that returns the bounds of a topology, (N,) float64.
    """

    name: str
    title: str
    bounds: Callable[[Topology], FloatArray]


def _fan_in_bounds(topology: Topology) -> FloatArray:
    return np.concatenate(
        [
            np.full(1 + len(neuron.sources), 1.0 / np.sqrt(len(neuron.sources)))
            for neuron in topology.neurons
        ]
    )


SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme("uniform", "Between -1 and 1", lambda topology: np.ones(topology.n_weights)),
        Scheme("small", "Between -0.3 and 0.3", lambda topology: np.full(topology.n_weights, 0.3)),
        Scheme("fan_in", "Smaller for neurons with many sources", _fan_in_bounds),
    )
}


def initial_weights(topology: Topology, scheme: str = "uniform", seed: int = 0) -> FloatArray:
    """Draw starting weights from a random seed.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    scheme : str
        Distribution, a key of `SCHEMES`; "uniform", between -1 and 1, is that of the NBN papers.
    seed : int
        Random seed, from 0 up.

    Returns
    -------
    (N,) float64
        Weights, neuron by neuron, bias first; none of them is exactly 0.

    Raises
    ------
    SettingError
        If the scheme is unknown, or the seed is not an integer from 0 up.
    """
    if not isinstance(scheme, str) or scheme not in SCHEMES:
        raise SettingError(
            f"There are no starting weights called {shown(scheme)}: choose {', '.join(SCHEMES)}."
        )
    generator = np.random.default_rng(whole(seed, "seed", 0, MAX_SEED))
    values = generator.uniform(-1.0, 1.0, topology.n_weights)
    while not values.all():
        zero = values == 0
        values[zero] = generator.uniform(-1.0, 1.0, int(zero.sum()))
    return values * SCHEMES[scheme].bounds(topology)
