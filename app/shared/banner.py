"""Warnings above every page: what was not opened or not understood. They stay until closed."""

from __future__ import annotations

from typing import Final

import streamlit as st

from app.session import state
from app.session.limits import most_tabs
from app.session.state import Session
from app.shared.words import escape_markdown
from nbn_core.checks import plural

KEY: Final = "nbn-warnings"


def warnings() -> None:
    """Show the warnings of this session, each with a button that closes it."""
    session = state.session()
    # In a container that is always there, so that nothing below it is mounted again.
    with st.container(key=KEY, gap="small"):
        for number, text in enumerate(session.warnings):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.warning(escape_markdown(text), icon=":material/warning:")
                st.button(
                    "Close", key=f"nbn-close-warning-{number}", on_click=_close,
                    args=(session, text),
                )  # fmt: skip


def full() -> None:
    """Tell a visitor for whom the server has no room."""
    st.info(
        f"This server has room for {plural(most_tabs(), 'browser tab')} at a time, and no more. "
        "Try again when somebody has closed one; your address is kept.",
        icon=":material/hourglass_top:",
    )
    st.button("Try again", key="nbn-full-again")


def _close(session: Session, text: str) -> None:
    session.warnings = [other for other in session.warnings if other != text]
