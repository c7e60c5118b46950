"""Import: upload files or paste text, see what would change, then confirm or cancel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st

from app.session.document import LOST_DRAWING, document_of, drawing_is_lost
from app.session.state import Session
from app.share.import_proposal import File, Proposal, propose
from app.shared.words import escape_markdown
from nbn_core.errors import NBNError

_TABLE: Final = "| | Current | After import |\n|---|---|---|\n"


@dataclass(slots=True)
class ImportForm:
    """The state of the import form.

    Parameters
    ----------
    version : int
        Part of the widget keys; increased after every decision to empty the fields.
    imported : bool
        Whether an import has just been made, which can be undone here.
    """

    version: int = 0
    imported: bool = False


def import_files(session: Session, form: ImportForm) -> None:
    """Show the fields and a preview of the changes; nothing changes before it is confirmed."""
    uploaded = st.file_uploader(
        "Experiment, report, or a network of another program with its data and weights",
        accept_multiple_files=True, key=f"nbn-bring-{form.version}",
    )  # fmt: skip
    pasted = st.text_area(
        "Or paste a link or the text of a file", key=f"nbn-paste-{form.version}",
        height=68,
    )  # fmt: skip
    files: list[File] = [(file.name, file.getvalue()) for file in uploaded]
    if pasted.strip():
        files.append(("pasted text", pasted))
    if files:
        form.imported = False
        _preview(session, form, files)
    elif form.imported:
        _done(session, form)


def _preview(session: Session, form: ImportForm, files: list[File]) -> None:
    try:
        proposal = propose(files, session.experiment)
    except NBNError as error:
        st.error(f"{error} Nothing was changed.")
        return
    st.markdown("  \n".join(escape_markdown(text) for text in proposal.recognised))
    if not proposal.changes:
        st.info("This is identical to the current experiment.")
        return
    lines = [
        f"| {change.what} | {escape_markdown(change.before)} | {escape_markdown(change.after)} |"
        for change in proposal.changes
    ]
    st.markdown(_TABLE + "\n".join(lines))
    if drawing_is_lost(proposal.experiment):
        st.warning(LOST_DRAWING)
    if session.run is not None and session.run.iteration > 0:
        st.caption(
            f"Undo after the import brings back this network with the {session.run.iteration:,} "
            "iterations trained so far."
        )
    with st.container(horizontal=True):
        if st.button("Import", type="primary", key="nbn-use"):
            _import(session, form, proposal)
        if st.button("Cancel", key="nbn-leave"):
            form.version += 1
            st.rerun()


def _import(session: Session, form: ImportForm, proposal: Proposal) -> None:
    session.put(document_of(proposal.experiment))
    form.version += 1
    form.imported = True
    st.rerun()


def _done(session: Session, form: ImportForm) -> None:
    st.success(
        "Imported. Train it on the Draw page; Undo, there or here, restores the previous "
        "experiment."
    )
    if st.button("Undo", icon=":material/undo:", key="nbn-bring-undo"):
        session.move(-1)
        form.imported = False
        st.rerun()
