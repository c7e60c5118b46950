"""Results: the row at which a lane reached the target, and the leading lane."""

from __future__ import annotations

import numpy as np

from app.race.lanes import Lane
from app.race.results import AXES, LaneResult, Spent, first_at, verdict
from nbn_core.trace import Trace
from tests.app.fake_browser import is_a_sentence


def test_the_target_is_reached_at_the_first_row_at_or_below_it() -> None:
    sse = np.array([9.0, 4.0, 2.0, 3.0, 1.0])
    rows = np.arange(5)
    trace = Trace(
        sse, sse, sse, rows, 0.5 * rows, np.zeros((5, 1)), iterations=10 * rows,
        evaluations=1 + rows, work=3.0 * rows,
    )  # fmt: skip
    assert first_at(trace, 2.0) == Spent(20, 1.0, 6.0, 3)
    assert first_at(trace, 1.5) == Spent(40, 2.0, 12.0, 5)
    assert first_at(trace, 0.5) is None


def arrived(title: str, *spent: float) -> LaneResult:
    at = Spent(int(spent[0]), spent[1], spent[2], int(spent[3]))
    return LaneResult(Lane(0, "nbn"), title, "ended", "Solved.", at, 0.1, at)


def test_the_verdict_names_the_leader_on_every_axis() -> None:
    found = [arrived("NBN", 30, 0.005, 2700, 60), arrived("Adam", 400, 0.08, 1200, 401)]
    said = " ".join(verdict(found))
    assert said == (
        "NBN leads in iterations (30, Adam 400), computing time (5 ms, Adam 80 ms) and "
        "evaluations (60, Adam 401). Adam leads in work in forward passes (1,200, NBN 2,700)."
    )
    turned = " ".join(verdict([arrived("NBN", 30, 0.005, 700, 60), arrived("Adam", 9, 1, 1200, 9)]))
    assert "NBN leads in computing time (5 ms, Adam 1.0 s) and work in forward passes" in turned


def test_the_verdict_without_a_winner() -> None:
    lost = LaneResult(Lane(0, "ebp"), "EBP", "ended", "Not solved.", Spent(9, 1.0, 9.0, 9), 5.0)
    refused = LaneResult(Lane(1, "nbn"), "NBN", "refused", "No.")
    assert verdict([lost]) == ["No lane has reached the target."]
    assert verdict([refused]) == ["No lane can run on its network and these data."]
    assert "Only NBN" in verdict([lost, arrived("NBN", 1, 1, 1, 1)])[0]
    assert verdict([arrived("A", 5, 1, 5, 5), arrived("B", 5, 2, 5, 5), lost])[-1] == (
        "Not at the target: EBP."
    )
    assert all(is_a_sentence(words.capitalize() + ".") for words in AXES.values())
