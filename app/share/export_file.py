"""A file to export, made on request or from the cache, and rows and groups of files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.formats import FormatError

SMALL_FILE: Final = 30_000  # numbers up to which a file is made before it is requested
MAX_NUMBERS: Final = 8_000_000  # in a file that the app makes
CACHE: Final = ByteCache(64_000_000, largest=16_000_000)
TEXT, CSV, JSON, BINARY = "text/plain", "text/csv", "application/json", "application/octet-stream"


@dataclass(frozen=True, slots=True)
class File:
    """A file to export.

    Parameters
    ----------
    label : str
        Text of its button.
    name, mime : str
        File name and media type.
    numbers : int
        Approximate count of numbers in it.
    key : tuple
        Identifies the contents in the cache.
    write : callable
        Makes the contents.
    computed : bool
        Whether it runs the network, for which the kernels must be compiled.
    """

    label: str
    name: str
    mime: str
    numbers: int
    key: tuple[Any, ...]
    write: Callable[[], str | bytes]
    computed: bool = False

    @property
    def small(self) -> bool:
        """Whether it is quick to make."""
        return self.numbers <= SMALL_FILE

    @property
    def about(self) -> int:
        """Approximate size in bytes; 0 if unknown."""
        return self.numbers * {CSV: 20, BINARY: 8}.get(self.mime, 0)

    @property
    def refused(self) -> str:
        """Why the app does not make it; empty if it does."""
        if self.numbers <= MAX_NUMBERS:
            return ""
        return (
            f"This file would contain {self.numbers:,} numbers, but the app exports at most "
            f"{MAX_NUMBERS:,}: use nbn_core in a notebook, or python -m nbn_core train."
        )

    def make(self) -> bytes:
        """Return the contents, from the cache if they were made before.

        Raises
        ------
        NBNError
            If the file is too large, or the network cannot be written in its format.
        """
        if self.refused:
            raise FormatError(self.refused)
        return CACHE.get(self.key, self._bytes)

    def _bytes(self) -> bytes:
        contents = self.write()
        return contents.encode() if isinstance(contents, str) else contents


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to export, in one format or several."""

    title: str
    purpose: str
    files: tuple[File, ...]


@dataclass(frozen=True, slots=True)
class ExportGroup:
    """Rows that belong together."""

    title: str
    rows: tuple[Row, ...]
