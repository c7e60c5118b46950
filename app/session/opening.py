"""Links that train on opening: the training repeats what was there, to the bit.

A reload therefore shows the trained network, at the iteration that was shown.
"""

from __future__ import annotations

from app.session.jobs import Workers
from app.session.limits import most_iterations
from app.session.reshaping_run import ReshapingRun
from app.session.state import Opening, Session
from app.session.training import iteration_limit, train_to
from nbn_core.errors import NBNError


def take_up(session: Session, workers: Workers) -> None:
    """Begin the training that the address asks for, once, in the background."""
    opening, session.opening = session.opening, None
    if opening is None or session.document.blocked:
        return
    try:
        train_to(session, workers, min(opening.trained, most_iterations(session.experiment.rule)))
    except NBNError as error:
        session.warn(f"The network could not be trained on opening. {error}")
        return
    session.play = False
    session.look_at(opening.shown)
    session.returning = opening


def opening_of(session: Session) -> Opening | None:
    """Return what opens the session as it is now; None for a network that is not trained.

    While it trains, that is its end, so that the address does not change with every iteration. A
    network that changed during training is opened as it was drawn.
    """
    run = session.run
    if run is None or isinstance(run, ReshapingRun):
        return None
    if session.returning is not None:
        return session.returning
    if run.running:
        limit = iteration_limit(session)
        return Opening(limit, limit)
    trace = run.trace()
    if trace is None:
        return None
    row = min(max(session.iteration, 0), len(trace) - 1)
    return Opening(int(trace.iterations[-1]), int(trace.iterations[row]))
