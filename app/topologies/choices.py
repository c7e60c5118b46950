"""The form: families, sizes, rule, limit and seeds, and the buttons that start trainings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import streamlit as st

from app.figures.topologies import NetworkPoint
from app.session import server, state
from app.session.limits import MAX_WEIGHTS, most_iterations
from app.session.state import Session
from app.session.study_workers import study_workers
from app.session.tuned_settings import usual_iterations
from app.shared.words import escape_markdown
from app.topologies.estimate import estimate
from app.topologies.front import close_to_front
from app.topologies.plan import (
    MOST_SIZE,
    OFFERED,
    OPENING,
    OPENING_SIZES,
    OPENING_TRIALS,
    Plan,
    family_title,
)
from app.topologies.sweep import Sweep
from nbn_core.checks import plural
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment, GivenStart, SweepSetup
from nbn_core.network.neuron_kind import kind_of
from nbn_core.rules import RULES
from nbn_core.studies import Study
from nbn_core.studies.value import MOST_TRAININGS

MORE: Final = (50, 200)
FAMILIES_KEY: Final = "nbn-topologies-families"
SIZES_KEY: Final = "nbn-topologies-sizes"
SEEDS_KEY: Final = "nbn-topologies-seeds"


def show(session: Session, sweep: Sweep) -> None:
    """Show the form, what it asks for, and the buttons."""
    take_over(session, sweep)
    families = families_field(disabled=sweep.running)
    study, refusal = None, ""
    with st.container(horizontal=True, vertical_alignment="bottom", key="nbn-topologies-form"):
        plan = training_fields(session.experiment, families, disabled=sweep.running)
        trials = st.number_input(
            "Seeds per network", 1, MOST_TRAININGS, OPENING_TRIALS, step=50, width=150,
            key=SEEDS_KEY, disabled=sweep.running, persist_state="session",
            help="Random starting weights of each network. 10 give a first impression; with 200 "
            "the interval of a rate is at most 14 % wide.",
        )  # fmt: skip
        plan = replace(plan, trials=int(trials))
        save(session, sweep, plan)
        try:
            study = plan.study(session.experiment, session.document.blocked, session.shelf)
        except NBNError as error:
            refusal = str(error)
        _buttons(session, sweep, study)
    if study is None:
        st.warning(escape_markdown(refusal))
    elif not sweep.running:
        st.caption(_announced(session, sweep, plan, study))


def take_over(session: Session, sweep: Sweep) -> None:
    """Fill the form with the sweep that a link, a file or another page gave."""
    given = session.sweep
    if given is None or given is sweep.given:
        return
    sweep.given = given
    experiment = session.experiment
    limit = most_iterations(given.rule)
    state.set_widget(FAMILIES_KEY, [key for key in given.families if key in OFFERED])
    sizes = (min(given.smallest, MOST_SIZE), min(given.largest, MOST_SIZE))
    state.set_widget(SIZES_KEY, sizes)
    state.set_widget(_rule_key(experiment), given.rule)
    state.set_widget(_iterations_key(experiment, given.rule), min(given.iterations, limit))
    state.set_widget(SEEDS_KEY, min(given.trials, MOST_TRAININGS))


def save(session: Session, sweep: Sweep, plan: Plan) -> None:
    """Tell the session of the sweep in the form, unless it is that of a new visitor."""
    experiment = session.experiment
    usual = Plan(rule=experiment.rule, iterations=_usual(experiment, experiment.rule))
    setup = None
    if plan != usual:
        setup = SweepSetup(
            plan.families, plan.smallest, plan.largest, plan.rule, plan.iterations, plan.trials
        )
    if setup != session.sweep:
        session.sweep = setup
    sweep.given = session.sweep


def families_field(*, disabled: bool) -> tuple[str, ...]:
    """Ask for the families; return their keys."""
    picked = st.pills(
        "Families", OFFERED, selection_mode="multi", default=OPENING, format_func=family_title,
        key=FAMILIES_KEY, disabled=disabled, persist_state="session",
        help="SLP: one hidden layer. MLP: each layer reads the layer before. BMLP: each layer "
        "reads the inputs and all earlier layers. FCC: a cascade. Drawing: the network of the Draw "
        "page; its variants have no bridges, all of them, half or twice the width. Kept drawings: "
        "those kept by name below.",
    )  # fmt: skip
    return tuple(picked)


def training_fields(
    experiment: Experiment, families: tuple[str, ...], *, disabled: bool
) -> Plan:  # fmt: skip
    """Ask for sizes, rule and limit; return the plan, with one seed."""
    smallest, largest = st.slider(
        "Sizes", 1, MOST_SIZE, OPENING_SIZES, width=210, key=SIZES_KEY, disabled=disabled,
        persist_state="session",
        help="Neurons in each hidden layer; of a cascade, all hidden neurons.",
    )  # fmt: skip
    names = list(RULES)
    rule = st.selectbox(
        "Rule", names, names.index(experiment.rule), width=240, disabled=disabled,
        format_func=lambda name: RULES[name].title, key=_rule_key(experiment),
        persist_state="session",
        help="The rule of the Draw page trains with its settings there, others with tuned ones.",
    )  # fmt: skip
    iterations = st.number_input(
        "Maximum iterations", 1, most_iterations(rule), _usual(experiment, rule), width=150,
        key=_iterations_key(experiment, rule), disabled=disabled, persist_state="session",
        help="Limit for each training.",
    )  # fmt: skip
    return Plan(families, smallest, largest, rule, int(iterations), 1)


def _usual(experiment: Experiment, rule: str) -> int:
    """Return the maximum iterations with which a rule starts."""
    if rule == experiment.rule:
        return experiment.stopping.max_iterations
    return min(usual_iterations(experiment.data, rule), most_iterations(rule))


def _rule_key(experiment: Experiment) -> str:
    return f"nbn-topologies-rule-{experiment.rule}"


def _iterations_key(experiment: Experiment, rule: str) -> str:
    return f"nbn-topologies-iterations-{rule}-{_usual(experiment, rule)}"


def entered(experiment: Experiment) -> Plan:
    """Return the plan as the fields have it, before they are drawn again; with one seed."""
    families: Any = state.widget(FAMILIES_KEY)
    sizes: Any = state.widget(SIZES_KEY)
    rule = str(state.widget(_rule_key(experiment)))
    iterations: Any = state.widget(_iterations_key(experiment, rule))
    if iterations is None:  # the rule was changed with the same click
        iterations = _usual(experiment, rule)
    return Plan(tuple(families), sizes[0], sizes[1], rule, int(iterations), 1)


def _announced(session: Session, sweep: Sweep, plan: Plan, study: Study) -> str:
    """Say how many trainings there are, how long they take, and what the neurons are like."""
    done = sweep.done_of(study)
    text = f"{plural(study.total, 'training')} of {plural(len(study.networks), 'network')}"
    same = sweep.study is not None and sweep.study.rules == study.rules
    if done == study.total:
        text += ", all of them done already."
    else:
        seconds = estimate(
            study, done, server.worker_count(), sweep.points() if same else []
        ).words()
        known = f", {done:,} of them done already" if done else ""
        text += f"{known}: {seconds} on this computer."
    return f"{text} {about_networks(session.experiment, plan)}"


def about_networks(experiment: Experiment, plan: Plan) -> str:
    """Say what the neurons are like, how many networks are left out, and how weights start."""
    text = f"Neurons like most in the drawing: {kind_of(experiment.topology).described()}."
    large = plan.grid(experiment).too_large
    if large:
        text += f" {plural(large, 'network')} with more than {MAX_WEIGHTS:,} weights left out."
    if isinstance(experiment.start, GivenStart):
        text += " Starting weights set by hand are not used: every seed has random ones."
    return text


def _buttons(session: Session, sweep: Sweep, study: Study | None) -> None:
    # Callbacks act before the page is drawn, so that it is drawn once.
    if sweep.running:
        st.button(
            "Stop", icon=":material/stop:", key="nbn-topologies-stop", on_click=sweep.stop
        )  # fmt: skip
        return
    if sweep.can_resume:
        st.button(
            "Resume", type="primary", icon=":material/resume:", key="nbn-topologies-resume",
            on_click=sweep.resume, help="Continue what was stopped.",
        )  # fmt: skip
    st.button(
        "Run", type="secondary" if sweep.can_resume else "primary", icon=":material/play_arrow:",
        key="nbn-topologies-run", disabled=study is None, on_click=_run, args=(session, sweep),
    )  # fmt: skip
    if sweep.points():
        with st.popover("More seeds", icon=":material/add:", key="nbn-topologies-more"):
            _more(sweep)


def _run(session: Session, sweep: Sweep) -> None:
    experiment = session.experiment
    trials: Any = state.widget(SEEDS_KEY)
    plan = replace(entered(experiment), trials=int(trials))
    sweep.settle(experiment)
    try:
        study = plan.study(experiment, session.document.blocked, session.shelf)
    except NBNError:
        return  # the page says why
    try:
        sweep.start(study, plan.grid(experiment), study_workers())
    except NBNError as error:
        sweep.message = str(error)


def _more(sweep: Sweep) -> None:
    points = sweep.points()
    near = close_to_front(points)
    st.caption(
        "Networks close to the front are those that could still be on it: their 95 % interval "
        "reaches above the rate of every network with as many or fewer weights."
    )
    seeds = st.segmented_control(
        "Seeds", MORE, default=MORE[0], required=True, key="nbn-topologies-more-seeds",
        format_func=lambda n: f"+{n}",
    )  # fmt: skip
    for title, some, key in (
        (f"Close to the front ({len(near)})", near, "near"),
        (f"All networks ({len(points)})", points, "all"),
    ):
        st.button(
            title, key=f"nbn-topologies-more-{key}", disabled=not some, width="stretch",
            on_click=_add_seeds, args=(sweep, some, int(seeds)),
        )  # fmt: skip


def _add_seeds(sweep: Sweep, points: list[NetworkPoint], seeds: int) -> None:
    try:
        sweep.more(points, seeds, study_workers())
    except NBNError as error:
        sweep.message = str(error)
