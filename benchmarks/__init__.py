"""Measurements whose results can be quoted: each module prints a table or writes a document."""

from pathlib import Path

RESULTS = Path(__file__).parent / "results"
