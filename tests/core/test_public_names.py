"""Public names: the list may grow, but no name changes or disappears by mistake."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

import nbn_core

PACKAGES = [
    "nbn_core",
    *(found.name for found in pkgutil.walk_packages(nbn_core.__path__, "nbn_core.") if found.ispkg),
]
# Names that a package imports for its own use; others import them from their own modules.
INTERNAL = {
    "nbn_core.generators": {"by_name"},
    "nbn_core.kernels": {"kernel_cache"},
}
PUBLIC = [
    "ACTIVATIONS",
    "Activation",
    "Damping",
    "Dataset",
    "Experiment",
    "Iteration",
    "NBNError",
    "Network",
    "Neuron",
    "NormalEquations",
    "Objective",
    "RULES",
    "SCHEMES",
    "StopReason",
    "Study",
    "StudyResult",
    "Topology",
    "Trace",
    "Training",
    "TrainingResult",
    "Trial",
    "TrialsResult",
    "errors",
    "generators",
    "initial_weights",
    "is_warm",
    "link",
    "run_study",
    "run_trials",
    "starting_weights",
    "train",
    "warm_up",
]


def test_the_public_names_of_nbn_core() -> None:
    assert sorted(nbn_core.__all__) == PUBLIC


def test_a_star_import_gives_exactly_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from nbn_core import *", names)
    assert sorted(names.keys() - {"__builtins__"}) == PUBLIC


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_defines_exactly_the_names_it_exports(name: str) -> None:
    """Modules count only if the package lists them: any import of one adds it to the package."""
    package = importlib.import_module(name)
    shown = {
        key
        for key, value in vars(package).items()
        if not key.startswith("_") and not isinstance(value, ModuleType)
    }
    exported = getattr(package, "__all__", [])
    assert len(exported) == len(set(exported))
    modules = {key for key in exported if isinstance(getattr(package, key), ModuleType)}
    assert shown - INTERNAL.get(name, set()) == set(exported) - modules - INTERNAL.get(name, set())


@pytest.mark.parametrize("name", sorted(INTERNAL))
def test_internal_modules_exist(name: str) -> None:
    package = importlib.import_module(name)
    assert all(hasattr(package, key) for key in INTERNAL[name])
