"""Positions of the nodes of a network: as drawn, otherwise as the stage tidies them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from nbn_core.network import Topology

Place = tuple[float, float]
COLUMN_WIDTH: Final = 150.0
ROW_HEIGHT: Final = 72.0
MAX_COLUMN: Final = 16  # nodes in a column; more are arranged as a block
BLOCK_SPACING: Final = 26.0  # between the nodes of a block


def places(topology: Topology, drawn: Mapping[str, Place] | None = None) -> list[Place]:
    """Return the position of every node, inputs first, y downwards, in pixels.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    drawn : mapping, optional
        Positions by name; ignored unless every node has one.
    """
    known = drawn or {}
    if all(name in known for name in topology.names):
        return [known[name] for name in topology.names]
    return _tidy(topology)


def _tidy(topology: Topology) -> list[Place]:
    columns = _columns(topology)
    inner = columns[1:-1]
    cascade = bool(inner) and all(len(column) <= 1 for column in inner)
    tallest = max(_height(column) for column in columns)
    width = COLUMN_WIDTH * (0.6 if cascade else 1.0)
    swing = max(
        ROW_HEIGHT * min(3.0, 0.9 + 0.4 * (len(columns[0]) - 1)), 0.2 * (len(columns) - 1) * width
    )
    placed: dict[int, Place] = {}
    for index, column in enumerate(columns):
        shift = 0.0
        if cascade and 0 < index < len(columns) - 1:
            shift = -swing if index % 2 else swing
        _place(column, index * width, shift, tallest, placed)
    return [placed[node] for node in range(len(topology.names))]


def _columns(topology: Topology) -> list[list[int]]:
    n_inputs = topology.n_inputs
    last = max(topology.levels)
    feeding = {source for neuron in topology.neurons for source in neuron.sources}
    columns: list[list[int]] = [list(range(n_inputs)), *([] for _ in range(last))]
    for k, level in enumerate(topology.levels):
        end = k in topology.outputs and n_inputs + k not in feeding
        columns[last if end else level].append(n_inputs + k)
    return columns


def _height(column: list[int]) -> int:
    return math.isqrt(len(column) - 1) + 1 if len(column) > MAX_COLUMN else len(column)


def _place(
    column: list[int], x: float, shift: float, tallest: int, placed: dict[int, Place]
) -> None:
    if len(column) > MAX_COLUMN:
        side = math.isqrt(len(column) - 1) + 1
        for i, node in enumerate(column):
            right, down = i % side - side + 1, i // side - (side - 1) / 2
            placed[node] = (x + right * BLOCK_SPACING, down * BLOCK_SPACING)
        return
    gap = (
        min(ROW_HEIGHT, ROW_HEIGHT * max(tallest, 4) / len(column))
        if len(column) > 1
        else ROW_HEIGHT
    )
    for row, node in enumerate(column):
        placed[node] = (x, shift + (row - (len(column) - 1) / 2) * gap)
