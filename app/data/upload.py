"""Where a file comes from (upload, pasted text, an example), and how it is read."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import streamlit as st

from app.data import words
from app.data.choices import PageState, Source, looking
from app.session import state
from nbn_core.data.table import Reading
from nbn_core.formats.table_files import MAX_BYTES, MAX_ROWS, MISSING

DECIMALS: Final = {".": "a point: 1.5", ",": "a comma: 1,5"}
HEADERS: Final = {"names": "has the names", "data": "is data"}
MEGABYTES: Final = MAX_BYTES // 1_000_000


def ask(view: PageState) -> Source | None:
    """Show how to give a file; return the one given, read as far as it can be."""
    limits = f"Up to {MEGABYTES} MB and {MAX_ROWS:,} rows"
    upload = st.file_uploader(
        f"A table: CSV, TSV, .dat, Excel or Parquet. {limits}.", max_upload_size=MEGABYTES,
        key="nbn-file-upload",
    )  # fmt: skip
    if upload is not None and upload.file_id != view.uploaded:
        view.uploaded = upload.file_id
        view.source = Source(_name(upload.name), upload.getvalue())
        view.used = ""
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.popover("Paste text"):
            st.text_area(
                "Rows and columns, separated by anything", key="nbn-file-paste", height=200,
                max_chars=MAX_BYTES, placeholder="x, y\n0, 1\n1, 3",
            )  # fmt: skip
            st.button("Read it", key="nbn-file-read", on_click=_read_pasted)
        st.button(
            "Show an example", key="nbn-file-example", on_click=_read_example, type="tertiary",
            help="150 irises with semicolons, decimal commas, names of species and two gaps",
        )  # fmt: skip
        if view.source is not None:
            st.button("Forget this file", key="nbn-file-forget", on_click=_forget, type="tertiary")
    source = view.source
    if source is None:
        st.caption("Nothing is in use before you say so; what is in use now stays until then.")
        return None
    st.markdown(f"**{words.harmless(source.name)}**")
    if source.table is not None or source.told:
        _corrections(source)
    return source


def _name(name: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:80] or "A file"


def _read_pasted() -> None:
    view = looking()
    text = state.widget("nbn-file-paste")
    if isinstance(text, str):
        view.source, view.used = Source("Pasted text", text), ""


def _read_example() -> None:
    view = looking()
    view.source, view.used = Source("irises.csv", example()), ""


def _forget() -> None:
    view = looking()
    view.source, view.used = None, ""


@cache
def example() -> bytes:
    """Iris as a table somebody saved in Europe: semicolons, decimal commas, two empty cells."""
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
    """Show what was found out about a text, each of it to be put right."""
    reading = source.table.reading if source.table is not None else Reading("text")
    told = dict(source.told)
    with st.expander("How it is read", expanded=source.table is None or bool(source.told)):
        if reading.kind == "text":
            _text_corrections(source, reading, told)
        rows = {"": _auto("names" if reading.header else "data"), **HEADERS}
        header = st.selectbox(
            "The first row", list(rows), list(rows).index(_header_told(told)), rows.__getitem__,
            key=f"nbn-read-header-{source.key}", disabled=reading.kind == "parquet",
        )  # fmt: skip
        _tell(told, "header", {"": None, "names": True, "data": False}[header])
        missing = st.text_input(
            "Stands for nothing, separated by blanks", " ".join(told.get("missing", MISSING)),
            key=f"nbn-read-missing-{source.key}", max_chars=200,
        )  # fmt: skip
        tokens = tuple(missing.split())
        _tell(told, "missing", None if tokens == MISSING else tokens)
        if reading.kind == "excel" or "sheet" in told:
            sheet = st.text_input(
                "Sheet", told.get("sheet", reading.sheet), key=f"nbn-read-sheet-{source.key}",
                max_chars=100,
            )  # fmt: skip
            _tell(told, "sheet", sheet if sheet and sheet != reading.sheet else told.get("sheet"))
    if told != source.told:
        source.read(told)
        st.rerun()


def _text_corrections(source: Source, reading: Reading, told: dict[str, Any]) -> None:
    asked = [
        ("delimiter", "Columns are separated by", words.DELIMITERS, reading.delimiter),
        ("decimal", "Decimals have", DECIMALS, reading.decimal),
    ]
    if isinstance(source.data, bytes):
        asked.append(("encoding", "Encoding", words.ENCODINGS, reading.encoding))
    for column, (name, label, known, found) in zip(st.columns(3), asked, strict=False):
        options = {"": _auto(known.get(found, "")), **known}
        value = column.selectbox(
            label, list(options), list(options).index(told.get(name, "")), options.__getitem__,
            key=f"nbn-read-{name}-{source.key}",
        )  # fmt: skip
        _tell(told, name, value or None)


def _header_told(told: dict[str, Any]) -> str:
    return {None: "", True: "names", False: "data"}[told.get("header")]


def _auto(found: str) -> str:
    return f"found: {found}" if found else "found out"


def _tell(told: dict[str, Any], name: str, value: object) -> None:
    if value is None:
        told.pop(name, None)
    else:
        told[name] = value
