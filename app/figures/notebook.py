"""Pictures of values in a notebook, as SVG: `nbn_core.display` looks `picture` up by its name.

A network is shown as its drawing, a dataset as its points, a training or its trace as the
convergence curve, trials as the success rate with its 95 % interval. Large values are thinned or,
where a drawing would show nothing, not drawn at all.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from app.figures.chart import Chart
from app.figures.convergence import convergence
from app.figures.palette import LIGHT
from app.figures.patterns import axes_of, patterns
from app.figures.portrait import portrait
from app.figures.svg import svg
from app.figures.trials import TrialGroup, rates_chart
from nbn_core.data import Dataset
from nbn_core.experiment import Parts
from nbn_core.network import Topology
from nbn_core.trace import Trace
from nbn_core.training import TrainingResult, TrialsResult
from nbn_core.training.comparison import outcomes

WIDTH: Final = 640  # pixels
MAX_CONNECTIONS: Final = 3000  # of a network that is drawn
MAX_ROWS: Final = 1000  # of a trace that are drawn


@functools.singledispatch
def picture(value: object) -> str | None:
    """Draw a value as SVG.

    Parameters
    ----------
    value : object
        A value of `nbn_core`.

    Returns
    -------
    str or None
        Self-contained SVG; None for values without a picture.
    """
    return None


@picture.register
def _(topology: Topology) -> str | None:
    if topology.n_connections > MAX_CONNECTIONS:
        return None
    return portrait(topology, np.zeros(topology.n_weights), LIGHT, caption=repr(topology))


@picture.register
def _(dataset: Dataset) -> str:
    axes = axes_of(dataset)
    varied = [axis for axis in axes if np.ptp(axis.of(dataset)) > 0]
    x, y = [*varied, *axes][:2]
    chart = patterns(Parts(dataset, None, None), x, y, LIGHT)
    chart.spec.layout_values["showlegend"] = False
    return _svg(chart)


@picture.register
def _(trace: Trace) -> str | None:
    return _curve(trace, len(trace) - 1, None) if len(trace) else None


@picture.register
def _(result: TrainingResult) -> str:
    best = int(np.searchsorted(result.trace.iterations, result.best_iteration))
    return _curve(result.trace, min(best, len(result.trace) - 1), result.validation_sse)


@picture.register
def _(trials: TrialsResult) -> str:
    solved = f"{trials.successes} of {trials.n_trials} solved"
    costs = outcomes(trials.all_seconds, trials.solved)
    group = TrialGroup(0, solved, costs, tuple(trials.numbers.tolist()))
    return _svg(rates_chart([group], LIGHT))


def _curve(trace: Trace, marked: int, validation: Sequence[float] | None) -> str:
    """Draw the convergence curve through at most `MAX_ROWS` rows, the marked one among them."""
    n = len(trace)
    rows = np.unique(np.append(np.linspace(0, n - 1, min(n, MAX_ROWS)).astype(np.int64), marked))
    shown = Trace(
        **{field.name: _rows(getattr(trace, field.name), rows) for field in fields(trace)}
    )
    aside = None if validation is None else np.asarray(validation)[rows].tolist()
    k = int(np.searchsorted(rows, marked))
    return _svg(convergence(shown, k, 0.0, LIGHT, validation=aside))


def _rows(column: Any, rows: NDArray[np.int64]) -> Any:
    return column[rows] if isinstance(column, np.ndarray) else column


def _svg(chart: Chart) -> str:
    """Draw a chart with a clip path of its own: all pictures of a notebook share one document."""
    text = svg(chart, LIGHT, WIDTH)
    clip = "clip" + hashlib.blake2b(text.encode("utf-8"), digest_size=6).hexdigest()
    return text.replace('id="inside"', f'id="{clip}"').replace("url(#inside)", f"url(#{clip})")
