"""The page Topologies: rates, costs and errors are those of trainings run one by one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import binom

from app.figures.chart import percent
from app.figures.number_format import duration, short
from app.session.server import worker_count
from app.topologies.estimate import estimate
from app.topologies.plan import Plan
from app.topologies.smallest_run import SmallestRun, Wanted
from app.topologies.sweep import Sweep
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, Stopping
from nbn_core.network import Topology
from nbn_core.objective import starting_weights
from nbn_core.studies import AnySeedGoal, ThreadWorkers
from nbn_core.training import TrainingResult, train
from nbn_core.training.trials import trial_seed
from tests import reference
from tests.app.fake_browser import LONG
from tests.app.shown_numbers.screen import Page, Screen, check_axes, compare, number, numbers
from tests.app.shown_numbers.situations import CURVE, OWN, Situation, situation
from tests.app.shown_numbers.test_race import wilson

Open = Callable[[Situation], Screen]

SEEDS = 4
FIXED = (  # help texts and explanations
    "10 give a first impression", "Every network is trained from the same seeds",
    "Vertical lines: 95", "Networks close to the front", "At most 8",
)  # fmt: skip


@dataclass(frozen=True)
class Alone:
    """A network trained by itself from each seed."""

    name: str
    topology: Topology
    experiment: Experiment
    count: int = SEEDS

    @cached_property
    def seeds(self) -> list[int]:
        return [trial_seed(0, i) for i in range(self.count)]

    @cached_property
    def ends(self) -> list[TrainingResult]:
        e, data = self.experiment, self.experiment.datasets()[0]
        return [
            train(
                self.topology, data, e.rule,
                weights=starting_weights(self.topology, data, e.start.scheme, seed),  # type: ignore[union-attr]
                max_iterations=e.stopping.max_iterations, target_sse=e.stopping.target_sse,
                **e.settings,
            )
            for seed in self.seeds
        ]  # fmt: skip

    @property
    def solved(self) -> list[bool]:
        return [end.sse <= self.experiment.stopping.target_sse for end in self.ends]

    @property
    def wins(self) -> int:
        return sum(self.solved)

    @property
    def rate(self) -> float:
        return self.wins / self.count

    @property
    def work(self) -> float:
        spent = sum(float(end.trace.work[-1]) for end in self.ends)
        return spent / self.wins if self.wins else math.inf

    def errors(self, part: Dataset) -> list[float]:
        made = []
        for end in self.ends:
            with np.errstate(over="ignore"):  # of slopes, which are not used
                outputs = reference.outputs(self.topology.to_dict(), end.weights, part.inputs)
            made.append(float(np.sum((part.targets - outputs) ** 2)))
        return made

    def wrong(self, part: Dataset) -> list[float]:
        shares = []
        for end in self.ends:
            with np.errstate(over="ignore"):
                outputs = reference.outputs(self.topology.to_dict(), end.weights, part.inputs)
            shares.append(float(np.mean((outputs > 0) != (part.targets > 0))))
        return shares

    def example(self) -> tuple[int, TrainingResult]:
        i = self.solved.index(True) if self.wins else int(np.argmin([end.sse for end in self.ends]))
        return self.seeds[i], self.ends[i]


class Shown:
    """The page after a small study, and the same networks trained alone."""

    def __init__(self, screen: Open, experiment: Experiment) -> None:
        self.at = situation(experiment, None)
        plan = Plan(
            ("slp", "fcc"), 1, 3, experiment.rule, experiment.stopping.max_iterations, SEEDS
        )
        study, workers = plan.study(experiment), ThreadWorkers()
        self.sweep = Sweep()
        self.sweep.settle(experiment)
        self.sweep.start(study, plan.grid(experiment), workers)
        assert self.sweep.run is not None
        assert self.sweep.run.wait(LONG)
        workers.close()
        self.alone = [Alone(one.name, one.topology, experiment) for one in study.networks]
        self.screen = screen(self.at)
        self.screen.app.session_state["nbn.kept.topologies"] = self.sweep
        self.screen.visit("topologies")

    def look(self, view: str) -> Page:
        page = self.screen.visit("topologies", view)
        for chart in page.charts.values():
            check_axes(chart)
        return page

    @property
    def front(self) -> list[Alone]:
        found: list[Alone] = []
        for one in sorted(self.alone, key=lambda one: (one.topology.n_weights, -one.rate)):
            if one.rate > max((other.rate for other in found), default=0.0):
                found.append(one)
        return found

    @property
    def near(self) -> int:
        """How many networks could still be on the front."""
        count = 0
        for one in self.alone:
            others = [
                other.rate for other in self.alone
                if other is not one and other.topology.n_weights <= one.topology.n_weights
            ]  # fmt: skip
            best = max(others, default=0.0)
            count += one.rate > best or (best < 1.0 and wilson(one.wins, SEEDS)[1] > best)
        return count

    def texts(self) -> dict[str, list[object]]:
        """The numbers of the form and of the chosen network, which every view shows."""
        plan = Plan(rule=self.at.experiment.rule,
                    iterations=self.at.experiment.stopping.max_iterations)  # fmt: skip
        study = plan.study(self.at.experiment)
        both = [one for one in study.networks if one.topology in [a.topology for a in self.alone]]
        known = len(both) * SEEDS
        words = estimate(study, known, worker_count(), self.sweep.points()).words()
        one = (self.front or sorted(self.alone, key=lambda one: one.topology.n_weights))[-1]
        seed, end = one.example()
        low, high = wilson(one.wins, SEEDS)
        result: dict[str, list[object]] = {
            "of them done already": [
                f"{study.total:,}", f"{len(study.networks)}", f"{known}", *numbers(words),
            ],
            "Close to the front (": [f"{self.near}"],
            "All networks (": [f"{len(self.alone)}"],
            "The network ": numbers(one.name),
            "weights, ": [
                *numbers(one.name), f"{one.topology.n_weights}", f"{one.topology.n_neurons}",
                f"{max(one.topology.levels)}", f"{one.wins}", f"{SEEDS}",
                *numbers(percent(one.rate)), "95", *numbers(percent(low)), *numbers(percent(high)),
                *([short(one.work), *self._seconds(one)] if one.wins else []),
                f"{seed}", short(end.sse), f"{end.iterations}",
            ],
        }  # fmt: skip
        return result

    def _seconds(self, one: Alone) -> list[str]:
        """The measured time, which no other training has."""
        [cell] = [
            point.found.trials for point in self.sweep.points()
            if point.network.topology == one.topology
        ]  # fmt: skip
        return numbers(duration(float(cell.all_seconds.sum()) / one.wins))


def heights(chart: dict[str, Any]) -> dict[int, float]:
    """Return the height of each network in a chart by its place in the study."""
    return {
        int(place): float(y)
        for line in chart["data"]
        if "customdata" in line
        for place, y in zip(line["customdata"], line["y"], strict=True)
    }


def test_rates_costs_and_errors_are_those_of_single_trainings(screen: Open) -> None:
    shown = Shown(screen, OWN)
    alone, test = shown.alone, shown.at.parts["test"]
    said = shown.texts()
    assert 0 < sum(one.wins for one in alone) < SEEDS * len(alone), "some trials are to fail"

    page = shown.look("Success")
    listed = [
        text for one in shown.front
        for text in (f"{one.topology.n_weights}", *numbers(one.name), *numbers(percent(one.rate)))
    ]  # fmt: skip
    best = shown.front[-1]
    compare(page.texts, said | {
        "Fewest weights that still solve": listed,
        "Success rate of": [
            f"{len(alone)}", *numbers(percent(best.rate)), *numbers(best.name),
            f"{best.topology.n_weights}",
        ],
    }, FIXED)  # fmt: skip
    assert heights(page.charts["success-by-size"]) == {i: one.rate for i, one in enumerate(alone)}

    page = shown.look("Cost")
    costs = {i: one.work for i, one in enumerate(alone) if one.wins}
    cheapest = alone[min(costs, key=lambda i: costs[i])]
    compare(page.texts, said | {
        "The cheapest success": [
            *numbers(cheapest.name), short(cheapest.work), f"{len(alone) - len(costs)}",
            f"{len(alone)}",
        ],
    }, FIXED)  # fmt: skip
    assert heights(page.charts["cost-by-size"]) == pytest.approx(costs)

    page = shown.look("Test error")
    wrong = [100 * float(np.median(one.wrong(test))) for one in alone]
    least = min(range(len(alone)), key=lambda i: (wrong[i], alone[i].topology.n_weights))
    compare(page.texts, said | {
        "Median test error": [
            f"{len(alone)}", short(wrong[least]), *numbers(alone[least].name),
            f"{alone[least].topology.n_weights}",
        ],
    }, FIXED)  # fmt: skip
    assert heights(page.charts["error-by-size"]) == pytest.approx(dict(enumerate(wrong)))

    page = shown.look("Cost curves")
    both = [
        text for one in shown.front for text in (*numbers(one.name), *numbers(percent(one.rate)))
    ]  # fmt: skip
    compare(page.texts, said | {"Share of seeds solved": both}, FIXED)


def test_the_map_and_the_table_have_the_numbers_of_single_trainings(screen: Open) -> None:
    shown = Shown(screen, OWN)
    alone, test = shown.alone, shown.at.parts["test"]
    page = shown.look("Map")
    board = page.payloads["map"]
    assert set(board) == {"caption", "sizes", "rows", "chosen"}
    cells = {
        cell["about"]: (size, cell)
        for row in board["rows"]
        for size, cell in zip(board["sizes"], row["cells"], strict=True)
        if cell is not None
    }
    assert len(cells) == len(alone)
    for place, one in enumerate(alone):
        weights = f"{one.topology.n_weights} weights"
        size, cell = cells[f"{one.name}: {one.wins} of {SEEDS} solved, {weights}"]
        assert (cell["place"], cell["rate"], cell["weights"]) == (place, percent(one.rate), weights)
        assert set(cell) == {"place", "about", "rate", "weights", "ground", "ink", "drawing"}
        assert str(size) in one.name.split()[0].split("-")
    assert alone[board["chosen"]].name == shown.front[-1].name

    page = shown.look("Table")
    [table] = page.tables
    assert len(table) == len(alone)
    assert list(table["Success rate"]) == sorted(table["Success rate"], reverse=True)
    front = {one.name for one in shown.front}
    for one in alone:
        [row] = [line for _, line in table.iterrows() if line["Network"] == one.name]
        assert (row["Weights"], row["Neurons"]) == (one.topology.n_weights, one.topology.n_neurons)
        assert (row["Solved"], row["Seeds"]) == (one.wins, SEEDS)
        assert row["Success rate"] == pytest.approx(100 * one.rate)
        low, high = wilson(one.wins, SEEDS)
        assert row["95 % interval"] == f"{percent(low)} to {percent(high)}"
        assert row["Front"] == (one.name in front)
        if one.wins:
            assert row["Expected work"] == pytest.approx(one.work)
        else:
            assert np.isnan(row["Expected work"])
        assert row["Median SSE"] == pytest.approx(np.median([end.sse for end in one.ends]))
        assert row["Median test SSE"] == pytest.approx(np.median(one.errors(test)))
        assert row["Median test wrong"] == pytest.approx(100 * np.median(one.wrong(test)))


def test_errors_of_a_curve_are_rmse(screen: Open) -> None:
    shown = Shown(screen, replace(CURVE, settings={}))
    page = shown.look("Test error")
    test, train_part = shown.at.parts["test"], shown.at.train
    chart = page.charts["error-by-size"]
    expected = {
        i: float(np.median(np.sqrt(np.array(one.errors(test)) / test.targets.size)))
        for i, one in enumerate(shown.alone)
    }
    assert heights(chart) == pytest.approx(expected)
    dotted = [y for line in chart["data"] if line["line"].get("dash") == "dot"
              and "customdata" not in line for y in line["y"]]  # fmt: skip
    own = [
        float(np.median(np.sqrt(np.array([end.sse for end in one.ends]) / train_part.targets.size)))
        for one in shown.alone
    ]
    assert sorted(dotted) == pytest.approx(sorted(own))
    assert number(numbers(chart["layout"]["yaxis"]["title"]["text"] + " 0")[0]) == 0.0
    assert "scaled for the network" in chart["layout"]["yaxis"]["title"]["text"]


def limits(successes: int, seeds: int, tail: float) -> tuple[float, float]:
    """Return the rates for which so few, and so many, successes have just the probability."""
    low, high = 0.0, 1.0
    if successes:
        low = brentq(lambda rate: binom.sf(successes - 1, seeds, rate) - tail, 0, 1)
    if successes < seeds:
        high = brentq(lambda rate: binom.cdf(successes, seeds, rate) - tail, 0, 1)
    return low, high


def test_a_search_shows_the_numbers_of_single_trainings(screen: Open) -> None:
    experiment, most = replace(OWN, stopping=Stopping(1.0, 9)), 1000
    at = situation(experiment, None)
    plan, workers = Plan(("slp",), 1, 4, OWN.rule, 9, 1), ThreadWorkers()
    wanted = Wanted(plan.study(experiment), AnySeedGoal(0.2), "weights", False, most)
    run = SmallestRun()
    run.settle(experiment)
    run.start(wanted, workers)
    while run.running:
        if run.run is not None:
            assert run.run.wait(LONG)
        run.advance()
    workers.close()
    shown = screen(at)
    shown.app.session_state["nbn.kept.topologies-smallest"] = run
    shown.visit("topologies")
    shown.app.segmented_control(key="nbn-topologies-part").set_value("Find the smallest").run()
    page = shown.seen()
    tried, steps = page.tables

    rejecting = math.ceil(math.log(0.05 / 4) / math.log(0.8))  # seeds that reject a rate of 20 %
    counts = {False: rejecting, True: 8}  # by whether one of the first 8 reaches the target
    networks = [(one.name, one.topology) for one in wanted.study.networks]
    first = [Alone(*one, experiment, 8) for one in networks]
    alone = [Alone(one.name, one.topology, experiment, counts[one.wins > 0]) for one in first]
    assert any(0 < one.wins < one.count for one in alone), "some trials are to fail"
    assert [one.wins > 0 for one in alone] == sorted(one.wins > 0 for one in alone)
    for one, (_, row) in zip(alone, tried.iterrows(), strict=True):
        low, high = limits(one.wins, one.count, 0.05 / 4)
        assert (row["Network"], row["Weights"], row["Neurons"]) == (
            one.name, one.topology.n_weights, one.topology.n_neurons,
        )  # fmt: skip
        assert (row["Seeds"], row["Successes"]) == (one.count, one.wins)
        assert row["Exact interval"] == f"{100 * low:.3g} % to {100 * high:.3g} %"
        assert row["Verdict"] == ("reaches the goal" if one.wins else "rejected")
        assert row["Why"].startswith(f"{one.wins} of {one.count} seeds reached the target")
    total, smaller = sum(one.count for one in alone), sum(not one.wins for one in alone)
    assert smaller
    assert steps["Trainings"].max() == total
    assert steps["Round"].max() == 3  # 8, 16 and all seeds

    best = alone[smaller]
    sizes = [one.topology.n_weights for one in alone]
    size = [f"{best.topology.n_weights}", f"{best.topology.n_neurons}"]
    share = [f"{best.wins}", f"{best.count}"]
    form = Plan(iterations=9, trials=1).study(experiment).networks
    offered = [one.topology.n_weights for one in form]
    last = math.ceil(math.log(0.05 / len(form)) / math.log(0.99))
    compare(page.texts, {
        "candidates of": [f"{len(form)}", f"{min(offered)}", f"{max(offered)}", "8", f"{last}"],
        "of at most": [f"{total}", f"{most:,}", "0"],
        "The smallest network found": [
            *numbers(best.name), *size, *share, f"{smaller}", f"{smaller}", "20", "95",
            f"{len(alone)}", f"{min(sizes)}", f"{max(sizes)}",
        ],
        "Steps (": [f"{len(steps)}"],
        "The network ": numbers(best.name),
        "the first of them with seed": [
            *numbers(best.name), *size, *share, f"{best.seeds[best.solved.index(True)]}",
        ],
    }, ("After each round",))  # fmt: skip
