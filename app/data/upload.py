"""Upload a file, paste text or load the example, and correct how it is read."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import streamlit as st

from app.data import words
from app.data.choices import PageState, Source, page_state
from app.session import state
from app.shared.words import escape_markdown
from nbn_core.data.table import Reading
from nbn_core.formats.table_files import MAX_BYTES, MAX_ROWS, MISSING

DECIMALS: Final = {".": "point, as in 1.5", ",": "comma, as in 1,5"}
HEADERS: Final = {"names": "column names", "data": "data"}
MAX_MEGABYTES: Final = MAX_BYTES // 1_000_000


def ask(view: PageState) -> Source | None:
    """Show the controls for a file; return the file, with its table if it could be read."""
    limits = f"Up to {MAX_MEGABYTES} MB and {MAX_ROWS:,} rows"
    upload = st.file_uploader(
        f"A table: CSV, TSV, .dat, Excel or Parquet. {limits}.", max_upload_size=MAX_MEGABYTES,
        key="nbn-file-upload",
    )  # fmt: skip
    if upload is not None and upload.file_id != view.uploaded:
        view.uploaded = upload.file_id
        view.source = Source(_name(upload.name), upload.getvalue())
        view.used = ""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("Paste text"):
            st.text_area(
                "Rows and columns; the separator is detected", key="nbn-file-paste", height=200,
                max_chars=MAX_BYTES, placeholder="x, y\n0, 1\n1, 3",
            )  # fmt: skip
            st.button("Read text", key="nbn-file-read", on_click=_read_pasted)
        st.button(
            "Load an example", key="nbn-file-example", on_click=_read_example, type="tertiary",
            help="150 iris flowers with semicolons, decimal commas, species names and two missing "
            "values",
        )  # fmt: skip
        if view.source is not None:
            st.button("Remove this file", key="nbn-file-forget", on_click=_forget, type="tertiary")
    source = view.source
    if source is None:
        st.caption("Your current data stays in use until you press “Use this data”.")
        return None
    st.markdown(f"**{escape_markdown(source.name)}**")
    if source.table is not None or source.corrections:
        _corrections(source)
    return source


def _name(name: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:80] or "A file"


def _read_pasted() -> None:
    view = page_state()
    text = state.widget("nbn-file-paste")
    if isinstance(text, str):
        view.source, view.used = Source("Pasted text", text), ""


def _read_example() -> None:
    view = page_state()
    view.source, view.used = Source("irises.csv", example()), ""


def _forget() -> None:
    view = page_state()
    view.source, view.used = None, ""


@cache
def example() -> bytes:
    """Return iris data as a European spreadsheet saves it, with two missing values."""
    from sklearn.datasets import load_iris

    data = load_iris()
    names = [name.removesuffix(" (cm)") for name in data.feature_names]
    lines = [";".join([*names, "species"])]
    for row, label in zip(data.data.tolist(), data.target.tolist(), strict=True):
        lines.append(";".join([*(f"{v:.1f}".replace(".", ",") for v in row),
                               str(data.target_names[label])]))  # fmt: skip
    lines[17] = ";" + lines[17].partition(";")[2]
    first, _, rest = lines[90].split(";", 2)
    lines[90] = f"{first};?;{rest}"
    return ("\r\n".join(lines) + "\r\n").encode()


# Corrections


def _corrections(source: Source) -> None:
    """Show how the file was read, each option with a control to correct it."""
    reading = source.table.reading if source.table is not None else Reading("text")
    corrections = dict(source.corrections)
    unread = source.table is None
    with st.expander("How the file is read", expanded=unread or bool(source.corrections)):
        if reading.kind == "text":
            _text_corrections(source, reading, corrections)
        rows = {"": _auto(HEADERS["names" if reading.header else "data"]), **HEADERS}
        header = st.selectbox(
            "First row", list(rows), list(rows).index(_header_choice(corrections)),
            rows.__getitem__, key=f"nbn-read-header-{source.key}",
            disabled=reading.kind == "parquet",
        )  # fmt: skip
        _set(corrections, "header", {"": None, "names": True, "data": False}[header])
        missing = st.text_input(
            "Missing-value markers, separated by spaces",
            " ".join(corrections.get("missing", MISSING)),
            key=f"nbn-read-missing-{source.key}", max_chars=200,
        )  # fmt: skip
        tokens = tuple(missing.split())
        _set(corrections, "missing", None if tokens == MISSING else tokens)
        if reading.kind == "excel" or "sheet" in corrections:
            sheet = st.text_input(
                "Sheet", corrections.get("sheet", reading.sheet),
                key=f"nbn-read-sheet-{source.key}", max_chars=100,
            )  # fmt: skip
            changed = sheet and sheet != reading.sheet
            _set(corrections, "sheet", sheet if changed else corrections.get("sheet"))
    if corrections != source.corrections:
        source.read(corrections)
        st.rerun()


def _text_corrections(source: Source, reading: Reading, corrections: dict[str, Any]) -> None:
    menus = [
        ("delimiter", "Column separator", words.DELIMITERS, reading.delimiter),
        ("decimal", "Decimal separator", DECIMALS, reading.decimal),
    ]
    if isinstance(source.data, bytes):
        menus.append(("encoding", "Encoding", words.ENCODINGS, reading.encoding))
    for column, (name, label, titles, detected) in zip(st.columns(3), menus, strict=False):
        options = {"": _auto(titles.get(detected, "")), **titles}
        value = column.selectbox(
            label, list(options), list(options).index(corrections.get(name, "")),
            options.__getitem__, key=f"nbn-read-{name}-{source.key}",
        )  # fmt: skip
        _set(corrections, name, value or None)


def _header_choice(corrections: dict[str, Any]) -> str:
    return {None: "", True: "names", False: "data"}[corrections.get("header")]


def _auto(detected: str) -> str:
    return f"detected: {detected}" if detected else "detect"


def _set(corrections: dict[str, Any], name: str, value: object) -> None:
    if value is None:
        corrections.pop(name, None)
    else:
        corrections[name] = value
