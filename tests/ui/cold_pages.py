"""Open every page of the app while kernels are missing, and print what a page then compiled.

Run as a program of its own: in the process of the tests, other tests have loaded all kernels.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba.core.dispatcher import Dispatcher
from streamlit.testing.v1 import AppTest

from app.draw.reshape.section import OPEN
from app.session import server
from app.session.state import Session
from app.session.training import train
from nbn_core.warmup import warm_up, warm_up_everything, warm_up_rules
from tests.app.fake_browser import LONG

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(file.stem for file in (ROOT / "pages").glob("[a-z]*.py"))
compiled: dict[str, list[str]] = {}


def watch(visited: list[str]) -> None:
    """Record the kernels that the thread of a page loads or compiles."""
    compile_one: Callable[..., Any] = Dispatcher.compile

    def compile_and_tell(self: Dispatcher, signature: object) -> object:
        if "ScriptRunner" in threading.current_thread().name:
            compiled.setdefault(visited[-1], []).append(self.py_func.__name__)
        return compile_one(self, signature)

    Dispatcher.compile = compile_and_tell


def visit_all(app: AppTest, visited: list[str], state: str) -> None:
    """Open every page with all its sections, on Draw also the one that grows and prunes."""
    for page in PAGES:
        visited.append(f"{page}, {state}")
        app.switch_page(f"../pages/{page}.py")
        run(app)
        if page == "draw":
            app.session_state[OPEN] = True
            run(app)
        for control in [one for one in app.segmented_control if one.label == "Section"]:
            for section in control.options:
                visited.append(f"{page}, {section}, {state}")
                app.segmented_control(control.key).set_value(section)
                run(app)


def run(app: AppTest) -> None:
    """Run the page; show what went wrong."""
    app.run()
    assert not app.exception, app.exception


def main() -> None:
    """Visit all pages before anything is compiled, and after each of the warm-ups."""
    trains, races, everything = (threading.Event() for _ in range(3))
    server._warming = lambda: server.Warming(trains, everything)
    server.warming_rules = lambda: races
    visited = ["first"]
    watch(visited)
    app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=LONG).run()
    visit_all(app, visited, "nothing compiled")
    warm_up()
    trains.set()
    session: Session = app.session_state["nbn.session"]
    train(session, server.workers())
    assert session.run is not None
    session.run.wait(LONG)
    visit_all(app, visited, "NBN compiled")
    warm_up_rules()
    races.set()
    visit_all(app, visited, "rules compiled")
    warm_up_everything()
    everything.set()
    visit_all(app, visited, "all compiled")
    print(json.dumps({"visited": visited, "compiled": compiled}))


if __name__ == "__main__":
    main()
