"""Plans: the networks, the study, and about how long it takes."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from app.figures.topologies import points_of
from app.session.limits import MAX_WEIGHTS
from app.session.tuned_settings import tuned
from app.topologies.chosen import opened, sentences
from app.topologies.estimate import estimate
from app.topologies.plan import (
    DRAWING,
    KEPT,
    NUMBERS,
    OFFERED,
    OPENING,
    VARIANTS,
    Plan,
)
from nbn_core.errors import NBNError, SettingError
from nbn_core.experiment import Experiment, GivenStart, KeptDrawing, SeededStart
from nbn_core.network import Neuron, Topology
from nbn_core.network.neuron_kind import kind_of
from nbn_core.studies.families import FAMILIES
from nbn_core.training import train
from tests.app.fake_browser import is_a_sentence
from tests.app.topologies.helpers import CLASSES, XOR, points_with, study_of, trained


def test_the_opening_plan_compares_three_families_of_eight_sizes() -> None:
    study = Plan().study(XOR)
    assert len({one.topology for one in study.networks}) == len(study.networks) == 23
    # The cascade with one hidden neuron is the bridged network with one.
    assert {one.family for one in study.networks} == {FAMILIES[key].title for key in OPENING}
    assert (study.trials, study.rules[0].name) == (50, "nbn")
    assert study.stopping.target_sse == XOR.stopping.target_sse
    assert all(one.topology.n_inputs == 2 for one in study.networks)


def test_every_family_that_is_offered_can_be_studied() -> None:
    shelf = (KeptDrawing("mine", Topology.mlp([2, 5, 1])), KeptDrawing("far", Topology.mlp([3, 1])))
    for key in OFFERED:
        study = Plan(families=(key,), smallest=2, largest=3).study(XOR, shelf=shelf)
        assert len(study.networks) == {DRAWING: 1, VARIANTS: 3, KEPT: 1}.get(key, 2)
    assert len(NUMBERS) == len(FAMILIES)


def test_variants_of_the_drawing_have_other_bridges_and_widths() -> None:
    layers = replace(XOR, topology=Topology.mlp([2, 4, 3, 1], output="bipolar"))
    study = Plan(families=(DRAWING, VARIANTS)).study(layers)
    made = {one.name: one.topology.described[0] for one in study.networks}
    assert made == {
        "Drawing 2-4-3-1 MLP": "2-4-3-1 MLP",
        "Drawing, all bridges (2-4-3-1 BMLP)": "2-4-3-1 BMLP",
        "Drawing, half as wide (2-2-2-1 MLP)": "2-2-2-1 MLP",
        "Drawing, twice as wide (2-8-6-1 MLP)": "2-8-6-1 MLP",
    }
    bridged = replace(XOR, topology=Topology.fcc(2, 3, 1, output="bipolar"))
    names = [one.name for one in Plan(families=(VARIANTS,)).study(bridged).networks]
    assert names[0] == "Drawing, no bridges (2-1-1-1-1 MLP)"
    assert len(names) == 3


def test_neurons_are_like_most_in_the_drawing() -> None:
    tanh, soft = ("bipolar", 2.0, 0.1), ("elliot_bipolar", 1.0, 0.0)
    hidden = [Neuron(*one, (0,)) for one in (soft, tanh, tanh)]
    topology = Topology((), 1, (*hidden, Neuron("linear", 1.0, 0.0, (1, 2, 3))), (3,))
    assert kind_of(topology) == ("bipolar", "linear", 2.0, 0.1)
    assert kind_of(topology).described() == (
        "hidden neurons bipolar, outputs linear, gain 2, leak 0.1"
    )
    assert kind_of(Topology.mlp([2, 1], output="unipolar"))[:2] == ("unipolar", "unipolar")
    experiment = replace(XOR, topology=Topology.mlp([2, 3, 1], "unipolar", "unipolar", 3.0))
    [network] = Plan(families=("fcc",), smallest=2, largest=2).study(experiment).networks
    assert network.topology == Topology.fcc(2, 2, 1, hidden="unipolar", output="unipolar", gain=3.0)


def test_the_own_rule_has_its_settings_and_others_tuned_ones() -> None:
    experiment = replace(XOR, settings={"mu_start": 0.5})
    assert Plan().study(experiment).rules[0].settings["mu_start"] == 0.5
    adam = Plan(rule="adam").study(experiment).rules[0]
    assert tuned(experiment, "adam").items() <= adam.settings.items()


def test_starting_weights_have_the_scheme_of_the_experiment() -> None:
    assert Plan().study(replace(XOR, start=SeededStart("uniform", 9))).scheme == "uniform"
    by_hand = GivenStart((0.0,) * XOR.topology.n_weights)
    assert Plan().study(replace(XOR, start=by_hand)).scheme == SeededStart().scheme


@pytest.mark.parametrize(
    ("plan", "blocked", "words"),
    [
        (Plan(families=()), None, "No family is chosen"),
        (Plan(trials=1_000_000), None, "23,000,000 trainings"),
        (Plan(families=(DRAWING,)), "The neuron h1 has no source.", "leave out the drawing"),
        (Plan(families=(VARIANTS,)), "The neuron h1 has no source.", "leave out the drawing"),
        (Plan(rule="cascade_correlation"), None, "2-1-1 SLP"),
    ],
)
def test_what_cannot_be_studied_is_said_in_a_sentence(
    plan: Plan, blocked: str | None, words: str
) -> None:
    with pytest.raises(NBNError) as caught:
        plan.study(XOR, blocked)
    assert words in str(caught.value)
    assert is_a_sentence(str(caught.value).split(". ")[-1])


def test_networks_that_are_too_large_are_left_out_and_counted() -> None:
    digits = Experiment.suggested("digits")
    inputs, outputs = digits.topology.n_inputs, digits.topology.n_outputs
    plan = Plan(families=("slp",), smallest=1, largest=20)
    grid, study = plan.grid(digits), plan.study(digits)
    whole = [size * (inputs + 1) + outputs * (size + 1) for size in range(1, 21)]
    fitting = [weights for weights in whole if weights <= MAX_WEIGHTS]
    assert [one.topology.n_weights for one in study.networks] == fitting
    assert grid.too_large == 20 - len(fitting) or not grid.too_large
    large = Plan(families=("bmlp3",), smallest=20, largest=20)
    with pytest.raises(NBNError, match="more than 2,000 weights"):
        large.study(digits)


def test_an_estimate_follows_what_was_measured() -> None:
    study = study_of(CLASSES, 40)
    model = estimate(study, 0, 1, [])
    assert 0 < model.low < model.high
    assert estimate(study, 0, 2, []).high == pytest.approx(model.high / 2)
    assert estimate(study, study.total // 2, 1, []).low == pytest.approx(model.low / 2)
    result = trained(study_of(CLASSES, 2))
    measured = estimate(study, 0, 1, points_of(result, {}))
    taken = sum(float(cell.trials.all_seconds.sum()) for cell in result.cells.values())
    assert measured.low < 20 * taken < measured.high  # 40 trials of each network instead of 2
    assert measured.high / measured.low < model.high / model.low


def test_a_seed_of_a_study_opens_as_the_same_training() -> None:
    study = study_of(CLASSES)
    result = trained(study)
    now = replace(XOR, topology=Topology.slp(2, 1, 1), data=CLASSES)
    for n, network in enumerate(study.networks):
        seed = result[n, 0].example()
        assert seed is not None
        experiment = opened(now, study, network.topology, seed)
        training = experiment.training()
        while training.stop is None:
            training.advance()
        i = result[n, 0].trials.seeds.tolist().index(seed)
        assert training.result().sse == result[n, 0].trials.sse[i]
        assert experiment.topology.n_weights == network.topology.n_weights


def test_the_sentences_of_a_network_have_its_numbers() -> None:
    study = study_of(CLASSES)
    result = trained(study)
    for point in points_of(result, NUMBERS):
        said = " ".join(sentences(point))
        trials = point.found.trials
        seed = point.found.example()
        assert f"{point.weights} weights, {point.neurons} neurons, depth {point.depth}" in said
        assert f"Solved {int(trials.solved.sum())} of 5" in said
        again = train(
            point.network.topology, study.data.datasets()[0], seed=seed,
            max_iterations=40, target_sse=3.0,
        )  # fmt: skip
        assert f"after {again.iterations} iterations" in said
        assert ("reached the target" in said) == again.converged
    [none] = points_with((1, 0, 3))
    assert "came closest" in sentences(none)[-1]
    assert not re.search(r"inf|nan|∞", " ".join(sentences(none)))


def test_a_drawing_without_hidden_neurons_has_no_variants() -> None:
    bare = replace(XOR, topology=Topology.mlp([2, 1], output="bipolar"))
    with pytest.raises(SettingError, match="The drawing has no variants"):
        Plan(families=(VARIANTS,)).study(bare)
