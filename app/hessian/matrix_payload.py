"""The data that the Structure section sends to the browser: cells as tones, with their names."""

from __future__ import annotations

import base64
import functools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.figures.matrix import MAX_SIDE, MatrixView, pooled, scale_marks, toned
from app.session.sketch import Sketch
from app.shared.payload import graph_block
from nbn_core.network import Topology
from nbn_core.types import BoolArray, FloatArray, Json

ZERO_TONE: Final = 255  # of a structural zero; other tones are 0 to 254, 127 for the value 0


def cells(values: FloatArray, view: MatrixView, *, what: str, exact: bool) -> Json:
    """Pack a signed matrix.

    Parameters
    ----------
    values : (N, N) float64
        Signed matrix to pack.
    view : MatrixView
        Rows and columns to show, their order, and the colour scale.
    what : str
        Name of the matrix, for screen readers.
    exact : bool
        Whether to include the numbers, for pointing at a cell; a replay needs only tones.
    """
    same = np.array_equal(view.order, view.column_order)
    part = values[np.ix_(view.order, view.column_order)]
    never = view.zeros[np.ix_(view.order, view.column_order)]
    stride = -(-max(part.shape) // MAX_SIDE)
    shown, absent = pooled(part, never, stride)
    largest = float(np.abs(values).max(initial=0.0))
    tones = np.rint(127 + 127 * toned(shown, largest, view.scale)).astype(np.uint8)
    tones[absent] = ZERO_TONE
    return {
        "what": what,
        "height": shown.shape[0],
        "width": shown.shape[1],
        "symmetric": same,
        "stride": stride,
        "tones": _packed(tones, same),
        "values": _packed(shown.astype("<f4"), same) if exact else None,
        "rows": [view.titles[n] for n in view.order[::stride]],
        "columns": None if same else [view.titles[n] for n in view.column_order[::stride]],
        "row_weights": view.order[::stride].tolist(),
        "column_weights": view.column_order[::stride].tolist(),
        "row_frames": [[name, size / stride] for name, size in view.frames],
        "column_frames": [[name, size / stride] for name, size in view.column_frames],
        "scale": scale_marks(largest, view.scale),
    }


def network(sketch: Sketch, topology: Topology, weights: FloatArray) -> Json:
    """Return the drawing beside the matrix, each weight by its two nodes, "" for the bias."""
    names = set(topology.names)
    graph = graph_block(sketch)
    nodes = [node for node in graph["nodes"] if node["id"] in names]
    return {
        "nodes": [{key: node[key] for key in ("id", "role", "x", "y")} for node in nodes],
        "links": [link for link in graph["links"] if names.issuperset(link)],
        "ends": [list(ends) for ends in topology.weight_names],
        "weights": [float(f"{value:.4g}") for value in weights],
    }


def _packed(cells: NDArray[np.uint8] | NDArray[np.float32], triangle: bool) -> str:
    """Encode cells as base64, row by row; only the upper triangle of a symmetric matrix."""
    flat = cells[_triangle(len(cells))] if triangle else cells
    return base64.b64encode(np.ascontiguousarray(flat).tobytes()).decode("ascii")


@functools.lru_cache(4)
def _triangle(n: int) -> BoolArray:
    upper: BoolArray = np.triu(np.ones((n, n), dtype=np.bool_))
    return upper
