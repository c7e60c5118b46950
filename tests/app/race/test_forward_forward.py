"""Tables and charts of goodness in the Forward-Forward view."""

from __future__ import annotations

import numpy as np
import pytest

from app.figures import palette
from app.figures.goodness import goodness_chart, margin_chart
from app.figures.svg import svg
from app.race.forward_forward import alone, margins_of, pattern_table

# Two patterns, three labels, two levels
SCORES = np.array([[[1.0, 5.0], [2.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [3.0, 3.0], [9.0, 0.5]]])
LABELS = np.array([0, 1])


def test_margins_and_levels_equal_a_hand_calculation() -> None:
    totals = SCORES.sum(axis=2)
    assert margins_of(totals, LABELS).tolist() == [3.0, 6.0 - 9.5]
    assert alone(SCORES, LABELS) == [0.0, 1.0]


def test_the_table_names_prediction_and_right_label() -> None:
    lines = pattern_table(SCORES[1], SCORES[1].sum(axis=1), 1, np.eye(3)).splitlines()
    assert len(lines) == 5
    assert "correct label" in lines[3]
    assert "**predicted**" in lines[4]
    assert "9.5" in lines[4]


@pytest.mark.parametrize("look", [palette.LIGHT, palette.DARK])
def test_goodness_charts_show_levels_and_margins(look: palette.Palette) -> None:
    epochs = np.array([0, 1, 2, 50])
    goodness = np.array(
        [[[0, 0], [0, 0]], [[1, 2], [1, 1]], [[3, 4], [1, 1]], [[9, 8], [0, 1]]], float
    )
    chart = goodness_chart(epochs, goodness, look)
    assert "level 1 9 against" in chart.summary
    assert chart.spec.traces[0]["y"].tolist() == [1, 3, 9]
    margins = margin_chart(np.array([-1.0, 2.0, 3.0, 0.0]), look)
    assert margins.summary == "2 of 4 patterns have the highest goodness with the correct label."
    for one in (chart, margins):
        assert one.figure.data
        assert svg(one, look, 500).startswith("<svg")
        assert one.table()
