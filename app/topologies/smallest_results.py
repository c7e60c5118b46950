"""What a search for the smallest network has found: its claim, the networks tried, the winners."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from app.figures.number_format import duration
from app.session import server
from app.session.state import Session
from app.shared.chart_box import reader_palette
from app.shared.words import escape_markdown
from app.topologies import chosen
from app.topologies.smallest_run import SmallestRun
from nbn_core.checks import plural
from nbn_core.studies import Search, Study, Tally, Verdict
from nbn_core.studies.goals import percent

VERDICTS: Final = {
    Verdict.ACCEPTED: "reaches the goal",
    Verdict.REJECTED: "rejected",
    Verdict.LARGER: "dropped",
    Verdict.OPEN: "undecided",
}


def results(session: Session, run: SmallestRun, watching: bool) -> None:
    """Show how far the search is and what it has found; runs again while it runs.

    Parameters
    ----------
    session : Session
        Session of this tab.
    run : SmallestRun
        The search.
    watching : bool
        Whether it was running when the page was shown.
    """
    run.advance()
    if run.running != watching:
        st.rerun()
    wanted, found = run.wanted, run.result()
    if wanted is None or found is None:
        return
    if run.failed:
        st.error("A training failed because of a fault in the program; finished ones are kept.")
    _progress(run, found)
    if not watching:
        claim = escape_markdown(found.claim)
        (st.info if found.smallest is None else st.success)(claim)
    accepted = winners(found)
    if not accepted:
        _tables(found, watching)
        return
    wide, narrow = st.columns([2.4, 1], gap="medium")
    with wide:
        _tables(found, watching)
    with narrow:
        for number, tally in enumerate(accepted):
            _winner(session, wanted.study, tally, found, number)


def winners(found: Search) -> list[Tally]:
    """Return the smallest network that reaches the goal, of all or of each family."""
    if not found.each_family:
        return [] if found.smallest is None else [found.smallest]
    families = dict.fromkeys(one.network.family for one in found.tallies)
    best = [found.smallest_of(family) for family in families]
    return [one for one in best if one is not None]


def _progress(run: SmallestRun, found: Search) -> None:
    done, undecided = run.trainings, len(found.having(Verdict.OPEN))
    text = (
        f"{done:,} of at most {plural(found.most_trainings, 'training')}; "
        f"{plural(undecided, 'network')} undecided"
    )
    current, present = run.run, run.round
    if run.running and current is not None and present is not None:
        rule = current.study.rules[0].name
        if done == 0 and server.compiling(rule):
            text += "; the rule is being compiled, once for this computer: about half a minute."
        else:
            left = current.left()
            about = "" if left is None else f", about {duration(left)} left of it"
            text += f"; round {present.number + 1}{about}."
    elif found.end == "cancelled":
        text += ". Stopped: finished trainings are kept; Resume continues."
    else:
        text += "."
    st.progress(min(1.0, done / found.most_trainings), text)


def _tables(found: Search, watching: bool) -> None:
    frame = tried_frame(found)
    st.dataframe(
        frame, hide_index=True, width="stretch", column_config=_columns(found),
        key=None if watching else "nbn-topologies-tried",
    )  # fmt: skip
    if not found.steps:
        return
    with st.expander(f"Steps ({len(found.steps):,})", key="nbn-topologies-steps"):
        st.dataframe(
            steps_frame(found), hide_index=True, width="stretch",
            column_config={"Step": st.column_config.TextColumn(width="large")},
        )  # fmt: skip


def tried_frame(found: Search) -> pd.DataFrame:
    """Return one row for each network, the smallest first."""
    return pd.DataFrame(
        [
            {
                "Network": one.network.name,
                "Family": one.network.family,
                "Weights": one.network.topology.n_weights,
                "Neurons": one.network.topology.n_neurons,
                "Seeds": one.seeds,
                "Successes": one.successes,
                "Exact interval": f"{percent(one.low)} to {percent(one.high)}",
                "Verdict": VERDICTS[one.verdict],
                "Why": _reason(one, found) if one.seeds else "Not trained yet.",
            }
            for one in found.tallies
        ]
    )


def _reason(tally: Tally, found: Search) -> str:
    """Return the sentence of a network without its name and verdict, which have columns."""
    sentence = tally.sentence(found.goal, found.order).removeprefix(tally.network.name)
    reason = sentence.split(": ", 1)[1]
    return reason[0].upper() + reason[1:]


def steps_frame(found: Search) -> pd.DataFrame:
    """Return one row for each step, the latest first."""
    return pd.DataFrame(
        [
            {"Round": one.round + 1, "Trainings": one.trainings, "Step": one.sentence}
            for one in reversed(found.steps)
        ]
    )


def _columns(found: Search) -> dict[str, Any]:
    column = st.column_config
    return {
        "Weights": column.NumberColumn(format="localized"),
        "Successes": column.NumberColumn(help=f"Number of seeds that {found.goal.condition}."),
        "Exact interval": column.TextColumn(
            help="Limits of the rate by Clopper and Pearson, with the confidence that a single "
            "decision needs so that all are right together with 95 %."
        ),
        "Why": column.TextColumn(width="large"),
    }


def _winner(session: Session, study: Study, tally: Tally, found: Search, number: int) -> None:
    assert tally.example is not None
    topology = tally.network.topology
    with st.container(border=True, key=f"nbn-topologies-found-{number}"):
        chosen.drawing(
            session, study, tally.network, tally.example, found.goal.condition, reader_palette(),
            f"nbn-topologies-found-open-{number}",
        )  # fmt: skip
        st.markdown(
            f"**{escape_markdown(tally.network.name)}**: {topology.n_weights:,} weights, "
            f"{topology.n_neurons:,} neurons. {tally.successes:,} of "
            f"{plural(tally.seeds, 'seed')} {found.goal.condition}, the first of them with seed "
            f"{tally.example}."
        )
