"""A report of one experiment: a self-contained HTML page that can be imported again.

Figures are inline SVG. All text of unknown origin (names of data, columns and neurons) is escaped.
The experiment is embedded as data that no browser executes; the Share page imports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Final

import numpy as np

from app.figures import response, spectra
from app.figures.chart import Chart
from app.figures.convergence import convergence, outputs_over_targets
from app.figures.layout import Place
from app.figures.names import weight_titles
from app.figures.number_format import duration, in_full, short
from app.figures.palette import LIGHT
from app.figures.portrait import portrait
from app.figures.svg import svg
from app.session.curvature import Point, damping, eigenvalues, point
from app.session.view import CurrentView
from app.share.words import caption, ends
from app.shared.words import changed_settings, own_prediction, pattern_counts
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.data.scaling import METHODS, Scaling
from nbn_core.experiment import Experiment, GivenStart, Parts, ProblemData
from nbn_core.formats.recognise import REPORT_BEGIN, REPORT_END
from nbn_core.generators import PROBLEMS
from nbn_core.network import SCHEMES, Topology
from nbn_core.objective import Objective
from nbn_core.rules import RULES

MAP_SIDE: Final = 60  # cells per side of an output map
MAX_LISTED: Final = 300  # weights up to which each is listed
MAX_SPECTRUM: Final = 600  # weights up to which the spectrum of Q is shown
MAX_EMBEDDED: Final = 2_000_000  # characters up to which the experiment is embedded
WIDTH: Final = 620  # of a figure, in pixels

_STYLE: Final = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, "Source Sans 3", sans-serif; color: #1b2026; background: #fff;
  max-width: 66rem; margin: 2rem auto; padding: 0 1.2rem; font-variant-numeric: tabular-nums; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.15rem; margin: 1.6rem 0 .4rem; }
p { margin: .4rem 0; max-width: 46rem; } .muted { color: #5b6672; }
table { border-collapse: collapse; } td, th { padding: .2rem .9rem .2rem 0; text-align: left;
  vertical-align: top; border-bottom: 1px solid #e3e7eb; font-weight: 400; }
th { color: #5b6672; white-space: nowrap; } td.n { text-align: right; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1rem; }
figure { margin: 0; break-inside: avoid; } figure svg { width: 100%; height: auto; }
figcaption { color: #5b6672; font-size: .92rem; } code { overflow-wrap: anywhere; }
.weights { columns: 3 17rem; font-size: .9rem; } .weights div { break-inside: avoid;
  display: flex; justify-content: space-between; gap: 1rem; border-bottom: 1px solid #eef1f3; }
@media print { body { margin: 0; max-width: none; } }
"""


def report(now: CurrentView, places: Mapping[str, Place]) -> str:
    """Write the report.

    Parameters
    ----------
    now : CurrentView
        The experiment, its training, and the iteration whose weights are reported.
    places : mapping
        Positions of the nodes by name.

    Returns
    -------
    str
        The HTML page.
    """
    experiment = now.experiment
    title = _title(experiment)
    at = point(now)
    figures = [
        _drawing(now, places),
        *(_figure(chart) for chart in _charts(now, at)),
    ]
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'; img-src data:\">",
        f"<title>{escape(title)} · NBN Lab</title>\n<style>{_STYLE}</style>\n</head>\n<body>",
        f"<h1>{escape(title)}</h1>",
        f'<p class="muted">{escape(_result(now))}</p>',
        "<h2>What was trained</h2>",
        _table(_facts(now)),
        f'<h2>Figures</h2>\n<div class="figures">{"".join(figures)}</div>',
        *_weights(now),
        *_again(experiment),
        "</body>\n</html>\n",
    ]
    return "\n".join(parts)


def _title(experiment: Experiment) -> str:
    data = experiment.data
    if isinstance(data, ProblemData):
        return PROBLEMS[data.name].title
    return data.dataset.name or "Own data"


def _result(now: CurrentView) -> str:
    if now.trace is None:
        return "Not trained yet: the weights are the starting weights."
    k, last = now.iteration, now.last_iteration
    sse, seconds = float(now.trace.sse[-1]), float(now.trace.seconds[-1])
    target = now.experiment.stopping.target_sse
    word = "Solved" if sse <= target else "Not solved"
    text = f"{word}: SSE {short(sse)} after {plural(last, 'iteration')}, {duration(seconds)}."
    if k != last:
        text += f" Everything below is at iteration {k:,}."
    return text


def _facts(now: CurrentView) -> list[tuple[str, str]]:
    """Return names and values for the table; a value is empty if it does not apply."""
    experiment = now.experiment
    parts = experiment.parts()
    rule = RULES[experiment.rule].title
    facts = [
        ("Data", _data(experiment, parts)),
        ("Inputs", ", ".join(parts.train.input_names[:40])),
        ("Targets", ", ".join(parts.train.target_names[:40])),
        ("Scaling", _scaling(experiment.scaling)),
        ("Network", _network(experiment.topology)),
        ("Learning rule", ", ".join([rule, *changed_settings(experiment)])),
        ("Starting weights", _start(experiment)),
        ("Stopping", _stopping(now)),
        ("Weights shown", caption(now)),
        ("Outputs", own_prediction(now.own_prediction) if now.own_prediction else ""),
        *(
            (f"{name} patterns", _quality(now, part))
            for part, name in zip(parts, ("Training", "Validation", "Test"), strict=True)
            if part is not None
        ),
    ]
    return [(name, value) for name, value in facts if value]


def _stopping(now: CurrentView) -> str:
    """Return when training stops, and where it was continued beyond that."""
    stopping, last = now.experiment.stopping, now.last_iteration
    if now.trace is None or last <= stopping.max_iterations:
        return ends(stopping)
    return f"{ends(stopping)}; continued to iteration {last:,}"


