"""Methods of summing the normal equations, and how "auto" chooses one.

    forward    deltas forward only, sums row by row of J            (2010)
    backward   deltas backwards from each output, sums row by row   (2008)
    blocks     sums by pairs of neurons; deltas in the cheaper of the two ways

"auto" counts the multiplications that each method takes for one pattern and chooses the smallest
count. A multiplication inside a tile of sums counts 1, or `PAIRED` where tiles are small and many.
Others were measured to take longer: one in a sum over connections counts `CONNECTION`, an entry of
a row of J with its part of the gradient `ENTRY`, a product of two lines packed for a job `PACKED`,
one in a sum of terms `TERM`. Moving a finished sum to its place, once for all patterns, counts
`SPREAD`. Fitted to fifteen networks of 50 to 400 weights with 1 to 10 outputs, these numbers
predict the time of each method to within about 10 %. In a tie "forward" wins, then "backward".
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from nbn_core.checks import shown
from nbn_core.errors import SettingError
from nbn_core.kernels import accumulate
from nbn_core.kernels.vectors import WIDTH
from nbn_core.network import Network
from nbn_core.objective.pair_plan import cost

METHODS = ("auto", "forward", "backward", "blocks")
PAIRED, CONNECTION, ENTRY, PACKED, TERM, SPREAD = 1.1, 4.0, 10.0, 4.5, 8.0, 20.0


def chosen(network: Network, n_patterns: int, method: str) -> str:
    """Resolve "auto" to a concrete method; return any other method unchanged.

    Parameters
    ----------
    network : Network
        Topology laid out for the kernels.
    n_patterns : int
        Number of patterns P.
    method : str
        Name of a method, one of `METHODS`.

    Returns
    -------
    str
        "forward", "backward" or "blocks".

    Raises
    ------
    SettingError
        If the method is unknown.
    """
    if checked_method(method) != "auto":
        return method
    counted = costs(network, n_patterns)
    return min(counted, key=lambda name: counted[name])


def checked_method(method: object) -> str:
    """Check the name of a method.

    Parameters
    ----------
    method : object
        Value to check.

    Returns
    -------
    str
        The method, unchanged.

    Raises
    ------
    SettingError
        If the method is unknown.
    """
    if not isinstance(method, str) or method not in METHODS:
        raise SettingError(
            f"There is no method {shown(method)} for the normal equations: "
            f"choose {', '.join(METHODS[:-1])} or {METHODS[-1]}."
        )
    return method


def code_of(network: Network, method: str) -> int:
    """Return the kernel's code for a concrete method."""
    deltas = accumulate.FORWARD
    if method == "backward":
        return accumulate.BACKWARD
    if method == "forward":
        return deltas
    forward, backward = delta_costs(network)
    return accumulate.PAIRS | (accumulate.BACKWARD if backward < forward else deltas)


@lru_cache(maxsize=64)
def delta_costs(network: Network) -> tuple[float, float]:
    """Count the multiplications for the deltas of one pattern: forward only, and backwards."""
    through = network.slots >= 0
    inner = network.sources >= network.n_inputs
    sources = network.sources[inner] - network.n_inputs
    neurons = np.repeat(np.arange(network.n_neurons), np.diff(network.first))[inner]
    forward = CONNECTION * (int(through.sum(axis=1)[sources].sum()) + len(network.origins))
    ends = through[network.outputs]
    backward = CONNECTION * (int(ends[:, neurons].sum()) + int(ends.sum()))
    return float(forward), float(backward)


@lru_cache(maxsize=64)
def costs(network: Network, n_patterns: int) -> dict[str, float]:
    """Estimate the cost of each method for one pattern.

    Parameters
    ----------
    network : Network
        Topology laid out for the kernels.
    n_patterns : int
        Number of patterns P.

    Returns
    -------
    dict of str to float
        Cost by method, in multiplications inside a tile.
    """
    forward, backward = delta_costs(network)
    widths = WIDTH * np.diff(network.row_plan.groups).astype(float)
    rows = float((widths * (widths + WIDTH)).sum()) / 2.0 + ENTRY * float(widths.sum())
    pairs = cost(network)
    blocks = PAIRED * pairs.products + PACKED * pairs.packed + TERM * pairs.terms
    blocks += SPREAD * pairs.spread / n_patterns
    return {
        "forward": forward + rows,
        "backward": backward + rows,
        "blocks": min(forward, backward) + blocks,
    }
