"""Numbers and durations as text, by the table that the browser's formats are checked with too."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures.number_format import duration, short

CASES = json.loads((Path(__file__).parents[2] / "number_cases.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("value", "digits", "text"), CASES["numbers"])
def test_number(value: str, digits: int, text: str) -> None:
    assert short(float(value), digits) == text


@pytest.mark.parametrize(("seconds", "text"), CASES["durations"])
def test_duration(seconds: str, text: str) -> None:
    assert duration(float(seconds)) == text


def test_integers_and_numpy_scalars_are_written_as_floats() -> None:
    assert short(12346) == short(np.float64(12346)) == short(12346.0)
    assert short(np.float32(0.5)) == "0.5"  # type: ignore[arg-type]


@given(st.floats(-1e307, 1e307), st.integers(2, 6))
def test_the_text_is_the_number_to_the_digits_asked_for(value: float, digits: int) -> None:
    text = short(value, digits)
    read = float(text.replace("\N{MINUS SIGN}", "-").replace(",", ""))
    tolerance = 0.5 * 10.0 ** (2 - digits) * 1.000001
    assert read == pytest.approx(value, rel=tolerance, abs=5e-324)


@given(st.floats(0.001, 1e9))
def test_no_duration_has_sixty_of_a_unit(seconds: float) -> None:
    words = duration(seconds).replace(",", "").split()
    limits = {"ms": 1000, "s": 60, "min": 60, "h": float("inf")}
    for amount, unit in zip(words[::2], words[1::2], strict=True):
        assert 0 <= float(amount) < limits[unit]
