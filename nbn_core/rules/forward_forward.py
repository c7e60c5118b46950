"""Forward-Forward: no backward pass; every level learns to tell correct labels from wrong ones.

The class of a pattern is an additional input, in label slots. A positive pattern has its correct
class in the slots, a negative one a wrong class. Each level l reads the activities of the level
before, normalised so that it cannot use the goodness of that level, and has a goodness of its own,
its squared length:

    n(x) = x / sqrt(mean x^2),    h = f(W n(x) + b),    g = sum h^2  or  mean h^2

    threshold   -log s(g_pos - K_l) - log(1 - s(g_neg - K_l)),    g = sum h^2, K_l neurons  (Hinton)
    pairs       log(1 + exp(-alpha (g_pos - g_neg))),             g = mean h^2               (SymBa)

Each level descends the gradient of its own loss only; s is the logistic function. Peer
normalisation moves neurons that are less or more active than the others of their level towards
them. A prediction runs the network with every class and sums the goodness of all levels (of all but
the first, if there are three or more); the outputs are the targets of the classes, averaged with
the softmax of these sums. Alternatively ("head") the network runs once with a neutral label, and
the drawn output neurons read the normalised activities; they learn by the delta rule.

Adaptations of this lab: inputs are standardised, with their sines and cosines if `octaves` is set;
hidden neurons are rectifiers unless `rectified` is off; for regression the targets are divided into
bins that serve as classes. The trace holds the drawn weights; the state also holds those of
features and slots, which are needed to predict. The gradient norm is that of the last batch.

References
----------
Hinton, The forward-forward algorithm, arXiv 2212.13345, 2022, and his published code.
Lee & Song, SymBa: symmetric backpropagation-free contrastive learning, arXiv 2303.08418, 2023.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from nbn_core.data import Dataset
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules.base import ALTERNATIVES, LearningRule, Uses
from nbn_core.rules.common_options import OPTIMISATION, rate_option
from nbn_core.rules.engines import forward_forward
from nbn_core.rules.engines.forward_forward import ForwardForwardState, neurons_by_level
from nbn_core.rules.option import Option
from nbn_core.types import FloatArray

NARROWEST, WIDE, CLASSES_MOST = 4, 16, 64


class ForwardForward(LearningRule):
    """No backward pass: every level learns to be active for correct labels and quiet for others.

    The label is an input; the activity of a level is its goodness, and each level descends its own
    loss only. To predict, every label is tried and the best one taken. Hinton, arXiv 2212.13345,
    2022; pairs: Lee & Song, arXiv 2303.08418, 2023.
    """

    name = "forward_forward"
    title = "Forward-Forward"
    family = ALTERNATIVES
    options = (
        rate_option(0.01),
        Option(
            "loss", "Goodness loss", "pairs", choices=("pairs", "threshold"),
            help="Pairs: the correct label must have a higher goodness than a wrong one of the "
            "same pattern. Threshold: correct labels must be above a fixed goodness and wrong "
            "ones below it, as first published.",
        ),
        Option(
            "sharpness", "Sharpness of pairs (alpha)", 4.0, 1e-3, 1e3, short="Sharpness (alpha)",
            help="Steepness of the loss of pairs. Without effect on the threshold loss.",
        ),
        Option(
            "inference", "Prediction", "goodness", choices=("goodness", "head"),
            choice_titles=("Every label", "Drawn outputs"),
            help="Every label: try each label and take the one with the highest goodness. Drawn "
            "outputs: one pass with a neutral label, read by the drawn output neurons.",
        ),
        Option(
            "peer", "Peer normalization", 0.0, 0.0, 10.0, short="Peer norm.",
            help="Strength with which neurons of a level are kept equally active. Hinton uses "
            "0.03. With pairs it is harmful: the two spirals are not solved.",
        ),
        Option(
            "slot", "Label strength", 1.0, 1e-3, 1e3,
            help="Value of the input that represents the label.",
        ),
        Option(
            "input_scale", "Input scale", 1.0, 1e-3, 1e3,
            help="Factor of the standardized inputs.",
        ),
        Option(
            "octaves", "Octaves of sine and cosine", 0, 0, 6, short="Octaves",
            help="Additional inputs: sine and cosine of every input at this number of frequencies, "
            "each twice the one before.",
        ),
        Option(
            "bins", "Classes for regression", 8, 2, CLASSES_MOST, short="Classes",
            help="Classes into which the targets of a regression are divided.",
        ),
        Option(
            "rectified", "Rectified hidden neurons", True, short="Rectified",
            help="Use rectifiers in place of the drawn activations of hidden neurons.",
        ),
        *OPTIMISATION,
    )  # fmt: skip
    uses = Uses(output_error=False, labels=True)
    meant_for = "Levels of 16 neurons or more; not a full cascade."
    sparse_trace = True
    usual_iterations = 5000
    own_aim = True
    compares_labels = True
    kernels = "forward_forward"

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Refuse cascades, networks without hidden neurons, and targets that are not classes."""
        hidden = neurons_by_level(topology)
        feeding = {s - topology.n_inputs for neuron in topology.neurons for s in neuron.sources}
        if not hidden:
            return "Forward-Forward trains hidden levels: draw one, of 16 neurons or more."
        if feeding & set(topology.outputs):
            return (
                "Forward-Forward cannot train outputs that feed other neurons: "
                "remove the links that start at an output."
            )
        narrow = min(hidden, key=len)
        if len(narrow) < NARROWEST:
            return (
                f"Forward-Forward normalises each level, which leaves no information in a level of "
                f"{len(narrow)}: draw levels of at least {NARROWEST} neurons, better {WIDE}."
            )
        if dataset.kind == "regression":
            if dataset.n_outputs > 1:
                return (
                    "Forward-Forward can divide only one target into classes: use a single target."
                )
        elif not 2 <= len(np.unique(dataset.targets, axis=0)) <= CLASSES_MOST:
            return f"Forward-Forward needs 2 to {CLASSES_MOST} classes: choose other data."
        return None

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say what narrow levels and regression mean for this rule."""
        parts = []
        narrow = min(map(len, neurons_by_level(topology)), default=WIDE)
        if narrow < WIDE:
            parts.append(f"a level of {narrow} neurons holds little information")
        if dataset.kind == "regression":
            parts.append("targets are divided into classes")
        return f"Forward-Forward: {' and '.join(parts)}." if parts else None

    def init(
        self,
        objective: Objective,
        weights: FloatArray,
        target_sse: float,
        settings: Mapping[str, Any],
    ) -> ForwardForwardState:
        """Return the state before the first iteration; see `LearningRule.init`."""
        return forward_forward.begin(objective, weights, target_sse, settings)

    def advance(self, state: ForwardForwardState, last_iteration: int, seconds: float) -> None:
        """Continue until an end, `last_iteration`, or for about `seconds`; see the base class."""
        forward_forward.advance(state, last_iteration, seconds)

    def predict(self, state: ForwardForwardState, inputs: FloatArray) -> FloatArray:
        """Compute the outputs for any inputs, at the weights reached.

        Parameters
        ----------
        state : ForwardForwardState
            State after any iteration; no other thread may advance it meanwhile.
        inputs : (P, I) float64
            One pattern a row.

        Returns
        -------
        (P, M) float64
            Outputs, by the kind of prediction that the settings chose.
        """
        return forward_forward.predict(state, inputs)

    def extra_weights(self, state: ForwardForwardState) -> int:
        """Return the number of weights of label slots and features."""
        return len(state.weights) - int(state.record.columns.weights.shape[1])

    def goodness_of(self, state: ForwardForwardState, inputs: FloatArray) -> FloatArray:
        """Compute the goodness of every level for any inputs, with every label in turn.

        Parameters
        ----------
        state : ForwardForwardState
            State after any iteration; no other thread may advance it meanwhile.
        inputs : (P, I) float64
            One pattern a row.

        Returns
        -------
        (P, C, L) float64
            Mean of squares (pairs) or sum of squares (threshold); C classes, L levels.
        """
        return forward_forward.goodness_of(state, inputs)
