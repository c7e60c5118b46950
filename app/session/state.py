"""The only user of `st.session_state`: the state of one browser tab behind typed functions.

A Session holds the history of documents, the position in it and the current run. It lives as long
as Streamlit's session: across page changes and reconnects.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import streamlit as st

from app.session.document import Document, document_of
from app.session.jobs import Run
from app.session.limits import check_size
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment, SeededStart, link

_SESSION: Final = "nbn.session"
_LINK_KEY: Final = "e"
_MAX_HISTORY: Final = 200  # documents that can be undone to
_MAX_CLIENTS: Final = 16  # every visit to a page mounts another client


@dataclass(slots=True)
class Notice:
    """A message to the reader, shown once."""

    id: int
    text: str


@dataclass(slots=True)
class Session:
    """The state of one browser tab."""

    history: list[Document]
    position: int = 0
    rev: int = 1
    run: Run | None = None
    run_from: str = ""  # the training key of the experiment that `run` trains
    play: bool = False  # whether the browser should replay a run that is new to it
    halted: bool = False  # whether the reader stopped the run
    iteration: int = 0  # the trace row shown on all pages
    settling: bool = False  # whether to show the best validation row when training ends
    notice: Notice | None = None
    acknowledged: dict[str, int] = field(default_factory=dict)
    link: str = ""
    linked: Experiment | None = None  # the experiment that `link` opens
    turn: threading.Lock = field(default_factory=threading.Lock)  # to process messages

    @property
    def document(self) -> Document:
        """The current document."""
        return self.history[self.position]

    @property
    def experiment(self) -> Experiment:
        """The current experiment."""
        return self.document.experiment

    def look_at(self, iteration: int) -> None:
        """Show this row because the reader chose it; the end of training will not change that."""
        self.iteration, self.settling = iteration, False

    def settle(self) -> None:
        """If training has ended since the last call, show the row with the best validation SSE."""
        run = self.run
        if not self.settling or run is None or run.running:
            return
        self.settling = False
        if run.best_row is not None:
            self.iteration = run.best_row

    def say(self, text: str) -> None:
        """Show a message to the reader."""
        self.notice = Notice(self.notice.id + 1 if self.notice else 1, text)

    def put(self, document: Document) -> None:
        """Make a document current; undo returns to the one before."""
        self.history[self.position + 1 :] = [document]
        del self.history[: max(0, len(self.history) - _MAX_HISTORY)]
        self.position = len(self.history) - 1
        self.rev += 1

    def amend(self, document: Document) -> None:
        """Replace the current document without another undo step."""
        self.history[self.position :] = [document]
        self.rev += 1

    def acknowledge(self, client: str, seq: int) -> None:
        """Record that a message of a browser was processed, with or without success."""
        known = {name: done for name, done in self.acknowledged.items() if name != client}
        recent = list(known.items())[-(_MAX_CLIENTS - 1) :]
        self.acknowledged = dict([*recent, (client, seq)])

    def move(self, by: int) -> bool:
        """Undo (-1) or redo (+1); return whether there was a step to undo or redo."""
        if not 0 <= self.position + by < len(self.history):
            return False
        self.position += by
        self.rev += 1
        return True


def session() -> Session:
    """Return this tab's session; a new one opens the link it came with, or the first experiment."""
    if _SESSION not in st.session_state:
        st.session_state[_SESSION] = _open_link()
    current: Session = st.session_state[_SESSION]
    return current


def component_state(key: str, name: str) -> object:
    """Return a state value of a component as the browser last set it."""
    values = st.session_state.get(key)
    return values.get(name) if isinstance(values, Mapping) else None


def widget(key: str) -> object:
    """Return the value of a widget, for use in its callback."""
    return st.session_state.get(key)


def set_widget(key: str, value: object) -> None:
    """Set the value of a widget; must be called before the widget is made."""
    st.session_state[key] = value


def forget_widget(key: str) -> None:
    """Reset a widget, so that it starts with its default value."""
    st.session_state.pop(key, None)


def first_experiment() -> Experiment:
    """Return what a new visitor sees: Playground's spiral on a 2-8-8-1 network."""
    return replace(Experiment.suggested("playground_spiral"), start=SeededStart(seed=FIRST_SEED))


FIRST_SEED: Final = 3


def _open_link() -> Session:
    text = st.query_params.get(_LINK_KEY, "")
    if not text:
        return Session([document_of(first_experiment())])
    try:
        experiment = link.decode(text)
        check_size(experiment)
        opened = Session([document_of(experiment)])
    except NBNError as error:
        opened = Session([document_of(first_experiment())])
        opened.say(f"The link could not be opened, so this is the default experiment. {error}")
    return opened
