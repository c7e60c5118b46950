"""The network of a lane: what it was chosen to be, and the experiment that the lane trains."""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.figures.layout import places
from app.session.end_names import named_after
from app.session.fit import check_fit
from app.session.limits import check_size
from nbn_core.checks import plural
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment, GivenStart, NetworkChoice, SeededStart
from nbn_core.network import Topology
from nbn_core.network.neuron_kind import kind_of
from nbn_core.network.variants import CHANGES
from nbn_core.objective import shared_start
from nbn_core.studies import FAMILIES, member
from nbn_core.types import Json

AS_DRAWN: Final = NetworkChoice()
KINDS: Final = {
    "drawing": "As drawn",
    "no bridges": "Without bridges",
    "all bridges": "With all bridges",
    "half as wide": "Half as wide",
    "twice as wide": "Twice as wide",
}
_SAME: Final = "This is the same network as drawn, with the same starting weights."
_OTHERWISE: Final = "choose another network for this lane, or the data that it was drawn for."
SHORT: Final = {"no bridges": "without bridges", "all bridges": "all bridges"}


@dataclass(frozen=True, slots=True)
class Entrant:
    """The experiment of a lane.

    Parameters
    ----------
    experiment : Experiment
        Data and target of the race with the network and starting weights of the lane.
    start : str
        How its starting weights agree with those of the drawing, as a sentence; empty for the
        network as drawn.
    refusal : str
        Why the network cannot take part, in one sentence; empty if it can.
    scale : float
        Forward passes of the drawn network that one of this network amounts to.
    """

    experiment: Experiment
    start: str = ""
    refusal: str = ""
    scale: float = 1.0


def short_title(choice: NetworkChoice) -> str:
    """Return the words that a network adds to the title of its lane; empty as drawn."""
    if choice.kind == "family":
        family = FAMILIES.get(choice.family)
        return f"{family.title if family else choice.family} {choice.size}"
    if choice.kind == "kept":
        return choice.name
    return "" if choice == AS_DRAWN else SHORT.get(choice.kind, choice.kind)


@functools.lru_cache(maxsize=64)
def entrant(experiment: Experiment, choice: NetworkChoice) -> Entrant:
    """Return the experiment of a lane with this network; one that cannot be has a refusal."""
    if choice == AS_DRAWN:
        return Entrant(experiment)
    try:
        topology = _topology(experiment, choice)
        if topology == experiment.topology:
            return Entrant(experiment, _SAME)
        weights, shared = _start(experiment, topology)
        seeded = isinstance(experiment.start, SeededStart) and not shared
        start = experiment.start if seeded else GivenStart(tuple(weights.tolist()))
        own = replace(experiment, topology=topology, start=start, drawing=None)
        check_size(own)
    except NBNError as error:
        return Entrant(experiment, refusal=str(error))
    scale = topology.n_weights / experiment.topology.n_weights
    return Entrant(own, _agreement(shared, topology.n_weights), scale=scale)


def _topology(experiment: Experiment, choice: NetworkChoice) -> Topology:
    drawn, data = experiment.topology, experiment.datasets()[0]
    if choice.kind in CHANGES:
        return CHANGES[choice.kind](drawn)
    if choice.topology is not None:
        kept = choice.topology
        check_fit(choice.name, kept, data, _OTHERWISE)
        return named_after(kept, experiment.data, data)
    kind = kind_of(drawn)
    made = member(
        choice.family, choice.size, data.n_inputs, data.n_outputs,
        hidden=kind.hidden, output=kind.output, gain=kind.gain, leak=kind.leak,
    )  # fmt: skip
    return named_after(made.topology, experiment.data, data)


def _start(experiment: Experiment, topology: Topology) -> tuple[np.ndarray, int]:
    start = experiment.start if isinstance(experiment.start, SeededStart) else SeededStart()
    return shared_start(
        topology, experiment.topology, experiment.start_weights(), experiment.datasets()[0],
        start.scheme, start.seed,
    )  # fmt: skip


def _agreement(shared: int, n_weights: int) -> str:
    if not shared:
        return "No weight starts as in the drawing, because no connection has the same names."
    if shared == n_weights:
        return f"All {n_weights} weights start as in the drawing."
    return f"{shared} of {n_weights} weights start as in the drawing."


def described(topology: Topology) -> str:
    """Return sizes, weights, neurons and depth of a network in words."""
    return (
        f"{topology.described[0]}: {plural(topology.n_weights, 'weight')}, "
        f"{plural(topology.n_neurons, 'neuron')}, depth {max(topology.levels)}"
    )


def drawn(topology: Topology) -> Json:
    """Return places in the unit square, and source (-1: bias) and target of each weight."""
    spots = np.array(places(topology))
    low, high = spots.min(axis=0), spots.max(axis=0)
    unit = (spots - low) / np.where(high > low, high - low, 1.0)
    links: list[list[int]] = []
    for k, neuron in enumerate(topology.neurons):
        links.append([-1, topology.n_inputs + k])  # its bias
        links += [[source, topology.n_inputs + k] for source in neuron.sources]
    return {"places": unit.round(4).tolist(), "links": links}
