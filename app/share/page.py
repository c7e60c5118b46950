"""The Share page: the link, import and export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import streamlit as st

from app.figures.needs import bytes_in_words
from app.session import server, state
from app.session.computing import in_worker
from app.session.links import current_link
from app.session.opening import opening_of
from app.session.reshaping import living_view
from app.session.state import Session
from app.share import component
from app.share.export_file import ExportGroup, File
from app.share.exports import Exports
from app.share.import_form import ImportForm, import_files
from app.share.words import caption
from app.shared import scrubber
from app.shared.address import show_link
from app.shared.chart_box import reader_palette
from nbn_core.checks import plural
from nbn_core.errors import NBNError
from nbn_core.experiment import link

LONG_LINK: Final = 2_000  # characters beyond which some mail programs truncate a link


@dataclass(slots=True)
class PageState:
    """The state of this page in one session."""

    player: scrubber.ReplayState = field(default_factory=scrubber.ReplayState)
    form: ImportForm = field(default_factory=ImportForm)


def share() -> None:
    """Show the page; the export refreshes itself while something changes."""
    session, page = state.session(), _page_state()
    show_link(session)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Link", anchor=False)
        _link(session)
    with right:
        st.subheader("Import", anchor=False)
        import_files(session, page.form)
    st.subheader("Export", anchor=False)
    scrubber.refresh(_export, scrubber.interval(session, page.player))


def _link(session: Session) -> None:
    packed = current_link(session)
    if not packed:
        st.warning(
            f"This experiment is too large for a link of at most {link.MAX_LINK:,} characters: "
            "export it as a file, and import the file on the other computer."
        )
        return
    now = opening_of(session)
    trained = now is not None and st.toggle(
        "Opens trained", key="nbn-link-trained", persist_state="session",
        help="The training is repeated on opening, to the same bits, and the iteration is shown "
        "that is shown here now. Otherwise the network opens with its starting weights.",
    )  # fmt: skip
    component.copy_link(f"{packed}&n={now.trained}&k={now.shown}" if trained and now else packed)
    text = (
        f"{len(packed):,} characters after the address. Opens this network with its data, "
        "rule and seed on any computer that can reach this address."
    )
    if trained and now:
        text += f" It is trained on opening, and shows iteration {now.shown:,} of {now.trained:,}."
    more = [plural(len(session.shelf), "kept drawing")] if session.shelf else []
    more += ["the lanes and budget of the race"] if session.race is not None else []
    more += ["the networks and seeds of Topologies"] if session.sweep is not None else []
    if more:
        text += f" It also contains {', '.join(more)}."
    if len(packed) > LONG_LINK:
        text += " Some mail programs truncate links this long: the Experiment file is safer."
    st.caption(text)


def _export() -> None:
    session, page = state.session(), _page_state()
    now = scrubber.scrubber(session, page.player, "files contain")
    if page.player.playing or now.running:
        st.caption("Files can be exported when the replay or the training has stopped.")
    else:
        if now.reshaped:
            now = living_view(session, now)
            st.caption(
                "The network changed during training. Files contain what is alive at this "
                f"iteration: {plural(now.experiment.topology.n_weights, 'weight')}."
            )
        _files(Exports(now, session.document.sketch.places(), session.workspace), caption(now))
    scrubber.run_again(page.player)


def _files(exports: Exports, weights: str) -> None:
    left, right = st.columns([5, 2], gap="large")
    with left:
        for group in exports.groups():
            _group(group, exports)
    with right:
        st.image(exports.drawing(reader_palette()), width="stretch", alt=f"The network. {weights}.")
        st.caption("Files with weights contain those of the iteration selected above.")


def _group(group: ExportGroup, exports: Exports) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(f"**{group.title}**")
        for row in group.rows:
            text, buttons = st.columns([3, 2], gap="small", vertical_alignment="center")
            text.markdown(f"{row.title}  \n:small[:gray[{row.purpose}]]")
            with buttons, st.container(horizontal=True, gap="small"):
                for file in row.files:
                    _button(file)
                if row.title == exports.PICTURE:
                    component.picture(exports.drawing(), row.files[0].name.removesuffix(".svg"))


def _button(file: File) -> None:
    """Show a download button; a small file is made at once, a large one on request.

    So is a file whose kernels are still being compiled: the page would wait for them.
    """
    label, reason = file.label, file.refused
    data: bytes | Callable[[], bytes] = partial(in_worker, server.workers(), file.make)
    if file.about and not file.small:
        label = f"{file.label} · about {bytes_in_words(float(f'{file.about:.1g}'))}"
    if file.small and not (file.computed and server.compiling_curvature()):
        try:
            data = file.make()
            label = f"{file.label} · {bytes_in_words(len(data))}"
        except NBNError as error:
            reason = str(error)
    st.download_button(
        label, data, file.name, file.mime, key=f"take-{file.name}", on_click="ignore",
        help=reason or None, disabled=bool(reason),
    )  # fmt: skip


def _page_state() -> PageState:
    return state.kept("share", PageState)
