"""The numbers of the Hessian page at one point of a training, each computed once.

A Point is a network with its data and weights. Results are cached, so that moving back and forth
over the iterations, or thirty students with the same link, compute nothing twice.
"""

from __future__ import annotations

import functools
import hashlib
import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from app.figures.number_format import short
from app.session.training_key import training_key
from app.session.view import CurrentView
from nbn_core.analysis import coupling, spectrum
from nbn_core.analysis.coupling import coupling_order
from nbn_core.analysis.exact_hessian import dropped_term
from nbn_core.experiment import Experiment
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.network import Topology
from nbn_core.objective import NormalEquations, Objective
from nbn_core.rules import RULES
from nbn_core.rules.damping import damping_diagonal
from nbn_core.rules.nbn import NBN
from nbn_core.types import BoolArray, FloatArray, IntArray

CACHE: Final = ByteCache(192_000_000, largest=48_000_000)


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A network and its data at the weights of one iteration.

    Parameters
    ----------
    experiment : Experiment
        The experiment of the training.
    objective : Objective
        The objective on its training patterns.
    weights : (N,) float64
        Weights at the iteration.
    mu : float
        Damping of the next step from there.
    key : str
        Identifies the point in the cache.
    """

    experiment: Experiment
    objective: Objective
    weights: FloatArray
    mu: float
    key: str

    @property
    def topology(self) -> Topology:
        """The network of the objective."""
        return self.objective.topology


@functools.cache
def _one_thread() -> None:
    """Limit BLAS to one thread per call: threads that wait for each other cost seconds."""
    threadpool_limits(1, user_api="blas")


def point(shown: CurrentView, k: int | None = None) -> Point:
    """Return the point at trace row k, by default at the row shown."""
    _one_thread()
    experiment = shown.experiment
    at = shown.k if k is None else k
    training = hashlib.blake2b(training_key(experiment).encode(), digest_size=12).hexdigest()
    objective = CACHE.get(
        ("objective", training), lambda: Objective(experiment.topology, experiment.datasets()[0])
    )
    weights = shown.weights if shown.trace is None else shown.trace.weights[at]
    key = f"{training}-{at}"
    if shown.reshaped:  # the experiment does not say how the network changed
        key += hashlib.blake2b(weights.tobytes(), digest_size=12).hexdigest()
    return Point(experiment, objective, weights, next_mu(shown, at), key)


def next_mu(shown: CurrentView, k: int) -> float:
    """Return the damping of the step from trace row k, whether it was taken or would be next."""
    settings, trace = _settings(shown.experiment), shown.trace
    if trace is not None and k < shown.last and trace.mu[k + 1] > 0:
        return float(trace.mu[k + 1])
    if trace is None or shown.reshaped or not RULES[shown.experiment.rule].dissectable:
        return float(settings["mu_start"])
    return NBN().resumption(trace, k, settings).mu


def _settings(experiment: Experiment) -> dict[str, Any]:
    """Return NBN's settings; its defaults if another rule is training."""
    own = RULES[experiment.rule].dissectable
    return NBN().settings(experiment.settings if own else {})


def added_diagonal(at: Point) -> FloatArray:
    """Return what damping adds to the diagonal of Q in the next step: (N,) float64."""
    matrix = _settings(at.experiment)["matrix"]
    result: FloatArray = _cached(
        at,
        "added",
        lambda: damping_diagonal(
            matrix, at.mu, np.diag(equations(at).quasi_hessian), at.objective.weight_units
        ),
    )
    return result


def damping(at: Point) -> float:
    """Return the mean of what damping adds to the diagonal of Q."""
    return float(added_diagonal(at).mean())


def effective_parameters(at: Point) -> float:
    """Return the effective number of directions of the next step: the trace of Q (Q + D)^-1."""
    added = added_diagonal(at)
    if np.ptp(added) == 0.0:
        spread = eigenvalues(at, "Q") / added[0]
    else:  # each weight has a damping of its own
        root = 1.0 / np.sqrt(added)
        spread = np.linalg.eigvalsh(root[:, None] * equations(at).quasi_hessian * root)
    free = np.maximum(spread, 0.0)
    return float(np.sum(free / (1.0 + free)))


