"""A wheel of this checkout, installed in a fresh environment, has everything the app needs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import Parser
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage
from tests.browser.helpers import ROOT, Server, running_app, wait_until_ready
from tests.browser.workbench import facts, status, train

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@dataclass(frozen=True)
class Installed:
    """An environment in which only the wheel is installed, not the checkout."""

    folder: Path
    wheel: Path

    def command(self, name: str) -> str:
        """Return the path of an installed program."""
        return str(self.folder / "bin" / name)

    @property
    def packages(self) -> Path:
        """Folder of the installed packages."""
        (found,) = self.folder.glob("lib/python*/site-packages")
        return found


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """Install the wheel with its dependencies at the pinned versions."""
    folder = tmp_path_factory.mktemp("wheel")
    pip(sys.executable, "wheel", "--no-deps", "--no-build-isolation", "-w", str(folder), str(ROOT))
    (wheel,) = folder.glob("*.whl")
    pins = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").replace("-e .\n", "")
    constraints = folder / "constraints.txt"
    constraints.write_text(pins, encoding="utf-8")
    made = Installed(folder / "environment", wheel)
    venv.create(made.folder, with_pip=True)
    pip(made.command("python"), "install", "--constraint", str(constraints), str(wheel))
    yield made
    shutil.rmtree(made.folder)  # 1 GB, which pytest would keep for three runs


def pip(python: str, *arguments: str) -> None:
    run = subprocess.run(
        [python, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.fixture(scope="module")
def alone(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run `nbn-lab` in an empty folder, without a cache of compiled kernels."""
    folder = tmp_path_factory.mktemp("alone")
    here = folder / "here"
    here.mkdir()
    environment = {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": "", "NUMBA_CACHE_DIR": ""}
    before = files(installed.packages)
    with running_app(
        folder / "log.txt",
        program=[installed.command("nbn-lab")],
        cwd=here,
        environment=environment,
    ) as running:
        yield running
    assert not list(here.iterdir()), "it wrote into the folder it was started from"
    assert files(installed.packages) == before, "it wrote beside its packages"
    assert list((folder / "cache" / "nbn-lab" / "kernels").iterdir())


def files(folder: Path) -> dict[str, int]:
    """Return all files below a folder with their modification times."""
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_the_wheel_holds_every_file_of_the_packages(installed: Installed) -> None:
    found = (path for name in ("app", "nbn_core", "pages") for path in (ROOT / name).rglob("*"))
    files = [path for path in found if path.is_file() and "__pycache__" not in path.parts]
    held = set(zipfile.ZipFile(installed.wheel).namelist())
    assert len(files) > 200
    assert {path.relative_to(ROOT).as_posix() for path in files} - held == set()
    beside = (".streamlit/config.toml", "assets/icon.svg", "assets/logo.svg", "docs/glossary.md")
    assert {f"app/{name}" for name in beside} <= held
    top = {name.split("/")[0] for name in held if ".dist-info" not in name}
    assert top == {"app", "nbn_core", "pages"}


def test_the_wheel_has_complete_metadata(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    assert metadata["Name"] == PROJECT["name"]
    assert metadata["Summary"] == PROJECT["description"]
    assert metadata["Description-Content-Type"] == "text/markdown"
    assert str(metadata.get_payload()).startswith("# NBN Lab\n")
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])
    assert metadata.get_all("Project-URL")


def test_the_app_opens_and_trains_from_any_folder(alone: Server, open_page: OpenPage) -> None:
    page = open_page(url=alone.url)
    expect(facts(page)).to_have_text("105 weights, 250 training and 250 test patterns")
    expect(page.locator(".workbench [data-id]").first).to_be_visible()
    expect(page.get_by_role("img", name="Logo")).to_be_visible()
    train(page)
    expect(status(page)).to_contain_text("Solved in")
    for title in ("Hessian", "Inside", "Topologies", "Race", "Data", "Share", "Draw"):
        page.get_by_role("link", name=title, exact=True).click()
        path = "" if title == "Draw" else title.lower()
        expect(page).to_have_url(re.compile(rf"^{alone.url}/{path}(\?|$)"))
        wait_until_ready(page)
        expect(page.get_by_test_id("stException")).to_have_count(0)
