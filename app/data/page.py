"""The Data page: built-in problems, files, new rows and painting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from app.data import files, new_rows, painting, problems
from app.data.adapt_network import Data
from app.data.choices import PageState, page_state
from app.data.in_use import card
from app.session import state
from app.session.state import Session
from app.shared.address import show_link
from app.shared.chart_box import Box, reader_palette
from app.shared.glossary import words

PAINTING: Final = "Painting"
SECTIONS: Final[dict[str, Callable[[Session, PageState, Box], Data | None]]] = {
    "Built-in problems": problems.show,
    "Your files": files.show,
    "New rows": new_rows.show,
}
_STYLE: Final = """
<style>
.st-key-nbn-data-section { margin-top: 0.5rem; }
.nbn-legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 0; font-size: 0.85rem; }
.nbn-legend i {
  display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin-right: 6px;
}
@media (min-width: 900px) {
  .stColumn:has(.st-key-nbn-data-side) { position: sticky; top: 4.2rem; align-self: flex-start; }
}
</style>
"""


def data() -> None:
    """Show the page."""
    session, view = state.session(), page_state()
    show_link(session)
    st.html(_STYLE)
    names = [*SECTIONS, PAINTING]
    chosen = st.segmented_control(
        "Source of the data", names, default=names[0], required=True,
        key="nbn-data-section", label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    if chosen == PAINTING:
        painting.show(session, view)
        return
    box = Box(reader_palette(), playing=False)
    left, right = st.columns([7, 5], gap="medium")
    with left:
        candidate = SECTIONS[str(chosen)](session, view, box)
    with right:
        card(session, view, box, candidate)
    words("Pattern", "Target", "Scaling", "Validation patterns", "Test patterns", "Random seed")
