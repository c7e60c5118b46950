"""Spectra: eigenvalues on a log axis with the damping, and the size of the dropped term."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.figures.chart import Chart, columns, figure
from app.figures.number_format import short
from app.figures.palette import Palette
from app.figures.spec import Spec
from nbn_core.analysis.spectrum import tolerance_of
from nbn_core.checks import plural
from nbn_core.types import FloatArray, IntArray

AXIS_END: Final = 1e-18  # relative to the largest eigenvalue


def eigenvalue_chart(values: FloatArray, mu: float, palette: Palette, height: int = 420) -> Chart:
    """Draw the eigenvalues of Q, largest first, with mu and the rounding limit.

    Parameters
    ----------
    values : (N,) float64
        Eigenvalues, largest first.
    mu : float
        Damping, drawn as a line.
    palette : Palette
        Colours of the light or dark theme.
    height : int
        Height in pixels.
    """
    limit = tolerance_of(values)
    number = np.arange(1.0, len(values) + 1)
    real = values > limit
    floor = max(limit / 30, float(values.max(initial=1.0)) * AXIS_END, 1e-300)
    plot = figure(palette, height)
    _points(plot, number[real], values[real], "eigenvalue of Q", palette.css(1.0), len(values))
    if not real.all():
        noise = values[~real]
        hidden = np.maximum(np.abs(noise), floor)
        _points(
            plot, number[~real], hidden, "rounding error", palette.muted, len(values), "x", noise
        )
    for level, text, colour, dash in (
        (mu, f"damping {short(mu)}", palette.css(-1.0), "solid"),
        (limit, f"rounding limit {short(limit)}", palette.muted, "dot"),
    ):
        if level > 0:
            plot.add_scatter(
                x=[0.5, len(values) + 0.5], y=[level, level], mode="lines", name=text,
                line={"color": colour, "width": 2, "dash": dash}, hoverinfo="name",
            )  # fmt: skip
    plot.update_xaxes(title_text="direction, stiffest first", range=[0.5, len(values) + 0.5])
    low, high = min(floor / 2, mu / 3), max(float(values.max(initial=1.0)), mu) * 3
    plot.update_yaxes(type="log", range=[np.log10(low), np.log10(high)], **_log_ticks(low, high))
    above = int(np.count_nonzero(values > mu))
    return Chart(
        "spectrum", plot,
        f"{plural(len(values), 'eigenvalue')} of Q from {short(float(values[0]))} down to "
        f"{short(float(values[-1]))}; {above} lie above the damping {short(mu)} and "
        f"{int(real.sum())} above the rounding limit.",
        lambda: columns({"direction": number, "eigenvalue": values}),
    )  # fmt: skip


def compared(series: list[tuple[str, FloatArray]], palette: Palette, height: int = 420) -> Chart:
    """Draw several spectra of the same size in one chart.

    The axis is logarithmic in both directions from a small value around zero.

    Parameters
    ----------
    series : list of (str, (N,) float64)
        Name and eigenvalues of each spectrum.
    palette : Palette
        Colours of the light or dark theme.
    height : int
        Height in pixels.
    """
    largest = max(float(np.abs(values).max(initial=0.0)) for _, values in series) or 1.0
    smallest = largest * 1e-9
    plot = figure(palette, height)
    styles = (
        (palette.css(1.0), "circle"),
        (palette.ink, "diamond-open"),
        (palette.css(-1.0), "x-thin-open"),
    )
    number = np.arange(1, len(series[0][1]) + 1)
    for (name, values), (colour, symbol) in zip(series, styles, strict=False):
        plot.add_scatter(
            x=number, y=_both_ways(values, smallest), mode="markers", name=name, customdata=values,
            marker={
                "color": colour, "symbol": symbol, "size": _size(len(number)),
                "line": {"width": 1.5, "color": colour},
            },
            hovertemplate="%{customdata:.4g}<extra>" + name + "</extra>",
        )  # fmt: skip
    top = int(np.ceil(np.log10(largest)))
    marks = [10.0**e for e in range(top, top - 9, -2)]
    ticks = [*marks, 0.0, *(-m for m in reversed(marks))]
    reach = 1.05 * float(_both_ways(np.array([largest]), smallest)[0])
    lowest = min(float(values.min(initial=0.0)) for _, values in series)
    bottom = (
        1.1 * float(_both_ways(np.array([lowest]), smallest)[0])
        if lowest < -smallest
        else -0.06 * reach
    )
    plot.update_yaxes(
        tickvals=_both_ways(np.array(ticks), smallest),
        ticktext=[_signed_power(t) for t in ticks],
        range=[bottom, reach], zeroline=True, zerolinecolor=palette.muted, zerolinewidth=1,
    )  # fmt: skip
    plot.update_xaxes(
        title_text="direction, largest eigenvalue first", range=[0.5, len(number) + 0.5]
    )
    counts = [
        f"{name} has "
        f"{plural(int(np.count_nonzero(values < -tolerance_of(values))), 'negative eigenvalue')}"
        for name, values in series
    ]
    return Chart(
        "spectra", plot, f"Spectra: {', '.join(counts)}.",
        lambda: columns({"number": number, **dict(series)}),
    )  # fmt: skip


def ratio_chart(k: IntArray, ratio: FloatArray, at: int, palette: Palette) -> Chart:
    """Draw ‖S‖ / ‖Q‖ over the iterations, with the one shown marked."""
    plot = figure(palette, 300, showlegend=False)
    plot.add_scatter(
        x=k, y=ratio, mode="lines+markers", line={"color": palette.css(1.0), "width": 2},
        marker={"size": 5}, hovertemplate="iteration %{x}: %{y:.3g}<extra></extra>",
    )  # fmt: skip
    here = np.flatnonzero(k == at)
    if len(here):
        plot.add_scatter(
            x=[at], y=[ratio[here[0]]], mode="markers", hoverinfo="skip",
            marker={
                "size": 13, "color": "rgba(0,0,0,0)",
                "line": {"width": 3, "color": palette.css(-1.0)},
            },
        )  # fmt: skip
    plot.add_shape(
        type="line", x0=float(k[0]), x1=float(k[-1]), y0=1.0, y1=1.0,
        line={"color": palette.muted, "width": 1, "dash": "dot"},
    )  # fmt: skip
    known = ratio[np.isfinite(ratio) & (ratio > 0)]
    low = min(0.5, float(known.min(initial=1.0)) / 2)
    high = max(2.0, float(known.max(initial=1.0)) * 2)
    plot.update_yaxes(
        type="log", range=[np.log10(low), np.log10(high)], title_text="‖S‖ / ‖Q‖",
        **_log_ticks(low, high),
    )  # fmt: skip
    pad = 0.03 * float(k[-1] - k[0]) + 0.2
    plot.update_xaxes(title_text="iteration", range=[float(k[0]) - pad, float(k[-1]) + pad])
    return Chart(
        "dropped-over-kept", plot,
        f"Size of the dropped term relative to Q: {short(float(ratio[0]))} at iteration {k[0]:,}, "
        f"{short(float(ratio[-1]))} at iteration {k[-1]:,}.",
        lambda: columns({"iteration": k, "ratio": ratio}),
    )  # fmt: skip


def _points(
    plot: Spec, x: FloatArray, y: FloatArray, name: str, colour: str, count: int,
    symbol: str = "circle", exact: FloatArray | None = None,
) -> None:  # fmt: skip
    """Draw eigenvalues at heights `y`; `exact` are their values where the axis cannot show them."""
    plot.add_scatter(
        x=x, y=y, mode="markers", name=name,
        marker={"color": colour, "size": _size(count), "symbol": symbol},
        customdata=y if exact is None else exact,
        hovertemplate="direction %{x}: %{customdata:.4g}<extra></extra>",
    )  # fmt: skip


def _size(count: int) -> float:
    return 8.0 if count < 60 else 6.0 if count < 200 else 4.0


def _both_ways(values: FloatArray, smallest: float) -> FloatArray:
    shown: FloatArray = np.sign(values) * np.log10(1.0 + np.abs(values) / smallest)
    return shown


def _log_ticks(low: float, high: float) -> dict[str, object]:
    """Return tick values and labels at powers of ten, about eight of them."""
    first, last = int(np.ceil(np.log10(low))), int(np.floor(np.log10(high)))
    step = max(1, -(-(last - first) // 8))
    powers = list(range(first, last + 1, step))
    return {"tickvals": [10.0**p for p in powers], "ticktext": [_power(p) for p in powers]}


def _signed_power(value: float) -> str:
    if value == 0:
        return "0"
    text = _power(round(np.log10(abs(value))))
    return f"−{text}" if value < 0 else text


def _power(p: int) -> str:
    return f"{10.0**p:g}" if -3 <= p <= 4 else f"1e{p}"