def damped_condition(at: Point) -> float:
    """Return the condition number of Q + D."""
    added = added_diagonal(at)
    if np.ptp(added) == 0.0:
        return spectrum.Spectrum.of_values(eigenvalues(at, "Q")).damped_condition(float(added[0]))
    damped = np.linalg.eigvalsh(equations(at).quasi_hessian + np.diag(added))
    return float(damped[-1] / damped[0]) if damped[0] > 0.0 else math.inf


def shortens_steps(at: Point) -> bool:
    """Whether a step that is too long is shortened before mu is increased."""
    return bool(_settings(at.experiment)["control"] != "published")


def damping_words(at: Point) -> str:
    """Explain how `damping` follows from mu; empty if it is mu itself."""
    return {
        "max_diagonal": f" (μ = {short(at.mu)} times the largest number on the diagonal of Q)",
        "data_scaled": f" (the mean: every weight has μ = {short(at.mu)} in units of the data)",
        "marquardt": f" (the mean: every weight has μ = {short(at.mu)} times its own diagonal)",
    }.get(_settings(at.experiment)["matrix"], "")


def _cached(at: Point, what: str, make: Any, *more: object) -> Any:
    return CACHE.get((what, at.key, *more), make)


def equations(at: Point) -> NormalEquations:
    """Return SSE, g and Q."""
    result: NormalEquations = _cached(
        at, "equations", lambda: at.objective.normal_equations(at.weights)
    )
    return result


def dropped(at: Point) -> FloatArray:
    """Return S, the term that Q drops from the Hessian: (N, N) float64."""
    result: FloatArray = _cached(at, "dropped", lambda: dropped_term(at.objective, at.weights))
    return result


def eigenvalues(at: Point, of: str) -> FloatArray:
    """Return the eigenvalues of "Q", "H" or "S", largest first: (N,) float64."""

    def make() -> FloatArray:
        quasi_hessian = equations(at).quasi_hessian
        if of == "Q":
            return spectrum.eigenvalues(quasi_hessian)
        return spectrum.eigenvalues(dropped(at) if of == "S" else quasi_hessian + dropped(at))

    result: FloatArray = _cached(at, "eigenvalues", make, of)
    return result


def directions(at: Point) -> spectrum.Spectrum:
    """Return eigenvalues and eigenvectors of Q."""
    result: spectrum.Spectrum = _cached(
        at, "directions", lambda: spectrum.spectrum(equations(at).quasi_hessian)
    )
    return result


def ratio(at: Point) -> float:
    """Return the Frobenius norm of S divided by that of Q; NaN if Q is zero."""

    def make() -> float:
        whole = float(np.linalg.norm(equations(at).quasi_hessian))
        return float(np.linalg.norm(dropped(at))) / whole if whole > 0 else math.nan

    return float(_cached(at, "ratio", make))


def ratios(shown: CurrentView) -> tuple[IntArray, FloatArray]:
    """Return `ratio` over the iterations.

    Returns
    -------
    (K,) int64
        Trace rows: all, or as many as can be computed in about a second, and the row shown.
    (K,) float64
        Norm of S divided by that of Q.
    """
    here = point(shown)
    data = here.objective.dataset
    work = 3.0 * here.topology.n_weights**2 * data.n_patterns * data.n_outputs
    count = int(min(shown.last + 1, max(8, min(80, 3e9 / work))))
    steps = np.unique(np.append(np.linspace(0, shown.last, count).astype(np.int64), shown.k))
    return steps, np.array([ratio(point(shown, int(k))) for k in steps])


def zeros(topology: Topology) -> BoolArray:
    """Return which entries of Q are zero for any data and weights: (N, N) bool."""
    result: BoolArray = CACHE.get(("zeros", topology), lambda: coupling.structural_zeros(topology))
    return result


def weight_order(at: Point) -> NDArray[np.intp]:
    """Return the weights ordered by coupling: (N,) intp."""
    result: NDArray[np.intp] = _cached(
        at, "order", lambda: coupling_order(equations(at).quasi_hessian, zeros(at.topology))
    )
    return result


def block_loss(at: Point, groups: coupling.Groups) -> coupling.BlockLoss:
    """Compare the step that solves the block of each group alone with the full step."""
    _, gradient, quasi_hessian = equations(at)
    result: coupling.BlockLoss = _cached(
        at,
        "loss",
        lambda: coupling.block_loss(quasi_hessian, gradient, added_diagonal(at), groups),
        groups.names,
    )
    return result
