"""Kernels: accuracy of the activations, the linear solver, warm-up and the cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import nbn_core
from nbn_core import ACTIVATIONS, Topology, is_warm, warm_up
from nbn_core.kernels import activations, cache, linear
from nbn_core.kernels.vectors import WIDTH
from tests import reference
from tests.cases import noise

# Activations


def activated(name: str, nets, gain=1.0, leak=0.0) -> tuple[np.ndarray, np.ndarray]:
    values = np.array(nets, dtype=float)
    slopes = np.empty_like(values)
    activations.activate(ACTIVATIONS[name].code, gain, leak, values, slopes, len(values))
    return values, slopes


def many_nets() -> np.ndarray:
    generator = np.random.default_rng(0)
    return np.concatenate(
        [
            generator.uniform(-40, 40, 100_000),
            generator.uniform(-1, 1, 100_000),
            generator.choice([-1, 1], 50_000) * 10.0 ** generator.uniform(-300, 1.5, 50_000),
            [0.0, -0.0, 1e-320, 19.06, 39.9, 40.0],
        ]
    )


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_are_within_a_few_ulp_and_slopes_within_eight(name: str) -> None:
    nets = many_nets()
    wide = nets.astype(np.longdouble)
    values, slopes = activated(name, nets)
    expected = reference.VALUES[name](wide)
    if name == "elliot_unipolar":  # at large negative nets, 1 is subtracted from almost 1
        ulp = np.spacing(0.5)
    else:
        ulp = np.spacing(np.maximum(np.abs(expected).astype(float), 1e-308))
    assert np.max(np.abs(values - expected) / ulp) < (2 if name == "bipolar" else 4)
    if np.finfo(np.longdouble).eps < 1e-18:
        expected = reference.SLOPES[name](wide)
        assert np.max(np.abs(slopes - expected) / expected) < 8 * np.finfo(float).eps


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gain_and_leak_change_value_and_slope(name: str) -> None:
    nets = np.linspace(-5, 5, 101)
    values, slopes = activated(name, nets, 1.7, 0.3)
    expected = reference.VALUES[name](1.7 * nets) + 0.3 * nets
    np.testing.assert_allclose(values, expected, rtol=1e-14, atol=1e-15)
    expected = 1.7 * reference.SLOPES[name](1.7 * nets) + 0.3
    np.testing.assert_allclose(slopes, expected, rtol=1e-14)


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("bipolar", (-1.0, 1.0)),
        ("unipolar", (0.0, 1.0)),
        ("elliot_bipolar", (-1.0, 1.0)),
        ("elliot_unipolar", (0.0, 1.0)),
    ],
)
def test_values_reach_their_limits_and_stay_within_them(
    name: str, ends: tuple[float, float]
) -> None:
    nets = np.array([-1e308, -1e20, -745.0, -100.0, 100.0, 745.0, 1e20, 1e308])
    values, slopes = activated(name, nets)
    assert np.all((values >= ends[0]) & (values <= ends[1]))
    np.testing.assert_allclose(values[[0, -1]], ends, atol=1e-16)
    assert np.all((slopes >= 0) & (slopes < 1e-3))
    assert np.all(np.diff(values) >= -np.finfo(float).eps)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_nan_stays_nan(name: str) -> None:
    values, _ = activated(name, [np.nan, 1.0])
    assert np.isnan(values[0])
    assert not np.isnan(values[1])


# Solving


def solved(matrix: np.ndarray, mu: float, right: np.ndarray) -> np.ndarray | None:
    """Solve a damped system with the functions of the training loop."""
    n = len(right)
    blocks = -(-n // WIDTH)
    padded = blocks * WIDTH
    upper = np.zeros((padded, padded))
    upper[:n, :n] = np.triu(matrix)
    padded_right = np.zeros(padded)
    padded_right[:n] = right
    factor = np.full((blocks, padded, WIDTH), np.nan)
    panel, scales, solution = np.empty((WIDTH, padded)), np.empty(WIDTH), np.empty(padded)
    for a in range(blocks):
        if not linear.factor_panel(upper, mu, n, factor, panel, scales, a):
            return None
    linear.solve_factored(factor, padded_right, solution)
    assert not solution[n:].any()
    return solution[:n]


@given(st.integers(1, 60), st.integers(0, 2**32 - 1), st.sampled_from([1e-3, 1.0, 1e6]))
def test_the_damped_system_is_solved(n: int, seed: int, mu: float) -> None:
    generator = np.random.default_rng(seed)
    rows = generator.normal(size=(n + 3, n))
    matrix, right = rows.T @ rows, generator.normal(size=n)
    x = solved(matrix, mu, right)
    assert x is not None
    residual = matrix @ x + mu * x - right
    size = np.linalg.norm(matrix, 2) + mu
    assert np.linalg.norm(residual) <= 1e-14 * n * size * np.linalg.norm(x)


@pytest.mark.parametrize(
    "matrix",
    [
        np.diag([1.0, -1.0, 1.0]),
        np.diag([1.0] * 20 + [-1e-3]),
        np.zeros((9, 9)),
        np.full((3, 3), np.nan),
        np.full((3, 3), np.inf),
        np.array([[1.0, 2.0], [2.0, 1.0]]),
    ],
)
def test_a_matrix_that_is_not_positive_definite_is_reported(matrix: np.ndarray) -> None:
    assert solved(matrix, 0.0, np.ones(len(matrix))) is None


# The cache


def test_warming_up_compiles_everything() -> None:
    warm_up()
    warm_up()
    assert is_warm()


def kernels_folder(root: Path, tmp_path: Path, **environment: str) -> str:
    """Return the cache folder that a new process would use, without compiling a kernel."""
    code = "import nbn_core.kernels.cache as c\nwith c.kernel_cache() as folder: print(folder)"
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")
    }
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{code}"],
        env=kept | {"NUMBA_DISABLE_JIT": "1", "HOME": str(tmp_path)} | environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have other folders")
def test_kernels_are_kept_in_the_users_cache(root: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    at_home = kernels_folder(root, tmp_path)
    assert Path(at_home).parent == tmp_path / ".cache" / "nbn-lab" / "kernels"
    assert Path(kernels_folder(root, tmp_path, XDG_CACHE_HOME=str(mine))) == (
        mine / "nbn-lab" / "kernels" / Path(at_home).name
    )
    assert Path(kernels_folder(root, tmp_path, NUMBA_CACHE_DIR=str(mine))) == (
        mine / Path(at_home).name
    )
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where the folder should be")
    fallback = Path(kernels_folder(root, tmp_path, XDG_CACHE_HOME=str(blocked)))
    assert fallback.name.startswith("nbn-lab-kernels-")
    assert not fallback.exists()  # the folder was removed at the end


def test_any_change_of_a_kernel_changes_the_cache_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """numba checks only the file that defines a function, not those of the functions it calls."""
    for source in Path(cache.__file__).parent.glob("*.py"):
        (tmp_path / source.name).write_bytes(source.read_bytes())
    before = cache.fingerprint()
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "cache.py"))
    assert cache.fingerprint() == before
    with (tmp_path / "vectors.py").open("a") as file:
        file.write("# changed\n")
    assert cache.fingerprint() != before


def test_numbas_own_settings_are_left_as_they_were() -> None:
    before = numba.config.CACHE_DIR
    with cache.kernel_cache() as folder:
        inside = numba.config.CACHE_DIR
    assert (inside, numba.config.CACHE_DIR) == (str(folder), before)


def test_no_kernel_starts_a_thread_or_is_compiled_twice() -> None:
    """Each kernel has one signature, so that training calls the versions compiled in advance."""
    from nbn_core.kernels import evaluate, nbn

    topology = Topology.mlp([3, 4, 2])
    nbn_core.train(topology, noise(topology, 10), max_iterations=3)
    nbn_core.train(Topology.mlp([2, 2, 1]), nbn_core.generators.xor(), max_iterations=3)
    for kernel in (nbn.advance, evaluate.run_forward):
        assert len(kernel.signatures) == 1
        assert not kernel.targetoptions.get("parallel")
