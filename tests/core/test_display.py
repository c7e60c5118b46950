"""Every public value has a repr of one line, and a picture only where the app is installed."""

import dataclasses
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import nbn_core
from nbn_core import display, generators, structure
from nbn_core.analysis import coupling, landscape, spectrum
from nbn_core.analysis.dissection import dissect
from nbn_core.analysis.exact_hessian import curvature
from nbn_core.analysis.memory import memory
from nbn_core.analysis.saliency import OF
from nbn_core.data.columns import DataColumn
from nbn_core.data.scaling import Scaling
from nbn_core.data.split import Split
from nbn_core.experiment import (
    GivenStart,
    KeptDrawing,
    NetworkChoice,
    OwnData,
    RaceLane,
    RaceSetup,
    SweepSetup,
    Workspace,
)
from nbn_core.formats import NetworkFile, new_rows, read_table
from nbn_core.formats.recognise import recognise
from nbn_core.objective import shared_start
from nbn_core.objective.pair_plan import PairPlan
from nbn_core.studies import StudyNetwork, StudyRule
from nbn_core.training.comparison import compare, outcomes

PUBLIC = (
    "nbn_core", "nbn_core.data", "nbn_core.experiment", "nbn_core.formats", "nbn_core.generators",
    "nbn_core.network", "nbn_core.objective", "nbn_core.structure", "nbn_core.training",
)  # fmt: skip
LONG_NAME = "n" * 100


def values() -> Iterator[object]:
    """Return values of every public class, and of classes that public functions return."""
    topology = nbn_core.Topology.mlp([2, 8, 8, 1])
    wide = nbn_core.Topology.fcc(2, 200, 3)
    data = generators.playground_spiral()
    named = nbn_core.Dataset(np.eye(40), np.eye(40), LONG_NAME)
    yield from (topology, wide, topology.neurons[0], wide.neurons[-1], data, named)
    yield from (nbn_core.Topology.mlp([3] * 40), nbn_core.Network.from_topology(topology))
    yield from (*nbn_core.ACTIVATIONS.values(), *nbn_core.SCHEMES.values())
    for problem in generators.PROBLEMS.values():
        yield from (problem, *problem.parameters)
        yield nbn_core.Experiment.suggested(problem.name).data

    xor = nbn_core.Experiment.suggested("xor")
    fitted = dataclasses.replace(xor, start=GivenStart(tuple(xor.start_weights().tolist())))
    own = OwnData(named, 0.5, validation_share=0.25, inputs_by="standard")
    yield from (xor, xor.data, xor.start, xor.stopping, fitted, fitted.start)
    yield from (own, own.parts(), own.rows(), own.split, own.scaling, own.scaling.inputs, Split())
    yield from (DataColumn("one"), DataColumn("two", tuple(f"class {i}" for i in range(50))))
    yield Scaling.fit(data)

    training = nbn_core.Training(topology, data, max_iterations=20)
    yield from (training, training.state)
    training.advance()
    result = training.result()
    yield from (training, result, result.trace, result.trace.until(0), result.trace.row(0))
    yield from nbn_core.StopReason
    trials = nbn_core.run_trials(xor.topology, generators.xor(), n_trials=8, max_iterations=50)
    yield from (trials, trials.trial(0), outcomes(trials.all_work, trials.solved))
    network = StudyNetwork(LONG_NAME[:60], xor.topology)
    study = nbn_core.Study((network,), xor.data, (StudyRule("adam"), StudyRule()), trials=2)
    several = nbn_core.run_study(study)
    yield from (network, study, *study.rules, several, *several.cells.values())
    costs = {seed: (1.0 + seed, True) for seed in range(9)}
    yield from compare({"nbn": costs, "rprop": costs, LONG_NAME: costs})
    yield from (
        nbn_core.Damping(),
        nbn_core.Damping(1e-3, 1e-9, 1e9, 7.0, 12, matrix="max_diagonal"),
    )

    objective = nbn_core.Objective(topology, data)
    equations = objective.normal_equations(result.weights)
    yield from (objective, equations, PairPlan.from_network(objective.network))
    yield from (curvature(objective, result.weights), memory(500, 1, 105))
    found = dissect(xor.topology, generators.xor(), xor.start_weights())
    yield from (found, *found.attempts)
    yield spectrum.spectrum(equations.quasi_hessian)
    groups = coupling.by_neuron(topology)
    yield groups
    yield coupling.block_loss(equations.quasi_hessian, equations.gradient, 0.1, groups)
    yield landscape.Plane.through(result.weights, np.ones(105), np.arange(105))

    wired = structure.Wired(topology, result.weights)
    yield from (wired, structure.pruned(wired, data, 30))
    yield from (structure.saliencies(topology, data, result.weights, of=of) for of in OF)
    steps = (
        structure.Prune(),
        structure.Grow(),
        structure.Rewire(),
        structure.Train(),
        structure.Back(0),
    )
    yield from (*steps, structure.Repeat(steps[:4]))
    reshaping = structure.Reshaping(topology, data, weights=result.weights, test=data)
    reshaping.add(*steps)
    reshaping.advance(seconds=60.0)
    yield from (reshaping, *reshaping.events, *reshaping.path(), reshaping.trace())

    table = read_table(b"a;b;c\n1,5;2;red\n2,5;;blue\n3;4;red\n")
    yield from (table, *table.columns, table.reading, table.choose(["a"], ["c"]))
    yield NetworkFile(topology, result.weights)
    yield new_rows(xor, read_table("0,1\n1,0\n"))
    yield recognise(xor.to_json())
    kept = KeptDrawing(LONG_NAME[:40], xor.topology)
    choice = NetworkChoice("kept", name=kept.name, topology=kept.topology)
    lane = RaceLane(0, "nbn", {}, choice)
    sweep = SweepSetup(("slp", "bmlp1", "fcc"), 1, 8, "nbn", 1000, 50)
    race = RaceSetup((lane,))
    yield from (kept, choice, lane, race, sweep, Workspace(xor, (kept,), race, sweep))
    yield shared_start(xor.topology, xor.topology, xor.start_weights(), generators.xor())


