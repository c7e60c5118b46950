"""The Race page: lanes, table, many seeds, and what each rule uses."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from app.figures.chart import percent
from app.figures.number_format import duration, short
from app.race import session as racing
from app.race.lanes import Budget, Lane
from app.race.many_seeds_run import Series
from app.race.rule_comparison import measured, measured_frame
from app.race.session import Entry, RaceSession, problem_key
from app.race.table import on_screen, results_frame
from nbn_core.experiment import Experiment
from nbn_core.objective import starting_weights
from nbn_core.studies import ThreadWorkers
from nbn_core.trace import Trace
from nbn_core.training import train
from nbn_core.training.trials import trial_seed
from tests.app.race import helpers
from tests.app.shown_numbers.screen import Screen, check_axes, compare, leaves, number, numbers
from tests.app.shown_numbers.situations import CLASSES, CURVE, OWN, Situation, situation

Open = Callable[[Situation], Screen]

EXPERIMENTS = {"own data": OWN, "three classes": CLASSES, "a curve": CURVE}
LANES = (Lane(0, "nbn"), Lane(2, "adam", {"rate": 0.05}))
COMPARED = {
    "race", "headline", "facts", "target", "patterns", "lanes.sentence", "lanes.reached",
    "lanes.spent", "lanes.curve", "lanes.looks.k", "lanes.looks.score", "lanes.newest.k",
    "lanes.newest.score", "lanes.settings", "lanes.network",
}  # fmt: skip
NOT_COMPUTED = {
    "ack.seq", "key", "lanes.number", "lanes.title", "lanes.colours", "lanes.first",
    "lanes.remark", "lanes.looks.tones", "lanes.newest.tones", "scene", "networks",
}  # fmt: skip
FIXED = (  # help texts and explanations
    "The numbers by which μ is multiplied", "Training stops when so many iterations",
    "Three methods that give the same", "Patterns between two changes", "Share of the running mean",
    "learning rate 0.05", "A trial ends at the target", "Success: McNemar",
    "Work is counted in forward passes",
)  # fmt: skip


def raced(experiment: Experiment, budget: Budget | None = None) -> RaceSession:
    return helpers.raced(experiment, LANES, budget or Budget("work", work=6000.0))


def alone(experiment: Experiment, lane: Lane, iterations: int) -> Trace:
    """Train a lane by itself for as many iterations, beyond the target."""
    trained = train(
        experiment.topology, experiment.datasets()[0], lane.name,
        weights=experiment.start_weights(), target_sse=0.0, max_iterations=iterations,
        **lane.settings,
    )  # fmt: skip
    return trained.trace


@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_the_lanes_have_the_numbers_of_their_trainings(name: str) -> None:
    experiment = EXPERIMENTS[name]
    at, races = situation(experiment, None), raced(experiment)
    sent = racing.answer(at.session, races, "b", {}, warming=False)
    for path, value in leaves(sent):
        known = path in COMPARED or any(
            path == one or path.startswith(f"{one}.") for one in NOT_COMPUTED
        )
        assert known, f"No test knows the number {path} = {value}."
    target = experiment.stopping.target_sse
    counts = [f"{part.n_patterns}" for part in at.parts.values()]
    assert numbers(sent["facts"]) == [*counts, f"{len(at.weights)}", short(target), "6,000"]
    assert (sent["target"], sent["patterns"]) == (target, at.train.n_patterns)
    reached = {}
    topology = experiment.topology
    sizes = [topology.n_weights, topology.n_neurons, max(topology.levels)]
    for lane, block in zip(LANES, sent["lanes"], strict=True):
        assert numbers(block["network"].split(": ")[1]) == [f"{size}" for size in sizes]
        iterations, seconds, work, evaluations = block["spent"]
        trace = alone(experiment, lane, iterations)
        assert trace.iterations[-1] == iterations
        assert (work, evaluations) == (pytest.approx(trace.work[-1]), trace.evaluations[-1])
        assert work <= 6000
        below = np.flatnonzero(trace.sse <= target)
        assert (block["reached"] is not None) == bool(len(below))
        sse = short(_end(at, trace))
        if len(below):
            row = int(below[0])
            spent = block["reached"]
            assert spent[0] == trace.iterations[row]
            assert spent[2] == pytest.approx(trace.work[row])
            assert spent[3] == trace.evaluations[row]
            reached[block["title"]] = spent
            solved = [f"{spent[0]:,}", *numbers(duration(spent[1]))]
            assert numbers(block["sentence"]) == [
                *solved,
                *([] if spent[0] == iterations else [sse]),
            ]
        else:
            assert numbers(block["sentence"]) == [sse, f"{iterations:,}"]
        columns = np.frombuffer(base64.b64decode(block["curve"]), "<f8").reshape(5, -1)
        rows = np.searchsorted(trace.iterations, columns[0])
        for shown, own in zip(
            columns[[0, 2, 3, 4]], (trace.iterations, trace.work, trace.evaluations, trace.sse),
            strict=True,
        ):  # fmt: skip
            assert shown.tolist() == pytest.approx(own[rows].tolist())
        assert columns[1, -1] == seconds
        for look in (*block["looks"], block["newest"]):
            [row] = np.flatnonzero(trace.iterations == look["k"])
            here = replace(at, session=at.session)
            outputs = here.outputs(at.train, trace.weights[row])
            if at.train.kind == "classification":
                right = at.classes(outputs, at.train) == at.classes(at.train.targets, at.train)
                assert look["score"] == np.count_nonzero(right)
            else:
                error = float(np.sqrt(np.mean((at.train.targets - outputs) ** 2)))
                assert look["score"] == pytest.approx(error)
    _check_headline(sent["headline"], reached)
    _check_table(at, races)


def _end(at: Situation, trace: Trace) -> float:
    """Return the SSE of the last row, which rounding decides where nearly no error is left."""
    sse, own = at.sse(weights=trace.weights[-1]), float(trace.sse[-1])
    assert own == pytest.approx(sse, rel=1e-9, abs=1e-28)
    return own if sse < 1e-20 else sse


def _check_headline(text: str, reached: dict[str, Any]) -> None:
    said = []
    for spent in reached.values():
        texts = (f"{spent[0]:,}", duration(spent[1]), f"{spent[2]:,.0f}", f"{spent[3]:,}")
        said += [one for part in texts for one in numbers(part)]
    assert sorted(numbers(text)) == sorted(said) or "tie" in text
    if len(reached) == 2:
        (first, a), (second, b) = reached.items()
        for words, i in (("iterations", 0), ("computing time", 1), ("work", 2)):
            leader = first if a[i] < b[i] else second
            [sentence] = [part for part in text.split(". ") if words in part]
            assert a[i] == b[i] or sentence.startswith(leader)


def _check_table(at: Situation, races: RaceSession) -> None:
    shown = on_screen(results_frame(races.log), races.log)
    for i, lane in enumerate(LANES):
        entry = next(entry for entry in races.log if entry.result.lane == lane)
        assert entry.result.spent is not None
        trace = alone(at.experiment, lane, entry.result.spent.iterations)
        row = shown.iloc[i]
        assert row["SSE at the end"] == pytest.approx(_end(at, trace))
        for part, column in (("training", "Training"), ("test", "Test")):
            data = at.parts[part]
            outputs = at.outputs(data, trace.weights[-1])
            if data.kind == "classification":
                share = float(np.mean(at.classes(outputs, data) == at.classes(data.targets, data)))
                assert row[column] == pytest.approx(share, abs=5.1e-5)
                assert (row[column] == 1.0) == (share == 1.0)
            else:
                error = float(np.sqrt(np.mean((data.targets - outputs) ** 2)))
                assert row[column] == pytest.approx(error)


@pytest.mark.parametrize(
    ("share", "shown"), [(0.99999, 0.9999), (1.0, 1.0), (1e-6, 1e-4), (0.0, 0.0)]
)
def test_only_all_patterns_are_all_in_the_table(share: float, shown: float) -> None:
    races = raced(OWN, Budget("work", work=100.0))
    log = [Entry(one.race, one.experiment, one.result, share, None) for one in races.log]
    assert on_screen(results_frame(log), log)["Training"].tolist() == [shown] * len(log)


def test_many_seeds_count_solved_trials_and_their_costs(screen: Open) -> None:
    at, races = situation(OWN, 3), raced(OWN)
    seeds, work = 5, 600.0
    workers = ThreadWorkers()
    series = Series(OWN, problem_key(OWN), LANES, seeds, work, races.kept, workers)
    series.go()
    assert series.wait(240.0)
    workers.close()
    races.series = series
    shown = screen(at)
    shown.app.session_state["nbn.kept.races"] = races
    shown.visit("race")
    page = shown.visit("race", "Many seeds")
    solved, costs = {}, {}
    for lane in LANES:
        wins, spent = [], []
        for place in range(seeds):
            start = starting_weights(OWN.topology, at.train, OWN.start.scheme, trial_seed(0, place))
            made = train(
                OWN.topology, at.train, lane.name, weights=start, max_iterations=100_000
                if lane.name == "adam" else 500, target_sse=1.0, **lane.settings,
            ).trace  # fmt: skip
            rows = int(np.searchsorted(made.work, work, side="right"))
            below = np.flatnonzero(made.sse[:rows] <= 1.0)
            wins.append(bool(len(below)))
            spent.append(float(made.work[int(below[0]) if len(below) else max(rows, 1) - 1]))
        solved[lane.title], costs[lane.title] = np.array(wins), np.array(spent)
    counts = {title: int(won.sum()) for title, won in solved.items()}
    total = f"{len(LANES) * seeds}"
    assert 0 < sum(counts.values()) < len(LANES) * seeds, "some of the trials are to fail"
    every = [text for count in counts.values() for text in (f"{count}", f"{seeds}")]
    shares = [text for count in counts.values() for text in numbers(percent(count / seeds))]
    compare(page.texts, {
        "all finished": [total, total],
        "Solved: ": every,
        "trials are done": [total, total],
        "Share of seeds solved": shares,
        "No significant difference": [f"{seeds}"],
    }, FIXED)  # fmt: skip
    for chart in page.charts.values():
        check_axes(chart)
    table = page.tables[0]
    for i, (title, count) in enumerate(counts.items()):
        row, cost = table.iloc[i], costs[title]
        assert row["Solved"] == f"{count} of {seeds}"
        assert row["Success rate"] == percent(count / seeds)
        assert row["95 % interval"] == " to ".join(percent(end) for end in wilson(count, seeds))
        expected = cost.sum() / count if count else np.inf
        told = row["Expected until a success"]
        if count:
            assert number(numbers(told)[0]) == pytest.approx(expected, abs=0.5)
            median = number(numbers(row["Median where solved"])[0])
            assert median == pytest.approx(np.median(cost[solved[title]]), abs=0.5)
        else:
            assert (told, row["Median where solved"]) == ("infinite", "–")
    pairs = page.tables[1].iloc[0]
    first, second = solved.values()
    assert pairs["Seeds"] == seeds
    assert pairs["Only the first solved"] == np.count_nonzero(first & ~second)
    assert pairs["Only the second solved"] == np.count_nonzero(second & ~first)
    assert pairs["Both"] == np.count_nonzero(first & second)


def wilson(wins: int, n: int) -> tuple[float, float]:
    """Return Wilson's interval of 95 % from its formula."""
    z, p = 1.959963984540054, wins / n
    middle, half = p + z * z / (2 * n), z * np.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low, high = (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)
    return (0.0 if wins == 0 else float(low), 1.0 if wins == n else float(high))


