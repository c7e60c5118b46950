"""Comparison of a published result with the study that repeats it, value by value."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from nbn_core.checks import plural, shown
from nbn_core.display import one_line
from nbn_core.errors import SettingError
from nbn_core.studies.goals import percent
from nbn_core.studies.published import Certainty, Printed, PublishedEntry
from nbn_core.studies.result import CellResult, StudyResult
from nbn_core.training.comparison import Interval
from nbn_core.training.trials_result import wilson
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True)
class ComparedValue:
    """A printed value beside ours.

    Parameters
    ----------
    name : str
        Name of the value, a field of `Printed`.
    printed, ours : float
        Printed value and ours.
    interval : Interval
        95 % interval of ours: Wilson's for a rate, Student's for a mean, that of the order
        statistics for a median.
    inside : bool
        Whether the printed value is inside the interval.
    """

    name: str
    printed: float
    ours: float
    interval: Interval
    inside: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """A published result beside ours.

    Parameters
    ----------
    entry : PublishedEntry
        The published result.
    trials, successes : int
        Number of our trials, and of those that reached the target.
    rate : Interval
        Wilson's interval of our success rate.
    values : tuple of Value
        Printed rate, iterations and test error, as far as there are some, beside ours.
    seconds : float
        Median computing time of an iteration here, in seconds; NaN without iterations.
    sentence : str
        The comparison in one sentence.
    """

    entry: PublishedEntry
    trials: int
    successes: int
    rate: Interval
    values: tuple[ComparedValue, ...]
    seconds: float
    sentence: str

    def __repr__(self) -> str:
        return one_line("Comparison", self.entry.title, self.sentence)

    @property
    def inside(self) -> bool | None:
        """Whether all printed values are inside our intervals; None if nothing can be said.

        A printed size is confirmed by one success; without one nothing can be said.
        """
        if self.values:
            return all(value.inside for value in self.values)
        return True if self.entry.printed.neurons is not None and self.successes else None

    @property
    def note(self) -> str:
        """What was tested, unless all printed values are inside our intervals."""
        return "" if self.inside else self.entry.note


def compare(entry: PublishedEntry, result: StudyResult) -> Comparison:
    """Compare a published result with a study that repeats it.

    Parameters
    ----------
    entry : PublishedEntry
        Row of a table.
    result : StudyResult
        Result of `study_of(entry)`, complete or so far.

    Returns
    -------
    Comparison
        Printed values beside ours.

    Raises
    ------
    SettingError
        If the study has no trials, or trains another network.
    """
    found, topology = result[0, 0], result.study.networks[0].topology
    expected = entry.network.topology
    if [one.sources for one in topology.neurons] != [one.sources for one in expected.neurons]:
        raise SettingError(
            f"The study trains {result.study.networks[0].name}, and the published result is about "
            f"{entry.network.name}: use the study that study_of returns."
        )
    if not found.trials.n_trials:
        raise SettingError(
            f"The study of {shown(entry.title)} has no trials yet: run it before it is compared."
        )
    rate = Interval(*found.trials.interval)
    values = tuple(_values(entry.printed, found))
    per_iteration = found.trials.all_seconds / np.maximum(1, found.trials.all_iterations)
    seconds = float(np.median(per_iteration))
    return Comparison(
        entry, found.trials.n_trials, found.trials.successes, rate, values, seconds,
        _sentence(entry, found, rate, values, seconds),
    )  # fmt: skip


def _values(printed: Printed, found: CellResult) -> list[ComparedValue]:
    trials, values = found.trials, []
    if printed.success_rate is not None:
        values.append(_value("success_rate", printed.success_rate, trials.success_rate,
                             Interval(*trials.interval)))  # fmt: skip
    if printed.iterations is not None and trials.successes:
        iterations = trials.iterations.astype(np.float64)
        low, high = mean_interval(iterations)
        values.append(_value("iterations", printed.iterations, float(iterations.mean()),
                             Interval(max(0.0, low), high)))  # fmt: skip
    if printed.test_sse is not None:
        values.append(_value("test_sse", printed.test_sse, float(np.median(found.test_sse)),
                             median_interval(found.test_sse)))  # fmt: skip
    return values


def _value(name: str, printed: float, ours: float, interval: Interval) -> ComparedValue:
    return ComparedValue(name, printed, ours, interval, interval.low <= printed <= interval.high)


def mean_interval(values: FloatArray) -> Interval:
    """Compute the 95 % interval of a mean by Student's distribution.

    Parameters
    ----------
    values : (n,) float64
        Values.

    Returns
    -------
    Interval
        Interval; infinite for fewer than two values.
    """
    from scipy.special import stdtrit  # imported here: most users of studies do not need it

    n = len(values)
    if n < 2:
        return Interval(-math.inf, math.inf)
    half = float(stdtrit(n - 1, 0.975)) * float(values.std(ddof=1)) / math.sqrt(n)
    return Interval(float(values.mean()) - half, float(values.mean()) + half)


def median_interval(values: FloatArray) -> Interval:
    """Compute an interval of a median of at least 95 % from order statistics.

    Parameters
    ----------
    values : (n,) float64
        Values of any distribution.

    Returns
    -------
    Interval
        Interval; infinite for fewer than six values.
    """
    from scipy.special import bdtr  # the binomial distribution function

    n = len(values)
    rank = -1  # the largest number of values that can be left out at either end
    while 2 * float(bdtr(rank + 1, n, 0.5)) <= 0.05:
        rank += 1
    if rank < 0:
        return Interval(-math.inf, math.inf)
    ordered = np.sort(values)
    return Interval(float(ordered[rank]), float(ordered[n - 1 - rank]))


def microseconds(seconds: float) -> str:
    """Return a time in microseconds as text, such as "27.9 us" or "1,730 us"."""
    value = 1e6 * seconds
    return f"{value:,.0f} us" if value >= 1000 else f"{value:.3g} us"


def _sentence(
    entry: PublishedEntry, found: CellResult, rate: Interval, values: tuple[ComparedValue, ...],
    seconds: float,
) -> str:  # fmt: skip
    printed, trials = entry.printed, found.trials
    label = "" if entry.certainty is Certainty.READ else f" ({entry.certainty.value})"
    ours = (
        f"{trials.successes:,} of {plural(trials.n_trials, 'trial')} succeed here "
        f"({percent(rate.low)} to {percent(rate.high)})"
    )
    if printed.success_rate is not None:
        return f"{_rates(entry, label, values)}: {ours}{_iterations(values)}."
    if printed.test_sse is not None:
        median = next(value for value in values if value.name == "test_sse")
        if not math.isfinite(median.interval.high):
            return (
                f"The printed test SSE {printed.test_sse:g}{label} needs more than "
                f"{plural(trials.n_trials, 'trial')} to be compared: our median is "
                f"{median.ours:.3g}, our best {np.min(found.test_sse):.3g}."
            )
        where = "inside" if median.inside else "outside"
        return (
            f"The printed test SSE {printed.test_sse:g}{label} is {where} our interval of the "
            f"median, {median.ours:.3g} ({median.interval.low:.3g} to {median.interval.high:.3g}); "
            f"our best is {np.min(found.test_sse):.3g}."
        )
    if printed.iteration_seconds is not None:
        return (
            f"The printed {microseconds(printed.iteration_seconds)} for an iteration{label} are of "
            f"another computer, this one takes {microseconds(seconds)}, and no rate was printed: "
            f"{ours}."
        )
    neurons, weights = printed.neurons or 0, printed.weights or 0
    size = f"{plural(neurons, 'neuron')} and {plural(weights, 'weight')} are enough{label}"
    if trials.successes:
        return f"That {size} is confirmed: {ours}."
    return f"That {size} is neither confirmed nor refuted: {ours}."


def _rates(entry: PublishedEntry, label: str, values: tuple[ComparedValue, ...]) -> str:
    printed = entry.printed
    assert printed.success_rate is not None
    value = next(value for value in values if value.name == "success_rate")
    told = f"The printed rate of {percent(printed.success_rate)}{label}"
    if value.inside:
        return f"{told} agrees with ours"
    side = "higher" if printed.success_rate > value.ours else "lower"
    if printed.trials is not None:
        theirs = wilson(round(printed.success_rate * printed.trials), printed.trials)
        if theirs[0] <= value.interval.high and value.interval.low <= theirs[1]:
            return (
                f"{told} is {side} than our interval, though that of its "
                f"{plural(printed.trials, 'trial')} overlaps with it"
            )
    return f"{told} is {side} than ours"


def _iterations(values: tuple[ComparedValue, ...]) -> str:
    value = next((value for value in values if value.name == "iterations"), None)
    if value is None:
        return ""
    low, high = value.interval
    between = f" ({low:.0f} to {high:.0f})" if math.isfinite(high) else ""
    return f", in {value.ours:.0f} iterations{between} for {value.printed:g} printed"
