"""Eigenvalues on a log axis, with damping drawn through them."""

from __future__ import annotations

from typing import Final

import numpy as np

from app.figures.chart import Chart, columns, figure, short
from app.figures.palette import Palette
from app.figures.spec import Spec
from nbn_core.analysis.spectrum import tolerance_of
from nbn_core.types import FloatArray, IntArray

LEAST: Final = 1e-18  # of the largest: the axis ends there


def eigenvalue_chart(values: FloatArray, mu: float, palette: Palette, height: int = 420) -> Chart:
    """Draw the eigenvalues of Q, largest first, with mu and the rounding limit.

    Parameters
    ----------
    values : (N,) float64
        Largest first.
    mu : float
        Damping.
    palette : Palette
        Colours.
    height : int
        Of the chart.
    """
    limit = tolerance_of(values)
    number = np.arange(1.0, len(values) + 1)
    real = values > limit
    floor = max(limit / 30, float(values.max(initial=1.0)) * LEAST, 1e-300)
    made = figure(palette, height)
    _points(made, number[real], values[real], "eigenvalue of Q", palette.css(1.0), len(values))
    if not real.all():
        hidden = np.maximum(np.abs(values[~real]), floor)
        _points(made, number[~real], hidden, "only rounding", palette.muted, len(values), "x")
    for level, text, colour, dash in (
        (mu, f"damping {short(mu)}", palette.css(-1.0), "solid"),
        (limit, f"rounding limit {short(limit)}", palette.muted, "dot"),
    ):
        if level > 0:
            made.add_scatter(
                x=[0.5, len(values) + 0.5], y=[level, level], mode="lines", name=text,
                line={"color": colour, "width": 2, "dash": dash}, hoverinfo="name",
            )  # fmt: skip
    made.update_xaxes(title_text="direction, stiffest first", range=[0.5, len(values) + 0.5])
    low, high = min(floor / 2, mu / 3), max(float(values.max(initial=1.0)), mu) * 3
    made.update_yaxes(type="log", range=[np.log10(low), np.log10(high)], **_log_ticks(low, high))
    above = int(np.count_nonzero(values > mu))
    return Chart(
        "spectrum", made,
        f"{len(values)} eigenvalues of Q from {short(float(values[0]))} down to "
        f"{short(float(values[-1]))}; {above} lie above the damping {short(mu)} and "
        f"{int(real.sum())} above the rounding limit.",
        lambda: columns({"direction": number, "eigenvalue": values}),
    )  # fmt: skip


def compared(series: list[tuple[str, FloatArray]], palette: Palette, height: int = 420) -> Chart:
    """Draw several spectra of one size beside each other, negative values below the middle.

    The axis is logarithmic both ways from a small value around zero.
    """
    most = max(float(np.abs(values).max(initial=0.0)) for _, values in series) or 1.0
    least = most * 1e-9
    made = figure(palette, height)
    styles = (
        (palette.css(1.0), "circle"),
        (palette.ink, "diamond-open"),
        (palette.css(-1.0), "x-thin-open"),
    )
    number = np.arange(1, len(series[0][1]) + 1)
    for (name, values), (colour, symbol) in zip(series, styles, strict=False):
        made.add_scatter(
            x=number, y=_both_ways(values, least), mode="markers", name=name, customdata=values,
            marker={
                "color": colour, "symbol": symbol, "size": _size(len(number)),
                "line": {"width": 1.5, "color": colour},
            },
            hovertemplate="%{customdata:.4g}<extra>" + name + "</extra>",
        )  # fmt: skip
    top = int(np.ceil(np.log10(most)))
    marks = [10.0**e for e in range(top, top - 9, -2)]
    ticks = [*marks, 0.0, *(-m for m in reversed(marks))]
    reach = 1.05 * float(_both_ways(np.array([most]), least)[0])
    lowest = min(float(values.min(initial=0.0)) for _, values in series)
    bottom = (
        1.1 * float(_both_ways(np.array([lowest]), least)[0]) if lowest < -least else -0.06 * reach
    )
    made.update_yaxes(
        tickvals=_both_ways(np.array(ticks), least),
        ticktext=[_signed_power(t) for t in ticks],
        range=[bottom, reach], zeroline=True, zerolinecolor=palette.muted, zerolinewidth=1,
    )  # fmt: skip
    made.update_xaxes(
        title_text="direction, largest eigenvalue first", range=[0.5, len(number) + 0.5]
    )
    counts = [
        f"{name} has {int(np.count_nonzero(values < -tolerance_of(values)))} negative eigenvalues"
        for name, values in series
    ]
    return Chart(
        "spectra", made, f"Spectra: {', '.join(counts)}.",
        lambda: columns({"number": number, **dict(series)}),
    )  # fmt: skip


def ratio_chart(k: IntArray, ratio: FloatArray, at: int, palette: Palette) -> Chart:
    """Draw ||S|| / ||Q|| over the iterations, with the one shown marked."""
    made = figure(palette, 300, showlegend=False)
    made.add_scatter(
        x=k, y=ratio, mode="lines+markers", line={"color": palette.css(1.0), "width": 2},
        marker={"size": 5}, hovertemplate="iteration %{x}: %{y:.3g}<extra></extra>",
    )  # fmt: skip
    here = np.flatnonzero(k == at)
    if len(here):
        made.add_scatter(
            x=[at], y=[ratio[here[0]]], mode="markers", hoverinfo="skip",
            marker={
                "size": 13, "color": "rgba(0,0,0,0)",
                "line": {"width": 3, "color": palette.css(-1.0)},
            },
        )  # fmt: skip
    made.add_shape(
        type="line", x0=float(k[0]), x1=float(k[-1]), y0=1.0, y1=1.0,
        line={"color": palette.muted, "width": 1, "dash": "dot"},
    )  # fmt: skip
    known = ratio[np.isfinite(ratio) & (ratio > 0)]
    low = min(0.5, float(known.min(initial=1.0)) / 2)
    high = max(2.0, float(known.max(initial=1.0)) * 2)
    made.update_yaxes(
        type="log", range=[np.log10(low), np.log10(high)], title_text="‖S‖ / ‖Q‖",
        **_log_ticks(low, high),
    )  # fmt: skip
    pad = 0.03 * float(k[-1] - k[0]) + 0.2
    made.update_xaxes(title_text="iteration", range=[float(k[0]) - pad, float(k[-1]) + pad])
    return Chart(
        "dropped-over-kept", made,
        f"Size of the dropped term beside Q: {short(float(ratio[0]))} at iteration {k[0]}, "
        f"{short(float(ratio[-1]))} at iteration {k[-1]}.",
        lambda: columns({"iteration": k, "ratio": ratio}),
    )  # fmt: skip


def _points(
    made: Spec, x: FloatArray, y: FloatArray, name: str, colour: str, count: int,
    symbol: str = "circle",
) -> None:  # fmt: skip
    made.add_scatter(
        x=x, y=y, mode="markers", name=name,
        marker={"color": colour, "size": _size(count), "symbol": symbol},
        hovertemplate="direction %{x}: %{y:.4g}<extra></extra>",
    )  # fmt: skip


def _size(count: int) -> float:
    return 8.0 if count < 60 else 6.0 if count < 200 else 4.0


def _both_ways(values: FloatArray, least: float) -> FloatArray:
    shown: FloatArray = np.sign(values) * np.log10(1.0 + np.abs(values) / least)
    return shown


def _log_ticks(low: float, high: float) -> dict[str, object]:
    """Powers of ten, at most eight of them."""
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
