"""Estimators: all checks of scikit-learn, and typical uses."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_iris
from sklearn.ensemble import AdaBoostClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import check_estimator

from nbn_core import Dataset, NBNError, Topology, generators, train
from nbn_core.errors import SettingError
from nbn_core.estimators import NBNClassifier, NBNRegressor
from nbn_core.formats import write_python


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.parametrize("kind", [NBNRegressor, NBNClassifier])
def test_every_check_of_scikit_learn_passes(kind: type[Any]) -> None:
    done = check_estimator(kind(hidden=5, max_iterations=60), on_skip=None, on_fail=None)
    failed = [f"{c['check_name']}: {c['exception']!r}" for c in done if c["status"] == "failed"]
    assert not failed
    assert len(done) > 40
    # One is skipped unless an environment variable asks for arrays of other libraries.
    assert [c["check_name"] for c in done if c["status"] != "passed"] == ["check_array_api_input"]


def test_a_regressor_predicts_in_raw_units() -> None:
    data = generators.peaks()
    y = 1000 + 50 * data.targets[:, 0]
    model = NBNRegressor("fcc", hidden=6, random_state=0).fit(data.inputs, y)
    assert model.score(data.inputs, y) > 0.95
    assert 900 < model.predict(data.inputs).mean() < 1100
    assert model.stop_.sentence
    assert len(model.trace_) == model.n_iter_ + 1


def test_a_drawn_network_and_several_targets_are_accepted() -> None:
    data = generators.decoder()
    network = Topology.bmlp([data.n_inputs, 4, data.n_outputs])
    model = NBNRegressor(network, random_state=0).fit(data.inputs, data.targets)
    assert model.predict(data.inputs).shape == data.targets.shape
    assert model.topology_ is network
    with pytest.raises(NBNError, match="the data need 2 and 1"):
        NBNRegressor(network).fit([[1, 2], [3, 4]], [1, 2])


@pytest.mark.parametrize("preset", ["slp", "mlp", "bmlp", "fcc"])
def test_the_classifier_predicts_species_of_iris(preset: str) -> None:
    x, y = load_iris(return_X_y=True, as_frame=True)
    names = np.array(["setosa", "versicolor", "virginica"])[y]
    model = NBNClassifier(preset, hidden=(3, 2), random_state=0).fit(x, names)
    assert model.score(x, names) > 0.96
    assert set(model.predict(x)) == set(names)
    shares = model.predict_proba(x)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert (shares.argmax(axis=1) == model.decision_function(x).argmax(axis=1)).all()


def test_estimators_work_in_pipelines_searches_and_cross_validation() -> None:
    x, y = load_iris(return_X_y=True)
    pipe = make_pipeline(MinMaxScaler(), NBNClassifier(random_state=0, max_iterations=30))
    assert cross_val_score(pipe, x, y, cv=3).mean() > 0.85
    search = GridSearchCV(pipe, {"nbnclassifier__hidden": [1, 4]}, cv=3).fit(x, y)
    assert search.best_score_ > 0.85


def test_equal_seeds_give_equal_models_and_restarts_do_not_worsen_them() -> None:
    data = generators.xor()
    y = data.targets[:, 0]
    first = NBNClassifier(hidden=2, random_state=3).fit(data.inputs, y)
    again = NBNClassifier(hidden=2, random_state=3).fit(data.inputs, y)
    np.testing.assert_array_equal(first.weights_, again.weights_)
    best = NBNClassifier(hidden=2, random_state=3, restarts=10).fit(data.inputs, y)
    assert best.sse_ <= first.sse_
    kept = pickle.loads(pickle.dumps(best))
    np.testing.assert_array_equal(kept.predict(data.inputs), best.predict(data.inputs))


def test_a_trained_model_is_exported_with_its_scaling() -> None:
    data = generators.control_surface()
    y = data.targets[:, 0]
    model = NBNRegressor("fcc", hidden=4, random_state=0).fit(data.inputs, y)
    space: dict[str, Any] = {}
    exec(write_python(model.topology_, model.weights_, model.scaling_), space)
    outputs = [space["network"](row)[0] for row in data.inputs.tolist()]
    np.testing.assert_allclose(outputs, model.predict(data.inputs), atol=1e-9)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"topology": "ring"}, "one of slp, mlp, bmlp, fcc"),
        ({"scale": "log"}, "no scaling called 'log'"),
        ({"rule": "magic"}, "no learning rule"),
        ({"restarts": 0}, "restarts"),
        ({"hidden": 0}, "from 1 up"),
        ({"activation": "relu"}, "relu"),
        ({"settings": {"mu": 1}}, "mu"),
    ],
)
def test_settings_are_checked_by_fit(settings: dict[str, Any], said: str) -> None:
    model = NBNRegressor(**settings)
    with pytest.raises(NBNError, match=said):
        model.fit([[1.0], [2.0], [3.0]], [1.0, 2.0, 4.0])


@pytest.mark.parametrize("rule", ["forward_forward", "noprop"])
def test_rules_that_predict_in_their_own_way_are_refused(rule: str) -> None:
    """The network that an estimator keeps would give other outputs."""
    estimator = NBNRegressor(hidden=[16, 16], rule=rule)
    with pytest.raises(SettingError, match="predicts in its own way"):
        estimator.fit(np.zeros((4, 2)), np.arange(4.0))


def noisy(count: int = 80) -> tuple[Any, Any]:
    random = np.random.default_rng(4)
    x = random.uniform(-1, 1, (count, 2))
    return x, x[:, 0] ** 2 + x[:, 1] + random.normal(0, 0.3, count)


def test_sample_weights_count_like_repeated_patterns() -> None:
    x, y = noisy(40)
    weights = np.arange(40) % 3
    again = np.repeat(np.arange(40), weights)
    settings: dict[str, Any] = {"hidden": 3, "random_state": 0, "max_iterations": 300}
    one = NBNRegressor(**settings).fit(x, y, sample_weight=weights)
    other = NBNRegressor(**settings).fit(x[again], y[again])
    np.testing.assert_allclose(one.predict(x), other.predict(x), rtol=1e-3, atol=1e-3)
    plain = NBNRegressor(**settings).fit(x, y)
    same = NBNRegressor(**settings).fit(x, y, sample_weight=np.ones(40))
    np.testing.assert_array_equal(plain.predict(x), same.predict(x))
    assert np.abs(plain.predict(x) - one.predict(x)).max() > 1e-3


def test_weights_that_sum_to_one_still_train() -> None:
    x, y = load_iris(return_X_y=True)
    boosted = AdaBoostClassifier(NBNClassifier(hidden=2, max_iterations=20, random_state=0),
                                 n_estimators=2, random_state=0).fit(x, y)  # fmt: skip
    assert boosted.score(x, y) > 0.9
    model = NBNClassifier(hidden=2, random_state=0).fit(x, y, sample_weight=np.full(150, 1 / 150))
    assert model.score(x, y) > 0.9


def test_early_stopping_keeps_the_best_weights_for_patterns_set_aside() -> None:
    x, y = noisy()
    settings: dict[str, Any] = {"hidden": 12, "random_state": 0, "max_iterations": 300}
    model = NBNRegressor(early_stopping=True, validation_fraction=0.25, patience=5, **settings)
    model.fit(x, y)
    assert model.stop_.name == "NO_IMPROVEMENT" or model.n_iter_ < 300
    assert model.validation_sse_ is not None
    full = NBNRegressor(**settings).fit(x, y)
    assert full.validation_sse_ is None
    clean = x[:, 0] ** 2 + x[:, 1]
    assert ((model.predict(x) - clean) ** 2).mean() < ((full.predict(x) - clean) ** 2).mean()


def test_several_labels_a_pattern_have_one_output_each() -> None:
    random = np.random.default_rng(0)
    x = random.uniform(-1, 1, (80, 2))
    y = np.stack([x[:, 0] > 0, x[:, 1] > 0, x.sum(axis=1) > 0], axis=1).astype(int)
    model = NBNClassifier(hidden=4, random_state=0).fit(x, y)
    assert model.predict(x).shape == (80, 3)
    assert (model.predict(x) == y).mean() > 0.95
    scores = model.predict_proba(x)
    assert ((scores > 0.5) == model.predict(x)).all()
    np.testing.assert_array_equal(model.predict_log_proba(x), np.log(scores))
    assert model.topology_.n_outputs == 3


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"hidden": "8"}, "hidden must be a number"),
        ({"hidden": None}, "number of hidden neurons"),
        ({"hidden": []}, "hidden must be a number"),
        ({"hidden": 2.5}, "number of hidden neurons"),
        ({"hidden": [3, "a"]}, "number of hidden neurons"),
        ({"settings": {"validation": 0.1}}, "validation is no setting of a rule"),
        ({"settings": {"seed": 1}}, "seed is no setting of a rule"),
        ({"settings": [1]}, "settings must be a dict"),
        ({"settings": {1: 2}}, "settings must be a dict"),
        ({"random_state": "x"}, "random_state"),
        ({"early_stopping": True, "validation_fraction": 2}, "between 0 and 1"),
        ({"early_stopping": True, "validation_fraction": "0.1"}, "between 0 and 1"),
        ({"early_stopping": True, "patience": 0}, "patience"),
        ({"max_iterations": "many"}, "max_iterations"),
        ({"target_sse": None}, "target_sse"),
        ({"gain": "high"}, "gain"),
        ({"restarts": None}, "restarts"),
        ({"rule": None}, "learning rule"),
        ({"scale": None}, "scaling"),
        ({"topology": 5}, "topology"),
        ({"output": 3}, "3"),
    ],
)
def test_wrong_settings_are_one_sentence(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(NBNError, match=said):
        NBNRegressor(**settings).fit([[1.0], [2.0], [3.0], [4.0]], [1.0, 2.0, 4.0, 3.0])


def test_a_whole_float_is_a_number_of_neurons() -> None:
    model = NBNRegressor(hidden=5.0, max_iterations=2).fit([[1.0], [2.0]], [1.0, 2.0])
    assert model.topology_.n_neurons == 6


def test_a_network_that_does_not_fit_into_memory_is_refused_at_once() -> None:
    network = Topology.mlp([2000, 400, 1])
    data = Dataset(np.eye(2, 2000), [[0.0], [1.0]], kind="regression")
    for rule in ("nbn", "lm", "block_lm"):
        with pytest.raises(SettingError, match=r"800,801 weights.* GB.*first-order rule"):
            train(network, data, rule)
    assert train(network, data, "gd", max_iterations=1).iterations == 1
