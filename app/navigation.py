"""The pages, in the order of the navigation bar."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

PAGES: Final = Path(__file__).resolve().parents[1] / "pages"


def navigation() -> StreamlitPage:
    """Show the navigation bar; return the selected page."""
    return st.navigation(
        [
            st.Page(PAGES / "draw.py", title="Draw", icon=":material/draw:", default=True),
            st.Page(
                PAGES / "hessian.py", title="Hessian", icon=":material/grid_on:", url_path="hessian"
            ),
            st.Page(
                PAGES / "inside.py", title="Inside", icon=":material/biotech:", url_path="inside"
            ),
            st.Page(
                PAGES / "topologies.py",
                title="Topologies",
                icon=":material/hub:",
                url_path="topologies",
            ),
            st.Page(
                PAGES / "race.py", title="Race", icon=":material/sports_score:", url_path="race"
            ),
            st.Page(
                PAGES / "data.py", title="Data", icon=":material/table_chart:", url_path="data"
            ),
            st.Page(PAGES / "share.py", title="Share", icon=":material/share:", url_path="share"),
        ],
        position="top",
    )
