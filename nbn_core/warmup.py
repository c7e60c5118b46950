"""Compilation of the kernels in advance, or loading them from the cache, before they are needed."""

from __future__ import annotations

import threading

from nbn_core.analysis.dissection import dissect
from nbn_core.analysis.exact_hessian import curvature
from nbn_core.data import Dataset
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules import RULES, LearningRule
from nbn_core.training import Training, run_trials

_lock = threading.Lock()
_compiled: set[str] = set()  # names of kernels, see LearningRule.kernels
_ready = threading.Event()
_ready_for_curvature = threading.Event()
_ready_for_trials = threading.Event()
_ready_to_race = threading.Event()
_RACERS = ("first_order", "forward_forward")  # kernels of the rules that a race begins with


def warm_up() -> None:
    """Compile all kernels of NBN by training a tiny network and dissecting one iteration.

    Takes several seconds with an empty cache, well under one second with a full one, and returns
    at once when called again. Safe to call from any thread; concurrent calls wait for the first.
    """
    with _lock:
        if _ready.is_set():
            return
        dataset = Dataset([[-1.0], [1.0]], [[1.0], [-1.0]], name="warm-up")
        topology = Topology.mlp([1, 1, 1])
        training = Training(topology, dataset, max_iterations=2, target_sse=0.0)
        training.trace()
        training.advance()
        training.objective.activations(training.result().weights)
        anatomy = dissect(topology, dataset, training.result().weights)
        anatomy.pattern(0)
        _compiled.add(RULES["nbn"].kernels)
        anatomy.running([1])
        _ready.set()


def is_warm() -> bool:
    """Return whether `warm_up` has finished in this process."""
    return _ready.is_set()


def warm_up_trials() -> None:
    """Compile the loop that runs many trials of NBN in one call."""
    with _lock:
        if _ready_for_trials.is_set():
            return
        dataset = Dataset([[-1.0], [1.0]], [[1.0], [-1.0]], name="warm-up")
        run_trials(Topology.mlp([1, 1, 1]), dataset, n_trials=1, max_iterations=2)
        _ready_for_trials.set()


def is_warm_for_trials() -> bool:
    """Return whether `warm_up_trials` has finished in this process."""
    return _ready_for_trials.is_set()


def warm_up_curvature() -> None:
    """Compile the kernels of the exact Hessian and of the Jacobian."""
    with _lock:
        if _ready_for_curvature.is_set():
            return
        dataset = Dataset([[-1.0], [1.0]], [[1.0], [-1.0]], name="warm-up")
        objective = Objective(Topology.mlp([1, 1, 1]), dataset)
        curvature(objective, [0.1, 0.2, 0.3, 0.4])
        objective.jacobian([0.1, 0.2, 0.3, 0.4])
        _ready_for_curvature.set()


def is_warm_for_curvature() -> bool:
    """Return whether `warm_up_curvature` has finished in this process."""
    return _ready_for_curvature.is_set()


def warm_up_rules() -> None:
    """Take a step with one rule for each kind of compiled code, so that all are ready to race.

    Takes half a minute with an empty cache. The rules of a race with default settings are compiled
    first; they are ready when `is_warm_to_race` returns True.
    """
    rules: dict[str, LearningRule] = {}
    for rule in RULES.values():
        if rule.kernels:
            rules.setdefault(rule.kernels, rule)
    first = [rules.pop(kernels) for kernels in _RACERS]
    for several in (first, list(rules.values())):
        with _lock:
            for rule in several:
                _take_a_step(rule)
                _compiled.add(rule.kernels)
        _ready_to_race.set()


def warm_up_everything() -> None:
    """Compile all kernels, so that other processes load them from the cache."""
    for warm_up_some in (warm_up, warm_up_trials, warm_up_curvature, warm_up_rules):
        warm_up_some()


def _take_a_step(rule: LearningRule) -> None:
    """Train for one iteration on the first tiny network that the rule can train, and predict."""
    dataset = Dataset([[-1.0], [1.0]], [[1.0], [-1.0]], name="warm-up")
    for topology in (Topology.mlp([1, 4, 1]), Topology.fcc(1, 1, 1)):
        if rule.refuses(topology, dataset) is None:
            training = Training(topology, dataset, rule.name, max_iterations=1, target_sse=0.0)
            training.advance()
            training.predict([[0.0]])
            return


def is_warm_for(rule: str) -> bool:
    """Return whether the kernels of the rule with this name are compiled in this process."""
    kernels = RULES[rule].kernels
    return not kernels or kernels in _compiled


def is_warm_to_race() -> bool:
    """Return whether the rules of a race with default settings are compiled in this process."""
    return _ready_to_race.is_set()
