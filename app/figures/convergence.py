"""Convergence: the SSE over the iterations on a log axis; outputs over targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.figures.chart import Chart, columns, figure
from app.figures.number_format import short
from app.figures.palette import Palette
from app.figures.spec import Spec
from nbn_core.checks import plural
from nbn_core.trace import Trace
from nbn_core.types import FloatArray, IntArray

SMALLEST = 1e-300  # stands for zero on a log axis


def convergence(
    trace: Trace, k: int, target: float, palette: Palette, height: int = 300,
    validation: Sequence[float] | None = None,
) -> Chart:  # fmt: skip
    """Draw the SSE of every iteration, mark the one shown, and the target.

    Parameters
    ----------
    trace : Trace
        Trace of the training.
    k : int
        Row to mark.
    target : float
        Target SSE; 0 for none.
    palette : Palette
        Colours of the light or dark theme.
    height : int
        Height in pixels.
    validation : (K,) sequence of float, optional
        SSE of the validation patterns, one value per row; NaN where not computed.
    """
    plot = figure(palette, height)
    steps = trace.iterations
    table: dict[str, NDArray[Any]] = {"iteration": steps, "sse": trace.sse, "mu": trace.mu}
    summary = (
        f"SSE over {plural(int(steps[-1]), 'iteration')}, from {short(float(trace.sse[0]))} "
        f"to {short(float(trace.sse[-1]))}."
    )
    _curve(plot, steps, trace.sse, "SSE", {"color": palette.css(1.0), "width": 2.5})
    if validation is not None and np.isfinite(validation).any():
        validation_sse = table["validation_sse"] = np.asarray(validation, dtype=np.float64)
        line = {"color": palette.css(-1.0), "width": 2, "dash": "dash"}
        _curve(plot, steps, validation_sse, "validation SSE", line)
        best = int(np.nanargmin(validation_sse))
        summary += (
            f" The validation SSE was best at iteration {int(steps[best]):,}: "
            f"{short(float(validation_sse[best]))}."
        )
    if target > 0:
        plot.add_scatter(
            x=[int(steps[0]), int(steps[-1])], y=[target, target], mode="lines", hoverinfo="skip",
            name=f"target {short(target)}",
            line={"color": palette.muted, "width": 1, "dash": "dot"},
        )  # fmt: skip
    plot.add_scatter(
        x=[int(steps[k])], y=[max(float(trace.sse[k]), SMALLEST)], mode="markers", hoverinfo="skip",
        name=f"iteration {int(steps[k]):,}",
        marker={
            "size": 12, "color": palette.css(-1.0), "line": {"width": 1, "color": palette.page},
        },
    )  # fmt: skip
    every = np.concatenate([trace.sse, table.get("validation_sse", trace.sse[:0])])
    known = every[np.isfinite(every) & (every > 0)]
    low, high = log_range([*known.tolist(), *([target] if target > 0 else [])])
    plot.update_yaxes(type="log", range=[low, high], title_text="SSE", **log_ticks(low, high))
    pad = 0.02 * float(steps[-1] - steps[0]) + 0.2
    plot.update_xaxes(title_text="iteration", range=[float(steps[0]) - pad, float(steps[-1]) + pad])
    return Chart("convergence", plot, summary, lambda: columns(table))


def _curve(
    plot: Spec, steps: IntArray, sse: FloatArray, name: str,
    line: dict[str, object],
) -> None:  # fmt: skip
    plot.add_scatter(
        x=steps, y=np.maximum(sse, SMALLEST), mode="lines", name=name, line=line,
        customdata=sse,
        hovertemplate=f"iteration %{{x}}: {name} %{{customdata:.4g}}<extra></extra>",
    )  # fmt: skip


def outputs_over_targets(
    targets: FloatArray, outputs: FloatArray, palette: Palette,
    height: int = 300,
) -> Chart:  # fmt: skip
    """Draw the outputs over the targets; the points of a perfect network lie on the diagonal."""
    plot = figure(palette, height, showlegend=False)
    both = np.concatenate([targets, outputs])
    low, high = float(both.min()), float(both.max())
    pad = 0.05 * ((high - low) or 1.0)
    ends = [low - pad, high + pad]
    plot.add_scatter(
        x=ends, y=ends, mode="lines", hoverinfo="skip", line={"color": palette.muted, "width": 1}
    )
    picked = np.linspace(0, len(targets) - 1, min(len(targets), 800)).astype(int)
    plot.add_scatter(
        x=targets[picked], y=outputs[picked], mode="markers",
        marker={"size": 6, "color": palette.css(1.0)},
        hovertemplate="target %{x:.4g}, output %{y:.4g}<extra></extra>",
    )  # fmt: skip
    plot.update_xaxes(title_text="target", range=ends)
    plot.update_yaxes(title_text="output", range=ends)
    worst = float(np.abs(outputs - targets).max(initial=0.0))
    return Chart(
        "outputs", plot, f"Outputs over targets; the largest error is {short(worst)}.",
        lambda: columns({"target": targets, "output": outputs}),
    )  # fmt: skip


def log_range(values: list[float]) -> tuple[float, float]:
    """Return the decimal exponents of both ends of a log axis."""
    low, high = min(values, default=0.1), max(values, default=1.0)
    return float(np.log10(max(low, SMALLEST))) - 0.3, float(np.log10(max(high, SMALLEST))) + 0.3


def log_ticks(low: float, high: float) -> dict[str, object]:
    """Return tick values and labels at powers of ten, about eight of them."""
    first, last = int(np.ceil(low)), int(np.floor(high))
    powers = list(range(first, last + 1, max(1, -(-(last - first) // 8))))
    return {
        "tickvals": [10.0**p for p in powers],
        "ticktext": [f"{10.0**p:g}" if -3 <= p <= 4 else f"1e{p}" for p in powers],
    }
