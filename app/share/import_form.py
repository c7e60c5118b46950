"""Import: upload files or paste text, see what would change, then confirm or cancel."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import streamlit as st

from app.figures.portrait import portrait
from app.session import state
from app.session.document import LOST_DRAWING, document_of, drawing_is_lost
from app.session.state import Session
from app.share.import_proposal import MAX_BYTES, MAX_FILES, File, Proposal, propose
from app.share.import_roles import GivenRoles, correct_roles
from app.shared.chart_box import reader_palette
from app.shared.words import escape_markdown
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment

_TABLE: Final = "| | Current | After import |\n|---|---|---|\n"
_MEGABYTES: Final = MAX_BYTES // 1_000_000


@dataclass(slots=True)
class ImportForm:
    """The state of the import form, kept while the reader visits other pages.

    Parameters
    ----------
    version : int
        Part of the widget keys; increased after every decision to empty the fields.
    imported : bool
        Whether an import has just been made, which can be undone here.
    files : list of File
        Uploaded files, which the field itself forgets when the reader leaves the page.
    roles : GivenRoles
        Corrected roles of nodes.
    """

    version: int = 0
    imported: bool = False
    files: list[File] = field(default_factory=list)
    roles: GivenRoles = field(default_factory=GivenRoles)

    def clear(self) -> None:
        """Empty the fields."""
        self.version += 1
        self.files = []


def import_files(session: Session, form: ImportForm) -> None:
    """Show the fields and a preview of the changes; nothing changes before it is confirmed."""
    key = f"nbn-bring-{form.version}"
    uploaded = st.file_uploader(
        "Experiment, report, or a network of another program with its data and weights",
        accept_multiple_files=True, key=key, on_change=_take, args=(form, key),
        max_upload_size=_MEGABYTES,
    )  # fmt: skip
    pasted = st.text_area(
        "Or paste a link or the text of a file", key=f"nbn-paste-{form.version}",
        height=68, persist_state="session",
    )  # fmt: skip
    files: list[File] = [(file.name, file.getvalue()) for file in uploaded] or list(form.files)
    if not uploaded and files:
        st.caption(f"Uploaded: {escape_markdown(', '.join(name for name, _ in files))}.")
    if pasted.strip():
        files.append(("pasted text", pasted))
    if files:
        form.imported = False
        _preview(session, form, files)
    elif form.imported:
        _done(session, form)


def _take(form: ImportForm, key: str) -> None:
    """Keep what the reader uploaded; too many files are refused, and not kept."""
    uploaded: Any = state.widget(key)
    files = [(file.name, file.getvalue()) for file in uploaded or ()]
    form.files = files if len(files) <= MAX_FILES else []


def _preview(session: Session, form: ImportForm, files: list[File]) -> None:
    given = [form.roles.of(data) for _, data in files[:MAX_FILES]]
    proposal = None
    try:
        proposal = propose(files, session.experiment, [roles.given for roles in given])
    except NBNError as error:
        st.error(f"{escape_markdown(str(error))} Nothing was changed.")
    else:
        st.markdown("  \n".join(escape_markdown(text) for text in proposal.recognised))
    for (name, _), roles in zip(files, given, strict=False):
        if roles.nodes:
            correct_roles(roles, name if len(files) > 1 else "")
    if proposal is not None and proposal.changes:
        _changes(session, proposal)
        if any(roles.nodes for roles in given):
            _drawing(proposal.experiment)
    elif proposal is not None:
        st.info("This is identical to the current experiment.")
    with st.container(horizontal=True):
        if (
            proposal is not None
            and proposal.changes
            and st.button("Import", type="primary", key="nbn-use")
        ):
            _import(session, form, proposal)
        if st.button("Cancel", key="nbn-leave"):
            form.clear()
            st.rerun()


def _changes(session: Session, proposal: Proposal) -> None:
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


def _drawing(experiment: Experiment) -> None:
    """Draw the network as the Draw page will show it."""
    topology = experiment.topology
    drawn = portrait(
        topology, np.zeros(topology.n_weights), reader_palette(),
        caption="The network after the import",
        drawn=document_of(experiment).sketch.places(),
    )  # fmt: skip
    ends = f"from {', '.join(topology.input_names)} to {', '.join(topology.output_names)}"
    st.image(drawn, width="content", alt=f"The network after the import, {ends}")


def _import(session: Session, form: ImportForm, proposal: Proposal) -> None:
    session.put(document_of(proposal.experiment))
    if (beside := proposal.beside) is not None:
        session.shelf, session.race, session.sweep = beside.shelf, beside.race, beside.sweep
    form.clear()
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
