"""The formulas of the Hessian page, as the Markdown of Streamlit reads them."""

from __future__ import annotations

import pytest

from app.hessian import coupling, exact, landscape, memory, spectrum, structure


@pytest.mark.parametrize(
    "module", [coupling, exact, landscape, memory, spectrum, structure], ids=lambda m: m.__name__
)
def test_displayed_formulas_stand_between_lines_of_two_dollars(module) -> None:
    """Text on the line of an opening `$$` is dropped, and the formula shows as an error in red."""
    lines = module._FORMULA.splitlines()
    fences = [line for line in lines if "$$" in line]
    assert set(fences) <= {"$$"}
    assert len(fences) % 2 == 0
