"""Many seeds: success rates and costs of the lanes, and which differences are significant."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from app.figures.chart import percent
from app.figures.number_format import duration, short
from app.figures.trials import TrialGroup, ecdf_chart, rates_chart, seeds_chart
from app.race.lanes import MOST_WORK, titles
from app.race.many_seeds_run import MOST_SEEDS, Series, table_of
from app.race.networks import AS_DRAWN
from app.race.results import joined
from app.race.session import RaceSession, problem_key
from app.session.state import Session
from app.session.study_workers import study_workers
from app.shared.chart_box import Box, reader_palette
from app.shared.words import escape_markdown
from nbn_core.checks import plural
from nbn_core.errors import StoreError
from nbn_core.experiment import GivenStart
from nbn_core.training.comparison import (
    FEWEST_PAIRS,
    LEVEL,
    Comparison,
    Interval,
    compare,
    expected_cost,
    expected_cost_interval,
    outcomes,
)
from nbn_core.training.trials import wilson

WATCH: Final = 0.5
COSTS: Final = {
    "work": "work, in forward passes",
    "seconds": "computing time",
    "iterations": "iterations",
    "evaluations": "evaluations",
}


def show(session: Session, races: RaceSession) -> None:
    """Show the section; it refreshes itself while trials run."""
    series = races.series
    if series is not None and series.problem != problem_key(session.experiment):
        series.put_aside()
        races.series = series = None
    every = WATCH if series is not None and series.running else None
    st.fragment(_body, run_every=every)(session, races, every is not None)


def _body(session: Session, races: RaceSession, watching: bool) -> None:
    _choices(session, races)
    series = races.series
    if series is None:
        st.markdown(
            "Every lane trains from the same random starting weights, seed after seed. One race "
            "shows a single case; many seeds show how often a rule succeeds, and at what cost."
        )
        return
    if series.running != watching:
        st.rerun()
    _progress(series)
    cost = st.segmented_control(
        "Cost", list(COSTS), default="work", required=True, key="nbn-series-cost",
        persist_state="session",
        format_func=lambda name: COSTS[name].split(",")[0].capitalize(),
    )  # fmt: skip
    groups = grouped(series, str(cost))
    if not any(group.seeds for group in groups):
        return
    box = Box(reader_palette(), playing=watching)
    left, right = st.columns(2, gap="medium")
    with left:
        box.show(rates_chart(groups, box.palette))
    with right:
        box.show(seeds_chart(groups, series.seeds, box.palette))
    box.show(ecdf_chart(groups, COSTS[str(cost)], box.palette, seconds=cost == "seconds"), 1240)
    st.dataframe(summary_frame(groups, str(cost)), hide_index=True, width="stretch")
    if watching:
        st.caption("The comparison of the lanes appears when all trials have finished.")
        return
    _pairs(groups, str(cost))
    _files(series)


def _choices(session: Session, races: RaceSession) -> None:
    running = races.series is not None and races.series.running
    with st.container(horizontal=True, vertical_alignment="bottom"):
        seeds = st.number_input(
            "Seeds",
            2,
            MOST_SEEDS,
            races.seeds,
            width=110,
            key="nbn-series-seeds",
            disabled=running,
            help="Starting weights, the same for every lane.",
        )
        work = st.number_input(
            "Maximum work, forward passes", 10.0, MOST_WORK, races.work, step=10_000.0,
            format="%.0f", width=210, key="nbn-series-work", disabled=running,
            help="Limit for each trial. Work, unlike time, is the same on every computer.",
        )  # fmt: skip
        races.seeds, races.work = int(seeds), float(work)
        if running:
            if st.button("Stop", icon=":material/stop:", key="nbn-series-stop"):
                assert races.series is not None
                races.series.halt()
        elif st.button("Run", type="primary", icon=":material/play_arrow:", key="nbn-series-run"):
            try:
                start(session, races)
                st.rerun()
            except StoreError as error:  # the cluster that the host names
                st.error(escape_markdown(str(error)))
    if isinstance(session.experiment.start, GivenStart):
        st.caption(
            "Starting weights that were set by hand are not used here: each seed has random ones."
        )
    if any(lane.network != AS_DRAWN for lane in races.lanes):
        st.caption(
            "The lanes have networks of their own. The seeds are the same, and each network draws "
            "its weights from them: equal seeds are not equal weights. Work is in forward passes "
            "of the drawn network."
        )
    names = escape_markdown(", ".join(titles(races.lanes)))
    st.caption(f"Lanes: {names}. They and their settings are chosen under “One seed”.")


def start(session: Session, races: RaceSession) -> None:
    """Start the trials that have not been run yet."""
    experiment = session.experiment
    if races.series is not None:
        races.series.put_aside()
    races.series = Series(
        experiment, problem_key(experiment), races.lanes, races.seeds, races.work, races.kept,
        study_workers(),
    )  # fmt: skip
    races.series.go()


def _progress(series: Series) -> None:
    done, total = series.done, series.total
    text = f"{done:,} of {plural(total, 'trial')}"
    if series.failed:
        st.error("A trial failed because of a fault in the program; finished trials are kept.")
    if series.running:
        left = series.left()
        if left is None:
            text += "; the remaining time is estimated when every lane has finished a trial."
        else:
            text += f"; about {duration(left)} left at the present speed."
    elif done < total:
        text += ". Stopped: finished trials are kept; Run continues."
    else:
        text += ", all finished. Trials are kept for this session, so that none runs twice."
    st.progress(done / max(1, total), text)


def grouped(series: Series, cost: str) -> list[TrialGroup]:
    """Collect finished trials by lane."""
    groups = []
    for lane, title in zip(series.lanes, titles(series.lanes), strict=True):
        trials = series.trials(lane)
        costs = [max(float(getattr(trial.spent, cost)), 1e-9) for trial in trials.values()]
        solved = [trial.solved for trial in trials.values()]
        groups.append(TrialGroup(lane.number, title, outcomes(costs, solved), tuple(trials)))
    return groups


def amount(cost: str, value: float) -> str:
    """Return a cost as text, with its unit."""
    if value in (float("inf"), float("-inf")) or value != value:
        return "infinite" if value > 0 else "–"
    if cost == "seconds":
        return duration(value)
    return f"{value:,.0f}" if value >= 100 or value == round(value) else f"{value:,.1f}"


def span(cost: str, interval: Interval) -> str:
    """Return an interval of costs as text."""
    return f"{amount(cost, interval.low)} to {amount(cost, interval.high)}"


def summary_frame(groups: list[TrialGroup], cost: str) -> pd.DataFrame:
    """Return success rates and expected costs, one row for each lane."""
    rows = []
    for group in groups:
        given, n = group.outcomes, len(group.seeds)
        wins = int(given.solved.sum())
        low, high = wilson(wins, n)
        median = float(pd.Series(given.costs[given.solved]).median()) if wins else float("nan")
        rows.append(
            {
                "Lane": group.title,
                "Solved": f"{wins} of {n}",
                "Success rate": percent(wins / n) if n else "–",
                "95 % interval": f"{percent(low)} to {percent(high)}",
                "Median where solved": amount(cost, median) if wins else "–",
                "Expected until a success": amount(cost, expected_cost(given)) if n else "–",
                "95 % interval of the cost": span(cost, expected_cost_interval(given))
                if n
                else "–",
            }
        )
    return pd.DataFrame(rows)


def comparisons(groups: list[TrialGroup]) -> list[Comparison]:
    """Compare each pair of lanes on the seeds that both ran."""
    return compare(
        {
            group.title: {
                seed: (float(cost), bool(won))
                for seed, cost, won in zip(
                    group.seeds, group.outcomes.costs, group.outcomes.solved, strict=True
                )
            }
            for group in groups
        }
    )


def _pairs(groups: list[TrialGroup], cost: str) -> None:
    if len(groups) < 2:
        return
    found = comparisons(groups)
    st.subheader("Differences between the lanes", anchor=False)
    st.markdown("\n".join(f"- {sentence}" for sentence in pair_sentences(found, cost)))
    with st.expander("Statistical tests"):
        st.dataframe(pairs_frame(found), hide_index=True, width="stretch")
        st.caption(
            "Success: McNemar's exact test on seeds that exactly one of the two solved. Cost: "
            "Wilcoxon's signed-rank test of logarithms on seeds that both solved, at least "
            f"{FEWEST_PAIRS}. All p-values are adjusted together by Holm's method; a difference "
            f"is significant below {LEVEL:g}."
        )


def pair_sentences(found: list[Comparison], cost: str) -> list[str]:
    """Return the significant differences of all pairs, and the pairs without any, in sentences."""
    significant = [sentence for one in found if (sentence := pair_sentence(one, cost))]
    silent = [
        f"{one.first} and {one.second} ({plural(one.seeds, 'seed')})"
        for one in found
        if not pair_sentence(one, cost)
    ]
    return (
        [*significant, f"No significant difference: {'; '.join(silent)}."]
        if silent
        else significant
    )


def pair_sentence(one: Comparison, cost: str) -> str:
    """Return the significant differences of two lanes in a sentence; empty if there are none."""
    said = []
    if one.more_successful is not None:
        other = one.second if one.more_successful == one.first else one.first
        said.append(f"**{one.more_successful}** succeeds more often than {other}")
    if one.cheaper is not None:
        first = one.cheaper == one.first
        other = one.second if first else one.first
        ratio = 1.0 / one.ratio if first else one.ratio
        said.append(
            f"{other} needs {short(ratio)} times the {COSTS[cost].split(',')[0]} of "
            f"**{one.cheaper}** (median, where both succeed)"
        )
    if not said:
        return ""
    text = f"{joined(said)}."
    return text if one.more_successful else f"{text} No significant difference in success."


def pairs_frame(found: list[Comparison]) -> pd.DataFrame:
    """Return the statistical tests behind the sentences, one row for each pair."""
    return pd.DataFrame(
        [
            {
                "Lanes": f"{one.first} – {one.second}",
                "Seeds": one.seeds,
                "Only the first solved": one.only_first,
                "Only the second solved": one.only_second,
                "Both": one.both,
                "p of success": f"{one.success_p:.2g}",
                "Median cost ratio": short(one.ratio) if one.both else "–",
                "95 % interval of the ratio": (
                    f"{short(one.ratio_interval.low)} to {short(one.ratio_interval.high)}"
                    if one.both
                    else "–"
                ),
                "p of cost": f"{one.cost_p:.2g}",
            }
            for one in found
        ]
    )


def _files(series: Series) -> None:
    frame = pd.DataFrame(table_of(series, titles(series.lanes)))
    st.download_button(
        "All trials, CSV", lambda: str(frame.to_csv(index=False)), "trials.csv", "text/csv",
        key="nbn-series-csv", on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    with st.expander("How it is computed"):
        st.markdown(_FORMULA)


_FORMULA: Final = r"""
A trial ends at the target, when its work is spent, or when its rule gives up. With $r$ successes in
$n$ trials the interval of the rate is Wilson's. The expected cost until a success, with
restarts, is

$$\mathrm{ERT} = \frac{\text{cost of all trials, failed ones in full}}{\text{number of successes}}$$

and its interval the middle 95 % of 2,000 resamples of the seeds; a resample without a success is
infinite. The step curves show the share of *all* seeds that were solved up to each cost.
"""