@pytest.fixture(scope="module")
def shown() -> list[object]:
    return list(values())


def test_every_repr_is_one_short_line_without_array_dumps(shown: list[object]) -> None:
    for value in shown:
        text = repr(value)
        assert len(text) <= 100, text
        assert text.isprintable(), text
        assert type(value).__name__ in text
        assert "array(" not in text


def test_every_public_class_is_tested(shown: list[object]) -> None:
    public = {
        item
        for module in map(importlib.import_module, PUBLIC)
        for item in (getattr(module, name) for name in module.__all__)
        if inspect.isclass(item) and not issubclass(item, Exception)
    }
    assert len(public) > 15
    tried = {type(value) for value in shown}
    assert public <= tried
    plain = {cls.__name__ for cls in public if cls.__repr__ is object.__repr__}
    assert not plain


@pytest.mark.parametrize(
    ("topology", "text"),
    [
        (nbn_core.Topology.mlp([2, 8, 8, 1]), "Topology(2-8-8-1 MLP, 105 weights)"),
        (nbn_core.Topology.mlp([2, 3, 1]), "Topology(2-3-1 SLP, 13 weights)"),
        (nbn_core.Topology.mlp([3, 1]), "Topology(3-1 MLP, 4 weights)"),
        (nbn_core.Topology.bmlp([2, 3, 3, 1]), "Topology(2-3-3-1 BMLP, 36 weights)"),
        (nbn_core.Topology.fcc(3, 2, 1), "Topology(3-2-1 FCC, 15 weights)"),
        (nbn_core.Topology.fcc(2, 2, 3), "Topology(2-2-3 FCC, 22 weights)"),
        (nbn_core.Topology.mlp([2] * 9), "Topology(2-2-2-…-2-2 MLP, 48 weights)"),
    ],
)
def test_the_repr_of_a_topology_names_its_family(topology: nbn_core.Topology, text: str) -> None:
    assert repr(topology) == text


def test_a_topology_of_no_family_is_arbitrarily_connected() -> None:
    neurons = (nbn_core.Neuron(sources=(0,)), nbn_core.Neuron(sources=(0, 1, 2)))
    assert repr(nbn_core.Topology((), 2, neurons, (1,))) == "Topology(2-1-1 ACN, 6 weights)"
    reversed_outputs = nbn_core.Topology((), 1, (nbn_core.Neuron(sources=(0,)),) * 2, (1, 0))
    assert repr(reversed_outputs) == "Topology(1-0-2 ACN, 4 weights)"


def test_the_repr_of_a_result_names_its_stop_reason() -> None:
    result = nbn_core.train(nbn_core.Topology.slp(2, 2, 1), generators.xor(), seed=1)
    text = repr(dataclasses.replace(result, sse=0.00971, seconds=0.02))
    assert text == f"TrainingResult(solved in {result.iterations} iterations, SSE 0.00971, 20 ms)"


def test_a_value_is_shown_as_text_and_picture() -> None:
    topology = nbn_core.Topology.slp(2, 2, 1)
    bundle = topology._repr_mimebundle_()
    assert bundle["text/plain"] == repr(topology)
    assert bundle["image/svg+xml"].startswith("<svg")


@pytest.mark.parametrize("problem", ["no app", "no plotly"])
def test_without_the_app_a_value_is_shown_as_text(
    problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if problem == "no app":
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    else:
        monkeypatch.delitem(sys.modules, display.PICTURES, raising=False)
        monkeypatch.setitem(sys.modules, "app.figures.chart", None)
    topology = nbn_core.Topology.slp(2, 2, 1)
    assert topology._repr_mimebundle_() == {"text/plain": repr(topology)}


def test_a_users_own_module_called_app_is_not_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app.py").write_text("raise SystemExit('this is not ours')", encoding="utf-8")
    for name in [name for name in sys.modules if name == "app" or name.startswith("app.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    topology = nbn_core.Topology.slp(2, 2, 1)
    assert topology._repr_mimebundle_() == {"text/plain": repr(topology)}
