"""The run of a session: start, resume, stop and drop it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

import streamlit as st

from app.session.jobs import Run, Workers
from app.session.limits import most_iterations, too_many_iterations
from app.session.own_predictions import own_predictions
from app.session.state import Session
from nbn_core.errors import SettingError, TopologyError
from nbn_core.experiment import Experiment
from nbn_core.rules import RULES
from nbn_core.training import StopReason

PROMPT_WAIT: Final = 0.12  # seconds to wait for a run that may end before anyone notices


def train(session: Session, workers: Workers) -> None:
    """Start or resume training, from any page; more iterations are allowed at the limit.

    Raises
    ------
    NBNError
        If the drawing is not complete, the rule cannot train it, or no more iterations are
        allowed.
    """
    run = run_for(session)
    if run.stop is StopReason.MAX_ITERATIONS:
        _allow_more_iterations(session, run)
    session.halted, session.play, session.settling = False, True, True
    run.go(workers)
    run.wait(PROMPT_WAIT)


def _allow_more_iterations(session: Session, run: Run) -> None:
    """Double the maximum iterations of a run that reached them; the experiment changes too."""
    experiment = session.experiment
    limit = experiment.stopping.max_iterations
    largest = most_iterations(experiment.rule)
    if limit >= largest:
        raise too_many_iterations(experiment.rule)
    longer = min(largest, 2 * limit)
    stopping = replace(experiment.stopping, max_iterations=longer)
    session.put(replace(session.document, experiment=replace(experiment, stopping=stopping)))
    run.extend(longer)
    session.run_from = training_key(session.experiment)


def halt(session: Session) -> None:
    """Stop training; Train resumes it."""
    if session.run is not None:
        session.run.halt()
        session.run.wait(PROMPT_WAIT)
        session.halted = True


def run_for(session: Session) -> Run:
    """Return the run of the current experiment; a new one if the experiment has changed."""
    document = session.document
    if document.blocked:
        raise TopologyError(document.blocked)
    _check_rule(document.experiment)
    key = training_key(document.experiment)
    if session.run is None or session.run_from != key or session.run.failed:
        drop_run(session)
        session.run = Run(document.experiment.training, own_predictions(document.experiment))
        session.run_from = key
    return session.run


def _check_rule(experiment: Experiment) -> None:
    reason = refusal(experiment)
    if reason is not None:
        raise SettingError(reason)


def refusal(experiment: Experiment) -> str | None:
    """Say why the rule cannot train the experiment; None if it can."""
    return RULES[experiment.rule].refuses(experiment.topology, experiment.datasets()[0])


def drop_run(session: Session) -> None:
    """Discard the run; a worker that trains it stops after its slice."""
    if session.run is not None:
        session.run.halt()
    session.run, session.run_from, session.halted = None, "", False
    session.look_at(0)


def training_key(experiment: Experiment) -> str:
    """Return a digest of all that training depends on: the experiment without drawing and names."""
    key = _KEYS.get(experiment)
    if key is None:
        unnamed = replace(experiment.topology, names=())
        key = _KEYS[experiment] = replace(experiment, topology=unnamed, drawing=None).digest
    return key


_KEYS: Final[WeakKeyDictionary[Experiment, str]] = WeakKeyDictionary()


# A tab that is closed


def leave_nothing_running(run: Run | None) -> None:
    """Register the run, so that it stops when the tab is closed."""
    if run is not None:
        _session()[:] = [run]


def _halt(runs: list[Run]) -> None:
    for run in runs:
        run.halt()


@st.cache_resource(scope="session", show_spinner=False, on_release=_halt)
def _session() -> list[Run]:
    return []
