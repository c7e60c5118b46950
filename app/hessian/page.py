"""The Hessian page: the matrix that NBN solves with, at the iteration shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from app.figures import matrix
from app.hessian import coupling, exact, landscape, memory, spectrum, structure
from app.hessian.choices import Choices
from app.session import computing, server, state
from app.session.curvature import Point, point
from app.session.view import CurrentView
from app.shared import scrubber
from app.shared.address import show_link
from app.shared.chart_box import Box, reader_palette
from app.shared.glossary import words
from app.shared.waiting import waiting
from app.shared.words import RESHAPED, escape_markdown
from nbn_core.errors import NBNError

Section = Callable[[CurrentView, Point, Choices, Box], None]
SECTIONS: Final[dict[str, Section]] = {
    "Structure": structure.show,
    "Coupling": coupling.show,
    "Spectrum": spectrum.show,
    "Quasi versus exact": exact.show,
    "Landscape": landscape.show,
    "Memory": memory.show,
}


REPLAY_PATIENCE: Final = 5.0  # seconds that a frame of a replay may take


@dataclass(slots=True)
class PageState:
    """The state of this page in one session."""

    choices: Choices
    player: scrubber.ReplayState = field(default_factory=scrubber.ReplayState)
    compiled: bool = True  # whether the kernels were compiled when last checked


def hessian() -> None:
    """Show the page; its body refreshes itself while something changes."""
    page = _page_state()
    every = scrubber.interval(state.session(), page.player)
    if every is None and server.compiling_curvature():
        every = scrubber.WATCH_SECONDS
    scrubber.refresh(_body, every)


def _body() -> None:
    session, page = state.session(), _page_state()
    page.choices.sketch = session.document.sketch
    now = scrubber.scrubber(session, page.player)
    show_link(session)
    names = list(SECTIONS)
    chosen = st.segmented_control(
        "Section", names, default=names[0], required=True, key="nbn-hessian-section",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    if now.reshaped:
        st.caption(RESHAPED)
    if page.player.playing and now.experiment.topology.n_weights > matrix.MAX_SIDE:
        st.caption(
            f"With {now.experiment.topology.n_weights:,} weights, the replay skips iterations that "
            "cannot be computed in time."
        )
    if server.compiling_curvature():
        st.info("Compiling the kernels of this page, once on this computer: ten to twenty seconds.")
        if page.compiled:
            page.compiled = False
            page.player.rerun = True
        scrubber.run_again(page.player)
        return
    if not page.compiled:
        page.compiled = True
        st.rerun()
    desk = computing.desk(server.workers)
    desk.patience = REPLAY_PATIENCE if page.player.playing else computing.PROMPT
    box = Box(reader_palette(), page.player.playing or now.running)
    try:
        with waiting(desk):
            SECTIONS[str(chosen)](now, point(now, desk=desk), page.choices, box)
    except NBNError as error:
        st.error(escape_markdown(str(error)))
    words(
        "Hessian", "Quasi-Hessian", "Jacobian", "Block", "Coupling", "Spectrum",
        "Condition number", "Effective parameters", "Gain ratio", "Damping μ",
    )  # fmt: skip
    scrubber.run_again(page.player)


def _page_state() -> PageState:
    return state.kept("hessian", lambda: PageState(Choices(state.session().document.sketch)))
