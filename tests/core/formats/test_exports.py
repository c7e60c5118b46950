"""Exports as Python, C99 and ONNX have the same outputs as the core."""

from __future__ import annotations

import ast
import contextlib
import ctypes
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from numpy.typing import NDArray

from nbn_core import ACTIVATIONS, Dataset, NBNError, Neuron, Topology, initial_weights
from nbn_core.data.scaling import Affine, Scaling
from nbn_core.formats import write_c, write_c_header, write_onnx, write_python
from nbn_core.formats.export_checks import Precision
from nbn_core.network import Network
from tests.strategies import trained

Array = NDArray[np.float64]

WARNINGS = [
    *("-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-O2"),
    *("-Wconversion", "-Wdouble-promotion", "-Wshadow", "-Wmissing-prototypes", "-Wundef"),
]


def every_activation() -> Topology:
    """Return a network of all activations with gains and leaks, and outputs that feed outputs."""
    first = [Neuron(name, 0.5 + 0.25 * i, 0.125 * i, (0, 1)) for i, name in enumerate(ACTIVATIONS)]
    later = [
        Neuron(name, 1.0 + 0.25 * i, 0.0, (1, *range(2, 7 + i)))
        for i, name in enumerate(ACTIVATIONS)
    ]
    return Topology((), 2, tuple(first + later), (9, 5, 7))


def scaling_for(topology: Topology) -> Scaling:
    draw = np.random.default_rng(1)
    n, m = topology.n_inputs, topology.n_outputs
    inputs = Affine(draw.normal(3, 2, n), draw.uniform(1, 9, n))
    targets = Affine(draw.normal(0, 9, m), draw.uniform(0.1, 9, m))
    return Scaling(inputs, targets, "standard", "standard")


NETWORKS = {
    "one neuron": Topology.fcc(1, 0, 1),
    "unipolar": Topology.mlp([2, 3, 1], "unipolar", "unipolar", 0.5, 0.125),
    "layers": Topology.mlp([2, 20, 20, 3]),
    "bridged": Topology.bmlp([3, 4, 3, 2], leak=0.125),
    "cascade": Topology.fcc(2, 8, 1),
    "every activation": every_activation(),
    "wide": Topology.mlp([300, 2, 1], "elliot_bipolar"),
}


def expected(topology: Topology, weights: Array, scaling: Scaling | None, raw: Array) -> Array:
    """Compute the outputs with the core."""
    affine = Affine.identity(topology.n_inputs) if scaling is None else scaling.inputs
    network = Network.from_topology(topology)
    nodes = network.activations(weights, affine.scaled(raw))
    outputs = nodes[:, topology.n_inputs + np.array(topology.outputs)]
    return outputs if scaling is None else scaling.targets.raw(outputs)


def patterns(topology: Topology) -> Array:
    generator = np.random.default_rng(0)
    return np.vstack([
        np.zeros(topology.n_inputs),
        generator.normal(0, 1, (20, topology.n_inputs)),
        generator.normal(0, 10, (20, topology.n_inputs)),
    ])  # fmt: skip


def agree(run: Callable[[Array], Array], topology: Topology, weights: Array,
          scaling: Scaling | None, tolerance: float) -> None:  # fmt: skip
    raw = patterns(topology)
    wanted = expected(topology, weights, scaling, raw)
    size = np.maximum(1, np.abs(wanted).max())
    np.testing.assert_allclose(run(raw), wanted, rtol=0, atol=tolerance * size)


# Python


def run_python(text: str, name: str = "network") -> Callable[[Array], Array]:
    space: dict[str, Callable[[list[float]], list[float]]] = {}
    exec(compile(text, "network.py", "exec"), space)
    return lambda raw: np.array([space[name](row) for row in raw.tolist()])


@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_the_python_function_computes_what_the_core_does(name, scaled) -> None:
    topology = NETWORKS[name]
    weights = initial_weights(topology, seed=3)
    scaling = scaling_for(topology) if scaled else None
    agree(run_python(write_python(topology, weights, scaling)), topology, weights, scaling, 1e-12)


@settings(max_examples=60)
@given(trained(tame=True))
def test_any_network_is_exported_as_plain_python_with_equal_outputs(network) -> None:
    topology, weights = network
    text = write_python(topology, weights)
    assert text.isascii()
    agree(run_python(text), topology, weights, None, 1e-12)
    for node in ast.walk(ast.parse(text)):
        assert not isinstance(node, ast.Import)
        assert not isinstance(node, ast.ImportFrom) or node.module == "math"


def test_the_python_file_runs_alone_and_checks_its_inputs(tmp_path) -> None:
    topology = NETWORKS["layers"]
    (tmp_path / "trained.py").write_text(write_python(topology, initial_weights(topology)))
    code = "import trained; print(len(trained.network([1, 2]))); trained.network([1])"
    run = subprocess.run(
        [sys.executable, "-S", "-B", "-c", code], cwd=tmp_path, capture_output=True, text=True
    )
    assert run.stdout == "3\n"
    assert "expected 2 inputs, got 1" in run.stderr


