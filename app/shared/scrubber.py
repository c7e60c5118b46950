"""Which iteration is looked at: a slider and a replay for every page but Draw, and Train.

The iteration is the session's, so that all pages look at the same one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Final

import streamlit as st

from app.figures.number_format import duration, short
from app.session import server, state
from app.session.state import Session
from app.session.training import PROMPT, train
from app.session.view import CurrentView, current_view
from nbn_core.errors import NBNError

KEY: Final = "nbn-iteration"
TICK: Final = 0.08  # seconds between frames of a replay: ten a second even if some are late
WATCH: Final = 0.5  # seconds between looks at a training
LONGEST: Final = 30.0  # seconds that a replay takes at most


@dataclass(slots=True)
class ReplayState:
    """A replay: from where, and since when."""

    playing: bool = False
    first: int = 0
    began: float = 0.0
    following: bool = False  # stay at the newest iteration of a training
    watching: bool = False
    moving: bool = False  # whether the program moves the slider, not the reader
    sliders: int = 0  # how often that changed: each time the slider is another widget
    again: bool = False  # something moves now that did not, or the other way: run the page again

    def start(self, now: CurrentView) -> None:
        """Replay from here, or from the start if this is the end."""
        self.first = 0 if now.k >= now.end else now.k
        self.began = time.monotonic()
        self.playing = True

    def position(self, end: int) -> int:
        """Return the iteration to show now: one a tick, more if it would take too long."""
        rate = max(1.0 / TICK, end / LONGEST)
        return min(end, self.first + int((time.monotonic() - self.began) * rate))


def interval(session: Session, player: ReplayState) -> float | None:
    """Seconds after which to look again; None while nothing moves."""
    if player.playing:
        return TICK
    return WATCH if _busy(session) else None


def run_again(player: ReplayState) -> None:
    """Run the page again if that was asked for; called at its end.

    Halfway would leave the rest of the page unsaid, and the browser would mount it anew: a flash.
    """
    if player.again:
        player.again = False
        st.rerun()


def _busy(session: Session) -> bool:
    """Whether a worker has something to do, be it only to set the training up."""
    return session.run is not None and session.run.running


def scrubber(session: Session, player: ReplayState, showing: str = "charts show") -> CurrentView:
    """Show the controls; return what is to be looked at.

    `showing` says what the page does with the weights of the iteration.
    """
    now = current_view(session)
    _move(session, player, now)
    now = current_view(session)
    if session.document.blocked:
        st.info(
            f"The drawing is not finished, so this is the last whole network. "
            f"{session.document.blocked}",
            icon=":material/edit:",
        )
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
    if player.playing:
        session.look_at(player.position(now.end))
        if session.iteration >= now.end and not now.running:
            player.playing = False
            player.again = True
    elif player.following and now.trace is not None:
        session.look_at(now.end)
        player.following = now.running
    busy = _busy(session)
    if player.watching != busy:
        player.watching = busy
        player.again = True


def _untrained(session: Session, player: ReplayState, showing: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if _busy(session):
            st.markdown(f"**The training is being set up.** The {showing} the starting weights.")
            return
        st.markdown(
            f"**This network is not trained yet**, so the {showing} its starting weights, "
            "iteration 0."
        )
        if st.button("Train", type="primary", icon=":material/play_arrow:", key="nbn-train"):
            _go(session, player)


def _train(session: Session, player: ReplayState, now: CurrentView) -> None:
    run = session.run
    if now.running:
        if st.button("Stop", icon=":material/stop:", key="nbn-stop") and run is not None:
            run.halt()
            run.wait(PROMPT)
            player.again = True
    elif (
        run is not None
        and (run.stop is None or not run.stop.final)
        and st.button("Train on", icon=":material/play_arrow:", key="nbn-train-on")
    ):
        _go(session, player)


def _go(session: Session, player: ReplayState) -> None:
    try:
        train(session, server.workers())
    except NBNError as error:
        st.error(str(error))
        return
    player.playing, player.following = False, True
    player.again = True


def _replay(player: ReplayState, now: CurrentView) -> None:
    if player.playing:
        if st.button("Pause", icon=":material/pause:", key="nbn-pause"):
            player.playing = False
            player.again = True
    elif st.button(
        "Replay", icon=":material/play_arrow:", key="nbn-replay", disabled=now.last == 0
    ):
        player.start(now)
        player.following = False
        player.again = True


def _slider(session: Session, player: ReplayState, now: CurrentView) -> None:
    """Show where we are; the reader moves it while the program does not.

    A browser that is behind in a replay says where its slider stands with every message. Such a
    message may arrive when the replay is over, and must not count as the reader's hand: so the
    slider of a replay is a widget of its own.
    """
    moving = player.playing or (player.following and now.running)
    if player.moving != moving:
        player.moving = moving
        player.sliders += 1
    number, key = player.sliders, f"{KEY}-{player.sliders}"

    def moved() -> None:
        value = state.widget(key)
        if isinstance(value, int) and number == player.sliders and not player.moving:
            session.look_at(value)

    state.set_widget(key, now.k)
    st.slider(_what(now), 0, now.last, key=key, on_change=moved, disabled=moving)


def _what(now: CurrentView) -> str:
    return "Iteration" if now.last_iteration == now.last else "Recorded iteration"


def _sentence(now: CurrentView) -> str:
    trace = now.trace
    assert trace is not None
    parts = [
        f"Iteration **{now.iteration:,}** of {now.last_iteration:,}",
        f"SSE **{short(float(trace.sse[now.k]))}**",
    ]
    if now.running:
        parts.append("_training continues_")
    else:
        parts.append(duration(float(trace.seconds[-1])))
    return " · ".join(parts)
