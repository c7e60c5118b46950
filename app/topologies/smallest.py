"""The section that finds the smallest network for a goal: its form and its method."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app.session import closing, state
from app.session.state import Session
from app.session.study_workers import study_workers
from app.shared.words import escape_markdown
from app.topologies import choices, smallest_results
from app.topologies.plan import Plan
from app.topologies.smallest_run import SmallestRun, Wanted
from app.topologies.sweep import Sweep
from nbn_core.checks import plural
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment
from nbn_core.studies import (
    AnySeedGoal,
    ErrorGoal,
    Goal,
    RateGoal,
    Study,
)
from nbn_core.studies.search import BUDGET, FIRST_SEEDS, schedule
from nbn_core.studies.search_result import ORDERS

WATCH: Final = 0.4  # seconds between two pictures of a running search
MOST_BUDGET: Final = 200_000
GOALS: Final = {
    "any": "Some seed reaches the target (1 in 100)",
    "rate": "At least p % of the seeds reach the target",
    "error": "Median test error at most e",
}
USUAL_PERCENT: Final = 50.0
USUAL_WRONG: Final = 5.0  # percent
BUDGET_KEY: Final = "nbn-topologies-budget"
ORDER_KEY: Final = "nbn-topologies-order"
EACH_KEY: Final = "nbn-topologies-each-family"
RATE_KEY: Final = "nbn-topologies-goal-rate"


def kept() -> SmallestRun:
    """Return the search of this tab, which stops when the tab is closed."""
    run = state.kept("topologies-smallest", SmallestRun)
    closing.stop_when_closed("topologies-smallest", run.halt)
    return run


def show(session: Session, sweep: Sweep) -> None:
    """Show the section; its results refresh themselves while the search runs.

    Parameters
    ----------
    session : Session
        Session of this tab.
    sweep : Sweep
        Comparison of networks of this tab, whose trials are not run again.
    """
    run = kept()
    st.markdown(
        "**Which is the smallest network that reaches a goal?** All networks start with a few "
        "seeds; those that are undecided get more, until the smallest is found."
    )
    if run.message:
        st.warning(escape_markdown(run.message))
    _form(session, sweep, run)
    running = run.running
    st.fragment(smallest_results.results, run_every=WATCH if running else None)(
        session, run, running
    )
    with st.expander("How it is decided"):
        st.markdown(_METHOD)


_METHOD: Final = r"""
After each round

- a network **reaches the goal** if the lower limit of its rate is at least the rate of the goal,
- it is **rejected** if the upper limit is below it,
- networks that are not smaller than one that reaches the goal are **dropped**, and
- the others go on with about twice as many seeds.

A rate is the share of seeds that reach the target; for a median test error it is the share of
seeds whose error is within the limit, which has to be one half. Limits are exact (Clopper and
Pearson). All decisions of a search together are right with 95 % confidence: each has an equal part
of the error of 5 % (Bonferroni).

If one seed is enough, its success is the proof, and no interval is needed. A network without a
success is rejected when its rate is below 1 in 100; with $N$ networks this takes as many seeds as

$$0.99^{\,\text{seeds}} \le 0.05 / N$$

