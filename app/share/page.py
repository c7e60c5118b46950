"""The Share page: the link, everything to take away, and what comes back in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from app.figures.needs import bytes_in_words
from app.session import state
from app.session.state import Session
from app.share import component
from app.share.exports import ExportGroup, Exports, File
from app.share.import_form import Intake, bring_in
from app.share.words import caption
from app.shared import scrubber
from app.shared.address import show_link
from app.shared.chart_box import reader_palette
from nbn_core.errors import NBNError
from nbn_core.experiment import link

LONG: Final = 2_000  # characters of a link that mail programs and chats take whole


@dataclass(slots=True)
class Sharing:
    """What this session does on this page."""

    player: scrubber.ReplayState = field(default_factory=scrubber.ReplayState)
    intake: Intake = field(default_factory=Intake)


def share() -> None:
    """Show the page; what depends on the iteration runs again by itself while something moves."""
    session, sharing = state.session(), _sharing()
    show_link(session)
    left, right = st.columns(2, gap="large")
    with left:
        st.subheader("Link", anchor=False)
        _link(session)
    with right:
        st.subheader("Bring in", anchor=False)
        bring_in(session, sharing.intake)
    st.subheader("Take away", anchor=False)
    scrubber.refresh(_take_away, scrubber.interval(session, sharing.player))


def _link(session: Session) -> None:
    if not session.link:
        st.warning(
            f"This experiment is too large for a link, which holds {link.MAX_LINK:,} characters: "
            "take the Experiment away as a file, and bring it in on the other side."
        )
        return
    component.copy_link(session.link)
    text = (
        f"{len(session.link):,} characters. It opens this very network, data, rule and seed, on "
        "any computer that reaches this address."
    )
    if len(session.link) > LONG:
        text += " Some mail programs cut links this long: the Experiment file is safer."
    st.caption(text)


def _take_away() -> None:
    session, sharing = state.session(), _sharing()
    now = scrubber.scrubber(session, sharing.player, "files hold")
    if sharing.player.playing or now.running:
        st.caption("The files are of the iteration at which this comes to rest.")
    else:
        _shelf(Exports(now, session.document.sketch.places()), caption(now))
    scrubber.run_again(sharing.player)


def _shelf(exports: Exports, whose: str) -> None:
    left, right = st.columns([5, 2], gap="large")
    with left:
        for group in exports.groups():
            _group(group, exports)
    with right:
        st.image(exports.drawing(reader_palette()), width="stretch", alt=f"The network. {whose}.")
        st.caption("Files with weights hold those of the iteration chosen above.")


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
    """One file: made now and measured if it takes no time, else made when asked for."""
    label, told = file.label, file.refused
    data: bytes | Callable[[], bytes] = file.make
    if file.about and not file.soon:
        label = f"{file.label} · about {bytes_in_words(float(f'{file.about:.1g}'))}"
    if file.soon:
        try:
            data = file.make()
            label = f"{file.label} · {bytes_in_words(len(data))}"
        except NBNError as error:
            told = str(error)
    st.download_button(
        label, data, file.name, file.mime, key=f"take-{file.name}", on_click="ignore",
        help=told or None, disabled=bool(told),
    )  # fmt: skip


@st.cache_resource(scope="session", show_spinner=False)
def _sharing() -> Sharing:
    return Sharing()
