"""The Draw page: read what the browser says, act, answer."""

from __future__ import annotations

import streamlit as st

from app import controls, rival, server, state
from app.jobs import Run
from app.stage import component
from app.stage.messages import Have, read_outbox


def draw() -> None:
    """Show the workbench. It runs again for every message."""
    bench = state.bench()
    outbox = read_outbox(state.component_state(component.KEY, "outbox"))
    have, client = Have(), None
    if outbox is not None:
        client = outbox.client
        if controls.handle(bench, outbox, server.workers()):
            have = outbox.have
    sent = controls.answer(bench, have, client, warming=not server.warming().is_set())
    sent["info"] |= rival.beside(bench, server.workers())
    bench.link = controls.current_link(bench)
    state.show_link(bench)
    leave_nothing_running(bench.run)
    component.workbench(sent)


def leave_nothing_running(run: Run | None) -> None:
    """A closed tab stops its training."""
    if run is not None:
        _session()[:] = [run]


def _halt(runs: list[Run]) -> None:
    for run in runs:
        run.halt()


@st.cache_resource(scope="session", show_spinner=False, on_release=_halt)
def _session() -> list[Run]:
    return []
