"""Published tables, repeated: printed values beside ours."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from app.figures.number_format import duration, short
from app.figures.portrait import portrait
from app.figures.published_chart import published_chart
from app.session import closing, server, state
from app.session.history import put
from app.session.state import Session
from app.session.study_workers import study_workers
from app.shared.chart_box import Box, reader_palette
from app.shared.words import escape_markdown
from app.topologies import published_rows
from app.topologies.chosen import opened
from app.topologies.published_run import Plan, PublishedRun, Row
from nbn_core.checks import MAX_SEED, plural
from nbn_core.errors import NBNError
from nbn_core.objective import starting_weights
from nbn_core.studies import PUBLISHED_TABLES, VARIANTS

WATCH: Final = 0.4  # seconds between two pictures of a running table
MOST_SEEDS: Final = 1_000
WIDTH: Final = 820  # of the chart, in pixels
TABLE_HEIGHT: Final = 388  # in pixels: ten rows and the heading
TABLE_KEY: Final = "nbn-published-table"
VARIANT_KEY: Final = "nbn-published-settings"
TRIALS_KEY: Final = "nbn-published-seeds"
SEED_KEY: Final = "nbn-published-seed"
FEWER_KEY: Final = "nbn-published-fewer"


def show(session: Session) -> None:
    """Show the section; it refreshes itself while trainings run."""
    published = _kept()
    st.html(_ROOM)
    st.markdown(
        "**Do the published results come out again?** Each network of a published table is trained "
        "here. The current experiment stays as it is until you open a network from here on Draw."
    )
    with st.container(horizontal=True, vertical_alignment="bottom", key="nbn-published-form"):
        plan = _plan(running=published.running)
        _buttons(published)
    st.caption(_source(plan))
    if published.message:
        st.warning(escape_markdown(published.message))
    running = published.running
    if not running:
        st.caption(_announced(published, plan))
    st.fragment(_results, run_every=WATCH if running else None)(session, published, plan, running)
    with st.expander("How it is computed"):
        st.markdown(_FORMULA)


_ROOM: Final = """
<style>
.st-key-nbn-published-chosen img { max-height: 240px; object-fit: contain; }
.st-key-nbn-published-chosen p { font-size: 0.92rem; }
</style>
"""
_FORMULA: Final = """
Settings that a source does not tell are the likely ones: the published step control of NBN,
starting weights between -1 and 1, gain 0.5, success at an SSE of 0.01. Rates have Wilson's 95 %
interval, mean iterations Student's, medians that of the order statistics. A printed value that is
outside our interval shows that something is different, and not what: the other settings test
single causes. None of the sources' tables could be read as a whole; each value tells how certain
it is.
"""


def _plan(*, running: bool) -> Plan:
    table = st.selectbox(
        "Published table", list(PUBLISHED_TABLES), width=350, key=TABLE_KEY, disabled=running,
        format_func=lambda key: PUBLISHED_TABLES[key].title, persist_state="session",
    )  # fmt: skip
    variant = st.selectbox(
        "Settings", list(VARIANTS), width=230, key=VARIANT_KEY, disabled=running,
        format_func=_variant_title, persist_state="session",
        help="The likely settings of the source, or these with one change.",
    )  # fmt: skip
    trials = st.number_input(
        "Seeds per network", 1, MOST_SEEDS, 100, step=10, width=130, key=TRIALS_KEY,
        disabled=running, persist_state="session", help="Random starting weights of each network.",
    )  # fmt: skip
    seed = st.number_input(
        "Random seed", 0, MAX_SEED, Plan("").seed, width=120, key=SEED_KEY, disabled=running,
        persist_state="session",
        help="Sets the seeds of all trainings; the same number gives the same results.",
    )  # fmt: skip
    fewer = st.toggle(
        "Fewer for large networks", value=True, key=FEWER_KEY, disabled=running,
        persist_state="session",
        help="Large networks get as many seeds as fit into about a minute for the whole table.",
    )  # fmt: skip
    return Plan(str(table), str(variant), int(trials), int(seed), bool(fewer),
                server.worker_count())  # fmt: skip


def _variant_title(key: str) -> str:
    title = VARIANTS[key].title
    return title[0].upper() + title[1:]


def _entered() -> Plan:
    """Return the plan as the fields have it, before they are drawn again."""
    trials: Any = state.widget(TRIALS_KEY)
    seed: Any = state.widget(SEED_KEY)
    table, variant = state.widget(TABLE_KEY), state.widget(VARIANT_KEY)
    fewer = bool(state.widget(FEWER_KEY))
    return Plan(str(table), str(variant), int(trials), int(seed), fewer, server.worker_count())


def _buttons(published: PublishedRun) -> None:
    # Callbacks act before the page is drawn, so that it is drawn once.
    if published.running:
        assert published.run is not None
        st.button(
            "Stop", icon=":material/stop:", key="nbn-published-stop", on_click=published.stop,
            disabled=published.run.stopping,
        )  # fmt: skip
    else:
        st.button(
            "Run again", type="primary", icon=":material/replay:", key="nbn-published-run",
            on_click=_run, args=(published,),
        )  # fmt: skip


def _run(published: PublishedRun) -> None:
    try:
        published.start(_entered(), study_workers)
    except NBNError as error:
        published.message = str(error)


def _source(plan: Plan) -> str:
    kinds = dict.fromkeys(entry.certainty.value for entry in plan.source.entries)
    return f"Source: {plan.source.source} Printed values: {', '.join(kinds)}."


def _announced(published: PublishedRun, plan: Plan) -> str:
    """Say how many trainings there are, and how long they take."""
    done = [row.done for row in published.rows(plan)]
    known = sum(min(one, count) for one, count in zip(done, plan.counts, strict=True))
    text = f"{plural(plan.total, 'training')} of {plural(len(done), 'network')}"
    if known == plan.total:
        return f"{text}, all of them done: another random seed gives other trainings."
    before = f", {known:,} of them done already" if known else ""
    fewest, most = min(plan.counts), max(plan.counts)
    seeds = plural(most, "seed") if fewest == most else f"{fewest:,} to {most:,} seeds"
    return (
        f"{text}, {seeds} each{before}: {plan.seconds(done).words()} on this computer, more if "
        "others are using it."
    )


def _results(session: Session, published: PublishedRun, plan: Plan, watching: bool) -> None:
    if published.run is not None:
        published.run.advance()
    if published.running != watching:
        st.rerun()
    rows = published.rows(plan)
    _progress(published, plan, rows)
    place = _table(plan, rows, playing=watching)
    if place is not None and published.seen != (plan.table, place):
        published.seen = (plan.table, place)
        published.chosen[plan.table] = place
    st.download_button(
        "Table, CSV", lambda: published_rows.published_csv(plan, rows),
        f"published-{plan.table.replace('_', '-')}.csv", "text/csv", key="nbn-published-csv",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    box = Box(reader_palette(), playing=watching)
    wide, narrow = st.columns([2.0, 1], gap="medium")
    with wide:
        points = published_rows.points(rows)
        by = published_rows.size_axis(points)
        box.show(
            published_chart(points, box.palette, measure=published_rows.measured(rows), by=by),
            WIDTH,
        )
        said = "Vertical lines: our 95 % intervals."
        if all(one.printed is None for one in points):
            said += " The source printed no success rates."
        st.caption(said)
    with narrow:
        _chosen(session, published, plan, rows, box)


def _progress(published: PublishedRun, plan: Plan, rows: list[Row]) -> None:
    run = published.run
    if run is None or published.plan != plan:
        return
    text = f"{run.done:,} of {plural(run.total, 'training')}"
    if run.failed:
        st.error("A training failed because of a fault in the program; finished ones are kept.")
    if run.message:
        st.warning(escape_markdown(run.message))
    if run.stopping:
        text += ". Stopping: trainings in progress end first."
    elif run.running:
        if run.done == 0 and server.compiling("nbn"):
            text += "; the rule is being compiled, once for this computer: about half a minute."
        else:
            left = run.left(plan.costs)
            expected = plan.seconds([row.done for row in rows]).words()
            text += f"; {expected if left is None else f'about {duration(left)}'} left."
    elif run.done < run.total:
        text += ". Stopped: finished trainings are kept; Run again continues."
    else:
        return
    st.progress(run.done / max(1, run.total), text)


def _table(plan: Plan, rows: list[Row], *, playing: bool) -> int | None:
    """Show the table; return the place of the entry whose row is selected."""
    frame = published_rows.published_frame(rows)
    event: Any = st.dataframe(
        frame, hide_index=True, width="stretch", column_config=published_rows.column_config(),
        height=min(TABLE_HEIGHT, 35 * (len(rows) + 1) + 3),
        key=None if playing else f"nbn-published-rows-{plan.table}",
        on_select="ignore" if playing else "rerun", selection_mode="single-row",
    )  # fmt: skip
    if playing:
        return None
    selected = event.selection.rows
    return int(selected[0]) if selected and selected[0] < len(rows) else None


def _chosen(
    session: Session, published: PublishedRun, plan: Plan, rows: list[Row], box: Box
) -> None:
    """Show the entry that was chosen: the comparison in words, and a seed to open on Draw."""
    place = published.chosen.get(plan.table, 0)
    with st.container(border=True, key="nbn-published-chosen"):
        # The key changes with the entry: a browser that lags behind must not choose another one.
        picked = st.selectbox(
            "Problem and network", range(len(rows)), place,
            key=f"nbn-published-entry-{plan.table}-{place}",
            format_func=lambda at: rows[at].entry.title,
            help="Choose one here, or select a row of the table.",
        )  # fmt: skip
        if picked != place:
            place = published.chosen[plan.table] = int(picked)
        row = rows[place]
        if row.found is None or row.result is None:
            st.caption("No training of this network has ended yet.")
            return
        _about(session, plan, row, box)


def _about(session: Session, plan: Plan, row: Row, box: Box) -> None:
    assert row.found is not None
    assert row.result is not None
    study, cell = row.result.study, row.result[0, 0]
    seed, network = cell.example(), study.networks[0]
    assert seed is not None
    weights = starting_weights(network.topology, study.data.datasets()[0], study.scheme, seed)
    drawing = portrait(
        network.topology, weights, box.palette, caption=f"Starting weights of seed {seed}"
    )
    st.image(drawing, width="stretch", alt=f"The network {network.name}")
    which = "reached the target" if row.found.successes else "came closest"
    if st.button(
        "Open on Draw", icon=":material/draw:", key="nbn-published-open", width="stretch",
        help=f"Data, network and settings, with the seed that {which}. Undo on Draw returns to "
        "your experiment.",
    ):  # fmt: skip
        try:
            put(session, opened(session.experiment, study, network.topology, seed))
        except NBNError as error:
            st.warning(escape_markdown(str(error)))
            return
        st.switch_page("../pages/draw.py")
    st.markdown("  \n".join(_sentences(plan, row, seed, which)))


def _sentences(plan: Plan, row: Row, seed: int, which: str) -> list[str]:
    assert row.found is not None
    assert row.result is not None
    trials = row.result[0, 0].trials
    trial = trials.trial(trials.seeds.tolist().index(seed))
    after = f"SSE {short(trial.sse)} after {plural(trial.iterations, 'iteration')}"
    said = [
        f"**{escape_markdown(row.entry.title)}**",
        escape_markdown(row.found.sentence),
        f"Seed {seed} {which}: {after}.",
    ]
    if plan.variant != "as_published":
        said.insert(2, f"Changed settings: {escape_markdown(VARIANTS[plan.variant].title)}.")
    return [*said, escape_markdown(row.found.note)] if row.found.note else said


def _kept() -> PublishedRun:
    published = state.kept("published", PublishedRun)
    closing.stop_when_closed("published", published.halt)
    return published
