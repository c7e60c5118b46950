"""What a session looks at on the Data page: the problem chosen, the file being read, the canvas.

None of it is the experiment: that changes only when data is taken up, and only through the session.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from nbn_core.data.table import Chosen, Table
from nbn_core.errors import NBNError
from nbn_core.formats import read_table


@dataclass(slots=True)
class Source:
    """A file or pasted text, and what was read of it: the table, or the sentence why not."""

    name: str
    data: str | bytes
    told: dict[str, Any] = field(default_factory=dict)
    table: Table | None = None
    refused: str = ""
    chosen_by: tuple[Any, ...] | None = None
    chosen: Chosen | None = None

    def __post_init__(self) -> None:
        self.read({})

    @property
    def key(self) -> str:
        """Short, the same for the same file."""
        data = self.data.encode("utf-8", "replace") if isinstance(self.data, str) else self.data
        return hashlib.blake2b(data, digest_size=6).hexdigest()

    def read(self, told: Mapping[str, Any]) -> None:
        """Read it (again), going by what the reader said."""
        self.told, self.chosen_by = dict(told), None
        try:
            self.table, self.refused = read_table(self.data, **self.told), ""
        except NBNError as error:
            self.table, self.refused = None, str(error)

    def choose(
        self, inputs: tuple[str, ...], targets: tuple[str, ...], classes: tuple[str, ...]
    ) -> Chosen:
        """Make a dataset of columns; the last choice is kept.

        Raises
        ------
        NBNError
            If a column cannot be used.
        """
        by = (inputs, targets, classes)
        if self.chosen is None or self.chosen_by != by:
            assert self.table is not None
            self.chosen = self.table.choose(inputs, targets, classes=classes, name=self.name[:60])
            self.chosen_by = by
        return self.chosen


@dataclass(slots=True)
class PageState:
    """The choices of one session on this page."""

    problem: str = ""  # that in use, or the first, while none was chosen
    source: Source | None = None
    used: str = ""  # what the last "use" did, said until the next
    uploaded: str = ""  # the upload that `source` came from
    pasted: str = ""
    cleared: str = ""  # the data that was wiped off the canvas
    curve: bool = False
    follow: bool = False  # whether training goes on while points are painted
    stroke: tuple[str, int, int] | None = None  # client, stroke, and its place in the history


@st.cache_resource(scope="session", show_spinner=False)
def looking() -> PageState:
    """Return this session's choices."""
    return PageState()
