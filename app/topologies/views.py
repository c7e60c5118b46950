"""The views of the results: charts, map and table."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.figures.chart import Chart, percent
from app.figures.topologies import COSTS, SIZES, NetworkPoint, cost_chart, success_chart
from app.figures.topology_errors import ErrorMeasure, error_chart
from app.figures.topology_map import MapCell, map_block
from app.figures.trials import TrialGroup, ecdf_chart
from app.shared.chart_box import Box
from app.shared.words import escape_markdown
from app.topologies import component, table
from app.topologies.chosen import shown
from app.topologies.front import front
from app.topologies.plan import family_title
from app.topologies.sweep import Sweep
from nbn_core.experiment import Experiment
from nbn_core.studies import StudyNetwork, StudyResult
from nbn_core.training.comparison import outcomes

WIDTH: Final = 820  # of the charts, in pixels
MOST_CURVES: Final = 8
MEASURES: Final = ("Wrong", "RMSE")


@dataclass(frozen=True, slots=True)
class View:
    """What the views show.

    Parameters
    ----------
    sweep : Sweep
        The study and the network that is chosen.
    experiment : Experiment
        The current experiment.
    result : StudyResult
        Results so far.
    points : sequence of NetworkPoint
        Networks with trials.
    box : Box
        Palette, and whether charts change many times a second.
    bar : DeltaGenerator
        Row of controls above the view.
    """

    sweep: Sweep
    experiment: Experiment
    result: StudyResult
    points: Sequence[NetworkPoint]
    box: Box
    bar: DeltaGenerator

    def show(self, chart: Chart) -> None:
        """Show a chart; a click on a point chooses its network."""
        event = self.box.show(chart, WIDTH, clickable=True)
        if event is None:
            return
        picked = event.selection.points
        if not picked:
            self.sweep.seen.pop(chart.name, None)
        elif "customdata" in picked[0]:
            choose(self, chart.name, _place(picked[0]["customdata"]))


def choose(view: View, source: str, place: int, selection: object = None) -> None:
    """Choose a network if this selection is new: others may have been made since.

    `selection` tells apart two selections of the same network; by default they are one.
    """
    selection = place if selection is None else selection
    if view.sweep.seen.get(source) == selection:
        return
    view.sweep.seen = {source: selection}
    if view.result.study is not None and 0 <= place < len(view.result.study.networks):
        view.sweep.chosen = view.result.study.networks[place].topology


def _place(value: Any) -> int:
    return int(value[0] if isinstance(value, list | tuple) else value)


def _by(view: View) -> str:
    by = view.bar.segmented_control(
        "Horizontal axis", list(SIZES), default="weights", required=True, key="nbn-topologies-by",
        format_func=str.capitalize, persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    return str(by)


def _kind(view: View) -> str:
    if not view.result.seconds_comparable:
        return "work"
    kind = view.bar.segmented_control(
        "Cost", list(COSTS), default="work", required=True, key="nbn-topologies-cost",
        format_func=str.capitalize, persist_state="session", label_visibility="collapsed",
    )  # fmt: skip
    return str(kind)


def _success(view: View) -> None:
    by = _by(view)
    best = front(view.points)
    places = {one.place for one in best}
    view.show(success_chart(view.points, places, view.box.palette, by=by))
    if not best:
        st.caption("No network has reached the target yet.")
        return
    st.caption(
        "Vertical lines: 95 % intervals. Rings: the front, networks that no other one matches with "
        "as many or fewer weights."
    )
    listed = [
        f"{one.weights} weights, {escape_markdown(one.network.name)}: {percent(one.rate)}"
        for one in best
    ]
    st.markdown("**Fewest weights that still solve:** " + "; ".join(listed) + ".")


def _cost(view: View) -> None:
    kind, by = _kind(view), _by(view)
    view.show(cost_chart(view.points, view.box.palette, kind=kind, by=by))
    st.caption(
        "Expected cost until a success, if training is restarted from new weights. Networks "
        "without a success are not shown."
    )


def _error(view: View) -> None:
    train, test = view.experiment.datasets()
    if test is None:
        st.info(
            "These data have no test patterns: set a split on the Data page to see how well each "
            "network does on patterns it has not seen."
        )
        return
    wrong = False
    if test.kind == "classification":
        wrong = MEASURES[0] == view.bar.segmented_control(
            "Error", MEASURES, default=MEASURES[0], required=True, key="nbn-topologies-error",
            persist_state="session", label_visibility="collapsed",
        )  # fmt: skip
    by = _by(view)
    units = "" if view.experiment.scaling.is_identity else ", scaled for the network"
    title = "test patterns wrong, %" if wrong else f"RMSE of the test patterns{units}"
    measure = ErrorMeasure(title, wrong, train.targets.size, test.targets.size)
    view.show(error_chart(view.points, measure, view.box.palette, by=by))
    dotted = "" if wrong else " Dotted: median of the training patterns."
    st.caption(f"Median over all seeds; vertical lines: the middle half of the seeds.{dotted}")


def _curves(view: View) -> None:
    kind = _kind(view)
    names = {one.network.name: one for one in view.points}
    default = [one.network.name for one in front(view.points)[-MOST_CURVES:]]
    # Other networks are another choice: names that are no longer there must not stay chosen.
    compared = zlib.crc32("\n".join(one.name for one in view.result.study.networks).encode())
    picked = st.multiselect(
        "Networks", list(names), default=default or list(names)[:3], max_selections=MOST_CURVES,
        key=f"nbn-topologies-curves-{compared:08x}", help=f"At most {MOST_CURVES}.",
    )  # fmt: skip
    groups = [
        group_of(number, names[name], kind) for number, name in enumerate(picked) if name in names
    ]
    if not groups:
        st.caption("Choose networks to compare.")
        return
    view.box.show(
        ecdf_chart(
            groups, COSTS[kind], view.box.palette, seconds=kind == "seconds", column="network"
        ),
        WIDTH,
    )


def group_of(number: int, point: NetworkPoint, kind: str) -> TrialGroup:
    """Return the trials of a network with their costs."""
    trials = point.found.trials
    costs = trials.all_work if kind == "work" else trials.all_seconds
    solved = trials.solved
    return TrialGroup(
        number, point.network.name, outcomes([max(c, 1e-9) for c in costs.tolist()], solved),
        tuple(trials.numbers.tolist()),
    )  # fmt: skip


def _map(view: View) -> None:
    grid = view.sweep.grid
    if grid is None or not grid.members:
        st.caption("The map shows families: choose at least one and run the trainings.")
        return
    click = component.clicked()
    if click is not None:
        choose(view, "map", click.place, click.number)
    found = {one.network.topology: one for one in view.points}
    cells = {}
    for i, family in enumerate(grid.families):
        for j, size in enumerate(grid.sizes):
            network = grid.members.get((family, size))
            if network is not None:
                cells[i, j] = _map_cell(network, found.get(network.topology))
    titles = [family_title(key) for key in grid.families]
    now = shown(view.sweep, view.points, playing=view.box.playing)
    component.board(map_block(titles, grid.sizes, cells, now.place, view.box.palette))


def _map_cell(network: StudyNetwork, point: NetworkPoint | None) -> MapCell:
    if point is None:
        return MapCell(None, network.name, network.topology, 0, 0)
    trials = point.found.trials
    return MapCell(point.place, network.name, network.topology, trials.successes, trials.n_trials)


def _table(view: View) -> None:
    place = table.show(view.result, view.points, playing=view.box.playing)
    if place is not None:
        choose(view, "table", place)


VIEWS: Final[dict[str, Callable[[View], None]]] = {
    "Success": _success,
    "Cost": _cost,
    "Test error": _error,
    "Cost curves": _curves,
    "Map": _map,
    "Table": _table,
}
