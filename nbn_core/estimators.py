"""NBN networks as scikit-learn estimators, for pipelines, cross-validation and grid searches.

    from nbn_core.estimators import NBNRegressor
    model = NBNRegressor("fcc", hidden=5, random_state=1).fit(x, y)
    model.predict(x)                                  in the units of y

Inputs and targets are scaled by statistics of the patterns given to `fit`, and predictions are
scaled back. Training ends when no step lowers the SSE any further; not reaching the target is not
an error, and `stop_` holds the reason for which training ended.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Real
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets, type_of_target
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from nbn_core.checks import plural, shown, whole
from nbn_core.data import Dataset
from nbn_core.data.scaling import Scaling
from nbn_core.errors import SettingError, ShapeError
from nbn_core.network import Network, Topology
from nbn_core.objective import Objective
from nbn_core.rules import RULES
from nbn_core.trace import StopReason
from nbn_core.training import TrainingResult, train
from nbn_core.training.early_stopping import PATIENCE
from nbn_core.types import FloatArray

SMALLEST_SCORE = 1e-12
PRESETS = ("slp", "mlp", "bmlp", "fcc")


class _NBN(BaseEstimator):  # type: ignore[misc]
    """Base class of both estimators. Settings are stored as given and validated by `fit`."""

    def __init__(
        self,
        topology: Topology | str = "slp",
        *,
        hidden: int | Sequence[int] = 8,
        activation: str = "bipolar",
        output: str = "linear",
        gain: float = 1.0,
        leak: float = 0.0,
        rule: str = "nbn",
        scale: str = "standard",
        max_iterations: int = 200,
        target_sse: float = 1e-3,
        restarts: int = 1,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        patience: int = PATIENCE,
        random_state: Any = None,
        settings: dict[str, Any] | None = None,
    ) -> None:
        self.topology = topology
        self.hidden = hidden
        self.activation = activation
        self.output = output
        self.gain = gain
        self.leak = leak
        self.rule = rule
        self.scale = scale
        self.max_iterations = max_iterations
        self.target_sse = target_sse
        self.restarts = restarts
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.random_state = random_state
        self.settings = settings

    def _network(self, n_inputs: int, n_outputs: int) -> Topology:
        if isinstance(self.topology, Topology):
            if (self.topology.n_inputs, self.topology.n_outputs) != (n_inputs, n_outputs):
                raise ShapeError(
                    f"The network has {self.topology.n_inputs} inputs and "
                    f"{self.topology.n_outputs} outputs, but the data need {n_inputs} and "
                    f"{n_outputs}."
                )
            return self.topology
        if self.topology not in PRESETS:
            raise SettingError(
                f"A topology is a Topology or one of {', '.join(PRESETS)}, not "
                f"{shown(self.topology)}."
            )
        sizes = _sizes(self.hidden)
        common = {
            "hidden": self.activation, "output": self.output, "gain": self.gain, "leak": self.leak,
        }  # fmt: skip
        if self.topology == "fcc":
            return Topology.fcc(n_inputs, sum(sizes), n_outputs, **common)  # type: ignore[arg-type]
        family = Topology.bmlp if self.topology == "bmlp" else Topology.mlp
        return family([n_inputs, *sizes, n_outputs], **common)  # type: ignore[arg-type]

    def _train(
        self,
        inputs: FloatArray,
        targets: FloatArray,
        scale: str,
        sample_weight: ArrayLike | None,
        strata: NDArray[Any] | None = None,
    ) -> None:
        """Train up to `restarts` times and keep the result with the smallest (validation) SSE."""
        rule = RULES.get(self.rule) if isinstance(self.rule, str) else None
        if rule is not None and rule.own_prediction:
            raise SettingError(
                f"{rule.title} predicts in its own way, and an estimator predicts with the trained "
                "network: choose another rule, or call nbn_core.training.Training."
            )
        settings = _settings(self.settings)
        restarts = whole(self.restarts, "restarts", 1, 10_000)
        generator = _generator(self.random_state)
        weights = _pattern_weights(sample_weight, inputs)
        if weights is not None:
            used = weights > 0
            inputs, targets, weights = inputs[used], targets[used], weights[used]
            strata = None if strata is None else strata[used]
            weights = None if (weights == 1).all() else weights
        self.topology_ = self._network(inputs.shape[1], targets.shape[1])
        aside = None
        if self.early_stopping:
            train_rows, other = self._split(len(inputs), strata, generator)
            aside = Dataset(inputs[other], targets[other], kind="regression")
            inputs, targets = inputs[train_rows], targets[train_rows]
            weights = None if weights is None else weights[train_rows]
        inputs, targets, weights = _repeated(inputs, targets, weights)
        raw = Dataset(inputs, targets, kind="regression")
        self.scaling_ = Scaling.fit(raw, self.scale, scale)
        data = self.scaling_.apply(raw)
        validation = None if aside is None else self.scaling_.apply(aside)
        best: TrainingResult | None = None
        smallest = math.inf
        for _ in range(restarts):
            result = train(
                self.topology_,
                data,
                self.rule,
                seed=int(generator.randint(2**31 - 1)),
                max_iterations=self.max_iterations,
                target_sse=self.target_sse,
                pattern_weights=weights,
                validation=validation,
                patience=self.patience,
                **settings,
            )
            error = result.sse
            if validation is not None:
                error = Objective(self.topology_, validation).sse(result.weights)
            if best is None or error < smallest:
                best, smallest = result, error
            if result.converged and validation is None:
                break
        assert best is not None
        self.weights_: FloatArray = best.weights
        self.trace_ = best.trace
        self.stop_: StopReason = best.stop
        self.sse_ = best.sse
        self.n_iter_ = max(best.iterations, 1)
        self.validation_sse_ = None if validation is None else smallest

    def _split(
        self, count: int, strata: NDArray[Any] | None, generator: Any
    ) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return the rows that train and those set aside, of each class the same share."""
        share = self.validation_fraction
        if isinstance(share, bool | str) or not isinstance(share, Real) or not 0 < share < 1:
            raise SettingError(
                f"validation_fraction must be a number between 0 and 1, not {shown(share)}."
            )
        try:
            rows = train_test_split(
                np.arange(count), test_size=float(share), random_state=generator, stratify=strata
            )
        except ValueError:
            raise SettingError(
                f"{plural(count, 'pattern')} cannot be split with validation_fraction {share:g} so "
                "that each class is in both parts: use another fraction, or no early_stopping."
            ) from None
        return rows[0], rows[1]

    def _outputs(self, x: ArrayLike) -> FloatArray:
        check_is_fitted(self)
        inputs = validate_data(self, x, dtype=np.float64, reset=False)
        network = Network.from_topology(self.topology_)
        nodes = network.activations(self.weights_, self.scaling_.inputs.scaled(inputs))
        return self.scaling_.targets.raw(nodes[:, network.n_inputs + network.outputs])


