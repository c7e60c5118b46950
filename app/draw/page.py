"""The Draw page: read the messages of the browser, act on them, answer."""

from __future__ import annotations

from app.draw import backprop_baseline, component
from app.draw.answer import answer
from app.draw.dispatch import handle
from app.draw.reshape import section
from app.session import server, state
from app.session.messages import Have, read_outbox
from app.session.training import stop_when_closed
from app.shared.address import show_link


def draw() -> None:
    """Show the workbench; the script runs again for every message."""
    session = state.session()
    outbox = read_outbox(state.component_state(component.KEY, "outbox"))
    have, client = Have(), None
    if outbox is not None:
        client = outbox.client
        if handle(session, outbox, server.workers()):
            have = outbox.have
    sent = answer(session, have, client, warming=server.compiling(session.experiment.rule))
    sent["info"] |= backprop_baseline.beside(session, server.workers())
    sent["info"]["saliency"] = section.saliency(session)
    show_link(session)
    stop_when_closed(session)
    component.workbench(sent)
    section.show(session)
