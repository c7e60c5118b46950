"""README, changelog and packaging agree with the repository."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from streamlit import config as streamlit_config

from app.__main__ import _address, environment

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
README = ROOT / "README.md"

RUN = " && ".join(
    [
        "python3 -m venv .venv",
        ".venv/bin/pip install -r requirements.txt",
        ".venv/bin/python -B -m app",
    ]
)
TEST = "sh scripts/test"
SCRIPTS = sorted(f"scripts/{file.name}" for file in (ROOT / "scripts").iterdir())


def lines(name: str) -> list[str]:
    """Return the lines of a file without blank lines and comments."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return [line.strip() for line in text.splitlines() if line.strip() and line[0] != "#"]


@pytest.fixture(scope="module")
def readme() -> str:
    assert README.exists(), "README.md is missing"
    return README.read_text(encoding="utf-8")


# README


def test_the_readme_gives_the_two_commands_and_the_pipeline_runs_the_second(readme: str) -> None:
    blocks = re.findall(r"^```(?:sh|bash|console)\n(.*?)\n```$", readme, re.DOTALL | re.MULTILINE)
    assert blocks[:2] == [RUN, TEST]
    assert lines(".ci/run")[-1] == TEST


def test_the_readme_opens_with_a_picture(readme: str) -> None:
    opening = readme.split("\n## ")[0]
    assert re.search(r"!\[[^\]]{10,}\]\(assets/[\w-]+\.png\)", opening), "a picture with alt text"


def test_files_that_the_readme_links_to_exist(readme: str) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", readme)
    local = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert local
    assert not [target for target in local if not (ROOT / target).exists()]


def test_the_readme_has_a_table_of_what_works_and_names_the_licence(readme: str) -> None:
    assert re.search(r"^\|[ :|-]+\|$", readme, re.MULTILINE)
    assert "BSD-3-Clause" in readme


def test_the_licence_file_is_that_of_the_package() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert PROJECT["license"] == "BSD-3-Clause"
    assert text.startswith("BSD 3-Clause License")
    assert "NBN Lab developers" in text


# Versions


def test_the_changelog_begins_with_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    top = re.search(r"^## \[(\d+\.\d+\.\d+)\] - (unreleased|\d{4}-\d\d-\d\d)$", text, re.MULTILINE)
    assert top
    assert top[1] == PROJECT["version"] == importlib.metadata.version(PROJECT["name"])


def test_requirements_install_the_project_itself() -> None:
    assert lines("requirements.txt") == ["-e ."]
    assert lines("requirements-dev.txt")[0] == "-e ."


def test_every_dependency_is_tested_at_an_allowed_exact_version() -> None:
    pins = {
        pin.name: str(pin.specifier) for pin in map(Requirement, lines("requirements-dev.txt")[1:])
    }
    assert all(pin.startswith("==") for pin in pins.values())
    for needed in map(Requirement, PROJECT["dependencies"]):
        assert pins[needed.name].removeprefix("==") in needed.specifier, needed.name


# Scripts and settings


@pytest.mark.parametrize("script", [".ci/run", *SCRIPTS])
def test_scripts_are_valid_sh_and_begin_with_a_description(script: str) -> None:
    file = ROOT / script
    first, second = file.read_text(encoding="utf-8").splitlines()[:2]
    assert first == "#!/bin/sh"
    assert re.match(r"# [A-Z].{20,}", second)
    assert os.access(file, os.X_OK), "not executable"
    subprocess.run(["sh", "-n", str(file)], check=True)


def test_make_lists_every_target_and_each_calls_a_script() -> None:
    """The Makefile is read as text, so that the tests do not need `make`."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    rules = dict(re.findall(r"^([a-z-]+):.*## .+\n\t(.+)$", text, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.+)$", text, re.MULTILINE)
    assert phony
    assert list(rules) == phony[1].split()
    called = {name: re.findall(r"sh (scripts/[\w-]+)", line) for name, line in rules.items()}
    assert called.pop("help") == []
    assert {script for found in called.values() for script in found} <= set(SCRIPTS)
    assert all(len(found) == 1 for found in called.values())


def test_python_m_app_passes_every_setting_on() -> None:
    """The names are those that the installed version of Streamlit reads."""
    options = streamlit_config.get_config_options()
    known = {option.env_var for option in options.values()}
    passed = environment(CONFIG)
    assert passed.keys() <= known
    assert passed["STREAMLIT_BROWSER_GATHER_USAGE_STATS"] == "false"


def test_options_of_streamlit_are_passed_on() -> None:
    run = subprocess.run(
        [sys.executable, "-B", "-m", "app", "--server.port", "none"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 2
    assert "--server.port" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize(
    ("arguments", "address"),
    [
        ([], "127.0.0.1"),
        (["--server.address", "0.0.0.0", "--server.port", "1"], "0.0.0.0"),
        (["--server.address=::1"], "::1"),
    ],
)
def test_the_app_listens_on_this_machine_unless_it_is_told(
    arguments: list[str], address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment(CONFIG).items():
        monkeypatch.setenv(name, value)
    assert _address(arguments) == address
