"""What a learning rule is: `init` makes an explicit state, `advance` moves it on.

A rule holds no data of its own. Its state holds a `Record`, the trace so far; `advance` adds rows
to it, and sets `stop` when the rule itself has come to an end. The loop around it, limits on
iterations and cancellation are `nbn_core.training.training`'s.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol

from nbn_core.checks import not_negative, positive, shown, whole
from nbn_core.data import Dataset
from nbn_core.errors import SettingError
from nbn_core.network import Topology
from nbn_core.objective import Objective
from nbn_core.rules.damping import ATTEMPTS_MOST, Damping
from nbn_core.rules.engines import first_order
from nbn_core.rules.engines.python_loop import LoopState
from nbn_core.rules.engines.python_loop import advance as advance_walk
from nbn_core.rules.engines.python_loop import begin as begin_walk
from nbn_core.trace import Record, StopReason
from nbn_core.types import FloatArray


class Uses(NamedTuple):
    """What a rule lets a hidden neuron know, apart from its own inputs.

    Attributes
    ----------
    own_activations : bool
        Its value and slope.
    output_error : bool
        How far the outputs are from their targets.
    weight_transpose : bool
        The weights of later neurons, backwards.
    labels : bool
        The targets themselves, at every level.
    """

    own_activations: bool = True
    output_error: bool = True
    weight_transpose: bool = False
    labels: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of a rule: what it is called, and what it may be.

    Parameters
    ----------
    name, label : str
        In files and calls; for people.
    default : float, int, bool or str
        Its type is that of all values.
    low, high : float
        What numbers may be, both included.
    choices : tuple of str
        What text may be.
    text : str
        What it does, in a sentence.
    """

    name: str
    label: str
    default: float | int | bool | str
    low: float = 0.0
    high: float = 1e9
    choices: tuple[str, ...] = ()
    text: str = ""

    def checked(self, value: object) -> Any:
        """Check a value.

        Parameters
        ----------
        value : object
            What was given.

        Returns
        -------
        float, int, bool or str
            As the default.

        Raises
        ------
        SettingError
            If it is not what it may be.
        """
        if isinstance(self.default, bool):
            if not isinstance(value, bool):
                raise SettingError(f"{self.name} must be true or false, not {shown(value)}.")
            return value
        if isinstance(self.default, str):
            if not isinstance(value, str) or value not in self.choices:
                raise SettingError(
                    f"{self.name} must be one of {', '.join(self.choices)}, not {shown(value)}."
                )
            return value
        if isinstance(self.default, int):
            return whole(value, self.name, int(self.low), int(self.high))
        number = positive(value, self.name) if self.low > 0 else not_negative(value, self.name)
        if not self.low <= number <= self.high:
            raise SettingError(
                f"{self.name} must be from {self.low:g} to {self.high:g}, not {number:g}."
            )
        return number


NOISE_SEED: Final = Option(
    "noise_seed", "Seed of chance", 0, 0, 2**53 - 1, text="Of orders and noise, not of the weights."
)
BATCH_SIZE: Final = Option(
    "batch_size", "Patterns in a batch", 0, 0, 10**9, text="0 is all of them; 1 is one by one."
)
SHUFFLED: Final = Option("shuffled", "New order every epoch", True)
OPTIMISER: Final = Option("optimiser", "Optimiser", "adam", choices=tuple(first_order.OPTIMISERS))
MOMENTUM: Final = Option(
    "momentum", "Momentum", 0.9, 0.0, 0.9999, text="Of momentum and Adam; nothing else uses it."
)

DAMPING: Final = (
    Option("mu_start", "Damping at the start", 1e-2, 1e-300, 1e300),
    Option("mu_min", "Least damping", 1e-15, 1e-300, 1e300),
    Option("mu_max", "Most damping", 1e15, 1e-300, 1e300),
    Option("factor", "Factor of the damping", 10.0, 1.0, 1e6),
    Option("max_attempts", "Attempts in an iteration", 30, 1, ATTEMPTS_MOST),
)


def damping(settings: Mapping[str, Any]) -> Damping:
    """Make the damping that settings ask for; SettingError if its values are not in order."""
    return Damping(**{option.name: settings[option.name] for option in DAMPING})


