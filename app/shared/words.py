"""Sentences about a training and its data, shared by the pages."""

from __future__ import annotations

import re
from typing import Final

from app.figures.number_format import duration, short
from app.session.jobs import Run
from app.session.reshaping_run import ReshapingRun
from nbn_core.checks import plural
from nbn_core.experiment import Experiment, OwnData, Parts
from nbn_core.rules import RULES
from nbn_core.trace import Trace
from nbn_core.training import StopReason


def ended(run: Run, trace: Trace | None, *, halted: bool, shown: int | None = None) -> str:
    """Return how a run ended or where it is paused, and which row had the best validation SSE.

    Parameters
    ----------
    run : Run
        A run that is not training now.
    trace : Trace or None
        Trace of the run; None before the first iteration.
    halted : bool
        Whether the reader stopped it.
    shown : int, optional
        The row on the screen.
    """
    if run.failed:
        return "Training failed because of a fault in the program. Press Reset, then Train."
    if trace is None:
        return "Stopped before the first iteration. Press Train to continue."
    k = int(trace.iterations[-1])
    sse = short(float(trace.sse[-1]))
    if isinstance(run, ReshapingRun) and run.stop is not None:
        return _reshaped(run, sse)
    if run.stop is None:
        word = "Stopped" if halted else "Paused"
        return f"{word} at iteration {k:,}, SSE {sse}. Press Train to continue."
    seconds = duration(float(trace.seconds[-1]))
    sentences = {
        StopReason.SOLVED: f"Solved in {plural(k, 'iteration')}, {seconds}.",
        StopReason.MAX_ITERATIONS: f"Not solved after {plural(k, 'iteration')}: SSE {sse}. "
        "Press Train to continue, or try new weights.",
        StopReason.CONVERGED: f"Converged after {plural(k, 'iteration')}: SSE {sse} is a minimum. "
        "If it is too large, try new weights, or add a neuron.",
        StopReason.PLATEAU: f"On a plateau after {plural(k, 'iteration')}: SSE {sse} hardly "
        "decreases. Press Train to continue, or try new weights, bridges or another neuron.",
        StopReason.NO_PROGRESS: f"Stuck: SSE {sse} is no longer decreasing. "
        "Try new weights, or add a neuron.",
        StopReason.DAMPING_LIMIT: f"Stuck: damping reached its limit at SSE {sse}. "
        "Try new weights, or add a neuron.",
        StopReason.DIVERGED: "The error of the starting weights is not a number. Try new weights.",
        StopReason.EARLY: f"Stopped early after {plural(k, 'iteration')}:",
        StopReason.WORK_LIMIT: f"Work spent after {plural(k, 'iteration')}: SSE {sse}.",
        StopReason.STEPS_DONE: f"Done: SSE {sse}. Change the network further, or press Train.",
        StopReason.CANCELLED: f"Stopped at iteration {k:,}, SSE {sse}.",
    }
    return f"{sentences[run.stop]} {_best(run, trace, shown)}".strip()


def _reshaped(run: ReshapingRun, sse: str) -> str:
    """Return where a network that was changed has arrived."""
    reshaping = run.reshaping
    changed = f"{reshaping.events[-1].title}: " if reshaping.events else ""
    size = plural(reshaping.now.topology.n_weights, "weight")
    after = {
        StopReason.SOLVED: ", which is within the target.",
        StopReason.CONVERGED: ", which is a minimum.",
        StopReason.NO_PROGRESS: ". Training is stuck: add a neuron, or go back.",
        StopReason.DAMPING_LIMIT: ". Training is stuck: add a neuron, or go back.",
    }
    rest = ". Change the network further, or press Train."
    end = rest if run.stop is None else after.get(run.stop, rest)
    return f"{changed}{size}, SSE {sse}{end}"


def _best(run: Run, trace: Trace, shown: int | None) -> str:
    """Return where the validation SSE was best; empty if that is the last row of a full run."""
    best = run.best_row
    early = run.stop is StopReason.EARLY
    if best is None or best >= len(trace):  # the trace was read before the run ended
        return "the SSE of the validation patterns was no longer improving." if early else ""
    if not early and best == len(trace) - 1:
        return ""
    word = "the" if early else "The"
    there = ", which is shown" if shown == best else ""
    at = int(trace.iterations[best])
    return f"{word} validation SSE was best at iteration {at:,}{there}."


def headline(experiment: Experiment, run: Run | None, *, warming: bool) -> str:
    """Return what to do next, or what is happening, while there is no result."""
    if run is not None and run.running:
        if run.iteration == 0 and warming:
            return "Compiling the learning rule, once on this computer: up to half a minute."
        limit = run.limit or experiment.stopping.max_iterations
        return f"Training: iteration {run.iteration:,} of at most {limit:,}."
    if warming:
        return (
            "Press Train. The first training on this computer takes up to half a minute to compile."
        )
    return "Press Train and watch every neuron learn."


RESHAPED: Final = (
    "The network changed during training. This page shows all connections that ever lived; those "
    "that are not alive at this iteration have weight 0. For the network that is left, press “Keep "
    "this network” on the Draw page."
)


def own_prediction(title: str) -> str:
    """Say what a page shows of a rule that predicts in its own way."""
    return (
        f"{title} predicts in its own way. This page shows the drawn network and its weights, "
        "whose outputs are not those of the rule: the Draw page shows the predictions."
    )


def facts(experiment: Experiment, *, complete: bool = True, living: int | None = None) -> str:
    """Return the numbers of weights and patterns.

    Parameters
    ----------
    experiment : Experiment
        The experiment that is shown.
    complete : bool
        Whether the drawing is complete; one that is not has no weights.
    living : int, optional
        Number of weights that live, for a network that grows, shrinks or rewires.
    """
    weights = plural(experiment.topology.n_weights, "weight") if complete else "no weights"
    if living is not None:
        weights = f"{living:,} of {weights} alive"
    return f"{weights}, {pattern_counts(experiment.parts())}"


def part_counts(parts: Parts) -> list[str]:
    """Count the patterns of each part that there is: `["250 training", "250 test"]`."""
    return [
        f"{part.n_patterns:,} {name}"
        for part, name in zip(parts, ("training", "validation", "test"), strict=True)
        if part is not None
    ]


def pattern_counts(parts: Parts) -> str:
    """Count the patterns of each part: `4 patterns`, or `250 training and 250 test patterns`."""
    counts = part_counts(parts)
    if len(counts) == 1:
        return plural(parts.train.n_patterns, "pattern")
    return f"{', '.join(counts[:-1])} and {counts[-1]} patterns"


def changed_settings(experiment: Experiment) -> list[str]:
    """List the settings of the rule that differ from its defaults: `mu start 0.1`."""
    defaults = RULES[experiment.rule].settings({})
    return [
        f"{key.replace('_', ' ')} {value}"
        for key, value in experiment.settings.items()
        if value != defaults[key]
    ]


_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$&\"'/@^=])")


def escape_markdown(text: str) -> str:
    """Escape text of unknown origin, so that Markdown shows it literally and on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def about_own(data: OwnData) -> str:
    """Describe custom data and say where to change it."""
    whole = data.dataset
    out = f"{len(data.classes)} classes" if data.classes else plural(whole.n_outputs, "output")
    scaled = data.inputs_by != "none" or data.targets_by != "none"
    shown = ", shown as scaled for the network" if scaled else ""
    return (
        f"Your own data: {plural(whole.n_patterns, 'row')}, {plural(whole.n_inputs, 'input')}, "
        f"{out}{shown}. Change it on the Data page."
    )
