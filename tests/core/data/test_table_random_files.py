"""Random and damaged files are read as tables or refused in one sentence."""

from __future__ import annotations

import contextlib
import io
import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from nbn_core.formats import read_table
from tests.strategies import damaged, read_or_sentence
from tests.tables import CSV, bounded, excel, parquet, with_member

WORKBOOK = excel([["a", "b"], [1, "x"], [2, "y"]])
PARQUET = parquet(a=[1.0, 2], b=["x", "y"])


def use(data: object) -> None:
    table = read_table(data)
    inputs, targets = table.suggested()
    table.choose(inputs, targets)
    table.choose(table.names[:-1], table.names[-1:])


@bounded
@given(st.text() | st.binary() | st.text("0123456789,;.\n\t ab\"'e-", max_size=60))
def test_random_bytes_are_read_or_refused_in_a_sentence(junk) -> None:
    read_or_sentence(use, junk)


@bounded
@given(damaged(CSV))
def test_a_damaged_table_is_read_or_refused_in_a_sentence(text) -> None:
    read_or_sentence(use, text)


@settings(max_examples=60)
@given(st.data())
def test_damaged_workbooks_and_parquet_files_are_refused_in_a_sentence(data) -> None:
    for good in (WORKBOOK, PARQUET):
        at = data.draw(st.integers(0, len(good) - 1))
        junk = data.draw(st.binary(min_size=1, max_size=8))
        read_or_sentence(use, good[:at] + junk + good[at + len(junk) :])
        read_or_sentence(use, good[:at] + good[at + len(junk) :])


@settings(max_examples=60)
@given(st.data())
def test_a_workbook_of_any_xml_is_refused_in_a_sentence(data) -> None:
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as opened:
        name = data.draw(st.sampled_from(opened.namelist()))
        text = opened.read(name).decode()
    with contextlib.suppress(UnicodeEncodeError):
        evil = data.draw(damaged(text)).encode()
        read_or_sentence(use, with_member(WORKBOOK, name, evil))
