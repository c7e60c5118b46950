"""A map of families and sizes: a small drawing of each network on the colour of its success."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from app.figures import layout
from app.figures.chart import percent
from app.figures.palette import RGB, Palette, css, rgb
from nbn_core.checks import plural
from nbn_core.network import Topology
from nbn_core.types import Json

CELL: Final = (74, 52)  # width and height of a drawing, in pixels
CAPTION: Final = (
    "Success rate by family and size: neurons in each hidden layer, or all hidden neurons of a "
    "cascade"
)


class MapCell(NamedTuple):
    """A network on the map; `solved` of `trials` trainings reached the target.

    `place` is its place in the study; None before its first training, when it cannot be chosen.
    """

    place: int | None
    name: str
    topology: Topology
    solved: int
    trials: int


def map_block(
    rows: Sequence[str], sizes: Sequence[int], cells: Mapping[tuple[int, int], MapCell],
    chosen: int | None, palette: Palette,
) -> Json:  # fmt: skip
    """Return the map for the browser: a table of small drawings with a text in every cell.

    Parameters
    ----------
    rows : sequence of str
        Titles of the families.
    sizes : sequence of int
        Sizes, one for each column.
    cells : mapping of (int, int) to MapCell
        Networks by row and column; without one the cell is empty.
    chosen : int or None
        Place of the network that is shown in detail.
    palette : Palette
        Colours of the light or dark theme.
    """
    columns = range(len(sizes))
    lines = [
        {
            "title": title,
            "cells": [_cell(cells[i, j], palette) if (i, j) in cells else None for j in columns],
        }
        for i, title in enumerate(rows)
    ]
    return {"caption": CAPTION, "sizes": list(sizes), "rows": lines, "chosen": chosen}


def _cell(cell: MapCell, palette: Palette) -> Json:
    if not cell.trials:
        about, text, rate = f"{cell.name}: not trained yet", "–", 0.0
    else:
        rate = cell.solved / cell.trials
        text = percent(rate)
        about = f"{cell.name}: {cell.solved} of {cell.trials} solved"
    shade = _shade(rate, palette)
    ink = max((palette.ink, palette.page), key=lambda one: _contrast(rgb(one), shade))
    weights = plural(cell.topology.n_weights, "weight")
    drawing = miniature(cell.topology, ink, *CELL).encode("ascii")
    return {
        "place": cell.place,
        "about": f"{about}, {weights}",
        "rate": text,
        "weights": weights,
        "ground": css(shade),
        "ink": ink,
        "drawing": base64.b64encode(drawing).decode("ascii"),
    }


def _shade(rate: float, palette: Palette) -> RGB:
    pair = zip(palette.background, palette.strong, strict=True)
    red, green, blue = (round(a + (b - a) * rate) for a, b in pair)
    return red, green, blue


def _contrast(one: RGB, other: RGB) -> float:
    """Return the contrast of two colours as WCAG defines it, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: RGB) -> float:
    linear = [((c / 255 + 0.055) / 1.055) ** 2.4 if c > 10 else c / 255 / 12.92 for c in colour]
    return sum(a * b for a, b in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@functools.lru_cache(maxsize=512)
def miniature(topology: Topology, ink: str, width: int, height: int) -> str:
    """Draw a network as a small SVG in one colour, without names and weights."""
    spots = layout.places(topology)
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    edge = 6.0
    across, down = (max(xs) - min(xs)) or 1.0, (max(ys) - min(ys)) or 1.0
    kx, ky = (width - 2 * edge) / across, (height - 2 * edge) / down
    ky = min(ky, kx * 1.2)  # small networks are not stretched
    left, top = min(xs), (max(ys) + min(ys)) / 2
    at = [(edge + kx * (x - left), height / 2 + ky * (y - top)) for x, y in spots]
    path = "".join(
        f"M{at[source][0]:.0f} {at[source][1]:.0f}L{at[topology.n_inputs + k][0]:.0f} "
        f"{at[topology.n_inputs + k][1]:.0f}"
        for k, neuron in enumerate(topology.neurons)
        for source in neuron.sources
    )
    faint = max(0.12, min(0.6, 12.0 / max(1, topology.n_connections)))
    size = 3.4 if len(spots) <= 24 else 2.0
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size if node >= topology.n_inputs else 2:g}"/>'
        for node, (x, y) in enumerate(at)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<path d="{path}" fill="none" stroke="{ink}" stroke-opacity="{faint:.2f}"/>'
        f'<g fill="{ink}">{dots}</g></svg>'
    )
