"""Simulate a busy computer: `python -m pytest -p tests.browser.slow_machine tests/browser`.

The server and every page in Chromium are suspended repeatedly for up to half a second, as if other
programs used the processors. Tests that depend on timing then fail sooner or later.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.helpers import Server

MOST = 0.5  # seconds in one state


@pytest.fixture(scope="session", autouse=True)
def disturbed(server: Server) -> Iterator[None]:
    """Suspend the processes at random until the last test has ended."""
    over = threading.Event()
    thread = threading.Thread(target=_disturb, args=(server.pid, over))
    thread.start()
    yield
    over.set()
    thread.join()


def _disturb(server: int, over: threading.Event) -> None:
    chance = random.Random(0)
    while not over.wait(chance.uniform(0, MOST)):
        chosen = [pid for pid in (server, *_pages()) if chance.random() < 0.7]
        for sent in (signal.SIGSTOP, signal.SIGCONT):
            for pid in chosen:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, sent)
            if sent is signal.SIGSTOP:
                over.wait(chance.uniform(0, MOST))


def _pages() -> list[int]:
    """Return the renderer processes of Chromium started by this process, directly or not."""
    parents, pages = {}, []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            command = (folder / "cmdline").read_bytes()
            parents[int(folder.name)] = int(
                (folder / "stat").read_text().rsplit(")")[-1].split()[1]
            )
            if b"--type=renderer" in command:
                pages.append(int(folder.name))
    return [pid for pid in pages if os.getpid() in _ancestors(pid, parents)]


def _ancestors(pid: int, parents: dict[int, int]) -> list[int]:
    found = []
    while pid in parents and parents[pid] > 1:
        pid = parents[pid]
        found.append(pid)
    return found
