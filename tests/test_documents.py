"""Documents for developers: names in them exist, and their lists are complete."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from benchmarks.tables import found, rule_list
from nbn_core.rules import RULES

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
# Folders of the repository: anything else in backticks is code, or a path of the user.
TOP = (
    "nbn_core/",
    "app/",
    "pages/",
    "tests/",
    "docs/",
    "scripts/",
    "benchmarks/",
    ".ci/",
    "assets/",
)
MADE_BY_RUNNING = {"tests/browser/output", "nbn_core/rules/your_rule.py"}


def named(document: Path) -> str:
    return document.relative_to(ROOT).as_posix()


def prose(document: Path) -> str:
    """Return a document without its code blocks."""
    return re.sub(r"^```.*?^```$", "", document.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)


def anchors(text: str) -> set[str]:
    """Return the anchors of the headings of a document, as repository hosts generate them."""
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_the_target_of_every_link_exists(document: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", prose(document))
    for link in links:
        if re.match(r"[a-z]+:", link):
            assert link.startswith("https://"), link
            continue
        path, _, anchor = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), f"{link} does not exist"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), (
                f"{link} has no such heading"
            )


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_path_in_backticks_exists(document: Path) -> None:
    words = {word for code in re.findall(r"`([^`\n]+)`", prose(document)) for word in code.split()}
    paths = {word for word in words if word.startswith(TOP)} - MADE_BY_RUNNING
    assert not {path for path in paths if not (ROOT / path).exists()}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_module_that_is_named_exists(document: Path) -> None:
    modules = re.findall(r"python -m ((?:nbn_core|app|benchmarks|tests)[\w.]*)", prose(document))
    for module in modules:
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def test_commands_of_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        lines = [*re.findall(r"`make ([a-z-]+)", text), *re.findall(r"^make ([a-z-]+)", text, re.M)]
        assert set(lines) <= targets, document
        for script in re.findall(r"sh (scripts/[\w-]+)", text):
            assert (ROOT / script).exists(), script


# README


def test_the_readme_lists_every_learning_rule() -> None:
    """`python -m benchmarks.tables` writes the list."""
    assert found("rules", (ROOT / "README.md").read_text("utf-8")) == rule_list(RULES.values())


def test_the_readme_begins_with_a_description_and_links_to_the_documents() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first = text.split("![")[0]
    for word in ("**SSE**", "**NBN**", "**quasi-Hessian**", "teachers", "students", "researchers"):
        assert word in first
    for path in ("docs/architecture.md", "CONTRIBUTING.md", "docs/glossary.md", "docs/decisions/"):
        assert f"]({path}" in text


# Glossary, which the app parses


def test_every_term_has_a_heading_one_paragraph_and_at_most_one_formula() -> None:
    entries = re.split(r"^### ", re.sub(r"^## .+\n", "", GLOSSARY, flags=re.MULTILINE), flags=re.M)
    assert len(entries) > 50
    for entry in entries[1:]:
        term, *parts = entry.strip("\n").split("\n\n")
        assert re.fullmatch(r"[\w\- ]{1,30}", term), term
        assert 1 <= len(parts) <= 2, term
        assert re.match(r"[A-Z]", parts[0]), term
        assert parts[0].endswith("."), term
        assert 1 <= len(re.findall(r"[.:](?=\s|$)", parts[0])) <= 4, (
            f"{term}: one to three sentences"
        )
        if len(parts) == 2:
            assert re.fullmatch(r" {4}\S.*", parts[1]), f"{term}: a formula is one indented line"


def test_every_term_has_one_definition() -> None:
    terms = re.findall(r"^### (.+)$", GLOSSARY, re.MULTILINE)
    assert len(anchors(GLOSSARY)) == len(re.findall(r"^#+ ", GLOSSARY, re.MULTILINE))
    for term in (
        "SSE", "Quasi-Hessian", "Attempt", "Iteration", "Epoch", "Level", "Forward-equivalent",
        "Block", "Slice", "Damping μ", "Trace", "Rule", "Pattern", "Coupling", "Freeze",
        "P", "I", "M", "N", "K",
    ):  # fmt: skip
        assert term in terms


# Decisions


def test_decisions_are_numbered_and_listed() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(
        r"^(\d+)\. \[(.+)\]\((\d{4}-.+\.md)\)$", (folder / "README.md").read_text(), re.M
    )
    assert [name for _, _, name in listed] == sorted(p.name for p in folder.glob("0*.md"))
    for place, (number, title, name) in enumerate(listed, start=1):
        text = (folder / name).read_text(encoding="utf-8")
        assert int(number) == int(name[:4]) == place
        assert text.startswith(f"# {place}. {title}\n")
        assert all(f"**{part}.**" in text for part in ("Context", "Decision", "Consequences"))


# Files for repository hosts and other tools


def test_the_citation_is_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {project['version']}\n" in text
    assert f"\nlicense: {project['license']}\n" in text
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    dois = set(re.findall(r"doi: (\S+)", text))
    assert len(dois) == 2
    assert all(f"https://doi.org/{doi}" in readme for doi in dois)
    assert {url.removeprefix("https://doi.org/") for url in project["urls"].values()} == dois


@pytest.mark.parametrize(
    "file", ["ISSUE_TEMPLATE/bug.yml", "ISSUE_TEMPLATE/idea.yml", "pull_request_template.md"]
)
def test_templates_ask_for_an_experiment_link(file: str) -> None:
    text = (ROOT / ".github" / file).read_text(encoding="utf-8")
    assert re.search(r"experiment link", text, re.IGNORECASE)
    assert "address bar" in text


def test_hooks_call_the_pinned_tools() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"- repo: (\S+)", text) == ["local"]
    tools = set(re.findall(r"entry: \.venv/bin/([\w-]+)", text))
    scripts = set(re.findall(r"entry: node_modules/\.bin/([\w-]+)", text))
    assert len(tools) == 3
    entries = re.findall(r"entry: (\S+/bin/|\S+\.bin/)?", text)
    assert set(entries) == {".venv/bin/", "node_modules/.bin/"}
    package = json.loads((ROOT / "package.json").read_text(encoding="utf-8"))
    names = {"tsc": "typescript"}
    assert {names.get(script, script) for script in scripts} <= package["devDependencies"].keys()
    assert all(re.fullmatch(r"[\d.]+", version) for version in package["devDependencies"].values())
    pinned = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8")
    packages = {"lint-imports": "import-linter"}
    assert all(f"\n{packages.get(tool, tool)}==" in pinned for tool in tools)


def test_files_listed_for_the_source_archive_exist() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    listed = pyproject["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    assert {"/README.md", "/LICENSE", "/scripts", "/docs"} <= set(listed)
    assert not [name for name in listed if not (ROOT / name.strip("/")).exists()]
