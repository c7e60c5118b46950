"""Starting weights, drawn by a scheme from a random seed; the same on every machine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    scaled : bool
        Whether the weights are those for standardised data, which
        `nbn_core.objective.starting_weights` converts to the scale of the data at hand.
    """

    name: str
    title: str
    bounds: Callable[[Topology], FloatArray]
    scaled: bool = False


def _fan_in_bounds(topology: Topology, bias: float = 1.0, neuron: float = 1.0) -> FloatArray:
    """Return 1 / sqrt(sources) for each weight, times a factor for biases and for neurons."""
    bounds = []
    for target in topology.neurons:
        factors = [bias, *(1.0 if s < topology.n_inputs else neuron for s in target.sources)]
        bounds.append(np.array(factors) / np.sqrt(len(target.sources)))
    return np.concatenate(bounds)


SCHEMES: dict[str, Scheme] = {
    scheme.name: scheme
    for scheme in (
        Scheme("uniform", "Between -1 and 1", lambda topology: np.ones(topology.n_weights)),
        Scheme("small", "Between -0.3 and 0.3", lambda topology: np.full(topology.n_weights, 0.3)),
        Scheme("fan_in", "Smaller for neurons with many sources", _fan_in_bounds),
        # The factors are the result of a study, docs/step-control.md
        Scheme(
            "data",
            "Scaled to the data",
            lambda topology: _fan_in_bounds(topology, bias=0.3, neuron=2.0),
            scaled=True,
        ),
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
        Those of "data" are for inputs and targets of mean 0 and standard deviation 1.
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
    weights: FloatArray = initial_weights_of(topology, scheme, [seed])[0]
    return weights


def initial_weights_of(topology: Topology, scheme: str, seeds: Sequence[int]) -> FloatArray:
    """Draw starting weights from several random seeds.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    scheme : str
        Distribution, a key of `SCHEMES`.
    seeds : (T,) sequence of int
        Random seeds, each from 0 up.

    Returns
    -------
    (T, N) float64
        Weights of each seed, as `initial_weights` draws them.

    Raises
    ------
    SettingError
        If the scheme is unknown, or a seed is not an integer from 0 up.
    """
    if not isinstance(scheme, str) or scheme not in SCHEMES:
        raise SettingError(
            f"There are no starting weights called {shown(scheme)}: choose {', '.join(SCHEMES)}."
        )
    drawn = np.empty((len(seeds), topology.n_weights))
    for values, seed in zip(drawn, seeds, strict=True):
        generator = np.random.default_rng(whole(seed, "seed", 0, MAX_SEED))
        values[:] = generator.uniform(-1.0, 1.0, len(values))
        while not values.all():
            zero = values == 0
            values[zero] = generator.uniform(-1.0, 1.0, int(zero.sum()))
    return drawn * SCHEMES[scheme].bounds(topology)
