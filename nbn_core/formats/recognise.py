"""Detection of a file's format from its content, not its name.

    found = recognise(data)
    found.what                       "a GraphML file"
    found.experiment, found.network, found.patterns, found.weights       one of them is set

Links and reports are accepted too: both contain an Experiment. Nothing is unpickled or evaluated,
and the error for a file that cannot be imported says what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nbn_core.display import OneLine
from nbn_core.errors import FormatError, NBNError
from nbn_core.experiment import FORMAT, Experiment, Workspace, link
from nbn_core.formats import (
    NetworkFile,
    read_dat,
    read_graphml,
    read_in,
    read_node_link,
    read_npz,
    read_vectors,
    read_weights_csv,
)
from nbn_core.formats.dat import MAX_ROWS, check_length
from nbn_core.formats.foreign_graphs import NodeRole
from nbn_core.formats.graphs import guessed_roles
from nbn_core.formats.line_grammar import content
from nbn_core.formats.links_in_text import found_links
from nbn_core.formats.number_grammar import is_number
from nbn_core.formats.parsing import SEPARATORS, checked, quoted, text_of
from nbn_core.network import Topology
from nbn_core.types import FloatArray

MAX_BYTES = 32_000_000
REPORT_BEGIN = '<script type="application/json" id="nbn-lab-experiment">'
REPORT_END = "</script>"

_VECTOR = re.compile(r"\s*(?:[%#][^\n]*\n\s*)*(?:[A-Za-z_]\w{0,30}\s*=\s*)?[\[({]")
_NEURON = re.compile(r"^[ \t]*(?:n[ \t,;]+\d|\.model\b)", re.IGNORECASE | re.MULTILINE)
_SAMPLE = 200_000  # characters in which numbers are looked for
_ROWS = 500
_MARKS = str.maketrans(dict.fromkeys("|\"'“”", " "))
_BINARY = (
    (b"\xd0\xcf\x11\xe0", "an old Excel file"),
    (b"PAR1", "a Parquet file"),
    (b"\x89PNG", "a picture"),
    (b"%PDF", "a PDF file"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x80\x04", "a pickle, which could run anything when opened"),
)
_ONE_WAY = (
    ('"""A neural network with', "a trained network as Python"),
    ("<svg", "a drawing"),
    ("iteration,sse,", "the trace of a training"),
)
_INSTEAD = "import the experiment's JSON file instead."


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Recognised(OneLine):
    """Format and content of a file; one of experiment, network, patterns and weights is set.

    Parameters
    ----------
    what : str
        Format in words, with an article.
    experiment : Experiment or None
        Experiment, if the file holds one.
    network : NetworkFile or None
        Network, with or without weights.
    patterns : str
        Text of a `.dat` file, whose number of inputs depends on the network.
    weights : callable or None
        Function that returns the weights for a topology or raises FormatError.
    workspace : Workspace or None
        The experiment with what the file or link keeps beside it.
    """

    what: str
    experiment: Experiment | None = None
    network: NetworkFile | None = None
    patterns: str = ""
    weights: Callable[[Topology], FloatArray] | None = None
    workspace: Workspace | None = None


def recognise(
    data: str | bytes, roles: Mapping[str, str] | None = None, max_rows: int = MAX_ROWS
) -> Recognised:
    """Detect the format of a file and read it.

    Parameters
    ----------
    data : str or bytes
        Pasted text, or content of a file.
    roles : mapping, optional
        Roles by the names of nodes, for a graph in which they are guessed otherwise.
    max_rows : int
        Rows above which a `.dat` file is refused before it is read.

    Returns
    -------
    Recognised
        Format and content.

    Raises
    ------
    FormatError
        If the format is unknown or cannot be imported. Damaged files of a known format raise
        other subclasses of `NBNError` too.
    """
    if isinstance(data, bytes) and data[:4] == b"PK\x03\x04":
        return _archive(data)
    if isinstance(data, bytes):
        _refuse_binary(data)
    text = text_of(data, "A file", MAX_BYTES).strip()
    if not text:
        raise FormatError("This file is empty: choose another one.")
    if text[0] == "{":
        return _json(text, roles)
    for begin, what in _ONE_WAY:
        if text.startswith(begin):
            raise FormatError(f"This is {what}, which can be exported but not imported: {_INSTEAD}")
    if text.startswith("/*") and "from NBN Lab" in text[:300]:
        raise FormatError(
            f"This is a trained network in C, which can be exported but not imported: {_INSTEAD}"
        )
    if text[0] == "<" and text[1:5].lower() != "http":
        return _marked_up(text, roles)
    if packed := found_links(text):
        return _with_experiment("a link", _linked(packed))
    return _plain(text, max_rows)


def _link_within(text: str) -> Recognised | None:
    """Return the first whole link in a web page or a message; None if there is none."""
    packed = found_links(text)
    try:
        return _with_experiment("a link", _linked(packed)) if packed else None
    except NBNError:
        return None


def _with_experiment(what: str, found: Workspace) -> Recognised:
    return Recognised(what, experiment=found.experiment, workspace=found)


