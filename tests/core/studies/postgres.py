"""A PostgreSQL server for the tests, in a folder of its own, on loopback."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROGRAMS = Path("/usr/lib/postgresql")  # where Debian puts them, by version
START_SECONDS = 60


def program(name: str) -> str:
    """Return the path of a program of PostgreSQL, the newest version that is installed."""
    versions = sorted(PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = str(versions[-1]) if versions else shutil.which(name)
    assert found, f"PostgreSQL's {name} is missing: install the package postgresql"
    return found


@contextmanager
def server() -> Iterator[str]:
    """Start a server; yield the address of its database, and stop it."""
    root = os.geteuid() == 0  # as whom PostgreSQL refuses to run
    who = {"user": "postgres", "group": "postgres"} if root else {}
    folder = Path(tempfile.mkdtemp(prefix="nbn-postgres-"))
    try:
        if root:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        subprocess.run(
            [program("initdb"), "-D", data, "-U", "nbn", "-A", "trust", "-N", "-E", "UTF8"],
            check=True, capture_output=True, cwd=folder, **who,
        )  # fmt: skip
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        running = subprocess.Popen(
            [program("postgres"), "-D", data, "-p", str(port), "-k", folder, "-F",
             "-c", "listen_addresses=127.0.0.1"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder, **who,
        )  # fmt: skip
        try:
            _wait_for(port, running)
            yield f"postgresql://nbn@127.0.0.1:{port}/postgres"
        finally:
            running.send_signal(signal.SIGINT)  # without waiting for its clients
            running.wait(START_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    import psycopg

    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert running.poll() is None, "PostgreSQL ended by itself"
        with suppress(psycopg.OperationalError):
            psycopg.connect(f"host=127.0.0.1 port={port} user=nbn dbname=postgres").close()
            return
        time.sleep(0.05)
    raise AssertionError("PostgreSQL did not start")
