"""What the Structure section sends to the browser: cells as tones, and how to name them."""

from __future__ import annotations

import base64
import functools
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.figures.matrix import MOST, MatrixView, pooled, scale_marks, toned
from app.session.sketch import Sketch
from app.shared.payload import graph_block
from nbn_core.network import Topology
from nbn_core.types import BoolArray, FloatArray, Json

NEVER: Final = 255  # the tone of a structural zero; others are 0..254, 127 is zero


def cells(values: FloatArray, view: MatrixView, *, what: str, exact: bool) -> Json:
    """Pack a signed matrix.

    Parameters
    ----------
    values : (N, N) float64
        Q.
    view : MatrixView
        What of it, in which order and colours.
    what : str
        What it is, in words.
    exact : bool
        Whether the numbers go along, for the reader who points at a cell; a replay needs only
        tones.
    """
    same = np.array_equal(view.order, view.column_order)
    part = values[np.ix_(view.order, view.column_order)]
    never = view.zeros[np.ix_(view.order, view.column_order)]
    stride = -(-max(part.shape) // MOST)
    shown, absent = pooled(part, never, stride)
    most = float(np.abs(values).max(initial=0.0))
    tones = np.rint(127 + 127 * toned(shown, most, view.scale)).astype(np.uint8)
    tones[absent] = NEVER
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
        "scale": scale_marks(most, view.scale),
    }


def network(sketch: Sketch, topology: Topology, weights: FloatArray) -> Json:
    """The drawing beside the matrix: every weight by its two ends, "" for the constant input."""
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
    """Write cells as base64, row by row; of a symmetric matrix the upper triangle."""
    flat = cells[_triangle(len(cells))] if triangle else cells
    return base64.b64encode(np.ascontiguousarray(flat).tobytes()).decode("ascii")


@functools.lru_cache(4)
def _triangle(n: int) -> BoolArray:
    made: BoolArray = np.triu(np.ones((n, n), dtype=np.bool_))
    return made
