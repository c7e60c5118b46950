"""What the commands have in common: exit codes, files, messages, and the progress bar."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbn_core.errors import NBNError
from nbn_core.experiment import MAX_JSON, Experiment

SOLVED, NOT_SOLVED, USAGE_ERROR, INTERRUPTED = 0, 1, 2, 130
BAR_LENGTH = 30


class Place:
    """The file that a message names, if the error does not: the one that a command is at.

    Parameters
    ----------
    path : Path or str
        The file, or the address of a database.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = path


def in_sentences(place: Place, command: Callable[[], int]) -> int:
    """Run a command; report bad input and files that cannot be used on standard error.

    Parameters
    ----------
    place : Place
        The file that a message names, if the error does not.
    command : callable
        The command, which returns an exit code.

    Returns
    -------
    int
        The exit code.
    """
    try:
        return command()
    except NBNError as error:
        print(f"{place.path}: {error}", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or place.path}: {error.strerror or error}.", file=sys.stderr)
    return USAGE_ERROR


def read_experiment(source: Path) -> Experiment:
    """Read an experiment from a JSON file."""
    with source.open("rb") as file:
        return Experiment.from_json(file.read(MAX_JSON + 1))


def targets(prefix: Path, ends: Sequence[str], *, force: bool) -> list[Path]:
    """Return the files to write; raise if one exists and `force` is not set."""
    files = [prefix.with_name(prefix.name + end) for end in ends]
    for file in files:
        if file.exists() and not force:
            raise FileExistsError(0, "exists already: use --force to replace it", str(file))
        if not file.parent.is_dir():
            raise NotADirectoryError(0, "there is no such folder", str(file.parent))
    return files


def bar(done: int, most: int) -> str:
    """Return a progress bar."""
    full = BAR_LENGTH * min(done, most) // most
    return f"[{'#' * full}{'.' * (BAR_LENGTH - full)}]"


@contextmanager
def interruptible() -> Iterator[Callable[[], bool]]:
    """Turn an interrupt from the keyboard into an answer: whether there was one.

    Yields
    ------
    callable
        Function that returns whether the command was interrupted.
    """
    interrupts: list[int] = []

    def note(number: int, frame: Any) -> None:
        interrupts.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(interrupts)
    finally:
        signal.signal(signal.SIGINT, before)
