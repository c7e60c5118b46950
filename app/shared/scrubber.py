"""Choose the iteration shown: a slider, replay and training for every page but Draw and Inside.

The iteration belongs to the session, so that all pages show the same one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st

from app.figures.number_format import duration, short
from app.session import server, state
from app.session.state import Session
from app.session.training import PROMPT_WAIT, train
from app.session.view import CurrentView, current_view
from app.shared.words import escape_markdown, own_prediction
from nbn_core.errors import NBNError
from nbn_core.types import IntArray

KEY: Final = "nbn-iteration"
FRAME_SECONDS: Final = 0.08  # between frames of a replay: ten a second even if some are late
WATCH_SECONDS: Final = 0.5  # between updates while training
MAX_REPLAY_SECONDS: Final = 30.0


@dataclass(slots=True)
class ReplayState:
    """The state of replay and slider on one page."""

    playing: bool = False
    first: int = 0  # the row the replay started at
    began: float = 0.0  # time.monotonic() when it started
    following: bool = False  # show the newest iteration while training
    watching: bool = False  # whether training was in progress when last seen
    moving: bool = False  # whether the program, not the reader, moves the slider
    slider_version: int = 0  # number of such changes; each makes a new slider widget
    rerun: bool = False  # whether the page must run again, because refreshing starts or ends

    def start(self, now: CurrentView) -> None:
        """Start the replay at the row shown, or at the first row if the last is shown."""
        self.first = 0 if now.k >= now.end else now.k
        self.began = time.monotonic()
        self.playing = True

    def position(self, iterations: IntArray, end: int) -> int:
        """Return the row to show now, at an even pace of iterations.

        One iteration per frame, more if the replay would take too long; rows up to `end`.
        """
        rate = max(1.0 / FRAME_SECONDS, int(iterations[end]) / MAX_REPLAY_SECONDS)
        now = int(iterations[self.first]) + int((time.monotonic() - self.began) * rate)
        return min(end, int(np.searchsorted(iterations, now, side="right")) - 1)


def interval(session: Session, player: ReplayState) -> float | None:
    """Return the seconds until the page must be refreshed; None while nothing changes."""
    if player.playing:
        return FRAME_SECONDS
    return WATCH_SECONDS if _busy(session) else None


def refresh(body: Callable[[], None], seconds: float | None) -> None:
    """Run the body of a page, as a fragment that repeats if `seconds` is given."""
    if seconds is None:
        # Not a fragment: a late message for a fragment that no longer exists would leave the next
        # page blank. In a container, because a fragment has one too: otherwise the browser would
        # mount all charts again whenever the page changes from one to the other.
        with st.container():
            body()
    else:
        st.fragment(body, run_every=seconds)()


def run_again(player: ReplayState) -> None:
    """Run the page again if that was requested; must be called at the end of the page.

    In the middle of a page, the elements below would be removed and mounted again: a flash.
    """
    if player.rerun:
        player.rerun = False
        st.rerun()


def _busy(session: Session) -> bool:
    """Return whether a worker is training or preparing to train."""
    return session.run is not None and session.run.running


def scrubber(session: Session, player: ReplayState, showing: str = "charts show") -> CurrentView:
    """Show the controls; return the view at the iteration chosen.

    Parameters
    ----------
    session : Session
        The session whose iteration is chosen.
    player : ReplayState
        The replay of this page.
    showing : str
        Subject and verb of the sentence about the iteration, such as "charts show".
    """
    now = current_view(session)
    _move(session, player, now)
    now = current_view(session)
    if session.document.blocked:
        st.info(
            f"The drawing is not complete, so this page shows the last complete network. "
            f"{session.document.blocked}",
            icon=":material/edit:",
        )
    if now.own_prediction:
        st.info(own_prediction(now.own_prediction), icon=":material/info:")
    if now.trace is None:
        _untrained(session, player, showing)
        return now
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        _replay(player, now)
        if now.last > 0:
            _slider(session, player, now)
        st.markdown(_sentence(now), width=340)
        _train(session, player, now)
    return now


def _move(session: Session, player: ReplayState, now: CurrentView) -> None:
    if player.playing and now.trace is not None:
        session.look_at(player.position(now.trace.iterations, now.end))
        if session.iteration >= now.end and not now.running:
            player.playing = False
            player.rerun = True
    elif player.following and now.trace is not None:
        session.look_at(now.end)
        player.following = now.running
    busy = _busy(session)
    if player.watching != busy:
        player.watching = busy
        player.rerun = True


def _untrained(session: Session, player: ReplayState, showing: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if _busy(session):
            st.markdown(f"**Training is starting.** The {showing} the starting weights.")
            return
        st.markdown(
            f"**This network is not trained yet**: the {showing} its starting weights "
            "(iteration 0)."
        )
        if st.button("Train", type="primary", icon=":material/play_arrow:", key="nbn-train"):
            _go(session, player)


def _train(session: Session, player: ReplayState, now: CurrentView) -> None:
    run = session.run
    if now.running:
        if st.button("Stop", icon=":material/stop:", key="nbn-stop") and run is not None:
            run.halt()
            run.wait(PROMPT_WAIT)
            player.rerun = True
    elif (
        run is not None
        and (run.stop is None or not run.stop.final)
        and st.button("Continue training", icon=":material/play_arrow:", key="nbn-train-on")
    ):
        _go(session, player)


def _go(session: Session, player: ReplayState) -> None:
    try:
        train(session, server.workers())
    except NBNError as error:
        st.error(escape_markdown(str(error)))
        return
    player.playing, player.following = False, True
    player.rerun = True


def _replay(player: ReplayState, now: CurrentView) -> None:
    if player.playing:
        if st.button("Pause", icon=":material/pause:", key="nbn-pause"):
            player.playing = False
            player.rerun = True
    elif st.button(
        "Replay", icon=":material/play_arrow:", key="nbn-replay", disabled=now.last == 0
    ):
        player.start(now)
        player.following = False
        player.rerun = True


def _slider(session: Session, player: ReplayState, now: CurrentView) -> None:
    """Show the slider, which the reader can move while the program does not.

    A browser that lags behind in a replay sends the position of its slider with every message. Such
    a message may arrive after the replay and must not count as a move by the reader: therefore the
    slider of a replay is a separate widget.
    """
    moving = player.playing or (player.following and now.running)
    if player.moving != moving:
        player.moving = moving
        player.slider_version += 1
    version, key = player.slider_version, f"{KEY}-{player.slider_version}"

    def moved() -> None:
        value = state.widget(key)
        if isinstance(value, int) and version == player.slider_version and not player.moving:
            session.look_at(row_at(now, value))

    state.set_widget(key, now.iteration)
    st.slider("Iteration", 0, now.last_iteration, key=key, on_change=moved, disabled=moving)


def row_at(now: CurrentView, iteration: int) -> int:
    """Return the row that a slider selects: the nearest to an iteration.

    A slider that moved by less than a row selects the next one, so that no key is without effect.
    """
    assert now.trace is not None
    distances = np.abs(now.trace.iterations - iteration)
    row = int(distances.argmin())
    if row == now.k and iteration != now.iteration:
        row += 1 if iteration > now.iteration else -1
    return min(max(row, 0), now.last)


def _sentence(now: CurrentView) -> str:
    trace = now.trace
    assert trace is not None
    parts = [
        f"Iteration **{now.iteration:,}** of {now.last_iteration:,}",
        f"SSE **{short(float(trace.sse[now.k]))}**",
    ]
    if now.running:
        parts.append("_training_")
    else:
        parts.append(duration(float(trace.seconds[now.k])))
    return " · ".join(parts)
