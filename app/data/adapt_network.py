"""Taking up other data: what becomes of the network, and the sentence that says so.

A network that fits stays. One that somebody chose for other data is adapted: the hidden neurons and
the connections between them stay, whoever saw an input sees all new ones, and every output sees
what the first output saw. If that is too large for this page, a small network takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.session import document
from app.session.limits import MAX_WEIGHTS, check_size
from app.session.state import Session
from app.shared.payload import family_of
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.data.columns import plain_name
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
from nbn_core.network import NAME_LENGTH, Neuron, Topology

EXPLAINED: Final = 0.99  # share of the spread of numbers that a solved regression explains
HIDDEN: Final = 8  # of the network suggested where none can be adapted
PATIENCE: Final = 20  # suggested where patterns are set aside for validation
OWN_ITERATIONS: Final = 300  # noise in measured data can put any target out of reach

Data = ProblemData | OwnData


@dataclass(frozen=True, slots=True)
class Adaptation:
    """What would become of the experiment, and the sentences about it."""

    experiment: Experiment
    sentence: str


def plan(session: Session, data: Data) -> Adaptation:
    """Say what taking up this data would do; nothing is changed.

    Raises
    ------
    NBNError
        If the data cannot be used on this page.
    """
    now = session.experiment
    train = data.datasets()[0]
    topology, sentence = _network(now, data, train)
    start = now.start if isinstance(now.start, SeededStart) else SeededStart()
    if topology is now.topology and isinstance(now.start, GivenStart):
        start = SeededStart()
    stopping = replace(now.stopping, target_sse=target(data, train))
    if isinstance(data, OwnData):
        stopping = Stopping(stopping.target_sse, min(now.stopping.max_iterations, OWN_ITERATIONS))
    else:
        stopping = Stopping(stopping.target_sse)
    stopping = replace(stopping, patience=_patience(now, data))
    if stopping.patience:
        sentence += (
            f" Training stops early after {plural(stopping.patience, 'iteration')} without a "
            "better SSE of the validation patterns."
        )
    changed = replace(now, topology=topology, data=data, start=start, stopping=stopping)
    check_size(changed)
    return Adaptation(changed, sentence)


def _patience(now: Experiment, data: Data) -> int:
    """Suggest a patience where there were no validation patterns before; one that was set stays."""
    if data.parts().validation is None:
        return 0
    return PATIENCE if now.parts().validation is None else now.stopping.patience


def adopt(session: Session, data: Data) -> str:
    """Take up other data; return the sentences about network and early stopping.

    Raises
    ------
    NBNError
        If the data cannot be used on this page; then nothing is changed.
    """
    planned = plan(session, data)
    session.put(document.adapted(session.document, planned.experiment))
    return planned.sentence


def target(data: Data, train: Dataset) -> float:
    """Suggest an SSE to stop at: every class right, or most of the spread explained."""
    if isinstance(data, ProblemData):
        return PROBLEMS[data.name].target(train)
    return target_of(train)


def target_of(train: Dataset) -> float:
    """Suggest an SSE to stop at for data nobody knows."""
    if train.kind == "classification":
        return 1.0 + train.least_sse
    with np.errstate(over="ignore"):
        spread = float(np.sum((train.targets - train.targets.mean(axis=0)) ** 2))
    suggested = (1.0 - EXPLAINED) * spread + train.least_sse
    return suggested if 0.0 < suggested < 1e9 else 0.01


# The network


def _network(now: Experiment, data: Data, train: Dataset) -> tuple[Topology, str]:
    before = now.topology
    if isinstance(data, ProblemData):
        suggested = PROBLEMS[data.name].topology(train)
        if before == _suggested_before(now) or not fits(before, train):
            return suggested, f"The network becomes {described(suggested)}, suggested for it."
        return before, "Your network stays: it fits."
    if fits(before, train):
        named = _named(before, data, train)
        return named, f"The network stays {described(before)}: it fits."
    try:
        made = adapted(before, train)
        _check_weights(made)
        word = "is adapted to"
    except NBNError:
        made = small(train)
        word = "would be too large and becomes"
    return _named(made, data, train), f"The network {word} {described(made)}."


def _suggested_before(now: Experiment) -> Topology | None:
    """What the lab itself proposed for the data so far: nobody drew that."""
    if not isinstance(now.data, ProblemData):
        return None
    return PROBLEMS[now.data.name].topology(now.datasets()[0])


def fits(topology: Topology, train: Dataset) -> bool:
    """Whether the network can stay as it is: as many ends, and outputs that reach the targets."""
    if (topology.n_inputs, topology.n_outputs) != (train.n_inputs, train.n_outputs):
        return False
    kinds = {topology.neurons[m].activation == "linear" for m in topology.outputs}
    return kinds == {train.kind == "regression"}


def adapted(topology: Topology, train: Dataset) -> Topology:
    """Keep the hidden neurons and what is between them; give them other inputs and outputs.

    Raises
    ------
    NBNError
        If no network comes out of it.
    """
    first, outputs = topology.n_inputs, set(topology.outputs)
    hidden = [k for k in range(topology.n_neurons) if k not in outputs]
    place = {first + k: train.n_inputs + at for at, k in enumerate(hidden)}
    everything = range(train.n_inputs)

    def sources(neuron: Neuron) -> tuple[int, ...]:
        saw_input = any(s < first for s in neuron.sources)
        kept = [place[s] for s in neuron.sources if s in place]
        return (*(everything if saw_input or not kept else ()), *sorted(kept))

    neurons = [replace(topology.neurons[k], sources=sources(topology.neurons[k])) for k in hidden]
    sinks = _unseen(neurons, train.n_inputs)
    model = topology.neurons[topology.outputs[0]]
    seen = set(sources(model)) | {s for s in sinks if s not in sources(model)}
    output = replace(model, activation=_output(train, model), sources=tuple(sorted(seen)))
    count = len(neurons)
    return Topology(
        (),
        train.n_inputs,
        (*neurons, *[output] * train.n_outputs),
        tuple(range(count, count + train.n_outputs)),
    )


def _unseen(neurons: list[Neuron], n_inputs: int) -> set[int]:
    """Hidden neurons that no other hidden neuron sees: an output has to."""
    seen = {s for neuron in neurons for s in neuron.sources}
    return {n_inputs + k for k in range(len(neurons))} - seen


def _output(train: Dataset, model: Neuron) -> str:
    if train.kind == "regression":
        return "linear"
    return model.activation if model.activation != "linear" else "bipolar"


def small(train: Dataset) -> Topology:
    """Suggest one hidden layer, as large as this page allows, at most eight neurons.

    Raises
    ------
    SettingError
        If even one neuron would have too many weights.
    """
    output = "linear" if train.kind == "regression" else "bipolar"
    each = train.n_inputs + 1 + train.n_outputs
    most = (MAX_WEIGHTS - train.n_outputs) // each
    if most < 1:
        raise SettingError(
            f"{plural(train.n_inputs, 'input')} and {plural(train.n_outputs, 'output')} need more "
            f"than the {MAX_WEIGHTS:,} weights of this page: choose fewer columns."
        )
    return Topology.mlp([train.n_inputs, min(HIDDEN, most), train.n_outputs], output=output)


def _check_weights(topology: Topology) -> None:
    if topology.n_weights > MAX_WEIGHTS:
        raise SettingError("Too large.")


def described(topology: Topology) -> str:
    """Name a network: its layers if it is a preset, else its numbers of neurons."""
    family, sizes = family_of(topology)
    ends = (topology.n_inputs, *sizes, topology.n_outputs)
    if family in ("slp", "mlp"):
        return "-".join(map(str, ends))
    if family == "bmlp":
        return f"{'-'.join(map(str, ends))} with bridges"
    if family == "fcc":
        return f"a cascade of {plural(topology.n_neurons, 'neuron')}"
    ends_said = f"{plural(topology.n_inputs, 'input')} and {plural(topology.n_outputs, 'output')}"
    return f"{plural(topology.n_neurons, 'neuron')} with {ends_said}"


def _named(topology: Topology, data: OwnData, train: Dataset) -> Topology:
    """Call inputs and outputs after their columns or classes, as far as names are free."""
    taken = set(topology.names[topology.n_inputs :]) - set(topology.output_names)
    ends = [(i, train.input_names[i]) for i in range(topology.n_inputs)]
    out = data.classes if len(data.classes) == train.n_outputs else train.target_names
    ends += [(topology.n_inputs + k, name) for k, name in zip(topology.outputs, out, strict=True)]
    names = list(topology.names)
    for at, column in ends:
        name = plain_name(column, NAME_LENGTH).strip()
        if not name or name in taken:
            name = next(n for n in _numbered(name or "column") if n not in taken)
        taken.add(name)
        names[at] = name
    changed = tuple(names)
    return topology if changed == topology.names else replace(topology, names=changed)


def _numbered(name: str) -> list[str]:
    return [f"{name[: NAME_LENGTH - 6].rstrip()} {i}" for i in range(2, 2 * MAX_WEIGHTS)]
