"""A damaged, full or unwritable kernel cache costs a compilation, never a training."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

# One small kernel in place of all of them; it prints how often it was compiled
SCRIPT = """
import logging, resource, sys
sys.path.insert(0, {root!r})
logging.basicConfig(stream=sys.stdout, format="LOG %(message)s")
from numba import njit
from nbn_core.kernels.cache import ENTRY, kernel_cache
with kernel_cache():
    @njit(**ENTRY)
    def doubled(x):
        return 2.0 * x
if {full}:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
print("RESULT", doubled(21.0), sum(doubled.stats.cache_hits.values()))
"""


@pytest.fixture
def run(root: Path, tmp_path: Path) -> Callable[..., tuple[float, int, str]]:
    script = tmp_path / "kernel.py"

    def call(*, full: bool = False) -> tuple[float, int, str]:
        if not script.exists() or full:
            script.write_text(SCRIPT.format(root=str(root), full=full))
        done = subprocess.run(
            [sys.executable, "-B", str(script)],
            env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            check=True,
        )
        [line] = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
        log = "\n".join(line for line in done.stdout.splitlines() if line.startswith("LOG"))
        return float(line.split()[1]), int(line.split()[2]), log

    return call


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "cache").rglob("*") if path.suffix in (".nbi", ".nbc")]


def test_a_kernel_is_read_from_an_undamaged_cache(run: Callable, tmp_path: Path) -> None:
    assert run() == (42.0, 0, "")
    assert len(files(tmp_path)) == 2
    assert run() == (42.0, 1, "")


@pytest.mark.parametrize(
    ("suffix", "damage"),
    [(".nbi", "garbage"), (".nbi", "cut"), (".nbc", "empty"), (".nbc", "flipped")],
)
def test_a_damaged_cache_is_compiled_anew_and_heals(
    run: Callable, tmp_path: Path, suffix: str, damage: str
) -> None:
    run()
    [file] = [path for path in files(tmp_path) if path.suffix == suffix]
    whole = file.read_bytes()
    middle = len(whole) // 2
    file.write_bytes(
        {
            "empty": b"",
            "cut": whole[:middle],
            "flipped": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
            "garbage": b"\x80\x05" + b"x" * 200,
        }[damage]
    )
    value, hits, log = run()
    assert (value, hits) == (42.0, 0)
    assert str(tmp_path / "cache") in log
    assert run() == (42.0, 1, "")


def test_a_full_disk_costs_a_compilation(run: Callable, tmp_path: Path) -> None:
    value, hits, log = run(full=True)
    assert (value, hits) == (42.0, 0)
    assert "cannot be saved" in log
    assert str(tmp_path / "cache") in log
    assert not [path for path in files(tmp_path) if path.stat().st_size]
