"""Topology vectors: a network as one list of node numbers, as in the Matlab NBN trainer and pyNBN.

    topo = [4 1 2 3 5 1 2 3 4];          neuron 4 has sources 1 2 3, neuron 5 has 1 2 3 4
    iw = [1 5 10];                       where each neuron begins; one past the end
    act = [2 0];  gain = [1 1];          0 linear, 1 unipolar, 2 bipolar, 3, 4 Elliot
    der = [0 0];  outputs = [5];         leaks and outputs (extensions of NBN Lab)
    w = [...];                           one weight for each entry of topo; the entry of the
                                         neuron itself is its bias

Neuron numbers are strictly ascending and larger than those of their sources: an entry larger than
all before it starts a neuron. Only `topo` is required; a text without names is `topo` alone. pyNBN
writes the same as Python lists, with `iw` counted from 0. Without `act`, neurons are bipolar and
outputs linear, the defaults of the published program. The text is parsed, never evaluated.
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
_MORE = re.compile(r"\.\.\.[^\n]*(?:\n|\Z)")
_ASSIGNMENT = re.compile(
    r"\s*(?:([A-Za-z_]\w{0,30})\s*=\s*)?([\[({])([^\[\](){}=]*)[\])}]'?\s*[;,]?"
)
_CODES = {activation.code: activation.name for activation in ACTIVATIONS.values()}


def read_vectors(data: str | bytes, n_outputs: int | None = None) -> NetworkFile:
    """Read a network from a Matlab topology vector or pyNBN lists.

    Parameters
    ----------
    data : str or bytes
        Content of the file.
    n_outputs : int, optional
        Number of outputs, the last neurons. By default the outputs are those in the text or, if
        it lists none, the neurons that feed no other.

    Returns
    -------
    NetworkFile
        The network, with weights if the text has them.

    Raises
    ------
    FormatError
        If the text is damaged.
    """
    lists = _lists(text_of(data, "A topology vector"))
    if "topo" not in lists:
        raise FormatError("This text has no topology vector: topo = [4 1 2 3] is one.")
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
    """Write a network as Matlab assignments.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like, optional
        Weights, neuron by neuron, bias first.

    Returns
    -------
    str
        Text that `read_vectors` can read; it does not contain the names of nodes.
    """
    lists = _written(topology, weights, first=1)
    head = f"% {topology.n_inputs} inputs, {topology.n_neurons} neurons, NBN Lab\n"
    return head + "".join(f"{name} = [{' '.join(v)}];\n" for name, v in lists.items())


def write_pynbn(topology: Topology, weights: ArrayLike | None = None) -> str:
    """Write a network as the Python lists of pyNBN.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like, optional
        Weights, neuron by neuron, bias first.

    Returns
    -------
    str
        Text that `read_vectors` can read; it does not contain the names of nodes.
    """
    lists = _written(topology, weights, first=0)
    head = f"# {topology.n_inputs} inputs, {topology.n_neurons} neurons, NBN Lab\n"
    return head + "".join(f"{name} = [{', '.join(v)}]\n" for name, v in lists.items())


def _lists(text: str) -> dict[str, list[str]]:
    """Parse named lists of tokens; a single list needs no name."""
    rest = _COMMENT.sub("", _MORE.sub(" ", text)).strip()
    if rest and not set(rest) & set("[]{}()="):
        return {"topo": [token for token in SEPARATORS.split(rest) if token]}
    lists: dict[str, list[str]] = {}
    at = 0
    while at < len(rest):
        found = _ASSIGNMENT.match(rest, at)
        if not found:
            raise FormatError(
                f"This text has something other than named lists of numbers at "
                f"{quoted(rest[at:].strip())}: topo = [4 1 2 3] is such a list."
            )
        at = found.end()
        name = (found[1] or "topo").lower()
        if name not in _NAMES or _NAMES[name] in lists:
            raise FormatError(
                f"The list {quoted(name)} is unknown or repeated: the names are topo, iw, act, "
                "gain, der, outputs and w."
            )
        tokens = [token for token in SEPARATORS.split(found[3]) if token]
        if not tokens:
            raise FormatError(f"The list {quoted(name)} is empty: leave it out.")
        if len(tokens) > 2 * MAX_CONNECTIONS:
            raise FormatError(
                f"The list {quoted(name)} exceeds the maximum of {2 * MAX_CONNECTIONS} numbers."
            )
        lists[_NAMES[name]] = tokens
    return lists


def _rows(topo: list[int]) -> tuple[list[node_numbering.Row], list[int]]:
    """Return the neurons, and the position at which each starts, counted from 0."""
    starts = []
    largest = 0
    for at, node in enumerate(topo):
        if node > largest:
            starts.append(at)
            largest = node
    starts.append(len(topo))
    rows = [
        node_numbering.Row(topo[first], tuple(topo[first + 1 : last]))
        for first, last in itertools.pairwise(starts)
    ]
    for row in rows:
        if not row.sources:
            raise FormatError(f"Neuron {row.id} has no source: list its sources after its number.")
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
