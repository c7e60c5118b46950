"""The run of a session: train, step, stop, reset, and the iteration that is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

import streamlit as st

from app.session.jobs import Run, Workers
from app.session.limits import most_iterations, too_many_iterations
from app.session.state import Session
from nbn_core.errors import SettingError, TopologyError
from nbn_core.experiment import Experiment
from nbn_core.rules import RULES
from nbn_core.training import StopReason

PROMPT: Final = 0.12  # seconds to wait for a training that is over before the eye follows


def train(session: Session, workers: Workers) -> None:
    """Start training, or go on with it, wherever the button stands.

    Raises
    ------
    NBNError
        If the drawing is not complete, or there is nothing to go on to.
    """
    run = run_for(session)
    if run.stop is StopReason.MAX_ITERATIONS:
        _train_on(session, run)
    session.halted, session.play, session.settling = False, True, True
    run.go(workers)
    run.wait(PROMPT)


def _train_on(session: Session, run: Run) -> None:
    """Train at the limit means: as many iterations again. The experiment says so."""
    experiment = session.experiment
    limit = experiment.stopping.max_iterations
    most = most_iterations(experiment.rule)
    if limit >= most:
        raise too_many_iterations(experiment.rule)
    longer = min(most, 2 * limit)
    stopping = replace(experiment.stopping, max_iterations=longer)
    session.put(replace(session.document, experiment=replace(experiment, stopping=stopping)))
    run.extend(longer)
    session.run_from = training_key(session.experiment)


def halt(session: Session) -> None:
    """Stop a training; Train goes on with it."""
    if session.run is not None:
        session.run.halt()
        session.run.wait(PROMPT)
        session.halted = True


def run_for(session: Session) -> Run:
    """Return the run of the experiment on the stage; a new one if it has changed."""
    document = session.document
    if document.blocked:
        raise TopologyError(document.blocked)
    _check_rule(document.experiment)
    key = training_key(document.experiment)
    if session.run is None or session.run_from != key or session.run.failed:
        drop_run(session)
        session.run = Run(document.experiment.training)
        session.run_from = key
    return session.run


def _check_rule(experiment: Experiment) -> None:
    """Refuse a rule that cannot train this, or whose outputs the stage cannot draw."""
    rule = RULES[experiment.rule]
    refusal = rule.refuses(experiment.topology, experiment.datasets()[0])
    if refusal is None and hasattr(rule, "predict"):
        refusal = (
            f"{rule.title} does not answer with the outputs of the drawn network, so the stage "
            "cannot show it: train with NBN here, or go to the Race page."
        )
    if refusal is not None:
        raise SettingError(refusal)


def drop_run(session: Session) -> None:
    """Forget the run; a worker at it stops after its slice."""
    if session.run is not None:
        session.run.halt()
    session.run, session.run_from, session.halted = None, "", False
    session.look_at(0)


def training_key(experiment: Experiment) -> str:
    """Say what a training depends on: all of the experiment but the drawing and the names in it."""
    key = _KEYS.get(experiment)
    if key is None:
        unnamed = replace(experiment.topology, names=())
        key = _KEYS[experiment] = replace(experiment, topology=unnamed, drawing=None).digest
    return key


_KEYS: Final[WeakKeyDictionary[Experiment, str]] = WeakKeyDictionary()


# A tab that is closed


def leave_nothing_running(run: Run | None) -> None:
    """A closed tab stops its training."""
    if run is not None:
        _session()[:] = [run]


def _halt(runs: list[Run]) -> None:
    for run in runs:
        run.halt()


@st.cache_resource(scope="session", show_spinner=False, on_release=_halt)
def _session() -> list[Run]:
    return []
