"""The coupling between neurons: as a matrix of block norms, and as lines on the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from app.figures import layout
from app.figures.chart import Chart, columns, figure, percent, rows
from app.figures.number_format import short
from app.figures.palette import Palette
from nbn_core.network import Topology
from nbn_core.types import FloatArray

MAX_LABELS = 26  # groups up to which each is labelled
DECADES = 4  # range of the colour scale
_CLEAR = "rgba(0,0,0,0)"
_UNSEEN = {"marker": {"opacity": 0}}


def norms_matrix(
    norms: FloatArray,
    names: Sequence[str],
    palette: Palette,
    *,
    chosen: tuple[int, int] | None = None,
    height: int = 420,
) -> Chart:
    """Draw the norm of every block as a matrix that can be clicked.

    Parameters
    ----------
    norms : (G, G) float64
        Norm of the block of each pair of groups.
    names : sequence of str
        Names of the groups.
    palette : Palette
        Colours of the light or dark theme.
    chosen : tuple of two int, optional
        Row and column of a block to mark.
    height : int
        Height in pixels.
    """
    largest = float(norms.max(initial=0.0)) or 1.0
    tones = strengths(norms)
    count = len(names)
    plot = figure(palette, height, margin={"l": 58, "r": 8, "t": 30, "b": 8}, showlegend=False)
    plot.add_heatmap(
        z=tones, zmin=0, zmax=1, colorscale=palette.sequential, hoverinfo="skip", xgap=1, ygap=1,
        colorbar={
            "tickvals": [i / DECADES for i in range(DECADES + 1)],
            "ticktext": [short(largest * 10.0 ** (i - DECADES)) for i in range(DECADES + 1)],
            "thickness": 12, "outlinewidth": 0, "len": 0.9, "tickfont": {"size": 12},
        },
    )  # fmt: skip
    a, b = np.divmod(np.arange(count * count), count)
    plot.add_scatter(
        x=b, y=a, mode="markers",
        marker={"size": max(4, min(60, 300 // count)), "symbol": "square", "color": _CLEAR},
        hovertext=[f"{p} and {q}: {v:.3g}" for p, line in zip(names, norms, strict=True)
                   for q, v in zip(names, line, strict=True)],
        hoverinfo="text", selected=_UNSEEN, unselected=_UNSEEN,
    )  # fmt: skip
    ticks = {
        "tickvals": list(range(count)),
        "ticktext": [name if len(name) <= 7 else f"{name[:6]}…" for name in names],
        "showticklabels": count <= MAX_LABELS, "ticks": "", "showgrid": False, "tickangle": 0,
        "tickfont": {"size": 12},
    }  # fmt: skip
    plot.update_xaxes(side="top", range=[-0.5, count - 0.5], constrain="domain", **ticks)
    plot.update_yaxes(range=[count - 0.5, -0.5], scaleanchor="x", constrain="domain", **ticks)
    if chosen is not None:
        i, j = chosen
        box = {"x0": j - 0.5, "x1": j + 0.5, "y0": i - 0.5, "y1": i + 0.5}
        plot.add_shape(type="rect", **box, line={"color": palette.css(-1.0), "width": 3})
    outside = norms - np.diag(np.diag(norms))
    i, j = divmod(int(np.argmax(outside)), count)
    summary = f"Norms of the blocks of Q for all pairs of {count} groups."
    if count > 1 and outside.max() > 0:
        norm = short(float(norms[i, j]))
        summary += f" The largest off the diagonal: {names[i]} and {names[j]}, {norm}."
    lines = zip(names, norms.tolist(), strict=True)
    listed = [[name, *line] for name, line in lines]
    return Chart("coupling", plot, summary, lambda: rows(["", *names], listed))


def strengths(norms: FloatArray) -> FloatArray:
    """Return norms on a log scale from 0 to 1, where 0 is DECADES below the largest."""
    largest = float(norms.max(initial=0.0))
    if not largest > 0:
        return np.zeros_like(norms)
    with np.errstate(divide="ignore"):
        level: FloatArray = np.clip(1.0 + np.log10(norms / largest) / DECADES, 0.0, 1.0)
    return level


def coupling_graph(
    topology: Topology,
    norms: FloatArray,
    palette: Palette,
    *,
    drawn: Mapping[str, layout.Place] | None = None,
    height: int = 420,
) -> Chart:
    """Draw the coupling of every two neurons as lines on the network.

    The coupling is the norm of the block of both neurons divided by the geometric mean of the norms
    of their diagonal blocks, from 0 to about 1.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    norms : (K, K) float64
        Norm of the block of each pair of neurons.
    palette : Palette
        Colours of the light or dark theme.
    drawn : mapping, optional
        Positions of the nodes by name.
    height : int
        Height in pixels.
    """
    spots = np.array(layout.places(topology, drawn))[topology.n_inputs :]
    own = np.sqrt(np.diag(norms))
    size = np.outer(own, own)
    relative = np.divide(norms, size, out=np.zeros_like(norms), where=size > 0)
    plot = figure(palette, height, margin={"l": 6, "r": 6, "t": 6, "b": 6}, showlegend=False)
    pairs = [(i, j) for i in range(len(own)) for j in range(i) if relative[i, j] > 0.02]
    pairs.sort(key=lambda pair: relative[pair])
    for level in range(1, 6):
        inside = [p for p in pairs if (level - 1) / 5 < min(1.0, relative[p]) <= level / 5]
        line = np.array([[*spots[i], *spots[j], np.nan, np.nan] for i, j in inside]).reshape(-1, 2)
        tone = palette.table(signed=False)[round(254 * (0.15 + 0.85 * level / 5))]
        plot.add_scatter(
            x=line[:, 0], y=line[:, 1], mode="lines", hoverinfo="skip",
            line={"color": f"rgb({tone[0]},{tone[1]},{tone[2]})", "width": 0.5 + 1.1 * level},
        )  # fmt: skip
    names = topology.neuron_names
    small = len(names) > 40
    plot.add_scatter(
        x=spots[:, 0], y=spots[:, 1], mode="markers" if small else "markers+text", text=names,
        textposition="bottom center", hoverinfo="text", textfont={"size": 12, "color": palette.ink},
        hovertext=[f"{a}: {short(float(n))}" for a, n in zip(names, np.diag(norms), strict=True)],
        marker={
            "symbol": "square", "opacity": 1, "size": 8 + 16 * strengths(np.diag(norms)),
            "color": palette.css(1.0), "line": {"color": palette.ink, "width": 1},
        },
    )  # fmt: skip
    low, high = spots.min(axis=0), spots.max(axis=0)
    plot.update_xaxes(visible=False, range=[low[0] - 50, high[0] + 50])
    plot.update_yaxes(visible=False, range=[high[1] + 50, low[1] - 50], scaleanchor="x")
    summary = f"{len(pairs)} pairs of {len(names)} neurons are coupled by more than 2 %."
    if pairs:
        i, j = pairs[-1]
        summary += f" Strongest: {names[i]} and {names[j]}, {percent(relative[i, j])}."
    listed = [(names[i], names[j], float(relative[i, j])) for i, j in reversed(pairs)]
    return Chart(
        "coupling-graph", plot, summary, lambda: rows(["neuron", "other", "coupling"], listed)
    )


def shares(
    names: Sequence[str], inside: Sequence[float], palette: Palette, height: int = 90
) -> Chart:
    """Draw the share of the squared norm of Q inside the diagonal blocks, one bar per grouping."""
    plot = figure(
        palette, height, margin={"l": 96, "r": 24, "t": 4, "b": 30}, showlegend=False, bargap=0.35
    )
    plot.add_bar(
        y=list(names), x=[100 * s for s in inside], orientation="h",
        marker={"color": palette.css(1.0)}, hoverinfo="text",
        hovertext=[percent(s) for s in inside],
    )  # fmt: skip
    plot.update_xaxes(range=[0, 100], ticksuffix=" %")
    plot.update_yaxes(showgrid=False, autorange="reversed")
    text = ", ".join(f"{percent(s)} {n}" for n, s in zip(names, inside, strict=True))
    return Chart(
        "diagonal-share", plot, f"Share of the squared norm of Q inside diagonal blocks: {text}.",
        lambda: columns({"grouping": names, "share": inside}),
    )  # fmt: skip