def moves(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Take the part of a `DescentPlan` that common settings decide: optimiser, batches, chance."""
    return {
        "optimiser": settings["optimiser"],
        "rate": settings["rate"],
        "momentum": 0.0 if settings["optimiser"] == "sgd" else settings["momentum"],
        "batch": settings["batch_size"],
        "shuffled": settings["shuffled"],
        "key": settings["noise_seed"],
    }


def rate_option(default: float, most: float = 1e3) -> Option:
    """Make the option of a learning rate."""
    return Option("rate", "Learning rate", default, 1e-12, most)


def checked_settings(
    title: str, options: tuple[Option, ...], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Check settings and fill in the rest.

    Parameters
    ----------
    title : str
        Of the rule.
    options : tuple of Option
        All it has.
    given : mapping
        Names and values.

    Returns
    -------
    dict
        All of them.

    Raises
    ------
    SettingError
        If a name is unknown or a value not what it may be.
    """
    known = [option.name for option in options]
    for name in given:
        if name not in known:
            raise SettingError(
                f"{title} has no setting {shown(name)}: "
                f"it has {', '.join(known) if known else 'none'}."
            )
    return {
        option.name: option.checked(given.get(option.name, option.default)) for option in options
    }


class RuleState(Protocol):
    """What every rule's state shows.

    Attributes
    ----------
    record : Record
        The trace so far; `record.rows - 1` is the iteration reached.
    stop : StopReason or None
        Why the rule came to an end, if it did.
    evaluations : int
        Times the network was run over all patterns to measure the SSE.
    """

    record: Record
    stop: StopReason | None
    evaluations: int


class LearningRule(Protocol):
    """A training method.

    Attributes
    ----------
    name : str
        In files and calls.
    title : str
        For people.
    uses : Uses
        What it lets a hidden neuron know.
    meant_for : str
        The topologies on which it is meaningful, in a sentence.
    """

    name: str
    title: str
    uses: Uses
    meant_for: str

    @property
    def options(self) -> tuple[Option, ...]:
        """Its settings, for a form."""
        ...

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say in a sentence why it cannot train this; None if it can."""
        ...

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say in a sentence what it does differently here, or what to expect; None if nothing."""
        ...

    def settings(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Check settings and fill in the rest; SettingError names what is wrong."""
        ...

    def init(
        self,
        objective: Objective,
        weights: FloatArray,
        target_sse: float,
        settings: Mapping[str, Any],
    ) -> Any:
        """Return the state before the first iteration. Cheap: nothing is computed yet."""
        ...

    def advance(self, state: Any, last_iteration: int, seconds: float) -> None:
        """Go on until iteration `last_iteration`, an end, or for about `seconds`."""
        ...


def second_order_work(objective: Objective) -> tuple[float, float]:
    """Count the work of rules that build J'J, in forward-equivalent units.

    With P patterns, M outputs and N weights a forward pass takes P N multiplications. Building Q
    and g takes one pass forward, M backward and P M N^2 / 2 for the products; an attempt takes
    N^3 / 3 for the factor and one pass forward.

    Parameters
    ----------
    objective : Objective
        Network and data.

    Returns
    -------
    per_iteration, per_attempt : float
        Units.
    """
    n = objective.network.n_weights
    outputs = objective.network.n_outputs
    return 1.0 + outputs + outputs * n / 2.0, 1.0 + n * n / (3.0 * objective.dataset.n_patterns)


class FirstOrder(ABC):
    """A rule that moves the weights by signals times inputs.

    `nbn_core.rules.engines.first_order` runs it.
    """

    name: str
    title: str
    options: tuple[Option, ...]
    uses: Uses
    meant_for: str = "Any wiring."

    @abstractmethod
    def plan(self, objective: Objective, settings: Mapping[str, Any]) -> first_order.DescentPlan:
        """Say which signal, which optimiser, which batches."""

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say in a sentence why it cannot train this; None if it can."""
        return None

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say in a sentence what it does differently here; None if nothing."""
        return None

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check settings and fill in the rest; SettingError names what is wrong."""
        return checked_settings(self.title, self.options, given)

    def init(
        self,
        objective: Objective,
        weights: FloatArray,
        target_sse: float,
        settings: Mapping[str, Any],
    ) -> first_order.Descent:
        """Return the state before the first iteration. Cheap: nothing is computed yet."""
        return first_order.begin(objective, weights, target_sse, self.plan(objective, settings))

    def advance(self, state: first_order.Descent, last_iteration: int, seconds: float) -> None:
        """Go on until iteration `last_iteration`, an end, or for about `seconds`."""
        first_order.advance(state, last_iteration, seconds)

    def direction(
        self,
        objective: Objective,
        weights: FloatArray,
        settings: Mapping[str, Any],
        step: int = 0,
    ) -> FloatArray:
        """Find what the rule puts in the place of g = J'e, for all patterns as one batch.

        Parameters
        ----------
        objective : Objective
            Network and data.
        weights : (N,) float64
            Where.
        settings : mapping
            From `settings`.
        step : int
            Which of its random numbers to use.

        Returns
        -------
        (N,) float64
            Downhill is against it.
        """
        plan = self.plan(objective, settings)
        _, gradient = first_order.estimate(objective, weights, plan, step)
        return gradient[: objective.network.n_weights].copy()


class PythonRule(ABC):
    """A rule whose iterations are led from Python, piece by piece.

    `nbn_core.rules.engines.python_loop` runs it.
    """

    name: str
    title: str
    options: tuple[Option, ...]
    uses: Uses
    meant_for: str = "Any wiring."

    @abstractmethod
    def walk(
        self, state: LoopState, target_sse: float, settings: Mapping[str, Any]
    ) -> Iterator[None]:
        """Make the generator."""

    def refuses(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say in a sentence why it cannot train this; None if it can."""
        return None

    def remark(self, topology: Topology, dataset: Dataset) -> str | None:
        """Say in a sentence what it does differently here; None if nothing."""
        return None

    def settings(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Check settings and fill in the rest; SettingError names what is wrong."""
        settings = checked_settings(self.title, self.options, given)
        if "mu_start" in settings:
            damping(settings)
        return settings

    def init(
        self,
        objective: Objective,
        weights: FloatArray,
        target_sse: float,
        settings: Mapping[str, Any],
    ) -> LoopState:
        """Return the state before the first iteration. Cheap: nothing is computed yet."""
        mu = settings.get("mu_start", float("nan"))
        return begin_walk(
            objective, weights, mu, lambda state: self.walk(state, target_sse, settings)
        )

    def advance(self, state: LoopState, last_iteration: int, seconds: float) -> None:
        """Go on until iteration `last_iteration`, an end, or for about `seconds`."""
        advance_walk(state, last_iteration, seconds)
