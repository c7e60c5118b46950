"""Run a benchmark by name, for example `python -m benchmarks peers --rounds 3`."""

from __future__ import annotations

import importlib.util
import pkgutil
import runpy
import sys

import benchmarks

_HELPERS = {"tables", "__main__"}


def names() -> list[str]:
    """Return the names of all benchmarks."""
    found = (module.name for module in pkgutil.iter_modules(benchmarks.__path__))
    return sorted(name for name in found if name not in _HELPERS)


def _title(name: str) -> str:
    module = f"benchmarks.{name}"
    spec = importlib.util.find_spec(module)
    assert spec is not None
    assert spec.loader is not None
    if spec.submodule_search_locations:
        spec = importlib.util.find_spec(module + ".__main__") or spec
    source = spec.loader.get_source(spec.name)  # type: ignore[union-attr,attr-defined]
    return source.split('"""')[1].strip().splitlines()[0]


def main() -> None:
    """Run the benchmark named on the command line, or list all of them."""
    if len(sys.argv) < 2 or sys.argv[1] not in names():
        print("Choose one of these benchmarks:")
        for name in names():
            print(f"  {name:14} {_title(name)}")
        sys.exit(0 if len(sys.argv) < 2 else 2)
    name = sys.argv.pop(1)
    runpy.run_module(f"benchmarks.{name}", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
