"""The current data, or data offered in its place: summary, chart, undo and redo."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Final

import streamlit as st

from app.data import words
from app.data.adapt_network import Data, describe, plan_adaptation, use_data
from app.data.choices import PageState, page_state
from app.figures.number_format import short
from app.figures.palette import Palette
from app.figures.patterns import PlaneAxis, axes_of, class_tones, default_axes, patterns
from app.session import state
from app.session.state import Session
from app.shared.chart_box import Box
from app.shared.words import escape_markdown
from nbn_core.errors import NBNError
from nbn_core.experiment import OwnData

COUNT_AXIS: Final = "count"
COPY: Final = "nbn-data-copy"
DRAW_PAGE: Final = Path(__file__).resolve().parents[2] / "pages" / "draw.py"


def card(session: Session, view: PageState, box: Box, candidate: Data | None) -> None:
    """Show the current data, or the candidate with a button that puts it to use."""
    with st.container(key="nbn-data-side"):
        _now(session)
        _card(session, view, box, candidate)


def _card(session: Session, view: PageState, box: Box, candidate: Data | None) -> None:
    data = session.experiment.data
    with st.container(border=True, key="nbn-data-card"):
        if candidate is None or candidate == data:
            _used(session, view)
            show_data(data, box, "in-use")
            return
        if _offered(session, candidate):
            show_data(candidate, box, "offered")


def _now(session: Session) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"In use: **{escape_markdown(words.title(session.experiment.data))}**")
        st.button(
            "Undo", key="nbn-data-undo", disabled=session.position == 0, on_click=_move,
            args=(-1,), help="Return to the experiment before the last change",
        )  # fmt: skip
        st.button(
            "Redo", key="nbn-data-redo", disabled=session.position + 1 >= len(session.history),
            on_click=_move, args=(1,), help="Repeat the change that was undone",
        )  # fmt: skip


def _used(session: Session, view: PageState) -> None:
    data = session.experiment.data
    if view.used:
        st.success(view.used)
    st.page_link(DRAW_PAGE, label="Train the network on this data", icon=":material/play_arrow:")
    st.caption(
        f"{words.patterns(data)}. {words.scaling(data)} "
        f"Network: {describe(session.experiment.topology)}."
    )
    if isinstance(data, OwnData):
        _copy(session)
    if session.document.blocked:
        st.warning(escape_markdown(session.document.blocked))


def _copy(session: Session) -> None:
    """Let the reader choose whether the browser keeps a copy of own data."""
    st.toggle(
        "Keep a copy of this data in the browser", session.keeps_data, key=COPY,
        on_change=_keep_copy,
        help="A reload, or a restart of the server, then loses nothing. The copy stays on this "
        "computer for a month, and is deleted when you switch this off. The address bar never "
        "contains your data; the link on the Share page does.",
    )  # fmt: skip


def _keep_copy() -> None:
    state.session().keeps_data = bool(state.widget(COPY))


def _offered(session: Session, data: Data) -> bool:
    """Show the button that puts data to use; return whether the data can be used."""
    try:
        planned = plan_adaptation(session, data)
    except NBNError as error:
        st.error(escape_markdown(str(error)))
        return False
    st.button(
        "Use this data", type="primary", key="nbn-data-take", on_click=_take, args=(data,),
        help="Undo restores the current data",
    )  # fmt: skip
    st.caption(f"{words.patterns(data)}. {words.scaling(data)} {planned.sentence}")
    return True


def _take(data: Data) -> None:
    session, view = state.session(), page_state()
    try:
        view.used = f"{escape_markdown(words.title(data))}: now in use. {use_data(session, data)}"
    except NBNError as error:
        view.used = escape_markdown(f"Nothing was changed. {error}")


def show_data(data: Data, box: Box, key: str, *, height: int = 360) -> None:
    """Show a chart of the patterns over one or two columns that the reader can choose."""
    parts = data.raw_parts()
    whole = data.whole
    axes = axes_of(whole)
    x, y = default_axes(whole)
    if len(axes) > 2:
        left, right = st.columns(2)
        number = range(len(axes))
        columns = whole.n_inputs, whole.n_outputs, key
        i = left.selectbox(
            "x axis", number, axes.index(x), lambda n: axes[n].name,
            key=f"nbn-data-x-{columns}",
        )  # fmt: skip
        j = right.selectbox(
            "y axis", [*number, -1], len(axes) if y is None else axes.index(y),
            lambda n: axes[n].name if n >= 0 else COUNT_AXIS, key=f"nbn-data-y-{columns}",
        )  # fmt: skip
        x, y = axes[i], _axis(axes, j)
    box.show(patterns(parts, x, y, box.palette, height=height, name=f"data-{key}"))
    if y is not None:
        st.html(legend(data, box.palette))


def legend(data: Data, palette: Palette) -> str:
    """Return the colour legend as HTML: the classes, or the range of the target."""
    colours = [palette.css(tone) for tone in class_tones(data.whole)]
    if data.whole.kind == "classification":
        named = zip(colours, words.class_names(data), strict=False)
    else:
        column = data.whole.targets[:, 0]
        name = data.whole.target_names[0]
        ends = (f"{name} {short(float(column.min()))}", short(float(column.max())))
        named = zip((palette.css(-1.0), palette.css(1.0)), ends, strict=True)
    dots = " ".join(
        f'<span><i style="background: {colour}"></i>{html.escape(name[:40])}</span>'
        for colour, name in named
    )
    return f'<p class="nbn-legend">{dots}</p>'


def _axis(axes: list[PlaneAxis], number: int) -> PlaneAxis | None:
    return axes[number] if number >= 0 else None


def _move(by: int) -> None:
    page_state().used = ""
    state.session().move(by)
