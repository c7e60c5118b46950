"""NBN networks as scikit-learn estimators, for pipelines, cross-validation and grid searches.

    from nbn_core.estimators import NBNRegressor
    model = NBNRegressor("fcc", hidden=5, random_state=1).fit(x, y)
    model.predict(x)                                  in the units of y

Inputs and targets are scaled by statistics of the patterns given to `fit`, and predictions are
scaled back. Training ends when no step lowers the SSE any further; not reaching the target is not
an error, and `stop_` holds the reason for which training ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from nbn_core.checks import shown, whole
from nbn_core.data import Dataset
from nbn_core.data.scaling import Scaling
from nbn_core.errors import SettingError, ShapeError
from nbn_core.network import Network, Topology
from nbn_core.rules import RULES
from nbn_core.trace import StopReason
from nbn_core.training import TrainingResult, train
from nbn_core.types import FloatArray

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
        sizes = [self.hidden] if isinstance(self.hidden, int | np.integer) else list(self.hidden)
        common = {
            "hidden": self.activation, "output": self.output, "gain": self.gain, "leak": self.leak,
        }  # fmt: skip
        if self.topology == "fcc":
            return Topology.fcc(n_inputs, int(sum(sizes)), n_outputs, **common)  # type: ignore[arg-type]
        family = Topology.bmlp if self.topology == "bmlp" else Topology.mlp
        return family([n_inputs, *map(int, sizes), n_outputs], **common)  # type: ignore[arg-type]

    def _train(self, inputs: FloatArray, targets: FloatArray, scale: str) -> None:
        """Train up to `restarts` times and keep the result with the smallest SSE."""
        rule = RULES.get(self.rule) if isinstance(self.rule, str) else None
        if rule is not None and rule.own_prediction:
            raise SettingError(
                f"{rule.title} predicts in its own way, and an estimator predicts with the trained "
                "network: choose another rule, or call nbn_core.training.Training."
            )
        raw = Dataset(inputs, targets, kind="regression")
        self.scaling_ = Scaling.fit(raw, self.scale, scale)
        data = self.scaling_.apply(raw)
        self.topology_ = self._network(data.n_inputs, data.n_outputs)
        generator = check_random_state(self.random_state)
        best: TrainingResult | None = None
        for _ in range(whole(self.restarts, "restarts", 1, 10_000)):
            result = train(
                self.topology_,
                data,
                self.rule,
                seed=int(generator.randint(2**31 - 1)),
                max_iterations=self.max_iterations,
                target_sse=self.target_sse,
                **(self.settings or {}),
            )
            if best is None or result.sse < best.sse:
                best = result
            if result.converged:
                break
        assert best is not None
        self.weights_: FloatArray = best.weights
        self.trace_ = best.trace
        self.stop_: StopReason = best.stop
        self.sse_ = best.sse
        self.n_iter_ = max(best.iterations, 1)

    def _outputs(self, x: ArrayLike) -> FloatArray:
        check_is_fitted(self)
        inputs = validate_data(self, x, dtype=np.float64, reset=False)
        network = Network.from_topology(self.topology_)
        nodes = network.activations(self.weights_, self.scaling_.inputs.scaled(inputs))
        return self.scaling_.targets.raw(nodes[:, network.n_inputs + network.outputs])


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
    random_state : int, RandomState or None
        Random seed or generator of the starting weights.
    settings : dict or None
        Settings of the learning rule.

    Attributes
    ----------
    topology_, weights_, scaling_ : Topology, (N,) float64, Scaling
        The trained network, as `nbn_core.formats` exports it.
    trace_, stop_, sse_, n_iter_ : Trace, StopReason, float, int
        Trace, stop reason, SSE and iterations of the training that was kept.
    """

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train a network on the patterns.

        Parameters
        ----------
        X : (P, I) array_like
            Inputs, one pattern per row.
        y : (P,) or (P, M) array_like
            Targets, one pattern per row.

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
        self._train(inputs, table, self.scale)
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
    """Classification by a network trained with NBN: one output, or one for each class.

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
    random_state : int, RandomState or None
        Random seed or generator of the starting weights.
    settings : dict or None
        Settings of the learning rule.

    Attributes
    ----------
    classes_ : array
        Class labels in sorted order.
    topology_, weights_, scaling_ : Topology, (N,) float64, Scaling
        The trained network, as `nbn_core.formats` exports it.
    trace_, stop_, sse_, n_iter_ : Trace, StopReason, float, int
        Trace, stop reason, SSE and iterations of the training that was kept.
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train a network on the patterns.

        Parameters
        ----------
        X : (P, I) array_like
            Inputs, one pattern per row.
        y : (P,) array_like
            Class label of each pattern.

        Returns
        -------
        NBNClassifier
            The fitted estimator.

        Raises
        ------
        ShapeError
            If `y` holds only one class.
        """
        inputs, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, places = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ShapeError(
                f"Classifier can't train when only one class is present: {self.classes_[0]}."
            )
        high = places[:, np.newaxis] == np.arange(len(self.classes_))
        if len(self.classes_) == 2:
            high = high[:, 1:]
        self._train(inputs, np.where(high, 1.0, -1.0), "none")
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
            One column for each class; with two classes one number for each pattern.
        """
        outputs = self._outputs(X)
        return outputs[:, 0] if len(self.classes_) == 2 else outputs

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Predict the class labels of patterns.

        Parameters
        ----------
        X : (P, I) array_like
            Inputs, one pattern per row.

        Returns
        -------
        (P,) array
            Labels from `classes_`.
        """
        outputs = self.decision_function(X)
        places = (outputs > 0).astype(int) if outputs.ndim == 1 else outputs.argmax(axis=1)
        chosen: NDArray[Any] = self.classes_[places]
        return chosen

    def predict_proba(self, X: ArrayLike) -> FloatArray:
        """Return class scores between 0 and 1 that sum to 1; they are not calibrated.

        Parameters
        ----------
        X : (P, I) array_like
            Inputs, one pattern per row.

        Returns
        -------
        (P, C) float64
            One column for each class: (1 + output) / 2, normalised to sum to 1.
        """
        outputs = self.decision_function(X)
        if outputs.ndim == 1:
            outputs = np.stack([-outputs, outputs], axis=1)
        shares = np.clip((1 + outputs) / 2, 1e-12, None)
        total: FloatArray = shares.sum(axis=1, keepdims=True)
        return shares / total
