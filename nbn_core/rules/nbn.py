"""NBN: Levenberg-Marquardt with the quasi-Hessian assembled neuron by neuron.

    (Q + D) dw = -g,    Q = J'J,    g = J'e

Q is the full N x N matrix of all weights; J is never stored. By default D is mu times the largest
entry of the diagonal of Q in units that do not depend on the scale of the data, and the step dw is
halved until the SSE falls. This control was chosen by a study, docs/step-control.md. The published
one is `control="published"`: D = mu I; an attempt that lowers the SSE is accepted and mu is divided
by a factor. After any other attempt, or if the matrix is not positive definite, mu is multiplied by
the factor and the next attempt uses the same Q.

References
----------
Wilamowski & Yu, IEEE Trans. Neural Networks 21(6), 930-937, 2010.
Wilamowski & Yu, IEEE Trans. Neural Networks 21(11), 1793-1803, 2010.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any, Final, NamedTuple

from nbn_core.errors import SettingError
from nbn_core.kernels import nbn, status, step_control
from nbn_core.kernels import trials as trials_kernel
from nbn_core.objective import Objective
from nbn_core.objective.methods import METHODS, checked_method
from nbn_core.rules.base import SECOND_ORDER, LearningRule, TrialEnd, Uses
from nbn_core.rules.common_options import DAMPING
from nbn_core.rules.damping import (
    CONTROLS,
    MATRICES,
    PLATEAU_MOST,
    PUBLISHED,
    USUAL_CONTROL,
    Damping,
    suited_start,
)
from nbn_core.rules.engines import compiled_trials
from nbn_core.rules.engines import nbn as engine
from nbn_core.rules.engines.nbn import NBNState
from nbn_core.rules.engines.time_slices import stop_reason
from nbn_core.rules.option import Option
from nbn_core.trace import Record, StopReason, Trace
from nbn_core.types import FloatArray

_KNOWN = (*(field.name for field in fields(Damping)), "method")


class Resumption(NamedTuple):
    """What NBN carries from one iteration to the next besides the weights.

    Attributes
    ----------
    mu : float
        Damping of the next attempt.
    step_length : float
        Length of the last accepted step; some controls choose by it the
        first length that they try.
    """

    mu: float
    step_length: float = 1.0


_DISPLAYED_CONTROLS: Final = ("adaptive", "best_step", "line_search", "published")
_DISPLAYED_MATRICES: Final = ("data_scaled", "max_diagonal", "levenberg", "marquardt")


class NBN(LearningRule):
    """Levenberg-Marquardt with the quasi-Hessian assembled neuron by neuron.

    Each iteration solves (Q + D) dw = -g for the step of all weights together, where the damping D
    is mu times the largest diagonal entry of Q, the unit matrix, or the diagonal of Q.
    Q = J'J is summed pattern by pattern, so that the Jacobian J is never stored. Wilamowski & Yu,
    IEEE Trans. Neural Networks 21, 2010.
    """

    name = "nbn"
    title = "Neuron by Neuron (NBN)"
    abbreviation = "NBN"
    family = SECOND_ORDER
    options = (
        Option(
            "control", "Step control", USUAL_CONTROL, main=True,
            choices=_DISPLAYED_CONTROLS,
            choice_titles=tuple(CONTROLS[name].title for name in _DISPLAYED_CONTROLS),
            help="Adaptive: the step is halved until the error falls; the damping follows quickly. "
            "Line search: the same with slow damping. Best step: the step is halved for as long as "
            "the error continues to fall. Published: the whole step, or none and a larger damping.",
        ),
        Option(
            "matrix", "Damping matrix", CONTROLS[USUAL_CONTROL].matrix, short="Damping",
            choices=_DISPLAYED_MATRICES,
            choice_titles=tuple(MATRICES[name] for name in _DISPLAYED_MATRICES),
            reset_by=("control",),
            help="The numbers by which μ is multiplied before it is added to the diagonal of Q. "
            "Largest diagonal: the largest number on that diagonal. Data-scaled: the same, "
            "in units of inputs and targets. Levenberg: 1. Marquardt: for each weight its own "
            "number on the diagonal, at least 1e-12.",
        ),
        replace(
            DAMPING[0],
            default=suited_start(USUAL_CONTROL, CONTROLS[USUAL_CONTROL].matrix),
            reset_by=("control", "matrix"),
        ),
        replace(
            DAMPING[1],
            default=CONTROLS[USUAL_CONTROL].mu_min,
            reset_by=("control",),
        ),
        *DAMPING[2:],
        Option(
            "plateau", "Plateau, iterations", CONTROLS[USUAL_CONTROL].plateau, 0, PLATEAU_MOST,
            short="Plateau", reset_by=("control",),
            help="Training stops when so many iterations decrease the error by less than 0.1 %; 0 "
            "for no such stop. Train continues from there.",
        ),
        Option(
            "method", "How Q is computed", "auto", short="Q computed", choices=METHODS,
            choice_titles=("Automatic", "Forward only", "Forward, back", "Pairs of neurons"),
            help="Three methods that give the same numbers: forward only (2010), forward and "
            "backward (2008), or by pairs of neurons. Automatic selects the one with the least "
            "work.",
        ),
    )  # fmt: skip
    uses = Uses(weight_transpose=True)
    meant_for = "Any wiring, up to some thousand weights."
    weighs = True
    usual_iterations = 500
    dissectable = True
    kernels = "nbn"
    omitted_in_files = PUBLISHED

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check settings and fill in the others.

        Parameters
        ----------
        given : mapping
            Values by name: the fields of `Damping`, and "method", one of
            `nbn_core.objective.methods.METHODS`. The default control is "adaptive"; the defaults
            of matrix, mu_start, mu_min and plateau depend on the control.

        Returns
        -------
        dict
            All settings; "method" only if it is not "auto".

        Raises
        ------
        SettingError
            If a name is unknown, or a value is out of bounds.
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
            Network, data, pattern weights and frozen weights.
        weights : (N,) float64
            Starting weights.
        target_sse : float
            SSE at or below which the rule stops.
        settings : mapping
            Settings from `settings`.

        Returns
        -------
        NBNState
            The state; nothing is computed yet.
        """
        method = settings.get("method", "auto")
        return engine.begin(objective, weights, target_sse, _known_damping(settings), method)

    def advance(self, state: NBNState, last_iteration: int, seconds: float) -> None:
        """Continue until an end, `last_iteration`, or for about `seconds`.

        Parameters
        ----------
        state : NBNState
            State from `init`; changed.
        last_iteration : int
            Iteration at which to return.
        seconds : float
            Time after which to return, in seconds.
        """
        engine.advance(state, last_iteration, seconds)

    def resume(self, state: NBNState, trace: Trace, settings: Mapping[str, Any]) -> None:
        """Continue from the damping and step length of a trace; see `LearningRule.resume`."""
        mu, step_length = self.resumption(trace, len(trace) - 1, settings)
        state.numbers[nbn.MU] = state.record.columns.mu[0] = mu
        state.numbers[nbn.SEARCH + step_control.LAST_ETA] = step_length
        state.record.columns.step_length[0] = step_length

    def pass_plateau(self, state: NBNState) -> None:
        """Let a training that stopped on a plateau continue."""
        if state.stop is StopReason.PLATEAU:
            state.counters[nbn.STATUS] = status.RUNNING
            state.stop = None

    def resumption(
        self, trace: Trace, k: int, settings: Mapping[str, Any] | None = None
    ) -> Resumption:
        """Return the damping and step length with which NBN continues from row k of a trace.

        Parameters
        ----------
        trace : Trace
            Trace of a training; the damping of a row may be NaN, as for first-order rules.
        k : int
            Index of the row.
        settings : mapping, optional
            Settings with which NBN continues; its defaults for those that are missing.

        Returns
        -------
        Resumption
            Damping and step length. For iteration 0 they are those of the row; later the damping
            follows from the accepted attempt. Without a damping in the row, the initial damping of
            the settings and step length 1.
        """
        damping = damping_of(self.settings(settings or {}))
        mu, step_length = float(trace.mu[k]), float(trace.step_length[k])
        if not mu > 0:
            return Resumption(damping.mu_start)
        if not step_length > 0:
            step_length = 1.0
        if int(trace.iterations[k]) == 0:
            return Resumption(mu, step_length)
        return Resumption(_mu_after(damping, mu, step_length), step_length)

    def summation_method(self, state: NBNState) -> str:
        """Return the concrete method by which Q is summed, never "auto"."""
        return state.method

    def work_done(self, state: NBNState) -> float:
        """Return the work so far, with attempts after the last row."""
        counts = (nbn.ITERATION, nbn.FACTORS, nbn.EVALUATIONS)
        return engine.total_work(state.objective, *(int(state.counters[i]) for i in counts))

    def trials(
        self,
        objective: Objective,
        starts: FloatArray,
        max_iterations: int,
        target_sse: float,
        settings: Mapping[str, Any],
        cancelled: Callable[[], bool],
    ) -> list[TrialEnd]:
        """Train from many starts in compiled code; see `LearningRule.trials`."""
        state = self.init(objective, starts[0].copy(), target_sse, settings)
        columns = Record(starts[0], 0.0).make_room(trials_kernel.ROWS)
        arguments = engine.kernel_arguments(state, columns)
        ended = compiled_trials.run(
            starts, max_iterations, arguments, state.numbers, state.rate, cancelled
        )
        counted = zip(ended.iterations, ended.factors, ended.evaluations, strict=True)
        work = [engine.total_work(objective, *map(int, counts)) for counts in counted]
        return [
            TrialEnd(
                stop_reason(ended.statuses[t]) or StopReason.MAX_ITERATIONS,
                float(ended.sse[t]), int(ended.iterations[t]), int(ended.evaluations[t]),
                work[t], float(ended.seconds[t]), starts[t],
            )
            for t in range(len(ended.sse))
        ]  # fmt: skip


