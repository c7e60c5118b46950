"""The forms of the section Grow and prune: each returns nothing and acts by its buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from app.draw.reshape.prediction import Known
from app.figures.number_format import short
from app.session.reshaping import shown_network
from app.session.state import Session
from app.shared.waiting import waiting
from app.shared.words import escape_markdown
from nbn_core.checks import plural
from nbn_core.errors import NBNError
from nbn_core.structure import (
    GROWTHS,
    MEASURES,
    REWIRINGS,
    Grow,
    Prune,
    Repeat,
    Rewire,
    Step,
    Train,
)

MEASURE_KEY: Final = "nbn-prune-measure"
OF: Final = {"connections": "Connections", "neurons": "Neurons"}
ITSELF: Final = "chosen by itself"
EVERY: Final = "every neuron"
MOST_ITERATIONS: Final = 2_000
Act = Callable[..., None]
"""Takes the steps to do; the callback of a button."""


def prune(session: Session, known: Known, act: Act) -> None:
    """Show the form that removes connections and neurons."""
    topology, _ = shown_network(session)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        measure = st.selectbox(
            "Saliency", list(MEASURES), index=2, format_func=MEASURES.__getitem__, width=300,
            key=MEASURE_KEY, persist_state="session",
            help="How the effect of a removal is measured. Magnitude: the smallest weights go "
            "first. Diagonal: the rise of the SSE without couplings between weights. Full matrix: "
            "the rise if all other weights adjust themselves, which they then do.",
        )  # fmt: skip
        of = st.segmented_control(
            "Remove", list(OF), default="connections", required=True, format_func=OF.__getitem__,
            key="nbn-prune-of", persist_state="session",
        )  # fmt: skip
        iterations = _iterations("nbn-prune-iterations")
    hidden = topology.n_neurons - topology.n_outputs
    parts = hidden if of == "neurons" else topology.n_connections
    most = parts if of == "neurons" else parts - topology.n_outputs
    if most < 1:
        st.caption(f"No {str(of).removesuffix('s')} can be removed from this network.")
        return
    count = 1
    if most > 1:
        count = st.slider(
            f"Remove the least salient {of}", 1, most, 1, key=f"nbn-prune-count-{of}-{most}"
        )
    step = Prune(count=int(count), measure=str(measure), of=str(of))
    with waiting(known.desk):
        known.await_saliency(session, str(measure))
        _removal(session, known, step, parts, iterations, act)


def _removal(
    session: Session, known: Known, step: Prune, parts: int, iterations: int, act: Act
) -> None:
    """Show what a removal is expected to do, and the buttons."""
    topology, _ = shown_network(session)
    try:
        found = known.prediction(session, step)
    except NBNError as error:
        st.caption(escape_markdown(str(error)))
        return
    left = found.after.topology
    st.markdown(
        f"{plural(len(found.names), step.of.removesuffix('s'))} of {parts} would go; "
        f"**{left.n_weights:,} of {topology.n_weights:,} weights** and "
        f"{plural(left.n_neurons, 'neuron')} stay. The SSE would rise by about "
        f"**{short(found.rise)}** before retraining."
    )
    _once("Remove", "Remove and retrain", "nbn-prune", act, step, iterations)
    _step_by_step(session, step.measure, step.of, iterations, act)


def _step_by_step(session: Session, measure: str, of: str, iterations: int, act: Act) -> None:
    target = session.experiment.stopping.target_sse
    with st.container(horizontal=True, vertical_alignment="bottom"):
        share = st.number_input(
            "Share in each round, %", 1, 50, 10, key="nbn-prune-share", width=170
        )
        limit = st.number_input(
            "Largest SSE allowed", 0.0, None, 10.0 * target, format="%g", width=170,
            key=f"nbn-prune-limit-{target}",
            help="A round after which the SSE is larger is taken back, and half as many are "
            "removed.",
        )  # fmt: skip
        st.button(
            "Prune step by step", key="nbn-prune-path", on_click=act,
            args=(_path_of(share / 100.0, measure, of, iterations, float(limit)),),
            help="Removes, retrains, and goes on until nothing more can be removed within the "
            "limit.",
        )  # fmt: skip


def _path_of(share: float, measure: str, of: str, iterations: int, limit: float) -> Repeat:
    rounds = (Prune(share=share, measure=measure, of=of), Train(iterations))
    return Repeat(rounds, times=200, most_sse=limit)


def grow(session: Session, known: Known, act: Act) -> None:
    """Show the form that adds neurons."""
    topology, _ = shown_network(session)
    outputs = set(topology.output_names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = str(
            st.selectbox(
                "Add", list(GROWTHS), format_func=GROWTHS.__getitem__, width=340,
                key="nbn-grow-kind", persist_state="session",
            )
        )  # fmt: skip
        target = None
        if kind in ("widen", "dendrites"):
            able = [n for n in topology.neuron_names if kind == "dendrites" or n not in outputs]
            default = ITSELF if kind == "widen" else EVERY
            chosen = st.selectbox(
                "Neuron", [default, *able], width=170, key=f"nbn-grow-target-{kind}"
            )
            target = None if chosen == default else str(chosen)
        iterations = _iterations("nbn-grow-iterations")
    st.caption(ABOUT[kind])
    step = Grow(kind, target, seed=session.rev)
    _once("Add", "Add and train", "nbn-grow", act, step, iterations)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        most = st.number_input("Rounds at most", 1, 50, 10, key="nbn-grow-most", width=170)
        st.button(
            "Grow until solved", key="nbn-grow-path", on_click=act,
            args=(Train(iterations), Repeat((step, Train(iterations)), times=int(most))),
        )  # fmt: skip


ABOUT: Final = {
    "cascade": "The new neuron reads all inputs and hidden neurons and feeds all outputs. The best "
    "of eight candidates covaries most with the remaining error; then all weights are trained. A "
    "network of the right size, trained whole, usually takes less work.",
    "plain": "The new neuron reads all inputs and hidden neurons and feeds all outputs, with "
    "random weights. This is usually worse than a candidate trained on the error, and than "
    "training the whole network from the start.",
    "widen": "Both parts read the same and share the outgoing weights, so the outputs stay the "
    "same to rounding; training then tells them apart.",
    "dendrites": "Each neuron gets a helper that reads the same sources and feeds it alone. It is "
    "trained to covary with the error signal of its neuron; its incoming weights are then frozen.",
}


def rewire(session: Session, known: Known, act: Act) -> None:
    """Show the form that moves connections."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = str(
            st.selectbox(
                "New places", list(REWIRINGS), format_func=REWIRINGS.__getitem__, width=260,
                key="nbn-rewire-kind", persist_state="session",
            )
        )  # fmt: skip
        share = st.number_input("Share to move, %", 1, 100, 30, key="nbn-rewire-share", width=150)
        iterations = _iterations("nbn-rewire-iterations")
    st.caption(
        "The connections with the smallest weights move to places where there is none; their "
        "number stays the same. What this gains differs from task to task: watch which connections "
        "the network keeps."
    )
    step = Rewire(kind, share / 100.0, seed=session.rev)
    _once("Move", "Move and train", "nbn-rewire", act, step, iterations)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        times = st.number_input("Rounds", 1, 100, 10, key="nbn-rewire-rounds", width=150)
        st.button(
            "Move in rounds", key="nbn-rewire-path", on_click=act,
            args=(Repeat((step, Train(iterations)), times=int(times)),),
        )  # fmt: skip


def _once(change: str, both: str, key: str, act: Act, step: Step, iterations: int) -> None:
    """Offer to do a step once, without training after it or with it."""
    with st.container(horizontal=True):
        st.button(change, key=f"{key}-once", on_click=act, args=(step,))
        st.button(
            both, key=f"{key}-train", type="primary", on_click=act, args=(step, Train(iterations))
        )


def _iterations(key: str) -> int:
    found = st.number_input(
        "Iterations after each change", 1, MOST_ITERATIONS, 50, key=key, width=220
    )
    return int(found)
