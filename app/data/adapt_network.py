"""Use other data: adapt the network to it, and explain the change in one sentence.

A network that fits the data is kept. Otherwise a network that the reader chose is adapted: hidden
neurons and the connections between them are kept, a neuron that had an input as a source gets all
inputs, and every output gets the sources of the first output. If the result is too large for the
app, a small network replaces it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.session import document
from app.session.end_names import named_after
from app.session.limits import MAX_WEIGHTS, check_size
from app.session.state import Session
from app.session.tuned_settings import iterations_with
from app.shared.payload import family_of
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.errors import NBNError, SettingError
from nbn_core.experiment import (
    Experiment,
    GivenStart,
    OwnData,
    ProblemData,
    SeededStart,
    Stopping,
)
from nbn_core.generators import PROBLEMS
from nbn_core.network import Neuron, Topology

EXPLAINED_VARIANCE: Final = 0.99  # R² at which a regression counts as solved
HIDDEN_NEURONS: Final = 8  # of the network suggested if the current one cannot be adapted
PATIENCE: Final = 20  # iterations; suggested if there are validation patterns

Data = ProblemData | OwnData


@dataclass(frozen=True, slots=True)
class Adaptation:
    """The experiment with other data, and what changes with it.

    Parameters
    ----------
    experiment : Experiment
        The experiment with the data, the network adapted to it, and stopping that suits it.
    sentence : str
        Sentence for the reader: changes of the network, and when training stops early.
    """

    experiment: Experiment
    sentence: str


def plan_adaptation(session: Session, data: Data) -> Adaptation:
    """Return what using this data would change; nothing is changed yet.

    Raises
    ------
    NBNError
        If the data is too large or invalid.
    """
    now = session.experiment
    train = data.datasets()[0]
    topology, sentence = _network(now, data, train)
    start = now.start if isinstance(now.start, SeededStart) else SeededStart()
    if topology is now.topology and isinstance(now.start, GivenStart):
        start = SeededStart()
    stopping = Stopping(target(data, train), iterations_with(now, data), _patience(now, data))
    if stopping.patience:
        sentence += (
            f" Training stops early after {plural(stopping.patience, 'iteration')} without a "
            "better validation SSE."
        )
    changed = replace(now, topology=topology, data=data, start=start, stopping=stopping)
    check_size(changed)
    return Adaptation(changed, sentence)


def _patience(now: Experiment, data: Data) -> int:
    """Suggest a patience if validation patterns are new; otherwise keep the current one."""
    if data.parts().validation is None:
        return 0
    return PATIENCE if now.parts().validation is None else now.stopping.patience


def use_data(session: Session, data: Data) -> str:
    """Make other data the data of the experiment; return what else changed, for the reader.

    Raises
    ------
    NBNError
        If the data is too large or invalid; then nothing is changed.
    """
    planned = plan_adaptation(session, data)
    session.put(document.adapted(session.document, planned.experiment))
    return planned.sentence


def target(data: Data, train: Dataset) -> float:
    """Suggest a target SSE: all patterns classified, or most of the variance explained."""
    if isinstance(data, ProblemData):
        return PROBLEMS[data.name].target(train)
    return suggested_target(train)


def suggested_target(train: Dataset) -> float:
    """Suggest a target SSE for data that is not a built-in problem."""
    if train.kind == "classification":
        return 1.0 + train.least_sse
    with np.errstate(over="ignore"):
        spread = float(np.sum((train.targets - train.targets.mean(axis=0)) ** 2))
    suggested = (1.0 - EXPLAINED_VARIANCE) * spread + train.least_sse
    return suggested if 0.0 < suggested < 1e9 else 0.01


# The network


def _network(now: Experiment, data: Data, train: Dataset) -> tuple[Topology, str]:
    before = now.topology
    if isinstance(data, ProblemData):
        suggested = PROBLEMS[data.name].topology(train)
        if before == _suggested_before(now) or not fits(before, train):
            return (
                suggested,
                f"The network becomes {describe(suggested)}, suggested for this problem.",
            )
        return named_after(before, data, train), "Your network stays: it fits the data."
    if fits(before, train):
        named = named_after(before, data, train)
        return named, f"The network stays {describe(before)}: it fits the data."
    try:
        topology = adapt_topology(before, train)
        _check_weights(topology)
        verb = "is adapted to"
    except NBNError:
        topology = small_topology(train)
        verb = "would be too large, so it becomes"
    return named_after(topology, data, train), f"The network {verb} {describe(topology)}."


def _suggested_before(now: Experiment) -> Topology | None:
    """Return the network suggested for the current problem, which the reader did not choose."""
    if not isinstance(now.data, ProblemData):
        return None
    return PROBLEMS[now.data.name].topology(now.datasets()[0])


def fits(topology: Topology, train: Dataset) -> bool:
    """Return whether a network can be kept: inputs and outputs match, and targets are in reach."""
    if (topology.n_inputs, topology.n_outputs) != (train.n_inputs, train.n_outputs):
        return False
    kinds = {topology.neurons[m].activation == "linear" for m in topology.outputs}
    return kinds == {train.kind == "regression"}


def adapt_topology(topology: Topology, train: Dataset) -> Topology:
    """Keep the hidden neurons and their connections; replace the inputs and outputs.

    Raises
    ------
    NBNError
        If the result is not a valid network.
    """
    first, outputs = topology.n_inputs, set(topology.outputs)
    hidden = [k for k in range(topology.n_neurons) if k not in outputs]
    place = {first + k: train.n_inputs + at for at, k in enumerate(hidden)}
    all_inputs = range(train.n_inputs)

    def sources(neuron: Neuron) -> tuple[int, ...]:
        reads_input = any(s < first for s in neuron.sources)
        kept = [place[s] for s in neuron.sources if s in place]
        return (*(all_inputs if reads_input or not kept else ()), *sorted(kept))

    neurons = [replace(topology.neurons[k], sources=sources(topology.neurons[k])) for k in hidden]
    sinks = _unread(neurons, train.n_inputs)
    model = topology.neurons[topology.outputs[0]]
    read = set(sources(model)) | sinks
    output = replace(model, activation=_output(train, model), sources=tuple(sorted(read)))
    count = len(neurons)
    return Topology(
        (),
        train.n_inputs,
        (*neurons, *[output] * train.n_outputs),
        tuple(range(count, count + train.n_outputs)),
    )


def _unread(neurons: list[Neuron], n_inputs: int) -> set[int]:
    """Return the hidden neurons that no other hidden neuron reads: the outputs must read them."""
    read = {s for neuron in neurons for s in neuron.sources}
    return {n_inputs + k for k in range(len(neurons))} - read


def _output(train: Dataset, model: Neuron) -> str:
    if train.kind == "regression":
        return "linear"
    return model.activation if model.activation != "linear" else "bipolar"


def small_topology(train: Dataset) -> Topology:
    """Suggest one hidden layer of at most eight neurons, fewer if they have too many weights.

    Raises
    ------
    SettingError
        If even one neuron would have too many weights.
    """
    output = "linear" if train.kind == "regression" else "bipolar"
    each = train.n_inputs + 1 + train.n_outputs
    largest = (MAX_WEIGHTS - train.n_outputs) // each
    if largest < 1:
        raise SettingError(
            f"{plural(train.n_inputs, 'input')} and {plural(train.n_outputs, 'output')} need more "
            f"than the {MAX_WEIGHTS:,} weights that the app allows: choose fewer columns."
        )
    return Topology.mlp(
        [train.n_inputs, min(HIDDEN_NEURONS, largest), train.n_outputs], output=output
    )


def _check_weights(topology: Topology) -> None:
    if topology.n_weights > MAX_WEIGHTS:
        raise SettingError("Too large.")


def describe(topology: Topology) -> str:
    """Describe a network: the layers of a preset, otherwise the numbers of its nodes."""
    family, sizes = family_of(topology)
    ends = (topology.n_inputs, *sizes, topology.n_outputs)
    if family in ("slp", "mlp"):
        return "-".join(map(str, ends))
    if family == "bmlp":
        return f"{'-'.join(map(str, ends))} with bridges"
    if family == "fcc":
        return f"a cascade of {plural(topology.n_neurons, 'neuron')}"
    inputs, outputs = plural(topology.n_inputs, "input"), plural(topology.n_outputs, "output")
    return f"{plural(topology.n_neurons, 'neuron')} with {inputs} and {outputs}"
