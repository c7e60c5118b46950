"""Numbers that pages say in words and tables are those that the core computes from scratch."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from app.figures.number_format import short
from app.hessian import spectrum
from app.race.lanes import Budget, Lane
from app.race.table import results_frame
from app.session import curvature
from app.session.document import document_of
from app.session.jobs import Run
from app.session.state import Session
from app.session.training_key import training_key
from app.session.view import CurrentView, current_view
from app.share.exports import Exports
from app.share.report import report
from app.share.words import caption
from app.shared.words import ended, facts
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, OwnData, SeededStart, Stopping
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.training import train
from tests.app.fake_browser import NoWorkers
from tests.app.race.helpers import raced

_X = np.random.default_rng(5).uniform(-1, 1, (60, 2))
OWN = Experiment(
    Topology.mlp([2, 3, 1], output="bipolar"),
    OwnData(Dataset(_X, np.sign(_X[:, :1] * _X[:, 1:])), 0.5, 1, 0.25),
    start=SeededStart(seed=2), stopping=Stopping(1.0, 40),
)  # fmt: skip


def trained(experiment: Experiment) -> Session:
    session = Session([document_of(experiment)])
    run = Run(experiment.training)
    run.go(NoWorkers())
    while run.slice():
        pass
    session.run, session.run_from = run, training_key(experiment)
    return session


def shown(experiment: Experiment, row: int | None = None) -> CurrentView:
    session = trained(experiment)
    now = current_view(session)
    session.look_at(now.last if row is None else row)
    return current_view(session)


@pytest.mark.parametrize("rule", ["nbn", "adam"])
def test_the_report_counts_each_part_at_the_weights_shown(rule: str) -> None:
    now = shown(replace(OWN, rule=rule, settings={}), 5)
    trace = now.trace
    assert trace is not None
    page = report(now, {})
    for part, name in zip(OWN.parts(), ("Training", "Validation", "Test"), strict=True):
        assert part is not None
        outputs = Objective(OWN.topology, part).outputs(trace.weights[5])
        right = int(np.sum(np.sign(outputs) == part.targets))
        sse = float(np.sum((outputs - part.targets) ** 2))
        rmse = (sse / part.n_patterns) ** 0.5
        said = f"SSE {short(sse)}, RMSE {short(rmse)}, {right} of {part.n_patterns} classified"
        assert f"<th>{name} patterns</th><td>{said}" in page
    at, last = int(trace.iterations[5]), int(trace.iterations[-1])
    words = f"Weights at iteration {at:,} of {last:,}, SSE {short(float(trace.sse[5]))}"
    assert caption(now) == words
    assert words in page


def test_exports_of_a_trace_say_how_many_rows_of_how_many_iterations_they_have() -> None:
    for rule, limit in (("nbn", 40), ("adam", 900)):
        now = shown(replace(OWN, rule=rule, settings={}, stopping=Stopping(0.0, limit)))
        trace = now.trace
        assert trace is not None
        rows = {row.title: row for group in Exports(now, {}).groups() for row in group.rows}
        said = rows["Training"].purpose
        if len(trace) == trace.iterations[-1] + 1:
            assert f"all {trace.iterations[-1]} iterations" in said
        else:
            assert f"{len(trace):,} of {trace.iterations[-1]:,} iterations" in said


def test_the_sentence_of_a_training_is_that_of_its_trace() -> None:
    session = trained(replace(OWN, stopping=Stopping(30.0, 40)))
    run = session.run
    assert run is not None
    trace = run.trace()
    assert trace is not None
    assert trace.sse[-1] <= 30.0 < trace.sse[-2]
    assert ended(run, trace, halted=False).startswith(f"Solved in {trace.iterations[-1]} iter")
    assert facts(OWN) == "13 weights, 30 training, 15 validation and 15 test patterns"


@pytest.mark.parametrize("matrix", ["levenberg", "max_diagonal", "marquardt"])
def test_the_spectrum_speaks_of_the_system_that_is_solved(matrix: str) -> None:
    now = shown(replace(OWN, settings={"matrix": matrix}), 3)
    at = curvature.point(now)
    jacobian = at.objective.jacobian(now.weights)
    quasi_hessian = jacobian.T @ jacobian
    damped = quasi_hessian + np.diag(curvature.added_diagonal(at))
    said = spectrum._numbers(curvature.eigenvalues(at, "Q"), at)
    effective = float(np.trace(np.linalg.solve(damped, quasi_hessian)))
    assert f"effectively **{effective:.1f}** of **13** directions" in said
    condition = float(np.linalg.cond(damped))
    [after] = re.findall(r"after damping: \*\*(.+?)\*\*", said)
    shown_condition = float(after.replace(",", "").replace("−", "-").replace("∞", "inf"))
    if condition < 1e12:
        assert shown_condition == pytest.approx(condition, rel=0.02)
    else:  # rounding decides the smallest eigenvalue
        assert shown_condition > 1e12


def test_the_table_of_a_race_has_the_numbers_of_each_training() -> None:
    lanes = (Lane(0, "nbn"), Lane(1, "lm"), Lane(2, "adam", {"rate": 0.05}))
    races = raced(OWN, lanes, Budget("work", work=20_000.0))
    frame = results_frame(races.log)
    training, test = OWN.datasets()
    assert test is not None
    for (_, row), lane in zip(frame.iterrows(), races.lanes, strict=True):
        entry = next(entry for entry in races.log if entry.result.lane == lane)
        spent = entry.result.spent
        assert spent is not None
        alone = train(
            OWN.topology, training, lane.name, weights=OWN.start_weights(), target_sse=0.0,
            max_iterations=spent.iterations, **lane.settings,
        )  # fmt: skip
        reached = np.flatnonzero(alone.trace.sse <= OWN.stopping.target_sse)
        k = int(reached[0]) if len(reached) else len(alone.trace) - 1
        assert row["Target reached"] == bool(len(reached))
        assert row["Iterations"] == alone.trace.iterations[k]
        assert row["Work"] == pytest.approx(alone.trace.work[k])
        assert row["Evaluations"] == alone.trace.evaluations[k]
        assert row["SSE at the end"] == pytest.approx(alone.trace.sse[-1])
        for part, name in ((training, "Training"), (test, "Test")):
            outputs = Objective(OWN.topology, part).outputs(alone.trace.weights[-1])
            assert row[name] == pytest.approx(np.mean(np.sign(outputs) == part.targets))
