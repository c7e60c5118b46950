"""Choice of the data and of the learning rule, and changes of their settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from app.draw.action import Action
from app.draw.rule_form import tidy, with_option
from app.session.document import adapted
from app.session.end_names import named_after
from app.session.history import change, put, seeded
from app.session.jobs import Workers
from app.session.limits import check_size, most_iterations
from app.session.messages import Message
from app.session.state import LeftRule, Session
from app.session.tuned_settings import iterations_with, tuned, usual_iterations
from nbn_core.errors import SettingError
from nbn_core.experiment import MAX_ITERATIONS as MOST_PATIENCE
from nbn_core.experiment import Experiment, ProblemData
from nbn_core.generators import MAX_SEED, PROBLEMS
from nbn_core.network import Topology
from nbn_core.rules import RULES


def _problem(session: Session, message: Message, workers: Workers) -> None:
    name = message.text("name")
    if name not in PROBLEMS:
        raise SettingError("There is no such problem: choose one of the pictures.")
    suggested = Experiment.suggested(name)
    drawn = session.experiment.topology != _suggestion(session.experiment).topology
    iterations = iterations_with(session.experiment, suggested.data)
    stopping = replace(suggested.stopping, max_iterations=iterations)
    changed = replace(suggested, **_same_rule(session), start=seeded(session), stopping=stopping)
    if drawn and _fits(session.experiment.topology, suggested):
        kept = named_after(session.experiment.topology, changed.data, changed.datasets()[0])
        changed = replace(changed, topology=kept, drawing=session.experiment.drawing)
        check_size(changed)
        session.put(adapted(session.document, changed))
    else:
        put(session, changed)


def _suggestion(experiment: Experiment) -> Experiment:
    """Return the experiment suggested for this problem; own data has no suggestion but itself."""
    data = experiment.data
    if not isinstance(data, ProblemData):
        return experiment
    return Experiment.suggested(data.name, split_seed=data.split_seed, **data.parameters)


def _same_rule(session: Session) -> dict[str, Any]:
    """Return the rule and its settings, which are kept together."""
    return {"rule": session.experiment.rule, "settings": session.experiment.settings}


def _rule(session: Session, message: Message, workers: Workers) -> None:
    """Train with another rule: as it was left, or with settings that suit this problem."""
    name = message.text("name")
    if name not in RULES:
        raise SettingError("There is no such learning rule: choose one from the menu.")
    experiment = session.experiment
    if name == experiment.rule:
        return
    problem = experiment.data.name if isinstance(experiment.data, ProblemData) else ""
    mine = LeftRule(experiment.settings, experiment.stopping.max_iterations)
    known = session.left_rules.get((problem, name))
    if known is None:
        usual = min(usual_iterations(experiment.data, name), most_iterations(name))
        known = LeftRule(tuned(experiment, name), usual)
    stopping = replace(experiment.stopping, max_iterations=known.max_iterations)
    change(session, rule=name, settings=known.settings, stopping=stopping)
    session.left_rules[problem, experiment.rule] = mine


def _fits(topology: Topology, experiment: Experiment) -> bool:
    """Return whether a drawn network suits other data, so that it can be kept."""
    wanted = experiment.topology
    same = (topology.n_inputs, topology.n_outputs) == (wanted.n_inputs, wanted.n_outputs)
    return same and [topology.neurons[m].activation for m in topology.outputs] == [
        wanted.neurons[m].activation for m in wanted.outputs
    ]


def _setting(session: Session, message: Message, workers: Workers) -> None:
    group, name = message.text("group"), message.text("name")
    if group == "option":
        change(session, settings=with_option(session.experiment, message))
        return
    value = message.finite("value")
    if group == "parameter":
        _set_parameter(session, name, value)
    elif group == "rule":
        _set_rule(session, name, message)
    else:
        raise SettingError("There is no such setting.")


def _set_parameter(session: Session, name: str, value: float) -> None:
    data = session.experiment.data
    if not isinstance(data, ProblemData):
        raise SettingError("Own data has no such setting.")
    parameters: dict[str, Any] = {**data.parameters, name: tidy(value)}
    changed = replace(data, parameters=parameters)
    fresh = Experiment.suggested(data.name, split_seed=data.split_seed, **parameters)
    stopping = session.experiment.stopping
    if stopping.target_sse == _suggestion(session.experiment).stopping.target_sse:
        # A target that suits the data continues to suit it; one set by the reader stays.
        stopping = replace(stopping, target_sse=fresh.stopping.target_sse)
    if _fits(session.experiment.topology, fresh):
        change(session, data=changed, stopping=stopping)
    else:
        fresh = replace(fresh, data=changed, stopping=stopping, **_same_rule(session))
        put(session, replace(fresh, start=seeded(session)))


def _set_rule(session: Session, name: str, message: Message) -> None:
    experiment = session.experiment
    if name == "seed":
        change(session, start=replace(seeded(session), seed=message.whole("value", 0, MAX_SEED)))
    elif name == "target_sse":
        target = message.number("value", 0.0, 1e9)
        change(session, stopping=replace(experiment.stopping, target_sse=target))
    elif name == "max_iterations":
        limit = message.whole("value", 1, most_iterations(experiment.rule))
        change(session, stopping=replace(experiment.stopping, max_iterations=limit))
    elif name == "patience":
        if experiment.parts().validation is None:
            raise SettingError(
                "Patience needs validation patterns, and there are none: set some aside on the "
                "Data page."
            )
        patience = message.whole("value", 0, MOST_PATIENCE)
        change(session, stopping=replace(experiment.stopping, patience=patience))
    else:
        raise SettingError("There is no such setting.")


ACTIONS: Final[dict[str, Action]] = {
    "problem": _problem,
    "setting": _setting,
    "rule": _rule,
}
