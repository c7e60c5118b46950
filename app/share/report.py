"""A report of one experiment: one HTML page that needs nothing from elsewhere, and opens again.

Figures are SVG in the page itself. Everything that somebody could have written (names of data,
columns and neurons) is escaped. The experiment is in it as data that no browser runs; Share reads
it back.
"""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

import numpy as np

from app.figures import response, spectra
from app.figures.chart import Chart
from app.figures.convergence import convergence, outputs_over_targets
from app.figures.layout import Place
from app.figures.names import weight_titles
from app.figures.palette import LIGHT
from app.figures.portrait import portrait
from app.figures.svg import svg
from app.session.curvature import Point, damping, eigenvalues, point
from app.session.view import CurrentView
from app.share.words import caption, ends
from app.shared.words import duration, short
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.data.scaling import METHODS
from nbn_core.experiment import Experiment, GivenStart, ProblemData
from nbn_core.formats.recognise import REPORT_BEGIN, REPORT_END
from nbn_core.generators import PROBLEMS
from nbn_core.objective import Objective
from nbn_core.rules import RULES

SIDE: Final = 60  # of an output map
LISTED: Final = 300  # weights up to which each is listed
DECOMPOSED: Final = 600  # weights up to which Q is decomposed
EMBEDDED: Final = 2_000_000  # characters of the experiment kept in the page
WIDTH: Final = 620

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
    now : Shown
        The experiment, its training, and the iteration whose weights count.
    places : mapping
        Where its nodes were drawn, by name.

    Returns
    -------
    str
        HTML.
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
        return "Not trained yet: the weights are those that training would start from."
    k, last = now.k, now.last
    sse, seconds = float(now.trace.sse[-1]), float(now.trace.seconds[-1])
    target = now.experiment.stopping.target_sse
    word = "Solved" if sse <= target else "Not solved"
    text = f"{word}: SSE {short(sse)} after {plural(last, 'iteration')}, {duration(seconds)}."
    if k != last:
        text += f" Everything below is at iteration {k:,}."
    return text


def _facts(now: CurrentView) -> list[tuple[str, str]]:
    experiment = now.experiment
    topology, data = experiment.topology, experiment.data
    parts = experiment.parts()
    train = parts.train
    about = f"{plural(train.n_patterns, 'pattern')} to train"
    for part, what in ((parts.validation, "validate"), (parts.test, "test")):
        about += "" if part is None else f", {part.n_patterns:,} to {what}"
    if parts.test is not None:
        about += f" (split seed {data.split_seed})"
    if isinstance(data, ProblemData) and data.parameters:
        about += "; " + ", ".join(f"{key} {value:g}" for key, value in data.parameters.items())
    kinds = sorted({neuron.activation.replace("_", " ") for neuron in topology.neurons})
    rule = RULES[experiment.rule]
    usual = rule.settings({})
    changed = [
        f"{key.replace('_', ' ')} {value}"
        for key, value in experiment.settings.items()
        if value != usual[key]
    ]
    start = experiment.start
    facts = [
        ("Data", about),
        ("Inputs", ", ".join(train.input_names[:40])),
        ("Targets", ", ".join(train.target_names[:40])),
        (
            "Network",
            f"{plural(topology.n_inputs, 'input')}, {plural(topology.n_neurons, 'neuron')} "
            f"({', '.join(kinds)}), {plural(topology.n_outputs, 'output')}, "
            f"{plural(topology.n_weights, 'weight')}",
        ),
        ("Learning rule", f"{rule.title}{', ' if changed else ''}{', '.join(changed)}"),
        (
            "Starting weights",
            "given in the experiment"
            if isinstance(start, GivenStart)
            else f"drawn, {start.scheme}, seed {start.seed}",
        ),
        ("Ends", ends(experiment.stopping)),
        ("Weights shown", caption(now)),
    ]
    if not experiment.scaling.is_identity:
        by = experiment.scaling
        facts.insert(
            3,
            (
                "Scaling",
                f"inputs {METHODS[by.inputs_by]}, targets {METHODS[by.targets_by]}".lower(),
            ),
        )
    for part, what in zip(parts, ("Training", "Validation", "Test"), strict=True):
        if part is not None:
            facts.append((f"{what} patterns", _quality(now, part)))
    return facts


def _quality(now: CurrentView, part: Dataset) -> str:
    objective = Objective(now.experiment.topology, part)
    outputs = objective.outputs(now.weights)
    sse = float(np.sum((part.targets - outputs) ** 2))
    text = f"SSE {short(sse)}, RMSE {short((sse / part.targets.size) ** 0.5)}"
    if part.kind == "classification":
        right = int(np.count_nonzero(part.right(outputs)))
        text += f", {right:,} of {part.n_patterns:,} in their class"
    return text


def _table(rows: list[tuple[str, str]]) -> str:
    lines = (f"<tr><th>{escape(a)}</th><td>{escape(b)}</td></tr>" for a, b in rows)
    return f"<table>{''.join(lines)}</table>"


# Figures


def _drawing(now: CurrentView, places: Mapping[str, Place]) -> str:
    made = portrait(now.experiment.topology, now.weights, LIGHT, caption=caption(now), drawn=places)
    told = "The network: orange is negative, blue positive; a neuron's ground is its bias."
    return f"<figure>{made}<figcaption>{escape(told)}</figcaption></figure>"


def _figure(chart: Chart) -> str:
    # Several pictures in one page: each keeps its own clip path.
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
    if at.topology.n_weights <= DECOMPOSED:
        charts.append(spectra.eigenvalue_chart(eigenvalues(at, "Q"), damping(at), LIGHT, 340))
    return charts


def _response(at: Point) -> Chart:
    experiment = at.experiment
    data, scaling = experiment.data.raw_parts().train, experiment.scaling
    if data.n_inputs != 2:
        outputs = experiment.predict(at.weights, data.inputs)
        return outputs_over_targets(data.targets.ravel(), outputs.ravel(), LIGHT, 340)
    low, high = data.inputs.min(axis=0), data.inputs.max(axis=0)
    pad = 0.1 * np.where(high > low, high - low, 1.0)
    x, y = (np.linspace(low[i] - pad[i], high[i] + pad[i], SIDE) for i in range(2))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    answers = scaling.targets.scaled(experiment.predict(at.weights, grid))
    return response.output_map(x, y, answers[:, 0].reshape(SIDE, SIDE), data, LIGHT, name="output")


# The end


def _weights(now: CurrentView) -> list[str]:
    topology = now.experiment.topology
    if topology.n_weights > LISTED:
        return []
    lines = (
        f"<div><span>{escape(title)}</span><span>{weight:.6g}</span></div>"
        for title, weight in zip(weight_titles(topology), now.weights.tolist(), strict=True)
    )
    return ["<h2>Weights</h2>", f'<div class="weights">{"".join(lines)}</div>']


def _again(experiment: Experiment) -> list[str]:
    text = experiment.to_json()
    if len(text) > EMBEDDED:
        return []
    safe = text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
    return [
        "<h2>Run it again</h2>",
        "<p>This page carries the experiment: bring it in on the Share page of NBN Lab, or save "
        "the Experiment there as JSON and run <code>python -m nbn_core train experiment.json</code>"
        ". The same experiment gives the same weights on the same machine.</p>",
        REPORT_BEGIN + safe + REPORT_END,
    ]
