"""The frame of every page: title, icon, width and margins."""

from __future__ import annotations

from typing import Final

import streamlit as st

from app import shipped

ASSETS: Final = shipped("assets")

_FRAME = """
<style>
.stMainBlockContainer { padding: 3.6rem 1.2rem 0.6rem; max-width: 1800px; }
.st-key-nbn-warnings:has(button) { padding-top: 0.6rem; }
.st-key-nbn-warnings [data-testid=stAlertContainer] { padding: 0.45rem 0.8rem; }
.st-key-nbn-address { position: absolute; } /* invisible: must not take any space */
/* It would flash at every message; the pages show their own status. */
[data-testid=stStatusWidget] { display: none; }
@media (max-width: 640px) { .stMainBlockContainer { padding-inline: 0.7rem; } }
</style>
"""


def frame() -> None:
    """Set up the page; must be called once, before any other Streamlit call."""
    st.set_page_config(
        page_title="NBN Lab",
        page_icon=str(ASSETS / "icon.svg"),
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    st.logo(str(ASSETS / "logo.svg"), size="large")
    st.html(_FRAME)
