"""Topology vectors: one list of node numbers, as the Matlab NBN trainer and pyNBN hold a network.

    topo = [4 1 2 3 5 1 2 3 4];          neuron 4 sees nodes 1 2 3, neuron 5 sees 1 2 3 4
    iw = [1 5 10];                       where each neuron begins; one past the end
    act = [2 0];  gain = [1 1];          0 linear, 1 unipolar, 2 bipolar, 3, 4 Elliot
    der = [0 0];  outputs = [5];         leaks and outputs (ours; others leave them out)
    w = [...];                           one weight for each entry of topo: a neuron's own number
                                         stands in the place of its bias

Numbers of neurons rise strictly, sources lie below them: so a number above all before it begins a
neuron. Only `topo` is needed; without a name in front it is the whole text. pyNBN writes the same
as Python lists, with `iw` counted from 0. Without `act` the published driver's choice holds:
bipolar, outputs linear. Nothing is ever evaluated: this is a list of named lists of numbers.
"""

from __future__ import annotations

import itertools
import re

from numpy.typing import ArrayLike

from nbn_core.checks import plural
from nbn_core.errors import FormatError
from nbn_core.formats import node_numbering
from nbn_core.formats.parsing import (
    MAX_CONNECTIONS,
    SEPARATORS,
    NetworkFile,
    checked,
    number,
    quoted,
    shortest,
    text_of,
    whole,
)
from nbn_core.network import ACTIVATIONS, Topology

_NAMES = {
    "topo": "topo", "topology": "topo", "iw": "iw", "act": "act", "gain": "gain", "der": "der",
    "leak": "der", "outputs": "outputs", "w": "w", "ww": "w", "weights": "w",
}  # fmt: skip
_COMMENT = re.compile(r"[%#][^\n]*")
_MORE = re.compile(r"\.\.\.[^\n]*\n")
_ASSIGNMENT = re.compile(
    r"\s*(?:([A-Za-z_]\w{0,30})\s*=\s*)?([\[({])([^\[\](){}=]*)[\])}]'?\s*[;,]?"
)
_CODES = {activation.code: activation.name for activation in ACTIVATIONS.values()}


def read_vectors(data: str | bytes, n_outputs: int | None = None) -> NetworkFile:
    """Read a Matlab topology vector or a pyNBN list, with what stands beside it.

    Parameters
    ----------
    data : str or bytes
        The text.
    n_outputs : int, optional
        The last so many neurons are outputs; if left out, what the text says, else those that
        feed no other.

    Returns
    -------
    NetworkFile
        With weights if the text has them.

    Raises
    ------
    FormatError
        One sentence for every kind of damage.
    """
    lists = _lists(text_of(data, "A topology vector"))
    if "topo" not in lists:
        raise FormatError("There is no topology vector in it: topo = [4 1 2 3] is one.")
    rows, starts = _rows([whole(token, "The topology vector") for token in lists["topo"]])
    if "iw" in lists:
        given = [number(token, "iw") for token in lists["iw"]]
        if given not in (starts, [start + 1 for start in starts]):
            raise FormatError("iw does not fit topo: leave it out, it follows from topo.")
    outputs = None
    if n_outputs is not None:
        if not 1 <= n_outputs <= len(rows):
            raise FormatError(f"{n_outputs} outputs do not fit {plural(len(rows), 'neuron')}.")
        outputs = [row.id for row in rows[-n_outputs:]]
    elif "outputs" in lists:
        outputs = [whole(token, "outputs") for token in lists["outputs"]]
    rows = _with_models(rows, lists, outputs)
    weights = [number(token, "The weights") for token in lists["w"]] if "w" in lists else None
    return NetworkFile(*node_numbering.network(rows, weights, outputs))


def write_matlab(topology: Topology, weights: ArrayLike | None = None) -> str:
    """Write Matlab assignments.

    Parameters
    ----------
    topology : Topology
        The network.
    weights : (N,) array_like, optional
        Neuron by neuron, bias first.

    Returns
    -------
    str
        What `read_vectors` reads back, names of nodes apart.
    """
    lists = _written(topology, weights, first=1)
    head = f"% {topology.n_inputs} inputs, {topology.n_neurons} neurons, NBN Lab\n"
    return head + "".join(f"{name} = [{' '.join(v)}];\n" for name, v in lists.items())


