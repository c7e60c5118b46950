"""What somebody brings in: recognised, put together with what is here, told before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.session.limits import check_size
from app.share.words import ends
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.errors import NBNError, ShapeError
from nbn_core.experiment import (
    Experiment,
    GivenStart,
    OwnData,
    ProblemData,
    SeededStart,
    Stopping,
)
from nbn_core.formats import FormatError, NetworkFile, read_dat
from nbn_core.formats.parsing import quoted
from nbn_core.formats.recognise import Recognised, recognise
from nbn_core.generators import PROBLEMS
from nbn_core.network import Topology
from nbn_core.rules import RULES

MOST_BYTES: Final = 5_000_000
MOST_FILES: Final = 3
HIDDEN: Final = 8  # neurons of the network proposed for data that fit no other

File = tuple[str, str | bytes]


@dataclass(frozen=True, slots=True)
class Change:
    """One part of the experiment, before and after."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was recognised, the experiment that would be, and how it differs from the one here."""

    recognised: tuple[str, ...]
    experiment: Experiment
    changes: tuple[Change, ...]


def propose(files: Sequence[File], now: Experiment) -> Proposal:
    """Read what was brought, and say what it would change; nothing is changed yet.

    Parameters
    ----------
    files : sequence of (name, str or bytes)
        What was uploaded or pasted; a network, its patterns and its weights may come together.
    now : Experiment
        What is here.

    Raises
    ------
    NBNError
        One sentence; it names the file if there are several.
    """
    if len(files) > MOST_FILES:
        raise FormatError(
            f"These are {len(files)} files: bring one experiment, or a network with its data and "
            "weights."
        )
    found = [_recognised(name, data, alone=len(files) == 1) for name, data in files]
    made = _put_together(found, [name for name, _ in files], now)
    check_size(made)
    return Proposal(
        tuple(_told(one, alone=len(found) == 1) for one in found), made, _changes(now, made)
    )


def _recognised(name: str, data: str | bytes, *, alone: bool) -> Recognised:
    try:
        if len(data) > MOST_BYTES:
            raise FormatError(
                f"This is {len(data) / 1e6:.1f} MB, and {MOST_BYTES // 1_000_000} MB is the limit "
                "of this page: use nbn_core in a notebook."
            )
        return recognise(data)
    except NBNError as error:
        if alone:
            raise
        raise FormatError(f"{quoted(name)}: {error}") from error


def _told(one: Recognised, *, alone: bool) -> str:
    facts = ""
    if one.network is not None:
        facts = f": {_network(one.network.topology)}"
        if one.network.weights is not None:
            facts += ", with its weights"
        if one.network.datafile and alone:
            facts += f". Its data are in {quoted(one.network.datafile)}: bring both together"
    elif one.experiment is not None:
        facts = f": {_data(one.experiment)}; {_network(one.experiment.topology)}"
    return f"This is {one.what}{facts}."


def _put_together(found: Sequence[Recognised], names: Sequence[str], now: Experiment) -> Experiment:
    whole = [one.experiment for one in found if one.experiment is not None]
    if whole and len(found) > 1:
        raise FormatError("An experiment is complete by itself: bring it alone.")
    if whole:
        return whole[0]
    networks = [one.network for one in found if one.network is not None]
    patterns = [
        (one.patterns, name) for one, name in zip(found, names, strict=True) if one.patterns
    ]
    weights = [one.weights for one in found if one.weights is not None]
    if max(len(networks), len(patterns), len(weights)) > 1:
        raise FormatError("Two files of the same kind came together: leave one out.")
    network = networks[0] if networks else None
    made = _with_network(now, network, _dataset(*patterns[0], network, now) if patterns else None)
    if weights:
        made = replace(made, start=GivenStart(tuple(weights[0](made.topology).tolist())))
    return made


def _dataset(text: str, name: str, network: NetworkFile | None, now: Experiment) -> Dataset:
    """Patterns: of as many inputs as the network has, else all columns but the last."""
    title = "".join(c for c in name if c.isprintable())[:60].removesuffix(".dat")
    if network is not None:
        topology = network.topology
        return read_dat(text, topology.n_inputs, topology.n_outputs, title)
    try:
        return read_dat(text, now.topology.n_inputs, now.topology.n_outputs, title)
    except NBNError:
        return read_dat(text, name=title)