# C


def compiler() -> str:
    found = shutil.which("gcc")
    assert found, "gcc is needed to test what is written in C"
    return found


def run_c(text: str, folder: Path, precision: str = "double") -> Callable[[Array], Array]:
    """Compile C to a library, with warnings as errors, and return its function."""
    source, library = folder / "network.c", folder / f"{abs(hash(text))}.so"
    source.write_text(text, encoding="ascii")
    command = [compiler(), *WARNINGS, "-shared", "-fPIC", "-o", library, source, "-lm"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    function = ctypes.CDLL(str(library)).network
    kind = np.dtype(np.float64 if precision == "double" else np.float32)
    outputs = int(text.split("M = ")[1].split()[0])

    def run(raw: Array) -> Array:
        rows = np.ascontiguousarray(raw, dtype=kind)
        results = np.zeros((len(rows), outputs), dtype=kind)
        for row, result in zip(rows, results, strict=True):
            function(row.ctypes.data_as(ctypes.c_void_p), result.ctypes.data_as(ctypes.c_void_p))
        return results.astype(np.float64)

    return run


@pytest.mark.parametrize(("precision", "tolerance"), [("double", 1e-12), ("float", 2e-5)])
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_c_computes_what_the_core_does(name, scaled, precision, tolerance, tmp_path) -> None:
    topology = NETWORKS[name]
    weights = initial_weights(topology, seed=3)
    scaling = scaling_for(topology) if scaled else None
    text = write_c(topology, weights, scaling, precision=precision)
    assert "malloc" not in text
    agree(run_c(text, tmp_path, precision), topology, weights, scaling, tolerance)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trained(tame=True))
def test_any_network_is_exported_as_c_without_a_warning(tmp_path, network) -> None:
    topology, weights = network
    text = write_c(topology, weights)
    assert text.isascii()
    agree(run_c(text, tmp_path), topology, weights, None, 1e-12)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trained())
def test_extreme_numbers_compile(tmp_path, network) -> None:
    topology, weights = network
    run_c(write_c(topology, weights), tmp_path)
    with contextlib.suppress(NBNError):
        run_c(write_c(topology, weights, precision="float"), tmp_path)


HOSTILE = ("*/ int x; /*", "??/", "\\", 'a"); evil(', "=cmd|'!A1", "\u202eabc", '"""', "{0}", "%s")


def test_hostile_names_cannot_inject_code(tmp_path) -> None:
    neurons = (Neuron("bipolar", 1.0, 0.0, tuple(range(8))),)
    topology = Topology(HOSTILE, 8, neurons, (0,))
    weights = initial_weights(topology)
    agree(run_c(write_c(topology, weights), tmp_path), topology, weights, None, 1e-12)
    text = write_python(topology, weights)
    agree(run_python(text), topology, weights, None, 1e-12)
    space: dict[str, tuple[tuple[str, float, float], ...]] = {}
    exec(text, space)
    assert tuple(name for name, _, _ in space["INPUTS"]) == HOSTILE[:8]


