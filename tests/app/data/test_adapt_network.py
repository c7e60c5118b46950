"""Using other data: the network is kept, adapted or replaced by a small one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from app.data import words
from app.data.adapt_network import (
    PATIENCE,
    adapt_topology,
    describe,
    fits,
    plan_adaptation,
    small_topology,
    suggested_target,
    use_data,
)
from app.data.known_results import BACKGROUND, Known
from app.session.document import document_of
from app.session.limits import MAX_WEIGHTS
from app.session.state import Session, first_experiment
from app.shared.words import escape_markdown
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.errors import NBNError, SettingError
from nbn_core.experiment import Experiment, GivenStart, OwnData, ProblemData
from nbn_core.generators import PROBLEMS
from nbn_core.network import NAME_LENGTH, Neuron, Topology
from tests.app.fake_browser import is_a_sentence
from tests.strategies import topologies

COLOUR = DataColumn("colour", ("blue", "green", "red"))


def table(inputs: int = 4, rows: int = 12, names: list[str] | None = None) -> OwnData:
    """Return a table of numbers with three classes."""
    x = np.random.default_rng(1).normal(size=(rows, inputs))
    label = np.arange(rows) % 3
    data = Dataset(x, COLOUR.encode(label), "colours", "classification", names, COLOUR.names)
    return OwnData(data, 0.75, target_columns=[COLOUR])


def session(topology: Topology | None = None) -> Session:
    first = first_experiment()
    return Session([document_of(replace(first, topology=topology) if topology else first)])


def test_layers_keep_their_hidden_sizes() -> None:
    browser = session()
    said = use_data(browser, table())
    assert "4-8-8-3" in said
    topology = browser.experiment.topology
    assert describe(topology) == "4-8-8-3"
    assert {topology.neurons[m].activation for m in topology.outputs} == {"bipolar"}
    assert browser.experiment.datasets()[0].n_patterns == 9
    assert browser.document.blocked is None
    browser.move(-1)
    assert browser.experiment == first_experiment()


def test_a_cascade_stays_a_cascade_and_numbers_get_a_linear_output() -> None:
    browser = session(Topology.fcc(2, 5, 1, output="bipolar"))
    data = OwnData(Dataset(np.eye(3), [[1.5], [2.5], [9.0]]))
    assert "cascade of 6 neurons" in use_data(browser, data)
    topology = browser.experiment.topology
    assert topology == replace(Topology.fcc(3, 5, 1, output="linear"), names=topology.names)


def test_a_network_that_fits_stays_with_its_drawing() -> None:
    browser = session()
    places = {"h1": (10.0, 20.0)}
    before = browser.experiment
    browser.put(document_of(replace(before, drawing={"places": {"h1": [10, 20]}})))
    data = OwnData(Dataset([[0, 1], [2, 3], [4, 5]], [[1], [-1], [1]]))
    assert "stays 2-8-8-1" in use_data(browser, data)
    wiring = [n.sources for n in browser.experiment.topology.neurons]
    assert wiring == [n.sources for n in before.topology.neurons]
    assert set(places) <= set(browser.experiment.topology.names)


def test_validation_patterns_suggest_a_patience_unless_one_was_set() -> None:
    browser = session()
    split = replace(table(), validation_share=0.25)
    assert "validation" not in use_data(browser, table())
    assert browser.experiment.stopping.patience == 0
    assert "early after 20 iterations" in plan_adaptation(browser, split).sentence
    assert is_a_sentence(use_data(browser, split))
    assert browser.experiment.stopping.patience == PATIENCE == 20
    other = replace(split, split_seed=7)
    for chosen in (0, 5):
        stopping = replace(browser.experiment.stopping, patience=chosen)
        browser.put(document_of(replace(browser.experiment, stopping=stopping)))
        assert plan_adaptation(browser, other).experiment.stopping.patience == chosen
    assert plan_adaptation(browser, ProblemData("xor")).experiment.stopping.patience == 0
    spirals = ProblemData("two_spirals", train_share=0.5, validation_share=0.2)
    assert plan_adaptation(session(), spirals).experiment.stopping.patience == PATIENCE


def test_an_output_that_cannot_reach_the_targets_is_replaced() -> None:
    browser = session()
    numbers = OwnData(Dataset([[0, 1], [2, 3], [4, 5]], [[1.5], [-9], [40]]))
    assert "adapted to 2-8-8-1" in use_data(browser, numbers)
    topology = browser.experiment.topology
    assert topology.neurons[topology.outputs[0]].activation == "linear"
    classes = OwnData(Dataset([[0, 1], [2, 3], [4, 5]], [[1], [-1], [1]]))
    assert "adapted to 2-8-8-1" in use_data(browser, classes)
    topology = browser.experiment.topology
    assert topology.neurons[topology.outputs[0]].activation == "bipolar"


def test_weights_set_by_hand_are_discarded_with_their_data() -> None:
    first = first_experiment()
    hand = replace(first, start=GivenStart(tuple(np.ones(first.topology.n_weights))))
    browser = Session([document_of(hand)])
    use_data(browser, ProblemData("playground_circle"))
    assert not isinstance(browser.experiment.start, GivenStart)


def test_inputs_and_outputs_are_named_after_their_columns() -> None:
    long = "a very long name of a column " * 3
    browser = session()
    use_data(browser, table(names=["age", "h1", long[:90], "age"]))
    names = browser.experiment.topology.names
    assert names[0] == "age"
    assert names[1] != "h1"
    assert names[2].startswith("a very long")
    assert len(set(names)) == len(names)
    assert all(len(name) <= NAME_LENGTH for name in names)
    assert browser.experiment.topology.output_names == COLOUR.classes


@settings(max_examples=80)
@given(topologies())
def test_any_network_can_be_adapted(topology: Topology) -> None:
    train = table().datasets()[0]
    made = adapt_topology(topology, train)
    assert (made.n_inputs, made.n_outputs) == (4, 3)
    hidden = [n for k, n in enumerate(topology.neurons) if k not in topology.outputs]
    assert made.n_neurons == len(hidden) + 3
    assert [(n.activation, n.gain, n.leak) for n in made.neurons[: len(hidden)]] == [
        (n.activation, n.gain, n.leak) for n in hidden
    ]
    assert fits(made, train)


def test_a_network_that_would_be_too_large_is_replaced_or_refused() -> None:
    browser = session()
    wide = table(inputs=400)
    said = use_data(browser, wide)
    assert "too large" in said
    assert browser.experiment.topology.n_weights <= MAX_WEIGHTS
    before = browser.experiment
    with pytest.raises(SettingError, match="choose fewer columns") as error:
        use_data(browser, table(inputs=1_999, rows=4))
    assert is_a_sentence(str(error.value))
    assert browser.experiment is before
    assert small_topology(table().datasets()[0]) == Topology.mlp([4, 8, 3], output="bipolar")


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_problem_gets_its_suggested_network_unless_one_was_drawn(name: str) -> None:
    browser = session()
    data = ProblemData(name, train_share=PROBLEMS[name].train_share)
    planned = plan_adaptation(browser, data)
    assert planned.experiment.topology == Experiment.suggested(name).topology
    assert planned.experiment.stopping == Experiment.suggested(name).stopping
    assert is_a_sentence(planned.sentence)


def test_a_drawn_network_is_kept_for_a_problem_it_fits() -> None:
    drawn = Topology((), 2, (Neuron("bipolar", 1.0, 0.0, (0, 1)),) * 1, (0,))
    browser = session(drawn)
    assert "stays" in use_data(browser, ProblemData("moons"))
    assert browser.experiment.topology == drawn
    assert "becomes" in use_data(browser, ProblemData("iris"))


def test_suggested_targets_suit_the_data() -> None:
    classes = table().datasets()[0]
    assert suggested_target(classes) == 1.0
    spread = Dataset([[0.0], [1.0]], [[-10.0], [10.0]])
    assert suggested_target(spread) == pytest.approx(2.0)
    twice = Dataset([[0.0], [0.0]], [[-1.0], [1.0]])
    assert suggested_target(twice) == pytest.approx(3.0)
    assert suggested_target(Dataset([[0.0], [1.0]], [[-1e200], [1e200]], kind="regression")) > 0


# Sentences


def test_every_problem_has_a_paragraph_a_source_and_marked_results() -> None:
    assert set(BACKGROUND) == set(PROBLEMS)
    for background in BACKGROUND.values():
        assert len(background.text) > 60
        assert background.source
        for result in background.results:
            assert result.text.endswith(".")
            if result.known is Known.READ:
                assert result.source, result.text
    assert Known.RECALLED.value == "as recalled, not verified"


@pytest.mark.parametrize(
    "text", ["<b>x</b>", "![a](http://b.example)", "**x** :red[y] $z$ `q`", "[l](javascript:1)"]
)
def test_markdown_is_escaped(text: str) -> None:
    shown = escape_markdown(text)
    assert shown.replace("\\", "") == text
    for mark in "<![]*:$`()":
        assert all(shown[at - 1] == "\\" for at, c in enumerate(shown) if c == mark)


def test_data_is_summarised_in_words() -> None:
    data = table()
    assert words.patterns(data) == "12 patterns (9 training, 3 test), 4 inputs, 3 classes"
    assert words.class_names(data) == COLOUR.classes
    assert words.scaling(data) == ""
    assert words.scaling(replace(data, inputs_by="standard")).startswith("Inputs scaled: mean 0")
    assert words.listed([1, 2, 3], 2) == "1, 2 and 1 more"
    assert words.class_names(ProblemData("xor")) == ("−1", "+1")
    assert words.title(ProblemData("xor")) == "XOR"


def test_nothing_changes_when_data_cannot_be_used() -> None:
    browser = session()
    many = OwnData(Dataset(np.arange(100_001.0)[:, None], np.arange(100_001.0)[:, None]))
    with pytest.raises(NBNError, match="limit"):
        use_data(browser, many)
    assert len(browser.history) == 1