@pytest.mark.parametrize("at_end", [False, True])
def test_what_a_rule_uses_is_measured_from_its_own_iterations(at_end: bool) -> None:
    races = raced(OWN)
    frame = measured_frame(LANES, measured(OWN, races, at_end=at_end))
    for i, lane in enumerate(LANES):
        at = situation(OWN, None)
        weights = at.weights
        if at_end:
            entry = next(entry for entry in races.log if entry.result.lane == lane)
            assert entry.result.spent is not None
            weights = alone(OWN, lane, entry.result.spent.iterations).weights[-1]
        made = train(OWN.topology, at.train, lane.name, weights=weights, target_sse=0.0,
                     max_iterations=3, **lane.settings).trace  # fmt: skip
        row = frame.iloc[i]
        each = (made.work[-1] - made.work[0]) / made.iterations[-1]
        assert row["Work of an iteration"] == pytest.approx(each, rel=0.5)
        step, descent = made.weights[1] - made.weights[0], -at.gradient_at(weights)
        cosine = float(step @ descent / np.linalg.norm(step) / np.linalg.norm(descent))
        shown = [number(text) for text in numbers(row["Step and gradient"])]
        assert shown == pytest.approx([cosine, np.degrees(np.arccos(cosine))], abs=0.51)
        assert shown[0] == pytest.approx(cosine, abs=6e-4)
        assert row["Extra trainable weights"] == 0


def test_a_lane_that_diverged_is_not_measured_at_other_weights() -> None:
    races = raced(OWN)
    assert races.race is not None
    [_, run] = races.race.runs
    assert run is not None
    trace = run.within()
    assert trace is not None
    lost = np.full_like(trace.weights, np.inf)
    run.within = lambda: replace(trace, weights=lost)  # type: ignore[method-assign]
    assert measured(OWN, races, at_end=True)[1] is None
    assert isinstance(measured_frame(LANES, [None, None]), pd.DataFrame)
