"""The link to what a session holds."""

from __future__ import annotations

from app.session.state import Session
from nbn_core.errors import ExperimentError
from nbn_core.experiment import Experiment, link


def current_link(session: Session) -> str:
    """Return the link that reopens exactly this; empty when it is too large for one."""
    if session.linked is not session.experiment:
        session.linked, session.link = session.experiment, _link_of(session.experiment)
    return session.link


def _link_of(experiment: Experiment) -> str:
    try:
        return link.encode(experiment)
    except ExperimentError:
        return ""
