"""The run of a session: start, resume, stop and drop it."""

from __future__ import annotations

from typing import Final

from app.session import closing
from app.session.jobs import Run, Workers
from app.session.limits import most_iterations, too_many_iterations
from app.session.own_predictions import own_predictions
from app.session.reshaping_run import ReshapingRun
from app.session.state import Session
from app.session.training_key import training_key
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
    if isinstance(run, ReshapingRun):
        run.train_on(session.experiment.stopping.max_iterations)
    elif run.stop is StopReason.MAX_ITERATIONS:
        _allow_more_iterations(session, run)
    elif run.stop is StopReason.PLATEAU:
        run.extend(iteration_limit(session))
    session.halted, session.play, session.settling = False, True, True
    run.go(workers)
    run.wait(PROMPT_WAIT)


def _allow_more_iterations(session: Session, run: Run) -> None:
    """Double the iterations that a run may take; the maximum of the experiment stays as set."""
    rule = session.experiment.rule
    limit = iteration_limit(session)
    largest = most_iterations(rule)
    if limit >= largest:
        raise too_many_iterations(rule)
    run.extend(min(largest, 2 * limit))


def iteration_limit(session: Session) -> int:
    """Return the iterations at which training pauses: more than set if the reader went on."""
    limit = session.run.limit if session.run is not None else None
    return session.experiment.stopping.max_iterations if limit is None else limit


def train_to(session: Session, workers: Workers, iterations: int) -> None:
    """Train anew up to an iteration, even beyond the maximum iterations of the experiment.

    Raises
    ------
    NBNError
        If the drawing is not complete, or the rule cannot train it.
    """
    drop_run(session)
    run = run_for(session)
    session.halted, session.play, session.settling = True, True, True
    if iterations > session.experiment.stopping.max_iterations:
        run.extend(iterations)
    run.go(workers, iterations)
    run.wait(PROMPT_WAIT)


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
    if session.run is None or session.run.failed:
        drop_run(session)
        session.run = Run(document.experiment.training, own_predictions(document.experiment))
        session.run_from = training_key(document.experiment)
    return session.run


def _check_rule(experiment: Experiment) -> None:
    reason = refusal(experiment)
    if reason is not None:
        raise SettingError(reason)


def refusal(experiment: Experiment) -> str | None:
    """Say why the rule cannot train the experiment; None if it can."""
    return RULES[experiment.rule].refuses(experiment.topology, experiment.datasets()[0])


def drop_run(session: Session) -> None:
    """Discard the run for good; a worker that trains it stops after its slice."""
    if session.run is not None:
        session.run.halt()
    session.run, session.run_from, session.halted = None, "", False
    session.look_at(0)


def stop_when_closed(session: Session) -> None:
    """Stop the run of this session when its tab is closed."""

    def stop() -> None:
        if session.run is not None:
            session.run.halt()

    closing.stop_when_closed("training", stop)
