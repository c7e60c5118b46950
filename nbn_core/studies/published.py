"""Published results: what a source printed, the study that repeats it, and the comparison of both.

The values are in `published_tables`. Every entry says how certain it is that the source printed
its values; those that could only be recalled are marked as not verified. Settings that a source
does not tell are the likely ones: the published step control, starting weights between -1 and 1,
gain 0.5. A `Variant` repeats an entry with one of them changed, to see what a difference is due to.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from nbn_core.checks import shown
from nbn_core.data import Dataset
from nbn_core.display import one_line
from nbn_core.errors import SettingError
from nbn_core.experiment import OwnData, ProblemData, Stopping
from nbn_core.generators import PROBLEMS, control_surface, control_surface_test
from nbn_core.studies.families import member
from nbn_core.studies.value import Study, StudyNetwork, StudyRule


class Certainty(Enum):
    """How certain it is that a source printed a value."""

    READ = "read in the source"
    COMPUTED = "computed from the source's formulas"
    RECALLED = "recalled, not verified"


class Printed(NamedTuple):
    """Values that a source printed; None for what it did not.

    Attributes
    ----------
    success_rate : float or None
        Share of the trials that succeeded, in [0, 1].
    iterations : float or None
        Average number of iterations.
    neurons, weights : int or None
        Size of the network, outputs included.
    test_sse : float or None
        SSE of the test patterns.
    iteration_seconds : float or None
        Time of one iteration on the computer of the source, forward only, in seconds.
    trials : int or None
        Number of trials behind the rate.
    """

    success_rate: float | None = None
    iterations: float | None = None
    neurons: int | None = None
    weights: int | None = None
    test_sse: float | None = None
    iteration_seconds: float | None = None
    trials: int | None = None


class Variant(NamedTuple):
    """Settings under which an entry is repeated.

    Attributes
    ----------
    title : str
        What is different, as a phrase.
    gain, leak : float or None
        Gain and leak of all nonlinear neurons; None for those of the entry.
    control : str
        Step control of NBN.
    scheme : str
        Scheme of the starting weights.
    scaled : bool
        Whether the inputs are scaled to [-1, 1].
    """

    title: str
    gain: float | None = None
    leak: float | None = None
    control: str = "published"
    scheme: str = "uniform"
    scaled: bool = False


VARIANTS: dict[str, Variant] = {
    "as_published": Variant("the likely settings of the source"),
    "gain_025": Variant("gain 0.25", gain=0.25),
    "gain_1": Variant("gain 1", gain=1.0),
    "leak": Variant("leak 0.001", leak=0.001),
    "scaled": Variant("inputs scaled to [-1, 1]", scaled=True),
    "usual": Variant("the step control and starting weights of this program", None, None,
                     "adaptive", "data"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PublishedEntry:
    """A row of a published table.

    Parameters
    ----------
    table : str
        Key of the table in `PUBLISHED_TABLES`.
    family : str
        Key of the family of the network in `FAMILIES`.
    size, n_inputs, n_outputs : int
        Size of the network as a member of the family, and its numbers of inputs and outputs.
    problem : str
        Name of the problem, a key of `PROBLEMS`.
    parameters : dict
        Parameters of the generator.
    printed : Printed
        Values of the source.
    certainty : Certainty
        Certainty of the printed values.
    trials, max_iterations : int
        Number of trials and their maximum iterations; those of the source where it tells them.
    target_sse : float
        SSE at which a trial succeeds.
    output : str
        Activation of the outputs.
    gain : float
        Gain of all nonlinear neurons.
    note : str
        What was tested where our values differ, as sentences; empty if nothing was.
    """

    table: str
    family: str
    size: int
    n_inputs: int
    n_outputs: int
    problem: str
    printed: Printed
    certainty: Certainty
    parameters: dict[str, Any] = field(default_factory=dict)
    trials: int = 100
    max_iterations: int = 300
    target_sse: float = 0.01
    output: str = "bipolar"
    gain: float = 0.5
    note: str = ""

    def __repr__(self) -> str:
        return one_line("PublishedEntry", self.table, self.title, self.certainty.value)

    @property
    def title(self) -> str:
        """Problem and network, such as "Parity-7, 7-2-1 FCC"."""
        return f"{problem_title(self.problem, self.parameters)}, {self.network.name}"

    @property
    def network(self) -> StudyNetwork:
        """The network of the source."""
        return self.network_of(VARIANTS["as_published"])

    def network_of(self, variant: Variant) -> StudyNetwork:
        """Return the network with the gain and leak of a variant.

        Parameters
        ----------
        variant : Variant
            Settings.

        Returns
        -------
        StudyNetwork
            Network of the source.
        """
        return _network(
            self.family, self.size, self.n_inputs, self.n_outputs, self.output,
            self.gain if variant.gain is None else variant.gain, variant.leak or 0.0,
        )  # fmt: skip


@lru_cache(maxsize=256)
def _network(
    family: str, size: int, n_inputs: int, n_outputs: int, output: str, gain: float, leak: float
) -> StudyNetwork:
    return member(family, size, n_inputs, n_outputs, output=output, gain=gain, leak=leak)


def problem_title(problem: str, parameters: dict[str, Any]) -> str:
    """Return the name of the patterns of a problem, such as "Parity-7".

    Parameters
    ----------
    problem : str
        Name of the problem, a key of `PROBLEMS`.
    parameters : dict
        Parameters of the generator.

    Returns
    -------
    str
        Name of the dataset.
    """
    n = parameters.get("n")
    if problem == "parity":
        return f"Parity-{n}"
    if problem in ("decoder", "encoder") and n is not None:
        few, many = (n, 2**n) if problem == "decoder" else (2**n, n)
        return f"{PROBLEMS[problem].title} {few} to {many}"
    return PROBLEMS[problem].title


def study_of(
    entry: PublishedEntry,
    variant: str = "as_published",
    *,
    trials: int | None = None,
    seed: int = 0,
) -> Study:
    """Return the study that repeats a published result.

    Parameters
    ----------
    entry : PublishedEntry
        Row of a table.
    variant : str
        Settings, a key of `VARIANTS`.
    trials : int, optional
        Number of trials; by default that of the entry.
    seed : int
        Seed of the study.

    Returns
    -------
    Study
        One network, trained by NBN.

    Raises
    ------
    SettingError
        If the variant is unknown, or the number of trials or the seed is out of range.
    """
    if variant not in VARIANTS:
        raise SettingError(
            f"There is no variant called {shown(variant)}: choose one of {', '.join(VARIANTS)}."
        )
    changed = VARIANTS[variant]
    return Study(
        (entry.network_of(changed),),
        data_of(entry, scaled=changed.scaled),
        (StudyRule("nbn", {"control": changed.control}),),
        entry.trials if trials is None else trials,
        seed,
        changed.scheme,
        Stopping(entry.target_sse, entry.max_iterations),
    )


def data_of(entry: PublishedEntry, *, scaled: bool = False) -> ProblemData | OwnData:
    """Return the patterns of an entry, with its test patterns if it has some.

    Parameters
    ----------
    entry : PublishedEntry
        Row of a table.
    scaled : bool
        Whether the inputs are scaled to [-1, 1].

    Returns
    -------
    ProblemData or OwnData
        Patterns; those of the control surface are 25 for training and 1,681 for testing.
    """
    if entry.problem == "control_surface":
        data = with_test(control_surface(), control_surface_test())
    elif scaled:
        data = OwnData(PROBLEMS[entry.problem].make(**entry.parameters))
    else:
        return ProblemData(entry.problem, entry.parameters)
    return replace(data, inputs_by="minmax") if scaled else data


def with_test(train: Dataset, test: Dataset) -> OwnData:
    """Return own data whose split has exactly these training and test patterns.

    Own data are split at random, by a seed. So the patterns are put into the rows where this split
    looks for them, and the data can be stored and sent like any others.

    Parameters
    ----------
    train, test : Dataset
        Training and test patterns with the same columns.

    Returns
    -------
    OwnData
        Patterns of both.
    """
    count = train.n_patterns + test.n_patterns
    inputs = np.empty((count, train.n_inputs))
    targets = np.empty((count, train.n_outputs))
    share = train.n_patterns / count
    empty = Dataset(np.zeros_like(inputs), np.zeros_like(targets), train.name, train.kind,
                    train.input_names, train.target_names)  # fmt: skip
    rows = OwnData(empty, share).rows()
    for part, at in ((train, rows.train), (test, rows.test)):
        inputs[at], targets[at] = part.inputs, part.targets
    return OwnData(
        Dataset(inputs, targets, train.name, train.kind, train.input_names, train.target_names),
        share,
    )
