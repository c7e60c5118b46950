"""A reshaping: the network changes, and the trace tells all of it in the columns of the union."""

import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nbn_core import Objective, StopReason, Topology, starting_weights, train
from nbn_core.errors import SettingError
from nbn_core.generators import playground_spiral, xor
from nbn_core.structure import Back, Grow, Prune, Repeat, Reshaping, Rewire, Train

DATA = playground_spiral()
TOPOLOGY = Topology.mlp([2, 5, 4, 1])
START = starting_weights(TOPOLOGY, DATA, seed=1)
STEPS = (
    Train(10), Prune(count=4), Train(5), Grow("cascade", seed=2), Train(5), Rewire("rigl", 0.2),
    Train(5), Prune(count=1, of="neurons"), Grow("widen"), Train(5), Back(3), Train(2),
)  # fmt: skip


def reshaped(*steps, seconds: float = 1e9, **settings) -> Reshaping:
    made = Reshaping(TOPOLOGY, DATA, weights=START, **settings)
    made.add(*steps)
    while made.stop is None:
        made.advance(seconds=seconds)
    assert made.refusal is None
    return made


@pytest.fixture(scope="module")
def story() -> Reshaping:
    return reshaped(*STEPS, test=playground_spiral(noise=0.2))


def test_the_union_has_the_error_of_every_row(story: Reshaping) -> None:
    trace, objective = story.trace(), Objective(story.topology, DATA)
    assert [objective.sse(w) for w in trace.weights] == pytest.approx(trace.sse.tolist(), rel=1e-12)
    assert not trace.weights[~trace.alive].any()
    assert trace.iterations.tolist() == list(range(len(trace)))
    assert (np.diff(trace.seconds) >= 0).all()
    assert (np.diff(trace.evaluations) >= 0).all()
    assert (np.diff(trace.work) >= 0).all()


def test_each_row_gives_its_network_back(story: Reshaping) -> None:
    trace = story.trace()
    for row in range(0, len(trace), 4):
        topology, weights = story.network_at(row)
        assert topology.n_weights == trace.alive[row].sum()
        assert Objective(topology, DATA).sse(weights) == trace.sse[row]


def test_events_name_what_was_born_and_died(story: Reshaping) -> None:
    trace, names = story.trace(), story.topology.weight_names
    assert [event.title for event in story.events][:2] == [
        "Removed 4 connections", "Added h10 trained on the remaining error",
    ]  # fmt: skip
    for event in story.events:
        before, after = trace.alive[event.row - 1], trace.alive[event.row]
        born = {names[n] for n in np.flatnonzero(after & ~before) if names[n][0]}
        died = {names[n] for n in np.flatnonzero(before & ~after) if names[n][0]}
        assert (set(event.born), set(event.died)) == (born, died)
        assert event.n_weights == after.sum()
        assert event.real_rise == pytest.approx(trace.sse[event.row] - trace.sse[event.row - 1])
    assert story.events[0].predicted_rise is not None
    assert story.events[1].predicted_rise is None
    assert story.events[-1].title == "Back to an earlier network"


def test_the_path_has_the_errors_at_the_end_of_each_stage(story: Reshaping) -> None:
    points, trace = story.path(), story.trace()
    assert len(points) == len(story.events) + 1
    assert points[-1].row == len(trace) - 1
    test = playground_spiral(noise=0.2)
    for point in points:
        topology, weights = story.network_at(point.row)
        assert (point.n_weights, point.n_neurons) == (topology.n_weights, topology.n_neurons)
        assert point.sse == trace.sse[point.row]
        assert point.test_sse == Objective(topology, test).sse(weights)


def test_only_the_network_of_now_keeps_the_work_space_of_a_training(story: Reshaping) -> None:
    """NBN's takes 16 N^2 bytes and more for each network: a long path would fill the memory."""
    *before, now = story._path.stages
    assert now.training is not None
    assert len(before) == len(story.events)
    assert all(stage.training is None for stage in before)


def test_any_division_into_slices_gives_the_same_bits(story: Reshaping) -> None:
    sliced = reshaped(*STEPS, seconds=1e-9)
    assert (sliced.trace().weights == story.trace().weights).all()
    stepped = Reshaping(TOPOLOGY, DATA, weights=START)
    stepped.add(*STEPS)
    while stepped.stop is None:
        stepped.advance(iterations=1)
    assert (stepped.trace().weights == story.trace().weights).all()


def test_training_without_a_change_is_ordinary_training() -> None:
    plain = train(TOPOLOGY, DATA, weights=START, max_iterations=12)
    trace = reshaped(Train(7), Train(5)).trace()
    assert (trace.weights == plain.trace.weights).all()
    assert (trace.sse == plain.trace.sse).all()
    assert trace.alive.all()


