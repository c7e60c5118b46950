"""The SSE as a landscape: over a plane in weight space, and along one step."""

from __future__ import annotations

import numpy as np

from app.figures.chart import Chart, columns, figure, grid, percent
from app.figures.number_format import short
from app.figures.palette import Palette
from nbn_core.analysis.landscape import Cut
from nbn_core.types import FloatArray, IntArray


def plane_chart(
    x: FloatArray,
    y: FloatArray,
    sse: FloatArray,
    path: FloatArray,
    at: int,
    palette: Palette,
    *,
    titles: tuple[str, str],
    share: float,
    iterations: IntArray | None = None,
    height: int = 480,
) -> Chart:
    """Draw the SSE over a plane with the path of training on it.

    Parameters
    ----------
    x, y : (n,), (m,) float64
        Coordinates in the plane.
    sse : (m, n) float64
        SSE at each point, positive.
    path : (K, 2) float64
        Training path, projected onto the plane.
    at : int
        Row of the path to mark.
    palette : Palette
        Colours of the light or dark theme.
    titles : tuple of str
        Titles of the axes.
    share : float
        Share of the movement of the path that lies in the plane.
    iterations : (K,) int64, optional
        Iteration of each row of the path; by default its index.
    height : int
        Height in pixels.
    """
    iterations = np.arange(len(path)) if iterations is None else iterations
    with np.errstate(divide="ignore"):
        level = np.log10(np.maximum(sse, 1e-300))
    finite = level[np.isfinite(level)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    if high - low > 8:
        low = high - 8
    plot = figure(palette, height, margin={"l": 64, "r": 8, "t": 34, "b": 52})
    step = max(1, round((high - low) / 6))
    marks = list(range(int(np.ceil(low)), int(np.floor(high)) + 1, step))
    if len(marks) < 2:
        marks = np.linspace(low, high, 4).tolist()
    plot.add_heatmap(
        x=x, y=y, z=level.astype(np.float32), zmin=low, zmax=high, zsmooth="best",
        customdata=sse, colorscale=palette.sequential,
        hovertemplate="SSE %{customdata:.4g}<extra></extra>",
        colorbar={
            "tickvals": marks, "ticktext": [short(10.0**m) for m in marks], "thickness": 12,
            "outlinewidth": 0, "len": 0.9, "tickfont": {"size": 12}, "title": {"text": "SSE"},
        },
    )  # fmt: skip
    plot.add_scatter(
        x=path[:, 0], y=path[:, 1], mode="lines", hoverinfo="skip", showlegend=False,
        line={"color": palette.page, "width": 6},
    )  # fmt: skip
    plot.add_scatter(
        x=path[:, 0], y=path[:, 1], mode="lines+markers", name="path of training",
        line={"color": palette.css(1.0), "width": 2}, marker={"size": 5},
        customdata=iterations, hovertemplate="iteration %{customdata}<extra></extra>",
    )  # fmt: skip
    plot.add_scatter(
        x=[path[at, 0]], y=[path[at, 1]], mode="markers", name=f"iteration {iterations[at]:,}",
        hoverinfo="name",
        marker={"size": 14, "color": palette.css(-1.0), "line": {"width": 2, "color": palette.ink}},
    )  # fmt: skip
    plot.update_xaxes(title_text=titles[0], range=[float(x[0]), float(x[-1])], showgrid=False)
    plot.update_yaxes(title_text=titles[1], range=[float(y[0]), float(y[-1])], showgrid=False)
    return Chart(
        "landscape", plot,
        f"SSE from {short(float(np.nanmin(sse)))} to {short(float(np.nanmax(sse)))} over the plane "
        f"of {titles[0]} and {titles[1]}, which contains {percent(share)} of the path's movement.",
        lambda: grid(x, y, sse),
    )  # fmt: skip


def cut_chart(cut: Cut, mu: float, palette: Palette, height: int = 360) -> Chart:
    """Draw the SSE along a damped step, and the quadratic model that the step minimises."""
    plot = figure(palette, height)
    plot.add_scatter(
        x=cut.t, y=cut.model, mode="lines", name="quadratic model (Q)",
        line={"color": palette.css(-1.0), "width": 2, "dash": "dash"},
        hovertemplate="%{x:.2f} of the step: model %{y:.4g}<extra></extra>",
    )  # fmt: skip
    plot.add_scatter(
        x=cut.t, y=cut.sse, mode="lines", name="SSE", line={"color": palette.css(1.0), "width": 3},
        hovertemplate="%{x:.2f} of the step: SSE %{y:.4g}<extra></extra>",
    )  # fmt: skip
    start, whole = (int(np.argmin(np.abs(cut.t - part))) for part in (0.0, 1.0))
    plot.add_scatter(
        x=[0.0, 1.0], y=[cut.sse[start], cut.sse[whole]],
        mode="markers", name="before, after", hoverinfo="name",
        marker={"size": 11, "color": palette.ink},
    )  # fmt: skip
    before, after, expected = (float(v) for v in (cut.sse[start], cut.sse[whole], cut.model[whole]))
    drop = max(before - expected, abs(before - after), 1e-9 * before, 1e-300)
    low, high = min(expected, after) - 0.4 * drop, before + 1.5 * drop
    plot.update_xaxes(title_text=f"fraction of the step, damping {short(mu)}")
    plot.update_yaxes(title_text="SSE", range=[low, max(high, after + 0.4 * drop)])
    return Chart(
        "step", plot,
        f"Along the damped step the SSE goes from {short(float(cut.sse[start]))} to "
        f"{short(float(cut.sse[whole]))}; the model predicts {short(float(cut.model[whole]))}.",
        lambda: columns({"part": cut.t, "sse": cut.sse, "model": cut.model}),
    )  # fmt: skip
