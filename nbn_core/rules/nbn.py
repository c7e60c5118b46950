"""NBN: Levenberg-Marquardt with the quasi-Hessian assembled neuron by neuron.

    (Q + D) dw = -g,    Q = J'J,    g = J'e

Q is the full N x N matrix of all weights; J is never stored. With D = mu max(diag(Q)) I the step
dw is halved for as long as the SSE still falls, and the best is taken. That control was chosen by a
study, docs/step-control.md. The published one is `control="published"`: D = mu I; an attempt that
lowers the SSE is accepted and mu divided by a factor; any other one, a matrix that is not positive
definite included, multiplies mu and is made again from the same Q.

References
----------
Wilamowski & Yu, IEEE Trans. Neural Networks 21(6), 930-937, 2010.
Wilamowski & Yu, IEEE Trans. Neural Networks 21(11), 1793-1803, 2010.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from nbn_core.data import Dataset
from nbn_core.errors import SettingError
from nbn_core.kernels import nbn, step_control
from nbn_core.kernels.memory import zeros
from nbn_core.kernels.records import plain
from nbn_core.kernels.vectors import WIDTH
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.objective.methods import checked_method, costs
from nbn_core.rules.base import DAMPING, Option, Uses, second_order_work
from nbn_core.rules.damping import CONTROLS, MATRICES, USUAL_CONTROL, Damping, suited_start
from nbn_core.rules.engines import clock
from nbn_core.rules.engines.time_slices import SLICE_SECONDS, stop_reason
from nbn_core.trace import Columns, Record, StopReason
from nbn_core.types import FloatArray, IntArray

LEAST_DECREASE = 1e-15
# Rows of the trace made ready for one portion, and how many numbers they should take at most
_KNOWN = (*(field.name for field in fields(Damping)), "method")
_LEAST_ROWS, _MOST_ROWS, _ROOM = 16, 512, 2**18


@dataclass(slots=True, eq=False, repr=False)
class NBNState:
    """Everything `NBN.advance` changes, and the room it works in."""

    record: Record
    stop: StopReason | None
    evaluations: int
    objective: Objective
    # Updated by every attempt
    counters: IntArray
    numbers: FloatArray
    trial: FloatArray
    # Updated by every accepted one
    weights: FloatArray
    gradient: FloatArray
    quasi_hessian: FloatArray
    # Fixed
    method: str
    workspace: nbn.Workspace
    arguments: tuple[Any, ...]
    options: nbn.Options
    # How fast this machine is
    rate: float
    seconds: float

    def go_on_from(self, part: float) -> None:
        """Begin where another training stopped, whose last step was taken in this part."""
        self.numbers[nbn.SEARCH + step_control.LAST_ETA] = part


class NBN:
    """The rule."""

    name = "nbn"
    title = "Neuron by Neuron (NBN)"
    options: tuple[Option, ...] = (
        Option("control", "Step control", USUAL_CONTROL, choices=tuple(CONTROLS)),
        Option("matrix", "Damping matrix", CONTROLS[USUAL_CONTROL].matrix, choices=tuple(MATRICES)),
        replace(DAMPING[0], default=suited_start(USUAL_CONTROL, CONTROLS[USUAL_CONTROL].matrix)),
        *DAMPING[1:],
    )
    uses = Uses(weight_transpose=True)
    weighs = True
    meant_for = "Any wiring, up to some thousand weights."

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say in a sentence why it cannot train this; None, for it can."""
        return None

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say in a sentence what it does differently here; None, for nothing."""
        return None

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check settings and fill in the rest.

        Parameters
        ----------
        given : mapping
            Names and values of `Damping`, and "method": one of
            `nbn_core.objective.methods.METHODS`. Without a control it is best
            step; matrix and mu_start are then those that suit the control.

        Returns
        -------
        dict
            All of them; method only if it is not "auto".

        Raises
        ------
        SettingError
            If a name is unknown or a value outside what it may be.
        """
        for name in given:
            if name not in _KNOWN:
                raise SettingError(f"NBN has no setting {name!r}: it has {', '.join(_KNOWN)}.")
        damping = damping_of(_completed(given))
        checked = {name: getattr(damping, name) for name in _KNOWN[:-1]}
        method = checked_method(given.get("method", "auto"))
        return checked if method == "auto" else {**checked, "method": method}

    def init(
        self,
        objective: Objective,
        weights: FloatArray,
        target_sse: float,
        settings: Mapping[str, Any],
    ) -> NBNState:
        """Return the state before the first iteration.

        Parameters
        ----------
        objective : Objective
            What to minimise.
        weights : (N,) float64
            Where to start.
        target_sse : float
            Where to stop.
        settings : mapping
            From `settings`.

        Returns
        -------
        NBNState
            Nothing is computed yet.
        """
        network = objective.network
        method = objective.method_for(settings.get("method", "auto"))
        problem, block = objective.summation(method)
        damping = damping_of(settings)
        padded = WIDTH * network.n_blocks
        gradient, quasi_hessian, factor, panel, scales, damped, step = zeros(
            (padded,), (padded, padded),
            (network.n_blocks, padded, WIDTH), (WIDTH, padded), (WIDTH,), (padded,), (padded,),
        )  # fmt: skip
        workspace = nbn.Workspace(
            block=block, factor=factor, panel=panel, scales=scales, damping=damped, step=step
        )
        numbers = np.zeros(nbn.N_NUMBERS)
        numbers[nbn.MU] = damping.mu_start
        numbers[nbn.SEARCH + step_control.LAST_ETA] = 1.0
        return NBNState(
            record=Record(weights, damping.mu_start, 1.0),
            stop=None,
            evaluations=0,
            objective=objective,
            counters=np.zeros(nbn.N_COUNTERS, dtype=np.int64),
            numbers=numbers,
            trial=weights.copy(),
            weights=weights.copy(),
            gradient=gradient,
            quasi_hessian=quasi_hessian,
            method=method,
            workspace=workspace,
            arguments=(plain(problem), plain(workspace)),
            options=_options(objective, method, target_sse, damping),
            rate=1e9,
            seconds=0.0,
        )

    def advance(self, state: NBNState, last_iteration: int, seconds: float) -> None:
        """Go on until `last_iteration`, an end, or for about `seconds`.

        Parameters
        ----------
        state : NBNState
            Changed.
        last_iteration : int
            Accepted iterations not to go beyond.
        seconds : float
            At most about this long.
        """
        network = state.objective.network
        record = state.record
        iteration = int(state.counters[nbn.ITERATION])
        rows = max(_LEAST_ROWS, min(_MOST_ROWS, _ROOM // network.n_weights))
        last = min(last_iteration, iteration + rows)
        columns = record.make_room(last + 1)

        fixed, changing, trace = kernel_arguments(state, columns)

        def go_on(work: float) -> float:
            arguments = [*fixed, last, work, changing, trace]
            return float(nbn.advance(*arguments))

        if record.rows == 0:
            go_on(0.0)  # compiled, or loaded, outside the time measured
        began, computing = time.perf_counter(), clock.computing()
        done = go_on(state.rate * min(seconds, SLICE_SECONDS))
        elapsed = time.perf_counter() - began
        computed = clock.computing() - computing
        if elapsed > 1e-4:
            state.rate = min(max(done / elapsed, 1e8, state.rate / 4), 1e11)
        _finish(state, computed)


def damping_of(settings: Mapping[str, Any]) -> Damping:
    """Pick what belongs to damping out of the settings of the rule.

    Parameters
    ----------
    settings : mapping
        Names and values.

    Returns
    -------
    Damping
        Checked.
    """
    return Damping(**{name: value for name, value in settings.items() if name != "method"})


def _completed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in control, matrix and first mu; what is wrong is left for `Damping` to name."""
    filled = {"control": USUAL_CONTROL, **given}
    control = filled["control"]
    if isinstance(control, str) and control in CONTROLS:
        filled.setdefault("matrix", CONTROLS[control].matrix)
        if isinstance(filled["matrix"], str):
            filled.setdefault("mu_start", suited_start(control, filled["matrix"]))
    return filled


def kernel_arguments(
    state: NBNState, columns: Columns
) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    """Collect what `nbn.advance` takes before, between and after `last_iteration, work`.

    Parameters
    ----------
    state : NBNState
        From `NBN.init`.
    columns : Columns
        With room for the rows to come.

    Returns
    -------
    fixed, changing, trace : tuple
        Problem, workspace and options; the state; columns of the trace.
    """
    fixed = (*state.arguments, tuple(state.options))
    changing = nbn.State(
        weights=state.weights,
        trial=state.trial,
        gradient=state.gradient,
        quasi_hessian=state.quasi_hessian,
        counters=state.counters,
        numbers=state.numbers,
    )
    trace = nbn.TraceColumns(
        sse=columns.sse,
        mu=columns.mu,
        gradient_norm=columns.gradient_norm,
        attempts=columns.attempts,
        step_length=columns.step_length,
        weights=columns.weights,
    )
    return fixed, tuple(changing), tuple(trace)


def _finish(state: NBNState, elapsed: float) -> None:
    """Share the time out over the rows that are complete now, and show them."""
    record = state.record
    counters = state.counters
    state.stop = stop_reason(counters[nbn.STATUS])
    state.evaluations = int(counters[nbn.EVALUATIONS])
    complete = counters[nbn.PHASE] != nbn.ACCUMULATE or state.stop is not None
    rows = int(counters[nbn.ITERATION]) + bool(complete)
    before = state.seconds
    state.seconds += elapsed
    if rows > record.rows:
        shares = 1.0 + record.columns.attempts[record.rows : rows]
        record.columns.seconds[record.rows : rows] = before + elapsed * (
            np.cumsum(shares) / shares.sum()
        )
        columns = record.columns
        attempts = columns.attempts[:rows].cumsum()[record.rows :]
        per_iteration, per_attempt = second_order_work(state.objective)
        if state.options.control != step_control.PUBLISHED:  # one factor, many attempts
            per_iteration, per_attempt = per_iteration + per_attempt - 1.0, 1.0
        columns.evaluations[record.rows : rows] = 1 + attempts
        columns.work[record.rows : rows] = (
            per_iteration * np.arange(record.rows, rows) + per_attempt * attempts
        )
        record.rows = rows


def _options(objective: Objective, method: str, target_sse: float, damping: Damping) -> nbn.Options:
    """Translate settings for the kernel; count the multiplications of each of its pieces."""
    network = objective.network
    n = network.n_weights
    forward = 10.0 + network.n_inputs + n + 16.0 * network.n_neurons
    panel = n * n / 6.0 * WIDTH / max(n, 1) * 2.0 + 20.0 * n
    return nbn.Options(
        mu_min=float(damping.mu_min),
        mu_max=float(damping.mu_max),
        mu_factor=float(damping.factor),
        max_attempts=int(damping.max_attempts),
        target_sse=float(target_sse),
        least_decrease=LEAST_DECREASE,
        control=list(CONTROLS).index(damping.control),
        matrix=list(MATRICES).index(damping.matrix),
        accumulate_work=forward + costs(network, objective.dataset.n_patterns)[method],
        factor_work=panel,
        forward_work=forward,
    )
