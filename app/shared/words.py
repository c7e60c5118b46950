"""Sentences about a training, in plain words."""

from __future__ import annotations

from app.figures.number_format import duration, short
from app.session.jobs import Run
from nbn_core.checks import plural
from nbn_core.experiment import Experiment, OwnData
from nbn_core.trace import Trace
from nbn_core.training import StopReason


def ended(run: Run, trace: Trace | None, *, halted: bool, shown: int | None = None) -> str:
    """Say how a run ended, or where it stands, and which row was best for validation patterns.

    `shown` is the row on the screen.
    """
    if run.failed:
        return "The training failed inside the program. Press Reset and Train to try again."
    if trace is None:
        return "Stopped before the first iteration. Train goes on from here."
    k = int(trace.iterations[-1])
    sse = short(float(trace.sse[-1]))
    if run.stop is None:
        word = "Stopped" if halted else "Resting"
        return f"{word} at iteration {k:,}, SSE {sse}. Train goes on from here."
    seconds = duration(float(trace.seconds[-1]))
    sentences = {
        StopReason.SOLVED: f"Solved in {plural(k, 'iteration')}, {seconds}.",
        StopReason.MAX_ITERATIONS: f"Not solved after {plural(k, 'iteration')}: SSE {sse}. "
        "Press Train to go on, or try new weights.",
        StopReason.NO_PROGRESS: f"Stuck: SSE {sse} hardly falls any more. "
        "Try new weights, or one more neuron.",
        StopReason.DAMPING_LIMIT: f"Stuck: damping reached its limit at SSE {sse}. "
        "Try new weights, or one more neuron.",
        StopReason.DIVERGED: "The error of the starting weights is not a number. Try new weights.",
        StopReason.EARLY: f"Stopped early after {plural(k, 'iteration')}:",
        StopReason.CANCELLED: f"Stopped at iteration {k:,}, SSE {sse}.",
    }
    return f"{sentences[run.stop]} {_best(run, trace, shown)}".strip()


def _best(run: Run, trace: Trace, shown: int | None) -> str:
    """Say where the validation patterns were best, unless that is the end and goes unsaid."""
    best = run.best_row
    early = run.stop is StopReason.EARLY
    if best is None or best >= len(trace):  # the trace is from before the end
        return "the validation patterns did not get better any more." if early else ""
    if not early and best == len(trace) - 1:
        return ""
    word = "the" if early else "The"
    there = ", which is shown" if shown == best else ""
    at = int(trace.iterations[best])
    return f"{word} validation patterns were best at iteration {at:,}{there}."


def headline(experiment: Experiment, run: Run | None, *, warming: bool) -> str:
    """Say what to do, or what is going on, while there is no result."""
    if run is not None and run.running:
        if run.iteration == 0 and warming:
            return "Compiling the training kernels, once for this computer: about ten seconds."
        most = experiment.stopping.max_iterations
        return f"Training: iteration {run.iteration:,} of at most {most:,}."
    if warming:
        return "Press Train. The first training on this computer compiles for about ten seconds."
    return "Press Train, and watch every neuron learn."


def facts(experiment: Experiment) -> str:
    """Count weights and patterns."""
    train, validation, test = experiment.parts()
    text = f"{plural(experiment.topology.n_weights, 'weight')}, "
    text += plural(train.n_patterns, "pattern")
    others = [(validation, "validate"), (test, "test")]
    rest = [f"{part.n_patterns:,} to {word}" for part, word in others if part is not None]
    return ", ".join([f"{text} to train", *rest]) if rest else text


def about_own(data: OwnData) -> str:
    """Say what data of one's own are, and where they can be changed."""
    whole = data.dataset
    out = f"{len(data.classes)} classes" if data.classes else plural(whole.n_outputs, "output")
    scaled = data.inputs_by != "none" or data.targets_by != "none"
    said = "shown as scaled for the network. " if scaled else ""
    return (
        f"Your own data: {plural(whole.n_patterns, 'row')}, {plural(whole.n_inputs, 'input')}, "
        f"{out}{', ' if said else '. '}{said}Change them on the Data page."
    )
