"""Changes to the experiment, each one step of the undo history."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.session.document import redrawn
from app.session.limits import check_size
from app.session.state import Session
from nbn_core.experiment import Experiment, SeededStart


def change(session: Session, **fields: Any) -> None:
    """Replace fields of the experiment; the drawing is kept unless the network changes.

    Parameters
    ----------
    session : Session
        The session to change.
    **fields
        New values of fields of `Experiment`.

    Raises
    ------
    NBNError
        If the changed experiment is not valid, or too large for this app.
    """
    experiment = session.experiment
    if "topology" not in fields:
        changed = replace(experiment, **fields)
        check_size(changed)
        session.put(replace(session.document, experiment=changed))
        return
    start = seeded(session)
    put(session, replace(experiment, **fields, start=start))


def put(session: Session, experiment: Experiment) -> None:
    """Make an experiment current; nodes keep their places only if the network is the same."""
    session.put(redrawn(session.document, experiment))


def seeded(session: Session) -> SeededStart:
    """Return the seeded start of the experiment, or the default one if weights were given."""
    start = session.experiment.start
    return start if isinstance(start, SeededStart) else SeededStart()
