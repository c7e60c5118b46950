"""The link to the current experiment."""

from __future__ import annotations

from app.session.state import Session
from nbn_core.errors import ExperimentError
from nbn_core.experiment import Experiment, link


def current_link(session: Session) -> str:
    """Return the link that reopens the current experiment; empty if it is too large for a link."""
    if session.linked is not session.experiment:
        session.linked, session.link = session.experiment, _link_of(session.experiment)
    return session.link


def _link_of(experiment: Experiment) -> str:
    try:
        return link.encode(experiment)
    except ExperimentError:
        return ""
