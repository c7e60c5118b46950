"""The shelf: named drawings of this browser tab, which undo of edits leaves alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import streamlit as st

from app.figures.portrait import portrait
from app.session.document import document_of
from app.session.end_names import named_after
from app.session.fit import check_fit, fits
from app.session.limits import check_size
from app.session.state import Session
from app.shared.chart_box import reader_palette
from app.shared.words import escape_markdown
from nbn_core.checks import plural
from nbn_core.errors import NBNError, SettingError
from nbn_core.experiment import (
    Experiment,
    KeptDrawing,
    NetworkChoice,
    RaceLane,
    RaceSetup,
    SeededStart,
    Workspace,
)
from nbn_core.network import Topology
from nbn_core.objective import starting_weights
from nbn_core.rules import RULES

MOST_NAME: Final = 40
MOST_LANES: Final = 8


def suggested_name(topology: Topology, shelf: tuple[KeptDrawing, ...]) -> str:
    """Return a name that is free, such as "2-8-8-1 MLP" or "2-8-8-1 MLP (2)"."""
    plain, taken = topology.described[0][: MOST_NAME - 5], {one.name for one in shelf}
    names = [plain, *(f"{plain} ({n})" for n in range(2, len(shelf) + 3))]
    return next(name for name in names if name not in taken)


def keep(session: Session, name: str, topology: Topology) -> None:
    """Keep a network under a name; its places too if it is the drawn one.

    Raises
    ------
    NBNError
        If the name is invalid or taken, or the shelf is full.
    """
    now = session.experiment
    drawing = session.document.sketch.to_drawing() if topology == now.topology else None
    kept = (*session.shelf, KeptDrawing(name.strip(), topology, drawing))
    session.shelf = Workspace(now, kept).shelf  # checks number and names


def reopened(now: Experiment, kept: KeptDrawing) -> Experiment:
    """Return the experiment with a kept drawing as its network; data, rule, settings stay.

    Raises
    ------
    NBNError
        If its inputs and outputs are not those of the data, with what to do.
    """
    data, topology = now.datasets()[0], kept.topology
    check_fit(kept.name, topology, data, "choose the data that it was drawn for first.")
    named = named_after(topology, now.data, data)
    start = now.start if isinstance(now.start, SeededStart) else SeededStart()
    drawing = kept.drawing if named == topology else None
    made = replace(now, topology=named, start=start, drawing=drawing)
    check_size(made)
    return made


def renamed(session: Session, old: str, new: str) -> None:
    """Give a kept drawing another name; NBNError if it is invalid or taken."""
    changed = tuple(
        replace(one, name=new.strip()) if one.name == old else one for one in session.shelf
    )
    session.shelf = Workspace(session.experiment, changed).shelf


def into_race(session: Session, *drawings: KeptDrawing) -> None:
    """Add a lane for each drawing, with the current rule; two drawings are a race of their own.

    Raises
    ------
    SettingError
        If the race has no room for another lane.
    """
    now = session.experiment
    usual = RULES[now.rule].settings({})
    settings = {key: value for key, value in now.settings.items() if usual.get(key) != value}
    lanes: tuple[RaceLane, ...] = ()
    setup = RaceSetup((RaceLane(0, now.rule, settings),)) if session.race is None else session.race
    if len(drawings) == 1:
        lanes = setup.lanes
    for one in drawings:
        taken = {lane.number for lane in lanes}
        free = next((n for n in range(MOST_LANES) if n not in taken), None)
        if free is None:
            raise SettingError(f"The race has {MOST_LANES} lanes already: remove one first.")
        network = NetworkChoice("kept", name=one.name, topology=one.topology)
        lanes = (*lanes, RaceLane(free, now.rule, settings, network))
    session.race = replace(setup, lanes=lanes)


def show(session: Session) -> None:
    """Show the kept drawings, and keep the current one."""
    with st.expander("Kept drawings", icon=":material/bookmark:"):
        st.caption(
            "Networks of this browser tab, kept by name without their weights. The link and the "
            "experiment file contain them."
        )
        _keep_current(session)
        if session.shelf:
            _kept(session)


def _keep_current(session: Session) -> None:
    topology = session.experiment.topology
    free = suggested_name(topology, session.shelf)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name of the drawing",
            free,
            max_chars=MOST_NAME,
            width=240,
            key=f"nbn-shelf-name-{free}",
        )
        if st.button("Keep", icon=":material/bookmark_add:", key="nbn-shelf-keep"):
            _try(lambda: keep(session, name, topology))


def _kept(session: Session) -> None:
    names = [one.name for one in session.shelf]
    picked = st.multiselect(
        "Kept drawings to show", names, names[-1:], max_selections=2, key="nbn-shelf-picked",
        help="Choose two to compare them.",
    )  # fmt: skip
    shown = [one for one in session.shelf if one.name in picked]
    if not shown:
        return
    for column, kept in zip(st.columns(2), shown, strict=False):
        with column:
            _one(session, kept)
    if len(shown) == 2:
        a, b = shown
        first, second = set(a.topology.weight_names), set(b.topology.weight_names)
        st.caption(
            f"{plural(len(first & second), 'weight')} in both, {len(first - second)} only in "
            f"{escape_markdown(a.name)}, {len(second - first)} only in {escape_markdown(b.name)}, "
            "by the names of their nodes."
        )
        if st.button(
            "Race these two", icon=":material/sports_score:", key="nbn-shelf-race",
            help="Replaces the lanes of the Race by these two networks, with the rule of Draw.",
        ):  # fmt: skip
            _try(lambda: into_race(session, a, b))


def _one(session: Session, kept: KeptDrawing) -> None:
    topology = kept.topology
    now = session.experiment
    data = now.datasets()[0]
    if fits(topology, data):
        weights = starting_weights(topology, data)
        image = portrait(topology, weights, reader_palette(), caption=kept.name)
        st.image(image, width=320, alt=f"The network {kept.name}")
    st.caption(
        f"{escape_markdown(kept.name)}: {plural(topology.n_weights, 'weight')}, "
        f"{plural(topology.n_neurons, 'neuron')}, depth {max(topology.levels)}."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.button("Reopen", key=f"nbn-shelf-open-{kept.name}"):
            _try(lambda: session.put(document_of(reopened(now, kept))))
        if st.button("Delete", key=f"nbn-shelf-delete-{kept.name}"):
            session.shelf = tuple(one for one in session.shelf if one != kept)
            st.rerun()
        name = st.text_input(
            "New name", kept.name, max_chars=MOST_NAME, width=180, key=f"nbn-shelf-new-{kept.name}"
        )
        if name != kept.name:
            _try(lambda: renamed(session, kept.name, name))


def _try(act: Callable[[], None]) -> None:
    """Do what a button asks; say why if it cannot be done."""
    try:
        act()
    except NBNError as error:
        st.error(escape_markdown(str(error)))
        return
    st.rerun()