def _linked(packed: list[str]) -> Workspace:
    """Return the experiment of the first link that is whole; raise for the last if none is."""
    for candidate in packed[:-1]:
        try:
            return link.decode_workspace(candidate)
        except NBNError:
            continue
    return link.decode_workspace(packed[-1])


def _refuse_binary(data: bytes) -> None:
    for begin, what in _BINARY:
        if data.startswith(begin):
            raise FormatError(f"This is {what}: experiments, networks and .dat files are read.")
    if data[:1] == b"\x08" and b"NBN Lab" in data[:40]:
        raise FormatError(
            f"This is a trained network as ONNX, which can be exported but not imported: {_INSTEAD}"
        )


def _archive(data: bytes) -> Recognised:
    if b".npy" not in data:
        raise FormatError("This is a ZIP archive or a workbook: unpack it, or save it as CSV.")
    arrays = read_npz(data)
    if "weights" not in arrays:
        raise FormatError("This NPZ file has no array called “weights”: choose a file of weights.")
    table = arrays["weights"]
    if table.ndim not in (1, 2) or not table.size:
        raise FormatError(
            "The weights in this NPZ file are not one row for each iteration: use the original "
            "file."
        )
    last = table if table.ndim == 1 else table[-1]
    return Recognised(
        "weights of a training" if table.ndim == 2 else "weights",
        weights=lambda topology: checked(topology, last.astype(np.float64)),
    )


def _json(text: str, roles: Mapping[str, str] | None) -> Recognised:
    if FORMAT in text or '"topology"' in text:
        return _with_experiment("an experiment of NBN Lab", Workspace.from_json(text))
    if '"nodes"' in text:
        return Recognised("a graph as node-link JSON", network=read_node_link(text, roles))
    if found := _link_within(text):
        return found
    raise FormatError(
        "This JSON is neither an experiment of NBN Lab nor a graph: use the original file."
    )


def roles_in(data: str | bytes) -> tuple[NodeRole, ...]:
    """Return the nodes of a graph with their guessed roles.

    Parameters
    ----------
    data : str or bytes
        Pasted text, or content of a file.

    Returns
    -------
    tuple of NodeRole
        Nodes in the order of the file; empty if no roles are guessed in it, or if it cannot be
        read whatever the roles are.
    """
    try:
        text = text_of(data, "A file", MAX_BYTES).strip()
        graph = '"nodes"' in text if text[:1] == "{" else text[:1] == "<"
        return guessed_roles(text) if graph and not _begins_html(text) else ()
    except NBNError:
        return ()


def _begins_html(text: str) -> bool:
    return re.match(r"<!doctype html|<html|<http", text, re.IGNORECASE) is not None


def _marked_up(text: str, roles: Mapping[str, str] | None) -> Recognised:
    page = _begins_html(text)
    if page:
        _, found, rest = text.partition(REPORT_BEGIN)
        inner, closed, _ = rest.partition(REPORT_END)
        if found and closed:
            return Recognised("a report of NBN Lab", experiment=Experiment.from_json(inner))
    if (page or "graphml" not in text) and (linked := _link_within(text)):
        return linked
    if page:
        raise FormatError("This web page is not a report of NBN Lab: use the original file.")
    return Recognised("a GraphML file", network=read_graphml(text, roles))


def _plain(text: str, max_rows: int) -> Recognised:
    first = text.split("\n", 1)[0].strip()
    if first.replace(" ", "") == "source,neuron,weight":
        return Recognised(
            "a table of weights", weights=lambda topology: read_weights_csv(text, topology)
        )
    if _VECTOR.match(text):
        return Recognised("a topology vector", network=read_vectors(text))
    if _NEURON.search(text):
        return Recognised("an NBN topology file (.in)", network=read_in(text))
    rows = [
        [cell for cell in SEPARATORS.split(line.translate(_MARKS)) if cell]
        for line in content(text[:_SAMPLE]).lines
    ]
    if len(rows) == 1 and len(text) <= _SAMPLE and _begins_a_neuron(rows[0]):
        return Recognised("a topology vector", network=read_vectors(text))
    unknown = FormatError(
        f"This cannot be imported; it begins with {quoted(first)}: choose an experiment, a "
        "link, a .in or .dat file, a topology vector, GraphML or node-link JSON."
    )
    if not any(row and all(map(is_number, row[:200])) for row in rows[:_ROWS]):
        raise unknown
    check_length(text, max_rows)
    try:
        count = read_dat(text, max_rows=max_rows).n_patterns
    except NBNError:
        if all(map(is_number, rows[0][:200])):
            raise
        raise unknown from None
    return Recognised(f"a .dat file of {count:,} pattern{'' if count == 1 else 's'}", patterns=text)


def _begins_a_neuron(tokens: list[str]) -> bool:
    """Return whether a row of numbers is a topology vector: a neuron, then smaller sources."""
    known = len(tokens) > 1 and all(
        token.isascii() and token.isdigit() and len(token) < 10 for token in tokens
    )
    return known and int(tokens[0]) > int(tokens[1])
