"""What is served of a component."""

from __future__ import annotations

from pathlib import Path

from app.draw import component
from app.shared.component import APP, CONTROLS


def test_the_styles_of_controls_come_before_the_component_s_own() -> None:
    root = component._WORKBENCH._copied()
    own = APP / "draw/frontend/workbench.css"
    served = (root / "draw/frontend/workbench.css").read_text()
    assert served == f"{CONTROLS.read_text()}\n{own.read_text()}"


def test_every_other_file_is_served_as_it_is() -> None:
    root = component._WORKBENCH._copied()
    served = {path.relative_to(root) for path in root.rglob("*") if path.is_file()}
    assert Path("shared/frontend/dom.js") in served
    for path in served - {Path("draw/frontend/workbench.css")}:
        assert (root / path).read_bytes() == (APP / path).read_bytes()
