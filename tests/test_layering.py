"""Rules about imports and modules that import-linter cannot check."""

import ast
import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted(
    file for folder in ("nbn_core", "app", "pages") for file in ROOT.glob(f"{folder}/**/*.py")
)
CORE = [file for file in SOURCES if file.is_relative_to(ROOT / "nbn_core")]
SCREEN = [file for file in SOURCES if file not in CORE]
PAGES = [file for file in SCREEN if file.parent.name == "pages" and file.name != "__init__.py"]
APP_MODULES = {
    path.stem for path in (ROOT / "app").iterdir() if not path.name.startswith(("_", "."))
}


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"), named(file))


def imported(file: Path) -> Iterator[str]:
    """Yield the full names of all modules that a file imports, also inside functions."""
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module or ""


@pytest.mark.parametrize("file", SOURCES, ids=named)
def test_only_the_kernels_import_numba(file: Path) -> None:
    if "kernels" not in file.parts:
        assert not [name for name in imported(file) if name.split(".")[0] in {"numba", "llvmlite"}]


@pytest.mark.parametrize("file", CORE, ids=named)
def test_the_core_imports_no_user_interface(file: Path) -> None:
    screen = {"streamlit", "plotly", "app", "pages"}
    assert not [name for name in imported(file) if name.split(".")[0] in screen]


@pytest.mark.parametrize("file", SCREEN, ids=named)
def test_only_app_state_touches_the_session(file: Path) -> None:
    if named(file) != "app/session/state.py":
        names = {node.attr for node in ast.walk(tree(file)) if isinstance(node, ast.Attribute)}
        names |= {node.name for node in ast.walk(tree(file)) if isinstance(node, ast.alias)}
        assert "session_state" not in names


@pytest.mark.parametrize("file", SCREEN, ids=named)
def test_app_modules_are_imported_from_app(file: Path) -> None:
    """`streamlit run` puts app/ on the path: `import session` would be a second copy."""
    assert not [name for name in imported(file) if name.split(".")[0] in APP_MODULES]


@pytest.mark.parametrize("name", sorted(APP_MODULES))
def test_no_module_of_app_shadows_another(name: str) -> None:
    """The same path entry comes first: app/copy.py would replace the standard `copy` everywhere."""
    installed = set(importlib.metadata.packages_distributions()) - {"app"}
    assert name not in sys.stdlib_module_names
    assert name not in installed


@pytest.mark.parametrize("file", PAGES, ids=named)
def test_a_page_script_is_short_and_has_no_arithmetic(file: Path) -> None:
    arithmetic = (ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Pow, ast.MatMult)
    assert len(file.read_text(encoding="utf-8").splitlines()) < 80
    lines = [
        node.lineno
        for node in ast.walk(tree(file))
        if isinstance(node, ast.BinOp) and isinstance(node.op, arithmetic)
    ]
    assert not lines, f"arithmetic on lines {lines}"


def test_the_core_package_itself_has_no_code() -> None:
    body = tree(ROOT / "nbn_core" / "__init__.py").body
    allowed = (ast.Import, ast.ImportFrom, ast.Assign, ast.Expr)
    assert all(isinstance(node, allowed) for node in body)
    assert ast.get_docstring(ast.Module(body, []))