def _data(experiment: Experiment, parts: Parts) -> str:
    data = experiment.data
    text = pattern_counts(parts)
    if len([part for part in parts if part is not None]) > 1:
        text += f" (split seed {data.split_seed})"
    if isinstance(data, ProblemData) and data.parameters:
        text += "; " + ", ".join(
            f"{key} {in_full(value)}" for key, value in data.parameters.items()
        )
    return text


def _scaling(scaling: Scaling) -> str:
    if scaling.is_identity:
        return ""
    return f"inputs {METHODS[scaling.inputs_by]}, targets {METHODS[scaling.targets_by]}".lower()


def _network(topology: Topology) -> str:
    kinds = sorted({neuron.activation.replace("_", " ") for neuron in topology.neurons})
    return (
        f"{plural(topology.n_inputs, 'input')}, {plural(topology.n_neurons, 'neuron')} "
        f"({', '.join(kinds)}), {plural(topology.n_outputs, 'output')}, "
        f"{plural(topology.n_weights, 'weight')}"
    )


def _start(experiment: Experiment) -> str:
    start = experiment.start
    if isinstance(start, GivenStart):
        return "given in the experiment"
    return f"random, {SCHEMES[start.scheme].title.lower()}, seed {start.seed}"


def _quality(now: CurrentView, part: Dataset) -> str:
    objective = Objective(now.experiment.topology, part)
    outputs = objective.outputs(now.weights)
    sse = float(np.sum((part.targets - outputs) ** 2))
    text = f"SSE {short(sse)}, RMSE {short((sse / part.targets.size) ** 0.5)}"
    if not now.experiment.scaling.targets.is_identity:
        text += " in units of the scaled targets"
    if part.kind == "classification":
        correct = int(np.count_nonzero(part.right(outputs)))
        text += f", {correct:,} of {part.n_patterns:,} classified correctly"
    return text


def _table(rows: list[tuple[str, str]]) -> str:
    lines = (f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows)
    return f"<table>{''.join(lines)}</table>"


# Figures


def _drawing(now: CurrentView, places: Mapping[str, Place]) -> str:
    drawing = portrait(
        now.experiment.topology, now.weights, LIGHT, caption=caption(now), drawn=places
    )
    text = "The network: orange is negative, blue positive; the colour of a neuron is its bias."
    return f"<figure>{drawing}<figcaption>{escape(text)}</figcaption></figure>"


def _figure(chart: Chart) -> str:
    # All figures are in one page, so each needs a clip path with an id of its own.
    picture = svg(chart, LIGHT, WIDTH)
    picture = picture.replace('id="inside"', f'id="inside-{chart.name}"')
    picture = picture.replace("url(#inside)", f"url(#inside-{chart.name})")
    return f"<figure>{picture}<figcaption>{escape(chart.summary)}</figcaption></figure>"


def _charts(now: CurrentView, at: Point) -> list[Chart]:
    charts = []
    if now.trace is not None and now.last > 0:
        target = now.experiment.stopping.target_sse
        charts.append(convergence(now.trace, now.k, target, LIGHT, 340, now.validation))
    charts.append(_response(at))
    if at.topology.n_weights <= MAX_SPECTRUM:
        charts.append(spectra.eigenvalue_chart(eigenvalues(at, "Q"), damping(at), LIGHT, 340))
    return charts


def _response(at: Point) -> Chart:
    experiment = at.experiment
    data, scaling = experiment.data.raw_parts().train, experiment.scaling
    if data.n_inputs != 2:
        outputs = experiment.predict(at.weights, data.inputs)
        chart = outputs_over_targets(data.targets.ravel(), outputs.ravel(), LIGHT, 340)
        return _in_units(chart, "in original units", scaling)
    low, high = data.inputs.min(axis=0), data.inputs.max(axis=0)
    pad = 0.1 * np.where(high > low, high - low, 1.0)
    x, y = (np.linspace(low[i] - pad[i], high[i] + pad[i], MAP_SIDE) for i in range(2))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    outputs = scaling.targets.scaled(experiment.predict(at.weights, grid))
    chart = response.output_map(
        x, y, outputs[:, 0].reshape(MAP_SIDE, MAP_SIDE), data, LIGHT, name="output"
    )
    return _in_units(chart, "in units of the scaled targets", scaling)


def _in_units(chart: Chart, units: str, scaling: Scaling) -> Chart:
    """Say in which units a chart is where there are two: those of the file and the scaled ones."""
    if scaling.targets.is_identity:
        return chart
    return replace(chart, summary=f"{chart.summary.removesuffix('.')}, {units}.")


# The weights and the experiment itself


def _weights(now: CurrentView) -> list[str]:
    topology = now.experiment.topology
    if topology.n_weights > MAX_LISTED:
        return []
    lines = (
        f"<div><span>{escape(title)}</span><span>{weight:.6g}</span></div>"
        for title, weight in zip(weight_titles(topology), now.weights.tolist(), strict=True)
    )
    return ["<h2>Weights</h2>", f'<div class="weights">{"".join(lines)}</div>']


def _again(experiment: Experiment) -> list[str]:
    text = experiment.to_json()
    if len(text) > MAX_EMBEDDED:
        return []
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return [
        "<h2>Run it again</h2>",
        "<p>This page contains the experiment: import it on the Share page of NBN Lab, or save it "
        "there as JSON and run <code>python -m nbn_core train experiment.json</code>. The same "
        "experiment gives the same weights on the same machine.</p>",
        REPORT_BEGIN + safe + REPORT_END,
    ]
