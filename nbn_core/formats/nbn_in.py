"""Topology files of the NBN programs, `.in`.

    // comment                           also % or # at the start of a line
    n 4 mbip 1 2 3                       a neuron: its number, its model, its sources
    n 5 mlin 1 2 3 4
    w 0.1 -0.2 0.3 0.4                   weights, in any number of lines: neuron by neuron in the
    w 0.5 0.6 0.7 0.8 0.9                order listed, bias first, then in the order of sources
    .model mbip fun=bip, gain=0.5, der=0.001
    .model mlin fun=lin
    datafile=parity3.dat

The number of inputs is the smallest neuron number minus 1. Neurons that feed no other neuron are
the outputs. `fun` is bip, uni or lin, and here also ebip or euni for the Elliot functions; `der` is
the leak. The models mbip, mu and mlin are predefined.

Extensions are written as comments that other programs skip: `//@ name 4 "h1"` for names and
`//@ outputs 6 5` for outputs that differ from the neurons that feed no other.
"""

from __future__ import annotations

import itertools
import json
import re

from numpy.typing import ArrayLike

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
from nbn_core.network import Topology, default_names

FUNCTIONS = {
    "bip": "bipolar",
    "uni": "unipolar",
    "lin": "linear",
    "ebip": "elliot_bipolar",
    "euni": "elliot_unipolar",
}
_STANDARD = {
    "mbip": "bipolar", "bip": "bipolar", "mu": "unipolar", "muni": "unipolar", "uni": "unipolar",
    "mlin": "linear", "lin": "linear",
}  # fmt: skip
_FILE = re.compile(r"datafile\s*[=\s]\s*(\S.*)", re.IGNORECASE)
_WORD = re.compile(r"[^\s,;=]+")


class _Reader:
    """Content of the lines read so far."""

    def __init__(self) -> None:
        self.neurons: list[tuple[int, str, tuple[int, ...]]] = []
        self.weights: list[float] = []
        self.models: dict[str, tuple[str, float, float]] = {
            name: (activation, 1.0, 0.0) for name, activation in _STANDARD.items()
        }
        self.defined: set[str] = set()
        self.names: dict[int, str] = {}
        self.outputs: list[int] | None = None
        self.datafile = ""

    def line(self, text: str, where: str) -> None:
        """Parse one line of the file."""
        if text.startswith("//@"):
            self.note(text[3:].strip(), where)
            return
        text = text.split("//")[0].strip()
        if not text or text[0] in "%#":
            return
        if file := _FILE.fullmatch(text):
            self.datafile = file[1].strip().strip("\"'")
            return
        words = [word for word in SEPARATORS.split(text) if word]
        if not words:
            raise FormatError(f"{where} contains only separators: remove it.")
        key, *rest = words
        match key.lower():
            case "n":
                self.neuron(rest, where)
            case "w":
                self.weights += [number(word, where) for word in rest]
                if len(self.weights) > 2 * MAX_CONNECTIONS:
                    raise FormatError(
                        f"{where} exceeds the maximum of {2 * MAX_CONNECTIONS} weights."
                    )
            case ".model":
                self.model(text[len(key) :], where)
            case _:
                raise FormatError(
                    f"{where} starts with {quoted(key)}: a line starts with n, w, .model, "
                    "datafile= or //."
                )

    def neuron(self, words: list[str], where: str) -> None:
        """Parse the words after `n`."""
        if len(words) < 3:
            raise FormatError(
                f"{where} does not define a neuron: n is followed by its number, its model and its "
                "sources."
            )
        sources = tuple(whole(word, where) for word in words[2:])
        self.neurons.append((whole(words[0], where), words[1].lower(), sources))

    def model(self, text: str, where: str) -> None:
        """Parse the text after `.model`."""
        words = _WORD.findall(text)
        if not words:
            raise FormatError(f"{where} defines a model without a name: add one.")
        name, pairs = words[0].lower(), words[1:]
        if len(pairs) % 2 or text.count("=") != len(pairs) // 2:
            raise FormatError(
                f"{where} does not define a model: it looks like .model mbip fun=bip, gain=0.5, "
                "der=0.01."
            )
        if name in self.defined:
            raise FormatError(f"{where} defines the model {quoted(name)} again: remove one.")
        self.defined.add(name)
        activation, gain, leak = self.models.get(name, ("bipolar", 1.0, 0.0))
        for key, value in zip(pairs[::2], pairs[1::2], strict=True):
            match key.lower():
                case "fun":
                    if value.lower() not in FUNCTIONS:
                        raise FormatError(
                            f"{where} has the function {quoted(value)}: choose "
                            f"{', '.join(FUNCTIONS)}."
                        )
                    activation = FUNCTIONS[value.lower()]
                case "gain":
                    gain = number(value, where)
                case "der":
                    leak = number(value, where)
                case _:
                    raise FormatError(
                        f"{where} sets {quoted(key)}: a model has fun, gain and der only."
                    )
        self.models[name] = activation, gain, leak

    def note(self, text: str, where: str) -> None:
        """Parse a comment of the form `//@`; unknown ones are skipped."""
        key, _, rest = text.partition(" ")
        if key == "name":
            node, _, name = rest.strip().partition(" ")
            self.names[whole(node, where)] = _unquoted(name, where)
        elif key == "outputs":
            self.outputs = [whole(word, where) for word in SEPARATORS.split(rest) if word]

    def rows(self) -> list[node_numbering.Row]:
        """Return the neurons with the settings of their models."""
        rows = []
        for node, model, sources in self.neurons:
            if model not in self.models:
                raise FormatError(
                    f"Neuron {node} has the model {quoted(model)}, which no .model line defines: "
                    "add one."
                )
            rows.append(node_numbering.Row(node, sources, *self.models[model]))
        return rows


