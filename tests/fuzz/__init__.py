"""Fuzzing of every reader, guided by what it covers: `python -m tests.fuzz --seconds 60`."""
