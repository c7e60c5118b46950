"""The Hessian page: one iteration, seen through the matrix that NBN solves with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from app.figures import matrix
from app.hessian import coupling, exact, landscape, memory, spectrum, structure
from app.hessian.choices import Choices
from app.session import state
from app.session.curvature import Point, point
from app.session.view import CurrentView
from app.shared import scrubber
from app.shared.address import show_link
from app.shared.chart_box import Box, reader_palette
from nbn_core.errors import NBNError
from nbn_core.warmup import is_warm_for_curvature

Section = Callable[[CurrentView, Point, Choices, Box], None]
SECTIONS: Final[dict[str, Section]] = {
    "Structure": structure.show,
    "Coupling": coupling.show,
    "Spectrum": spectrum.show,
    "Quasi against exact": exact.show,
    "Landscape": landscape.show,
    "Memory": memory.show,
}


@dataclass(slots=True)
class PageState:
    """What this session looks at on this page."""

    choices: Choices
    player: scrubber.ReplayState = field(default_factory=scrubber.ReplayState)
    compiled: bool = True  # as far as this page has seen


def hessian() -> None:
    """Show the page; its body runs again by itself while something moves."""
    looking = _looking()
    every = scrubber.interval(state.session(), looking.player)
    if every is None and not is_warm_for_curvature():
        every = scrubber.WATCH_SECONDS
    scrubber.refresh(_body, every)


def _body() -> None:
    session, looking = state.session(), _looking()
    looking.choices.sketch = session.document.sketch
    now = scrubber.scrubber(session, looking.player)
    show_link(session)
    names = list(SECTIONS)
    chosen = st.segmented_control(
        "Section", names, default=names[0], required=True, key="nbn-hessian-section",
        label_visibility="collapsed",
    )  # fmt: skip
    if looking.player.playing and now.experiment.topology.n_weights > matrix.MOST:
        st.caption(
            f"{now.experiment.topology.n_weights:,} weights: the replay shows the iterations it "
            "can compute in time and skips the others."
        )
    if not is_warm_for_curvature():
        st.info("Compiling the numerics, once for this computer: ten to twenty seconds.")
        if looking.compiled:
            looking.compiled = False
            looking.player.rerun = True
        scrubber.run_again(looking.player)
        return
    if not looking.compiled:
        looking.compiled = True
        st.rerun()
    try:
        SECTIONS[str(chosen)](
            now,
            point(now),
            looking.choices,
            Box(reader_palette(), looking.player.playing or now.running),
        )
    except NBNError as error:
        st.error(str(error))
    scrubber.run_again(looking.player)


@st.cache_resource(scope="session", show_spinner=False)
def _looking() -> PageState:
    return PageState(Choices(state.session().document.sketch))
