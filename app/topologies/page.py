"""The page: its sections, and the one that compares networks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from app.figures.number_format import duration
from app.session import closing, server, state
from app.session.state import Session
from app.shared import shelf
from app.shared.address import show_link
from app.shared.chart_box import Box, reader_palette
from app.shared.glossary import words
from app.shared.words import escape_markdown
from app.topologies import choices, chosen, published, smallest
from app.topologies.sweep import Sweep
from app.topologies.views import VIEWS, View
from nbn_core.checks import plural

WATCH: Final = 0.4  # seconds between two pictures of a running study


def topologies() -> None:
    """Show the page: one of its sections."""
    session = state.session()
    _sweep().settle(session.experiment)
    smallest.kept().settle(session.experiment)
    st.html(_ROOM)
    names = list(SECTIONS)
    chosen_one = st.segmented_control(
        "Section", names, default=names[0], required=True, key="nbn-topologies-part",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    SECTIONS[str(chosen_one)](session)
    show_link(session)  # with the sweep as the form has it now
    words(
        "Family", "SLP", "MLP", "BMLP", "FCC", "ACN", "Front", "Trial", "Random seed",
        "Success rate", "Expected cost", "Forward-equivalent", "Test patterns", "RMSE", "SSE",
        "Target SSE",
    )  # fmt: skip


def _compare(session: Session) -> None:
    """Compare networks; the results refresh themselves while trainings run."""
    sweep = _sweep()
    st.markdown(
        "**Which network does this problem need?** Many networks are trained on the current data, "
        "each from many random seeds."
    )
    if sweep.message:
        st.info(escape_markdown(sweep.message))
    choices.show(session, sweep)
    running = sweep.running
    st.fragment(_results, run_every=WATCH if running else None)(session, sweep, running)
    shelf.show(session)
    with st.expander("How it is computed"):
        st.markdown(_FORMULA)


def _find(session: Session) -> None:
    smallest.show(session, _sweep())


SECTIONS: Final[dict[str, Callable[[Session], None]]] = {
    "Compare": _compare,
    "Find the smallest": _find,
    "Published": published.show,
}
_ROOM: Final = """
<style>
.st-key-nbn-topologies-part { padding-top: 0.6rem; }
.st-key-nbn-topologies-form { padding-top: 0.2rem; }
.st-key-nbn-topologies-section [role=radiogroup] { flex-wrap: wrap; }
.st-key-nbn-topologies-chosen img { max-height: 240px; object-fit: contain; }
.st-key-nbn-topologies-chosen p { font-size: 0.92rem; }
</style>
"""
_FORMULA: Final = r"""
Every network is trained from the same seeds, by the same rule, up to the target SSE of the
experiment or the maximum iterations. With $r$ successes in $n$ trainings the rate is $r/n$ and its
interval Wilson's. The expected cost until a success, with restarts, is

$$\frac{\text{cost of all trainings, failed ones in full}}{r}$$

A network is on the front if no other one with as many or fewer weights has at least its rate.
**Measured rates have errors**: neighbours on the front may change places with other seeds, so add
seeds where it matters. A training is never repeated: its result depends only on the network, the
seed, the rule, the data and the limits.
"""


def _results(session: Session, sweep: Sweep, watching: bool) -> None:
    if sweep.study is None:
        return
    if sweep.running != watching:
        st.rerun()
    _progress(sweep)
    result, points = sweep.result(), sweep.points()
    if result is None or not points:
        return
    box = Box(reader_palette(), playing=watching)
    names = list(VIEWS)
    wide, narrow = st.columns([2.4, 1], gap="medium")
    with wide:
        bar = st.container(horizontal=True)
        with bar:
            name = st.segmented_control(
                "View", names, default=names[0], required=True, key="nbn-topologies-section",
                label_visibility="collapsed", persist_state="session",
            )  # fmt: skip
        VIEWS[str(name)](View(sweep, session.experiment, result, points, box, bar))
    with narrow:
        chosen.show(session, sweep, points, box)


def _progress(sweep: Sweep) -> None:
    run = sweep.run
    assert run is not None
    done, total = run.done, run.total
    text = f"{done:,} of {plural(total, 'training')}"
    if run.failed:
        st.error("A training failed because of a fault in the program; finished ones are kept.")
    if run.running:
        left = run.left()
        if done == 0 and server.compiling(run.study.rules[0].name):
            text += "; the rule is being compiled, once for this computer: about half a minute."
        elif left is None:
            text += "; the remaining time is not known yet."
        else:
            text += f"; about {duration(left)} left."
    elif done < total:
        text += ". Stopped: finished trainings are kept; Resume continues."
    else:
        return
    st.progress(done / max(1, total), text)


def _sweep() -> Sweep:
    sweep = state.kept("topologies", Sweep)
    closing.stop_when_closed("topologies", sweep.halt)
    return sweep