def test_a_dead_connection_stays_dead_and_what_is_frozen_stays_as_it_is() -> None:
    made = reshaped(Train(5), Prune(count=3), Grow("dendrites"), Train(10))
    trace, names = made.trace(), made.topology.weight_names
    first, last = made.events[-1].row, len(trace) - 1
    for link in made.events[0].died:
        assert not trace.weights[made.events[0].row :, names.index(link)].any()
    held = [names.index(name) for name in made.now.held]
    assert held
    assert (trace.weights[first:, held] == trace.weights[first, held]).all()
    assert (trace.weights[last] != trace.weights[first]).any()


def test_pruning_step_by_step_ends_at_the_smallest_network_within_the_limit() -> None:
    weights = train(TOPOLOGY, DATA, weights=START, max_iterations=150).weights
    made = Reshaping(TOPOLOGY, DATA, weights=weights)
    limit = made.path()[0].sse + 3.0
    made.add(Repeat((Prune(share=0.2), Train(20)), times=50, most_sse=limit))
    while made.stop is None:
        made.advance()
    points = made.path()
    assert points[-1].sse <= limit
    assert points[-1].n_weights < points[0].n_weights
    assert points[-1].n_weights == min(p.n_weights for p in points if p.sse <= limit)
    too_far = [p for p, after in itertools.pairwise(points) if after.title.startswith("Back")]
    assert too_far
    assert all(p.sse > limit for p in too_far)
    assert made.stop is StopReason.STEPS_DONE
    assert not made.stop.final


def test_growing_ends_when_the_target_is_reached() -> None:
    topology = Topology.fcc(2, 1, 1)
    made = Reshaping(topology, DATA, weights=starting_weights(topology, DATA), target_sse=4.0)
    made.add(Train(50), Repeat((Grow(), Train(50)), times=20))
    while made.stop is None:
        made.advance()
    assert made.stop is StopReason.SOLVED
    assert 1 < len(made.events) < 20
    assert made.path()[-1].sse <= 4.0
    changes = len(made.events)
    made.add(Repeat((Grow(), Train(50)), times=3))
    made.advance(seconds=60.0)
    assert len(made.events) == changes  # there already


def test_what_cannot_be_done_is_said_and_nothing_is_lost() -> None:
    topology = Topology.fcc(2, 1, 1)
    made = Reshaping(topology, xor(), weights=starting_weights(topology, xor()))
    made.add(Train(3), Rewire(), Train(3))
    while made.stop is None:
        made.advance()
    assert made.refusal is not None
    assert made.refusal.startswith("Every possible connection is there")
    assert made.iteration == 3
    made.add(Prune(count=1))
    made.advance()
    assert made.refusal is None
    assert len(made.events) == 1
    with pytest.raises(SettingError, match="cannot follow a change"):
        Reshaping(topology, xor(), "cascade_correlation", weights=np.zeros(topology.n_weights))


@pytest.mark.parametrize(
    ("limit", "sentence"),
    [
        ({"most_rows": 40}, "at most 40 are allowed"),
        ({"most_weights": 60}, "at most 60 are allowed"),
    ],
)
def test_limits_end_a_long_path_with_a_sentence(limit: dict[str, int], sentence: str) -> None:
    made = Reshaping(TOPOLOGY, DATA, weights=START, **limit)
    made.add(Repeat((Grow("plain"), Train(3)), times=100), Train(500))
    while made.stop is None:
        made.advance(seconds=1e-9)
    assert made.refusal is not None
    assert sentence in made.refusal
    assert len(made.trace()) <= limit.get("most_rows", 1000) + 1
    assert made.topology.n_weights <= limit.get("most_weights", 1000)


def test_stop_keeps_the_rest_and_clear_forgets_it() -> None:
    made = Reshaping(TOPOLOGY, DATA, weights=START)
    made.add(Train(5), Prune(count=2), Train(5))
    made.advance(iterations=2)
    assert (made.iteration, made.stop) == (2, None)
    made.cancel()
    assert made.stop is StopReason.CANCELLED
    made.extend(made.max_iterations)
    made.advance(iterations=100)
    assert made.iteration == 11
    made.add(Train(5), Prune(count=2))
    made.advance(iterations=1)
    made.clear()
    assert made.stop is StopReason.STEPS_DONE
    assert len(made.events) == 1


@pytest.mark.parametrize("rule", ["rprop", "adam", "lm"])
def test_other_rules_follow_a_change_too(rule: str) -> None:
    made = reshaped(Train(30), Prune(count=5), Train(30), Rewire("set"), Train(30), rule=rule)
    trace = made.trace()
    assert trace.iterations[-1] == 92
    assert trace.sse[-1] == pytest.approx(Objective(made.topology, DATA).sse(trace.weights[-1]))


def test_the_example_in_the_document_prunes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (root / "docs" / "structure.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    known: dict[str, Any] = {}
    exec(example, known)
    first, *_, last = capsys.readouterr().out.splitlines()
    assert first.startswith("PathPoint(row")
    assert known["topology"].n_weights < known["network"].n_weights
    assert f"{known['topology'].n_weights} weights" in last
