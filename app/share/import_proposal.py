"""Recognise files to import, combine them with the current experiment, and list the changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.session.document import drawing_of
from app.session.end_names import named_after
from app.session.limits import MAX_PATTERNS, check_size
from app.share.words import ends
from app.shared.words import changed_settings, pattern_counts
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
    Workspace,
)
from nbn_core.formats import FormatError, NetworkFile, read_dat
from nbn_core.formats.parsing import quoted
from nbn_core.formats.recognise import Recognised, recognise
from nbn_core.generators import PROBLEMS
from nbn_core.network import SCHEMES, Topology
from nbn_core.rules import RULES

MAX_BYTES: Final = 5_000_000
MAX_FILES: Final = 3
HIDDEN_NEURONS: Final = 8  # of the network proposed if the current one does not fit the data

File = tuple[str, str | bytes]


@dataclass(frozen=True, slots=True)
class Change:
    """A part of the experiment that would change, before and after, in words."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The result of recognising files.

    Parameters
    ----------
    recognised : tuple of str
        Description of each file, in one sentence.
    experiment : Experiment
        The experiment after the import.
    changes : tuple of Change
        Differences from the current experiment.
    beside : Workspace, optional
        Kept drawings, race and sweep of a file or link that has any.
    """

    recognised: tuple[str, ...]
    experiment: Experiment
    changes: tuple[Change, ...]
    beside: Workspace | None = None


def propose(
    files: Sequence[File], now: Experiment, roles: Sequence[Mapping[str, str]] = ()
) -> Proposal:
    """Read files and return what importing them would change; nothing is changed yet.

    Parameters
    ----------
    files : sequence of (name, str or bytes)
        Names and contents; a network, its patterns and its weights may be given together.
    now : Experiment
        The current experiment.
    roles : sequence of mapping, optional
        For each file, corrected roles by the names of nodes.

    Raises
    ------
    NBNError
        If a file is not recognised, too large, or does not fit the others; the message names
        the file if there are several.
    """
    if len(files) > MAX_FILES:
        raise FormatError(
            f"{len(files)} files were given: import one experiment, or one network with its data "
            "and weights."
        )
    given = [*roles, *({} for _ in files)]
    found = [
        _recognised(name, data, given[number], alone=len(files) == 1)
        for number, (name, data) in enumerate(files)
    ]
    experiment = _combined(found, [name for name, _ in files], now)
    check_size(experiment)
    sentences = tuple(_sentence(one, alone=len(found) == 1) for one in found)
    beside = next((one.workspace for one in found if one.workspace is not None), None)
    if beside is None or not (beside.shelf or beside.race or beside.sweep):
        return Proposal(sentences, experiment, _changes(now, experiment))
    more = Change("Kept drawings and race", "as they are", "those of the file")
    return Proposal(sentences, experiment, (*_changes(now, experiment), more), beside)


def _recognised(
    name: str, data: str | bytes, roles: Mapping[str, str], *, alone: bool
) -> Recognised:
    try:
        if len(data) > MAX_BYTES:
            raise FormatError(
                f"This file has {len(data) / 1e6:.1f} MB, but the app imports at most "
                f"{MAX_BYTES // 1_000_000} MB: use nbn_core in a notebook."
            )
        return recognise(data, roles, MAX_PATTERNS)
    except NBNError as error:
        if alone:
            raise
        raise FormatError(f"{quoted(name)}: {error}") from error


def _sentence(one: Recognised, *, alone: bool) -> str:
    facts = ""
    if one.network is not None:
        facts = f": {_network(one.network.topology)}"
        if one.network.weights is not None:
            facts += ", with its weights"
        if one.network.datafile and alone:
            facts += f". Its data is in {quoted(one.network.datafile)}: import both together"
    elif one.experiment is not None:
        facts = f": {_data(one.experiment)}; {_network(one.experiment.topology)}"
    notes = one.network.notes if one.network is not None else ()
    return " ".join((f"This is {one.what}{facts}.", *notes))


def _combined(found: Sequence[Recognised], names: Sequence[str], now: Experiment) -> Experiment:
    whole = [one.experiment for one in found if one.experiment is not None]
    if whole and len(found) > 1:
        raise FormatError("An experiment file is complete: import it without other files.")
    if whole:
        return whole[0]
    networks = [one.network for one in found if one.network is not None]
    patterns = [
        (one.patterns, name) for one, name in zip(found, names, strict=True) if one.patterns
    ]
    weights = [one.weights for one in found if one.weights is not None]
    if max(len(networks), len(patterns), len(weights)) > 1:
        raise FormatError("Two of the files are of the same kind: remove one.")
    network = networks[0] if networks else None
    dataset = _dataset(*patterns[0], network, now) if patterns else None
    changed = _with_network(now, network, dataset)
    if weights:
        changed = replace(changed, start=GivenStart(tuple(weights[0](changed.topology).tolist())))
    return changed


def _dataset(text: str, name: str, network: NetworkFile | None, now: Experiment) -> Dataset:
    """Read patterns: as many inputs as the network has, else all columns but the last."""
    title = "".join(c for c in name if c.isprintable())[:60].removesuffix(".dat")
    if network is not None:
        topology = network.topology
        return read_dat(text, topology.n_inputs, topology.n_outputs, title, MAX_PATTERNS)
    try:
        return read_dat(text, now.topology.n_inputs, now.topology.n_outputs, title, MAX_PATTERNS)
    except NBNError:
        return read_dat(text, name=title, max_rows=MAX_PATTERNS)


def _with_network(
    now: Experiment, network: NetworkFile | None, dataset: Dataset | None
) -> Experiment:
    topology = now.topology if network is None else network.topology
    data, stopping = now.data, now.stopping
    if dataset is not None:
        scaled = network is None or network.weights is None  # given weights fit the data as it is
        data = _own(dataset, scaled=scaled)
        stopping = Stopping(0.01, now.stopping.max_iterations)
        if network is None and (topology.n_inputs, topology.n_outputs) != (
            dataset.n_inputs, dataset.n_outputs,
        ):  # fmt: skip
            output = "linear" if dataset.kind == "regression" else "bipolar"
            topology = Topology.mlp(
                [dataset.n_inputs, HIDDEN_NEURONS, dataset.n_outputs], output=output
            )
        if network is None:
            topology = named_after(topology, data, dataset)
    elif network is not None:
        _check_fit(topology, now)
    start: SeededStart | GivenStart = now.start
    if network is not None and network.weights is not None:
        start = GivenStart(tuple(network.weights.tolist()))
    elif topology != now.topology:
        start = now.start if isinstance(now.start, SeededStart) else SeededStart()
    drawing = drawing_of(now, topology)
    return replace(
        now, topology=topology, data=data, start=start, stopping=stopping, drawing=drawing
    )


def _own(dataset: Dataset, *, scaled: bool) -> OwnData:
    """Make custom data; inputs and regression targets beyond -1 to 1 are scaled to it."""
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
        f"{plural(topology.n_outputs, 'output')}, but the current data, "
        f"{_title(now)}, needs {data.n_inputs} and {data.n_outputs}: choose data that fits on the "
        "Data page first, or import the network together with its .dat file."
    )


# In words


def _changes(now: Experiment, after: Experiment) -> tuple[Change, ...]:
    pairs = (
        (Change("Data", _data(now), _data(after)), now.data == after.data),
        (
            Change("Network", _network(now.topology), _network(after.topology)),
            now.topology == after.topology,
        ),
        (Change("Starting weights", _start(now), _start(after)), now.start == after.start),
        (
            Change("Learning rule", _rule(now), _rule(after)),
            (now.rule, now.settings) == (after.rule, after.settings),
        ),
        (Change("Stopping", _end(now), _end(after)), now.stopping == after.stopping),
    )
    return tuple(
        replace(change, after="different values, same count")
        if change.before == change.after
        else change
        for change, same in pairs
        if not same
    )


def _title(experiment: Experiment) -> str:
    data = experiment.data
    if isinstance(data, ProblemData):
        return PROBLEMS[data.name].title
    return quoted(data.dataset.name) if data.dataset.name else "custom data"


def _data(experiment: Experiment) -> str:
    return f"{_title(experiment)}, {pattern_counts(experiment.parts())}"


def _network(topology: Topology) -> str:
    return (
        f"{plural(topology.n_inputs, 'input')}, {plural(topology.n_neurons, 'neuron')}, "
        f"{plural(topology.n_outputs, 'output')}, {plural(topology.n_weights, 'weight')}"
    )


def _start(experiment: Experiment) -> str:
    start = experiment.start
    if isinstance(start, GivenStart):
        return f"given, {plural(len(start.weights), 'number')}"
    return f"random, {SCHEMES[start.scheme].title.lower()}, seed {start.seed}"


def _rule(experiment: Experiment) -> str:
    settings = changed_settings(experiment)
    return f"{RULES[experiment.rule].title}{' with ' if settings else ''}{', '.join(settings)}"


def _end(experiment: Experiment) -> str:
    return ends(experiment.stopping)
