"""The links to the current experiment, with kept drawings, race and sweep."""

from __future__ import annotations

from app.session.state import Session
from nbn_core.errors import ExperimentError
from nbn_core.experiment import Workspace, link


def current_link(session: Session) -> str:
    """Return the link that reopens what is there now; empty if it is too large for a link."""
    now, known = session.workspace, session.linked
    same = known is not None and known.experiment is now.experiment
    if known is None or not same or known != now:
        session.linked, session.link = now, _link_of(now)
    return session.link


def address_link(session: Session) -> str:
    """Return the link for the address bar: it names own data, which stay in the browser."""
    now, known = session.workspace, session.addressed
    same = known is not None and known.experiment is now.experiment
    if known is None or not same or known != now:
        session.addressed = now
        try:
            session.address = link.encode_without_data(now)
        except ExperimentError:
            session.address = ""
    return session.address


def _link_of(workspace: Workspace) -> str:
    try:
        return link.encode(workspace)
    except ExperimentError:
        return ""