def _sizes(hidden: object) -> list[int]:
    """Return the numbers of hidden neurons, layer by layer; raise SettingError for others."""
    if isinstance(hidden, str | bytes | dict | set):
        listed: list[object] = []
    elif isinstance(hidden, Iterable):
        listed = list(hidden)
    else:
        listed = [hidden]
    if not listed:
        raise SettingError(
            f"hidden must be a number of neurons, or a list of such numbers, not {shown(hidden)}."
        )
    return [whole(size, "A number of hidden neurons", 0, 1_000_000) for size in listed]


def _settings(settings: object) -> dict[str, Any]:
    """Return the settings of the rule; raise SettingError for those that are no rule's."""
    if settings is None:
        return {}
    if not isinstance(settings, Mapping) or not all(isinstance(key, str) for key in settings):
        raise SettingError(
            f"settings must be a dict of the rule's settings by name, not {shown(settings)}."
        )
    own = {
        "weights", "scheme", "seed", "max_iterations", "target_sse", "pattern_weights", "held",
        "validation", "patience", "resume", "on_iteration", "cancelled", "topology", "dataset",
        "rule",
    }  # fmt: skip
    for key in settings:
        if key in own:
            raise SettingError(
                f"{key} is no setting of a rule: use the parameters of the estimator, such as "
                "max_iterations, early_stopping and random_state."
            )
    return dict(settings)


def _generator(random_state: Any) -> np.random.RandomState:
    try:
        generator: np.random.RandomState = check_random_state(random_state)
    except ValueError:
        raise SettingError(
            f"random_state must be None, an integer from 0 up or a RandomState, not "
            f"{shown(random_state)}."
        ) from None
    return generator


def _pattern_weights(sample_weight: ArrayLike | None, inputs: FloatArray) -> FloatArray | None:
    """Return checked weights of the patterns, with a mean of at least 1; None for all 1."""
    # Weights that sum to 1, as AdaBoost gives them, would put every SSE below the target.
    if sample_weight is None:
        return None
    weights: FloatArray = _check_sample_weight(
        sample_weight, inputs, dtype=np.float64, ensure_non_negative=True
    )
    used = weights > 0
    if not used.any():
        raise ShapeError("All sample weights are zero: at least one must be above 0.")
    mean = float(weights[used].mean())
    return weights / mean if mean < 1 else weights


