"""The Race page: its sections, and the answer to what the browser says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from app.race import component, forward_forward, many_seeds, rule_comparison, setup, table
from app.race.session import RaceSession, answer, handle
from app.session import server, state
from app.session.messages import read_outbox
from app.shared.address import show_link
from app.shared.glossary import words
from nbn_core.warmup import is_warm_to_race


def race() -> None:
    """Show the page. It runs again for every message."""
    server.warming_rules()
    session, races = state.session(), _races()
    races.settle(session.experiment)
    show_link(session)
    names = list(SECTIONS)
    st.html(_ROOM)
    chosen = st.segmented_control(
        "Section", names, default=names[0], required=True, key="nbn-race-section",
        label_visibility="collapsed",
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
    with st.expander("How it is compared", icon=":material/balance:"):
        st.markdown(_PROTOCOL)


_PROTOCOL: Final = """
- All lanes have the **same network, data and starting weights**, those of the Draw page. A rule
  that needs more weights, slots or heads, gets them beside the drawn ones.
- **Iterations** are steps of a rule, an epoch for backpropagation. They cost very different
  amounts, so that fewer iterations alone prove nothing.
- **Computing time** is what a lane's thread computed here, without compiling and without waiting
  for other lanes.
- **Work** is counted inside the rule and is the same on every computer: one unit is a forward pass
  of all patterns through the network, or as many multiplications. Building and solving NBN's
  equations counts in full.
- **Evaluations** count how often the error over all patterns was measured, steps that were tried
  and refused included.
- The settings a lane starts with are the rule's own, or better ones found for the problem with
  other seeds: on Playground's problems EBP trains with Playground's own settings, and Adam with the
  best of twelve tried on six seeds, by the work to expect until a success.
- **One race is one seed.** Whether what it shows holds in general is the question of Many seeds.
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
    component.track(answer(session, races, client, have, warming=not is_warm_to_race()))


def _have(value: object) -> Mapping[str, Any]:
    given = value.get("have") if isinstance(value, Mapping) else None
    return given if isinstance(given, Mapping) else {}


def _halt(races: RaceSession) -> None:
    """A closed tab stops its races."""
    races.drop()
    if races.series is not None:
        races.series.halt()


@st.cache_resource(scope="session", show_spinner=False, on_release=_halt)
def _races() -> RaceSession:
    return RaceSession()
