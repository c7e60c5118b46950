"""The numbers behind the Hessian page at one point of one training, each computed once.

A Point is a network, its data and weights; what is asked of it is kept for a while, so that going
back and forth over iterations, or thirty students at the same link, compute nothing twice.
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

from app.figures.chart import short
from app.session.training import training_key
from app.session.view import CurrentView
from nbn_core.analysis import coupling, spectrum
from nbn_core.analysis.coupling import coupling_order
from nbn_core.analysis.exact_hessian import dropped_term
from nbn_core.experiment import Experiment
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.network import Topology
from nbn_core.objective import NormalEquations, Objective
from nbn_core.rules.damping import damping_diagonal
from nbn_core.rules.nbn import NBN
from nbn_core.training.continuing import continuation
from nbn_core.types import BoolArray, FloatArray, IntArray

KEPT: Final = ByteCache(192_000_000, largest=48_000_000)


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """Where we look: a network and its data at certain weights.

    Parameters
    ----------
    experiment : Experiment
        Whose.
    objective : Objective
        On the patterns that train.
    weights : (N,) float64
        At iteration k.
    mu : float
        Damping of the step that leads on from here.
    key : str
        The same for the same point.
    """

    experiment: Experiment
    objective: Objective
    weights: FloatArray
    mu: float
    key: str

    @property
    def topology(self) -> Topology:
        """The network."""
        return self.objective.topology


@functools.cache
def _one_thread() -> None:
    """Keep linear algebra on one thread each: several that wait for each other cost seconds."""
    threadpool_limits(1, user_api="blas")


def point(shown: CurrentView, k: int | None = None) -> Point:
    """Return the point at iteration k, or at the one on the screen."""
    _one_thread()
    experiment = shown.experiment
    at = shown.k if k is None else k
    training = hashlib.blake2b(training_key(experiment).encode(), digest_size=12).hexdigest()
    objective = KEPT.get(
        ("objective", training), lambda: Objective(experiment.topology, experiment.datasets()[0])
    )
    weights = shown.weights if shown.trace is None else shown.trace.weights[at]
    return Point(experiment, objective, weights, next_mu(shown, at), f"{training}-{at}")


def next_mu(shown: CurrentView, k: int) -> float:
    """Return the mu with which the step from iteration k was, or would be, made."""
    settings, trace = _settings(shown.experiment), shown.trace
    if trace is not None and k < shown.last and trace.mu[k + 1] > 0:
        return float(trace.mu[k + 1])
    if trace is None or shown.experiment.rule != "nbn":
        return float(settings["mu_start"])
    return continuation(trace, k, settings).mu


def _settings(experiment: Experiment) -> dict[str, Any]:
    """Those of NBN; where another rule trains, what NBN would do if nothing is said."""
    return NBN().settings(experiment.settings if experiment.rule == "nbn" else {})


def added(at: Point) -> FloatArray:
    """What the next step adds to the diagonal of Q: (N,) float64."""
    matrix = _settings(at.experiment)["matrix"]
    made: FloatArray = _kept(
        at, "added", lambda: damping_diagonal(matrix, at.mu, np.diag(equations(at).quasi_hessian))
    )
    return made


def damping(at: Point) -> float:
    """The same as one number: their mean, where the weights have numbers of their own."""
    return float(added(at).mean())


def searches(at: Point) -> bool:
    """Whether a step that is too long is shortened, before mu is raised."""
    return bool(_settings(at.experiment)["control"] != "published")


def damping_words(at: Point) -> str:
    """Say what that number is made of; nothing if it is mu itself."""
    return {
        "max_diagonal": f" (μ = {short(at.mu)} times the largest number on the diagonal of Q)",
        "marquardt": f" (the mean: every weight has μ = {short(at.mu)} times its own diagonal)",
    }.get(_settings(at.experiment)["matrix"], "")


def _kept(at: Point, what: str, make: Any, *more: object) -> Any:
    return KEPT.get((what, at.key, *more), make)


def equations(at: Point) -> NormalEquations:
    """SSE, g and Q."""
    made: NormalEquations = _kept(
        at, "equations", lambda: at.objective.normal_equations(at.weights)
    )
    return made


def dropped(at: Point) -> FloatArray:
    """S (N, N)."""
    made: FloatArray = _kept(at, "dropped", lambda: dropped_term(at.objective, at.weights))
    return made


def eigenvalues(at: Point, of: str) -> FloatArray:
    """Eigenvalues of Q, H or S, largest first."""

    def make() -> FloatArray:
        quasi_hessian = equations(at).quasi_hessian
        if of == "Q":
            return spectrum.eigenvalues(quasi_hessian)
        return spectrum.eigenvalues(dropped(at) if of == "S" else quasi_hessian + dropped(at))

    made: FloatArray = _kept(at, "eigenvalues", make, of)
    return made


def directions(at: Point) -> spectrum.Spectrum:
    """Eigenvalues and eigenvectors of Q."""
    made: spectrum.Spectrum = _kept(
        at, "directions", lambda: spectrum.spectrum(equations(at).quasi_hessian)
    )
    return made


def ratio(at: Point) -> float:
    """Norm of S over that of Q."""

    def make() -> float:
        whole = float(np.linalg.norm(equations(at).quasi_hessian))
        return float(np.linalg.norm(dropped(at))) / whole if whole > 0 else math.nan

    return float(_kept(at, "ratio", make))


def ratios(shown: CurrentView) -> tuple[IntArray, FloatArray]:
    """Norm of S over that of Q over the iterations: all, or as many as a second allows."""
    here = point(shown)
    data = here.objective.dataset
    work = 3.0 * here.topology.n_weights**2 * data.n_patterns * data.n_outputs
    count = int(min(shown.last + 1, max(8, min(80, 3e9 / work))))
    steps = np.unique(np.append(np.linspace(0, shown.last, count).astype(np.int64), shown.k))
    return steps, np.array([ratio(point(shown, int(k))) for k in steps])


def zeros(topology: Topology) -> BoolArray:
    """Structural zeros of Q."""
    made: BoolArray = KEPT.get(("zeros", topology), lambda: coupling.structural_zeros(topology))
    return made


def order(at: Point) -> NDArray[np.intp]:
    """Order the weights by coupling."""
    made: NDArray[np.intp] = _kept(
        at, "order", lambda: coupling_order(equations(at).quasi_hessian, zeros(at.topology))
    )
    return made


def loss(at: Point, groups: coupling.Groups) -> coupling.BlockLoss:
    """Compare the step group by group with the full one."""
    _, gradient, quasi_hessian = equations(at)
    made: coupling.BlockLoss = _kept(
        at,
        "loss",
        lambda: coupling.block_loss(quasi_hessian, gradient, added(at), groups),
        groups.names,
    )
    return made