If the budget is not enough for all, the largest networks go on. Nothing is claimed about networks
that are not among the candidates. A training that is known is counted, and not repeated.
"""


def _form(session: Session, sweep: Sweep, run: SmallestRun) -> None:
    experiment, disabled = session.experiment, run.running
    families = choices.families_field(disabled=disabled)
    wanted, refusal = None, ""
    with st.container(horizontal=True, vertical_alignment="bottom", key="nbn-topologies-form"):
        plan = choices.training_fields(experiment, families, disabled=disabled)
    with st.container(horizontal=True, vertical_alignment="bottom", key="nbn-topologies-goal-form"):
        try:
            goal = _goal_fields(experiment, disabled=disabled)
            order, each, budget = _search_fields(disabled=disabled)
            study = plan.study(experiment, session.document.blocked, session.shelf)
            wanted = Wanted(study, goal, order, each, budget)
        except NBNError as error:
            refusal = str(error)
        _buttons(session, sweep, run, ready=wanted is not None)
    if wanted is None:
        st.warning(escape_markdown(refusal))
    elif not run.running:
        st.caption(f"{_announced(wanted)} {choices.about_networks(experiment, plan)}")


def _goal_fields(experiment: Experiment, *, disabled: bool) -> Goal:
    """Ask for the goal and its number."""
    key = _goal_key(experiment)
    options = list(GOALS) if key.endswith("test") else list(GOALS)[:2]
    kind = st.selectbox(
        "Goal", options, key=key, width=340, format_func=lambda one: GOALS[one], disabled=disabled,
        persist_state="session",
        help="A test error can be the goal if the data have test patterns: set a split on the "
        "Data page.",
    )  # fmt: skip
    number = None
    if kind == "rate":
        number = st.number_input(
            "p, %", 0.1, 99.0, USUAL_PERCENT, step=5.0, format="%g", width=120, key=RATE_KEY,
            disabled=disabled, persist_state="session", help="Share of the seeds.",
        )  # fmt: skip
    elif kind == "error" and _wrong_counts(experiment):
        number = st.number_input(
            "e, % wrong", 0.0, 100.0, USUAL_WRONG, step=1.0, format="%g", width=120,
            key=_error_key(experiment), disabled=disabled, persist_state="session",
            help="Largest median share of wrong test patterns.",
        )  # fmt: skip
    elif kind == "error":
        number = st.number_input(
            "e, test SSE", 0.0, None, _usual_error(experiment), step=0.01, format="%g", width=140,
            key=_error_key(experiment), disabled=disabled, persist_state="session",
            help="Largest median SSE of the test patterns, scaled for the network.",
        )  # fmt: skip
    return _goal(experiment, kind, number)


def _goal(experiment: Experiment, kind: str, number: float | None) -> Goal:
    """Return the goal; without a number, which a field just shown does not have yet, the usual."""
    if kind == "rate":
        return RateGoal((USUAL_PERCENT if number is None else number) / 100)
    if kind == "error" and _wrong_counts(experiment):
        return ErrorGoal((USUAL_WRONG if number is None else number) / 100, "test_wrong")
    if kind == "error":
        return ErrorGoal(_usual_error(experiment) if number is None else number)
    return AnySeedGoal()


def _wrong_counts(experiment: Experiment) -> bool:
    """Return whether the error is the share of wrong test patterns."""
    test = experiment.datasets()[1]
    return test is not None and test.kind == "classification"


def _usual_error(experiment: Experiment) -> float:
    """Return the target SSE for as many patterns as the test set has."""
    train, test = experiment.datasets()
    share = 1.0 if test is None else test.targets.size / train.targets.size
    return float(f"{experiment.stopping.target_sse * share:.2g}")


def _goal_key(experiment: Experiment) -> str:
    return f"nbn-topologies-goal-{'plain' if experiment.datasets()[1] is None else 'test'}"


def _error_key(experiment: Experiment) -> str:
    if _wrong_counts(experiment):
        return "nbn-topologies-goal-wrong"
    return f"nbn-topologies-goal-sse-{_usual_error(experiment)}"


def _search_fields(*, disabled: bool) -> tuple[str, bool, int]:
    """Ask for the order of size, whether each family counts, and the budget."""
    order = st.selectbox(
        "Size by", list(ORDERS), key=ORDER_KEY, width=120, format_func=str.capitalize,
        disabled=disabled, persist_state="session",
        help="Of equal networks, the other number decides.",
    )  # fmt: skip
    budget = st.number_input(
        "Budget, trainings", 100, MOST_BUDGET, BUDGET, step=10_000, key=BUDGET_KEY, width=160,
        disabled=disabled, persist_state="session",
        help="The search ends after this many trainings, and names the networks that are "
        "still undecided.",
    )  # fmt: skip
    each = st.toggle(
        "In each family", key=EACH_KEY, disabled=disabled, persist_state="session",
        help="Find the smallest network of each family, instead of the smallest of all.",
    )  # fmt: skip
    return str(order), bool(each), int(budget)


def _announced(wanted: Wanted) -> str:
    """Say how many networks are tried, and with how many seeds."""
    networks = wanted.study.networks
    sizes = [one.topology.n_weights for one in networks]
    looks, _ = schedule(wanted.goal, len(networks))
    span = f"{min(sizes):,} to {max(sizes):,}" if min(sizes) < max(sizes) else f"{sizes[0]:,}"
    return (
        f"{plural(len(networks), 'candidate')} of {span} weights. Each starts with "
        f"{FIRST_SEEDS} seeds and gets more until it is decided, at most {looks[-1]:,}."
    )


def _buttons(session: Session, sweep: Sweep, run: SmallestRun, *, ready: bool) -> None:
    if run.running:
        st.button("Stop", icon=":material/stop:", key="nbn-topologies-find-stop", on_click=run.stop)
        return
    resumable = run.can_resume
    if resumable:
        st.button(
            "Resume", type="primary", icon=":material/resume:", on_click=_resume, args=(run,),
            key="nbn-topologies-find-resume", help="Continue the search that was stopped.",
        )  # fmt: skip
    st.button(
        "Find", type="secondary" if resumable else "primary", icon=":material/search:",
        key="nbn-topologies-find", disabled=not ready, on_click=_find, args=(session, sweep, run),
    )  # fmt: skip


def _find(session: Session, sweep: Sweep, run: SmallestRun) -> None:
    experiment = session.experiment
    run.settle(experiment)
    sweep.settle(experiment)
    try:
        plan = choices.entered(experiment)
        wanted = _entered(
            experiment, plan, plan.study(experiment, session.document.blocked, session.shelf)
        )
    except NBNError:
        return  # the page says why
    sweep.result()  # collects the trials of its run
    try:
        run.start(wanted, study_workers(), (sweep.known.of(wanted.study),))
    except NBNError as error:
        run.message = str(error)


def _entered(experiment: Experiment, plan: Plan, study: Study) -> Wanted:
    """Return what the fields ask for, before they are drawn again."""
    kind = str(state.widget(_goal_key(experiment)))
    number: Any = None
    if kind != "any":
        number = state.widget(RATE_KEY if kind == "rate" else _error_key(experiment))
    budget: Any = state.widget(BUDGET_KEY)
    return Wanted(
        study, _goal(experiment, kind, number), str(state.widget(ORDER_KEY)),
        bool(state.widget(EACH_KEY)), int(budget),
    )  # fmt: skip


def _resume(run: SmallestRun) -> None:
    try:
        run.resume(study_workers())
    except NBNError as error:
        run.message = str(error)
