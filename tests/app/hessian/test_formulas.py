"""The formulas of the Hessian page can be rendered by Streamlit's Markdown."""

from __future__ import annotations

import pytest

from app.hessian import coupling, exact, landscape, memory, spectrum, structure


@pytest.mark.parametrize(
    "module", [coupling, exact, landscape, memory, spectrum, structure], ids=lambda m: m.__name__
)
def test_displayed_formulas_are_fenced_by_lines_of_their_own(module) -> None:
    """Streamlit drops text beside an opening `$$` and shows the formula as an error in red."""
    lines = module._FORMULA.splitlines()
    fences = [line for line in lines if "$$" in line]
    assert set(fences) <= {"$$"}
    assert len(fences) % 2 == 0
