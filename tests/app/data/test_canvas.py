"""Painting without a browser: points become data, strokes undo steps, training continues."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from app.data import painting
from app.data.canvas import MAX_POINTS, canvas, domain_of
from app.data.choices import PageState
from app.session.document import document_of
from app.session.jobs import Workers
from app.session.messages import Have, read_outbox
from app.session.state import Session, first_experiment
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.experiment import Experiment, GivenStart, OwnData, ProblemData
from nbn_core.network import Topology
from tests.app.fake_browser import LONG, NoWorkers, is_a_sentence, unpacked

SQUARE = [[-1, -1, 0], [1, 1, 0], [-1, 1, 1], [1, -1, 1]]


class Easel:
    """The canvas of one session."""

    def __init__(self, experiment: Experiment | None = None, workers: Workers | None = None):
        self.session = Session([document_of(experiment or first_experiment())])
        self.view = PageState()
        self.workers = workers or NoWorkers()
        self.seq = 0

    def post(self, kind: str, **fields: Any) -> dict[str, Any]:
        self.seq += 1
        message = {"seq": self.seq, "kind": kind, **fields}
        outbox = read_outbox({"client": "browser", "messages": [message], "have": None})
        assert outbox is not None
        painting.handle(self.session, self.view, outbox, self.workers)
        return self.answer()

    def answer(self) -> dict[str, Any]:
        sent = painting.answer(self.session, self.view, Have(), "browser", warming=False)
        plain: dict[str, Any] = json.loads(json.dumps(sent, allow_nan=False))
        return plain

    def points(self, points: object, stroke: int = 1) -> dict[str, Any]:
        return self.post("points", points=points, stroke=stroke)

    def says(self, kind: str, **fields: Any) -> str:
        before = self.session.notice
        self.post(kind, **fields)
        notice = self.session.notice
        return notice.text if notice is not None and notice is not before else ""

    def wait_for_end(self) -> None:
        assert self.session.run is not None
        assert self.session.run.wait(LONG)


@pytest.fixture(scope="module")
def workers() -> Workers:
    return Workers(1)


def shown(answer: dict[str, Any]) -> list[list[float]]:
    rows: list[list[float]] = unpacked(answer["points"]).reshape(-1, 3).tolist()
    return rows


def test_the_canvas_is_empty_until_a_point_is_painted() -> None:
    easel = Easel()
    answer = easel.answer()
    assert shown(answer) == []
    assert answer["network"] is None
    assert not answer["in_use"]
    assert easel.session.experiment == first_experiment()


def test_points_become_custom_data_and_the_network_is_kept() -> None:
    easel = Easel()
    before = easel.session.experiment
    answer = easel.points(SQUARE)
    data = easel.session.experiment.data
    assert isinstance(data, OwnData)
    assert data.classes == ("orange", "blue")
    assert np.array_equal(data.dataset.inputs, np.array(SQUARE)[:, :2])
    assert data.dataset.targets[:, 0].tolist() == [-1, -1, 1, 1]
    wiring = [neuron.sources for neuron in before.topology.neurons]
    assert [neuron.sources for neuron in easel.session.experiment.topology.neurons] == wiring
    assert shown(answer) == SQUARE
    assert answer["network"]["described"] == "2-8-8-1"
    easel.post("undo")
    assert easel.session.experiment == before


def test_a_stroke_of_many_messages_is_one_undo_step() -> None:
    easel = Easel()
    for count in range(1, 5):
        easel.points(SQUARE[:count], stroke=7)
    assert len(easel.session.history) == 2
    easel.points(SQUARE[:3], stroke=8)
    assert len(easel.session.history) == 3
    easel.post("undo")
    easel.points([*SQUARE, [0, 0, 1]], stroke=7)
    assert len(easel.session.history) == 3
    assert len(shown(easel.answer())) == 5


def test_a_curve_has_one_input_and_a_linear_output() -> None:
    easel = Easel()
    easel.post("mode", curve=True)
    answer = easel.points([[x, math.sin(x), 1] for x in (-2, -1, 0, 1, 2)])
    experiment = easel.session.experiment
    assert experiment.datasets()[0].kind == "regression"
    assert experiment.topology.n_inputs == 1
    assert experiment.topology.neurons[experiment.topology.outputs[0]].activation == "linear"
    assert answer["curve"]
    assert shown(answer)[2] == [0, 0, 1]
    assert not easel.post("mode", curve=False)["curve"]
    assert easel.session.experiment is experiment
    again = easel.post("mode", curve=True)
    assert len(shown(again)) == 5


def test_clearing_the_canvas_keeps_the_data_and_can_be_undone() -> None:
    easel = Easel()
    easel.points(SQUARE)
    experiment = easel.session.experiment
    answer = easel.points([], stroke=2)
    assert shown(answer) == []
    assert easel.session.experiment is experiment
    assert answer["can_undo"]
    assert shown(easel.post("undo")) == SQUARE
    assert easel.session.experiment is experiment
    easel.points([], stroke=3)
    assert shown(easel.points([[1, 2, 0]], stroke=4)) == [[1, 2, 0]]


def test_training_continues_from_the_current_weights(workers: Workers) -> None:
    easel = Easel(workers=workers)
    easel.points(SQUARE)
    easel.post("train")
    easel.wait_for_end()
    trained = easel.session.run.trace().weights[-1]  # type: ignore[union-attr]
    easel.points([*SQUARE, [0.2, 0.1, 1]], stroke=2)
    start = easel.session.experiment.start
    assert isinstance(start, GivenStart)
    assert np.array_equal(start.weights, trained)
    easel.wait_for_end()
    assert easel.session.run.stop is not None  # type: ignore[union-attr]
    train = easel.session.experiment.datasets()[0]
    assert train.n_patterns == 5
    assert easel.answer()["run"]["state"] == "resting"
    easel.post("stop")
    easel.points([*SQUARE, [0.2, 0.1, 0]], stroke=3)
    assert easel.session.experiment.start is start
    assert easel.answer()["run"]["sse"] is None


def test_a_problem_with_two_inputs_can_be_edited_on_the_canvas() -> None:
    easel = Easel()
    answer = easel.answer()
    assert answer["can_take_over"]
    assert "spiral" in answer["title"]
    answer = easel.post("take_over")
    assert len(shown(answer)) == 500
    data = easel.session.experiment.data
    assert isinstance(data, OwnData)
    assert data.train_share == 0.5
    for mine, then in zip(data.datasets(), first_experiment().datasets(), strict=True):
        assert np.array_equal(mine.inputs, then.inputs)  # type: ignore[union-attr]
    more = [*shown(answer), [0, 4, 1]]
    easel.points(more)
    assert easel.session.experiment.data.whole.n_patterns == 501


def test_data_that_does_not_fit_a_plane_cannot_be_edited() -> None:
    easel = Easel(Experiment.suggested("parity"))
    assert not easel.answer()["can_take_over"]
    assert is_a_sentence(easel.says("take_over"))
    assert easel.session.experiment.data == ProblemData("parity")


def test_targets_coded_as_zero_and_one_keep_their_coding() -> None:
    data = Dataset([[0, 0], [1, 1]], [[0], [1]], "bits")
    topology = Topology.mlp([2, 2, 1], output="unipolar")
    easel = Easel(Experiment(topology, OwnData(data)))
    assert easel.answer()["network"]["unipolar"]
    easel.points([[0, 0, 0], [1, 1, 1], [1, 0, 0]])
    changed = easel.session.experiment.data.whole
    assert changed.targets[:, 0].tolist() == [0, 1, 0]
    assert changed.name == "bits"


@pytest.mark.parametrize(
    "points",
    [
        None, "x", {}, [1], [[1, 2]], [[1, 2, 3]], [[1, 2, 0.5]], [["1", 2, 0]],
        [[True, 2, 0]], [[1e300, 0, 0]], [[float("nan"), 0, 0]], [[1, 2, 0, 0]],
        [[0, 0, 0]] * (MAX_POINTS + 1),
    ],
)  # fmt: skip
def test_invalid_points_are_refused_in_a_sentence(points: object) -> None:
    easel = Easel()
    easel.points(SQUARE)
    experiment = easel.session.experiment
    assert is_a_sentence(easel.says("points", points=points, stroke=9))
    assert easel.session.experiment is experiment


def test_unknown_messages_and_missing_strokes_change_nothing() -> None:
    easel = Easel()
    easel.post("dance")
    assert is_a_sentence(easel.says("points", points=SQUARE))
    assert easel.session.experiment == first_experiment()
    assert is_a_sentence(easel.says("undo"))


def test_the_plane_holds_all_points() -> None:
    far = np.array([[0, 0, 0], [1000, -7, 1.0]])
    left, right, bottom, top = domain_of(far, curve=False)
    assert left < 0 < 1000 < right
    assert bottom < -7 < 0 < top
    easel = Easel()
    easel.points([[900, 3, 1], [-4, 2, 0]])
    assert canvas(easel.session, easel.view).domain[1] > 900


@pytest.mark.parametrize("first", [0, 1])
def test_points_may_begin_with_either_class(first: int) -> None:
    easel = Easel()
    points: list[list[float]] = []
    for stroke in range(6):
        points.append([stroke, -stroke, first if stroke < 3 else 1 - first])
        answer = easel.points(points, stroke=stroke)
        assert answer["notice"] is None
        assert shown(answer) == points
        assert answer["class_names"] == ["orange", "blue"]
        assert answer["network"]["unipolar"] is False
    data = easel.session.experiment.data
    assert isinstance(data, OwnData)
    assert data.dataset.targets[:, 0].tolist() == [2.0 * c - 1.0 for *_, c in points]


def test_erasing_one_class_and_painting_it_again_is_not_refused() -> None:
    easel = Easel()
    easel.points(SQUARE)
    blue = [point for point in SQUARE if point[2] == 1]
    assert shown(easel.points(blue, stroke=2)) == blue
    again = easel.points([*blue, [0, 0, 0]], stroke=3)
    assert again["notice"] is None
    assert shown(again) == [*blue, [0, 0, 0]]


def test_data_of_zeros_and_ones_keeps_its_codes() -> None:
    dataset = Dataset([[0, 0], [1, 0], [0, 1]], [[0], [1], [1]])
    easel = Easel(Experiment(Topology.mlp([2, 3, 1]), OwnData(dataset)))
    easel.points([[0, 0, 0], [1, 0, 1], [0, 1, 1], [1, 1, 0]])
    data = easel.session.experiment.data
    assert isinstance(data, OwnData)
    assert data.dataset.targets[:, 0].tolist() == [0, 1, 1, 0]
    assert easel.answer()["network"]["unipolar"] is True


def test_a_copy_of_scaled_data_keeps_the_names_of_its_classes() -> None:
    columns = (DataColumn("kind", ("calm", "wild")),)
    dataset = Dataset(
        [[0, 10], [5, 20], [9, 30]], [[-1], [1], [1]], "Wind", "classification", ("a", "b"),
        ("kind",),
    )  # fmt: skip
    data = OwnData(dataset, inputs_by="minmax", target_columns=columns)
    easel = Easel(Experiment(Topology.mlp([2, 3, 1]), data))
    answer = easel.post("take_over")
    assert answer["class_names"] == ["calm", "wild"]
    assert easel.session.experiment.data.whole.input_names == ("a", "b")


def test_the_sentence_is_about_the_whole_stroke(workers: Workers) -> None:
    easel = Easel(workers=workers)
    easel.points(SQUARE, stroke=1)
    easel.post("train")
    easel.wait_for_end()
    points = list(SQUARE)
    learned = 0
    for x in (-2.0, -2.1, -2.2):
        points.append([x, -x, 0])  # in the quarter of the other class
        easel.points(points, stroke=2)
        easel.wait_for_end()
        learned += easel.session.run.iteration  # type: ignore[union-attr]
    assert learned > 0
    sentence = easel.answer()["run"]["sentence"]
    assert (
        sentence
        == f"Solved: the network learned the points of this stroke in {learned} iterations."
    )
    easel.points([*points, [-2.15, 2.15, 0]], stroke=3)
    easel.wait_for_end()
    if easel.session.run.iteration == 0:  # type: ignore[union-attr]
        assert easel.answer()["run"]["sentence"].startswith("Still solved")


def test_a_split_survives_that_all_but_one_point_are_erased() -> None:
    columns = (DataColumn("y", ("a", "b")),)
    data = OwnData(
        Dataset([row[:2] for row in SQUARE], [[-1.0], [-1.0], [1.0], [1.0]]),
        0.5, 3, 0.25, target_columns=columns,
    )  # fmt: skip
    easel = Easel(Experiment(Topology.mlp([2, 2, 1], output="bipolar"), data))
    easel.points(SQUARE[:1])
    easel.points(SQUARE[1:2])
    single = easel.session.experiment.data
    assert (single.train_share, single.validation_share) == (1.0, 0.0), "one point has no split"
    easel.points(SQUARE)
    after = easel.session.experiment.data
    assert (after.train_share, after.split_seed, after.validation_share) == (0.5, 3, 0.25)
    assert after.target_columns == columns
    easel.session.put(document_of(first_experiment()))
    easel.points(SQUARE)
    assert easel.session.experiment.data.train_share == 1.0, "other data have their own"
