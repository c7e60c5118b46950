"""A worker process that is started from the app does not run the app."""

from __future__ import annotations

import multiprocessing
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from streamlit.testing.v1 import AppTest

LONG = 300  # seconds; the first run compiles


def test_a_worker_process_does_not_run_the_app(root: Path) -> None:
    app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG).run()
    assert not app.exception
    assert Path(str(sys.modules["__main__"].__file__)).name == "main.py", "as in a running app"
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert pool.submit(pow, 2, 5).result(60) == 32
