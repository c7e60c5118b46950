"""Changes of the experiment, and the way back and forth through them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from app.session.document import redrawn
from app.session.limits import check_size
from app.session.state import Session
from nbn_core.experiment import Experiment, SeededStart


def change(session: Session, **fields: Any) -> None:
    """Replace parts of the experiment; the drawing stays as far as it can."""
    experiment = session.experiment
    if "topology" not in fields:
        changed = replace(experiment, **fields)
        check_size(changed)
        session.put(replace(session.document, experiment=changed))
        return
    start = seeded(session)
    put(session, replace(experiment, **fields, start=start, drawing=None))


def put(session: Session, experiment: Experiment) -> None:
    """Take up an experiment with a drawing of its own."""
    session.put(redrawn(session.document, experiment))


def seeded(session: Session) -> SeededStart:
    """Return the start if it is drawn from a seed, else the usual one."""
    start = session.experiment.start
    return start if isinstance(start, SeededStart) else SeededStart()