def _with_network(
    now: Experiment, network: NetworkFile | None, dataset: Dataset | None
) -> Experiment:
    topology = now.topology if network is None else network.topology
    data, stopping = now.data, now.stopping
    if dataset is not None:
        scaled = network is None or network.weights is None  # weights know their own scale
        data = _own(dataset, scaled=scaled)
        stopping = Stopping(0.01, now.stopping.max_iterations)
        if network is None and (topology.n_inputs, topology.n_outputs) != (
            dataset.n_inputs, dataset.n_outputs,
        ):  # fmt: skip
            output = "linear" if dataset.kind == "regression" else "bipolar"
            topology = Topology.mlp([dataset.n_inputs, HIDDEN, dataset.n_outputs], output=output)
    elif network is not None:
        _check_fit(topology, now)
    start: SeededStart | GivenStart = now.start
    if network is not None and network.weights is not None:
        start = GivenStart(tuple(network.weights.tolist()))
    elif topology != now.topology:
        start = now.start if isinstance(now.start, SeededStart) else SeededStart()
    drawing = now.drawing if topology == now.topology else None
    return replace(
        now, topology=topology, data=data, start=start, stopping=stopping, drawing=drawing
    )


def _own(dataset: Dataset, *, scaled: bool) -> OwnData:
    """Patterns of one's own; what lies beyond -1 to 1 is scaled to it."""
    inputs = scaled and np.abs(dataset.inputs).max() > 1.0
    targets = scaled and dataset.kind == "regression" and np.abs(dataset.targets).max() > 1.0
    by = {True: "minmax", False: "none"}
    return OwnData(dataset, inputs_by=by[bool(inputs)], targets_by=by[bool(targets)])


def _check_fit(topology: Topology, now: Experiment) -> None:
    data = now.datasets()[0]
    if (topology.n_inputs, topology.n_outputs) == (data.n_inputs, data.n_outputs):
        return
    raise ShapeError(
        f"This network has {plural(topology.n_inputs, 'input')} and "
        f"{plural(topology.n_outputs, 'output')}, but the data here, {_title(now)}, "
        f"need {data.n_inputs} and {data.n_outputs}: choose data that fit on the Draw page first, "
        "or bring the network and its .dat file together."
    )


# In words


def _changes(now: Experiment, made: Experiment) -> tuple[Change, ...]:
    pairs = (
        (Change("Data", _data(now), _data(made)), now.data == made.data),
        (
            Change("Network", _network(now.topology), _network(made.topology)),
            now.topology == made.topology,
        ),
        (Change("Starting weights", _start(now), _start(made)), now.start == made.start),
        (
            Change("Learning rule", _rule(now), _rule(made)),
            (now.rule, now.settings) == (made.rule, made.settings),
        ),
        (Change("Ends", _end(now), _end(made)), now.stopping == made.stopping),
    )
    return tuple(
        replace(change, after="others, as many") if change.before == change.after else change
        for change, same in pairs
        if not same
    )


def _title(experiment: Experiment) -> str:
    data = experiment.data
    if isinstance(data, ProblemData):
        return PROBLEMS[data.name].title
    return quoted(data.dataset.name) if data.dataset.name else "own data"


def _data(experiment: Experiment) -> str:
    parts = experiment.parts()
    text = f"{_title(experiment)}, {plural(parts.train.n_patterns, 'pattern')}"
    if parts.validation is parts.test is None:
        return text
    others = [
        f"{part.n_patterns:,} to {what}"
        for part, what in ((parts.validation, "validate"), (parts.test, "test"))
        if part is not None
    ]
    return f"{text} to train, {', '.join(others)}"


def _network(topology: Topology) -> str:
    return (
        f"{plural(topology.n_inputs, 'input')}, {plural(topology.n_neurons, 'neuron')}, "
        f"{plural(topology.n_outputs, 'output')}, {plural(topology.n_weights, 'weight')}"
    )


def _start(experiment: Experiment) -> str:
    start = experiment.start
    if isinstance(start, GivenStart):
        return f"{plural(len(start.weights), 'number')}, given"
    return f"drawn, {start.scheme}, seed {start.seed}"


def _rule(experiment: Experiment) -> str:
    rule = RULES[experiment.rule]
    usual = rule.settings({})
    told = [
        f"{key.replace('_', ' ')} {value}"
        for key, value in experiment.settings.items()
        if value != usual[key]
    ]
    return f"{rule.title}{' with ' if told else ''}{', '.join(told)}"


def _end(experiment: Experiment) -> str:
    return ends(experiment.stopping)
