"""Growth keeps the function; candidates climb; rewiring keeps the number of connections."""

import itertools

import networkx
import numpy as np
import pytest

from nbn_core import Objective, Topology, train
from nbn_core.errors import TopologyError
from nbn_core.generators import playground_spiral, xor
from nbn_core.structure import GROWTHS, REWIRINGS, Wired
from nbn_core.structure.candidates import CandidatePool
from nbn_core.structure.error_signals import error_signals
from nbn_core.structure.growth import grown
from nbn_core.structure.rewiring import absent, dense_gradients, path_scores, rewired, smallest

DATA = playground_spiral()
TOPOLOGY = Topology.bmlp([2, 4, 3, 1], leak=0.1)
TRAINED = Wired(TOPOLOGY, train(TOPOLOGY, DATA, max_iterations=15).weights)


def after_growth(wired: Wired, kind: str, target: str | None = None, seed: int = 0) -> Wired:
    growing = grown(wired, DATA, kind, target, seed, frozenset({"h8"}))
    while True:
        try:
            next(growing)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]


def outputs(wired: Wired) -> np.ndarray:
    return Objective(wired.topology, DATA).outputs(wired.weights)


def test_signals_are_the_sums_of_the_jacobian_of_the_biases() -> None:
    objective = Objective(TOPOLOGY, DATA)
    jacobian, errors = objective.jacobian(TRAINED.weights), DATA.targets - outputs(TRAINED)
    biases = [n for n, (source, _) in enumerate(TOPOLOGY.weight_names) if not source]
    found = error_signals(TRAINED, DATA)
    assert found.signals == pytest.approx(jacobian[:, biases] * errors, rel=1e-9, abs=1e-12)
    assert found.values == pytest.approx(objective.activations(TRAINED.weights), abs=1e-13)


@pytest.mark.parametrize("kind", GROWTHS)
def test_growth_keeps_the_function(kind: str) -> None:
    after = after_growth(TRAINED, kind)
    assert after.topology.n_neurons > TOPOLOGY.n_neurons
    assert "h8" not in after.topology.names
    scale = np.abs(outputs(TRAINED)).max()
    assert np.abs(outputs(after) - outputs(TRAINED)).max() <= 1e-15 * 8 * scale


def test_a_divided_neuron_can_be_told_apart_by_training() -> None:
    after = after_growth(TRAINED, "widen", "h2")
    named = after.named
    assert named["x1", "h2"] == named["x1", "h2_2"] == TRAINED.named["x1", "h2"]
    assert named["h2", "y"] + named["h2_2", "y"] == pytest.approx(TRAINED.named["h2", "y"])
    trained = Wired(
        after.topology, train(after.topology, DATA, weights=after.weights, max_iterations=5).weights
    )
    assert abs(trained.named["x1", "h2"] - trained.named["x1", "h2_2"]) > 1e-6


def test_candidates_climb_the_covariance_with_the_error() -> None:
    signals = error_signals(TRAINED, DATA)
    pool = CandidatePool(TOPOLOGY.neurons[0], DATA.inputs, signals.errors, [1])

    def covariance(weights: np.ndarray) -> float:
        net = weights[0] + DATA.inputs @ weights[1:]
        value = np.tanh(net) + 0.1 * net
        error = signals.errors - signals.errors.mean(axis=0)
        return float(np.abs((value - value.mean()) @ error).sum())

    first = covariance(pool.first)
    for _ in pool.train():
        pass
    assert covariance(pool.best) > 1.05 * first
    assert covariance(pool.best) == pytest.approx(pool.scores.max(), rel=1e-2)


def test_a_dendrite_reads_what_its_neuron_reads_and_is_frozen() -> None:
    after = after_growth(TRAINED, "dendrites", "h5")
    sources = {source for source, target in after.links if target == "h5_2"}
    assert sources == {source for source, target in TRAINED.links if target == "h5"}
    assert [target for source, target in after.links if source == "h5_2"] == ["h5"]
    assert after.held == {("", "h5_2"), *((source, "h5_2") for source in sources)}
    everyone = after_growth(TRAINED, "dendrites")
    assert everyone.topology.n_neurons == 2 * TOPOLOGY.n_neurons


def test_growth_names_what_it_cannot_do() -> None:
    with pytest.raises(TopologyError, match="no neuron “h99”"):
        after_growth(TRAINED, "widen", "h99")
    with pytest.raises(TopologyError, match="“y” is an output"):
        after_growth(TRAINED, "widen", "y")
    alone = Topology.mlp([2, 1])
    with pytest.raises(TopologyError, match="no hidden neuron to divide"):
        after_growth(Wired(alone, np.zeros(3)), "widen")


SPARSE = TRAINED.without([("x1", "h1"), ("x2", "h3"), ("h1", "h6"), ("x1", "y"), ("h2", "y")])


@pytest.mark.parametrize("kind", REWIRINGS)
def test_rewiring_moves_links_and_keeps_their_number(kind: str) -> None:
    after = rewired(SPARSE, DATA, kind, 0.15, seed=4)
    gone, new = set(SPARSE.links) - set(after.links), set(after.links) - set(SPARSE.links)
    assert len(gone) == len(new) == min(5, round(0.15 * len(SPARSE.links)))
    assert gone == set(smallest(SPARSE, len(gone)))
    assert new <= set(absent(SPARSE.topology))
    assert after.topology.neuron_names == SPARSE.topology.neuron_names
    weights = [after.named[link] for link in new]
    assert all(weights) if kind == "set" else not any(weights)


def test_small_weights_of_both_signs_are_moved() -> None:
    moved = [SPARSE.named[link] for link in smallest(SPARSE, 8)]
    assert min(moved) < 0.0 < max(moved)


def test_the_gradient_of_a_missing_connection_is_that_of_one_with_weight_zero() -> None:
    candidates = absent(SPARSE.topology)
    whole = SPARSE.with_links(dict.fromkeys(candidates, 0.0))
    gradient = 2.0 * Objective(whole.topology, DATA).normal_equations(whole.weights).gradient
    place = {name: n for n, name in enumerate(whole.topology.weight_names)}
    expected = [abs(gradient[place[link]]) for link in candidates]
    assert dense_gradients(SPARSE, DATA, candidates) == pytest.approx(expected, rel=1e-9)


def test_paths_of_length_three_are_counted_as_by_enumeration() -> None:
    graph = networkx.Graph(SPARSE.links)
    candidates = absent(SPARSE.topology)
    expected = []
    for s, d in candidates:
        paths = [
            (u, v)
            for u, v in itertools.permutations(graph.nodes, 2)
            if u in graph[s] and v in graph[d] and v in graph[u] and {u, v}.isdisjoint({s, d})
        ]
        community = {node for path in paths for node in path}
        outside = {u: len(set(graph[u]) - community - {s, d}) for u in community}
        expected.append(sum(((1 + outside[u]) * (1 + outside[v])) ** -0.5 for u, v in paths))
    assert path_scores(SPARSE.topology, candidates) == pytest.approx(expected)
    assert max(expected) > 0


def test_a_network_with_every_connection_cannot_be_rewired() -> None:
    whole = Topology.fcc(2, 2, 1)
    with pytest.raises(TopologyError, match="Every possible connection is there"):
        rewired(Wired(whole, np.ones(whole.n_weights)), xor(), "set", 0.3, 0)
    thin = Topology.mlp([2, 1, 1, 1])
    single = Wired(thin, np.ones(thin.n_weights)).without([("x1", "h1")])
    with pytest.raises(TopologyError, match="every neuron needs one in and one out"):
        rewired(single, xor(), "set", 0.3, 0)
