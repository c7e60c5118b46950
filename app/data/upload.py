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
from nbn_core.formats.decoding import ENCODINGS
from nbn_core.formats.table_files import MAX_BYTES, MAX_ROWS, MAX_SKIP, MISSING

DECIMALS: Final = {".": "point, as in 1.5", ",": "comma, as in 1,5"}
SHORT: Final = {
    "refuse": "refuse the file",
    "fill": "fill with missing values",
    "leave out": "leave out",
}
HEADERS: Final = {"names": "column names", "data": "data"}
MAX_MEGABYTES: Final = MAX_BYTES // 1_000_000


def ask(view: PageState) -> Source | None:
    """Show the controls for a file; return the file, with its table if it could be read."""
    limits = f"Up to {MAX_MEGABYTES} MB and {MAX_ROWS:,} rows"
    upload = st.file_uploader(
        f"A table: CSV, TSV, .dat, Excel, Parquet, ARFF, LIBSVM and others. {limits}.",
        max_upload_size=MAX_MEGABYTES,
        key="nbn-file-upload",
    )  # fmt: skip
    if upload is not None and upload.file_id != view.uploaded:
        view.uploaded = upload.file_id
        view.source = Source(plain_file_name(upload.name), upload.getvalue())
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
    read_corrections(source)
    return source


def plain_file_name(name: str) -> str:
    """Return the name of an uploaded file on one line, without unprintable characters."""
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


def read_corrections(source: Source, place: str = "read") -> None:
    """Show why a file was refused, and how it was read, with a control to correct each option.

    `place` begins the keys of the controls: two files may be shown on one page in turn.
    """
    table = source.table
    if table is None:
        st.error(escape_markdown(source.error))
    reading = table.reading if table is not None else Reading(source.kind)
    corrections = dict(source.corrections)
    doubtful = table is None or bool(source.corrections) or not reading.encoding_sure
    with st.expander("How it is read", expanded=doubtful):
        for note in reading.notes:
            st.caption(escape_markdown(note))
        if not reading.encoding_sure:
            word = source.encodings().get(reading.encoding, "")
            shown = f" Is “{word}” right?" if word else ""
            st.warning(
                escape_markdown(
                    f"The encoding of this file cannot be told for sure.{shown} If not, choose "
                    "another below."
                )
            )
        if source.kind == "text":
            _text_corrections(source, reading, corrections, place)
        _shape_corrections(source, reading, corrections, place)
        missing = st.text_input(
            "Missing-value markers, separated by spaces",
            " ".join(corrections.get("missing", MISSING)),
            key=f"nbn-{place}-missing-{source.key}", max_chars=300,
        )  # fmt: skip
        tokens = tuple(missing.split())
        _set(corrections, "missing", None if tokens == MISSING else tokens)
        if source.kind == "excel":
            sheet = st.text_input(
                "Sheet", corrections.get("sheet", reading.sheet),
                key=f"nbn-{place}-sheet-{source.key}", max_chars=100,
            )  # fmt: skip
            changed = sheet and sheet != reading.sheet
            _set(corrections, "sheet", sheet if changed else corrections.get("sheet"))
    if corrections != source.corrections:
        source.read(corrections)
        st.rerun()


def _shape_corrections(
    source: Source, reading: Reading, corrections: dict[str, Any], place: str
) -> None:
    """Show where the table begins, whether it has names, and what happens to short rows."""
    fixed = source.kind == "parquet"
    names, skip, short = st.columns(3)
    detected = _auto(HEADERS["names" if reading.header else "data"] if source.table else "")
    rows = {"": detected, **HEADERS}
    header = names.selectbox(
        "First row", list(rows), list(rows).index(_header_choice(corrections)),
        rows.__getitem__, key=f"nbn-{place}-header-{source.key}", disabled=fixed,
    )  # fmt: skip
    _set(corrections, "header", {"": None, "names": True, "data": False}[header])
    lines = skip.number_input(
        "Lines to skip at the top", 0, MAX_SKIP, corrections.get("skip", 0),
        key=f"nbn-{place}-skip-{source.key}", disabled=fixed,
        help="Titles and comments above the table are detected; 0 leaves that to the app.",
    )  # fmt: skip
    _set(corrections, "skip", int(lines) or None)
    choice = short.selectbox(
        "Rows with too few cells", list(SHORT), list(SHORT).index(reading.short_rows)
        if source.table else list(SHORT).index(corrections.get("short_rows", "refuse")),
        SHORT.__getitem__, key=f"nbn-{place}-short-{source.key}", disabled=fixed,
    )  # fmt: skip
    _set(corrections, "short_rows", None if choice == "refuse" else choice)


def _text_corrections(
    source: Source, reading: Reading, corrections: dict[str, Any], place: str
) -> None:
    known = source.table is not None
    menus = [
        ("delimiter", "Column separator", words.DELIMITERS, reading.delimiter if known else ""),
        ("decimal", "Decimal separator", DECIMALS, reading.decimal if known else ""),
    ]
    if isinstance(source.data, bytes):
        menus.append(("encoding", "Encoding", _encodings(source), reading.encoding))
    for column, (name, label, titles, detected) in zip(st.columns(3), menus, strict=False):
        options = {"": _auto(titles.get(detected, "")), **titles}
        value = column.selectbox(
            label, list(options), list(options).index(corrections.get(name, "")),
            options.__getitem__, key=f"nbn-{place}-{name}-{source.key}",
        )  # fmt: skip
        _set(corrections, name, value or None)


def _encodings(source: Source) -> dict[str, str]:
    """Return the encodings with a word of the file as each reads it; the impossible ones last."""
    shown = source.encodings()
    titles = {name: f"{ENCODINGS[name]}: {word}" if word else ENCODINGS[name]
              for name, word in shown.items()}  # fmt: skip
    return {**titles, **{name: title for name, title in ENCODINGS.items() if name not in titles}}


def _header_choice(corrections: dict[str, Any]) -> str:
    return {None: "", True: "names", False: "data"}[corrections.get("header")]


def _auto(detected: str) -> str:
    return f"detected: {detected}" if detected else "detect"


def _set(corrections: dict[str, Any], name: str, value: object) -> None:
    if value is None:
        corrections.pop(name, None)
    else:
        corrections[name] = value
