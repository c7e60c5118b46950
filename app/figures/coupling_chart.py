"""How strongly neurons are coupled: a small matrix, and lines over the drawn network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from app.figures import layout
from app.figures.chart import Chart, columns, figure, rows, short
from app.figures.palette import Palette
from nbn_core.network import Topology
from nbn_core.types import FloatArray

LABELS = 26
DECADES = 4
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
    """Draw the norm of every block; the squares can be clicked."""
    most = float(norms.max(initial=0.0)) or 1.0
    tones = strengths(norms)
    count = len(names)
    made = figure(palette, height, margin={"l": 58, "r": 8, "t": 30, "b": 8}, showlegend=False)
    made.add_heatmap(
        z=tones, zmin=0, zmax=1, colorscale=palette.sequential, hoverinfo="skip", xgap=1, ygap=1,
        colorbar={
            "tickvals": [i / DECADES for i in range(DECADES + 1)],
            "ticktext": [short(most * 10.0 ** (i - DECADES)) for i in range(DECADES + 1)],
            "thickness": 12, "outlinewidth": 0, "len": 0.9, "tickfont": {"size": 12},
        },
    )  # fmt: skip
    a, b = np.divmod(np.arange(count * count), count)
    made.add_scatter(
        x=b, y=a, mode="markers",
        marker={"size": max(4, min(60, 300 // count)), "symbol": "square", "color": _CLEAR},
        hovertext=[f"{p} and {q}: {v:.3g}" for p, line in zip(names, norms, strict=True)
                   for q, v in zip(names, line, strict=True)],
        hoverinfo="text", selected=_UNSEEN, unselected=_UNSEEN,
    )  # fmt: skip
    ticks = {
        "tickvals": list(range(count)),
        "ticktext": [name if len(name) <= 7 else f"{name[:6]}…" for name in names],
        "showticklabels": count <= LABELS, "ticks": "", "showgrid": False, "tickangle": 0,
        "tickfont": {"size": 12},
    }  # fmt: skip
    made.update_xaxes(side="top", range=[-0.5, count - 0.5], constrain="domain", **ticks)
    made.update_yaxes(range=[count - 0.5, -0.5], scaleanchor="x", constrain="domain", **ticks)
    if chosen is not None:
        i, j = chosen
        box = {"x0": j - 0.5, "x1": j + 0.5, "y0": i - 0.5, "y1": i + 0.5}
        made.add_shape(type="rect", **box, line={"color": palette.css(-1.0), "width": 3})
    outside = norms - np.diag(np.diag(norms))
    i, j = divmod(int(np.argmax(outside)), count)
    summary = f"Norms of the blocks of Q, one for each pair of {count} groups."
    if count > 1 and outside.max() > 0:
        summary += (
            f" Strongest between two: {names[i]} and {names[j]}, {short(float(norms[i, j]))}."
        )
    lines = zip(names, norms.tolist(), strict=True)
    listed = [[name, *line] for name, line in lines]
    return Chart("coupling", made, summary, lambda: rows(["", *names], listed))


def strengths(norms: FloatArray) -> FloatArray:
    """Turn norms into strengths from 0 to 1, DECADES below the largest."""
    most = float(norms.max(initial=0.0))
    if not most > 0:
        return np.zeros_like(norms)
    with np.errstate(divide="ignore"):
        level: FloatArray = np.clip(1.0 + np.log10(norms / most) / DECADES, 0.0, 1.0)
    return level


def coupling_graph(
    topology: Topology,
    norms: FloatArray,
    palette: Palette,
    *,
    drawn: Mapping[str, layout.Place] | None = None,
    height: int = 420,
) -> Chart:
    """Draw the coupling of every two neurons over the network: |Q_ab| beside |Q_aa| and |Q_bb|.

    A line's strength is the norm of the block over the root of the product of the norms of its two
    diagonal blocks, from 0 to about 1.
    """
    spots = np.array(layout.places(topology, drawn))[topology.n_inputs :]
    own = np.sqrt(np.diag(norms))
    size = np.outer(own, own)
    relative = np.divide(norms, size, out=np.zeros_like(norms), where=size > 0)
    made = figure(palette, height, margin={"l": 6, "r": 6, "t": 6, "b": 6}, showlegend=False)
    pairs = [(i, j) for i in range(len(own)) for j in range(i) if relative[i, j] > 0.02]
    pairs.sort(key=lambda pair: relative[pair])
    for level in range(1, 6):
        inside = [p for p in pairs if (level - 1) / 5 < min(1.0, relative[p]) <= level / 5]
        line = np.array([[*spots[i], *spots[j], np.nan, np.nan] for i, j in inside]).reshape(-1, 2)
        tone = palette.table(signed=False)[round(254 * (0.15 + 0.85 * level / 5))]
        made.add_scatter(
            x=line[:, 0], y=line[:, 1], mode="lines", hoverinfo="skip",
            line={"color": f"rgb({tone[0]},{tone[1]},{tone[2]})", "width": 0.5 + 1.1 * level},
        )  # fmt: skip
    names = topology.neuron_names
    small = len(names) > 40
    made.add_scatter(
        x=spots[:, 0], y=spots[:, 1], mode="markers" if small else "markers+text", text=names,
        textposition="bottom center", hoverinfo="text", textfont={"size": 12, "color": palette.ink},
        hovertext=[f"{a}: {short(float(n))}" for a, n in zip(names, np.diag(norms), strict=True)],
        marker={
            "symbol": "square", "opacity": 1, "size": 8 + 16 * strengths(np.diag(norms)),
            "color": palette.css(1.0), "line": {"color": palette.ink, "width": 1},
        },
    )  # fmt: skip
    low, high = spots.min(axis=0), spots.max(axis=0)
    made.update_xaxes(visible=False, range=[low[0] - 50, high[0] + 50])
    made.update_yaxes(visible=False, range=[high[1] + 50, low[1] - 50], scaleanchor="x")
    summary = f"{len(pairs)} pairs of {len(names)} neurons are coupled by more than 2 percent."
    if pairs:
        i, j = pairs[-1]
        summary += f" Strongest: {names[i]} and {names[j]}, {100 * relative[i, j]:.0f} percent."
    listed = [(names[i], names[j], float(relative[i, j])) for i, j in reversed(pairs)]
    return Chart(
        "coupling-graph", made, summary, lambda: rows(["neuron", "other", "coupling"], listed)
    )


def shares(
    names: Sequence[str], inside: Sequence[float], palette: Palette, height: int = 90
) -> Chart:
    """Draw the share of Q's energy inside the diagonal blocks, a bar for each grouping."""
    made = figure(
        palette, height, margin={"l": 96, "r": 24, "t": 4, "b": 30}, showlegend=False, bargap=0.35
    )
    made.add_bar(
        y=list(names), x=[100 * s for s in inside], orientation="h",
        marker={"color": palette.css(1.0)}, hovertemplate="%{x:.1f} %<extra></extra>",
    )  # fmt: skip
    made.update_xaxes(range=[0, 100], ticksuffix=" %")
    made.update_yaxes(showgrid=False, autorange="reversed")
    text = ", ".join(f"{100 * s:.0f} percent {n}" for n, s in zip(names, inside, strict=True))
    return Chart(
        "diagonal-share", made, f"Energy of Q inside its diagonal blocks: {text}.",
        lambda: columns({"grouping": names, "share": inside}),
    )  # fmt: skip