def write_pynbn(topology: Topology, weights: ArrayLike | None = None) -> str:
    """Write Python lists as pyNBN holds them.

    Parameters
    ----------
    topology : Topology
        The network.
    weights : (N,) array_like, optional
        Neuron by neuron, bias first.

    Returns
    -------
    str
        What `read_vectors` reads back, names of nodes apart.
    """
    lists = _written(topology, weights, first=0)
    head = f"# {topology.n_inputs} inputs, {topology.n_neurons} neurons, NBN Lab\n"
    return head + "".join(f"{name} = [{', '.join(v)}]\n" for name, v in lists.items())


def _lists(text: str) -> dict[str, list[str]]:
    """Named lists of tokens; a single list needs no name."""
    rest = _COMMENT.sub("", _MORE.sub(" ", text)).strip()
    if rest and not set(rest) & set("[]{}()="):
        return {"topo": [token for token in SEPARATORS.split(rest) if token]}
    lists: dict[str, list[str]] = {}
    at = 0
    while at < len(rest):
        found = _ASSIGNMENT.match(rest, at)
        if not found:
            raise FormatError(
                f"There is something else than named lists of numbers in it, at "
                f"{quoted(rest[at:].strip())}: topo = [4 1 2 3] is such a list."
            )
        at = found.end()
        name = (found[1] or "topo").lower()
        if name not in _NAMES or _NAMES[name] in lists:
            raise FormatError(
                f"The list {quoted(name)} is unknown or there twice: the names are topo, iw, act, "
                "gain, der, outputs and w."
            )
        tokens = [token for token in SEPARATORS.split(found[3]) if token]
        if not tokens:
            raise FormatError(f"The list {quoted(name)} is empty: leave it out.")
        if len(tokens) > 2 * MAX_CONNECTIONS:
            raise FormatError(f"The list {quoted(name)} is longer than any network here needs.")
        lists[_NAMES[name]] = tokens
    return lists


def _rows(topo: list[int]) -> tuple[list[node_numbering.Row], list[int]]:
    """Neurons, and where each begins, counted from 0."""
    starts = []
    top = 0
    for at, node in enumerate(topo):
        if node > top:
            starts.append(at)
            top = node
    starts.append(len(topo))
    rows = [
        node_numbering.Row(topo[first], tuple(topo[first + 1 : last]))
        for first, last in itertools.pairwise(starts)
    ]
    for row in rows:
        if not row.sources:
            raise FormatError(f"Neuron {row.id} sees no node: list its sources after its number.")
    return rows, starts


def _with_models(
    rows: list[node_numbering.Row], lists: dict[str, list[str]], outputs: list[int] | None
) -> list[node_numbering.Row]:
    for name in ("act", "gain", "der"):
        if name in lists and len(lists[name]) not in (1, len(rows)):
            raise FormatError(
                f"{name} has {plural(len(lists[name]), 'entry').replace('entrys', 'entries')} for "
                f"{plural(len(rows), 'neuron')}: give one each."
            )
    feeding = {source for row in rows for source in row.sources}
    last = {row.id for row in rows} - feeding if outputs is None else set(outputs)
    usual = [0 if row.id in last else 2 for row in rows]
    codes = [number(token, "act") for token in lists["act"]] if "act" in lists else usual
    gains = [number(token, "gain") for token in lists.get("gain", ["1"])]
    leaks = [number(token, "der") for token in lists.get("der", ["0"])]
    for code in codes:
        if code not in _CODES:
            raise FormatError(f"act has the code {code:g}: a neuron has one from 0 to 4.")
    return [
        node_numbering.Row(
            row.id, row.sources, _CODES[int(codes[k % len(codes)])],
            gains[k % len(gains)], leaks[k % len(leaks)],
        )
        for k, row in enumerate(rows)
    ]  # fmt: skip


def _written(topology: Topology, weights: ArrayLike | None, first: int) -> dict[str, list[str]]:
    above = topology.n_inputs + 1
    topo: list[int] = []
    starts = [first]
    for k, neuron in enumerate(topology.neurons):
        topo += [above + k, *(source + 1 for source in neuron.sources)]
        starts.append(first + len(topo))
    lists = {
        "topo": [str(node) for node in topo],
        "iw": [str(start) for start in starts],
        "act": [str(ACTIVATIONS[neuron.activation].code) for neuron in topology.neurons],
        "gain": [shortest(neuron.gain) for neuron in topology.neurons],
        "der": [shortest(neuron.leak) for neuron in topology.neurons],
        "outputs": [str(above + k) for k in topology.outputs],
    }
    if weights is not None:
        lists["w"] = [shortest(w) for w in checked(topology, weights)]
    return lists
