"""Kernels return no arrays to Python.

They are compiled without numba's reference counting, so that an array that a kernel returned would
be freed by nobody, or twice.
"""

import importlib
import pkgutil
from typing import Any

import numba
import pytest
from numba.core import types

from nbn_core import kernels
from nbn_core.warmup import warm_up, warm_up_curvature, warm_up_rules


def dispatchers() -> dict[str, Any]:
    """Return every compiled kernel that Python can call, by name."""
    found = {}
    for module in pkgutil.iter_modules(kernels.__path__):
        source = importlib.import_module(f"nbn_core.kernels.{module.name}")
        for name, value in vars(source).items():
            is_kernel = isinstance(value, numba.core.dispatcher.Dispatcher)
            if is_kernel and not value.targetoptions.get("no_cpython_wrapper"):
                found[f"{module.name}.{name}"] = value
    return found


def holds_an_array(kind: Any) -> bool:
    if isinstance(kind, types.BaseTuple):
        return any(holds_an_array(part) for part in kind)
    return isinstance(kind, types.Array | types.List | types.UnicodeType)


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Compile the kernels as training uses them."""
    warm_up()
    warm_up_curvature()
    warm_up_rules()


def test_no_kernel_returns_an_array_to_python() -> None:
    signatures = {
        name: [s.return_type for s in kernel.nopython_signatures]
        for name, kernel in dispatchers().items()
    }
    assert sum(map(len, signatures.values())) >= 10, "hardly a kernel was compiled"
    returning = [n for n, kinds in signatures.items() if any(map(holds_an_array, kinds))]
    assert not returning
    assert holds_an_array(types.Tuple((types.float64, types.float64[:])))


def test_kernels_are_compiled_without_allocations() -> None:
    """An allocation in a kernel would need reference counting, which is disabled."""
    for name, kernel in dispatchers().items():
        assert kernel.targetoptions.get("_nrt") is False, name
