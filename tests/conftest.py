"""Settings of all tests: repeatable examples, no cache in the checkout, browser tests last."""

import os
import threading
from collections.abc import Generator
from pathlib import Path

import hypothesis
import pytest
from hypothesis.configuration import set_hypothesis_home_dir

ROOT = Path(__file__).resolve().parents[1]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "nbn-lab"

set_hypothesis_home_dir(CACHE / "hypothesis")
# A deadline would measure numba's compiler. In the pipeline a commit always has the same examples;
# a run by hand generates new ones.
hypothesis.settings.register_profile("here", deadline=None, print_blob=True)
hypothesis.settings.register_profile("pipeline", deadline=None, derandomize=True)
hypothesis.settings.load_profile("pipeline" if os.environ.get("CI") else "here")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the browser tests last, because failures of the other tests are found faster."""
    items.sort(key=lambda item: "browser" in item.path.parts)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let a skipped test fail in the pipeline."""
    report = yield
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped: {report.longreprtext}"
    return report


def pytest_unconfigure() -> None:
    """Wait for compilers in the background: an interpreter that ends under them crashes."""
    for thread in threading.enumerate():
        if thread.name.startswith("nbn-warm"):
            thread.join()


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the root folder of the checkout."""
    return ROOT
