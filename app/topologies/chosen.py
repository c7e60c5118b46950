"""One network: its drawing and numbers, and a seed of it to open on Draw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from app.figures.chart import percent
from app.figures.number_format import duration, short
from app.figures.palette import Palette
from app.figures.portrait import portrait
from app.figures.topologies import NetworkPoint
from app.session import state
from app.session.end_names import named_after
from app.session.history import put
from app.session.state import Session
from app.shared import shelf
from app.shared.chart_box import Box
from app.shared.words import escape_markdown
from app.topologies.front import front
from app.topologies.sweep import Sweep
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment, KeptDrawing, SeededStart
from nbn_core.network import Topology
from nbn_core.objective import starting_weights
from nbn_core.studies import Study, StudyNetwork
from nbn_core.trace import StopReason

KEY: Final = "nbn-topologies-network"


def show(session: Session, sweep: Sweep, points: list[NetworkPoint], box: Box) -> None:
    """Show the network that was chosen; before a choice, the last one on the front."""
    now = shown(sweep, points, playing=box.playing)
    ordered = sorted(points, key=lambda one: (one.weights, one.place))
    by_place = {one.place: one for one in ordered}
    with st.container(border=True, key="nbn-topologies-chosen"):
        # The key changes with the network: a browser that lags behind must not choose another one.
        key = f"{KEY}-{now.place}"
        st.selectbox(
            "Network", list(by_place), ordered.index(now), key=key,
            format_func=lambda place: by_place[place].network.name,
            on_change=lambda: _choose(sweep, by_place, key),
            help="Choose one here, click a point of a chart or a network of the map, or select a "
            "row of the table.",
        )  # fmt: skip
        assert sweep.study is not None
        _about(session, sweep.study, now, box)
        _take(session, now.network)


def _choose(sweep: Sweep, points: Mapping[int, NetworkPoint], key: str) -> None:
    """Choose what the menu says before the page runs: the map shows it too."""
    picked = state.widget(key)
    if isinstance(picked, int) and picked in points:
        sweep.chosen = points[picked].network.topology


def _take(session: Session, network: StudyNetwork) -> None:
    """Offer to keep the network, and to put it into the race."""
    name = network.name[: shelf.MOST_NAME]
    known = {one.name for one in session.shelf}
    with st.container(horizontal=True):
        try:
            if st.button(
                "Keep it", icon=":material/bookmark_add:", key="nbn-topologies-keep",
                disabled=name in known, help="Puts the network among the kept drawings.",
            ):  # fmt: skip
                shelf.keep(session, name, network.topology)
                st.rerun(scope="app")
            if st.button(
                "Put into a race", icon=":material/sports_score:", key="nbn-topologies-race",
                help="Adds a lane with this network to the Race.",
            ):  # fmt: skip
                shelf.into_race(session, KeptDrawing(name, network.topology))
                st.rerun(scope="app")
        except NBNError as error:
            st.warning(escape_markdown(str(error)))


def shown(sweep: Sweep, points: Sequence[NetworkPoint], *, playing: bool) -> NetworkPoint:
    """Return the network to show; while trainings run, what is offered does not change."""
    known = {one.network.topology: one for one in points}
    if sweep.chosen in known:
        return known[sweep.chosen]
    if not playing or sweep.offered not in known:
        best = front(points) or sorted(points, key=lambda one: (one.weights, one.place))
        sweep.offered = best[-1].network.topology
    return known[sweep.offered]


def _about(session: Session, study: Study, point: NetworkPoint, box: Box) -> None:
    seed = point.found.example()
    assert seed is not None
    which = "reached the target" if point.found.trials.successes else "came closest"
    drawing(session, study, point.network, seed, which, box.palette, "nbn-topologies-open")
    st.markdown("  \n".join(sentences(point)))


def drawing(
    session: Session, study: Study, network: StudyNetwork, seed: int, which: str, palette: Palette,
    key: str,
) -> None:  # fmt: skip
    """Show a network with the starting weights of a seed, and a button that opens it on Draw.

    Parameters
    ----------
    session : Session
        Session of this tab.
    study : Study
        Study that has trained the network.
    network : StudyNetwork
        The network.
    seed : int
        Random seed of the starting weights.
    which : str
        What this seed did, after "the seed that ...".
    palette : Palette
        Colours.
    key : str
        Key of the button.
    """
    topology = network.topology
    weights = starting_weights(topology, study.data.datasets()[0], study.scheme, seed)
    image = portrait(topology, weights, palette, caption=f"Starting weights of seed {seed}")
    st.image(image, width="stretch", alt=f"The network {network.name}")
    if st.button(
        "Open on Draw", icon=":material/draw:", key=key, width="stretch",
        help=f"With the seed that {which}. Undo on Draw returns to your network.",
    ):  # fmt: skip
        try:
            put(session, opened(session.experiment, study, topology, seed))
        except NBNError as error:
            st.warning(escape_markdown(str(error)))
            return
        st.switch_page("../pages/draw.py")


def sentences(point: NetworkPoint) -> list[str]:
    """Return the numbers of a network, in sentences."""
    trials, (low, high) = point.found.trials, point.interval
    said = [
        f"**{escape_markdown(point.network.name)}**: {point.weights:,} weights, "
        f"{point.neurons:,} neurons, depth {point.depth}.",
        f"Solved {point.solved()}: **{percent(point.rate)}**, 95 % interval {percent(low)} to "
        f"{percent(high)}.",
    ]
    if trials.successes:
        said.append(
            f"Expected until a success: {short(trials.expected_work)} forward passes, "
            f"{duration(trials.expected_seconds)}."
        )
    seed = point.found.example()
    place = trials.seeds.tolist().index(seed)
    trial = trials.trial(place)
    reached = "reached the target" if trial.stop is StopReason.SOLVED else "came closest"
    said.append(
        f"Seed {seed} {reached}: SSE {short(trial.sse)} after {trial.iterations:,} iterations."
    )
    return said


def opened(now: Experiment, study: Study, topology: Topology, seed: int) -> Experiment:
    """Return the experiment of one training of a study.

    Parameters
    ----------
    now : Experiment
        The current experiment.
    study : Study
        The study.
    topology : Topology
        A network of it.
    seed : int
        Random seed of the starting weights.
    """
    rule, train = study.rules[0], study.data.datasets()[0]
    return replace(
        now, topology=named_after(topology, study.data, train), data=study.data, rule=rule.name,
        settings=dict(rule.settings), start=SeededStart(study.scheme, seed),
        stopping=study.stopping, drawing=None,
    )  # fmt: skip
