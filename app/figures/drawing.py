"""A network as a chart: each link coloured by a number, some of them highlighted."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures import layout
from app.figures.chart import Chart, columns, figure
from app.figures.names import weight_titles
from app.figures.number_format import short
from app.figures.palette import Palette
from app.figures.spec import Spec
from nbn_core.network import Topology
from nbn_core.types import FloatArray

Indices = NDArray[np.intp]
LEVELS = 6  # strengths of either colour
POINTS = 12  # along a curved link
MAX_LABELS = 40  # nodes up to which names are written


def painted(
    topology: Topology,
    values: FloatArray,
    palette: Palette,
    *,
    what: str,
    name: str,
    drawn: Mapping[str, layout.Place] | None = None,
    lit: Collection[int] | None = None,
    height: int = 340,
) -> Chart:
    """Show one signed number per weight as the colour of its link, or of its neuron for a bias.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    values : (N,) float64
        One number per weight; colour and width are relative to the largest.
    palette : Palette
        Colours of the light or dark theme.
    what, name : str
        Meaning of the numbers, in words; name of the files.
    drawn : mapping, optional
        Positions of the nodes by name.
    lit : collection of int, optional
        Neurons whose links are highlighted; all others are drawn faintly.
    height : int
        Height in pixels.
    """
    spots = np.array(layout.places(topology, drawn))
    largest = float(np.abs(values).max(initial=0.0)) or 1.0
    tones = values / largest
    plot = figure(palette, height, margin={"l": 6, "r": 6, "t": 6, "b": 6}, showlegend=False)
    _add_links(plot, topology, spots, tones, palette, lit)
    _add_hover(plot, topology, spots, values)
    _add_nodes(plot, topology, spots, tones, palette, lit)
    low, high = spots.min(axis=0), spots.max(axis=0)
    plot.update_xaxes(visible=False, range=[low[0] - 40, high[0] + 40])
    plot.update_yaxes(visible=False, range=[high[1] + 40, low[1] - 40], scaleanchor="x")
    titles = weight_titles(topology)
    first = [int(n) for n in np.argsort(-np.abs(values), kind="stable")[:2]]
    leading = " and ".join(f"{titles[n]} ({short(float(values[n]))})" for n in first)
    return Chart(
        name,
        plot,
        f"The network with {what} as colours of its links. The largest: {leading}.",
        lambda: columns({"weight": titles, "value": values}),
    )


def _add_links(
    plot: Spec,
    topology: Topology,
    spots: FloatArray,
    tones: FloatArray,
    palette: Palette,
    lit: Collection[int] | None,
) -> None:
    """Add one trace for all links of the same strength, the strongest last."""
    neurons, sources, weights = _links(topology)
    curves = _curves(spots[sources], spots[topology.n_inputs + neurons])
    strengths = np.rint(np.abs(tones[weights]) * LEVELS).astype(int)
    if lit is not None:
        strengths[~np.isin(neurons, list(lit))] = 0
    levels = strengths * np.sign(tones[weights]).astype(int)
    thin = max(0.45, min(1.0, (120 / max(1, len(weights))) ** 0.5))
    for level in sorted(set(levels.tolist()), key=abs):
        line = curves[levels == level].reshape(-1, 2)
        style: dict[str, Any] = {"color": palette.grid, "width": 1.0}
        if level:
            share = abs(level) / LEVELS
            tone = np.sign(level) * (0.25 + 0.75 * share)
            style = {"color": palette.css(float(tone)), "width": thin * (1.0 + 4.5 * share)}
        plot.add_scatter(
            x=line[:, 0].round(1), y=line[:, 1].round(1), mode="lines", line=style, hoverinfo="skip"
        )


def _links(topology: Topology) -> tuple[Indices, Indices, Indices]:
    """Return neuron, source node and weight of every connection: three (links,) arrays."""
    connections = []
    n = 0
    for k, neuron in enumerate(topology.neurons):
        connections += [(k, source, n + 1 + i) for i, source in enumerate(neuron.sources)]
        n += 1 + len(neuron.sources)
    neurons, sources, weights = np.array(connections, dtype=np.intp).T
    return neurons, sources, weights


def _curves(sources: FloatArray, targets: FloatArray) -> FloatArray:
    """Return curved lines, each followed by a gap: (links, POINTS + 1, 2) float64."""
    out = np.zeros_like(sources)
    out[:, 0] = np.maximum(20.0, np.abs(targets[:, 0] - sources[:, 0]) * 0.45)
    t = np.linspace(0.0, 1.0, POINTS)[None, :, None]
    u = 1.0 - t
    ends = (sources, sources + out, targets - out, targets)
    a, b, c, d = (end[:, None, :] for end in ends)
    curves = np.full((len(sources), POINTS + 1, 2), np.nan)
    curves[:, :POINTS] = u**3 * a + 3 * u * u * t * b + 3 * u * t * t * c + t**3 * d
    return curves


def _add_hover(plot: Spec, topology: Topology, spots: FloatArray, values: FloatArray) -> None:
    """Add invisible points for hovering, at two thirds of the length of each link."""
    titles = weight_titles(topology)
    neurons, sources, weights = _links(topology)
    curves = _curves(spots[sources], spots[topology.n_inputs + neurons])
    points = curves[:, 2 * POINTS // 3]
    plot.add_scatter(
        x=points[:, 0], y=points[:, 1], mode="markers", hoverinfo="text",
        hovertext=[f"{titles[n]}: {values[n]:.3g}" for n in weights.tolist()],
        marker={"size": 12, "color": "rgba(0,0,0,0)"},
    )  # fmt: skip


def _add_nodes(
    plot: Spec,
    topology: Topology,
    spots: FloatArray,
    tones: FloatArray,
    palette: Palette,
    lit: Collection[int] | None,
) -> None:
    n_inputs = topology.n_inputs
    small = len(topology.names) > MAX_LABELS
    starts = np.cumsum([0, *(1 + len(neuron.sources) for neuron in topology.neurons)])[:-1]
    fill = [palette.css(0.0)] * n_inputs
    edge = [palette.muted] * n_inputs
    for k, start in enumerate(starts):
        inside = lit is None or k in lit
        fill.append(palette.css(float(tones[start])) if inside else palette.css(0.0))
        edge.append(palette.ink if inside else palette.grid)
    plot.add_scatter(
        x=spots[:, 0], y=spots[:, 1], mode="markers" if small else "markers+text",
        text=None if small else _labels(topology.names), textposition="bottom center",
        textfont={"size": 12, "color": palette.ink},
        hovertext=[*topology.input_names, *(f"neuron {name}" for name in topology.neuron_names)],
        hoverinfo="text",
        marker={
            "symbol": ["circle"] * n_inputs + ["square"] * topology.n_neurons,
            "size": 9 if small else 15, "color": fill,
            "line": {"color": edge, "width": 1.5},
        },
    )  # fmt: skip


def _labels(names: Sequence[str]) -> list[str]:
    return [name if len(name) <= 8 else f"{name[:7]}…" for name in names]