# The same function without compiling it for this one call
_mu_accepted = getattr(step_control.mu_accepted, "py_func", step_control.mu_accepted)


def _mu_after(damping: Damping, mu: float, step_length: float) -> float:
    """Return mu after an accepted attempt of this length."""
    control = list(CONTROLS).index(damping.control)
    return float(
        _mu_accepted(control, mu, step_length, damping.factor, damping.mu_min, damping.mu_max)
    )


def damping_of(settings: Mapping[str, Any]) -> Damping:
    """Select the damping from the settings of NBN.

    Parameters
    ----------
    settings : mapping
        Settings from `NBN.settings`.

    Returns
    -------
    Damping
        The damping, checked.
    """
    return Damping(**{name: value for name, value in settings.items() if name != "method"})


def _known_damping(settings: Mapping[str, Any]) -> Damping:
    """Select the damping from checked settings, without checking them once more."""
    return _damping(tuple((name, value) for name, value in settings.items() if name != "method"))


@lru_cache(maxsize=64)
def _damping(settings: tuple[tuple[str, Any], ...]) -> Damping:
    return Damping(**dict(settings))


def _completed(given: Mapping[str, Any]) -> dict[str, Any]:
    """Fill in control, matrix and initial mu; `Damping` reports errors."""
    filled = {"control": USUAL_CONTROL, **given}
    control = filled["control"]
    if isinstance(control, str) and control in CONTROLS:
        filled.setdefault("matrix", CONTROLS[control].matrix)
        filled.setdefault("mu_min", CONTROLS[control].mu_min)
        filled.setdefault("plateau", CONTROLS[control].plateau)
        if isinstance(filled["matrix"], str):
            filled.setdefault("mu_start", suited_start(control, filled["matrix"]))
    return filled
