"""The names of inputs and outputs: those of the data, on whatever network is drawn for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nbn_core.data import Dataset
from nbn_core.data.columns import plain_name
from nbn_core.experiment import OwnData, ProblemData
from nbn_core.generators import PROBLEMS
from nbn_core.network import NAME_LENGTH, Topology


def named_after(topology: Topology, data: ProblemData | OwnData, train: Dataset) -> Topology:
    """Name inputs and outputs after the columns or classes of the data."""
    if isinstance(data, ProblemData):
        return with_ends_of(topology, PROBLEMS[data.name].topology(train))
    out = data.classes if len(data.classes) == train.n_outputs else train.target_names
    return _with_ends(topology, train.input_names, out)


def with_ends_of(topology: Topology, before: Topology) -> Topology:
    """Give a network the names that the inputs and outputs of another have, of as many."""
    return _with_ends(topology, before.names[: before.n_inputs], before.output_names)


def _with_ends(topology: Topology, inputs: Sequence[str], outputs: Sequence[str]) -> Topology:
    """Name inputs and outputs; numbers make names unique."""
    first = topology.n_inputs
    ends = [*enumerate(inputs)]
    ends += [(first + k, name) for k, name in zip(topology.outputs, outputs, strict=True)]
    places = {at for at, _ in ends}
    taken = {name for at, name in enumerate(topology.names) if at not in places}
    names = list(topology.names)
    for at, wanted in ends:
        name = plain_name(wanted, NAME_LENGTH).strip()
        if not name or name in taken:
            name = _numbered(name or "column", taken)
        taken.add(name)
        names[at] = name
    changed = tuple(names)
    return topology if changed == topology.names else replace(topology, names=changed)


def _numbered(name: str, taken: set[str]) -> str:
    number = 2
    while (numbered := f"{name[: NAME_LENGTH - 6].rstrip()} {number}") in taken:
        number += 1
    return numbered
