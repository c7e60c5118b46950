"""What a page shows in place of a result that is not computed yet: progress, Stop, or a button."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import streamlit as st

from app.session.computing import Computation, Desk, Unready
from nbn_core.checks import plural

EVERY: Final = 0.5  # seconds between looks at a computation


@contextmanager
def waiting(desk: Desk | None) -> Iterator[None]:
    """Show a part of a page; if it needs a result that is not there yet, show how far it is.

    Once all of it is shown, its results need not be held any longer.
    """
    try:
        yield
        if desk is not None:
            desk.shown()
    except Unready as unready:
        if desk is None:
            raise
        if unready.computation is None:
            _offer(unready, desk)
        else:
            _progress(unready, unready.computation, desk)


def _offer(unready: Unready, desk: Desk) -> None:
    """Show a button for a result that was stopped, or that takes long."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"Computing {unready.what} takes about {_rough(unready.seconds)} on this network and "
            "data."
        )
        if st.button("Compute", icon=":material/play_arrow:", key=f"nbn-compute-{unready.what}"):
            desk.ask(unready.key)
            st.rerun()


def _progress(unready: Unready, computation: Computation, desk: Desk) -> None:
    """Show how far a computation is; show the page again when it has ended."""

    def look() -> None:
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            st.progress(min(1.0, computation.fraction), text=_words(unready, computation))
            stopped = st.button(
                "Stop", icon=":material/stop:", key=f"nbn-stop-computing-{unready.what}"
            )
        if stopped:
            desk.stop(unready.key)
        if stopped or computation.ended:
            st.rerun()

    st.fragment(look, run_every=EVERY)()


def _words(unready: Unready, computation: Computation) -> str:
    if computation.began is None:
        return f"Waiting for its turn to compute {unready.what}: the server is busy."
    left = computation.seconds_left
    if left is None:
        return f"Computing {unready.what}: about {_rough(unready.seconds)}."
    return f"Computing {unready.what}: {computation.fraction:.0%}, about {_rough(left)} left."


def _rough(seconds: float) -> str:
    """Write a duration to one digit: at least 1 s, from a minute on in minutes."""
    if seconds < 60:
        return f"{max(1.0, float(f'{seconds:.1g}')):.0f} s"
    return plural(round(seconds / 60), "minute")
