"""New rows: a file, or typed rows, without targets, answered by the network of the session."""

from __future__ import annotations

from typing import Final

import pandas
import streamlit as st

from app.data.choices import PageState, Source
from app.data.upload import MAX_MEGABYTES, plain_file_name, read_corrections
from app.session import state
from app.session.state import Session
from app.session.view import CurrentView, current_view
from app.shared.chart_box import Box
from app.shared.words import escape_markdown
from nbn_core.checks import plural
from nbn_core.errors import NBNError
from nbn_core.formats.csv_files import write_rows_csv
from nbn_core.formats.new_rows import NewRows, answer_table, input_columns, new_rows

SHOWN_ROWS: Final = 100
MAX_TYPED: Final = 100_000


def show(session: Session, view: PageState, box: Box) -> None:
    """Ask for rows, and show what the network answers."""
    now = current_view(session)
    columns = input_columns(now.experiment)
    names = ", ".join(column.name for column in columns[:12])
    more = f" and {len(columns) - 12} more" if len(columns) > 12 else ""
    st.markdown("Rows without targets, answered by the network as it is trained now.")
    st.caption(escape_markdown(f"Columns: {names}{more}, by these names or in this order."))
    _ask(view, [column.name for column in columns])
    source = view.rows
    if source is None:
        return
    st.markdown(f"**{escape_markdown(source.name)}**")
    read_corrections(source, "rows")
    if source.table is None:
        return
    _answer(now, source)


def _ask(view: PageState, names: list[str]) -> None:
    upload = st.file_uploader(
        f"A table of new rows. Up to {MAX_MEGABYTES} MB.", max_upload_size=MAX_MEGABYTES,
        key="nbn-rows-upload",
    )  # fmt: skip
    if upload is not None and upload.file_id != view.rows_uploaded:
        view.rows_uploaded = upload.file_id
        view.rows = Source(plain_file_name(upload.name), upload.getvalue(), least_columns=1)
    st.text_area(
        "Or type rows, one a line", key="nbn-rows-typed", height=110, max_chars=MAX_TYPED,
        placeholder=";".join(names[:12]) + "\n" + ";".join("0" for _ in names[:12]),
    )  # fmt: skip
    st.button("Answer these rows", key="nbn-rows-answer", on_click=_read_typed)


def _read_typed() -> None:
    from app.data.choices import page_state

    text = state.widget("nbn-rows-typed")
    if isinstance(text, str):
        page_state().rows = Source("Typed rows", text, least_columns=1)


def _answer(now: CurrentView, source: Source) -> None:
    """Show the answers, and offer them as a file."""
    assert source.table is not None
    try:
        rows = new_rows(now.experiment, source.table)
        head, body = answer_table(now.experiment, now.weights, rows)
    except NBNError as error:
        st.error(escape_markdown(str(error)))
        return
    st.caption(_told(now, rows))
    st.dataframe(
        pandas.DataFrame(body[:SHOWN_ROWS], columns=head), hide_index=True,
        key="nbn-rows-answers", alt="The rows and their predictions",
    )  # fmt: skip
    if len(body) > SHOWN_ROWS:
        st.caption(f"Showing the first {SHOWN_ROWS} rows; the file has all.")
    st.download_button(
        "Download CSV", lambda: write_rows_csv(head, body), "predictions.csv", "text/csv",
        key="nbn-rows-download", on_click="ignore",
    )  # fmt: skip


def _told(now: CurrentView, rows: NewRows) -> str:
    """Describe which weights answered which rows."""
    count = len(rows.rows)
    lacking = count - int(rows.complete.sum())
    weights = (
        "the starting weights: the network is not trained yet"
        if now.trace is None
        else f"the weights of iteration {now.iteration:,}"
    )
    left = f" {plural(lacking, 'row')} without an answer: a value is missing." if lacking else ""
    order = "" if rows.by_name else " The columns were taken in their order."
    return f"{plural(count, 'row')}, answered with {weights}.{left}{order}"
