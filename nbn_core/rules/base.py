"""The protocol of a learning rule: everything that training, races and pages ask of it.

A rule holds no state: `init` returns the state of a training, and `advance` changes it. The state
holds a `Record`, the trace so far. `advance` adds rows to it, and sets `stop` when the rule has
ended. Limits of iterations and cancellation are in `nbn_core.training.training`.

Only `name`, `title`, `uses`, `init` and `advance` have no default. Most rules derive from
`FirstOrder` or `PythonRule` (`nbn_core.rules.families`), which implement the last two.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, Protocol

from nbn_core.data import Dataset
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules.option import Option, checked_settings, find
from nbn_core.trace import Record, StopReason, Trace, next_row
from nbn_core.types import FloatArray

__all__ = ["FAMILIES", "LearningRule", "Option", "RuleState", "TrialEnd", "Uses"]

SECOND_ORDER: Final = "Second order"
BACKPROPAGATION: Final = "Backpropagation"
ALTERNATIVES: Final = "Alternatives to backpropagation"
OTHER: Final = "Other rules"
FAMILIES: Final = (SECOND_ORDER, BACKPROPAGATION, ALTERNATIVES, OTHER)  # in the order of menus


class Uses(NamedTuple):
    """Information that a hidden neuron has access to under a rule, apart from its own inputs.

    Attributes
    ----------
    own_activations : bool
        Whether it uses its own output and slope.
    output_error : bool
        Whether it uses the errors at the network's outputs.
    weight_transpose : bool
        Whether it uses the weights of later neurons, backward.
    labels : bool
        Whether it uses the targets themselves, at every level.
    """

    own_activations: bool = True
    output_error: bool = True
    weight_transpose: bool = False
    labels: bool = False


class RuleState(Protocol):
    """The members that the state of every rule has.

    Attributes
    ----------
    record : Record
        The trace so far; `record.done` is the iteration reached.
    stop : StopReason or None
        Reason why the rule has ended; None while it can continue.
    evaluations : int
        Number of passes of all patterns through the network to measure the SSE.
    seconds : float
        Computing time so far, in seconds.
    """

    record: Record
    stop: StopReason | None
    evaluations: int
    seconds: float


class TrialEnd(NamedTuple):
    """End of one of many trials, as `LearningRule.trials` returns it.

    Attributes
    ----------
    stop : StopReason
        Reason for the end of the trial.
    sse : float
        SSE at the end.
    iterations : int
        Number of iterations.
    evaluations : int
        Number of passes of all patterns through the network to measure the SSE.
    work : float
        Work, in forward-equivalent units.
    seconds : float
        Computing time, in seconds.
    weights : (N,) float64
        Weights at the end.
    """

    stop: StopReason
    sse: float
    iterations: int
    evaluations: int
    work: float
    seconds: float
    weights: FloatArray


class LearningRule(ABC):
    """A learning rule: how it is named, set, run, resumed and measured.

    Attributes
    ----------
    name : str
        Name in files and arguments.
    title : str
        Title in texts and menus.
    abbreviation : str
        Short title for narrow places; `title` by default.
    family : str
        One of `FAMILIES`: the group in which a menu lists the rule.
    options : tuple of Option
        All settings; forms show them in this order.
    uses : Uses
        Information that a hidden neuron has access to.
    meant_for : str
        The topologies for which the rule is meant, in a sentence.
    weighs : bool
        Whether the rule supports pattern weights and frozen weights.
    sparse_trace : bool
        Whether the rule runs for up to millions of iterations and records some hundreds of them.
    usual_iterations : int
        Maximum iterations suggested by a page.
    own_aim : bool
        Whether the rule minimises something other than the SSE of the drawn network.
    dissectable : bool
        Whether `nbn_core.analysis.dissection` computes the iterations of this rule, with the
        settings of this rule.
    compares_labels : bool
        Whether the rule predicts by trying every label, see `nbn_core.rules.forward_forward`.
    kernels : str
        Name of the compiled code that the rule runs; rules with the same name are compiled
        together. Empty for a rule that compiles nothing.
    omitted_in_files : mapping
        Values of settings that files leave out. A file that does not name the setting means this
        value, whatever the default of the rule is now.
    """

    name: str
    title: str
    abbreviation: str = ""
    family: str = OTHER
    options: tuple[Option, ...] = ()
    uses: Uses
    meant_for: str = "Any wiring."

    weighs: bool = False
    sparse_trace: bool = False
    usual_iterations: int = 1000
    own_aim: bool = False
    dissectable: bool = False
    compares_labels: bool = False
    kernels: str = ""
    omitted_in_files: Mapping[str, Any] = {}

    @property
    def short_title(self) -> str:
        """Short title for narrow places."""
        return self.abbreviation or self.title

    # Limits and settings

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Return the reason why the rule cannot train a network on these data.

        Parameters
        ----------
        topology : Topology
            Topology of the network.
        dataset : Dataset
            Training patterns.

        Returns
        -------
        str or None
            A sentence for the user; None if the rule can train.
        """
        return None

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Return a remark about the rule on this network and data, such as a known weakness.

        Parameters
        ----------
        topology : Topology
            Topology of the network.
        dataset : Dataset
            Training patterns.

        Returns
        -------
        str or None
            A sentence for the user; None if there is nothing to remark.
        """
        return None

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check settings, and fill in the defaults of the others.

        Parameters
        ----------
        given : mapping
            Values by name; settings may be missing.

        Returns
        -------
        dict
            A value for every setting.

        Raises
        ------
        SettingError
            If a setting is unknown, has the wrong type, or is out of bounds.
        """
        return checked_settings(self.title, self.options, given)

    def with_setting(self, settings: Mapping[str, Any], name: str, value: object) -> dict[str, Any]:
        """Change one setting, and reset those that depend on it.

        Parameters
        ----------
        settings : mapping
            Settings so far, complete or not.
        name : str
            Name of the setting.
        value : object
            New value of the setting.

        Returns
        -------
        dict
            The settings, without those that are `reset_by` this one.

        Raises
        ------
        SettingError
            If there is no such setting, or a value is not allowed.
        """
        checked = find(self.options, self.title, name).checked(value)
        reset = {option.name for option in self.options if name in option.reset_by}
        kept = {key: kept for key, kept in settings.items() if key not in reset}
        changed = {**kept, name: checked}
        self.settings(changed)
        return changed

    # Training

    @abstractmethod
    def init(
        self,
        objective: Objective,
        weights: FloatArray,
        target_sse: float,
        settings: Mapping[str, Any],
    ) -> Any:
        """Return the state before the first iteration. Nothing is computed yet.

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
        RuleState
            State of the training; its type depends on the rule.
        """

    @abstractmethod
    def advance(self, state: Any, last_iteration: int, seconds: float) -> None:
        """Continue until an end, `last_iteration`, or for about `seconds`.

        Parameters
        ----------
        state : RuleState
            State from `init`; changed.
        last_iteration : int
            Iteration at which to return.
        seconds : float
            Time after which to return, in seconds; however short it is, some work is done.
        """

    def pass_plateau(self, state: Any) -> None:  # noqa: B027 - few rules stop on a plateau
        """Let a training that stopped on a plateau continue; other trainings are unchanged.

        Parameters
        ----------
        state : object
            State from `init`; changed.
        """

    def resume(  # noqa: B027 - a default that does nothing
        self, state: Any, trace: Trace, settings: Mapping[str, Any]
    ) -> None:
        """Restore the state from a trace, apart from the weights, such as the damping.

        By default nothing is restored: the rule starts from the weights of the last row.

        Parameters
        ----------
        state : RuleState
            State from `init`, made with the weights of the last row; changed.
        trace : Trace
            Trace of the training to continue.
        settings : mapping
            Settings from `settings`.
        """

    def next_row(self, iteration: int) -> int:
        """Return the iteration that the trace records next.

        Parameters
        ----------
        iteration : int
            Last recorded iteration.

        Returns
        -------
        int
            Next recorded iteration: the following one, or in a sparse trace that of
            `nbn_core.trace.next_row`.
        """
        return next_row(iteration) if self.sparse_trace else iteration + 1

    def summation_method(self, state: Any) -> str | None:
        """Return the method by which the quasi-Hessian is summed.

        Parameters
        ----------
        state : RuleState
            State from `init`.

        Returns
        -------
        str or None
            Name of the method, never "auto"; None for a rule without a quasi-Hessian.
        """
        return None

    def work_done(self, state: Any) -> float:
        """Return the work of a training so far, with attempts after its last row.

        Parameters
        ----------
        state : RuleState
            State from `init`, after its first iteration has begun.

        Returns
        -------
        float
            Work in forward-equivalent units; by default that of the last row of the trace.
        """
        return float(state.record.columns.work[max(state.record.rows - 1, 0)])

    # Prediction

    def predict(self, state: Any, inputs: FloatArray) -> FloatArray:
        """Compute the outputs as the rule predicts them, if it does not use the drawn network.

        Parameters
        ----------
        state : RuleState
            State after any iteration; no other thread may advance it meanwhile.
        inputs : (P, I) float64
            Inputs, one pattern per row.

        Returns
        -------
        (P, M) float64
            Outputs, in the order of the outputs of the drawn network.

        Raises
        ------
        NotImplementedError
            If the rule predicts with the drawn network: `own_prediction` is then false.
        """
        raise NotImplementedError(f"{self.title} predicts with the drawn network.")

    @property
    def own_prediction(self) -> bool:
        """Whether the rule defines `predict`: its outputs are not those of the drawn network."""
        return type(self).predict is not LearningRule.predict

    # Many trials

    def trials(
        self,
        objective: Objective,
        starts: FloatArray,
        max_iterations: int,
        target_sse: float,
        settings: Mapping[str, Any],
        cancelled: Callable[[], bool],
    ) -> list[TrialEnd]:
        """Train from many starts in compiled code, for rules that support it.

        Every trial is bit-identical to a single training from the same start.

        Parameters
        ----------
        objective : Objective
            Network and data.
        starts : (T, N) float64
            Starting weights, one trial per row; may be overwritten.
        max_iterations : int
            Maximum iterations of a trial.
        target_sse : float
            SSE at or below which a trial stops.
        settings : mapping
            Settings from `settings`.
        cancelled : callable
            Function that is called every few milliseconds; trials end early if it returns true.

        Returns
        -------
        list of TrialEnd
            Ends of the first trials, as many as ended before cancellation.

        Raises
        ------
        NotImplementedError
            If trials run one by one through `init` and `advance`: `compiled_trials` is then false.
        """
        raise NotImplementedError(f"{self.title} runs trials one by one.")

    @property
    def compiled_trials(self) -> bool:
        """Whether the rule defines `trials`."""
        return type(self).trials is not LearningRule.trials

    # Measurements

    def direction(
        self,
        objective: Objective,
        weights: FloatArray,
        settings: Mapping[str, Any],
        step: int = 0,
    ) -> FloatArray | None:
        """Compute what the rule uses in place of g = J'e, for all patterns as one batch.

        Parameters
        ----------
        objective : Objective
            Network and data.
        weights : (N,) float64
            Weights at which to compute it.
        settings : mapping
            Settings from `settings`.
        step : int
            Index of the step, which selects the random numbers.

        Returns
        -------
        (N,) float64 or None
            Direction of ascent, used like g. None for a rule without such a signal.
        """
        return None

    def extra_weights(self, state: Any) -> int:
        """Return the number of trainable weights beside those of the drawn network.

        Parameters
        ----------
        state : RuleState
            State from `init`.

        Returns
        -------
        int
            Number of weights of label slots, features, output heads or stages; 0 by default.
        """
        return 0
