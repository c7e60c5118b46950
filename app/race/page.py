"""The Race page: its sections, and the answers to the browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from app.race import component, forward_forward, many_seeds, rule_comparison, setup, table
from app.race.session import RaceSession, answer, handle
from app.session import closing, server, state
from app.session.messages import read_outbox
from app.shared import shelf
from app.shared.address import show_link
from app.shared.glossary import words


def race() -> None:
    """Show the page; the script runs again for every message."""
    server.warming_rules()
    session, races = state.session(), _races()
    races.follow(session)
    show_link(session)
    names = list(SECTIONS)
    st.html(_ROOM)
    chosen = st.segmented_control(
        "Section", names, default=names[0], required=True, key="nbn-race-section",
        label_visibility="collapsed", persist_state="session",
    )  # fmt: skip
    SECTIONS[str(chosen)](races)
    words(
        "Rule", "Iteration", "Epoch", "Evaluation", "Forward-equivalent", "Computing time", "SSE",
        "Random seed", "Trial", "Success rate", "Expected cost", "Goodness",
    )  # fmt: skip


def _one_seed(races: RaceSession) -> None:
    _track(races)
    setup.show(state.session(), races)
    table.show(state.session(), races)
    shelf.show(state.session())
    with st.expander("How it is compared", icon=":material/balance:"):
        st.markdown(_PROTOCOL)


_PROTOCOL: Final = """
- All lanes have the **same data**, and the network and starting weights of the Draw page unless
  another network is chosen for a lane. A rule that needs further weights, such as label slots or
  output heads, has them in addition.
- A lane with a **network of its own** starts from the same scheme and seed. Where a connection
  joins nodes of the same names as in the drawing, its weight is the one there; the others are
  drawn, and the lane says how many weights are shared.
- An **iteration** is one step of a rule; for backpropagation it is an epoch. Iterations of
  different rules have very different costs: compare the work as well.
- **Computing time** is the time of a lane's own thread, without compiling and without waiting for
  other lanes.
- **Work** is counted inside the rule and is the same on every computer. One unit is a forward pass
  of all patterns through the drawn network, or as many multiplications; a pass through a network
  with twice the weights counts as two. Building and solving NBN's
  equations counts in full.
- **Evaluations** are passes that measure the error over all patterns, rejected attempts included.
- A lane starts with the rule's own settings, or with better ones that were found for the problem on
  other seeds. On the problems of TensorFlow Playground, EBP has Playground's settings, and Adam the
  best of twelve that were tried on six seeds, by the expected work until a success.
- **One race is one seed.** Many seeds shows whether a result holds in general.
"""
_ROOM: Final = "<style>.st-key-nbn-race-section { padding-top: 0.6rem; }</style>"


def _many_seeds(races: RaceSession) -> None:
    many_seeds.show(state.session(), races)


def _uses(races: RaceSession) -> None:
    rule_comparison.show(state.session(), races)


def _forward(races: RaceSession) -> None:
    forward_forward.show(state.session(), races)


SECTIONS: Final[dict[str, Callable[[RaceSession], None]]] = {
    "One seed": _one_seed,
    "Many seeds": _many_seeds,
    "What each rule uses": _uses,
    "Forward-Forward": _forward,
}


def _track(races: RaceSession) -> None:
    session = state.session()
    value = state.component_state(component.KEY, "outbox")
    outbox, client = read_outbox(value), None
    have: Mapping[str, Any] = {}
    if outbox is not None:
        client = outbox.client
        if handle(session, races, outbox, server.workers()):
            have = _have(value)
    races.note()
    sent = answer(
        session, races, client, have,
        warming=server.compiling_race(), pictures=server.warming().is_set(),
    )  # fmt: skip
    component.track(sent)


def _have(value: object) -> Mapping[str, Any]:
    given = value.get("have") if isinstance(value, Mapping) else None
    return given if isinstance(given, Mapping) else {}


def _halt(races: RaceSession) -> None:
    """Stop the races of a tab that was closed."""
    if races.race is not None:
        races.race.halt()
    if races.series is not None:
        races.series.halt()


def _races() -> RaceSession:
    races = state.kept("races", RaceSession)
    closing.stop_when_closed("races", lambda: _halt(races))
    return races
