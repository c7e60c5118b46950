"""No page waits for a kernel: the thread that shows a page compiles none of them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.app.fake_browser import LONG


def test_no_page_computes_with_kernels_that_are_still_being_compiled(root: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.ui.cold_pages"],
        cwd=root, capture_output=True, text=True, timeout=LONG,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout.splitlines()[-1])
    pages = {file.stem for file in (root / "pages").glob("*.py")} - {"__init__"}
    for state in ("nothing", "NBN", "rules", "all"):
        assert {f"{page}, {state} compiled" for page in pages} <= set(found["visited"])
    assert found["compiled"] == {}
