"""The state of the Data page: the problem selected, the file being read, the canvas.

None of it is part of the experiment, which changes only when data is put to use.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.session import state
from nbn_core.data.table import Chosen, Table
from nbn_core.errors import NBNError
from nbn_core.experiment import OwnData
from nbn_core.formats import read_table
from nbn_core.formats.decoding import readings


@dataclass(slots=True)
class Source:
    """A file or pasted text, and the table read from it.

    Parameters
    ----------
    name : str
        File name, for the reader.
    data : str or bytes
        Contents of the file, or the pasted text.
    corrections : dict
        Reading options that the reader has set, as arguments of `read_table`.
    table : Table, optional
        The table; None if it could not be read.
    error : str
        Why it could not be read; empty if it could.
    least_columns : int
        Smallest number of columns.
    """

    name: str
    data: str | bytes
    corrections: dict[str, Any] = field(default_factory=dict)
    table: Table | None = None
    error: str = ""
    least_columns: int = 2
    _columns: tuple[Any, ...] | None = None  # the columns that `_chosen` was made of
    _chosen: Chosen | None = None
    _encodings: dict[str, str] | None = None

    def __post_init__(self) -> None:
        self.read({})

    @property
    def key(self) -> str:
        """A short hash of the contents."""
        data = self.data.encode("utf-8", "replace") if isinstance(self.data, str) else self.data
        return hashlib.blake2b(data, digest_size=6).hexdigest()

    @property
    def kind(self) -> str:
        """Kind of the file by its first bytes: text, excel or parquet."""
        head = self.data[:4]
        return {b"PAR1": "parquet", b"PK\x03\x04": "excel"}.get(head, "text")  # type: ignore[arg-type]

    def encodings(self) -> dict[str, str]:
        """Return a word of the file as each encoding that fits reads it; computed once."""
        if self._encodings is None:
            self._encodings = readings(self.data) if isinstance(self.data, bytes) else {}
        return self._encodings

    def read(self, corrections: Mapping[str, Any]) -> None:
        """Read the table with other corrections."""
        self.corrections, self._columns = dict(corrections), None
        try:
            options = {"least_columns": self.least_columns, **self.corrections}
            self.table, self.error = read_table(self.data, **options), ""
        except NBNError as error:
            self.table, self.error = None, str(error)

    def choose(
        self, inputs: tuple[str, ...], targets: tuple[str, ...], classes: tuple[str, ...]
    ) -> Chosen:
        """Make a dataset of columns; the last result is cached.

        Raises
        ------
        NBNError
            If a column cannot be used.
        """
        columns = (inputs, targets, classes)
        if self._chosen is None or self._columns != columns:
            assert self.table is not None
            self._chosen = self.table.choose(inputs, targets, classes=classes, name=self.name[:60])
            self._columns = columns
        return self._chosen


@dataclass(slots=True)
class PageState:
    """The state of this page in one session."""

    problem: str = ""  # empty: the current one, or the first
    problem_with: str = ""  # digest of the data in use when it was selected
    form: int = 0  # part of the keys of its fields; increased when other data is in use
    form_of: str = ""  # digest of the data that the fields were filled with
    source: Source | None = None
    rows: Source | None = None  # new rows to be answered
    rows_uploaded: str = ""  # Streamlit's id of the upload that `rows` came from
    used: str = ""  # the message about the last data put to use
    uploaded: str = ""  # Streamlit's id of the upload that `source` came from
    cleared: str = ""  # digest of the data that was cleared from the canvas
    unsplit: tuple[str, OwnData] | None = None  # digest of a single point; the data with a split
    curve: bool = False  # whether an empty canvas is for a curve
    follow: bool = False  # whether training continues while points are painted
    stroke: tuple[str, int, int] | None = None  # client, stroke, position in the history
    learned: int = 0  # iterations of the runs that earlier points of the stroke started


def page_state() -> PageState:
    """Return the state of this page in the session."""
    return state.kept("data", PageState)
