"""The data and the rule: which they are, and their settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from app.draw.action import Action
from app.draw.rule_form import settings_with
from app.session.history import change, put, seeded
from app.session.jobs import Workers
from app.session.limits import MAX_ITERATIONS, most_iterations
from app.session.messages import Message
from app.session.state import Bench
from nbn_core.errors import SettingError
from nbn_core.experiment import MAX_ITERATIONS as MOST_PATIENCE
from nbn_core.experiment import Experiment, ProblemData
from nbn_core.generators import MAX_SEED, PROBLEMS
from nbn_core.network import Topology


def _problem(bench: Bench, message: Message, workers: Workers) -> None:
    name = message.text("name")
    if name not in PROBLEMS:
        raise SettingError("There is no such problem: choose one of the pictures.")
    suggested = Experiment.suggested(name)
    drawn = bench.experiment.topology != _suggestion(bench.experiment).topology
    changed = replace(suggested, **_same_rule(bench), start=seeded(bench))
    if drawn and _fits(bench.experiment.topology, suggested):
        change(bench, data=changed.data, start=changed.start, stopping=changed.stopping)
    else:
        put(bench, changed)


def _suggestion(experiment: Experiment) -> Experiment:
    """Return what the lab itself would propose for this data."""
    data = experiment.data
    if not isinstance(data, ProblemData):
        return experiment
    return Experiment.suggested(data.name, split_seed=data.split_seed, **data.parameters)


def _same_rule(bench: Bench) -> dict[str, Any]:
    """The rule and its settings, which belong together."""
    return {"rule": bench.experiment.rule, "settings": bench.experiment.settings}


def _nbn(bench: Bench, message: Message, workers: Workers) -> None:
    """Train with NBN again, with its own settings."""
    stopping = bench.experiment.stopping
    fewer = replace(stopping, max_iterations=min(MAX_ITERATIONS, stopping.max_iterations))
    change(bench, rule="nbn", settings={}, stopping=fewer)


def _fits(topology: Topology, experiment: Experiment) -> bool:
    """Whether a drawn network can keep its place when the data changes."""
    wanted = experiment.topology
    same = (topology.n_inputs, topology.n_outputs) == (wanted.n_inputs, wanted.n_outputs)
    return same and [topology.neurons[m].activation for m in topology.outputs] == [
        wanted.neurons[m].activation for m in wanted.outputs
    ]


def _setting(bench: Bench, message: Message, workers: Workers) -> None:
    group, name = message.text("group"), message.text("name")
    if group == "choice":
        change(bench, settings=settings_with(bench.experiment, name, message.text("value")))
        return
    value = message.finite("value")
    if group == "parameter":
        _set_parameter(bench, name, value)
    elif group == "rule":
        _set_rule(bench, name, message)
    elif group == "damping":
        change(bench, settings={**bench.experiment.settings, name: _tidy(value)})
    else:
        raise SettingError("There is no such setting.")


def _set_parameter(bench: Bench, name: str, value: float) -> None:
    data = bench.experiment.data
    if not isinstance(data, ProblemData):
        raise SettingError("Own data has no such setting.")
    parameters: dict[str, Any] = {**data.parameters, name: _tidy(value)}
    changed = replace(data, parameters=parameters)
    fresh = Experiment.suggested(data.name, split_seed=data.split_seed, **parameters)
    now = bench.experiment.stopping
    stopping = replace(fresh.stopping, patience=now.patience)
    if _fits(bench.experiment.topology, fresh):
        suggested = _suggestion(bench.experiment).stopping
        if now == replace(suggested, patience=now.patience):
            now = stopping  # a target that suits the data goes on suiting it
        change(bench, data=changed, stopping=now)
    else:
        fresh = replace(fresh, data=changed, stopping=stopping, **_same_rule(bench))
        put(bench, replace(fresh, start=seeded(bench)))


def _set_rule(bench: Bench, name: str, message: Message) -> None:
    experiment = bench.experiment
    if name == "seed":
        change(bench, start=replace(seeded(bench), seed=message.whole("value", 0, MAX_SEED)))
    elif name == "target_sse":
        target = message.number("value", 0.0, 1e9)
        change(bench, stopping=replace(experiment.stopping, target_sse=target))
    elif name == "max_iterations":
        limit = message.whole("value", 1, most_iterations(experiment.rule))
        change(bench, stopping=replace(experiment.stopping, max_iterations=limit))
    elif name == "patience":
        if experiment.parts().validation is None:
            raise SettingError(
                "There are no validation patterns to be patient with: set some aside on the Data "
                "page."
            )
        patience = message.whole("value", 0, MOST_PATIENCE)
        change(bench, stopping=replace(experiment.stopping, patience=patience))
    else:
        raise SettingError("There is no such setting.")


def _tidy(value: float) -> float | int:
    """A whole number as an int, as far as every float up to it is exact."""
    return int(value) if value.is_integer() and abs(value) <= MAX_SEED else value


ACTIONS: Final[dict[str, Action]] = {
    "problem": _problem,
    "setting": _setting,
    "nbn": _nbn,
}