def read_in(data: str | bytes) -> NetworkFile:
    """Read a network from an `.in` file.

    Parameters
    ----------
    data : str or bytes
        Content of the file.

    Returns
    -------
    NetworkFile
        The network, with weights and the name of the data file if the file has them.

    Raises
    ------
    NBNError
        If the file is damaged or does not describe a feed-forward network.
    """
    reader = _Reader()
    for at, line in enumerate(text_of(data, "An .in file").split("\n"), start=1):
        reader.line(line.strip(" \t\f\v"), f"Line {at}")
    topology, weights = node_numbering.network(
        reader.rows(), reader.weights or None, reader.outputs, reader.names
    )
    return NetworkFile(topology, weights, reader.datafile)


def write_in(topology: Topology, weights: ArrayLike | None = None, datafile: str = "") -> str:
    """Write a network as an `.in` file.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like, optional
        Weights, neuron by neuron, bias first.
    datafile : str
        Name of the data file.

    Returns
    -------
    str
        Text that `read_in` can read, including names.

    Raises
    ------
    FormatError
        If the name of the data file cannot be written in a line.
    """
    if datafile and (not datafile.isprintable() or datafile != datafile.strip(" \"'")):
        raise FormatError(
            f"The file name {quoted(datafile)} cannot be written in an .in file: rename the file."
        )
    if "//" in datafile:
        raise FormatError(
            f"The file name {quoted(datafile)} contains //, which starts a comment in an .in file: "
            "rename the file."
        )
    models: dict[tuple[str, float, float], str] = {}
    lines = [f"// {topology.n_inputs} inputs, {topology.n_neurons} neurons, NBN Lab"]
    for k, neuron in enumerate(topology.neurons):
        key = neuron.activation, neuron.gain, neuron.leak
        model = models.setdefault(key, f"m{len(models) + 1}")
        sources = " ".join(str(source + 1) for source in neuron.sources)
        lines.append(f"n {topology.n_inputs + k + 1} {model} {sources}")
    if weights is not None:
        values = iter(checked(topology, weights))
        for neuron in topology.neurons:
            own = itertools.islice(values, 1 + len(neuron.sources))
            lines.append("w " + " ".join(shortest(w) for w in own))
    short = {activation: function for function, activation in FUNCTIONS.items()}
    for (activation, gain, leak), model in models.items():
        lines.append(
            f".model {model} fun={short[activation]}, gain={shortest(gain)}, der={shortest(leak)}"
        )
    if datafile:
        lines.append(f"datafile={datafile}")
    return "\n".join([*lines, *_notes(topology)]) + "\n"


def _notes(topology: Topology) -> list[str]:
    """Return comments for names and outputs that differ from the defaults of a reader."""
    feeding = {source for neuron in topology.neurons for source in neuron.sources}
    sinks = [k for k in range(topology.n_neurons) if topology.n_inputs + k not in feeding]
    notes = []
    if list(topology.outputs) != sinks:
        ids = " ".join(str(topology.n_inputs + k + 1) for k in topology.outputs)
        notes.append(f"//@ outputs {ids}")
    usual = default_names(topology.n_inputs, topology.n_neurons, topology.outputs)
    return notes + [
        f"//@ name {node} {json.dumps(name, ensure_ascii=False)}"
        for node, (name, default) in enumerate(zip(topology.names, usual, strict=True), start=1)
        if name != default
    ]


def _unquoted(name: str, where: str) -> str:
    """Return a name without its quotation marks, which are those of JSON."""
    try:
        plain = json.loads(name) if name.startswith('"') else name
    except ValueError:
        plain = None
    if not isinstance(plain, str):
        raise FormatError(f"{where} has a name without a closing quotation mark: {quoted(name)}.")
    return plain
