"""The numbers of the Hessian page at one point of a training, each computed once.

A Point is a network with its data and weights. Results are cached, so that moving back and forth
over the iterations, or thirty students with the same link, compute nothing twice.
"""

from __future__ import annotations

import functools
import hashlib
import math
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from app.figures.number_format import short
from app.session.computing import Desk
from app.session.training_key import training_key
from app.session.view import CurrentView
from nbn_core.analysis import coupling, spectrum
from nbn_core.analysis.coupling import coupling_order
from nbn_core.analysis.exact_hessian import dropped_term_in_parts
from nbn_core.checks import plural
from nbn_core.experiment import Experiment
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.gradual import Gradual, complete, in_one_part, share
from nbn_core.network import Topology
from nbn_core.objective import NormalEquations, Objective
from nbn_core.rules import RULES
from nbn_core.rules.damping import damping_diagonal
from nbn_core.rules.nbn import NBN
from nbn_core.types import BoolArray, FloatArray, IntArray

Value = TypeVar("Value")
CACHE: Final = ByteCache(192_000_000, largest=48_000_000)
MIN_RATIOS: Final = 8  # iterations at which the ratio is computed, at least
MAX_RATIOS: Final = 80
RATIO_SECONDS: Final = 3.0  # computing time allowed for more than those


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
    desk : Desk or None
        Computes what takes long; without one, everything is computed at once.
    """

    experiment: Experiment
    objective: Objective
    weights: FloatArray
    mu: float
    key: str
    desk: Desk | None = None

    @property
    def topology(self) -> Topology:
        """The network of the objective."""
        return self.objective.topology


@functools.cache
def _one_thread() -> None:
    """Limit BLAS to one thread per call: threads that wait for each other cost seconds."""
    threadpool_limits(1, user_api="blas")


def point(shown: CurrentView, k: int | None = None, desk: Desk | None = None) -> Point:
    """Return the point at trace row k, by default at the row shown; `desk` computes for it."""
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
    return Point(experiment, objective, weights, next_mu(shown, at), key, desk)


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


def computed(
    at: Point,
    name: str,
    prepare: Callable[[], Callable[[], Gradual[Value]]],
    seconds: float,
    what: str,
    *more: Hashable,
) -> Value:
    """Return a result for a point, from the cache or computed by its desk.

    Parameters
    ----------
    at : Point
        The point.
    name : str
        Name of the result in the cache; with `more`, it identifies the result for this point.
    prepare : callable
        Collects what the computation needs, and returns the callable that begins it.
    seconds : float
        About how long it takes on an idle server.
    what : str
        What it is, as in "the exact Hessian".
    *more : hashable
        Options of the result.

    Raises
    ------
    Unready
        If it is not there yet.
    """
    key = (name, at.key, *more)
    if at.desk is None:
        return CACHE.get(key, lambda: complete(prepare()()))
    return at.desk.get(CACHE, key, prepare, seconds, what)


def seconds_per_sse(at: Point) -> float:
    """Return about how long one SSE takes."""
    data, topology = at.objective.dataset, at.topology
    return 2e-5 + 1.5e-9 * data.n_patterns * (topology.n_weights + 12 * topology.n_neurons)


def _seconds_of_q(at: Point) -> float:
    data = at.objective.dataset
    return 1e-11 * data.n_patterns * data.n_outputs * at.topology.n_weights**2 + seconds_per_sse(at)


def _seconds_of_s(at: Point) -> float:
    return 3e-10 * at.objective.dataset.n_patterns * at.topology.n_weights**2


def added_diagonal(at: Point) -> FloatArray:
    """Return what damping adds to the diagonal of Q in the next step: (N,) float64."""

    def prepare() -> Callable[[], Gradual[FloatArray]]:
        diagonal = np.diag(equations(at).quasi_hessian)
        matrix, units = _settings(at.experiment)["matrix"], at.objective.weight_units
        return lambda: in_one_part(lambda: damping_diagonal(matrix, at.mu, diagonal, units))

    return computed(at, "added", prepare, 0.0, "the damping")


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
        spread = _eigenvalues(
            at, "scaled", lambda: root[:, None] * equations(at).quasi_hessian * root
        )
    free = np.maximum(spread, 0.0)
    return float(np.sum(free / (1.0 + free)))


def damped_condition(at: Point) -> float:
    """Return the condition number of Q + D."""
    added = added_diagonal(at)
    if np.ptp(added) == 0.0:
        return spectrum.Spectrum.of_values(eigenvalues(at, "Q")).damped_condition(float(added[0]))
    damped = _eigenvalues(at, "damped", lambda: equations(at).quasi_hessian + np.diag(added))
    return float(damped[0] / damped[-1]) if damped[-1] > 0.0 else math.inf


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


def equations(at: Point) -> NormalEquations:
    """Return SSE, g and Q."""
    return computed(
        at, "equations",
        lambda: lambda: at.objective.normal_equations_in_parts(at.weights),
        _seconds_of_q(at), "the quasi-Hessian",
    )  # fmt: skip


def dropped(at: Point) -> FloatArray:
    """Return S, the term that Q drops from the Hessian: (N, N) float64."""
    return computed(
        at, "dropped",
        lambda: lambda: dropped_term_in_parts(at.objective, at.weights),
        _seconds_of_s(at), "the part of the Hessian that Q drops",
    )  # fmt: skip


def eigenvalues(at: Point, of: str) -> FloatArray:
    """Return the eigenvalues of "Q", "H" or "S", largest first: (N,) float64."""

    def matrix() -> FloatArray:
        if of == "Q":
            return equations(at).quasi_hessian
        return dropped(at) if of == "S" else equations(at).quasi_hessian + dropped(at)

    return _eigenvalues(at, of, matrix)


def _eigenvalues(at: Point, of: str, matrix: Callable[[], FloatArray]) -> FloatArray:
    def prepare() -> Callable[[], Gradual[FloatArray]]:
        made = matrix()
        return lambda: in_one_part(lambda: spectrum.eigenvalues(made))

    seconds = 7e-11 * at.topology.n_weights**3
    return computed(at, "eigenvalues", prepare, seconds, "the eigenvalues", of)


def directions(at: Point) -> spectrum.Spectrum:
    """Return eigenvalues and eigenvectors of Q."""

    def prepare() -> Callable[[], Gradual[spectrum.Spectrum]]:
        quasi_hessian = equations(at).quasi_hessian
        return lambda: in_one_part(lambda: spectrum.spectrum(quasi_hessian))

    return computed(at, "directions", prepare, 2e-10 * at.topology.n_weights**3, "the eigenvectors")


def ratio(at: Point) -> float:
    """Return the Frobenius norm of S divided by that of Q; NaN if Q is zero."""

    def prepare() -> Callable[[], Gradual[float]]:
        part, whole = dropped(at), equations(at).quasi_hessian
        return lambda: in_one_part(lambda: _ratio(part, whole))

    return float(computed(at, "ratio", prepare, 0.0, "the ratio"))


def _ratio(dropped: FloatArray, kept: FloatArray) -> float:
    whole = float(np.linalg.norm(kept))
    return float(np.linalg.norm(dropped)) / whole if whole > 0 else math.nan


def ratios(shown: CurrentView, desk: Desk | None = None) -> tuple[IntArray, FloatArray]:
    """Return `ratio` over the iterations.

    Parameters
    ----------
    shown : CurrentView
        The training.
    desk : Desk, optional
        Computes what takes long.

    Returns
    -------
    (K,) int64
        Trace rows: all, or as many as can be computed in some seconds, and the row shown.
    (K,) float64
        Norm of S divided by that of Q.

    Raises
    ------
    Unready
        If they are not there yet.
    """
    here = point(shown, desk=desk)
    each = _seconds_of_q(here) + _seconds_of_s(here)
    count = int(min(shown.last + 1, max(MIN_RATIOS, min(MAX_RATIOS, RATIO_SECONDS / each))))
    steps = np.unique(np.append(np.linspace(0, shown.last, count).astype(np.int64), shown.k))
    points = [point(shown, int(k)) for k in steps]
    lacking = sum(CACHE.known(("ratio", at.key)) is None for at in points)
    values = computed(
        here, "ratios", lambda: lambda: _ratios(points), lacking * each,
        f"the ratio at {plural(lacking, 'iteration')}", tuple(steps),
    )  # fmt: skip
    return steps, values


def _ratios(points: list[Point]) -> Gradual[FloatArray]:
    """Compute the ratio at points of one training; the matrices are not kept."""
    values, whole = np.empty(len(points)), float(len(points))
    for i, at in enumerate(points):
        known = CACHE.known(("ratio", at.key))
        if known is None:
            sums = at.objective.normal_equations_in_parts(at.weights)
            kept = (yield from share(sums, i / whole, 0.2 / whole)).quasi_hessian
            term = dropped_term_in_parts(at.objective, at.weights)
            known = _ratio((yield from share(term, (i + 0.2) / whole, 0.8 / whole)), kept)
            CACHE.keep(("ratio", at.key), known)
        values[i] = known
        yield (i + 1) / whole
    return values


def zeros(topology: Topology) -> BoolArray:
    """Return which entries of Q are zero for any data and weights: (N, N) bool."""
    result: BoolArray = CACHE.get(("zeros", topology), lambda: coupling.structural_zeros(topology))
    return result


def weight_order(at: Point) -> NDArray[np.intp]:
    """Return the weights ordered by coupling: (N,) intp."""

    def prepare() -> Callable[[], Gradual[NDArray[np.intp]]]:
        quasi_hessian, never = equations(at).quasi_hessian, zeros(at.topology)
        return lambda: in_one_part(lambda: coupling_order(quasi_hessian, never))

    return computed(
        at, "order", prepare, 2e-10 * at.topology.n_weights**3, "the order of the weights"
    )


def block_loss(at: Point, groups: coupling.Groups) -> coupling.BlockLoss:
    """Compare the step that solves the block of each group alone with the full step."""

    def prepare() -> Callable[[], Gradual[coupling.BlockLoss]]:
        (_, gradient, quasi_hessian), added = equations(at), added_diagonal(at)
        return lambda: in_one_part(
            lambda: coupling.block_loss(quasi_hessian, gradient, added, groups)
        )

    seconds = 2.5e-11 * at.topology.n_weights**3
    return computed(at, "loss", prepare, seconds, "the steps of single blocks", groups.names)