def test_c_for_a_microcontroller_calls_nothing_but_mathematics(tmp_path) -> None:
    (tmp_path / "network.c").write_text(
        write_c(every_activation(), initial_weights(every_activation()), precision="float")
    )
    subprocess.run([compiler(), *WARNINGS, "-c", "network.c"], cwd=tmp_path, check=True)
    symbols = subprocess.run(
        ["nm", "-u", "network.o"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    called = {line.split()[-1] for line in symbols.stdout.splitlines()}
    assert called - {"_GLOBAL_OFFSET_TABLE_", "__stack_chk_fail"} <= {"expf", "tanhf", "fabsf"}
    assert "static const float weights" in (tmp_path / "network.c").read_text()


# ONNX


def run_onnx(data: bytes, precision: str = "double") -> Callable[[Array], Array]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    kind = np.float64 if precision == "double" else np.float32

    def run(raw: Array) -> Array:
        (outputs,) = session.run(["outputs"], {"inputs": raw.astype(kind)})
        return np.asarray(outputs, dtype=np.float64)

    return run


@pytest.mark.parametrize(("precision", "tolerance"), [("double", 1e-12), ("float", 2e-5)])
@pytest.mark.parametrize("scaled", [False, True])
@pytest.mark.parametrize("name", NETWORKS)
def test_onnx_computes_what_the_core_does(name, scaled, precision, tolerance) -> None:
    topology = NETWORKS[name]
    weights = initial_weights(topology, seed=3)
    scaling = scaling_for(topology) if scaled else None
    data = write_onnx(topology, weights, scaling, precision=precision)
    assert data == write_onnx(topology, weights, scaling, precision=precision)
    agree(run_onnx(data, precision), topology, weights, scaling, tolerance)


@settings(max_examples=40)
@given(trained(tame=True))
def test_any_network_is_exported_as_onnx(network) -> None:
    topology, weights = network
    agree(run_onnx(write_onnx(topology, weights)), topology, weights, None, 1e-6)


def test_onnx_keeps_the_names() -> None:
    import json

    import onnx

    model = onnx.load_from_string(write_onnx(Topology.mlp([2, 1]), [1, 2, 3]))
    kept = {entry.key: json.loads(entry.value) for entry in model.metadata_props}
    assert kept == {"input_names": ["x1", "x2"], "output_names": ["y"]}


def test_without_onnx_the_error_names_the_package_to_install(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(NBNError, match="pip install onnx"):
        write_onnx(Topology.mlp([1, 1]), [1, 2])


# Invalid exports


@pytest.mark.parametrize("write", [write_c, write_python, write_onnx])
def test_mismatched_sizes_are_refused(write) -> None:
    topology = Topology.mlp([2, 1])
    with pytest.raises(NBNError, match="3 weights, but 2"):
        write(topology, [1, 2])
    wrong = Scaling.fit(Dataset([[1.0]], [[1.0]]))
    with pytest.raises(NBNError, match="scaling is for 1 inputs"):
        write(topology, [1, 2, 3], wrong)


@pytest.mark.parametrize("write", [write_c, write_python])
@pytest.mark.parametrize("name", ["", "1a", "a b", "tanh", "inputs", "x" * 40, "é", "if", None])
def test_a_function_needs_a_name_of_its_language(write, name) -> None:
    with pytest.raises(NBNError, match="cannot be called"):
        write(Topology.mlp([1, 1]), [1, 2], name=name)


@pytest.mark.parametrize("write", [write_c, write_onnx])
def test_numbers_too_large_for_float_are_refused(write) -> None:
    with pytest.raises(NBNError, match="too large for float"):
        write(Topology.mlp([1, 1]), [1, 1e300], precision="float")
    tiny = Scaling(Affine([0], [1e-60]), Affine([0], [1]))
    with pytest.raises(NBNError, match="too small for float"):
        write(Topology.mlp([1, 1]), [1, 1], tiny, precision="float")
    with pytest.raises(NBNError, match="double or float"):
        write(Topology.mlp([1, 1]), [1, 1], precision="half")


# Several networks in one program


C_ONLY = ("-std=c99", "-Wmissing-prototypes")
MAIN = """
#include <stdio.h>
#include "first.h"
#include "second.h"
int main(void)
{
    double x[2] = { 0.25, -0.5 }, y[3];
    float u[2] = { 0.25f, -0.5f }, v[1];
    first(x, y);
    printf("%.17g %.17g %.17g\\n", y[0], y[1], y[2]);
    second(u, v);
    printf("%.9g\\n", (double)v[0]);
    return 0;
}
"""


def two_networks() -> tuple[list[tuple[Topology, Array]], list[tuple[str, str]]]:
    pair = [
        (topology, initial_weights(topology, seed=seed))
        for seed, topology in enumerate((NETWORKS["layers"], Topology.fcc(2, 3, 1)))
    ]
    kinds: list[Precision] = ["double", "float"]
    texts = [
        (write_c(topology, weights, scaling_for(topology), name, kind), write_c_header(name, kind))
        for (topology, weights), name, kind in zip(pair, ("first", "second"), kinds, strict=True)
    ]
    return pair, texts


@pytest.mark.parametrize("language", ["c", "c++"])
@pytest.mark.parametrize("together", [False, True], ids=["two files", "one file"])
@pytest.mark.parametrize("before", ["", "#include <complex.h>\n#include <math.h>\n"])
def test_two_networks_work_in_one_program(language, together, before, tmp_path) -> None:
    pair, texts = two_networks()
    for name, (source, header) in zip(("first", "second"), texts, strict=True):
        (tmp_path / f"{name}.c").write_text(before + source, encoding="ascii")
        (tmp_path / f"{name}.h").write_text(header, encoding="ascii")
    main = "".join(f'#include "{name}.c"\n' for name in ("first", "second")) if together else ""
    (tmp_path / "main.c").write_text(before + main + MAIN, encoding="ascii")
    sources = ["main.c"] if together else ["main.c", "first.c", "second.c"]
    tool = shutil.which("gcc" if language == "c" else "g++")
    assert tool, f"a compiler of {language} is needed"
    own = [w for w in WARNINGS if language == "c" or w not in C_ONLY]
    command = [tool, "-x", language, *own, "-o", "program", *sources, "-lm"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    said = subprocess.run([tmp_path / "program"], capture_output=True, text=True, check=True)
    lines = [[float(word) for word in line.split()] for line in said.stdout.splitlines()]
    for (topology, weights), found, tolerance in zip(pair, lines, (1e-12, 2e-5), strict=True):
        wanted = expected(topology, weights, scaling_for(topology), np.array([[0.25, -0.5]]))
        np.testing.assert_allclose(found, wanted[0], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ["class", "new", "xor", "I", "complex", "std"])
def test_a_function_is_called_by_no_word_of_cpp(name) -> None:
    with pytest.raises(NBNError, match="cannot be called"):
        write_c(Topology.mlp([1, 1]), [1, 2], name=name)
    with pytest.raises(NBNError, match="cannot be called"):
        write_c_header(name)
