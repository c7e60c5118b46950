"""Bring in: choose files or paste, read what would change, then decide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from app.session.document import document_of
from app.session.state import Session
from app.session.training import drop_run
from app.share.import_proposal import File, Proposal, propose
from nbn_core.errors import NBNError

_TABLE: Final = "| | here now | then |\n|---|---|---|\n"


@dataclass(slots=True)
class Intake:
    """What has been brought in so far.

    Parameters
    ----------
    round : int
        Raised after every decision, so that the fields start empty again.
    done : str
        What was last done, in a sentence.
    """

    round: int = 0
    done: str = ""


def bring_in(session: Session, intake: Intake) -> None:
    """Show the fields, and what is in them before anything is replaced."""
    uploaded = st.file_uploader(
        "An experiment, a report, or a network of another program, with its data and weights",
        accept_multiple_files=True, key=f"nbn-bring-{intake.round}",
    )  # fmt: skip
    pasted = st.text_area(
        "or paste it here: a link, or the text of a file", key=f"nbn-paste-{intake.round}",
        height=68,
    )  # fmt: skip
    files: list[File] = [(file.name, file.getvalue()) for file in uploaded]
    if pasted.strip():
        files.append(("pasted text", pasted))
    if files:
        intake.done = ""
        _decide(session, intake, files)
    elif intake.done:
        _done(session, intake)


def _decide(session: Session, intake: Intake, files: list[File]) -> None:
    try:
        proposal = propose(files, session.experiment)
    except NBNError as error:
        st.error(f"{error} What is here stays as it is.")
        return
    st.markdown("  \n".join(_plain(text) for text in proposal.recognised))
    if not proposal.changes:
        st.info("It is exactly what is here already.")
        return
    lines = [
        f"| {change.what} | {_plain(change.before)} | {_plain(change.after)} |"
        for change in proposal.changes
    ]
    st.markdown(_TABLE + "\n".join(lines))
    if session.run is not None and session.run.iteration > 0:
        st.caption(
            f"The {session.run.iteration:,} iterations trained here belong to what is here now: "
            "take them away first if you need them."
        )
    with st.container(horizontal=True):
        if st.button("Use it", type="primary", key="nbn-use"):
            _take_up(session, intake, proposal)
        if st.button("Leave everything as it is", key="nbn-leave"):
            intake.round += 1
            st.rerun()


def _take_up(session: Session, intake: Intake, proposal: Proposal) -> None:
    drop_run(session)
    session.put(document_of(proposal.experiment))
    intake.round += 1
    intake.done = "It is here now."
    st.rerun()


def _done(session: Session, intake: Intake) -> None:
    st.success(
        f"{intake.done} Train it on the Draw page; Undo there, or here, brings back the other."
    )
    if st.button("Undo", icon=":material/undo:", key="nbn-bring-undo"):
        drop_run(session)
        session.move(-1)
        intake.done = ""
        st.rerun()


def _plain(text: str) -> str:
    """Show what somebody wrote as it is, never as markup."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|~$:^=&@/" else c for c in text)
