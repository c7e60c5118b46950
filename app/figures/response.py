"""The outputs of a network: as a map over two inputs, or as points before and after a change."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.figures.chart import Chart, columns, figure, grid
from app.figures.number_format import short
from app.figures.palette import Palette
from nbn_core.data import Dataset
from nbn_core.types import FloatArray

PALER: Final = 1.6  # end of the colour scale: the map is paler than the patterns on it


def output_map(
    x: FloatArray, y: FloatArray, output: FloatArray, data: Dataset, palette: Palette, *,
    name: str, height: int = 340,
) -> Chart:  # fmt: skip
    """Draw one output over two inputs, with the patterns.

    Parameters
    ----------
    x, y : (n,), (m,) float64
        Coordinates of the map.
    output : (m, n) float64
        Output at each point of the map.
    data : Dataset
        Patterns to draw.
    palette : Palette
        Colours of the light or dark theme.
    name : str
        Name of the files.
    height : int
        Height in pixels.
    """
    plot = figure(palette, height, showlegend=False, margin={"l": 44, "r": 8, "t": 8, "b": 32})
    plot.add_heatmap(
        x=x, y=y, z=output.astype(np.float32), zmin=-PALER, zmax=PALER,
        colorscale=palette.diverging,
        zsmooth="best", hovertemplate="%{z:.3g}<extra></extra>",
        colorbar={
            "tickvals": [-1, 0, 1], "ticktext": ["−1", "0", "1"], "thickness": 12,
            "outlinewidth": 0, "len": 0.9,
        },
    )  # fmt: skip
    signs = np.where(data.targets[:, 0] > data.targets[:, 0].mean(), 1.0, -1.0)
    plot.add_scatter(
        x=data.inputs[:, 0], y=data.inputs[:, 1], mode="markers", hoverinfo="skip",
        marker={
            "size": 6, "color": [palette.css(s) for s in signs],
            "line": {"width": 1, "color": palette.page},
        },
    )  # fmt: skip
    plot.update_xaxes(range=[float(x[0]), float(x[-1])], showgrid=False)
    plot.update_yaxes(range=[float(y[0]), float(y[-1])], showgrid=False)
    return Chart(
        name, plot,
        f"Output over the inputs, from {short(float(output.min()))} "
        f"to {short(float(output.max()))}.",
        lambda: grid(x, y, output),
    )  # fmt: skip


def output_points(
    before: FloatArray, after: FloatArray, palette: Palette, *, name: str, height: int = 340
) -> Chart:
    """Draw every output after a change over its value before; the diagonal means no change."""
    plot = figure(palette, height, showlegend=False)
    both = np.concatenate([before, after])
    low, high = float(both.min()), float(both.max())
    pad = 0.05 * ((high - low) or 1.0)
    ends = [low - pad, high + pad]
    plot.add_scatter(
        x=ends, y=ends, mode="lines", hoverinfo="skip", line={"color": palette.muted, "width": 1}
    )
    picked = np.linspace(0, len(before) - 1, min(len(before), 800)).astype(int)
    plot.add_scatter(
        x=before[picked], y=after[picked], mode="markers",
        marker={"size": 6, "color": palette.css(1.0)},
        hovertemplate="before %{x:.3g}, after %{y:.3g}<extra></extra>",
    )  # fmt: skip
    plot.update_xaxes(title_text="output before", range=ends)
    plot.update_yaxes(title_text="output after", range=ends)
    moved = float(np.abs(after - before).max(initial=0.0))
    return Chart(
        name, plot, f"Outputs before and after; the largest change is {short(moved)}.",
        lambda: columns({"before": before, "after": after}),
    )  # fmt: skip
