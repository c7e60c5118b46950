"""Pictures of values in a notebook: SVG that stands alone, and no more of it than can be seen."""

from xml.etree import ElementTree

import numpy as np
import pytest

from app.figures.notebook import MAX_ROWS, picture
from nbn_core import Dataset, Topology, Trace, generators, run_trials, train
from nbn_core.training import TrainingResult

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def result() -> TrainingResult:
    data, validation = generators.playground_spiral().split(0.7, seed=1)
    topology = Topology.slp(2, 4, 1)
    return train(topology, data, max_iterations=40, validation=validation, patience=30)


def drawn(value: object) -> ElementTree.Element:
    text = picture(value)
    assert text is not None
    return ElementTree.fromstring(text)


def count(root: ElementTree.Element, tag: str) -> int:
    return len(list(root.iter(SVG + tag)))


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(SVG + "text")]


def test_a_topology_is_shown_as_its_drawing() -> None:
    root = drawn(Topology.slp(2, 3, 1))
    assert count(root, "circle") == 2
    assert count(root, "polyline") == 4
    assert {"x1", "x2", "h1", "h2", "h3", "y"} <= set(texts(root))


def test_a_topology_too_large_to_see_anything_in_has_no_picture() -> None:
    assert picture(Topology.mlp([100, 100, 1])) is None


@pytest.mark.parametrize("make", [generators.xor, generators.sinc, generators.iris])
def test_a_dataset_is_shown_as_its_points(make: type[Dataset]) -> None:
    dataset = make()
    assert count(drawn(dataset), "circle") == dataset.n_patterns


def test_constant_columns_are_not_chosen_as_axes() -> None:
    dataset = Dataset([[1, 0, 2], [1, 1, 2], [1, 2, 3]], [[0], [1], [2]])
    assert {"x2", "x3"} <= set(texts(drawn(dataset)))
    single = Dataset([[1.0]], [[2.0]])
    assert count(drawn(single), "circle") == 1


def test_a_result_is_shown_as_its_curve_with_the_validation_patterns(
    result: TrainingResult,
) -> None:
    with_validation = texts(drawn(result))
    assert {"SSE", "validation SSE"} <= set(with_validation)
    assert f"iteration {result.best_iteration}" in with_validation
    alone = texts(drawn(result.trace))
    assert f"iteration {result.iterations}" in alone
    assert "validation SSE" not in alone


def test_a_long_trace_is_thinned_and_keeps_its_ends() -> None:
    rows = 50_000
    numbers = np.linspace(9.0, 1.0, rows)
    trace = Trace(numbers, numbers, numbers, np.ones(rows, int), numbers, np.zeros((rows, 2)))
    text = picture(trace)
    assert text is not None
    assert f"iteration {rows - 1:,}" in text
    assert text.count("L") < 1.1 * MAX_ROWS
    assert "from 9 to 1" in text


def test_an_empty_trace_has_no_picture(result: TrainingResult) -> None:
    assert picture(result.trace.until(0)) is None


def test_trials_are_shown_as_rate_and_interval() -> None:
    trials = run_trials(Topology.slp(2, 2, 1), generators.xor(), n_trials=6, max_iterations=60)
    assert f"{trials.successes} of 6 solved" in texts(drawn(trials))


def test_two_pictures_of_one_page_have_clip_paths_of_their_own(result: TrainingResult) -> None:
    ids = {
        element.get("id")
        for value in (result, generators.xor())
        for element in drawn(value).iter(SVG + "clipPath")
    }
    assert len(ids) == 2


def test_other_values_have_no_picture() -> None:
    assert picture(3) is None
