"""The result of each lane, in numbers and in sentences, all computed from this race."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from app.figures.number_format import duration, short
from app.race.lanes import Lane
from app.race.race import LaneRun, Race
from app.race.snapshots import score_of
from nbn_core.checks import plural
from nbn_core.network import Network
from nbn_core.trace import StopReason, Trace


class Spent(NamedTuple):
    """The cost of a lane up to a row: the four axes of a race."""

    iterations: int
    seconds: float
    work: float
    evaluations: int


AXES: Final = {
    "iterations": "iterations",
    "seconds": "computing time",
    "work": "work in forward passes",
    "evaluations": "evaluations",
}


@dataclass(frozen=True, slots=True)
class LaneResult:
    """The state of a lane, during or after its training.

    Parameters
    ----------
    lane : Lane
        Lane that this is the result of.
    title : str
        Title of the lane in this race.
    state : str
        State: "refused", "waiting", "running", "ended" or "stopped".
    sentence : str
        State and SSE in a sentence, for the reader.
    spent : Spent, optional
        Cost so far; None before the first iteration.
    sse : float
        SSE of the last row; NaN before the first iteration.
    reached : Spent, optional
        Cost up to the first row at the target or below; None if there is none.
    """

    lane: Lane
    title: str
    state: str
    sentence: str
    spent: Spent | None = None
    sse: float = float("nan")
    reached: Spent | None = None


def results(race: Race) -> list[LaneResult]:
    """Return the state of every lane of a race."""
    target = race.experiment.stopping.target_sse
    found = []
    for lane, title, run, refusal in zip(
        race.lanes, race.titles(), race.runs, race.refusals, strict=True
    ):
        if run is None:
            found.append(LaneResult(lane, title, "refused", refusal))
            continue
        running = (
            run.running
        )  # read before the trace, so that the trace of a run that has ended is complete
        trace = run.within()
        if trace is None:
            found.append(_unseen(lane, title, run, running=running))
            continue
        reached = first_at(trace, target)
        state = "running" if running else _rest(run)
        found.append(
            LaneResult(
                lane, title, state, _sentence(run, trace, reached, state), spent_at(trace, -1),
                float(trace.sse[-1]), reached,
            )
        )  # fmt: skip
    return found


def _unseen(lane: Lane, title: str, run: LaneRun, *, running: bool) -> LaneResult:
    if run.failed:
        return LaneResult(lane, title, "ended", _FAILED)
    if running:
        return LaneResult(lane, title, "running", "Being prepared.")
    return LaneResult(lane, title, "waiting", "Stopped before its first iteration.")


def _rest(run: LaneRun) -> str:
    return "ended" if run.stop is not None or run.spent or run.failed else "stopped"


def spent_at(trace: Trace, row: int) -> Spent:
    """Return the cost up to a row of the trace."""
    return Spent(
        int(trace.iterations[row]), float(trace.seconds[row]), float(trace.work[row]),
        int(trace.evaluations[row]),
    )  # fmt: skip


def first_at(trace: Trace, target: float) -> Spent | None:
    """Return the cost up to the first recorded iteration at the target or below."""
    with np.errstate(invalid="ignore"):
        rows = np.flatnonzero(trace.sse <= target)
    return spent_at(trace, int(rows[0])) if len(rows) else None


_FAILED: Final = "This lane failed because of a fault in the program; the others are not affected."


def _sentence(run: LaneRun, trace: Trace, reached: Spent | None, state: str) -> str:
    k, sse = int(trace.iterations[-1]), float(trace.sse[-1])
    if run.failed:
        return _FAILED
    if run.stop is StopReason.DIVERGED or not math.isfinite(sse):
        return (
            f"Diverged at iteration {k:,}: its weights became too large to compute with. "
            "A smaller learning rate may help."
        )
    if reached is not None:
        word = f"Solved in {plural(reached.iterations, 'iteration')}, {duration(reached.seconds)}."
        return word if k == reached.iterations else f"{word} Now at SSE {short(sse)}."
    if state == "running":
        return f"Iteration {k:,}, SSE {short(sse)}."
    if state == "stopped":
        return f"Stopped at iteration {k:,}, SSE {short(sse)}."
    if run.stop is StopReason.CONVERGED:
        return f"Converged at SSE {short(sse)} after {plural(k, 'iteration')}."
    if run.stop is StopReason.PLATEAU:
        return f"On a plateau at SSE {short(sse)} after {plural(k, 'iteration')}."
    if run.stop in (StopReason.NO_PROGRESS, StopReason.DAMPING_LIMIT):
        return f"Stuck at SSE {short(sse)} after {plural(k, 'iteration')}."
    if run.stop is StopReason.MAX_ITERATIONS:
        return f"SSE {short(sse)} after {k:,} iterations, the limit of this page."
    return f"Not solved within its budget: SSE {short(sse)} after {plural(k, 'iteration')}."


def right_share(race: Race, run: LaneRun, *, test: bool) -> float | None:
    """Return the share of correct patterns, or the root mean square error, at the last weights.

    None before the first iteration, or if `test` is set and there are no test patterns.
    """
    part = race.experiment.datasets()[1 if test else 0]
    training = run.training
    if part is None or training is None or training.iteration <= 0:
        return None
    trace = run.within()
    with np.errstate(all="ignore"):
        if trace is None or race.lanes[race.runs.index(run)].rule.own_prediction:
            outputs = training.predict(part.inputs)
        else:  # those whose SSE is shown; the training may have gone beyond its budget
            own = race.entrants[race.runs.index(run)].experiment
            network = Network.from_topology(own.topology)
            nodes = network.activations(trace.weights[-1], part.inputs)
            outputs = nodes[:, network.n_inputs + network.outputs]
        score = score_of(part, outputs)
    return score / part.n_patterns if part.kind == "classification" else score


def verdict(found: list[LaneResult]) -> list[str]:
    """Return which lane reached the target at the lowest cost, for each axis, in sentences."""
    arrived = [one for one in found if one.reached is not None]
    taking_part = [one for one in found if one.state != "refused"]
    if not taking_part:
        return ["No lane can run on its network and these data."]
    if not arrived:
        return ["No lane has reached the target."]
    if len(arrived) == 1:
        one = arrived[0]
        assert one.reached is not None
        return [
            f"Only {one.title} has reached the target: {_listed(one.reached)}.",
        ]
    leaders: dict[str, list[str]] = {}
    for axis, words in AXES.items():
        ranked = sorted(arrived, key=lambda one: float(getattr(one.reached, axis)))
        first, second = ranked[0], ranked[1]
        a, b = (float(getattr(one.reached, axis)) for one in (first, second))
        if a == b:
            leaders.setdefault("", []).append(f"{words}: a tie at {amount(axis, a)}")
            continue
        leaders.setdefault(first.title, []).append(
            f"{words} ({amount(axis, a)}, {second.title} {amount(axis, b)})"
        )
    sentences = [
        f"{title} leads in {joined(axes)}." if title else f"In {joined(axes)}."
        for title, axes in leaders.items()
    ]
    missing = [one.title for one in taking_part if one.reached is None]
    if missing:
        sentences.append(f"Not at the target: {joined(missing)}.")
    return sentences


def amount(axis: str, value: float) -> str:
    """Return a number of an axis as text, with its unit."""
    return duration(value) if axis == "seconds" else f"{value:,.0f}"


def joined(words: list[str]) -> str:
    """Join words with commas and a final 'and'."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _listed(spent: Spent) -> str:
    return (
        f"{plural(spent.iterations, 'iteration')}, {duration(spent.seconds)}, "
        f"{spent.work:,.0f} forward passes of work, {plural(spent.evaluations, 'evaluation')}"
    )
