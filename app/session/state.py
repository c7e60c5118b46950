"""The one user of `st.session_state`: what a session holds, behind typed functions.

A session holds a Session: the history of what was drawn and chosen, where in it we are, and the run
that belongs to it. It lives as long as the session, over page changes and reconnects.
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
_HISTORY: Final = 200
_CLIENTS: Final = 16  # a page that is left and come back to is another client


@dataclass(slots=True)
class Notice:
    """A sentence for the reader, shown once."""

    id: int
    text: str


@dataclass(slots=True)
class Session:
    """All that a session holds."""

    history: list[Document]
    position: int = 0
    rev: int = 1
    run: Run | None = None
    run_from: str = ""  # the training the run belongs to
    play: bool = False  # whether the browser is to replay the run it does not know yet
    halted: bool = False
    iteration: int = 0  # the iteration shown, shared by all pages
    settling: bool = False  # whether a training that ends is to be shown where it was best
    notice: Notice | None = None
    acknowledged: dict[str, int] = field(default_factory=dict)
    link: str = ""
    linked: Experiment | None = None  # the experiment that `link` opens
    turn: threading.Lock = field(default_factory=threading.Lock)  # to act on what a browser says

    @property
    def document(self) -> Document:
        """What is on the stage now."""
        return self.history[self.position]

    @property
    def experiment(self) -> Experiment:
        """The experiment that trains now."""
        return self.document.experiment

    def look_at(self, iteration: int) -> None:
        """Show this iteration: somebody chose it, and the end of a training does not."""
        self.iteration, self.settling = iteration, False

    def settle(self) -> None:
        """Show where a training that has ended since was best for its validation patterns."""
        run = self.run
        if not self.settling or run is None or run.running:
            return
        self.settling = False
        if run.best_row is not None:
            self.iteration = run.best_row

    def say(self, text: str) -> None:
        """Show a sentence."""
        self.notice = Notice(self.notice.id + 1 if self.notice else 1, text)

    def put(self, document: Document) -> None:
        """Make this the current document; the one before can be undone to."""
        self.history[self.position + 1 :] = [document]
        del self.history[: max(0, len(self.history) - _HISTORY)]
        self.position = len(self.history) - 1
        self.rev += 1

    def amend(self, document: Document) -> None:
        """Put this in place of the current document: both belong to one step."""
        self.history[self.position :] = [document]
        self.rev += 1

    def acknowledge(self, client: str, seq: int) -> None:
        """Remember that this message of a browser has been acted on, whatever came of it."""
        known = {name: done for name, done in self.acknowledged.items() if name != client}
        recent = list(known.items())[-(_CLIENTS - 1) :]
        self.acknowledged = dict([*recent, (client, seq)])

    def move(self, by: int) -> bool:
        """Undo (-1) or redo (+1); whether there was anything."""
        if not 0 <= self.position + by < len(self.history):
            return False
        self.position += by
        self.rev += 1
        return True


def session() -> Session:
    """Return the session's session; a new session opens its link, or the first experiment."""
    if _SESSION not in st.session_state:
        st.session_state[_SESSION] = _open_link()
    made: Session = st.session_state[_SESSION]
    return made


def component_state(key: str, name: str) -> object:
    """Return a state value of a mounted component, before it is mounted again."""
    values = st.session_state.get(key)
    return values.get(name) if isinstance(values, Mapping) else None


def widget(key: str) -> object:
    """Return what a widget says, in its callback."""
    return st.session_state.get(key)


def set_widget(key: str, value: object) -> None:
    """Have a widget show a value; called before it is made."""
    st.session_state[key] = value


def forget_widget(key: str) -> None:
    """Have a widget begin anew, with the value it is then given."""
    st.session_state.pop(key, None)


def first_experiment() -> Experiment:
    """Playground's spiral on 2-8-8-1: what a visitor sees first."""
    return replace(Experiment.suggested("playground_spiral"), start=SeededStart(seed=FIRST_SEED))


FIRST_SEED: Final = 3


def _open_link() -> Session:
    text = st.query_params.get(_LINK_KEY, "")
    if not text:
        return Session([document_of(first_experiment())])
    try:
        experiment = link.decode(text)
        check_size(experiment)
        made = Session([document_of(experiment)])
    except NBNError as error:
        made = Session([document_of(first_experiment())])
        made.say(f"The link could not be opened, so this is the first experiment. {error}")
    return made
