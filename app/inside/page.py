"""The Inside page: process messages, dissect the iteration shown, answer."""

from __future__ import annotations

from app.inside import component
from app.inside.view import InsideState, answer, handle
from app.session import server, state
from app.session.messages import read_outbox
from app.shared.address import show_link
from app.shared.glossary import words


def inside() -> None:
    """Show the stepper; runs again for every message of the browser."""
    session, view = state.session(), _view()
    outbox = read_outbox(state.component_state(component.KEY, "outbox"))
    if outbox is not None:
        handle(session, view, outbox)
    client = outbox.client if outbox is not None else None
    sent = answer(session, view, client, warming=not server.warming().is_set())
    show_link(session)
    component.stepper(sent)
    words(
        "Forward-only", "Delta matrix", "Error", "Jacobian", "Gradient", "Quasi-Hessian",
        "Damping μ", "Damping matrix", "Attempt", "Step size", "Iteration",
    )  # fmt: skip


def _view() -> InsideState:
    return state.kept("inside", InsideState)
