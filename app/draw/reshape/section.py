"""The section Grow and prune under the stage: three forms, and the path so far."""

from __future__ import annotations

from functools import partial
from typing import Final

import streamlit as st

from app.draw.reshape import forms, path
from app.draw.reshape.prediction import Known
from app.session import computing, server, state
from app.session.computing import Unready
from app.session.reshaping import reshape, run_of
from app.session.state import Session
from app.shared.compiling import wait_for
from app.shared.glossary import words
from app.shared.waiting import waiting
from app.shared.words import escape_markdown
from nbn_core.errors import NBNError
from nbn_core.structure import MEASURES, Step
from nbn_core.types import Json

OPEN: Final = "nbn-reshape"
FORMS: Final = {"Prune": forms.prune, "Grow": forms.grow, "Rewire": forms.rewire}


def known() -> Known:
    """Return what this tab knows of the network that is shown."""
    return state.kept("reshape", Known)


def saliency(session: Session) -> Json | None:
    """Return the saliency of every part for the stage; None while the section is folded."""
    running = session.run is not None and session.run.running
    folded = not state.widget(OPEN)
    if folded or running or session.document.blocked or server.compiling_curvature():
        return None
    try:
        return seen(session).saliency(session, _measure())
    except (NBNError, Unready):
        return None


def seen(session: Session) -> Known:
    """Return what is known of the network shown now."""
    found = known().about(session)
    found.desk = computing.desk(server.workers)
    return found


def _measure() -> str:
    measure = state.widget(forms.MEASURE_KEY)
    return measure if isinstance(measure, str) and measure in MEASURES else "surgeon"


def show(session: Session) -> None:
    """Show the section; folded, it computes nothing."""
    box = st.expander("Grow and prune", icon=":material/account_tree:", key=OPEN, on_change="rerun")
    if not box.open:
        return
    with box:
        if not wait_for(server.compiling_curvature):
            _open(session)


def _open(session: Session) -> None:
    known_now = seen(session)
    run = run_of(session)
    if session.run is not None and session.run.running:
        st.caption("Training: the forms return when it has ended, or press Stop.")
    else:
        _forms(session, known_now)
    if run is not None:
        path.show(session, run, known_now)
    words("Saliency", "Quasi-Hessian", "SSE", "RMSE", "Test patterns")


def _forms(session: Session, known_now: Known) -> None:
    run = run_of(session)
    refused = known_now.message or (run.reshaping.refusal if run is not None else None)
    if refused:
        st.warning(escape_markdown(refused))
    chosen = st.segmented_control(
        "Change the network", list(FORMS), default="Prune", required=True, key="nbn-reshape-form",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    try:
        known_now.prepared(session)
    except NBNError as error:
        st.info(escape_markdown(str(error)))
        return
    FORMS[str(chosen)](session, known_now, partial(_act, session, known_now))
    if chosen != "Prune":
        with waiting(known_now.desk):
            known_now.await_saliency(session, _measure())


def _act(session: Session, known_now: Known, *steps: Step) -> None:
    """Do what a button asks; say why if it cannot be done."""
    known_now.message = ""
    try:
        reshape(session, server.workers(), *steps)
    except NBNError as error:
        known_now.message = str(error)