def _repeated(
    inputs: FloatArray, targets: FloatArray, weights: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Repeat patterns by their weights if these are whole and small, and return the rest."""
    # Scaling, starting weights and damping depend on statistics of the patterns, which do not know
    # of weights: only repetition makes a weight of 2 the same as a pattern that is there twice.
    if weights is None or (weights != np.floor(weights)).any() or weights.sum() > 10 * len(weights):
        return inputs, targets, weights
    rows = np.repeat(np.arange(len(weights)), weights.astype(np.int64))
    return inputs[rows], targets[rows], None


class NBNRegressor(RegressorMixin, _NBN):  # type: ignore[misc]
    """Regression by a network trained with NBN.

    Parameters
    ----------
    topology : Topology or str
        Network, or name of a preset: "slp", "mlp", "bmlp" or "fcc".
    hidden : int or sequence of int
        Numbers of hidden neurons of a preset, layer by layer.
    activation : str
        Activation of the hidden neurons of a preset.
    output : str
        Activation of the outputs of a preset.
    gain, leak : float
        Gain and leak of the hidden neurons of a preset.
    rule : str
        Learning rule, a key of `nbn_core.RULES`.
    scale : str
        Scaling of inputs and targets, a key of `nbn_core.data.scaling.METHODS`.
    max_iterations : int
        Maximum iterations of one training.
    target_sse : float
        Sum of squared errors in scaled units at which training stops.
    restarts : int
        Maximum number of trainings from different starting weights. The result with the smallest
        SSE is kept; the first one that reaches the target ends the series.
    early_stopping : bool
        Whether training stops when the SSE of validation patterns no longer improves, and keeps
        the weights with the smallest one.
    validation_fraction : float
        Share of the patterns that are set aside for early stopping, between 0 and 1.
    patience : int
        Iterations without a smaller validation SSE after which training stops.
    random_state : int, RandomState or None
        Random seed or generator of the starting weights and of the validation patterns.
    settings : dict or None
        Settings of the learning rule.

    Attributes
    ----------
    topology_, weights_, scaling_ : Topology, (N,) float64, Scaling
        The trained network, as `nbn_core.formats` exports it.
    trace_, stop_, sse_, n_iter_ : Trace, StopReason, float, int
        Trace, stop reason, SSE and iterations of the training that was kept.
    validation_sse_ : float or None
        SSE of the validation patterns, in scaled units; None without early stopping.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train a network on the patterns.

        Parameters
        ----------
        X : (P, I) array_like
            Inputs, one pattern per row.
        y : (P,) or (P, M) array_like
            Targets, one pattern per row.
        sample_weight : (P,) array_like, optional
            Weight of each pattern in the SSE; the learning rule must support pattern weights.

        Returns
        -------
        NBNRegressor
            The fitted estimator.
        """
        inputs, targets = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True
        )
        self._flat = targets.ndim == 1
        table = np.asarray(targets, dtype=np.float64).reshape(len(inputs), -1)
        self._train(inputs, table, self.scale, sample_weight)
        return self

    def predict(self, X: ArrayLike) -> FloatArray:
        """Predict targets in the units of `y`.

        Parameters
        ----------
        X : (P, I) array_like
            Inputs, one pattern per row.

        Returns
        -------
        (P,) or (P, M) float64
            Predictions, with the number of dimensions that `y` had in `fit`.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if self._flat else outputs


class NBNClassifier(ClassifierMixin, _NBN):  # type: ignore[misc]
    """Classification by a network trained with NBN: one output, or one for each class or label.

    Parameters
    ----------
    topology : Topology or str
        Network, or name of a preset: "slp", "mlp", "bmlp" or "fcc".
    hidden : int or sequence of int
        Numbers of hidden neurons of a preset, layer by layer.
    activation : str
        Activation of the hidden neurons of a preset.
    output : str
        Activation of the outputs of a preset. With linear outputs training rarely gets stuck; with
        bipolar ones, as in the NBN papers, it ends closer to the targets where it does not.
    gain, leak : float
        Gain and leak of the nonlinear neurons of a preset.
    rule : str
        Learning rule, a key of `nbn_core.RULES`.
    scale : str
        Scaling of the inputs, a key of `nbn_core.data.scaling.METHODS`.
    max_iterations : int
        Maximum iterations of one training.
    target_sse : float
        Sum of squared errors at which training stops.
    restarts : int
        Maximum number of trainings from different starting weights. The result with the smallest
        SSE is kept; the first one that reaches the target ends the series.
    early_stopping : bool
        Whether training stops when the SSE of validation patterns no longer improves, and keeps
        the weights with the smallest one.
    validation_fraction : float
        Share of the patterns that are set aside for early stopping, between 0 and 1.
    patience : int
        Iterations without a smaller validation SSE after which training stops.
    random_state : int, RandomState or None
        Random seed or generator of the starting weights and of the validation patterns.
    settings : dict or None
        Settings of the learning rule.

    Attributes
    ----------
    classes_ : array
        Class labels in sorted order; with several labels a pattern, their positions.
    multilabel_ : bool
        Whether a pattern may have several labels.
    topology_, weights_, scaling_ : Topology, (N,) float64, Scaling
        The trained network, as `nbn_core.formats` exports it.
    trace_, stop_, sse_, n_iter_ : Trace, StopReason, float, int
        Trace, stop reason, SSE and iterations of the training that was kept.
    validation_sse_ : float or None
        SSE of the validation patterns, in scaled units; None without early stopping.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train a network on the patterns.

        Parameters
        ----------
        X : (P, I) array_like
            Inputs, one pattern per row.
        y : (P,) or (P, L) array_like
            Class label of each pattern; or, for several labels a pattern, a table of 0 and 1 with
            one column for each label.
        sample_weight : (P,) array_like, optional
            Weight of each pattern in the SSE; the learning rule must support pattern weights.

        Returns
        -------
        NBNClassifier
            The fitted estimator.

        Raises
        ------
        ShapeError
            If `y` holds only one class.
        """
        inputs, labels = validate_data(self, X, y, dtype=np.float64, multi_output=True)
        kind = type_of_target(labels, input_name="y")
        self.multilabel_ = kind == "multilabel-indicator"
        if self.multilabel_:
            table = np.asarray(labels.toarray() if hasattr(labels, "toarray") else labels)
            self.classes_ = np.arange(table.shape[1])
            self._train(inputs, np.where(table == 1, 1.0, -1.0), "none", sample_weight)
            return self
        labels = column_or_1d(labels, warn=True)
        check_classification_targets(labels)
        weights = _pattern_weights(sample_weight, inputs)
        used = slice(None) if weights is None else weights > 0
        self.classes_ = np.unique(labels[used])
        if len(self.classes_) < 2:
            raise ShapeError(
                f"Classifier can't train when only one class is present: {self.classes_[0]}."
            )
        high = labels[:, np.newaxis] == self.classes_
        if len(self.classes_) == 2:
            high = high[:, 1:]
        self._train(inputs, np.where(high, 1.0, -1.0), "none", sample_weight, labels)
        return self

    def decision_function(self, X: ArrayLike) -> FloatArray:
        """Return the outputs of the network, whose targets were -1 and 1.

        Parameters
        ----------
        X : (P, I) array_like
            Inputs, one pattern per row.

        Returns
        -------
        (P,) or (P, C) float64
            One column for each class or label; with two classes one number for each pattern.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if len(self.classes_) == 2 and not self.multilabel_ else outputs

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Predict the class labels of patterns.

        Parameters
        ----------
        X : (P, I) array_like
            Inputs, one pattern per row.

        Returns
        -------
        (P,) or (P, L) array
            Labels from `classes_`; with several labels a pattern, a table of 0 and 1.
        """
        outputs = self.decision_function(X)
        if self.multilabel_:
            return (outputs > 0).astype(np.int64)
        places = (outputs > 0).astype(int) if outputs.ndim == 1 else outputs.argmax(axis=1)
        chosen: NDArray[Any] = self.classes_[places]
        return chosen

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return class scores between 0 and 1, not calibrated; those of classes sum to 1.

        Parameters
        ----------
        X : (P, I) array_like
            Inputs, one pattern per row.

        Returns
        -------
        (P, C) float64
            One column for each class: (1 + output) / 2, normalised to sum to 1; of labels, which
            do not exclude each other, without that.
        """
        outputs = self.decision_function(X)
        if self.multilabel_:
            return np.clip((1 + outputs) / 2, SMALLEST_SCORE, 1 - SMALLEST_SCORE)
        if outputs.ndim == 1:
            outputs = np.stack([-outputs, outputs], axis=1)
        shares = np.clip((1 + outputs) / 2, SMALLEST_SCORE, None)
        total: FloatArray = shares.sum(axis=1, keepdims=True)
        return shares / total

    def predict_log_proba(self, X: ArrayLike) -> FloatArray:
        """Return the logarithms of the class scores.

        Parameters
        ----------
        X : (P, I) array_like
            Inputs, one pattern per row.

        Returns
        -------
        (P, C) float64
            Natural logarithm of `predict_proba`.
        """
        logarithms: FloatArray = np.log(self.predict_proba(X))
        return logarithms
