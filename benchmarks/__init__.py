"""Measurements: nothing in here is a test, everything prints a figure somebody may quote."""

from pathlib import Path

RESULTS = Path(__file__).parent / "results"
