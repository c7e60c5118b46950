"""Response time of a server whose sessions all keep training: `python -m benchmarks.sessions`.

`python -m benchmarks.browser sessions` measures with ten browsers, which use the processors that
the server needs. Here the sessions have no browser: each sends the messages of the Draw page and
requests frames at its rate; when its training has ended, it presses New weights and Train.

`--beside NAME` adds one session that does what costs the server most: see `benchmarks.heavy`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from app.draw.component import KEY
from benchmarks.heavy import BESIDE, beside
from nbn_core.types import Json
from tests.browser.helpers import running_app

POLL, PATIENCE = 0.09, 1.5  # as in app/draw/frontend/workbench.js


class Session:
    """A Draw page without a browser."""

    def __init__(self, line: ClientConnection, number: int) -> None:
        self._line = line
        self._client = f"session{number}"
        self._component = ""
        self._seq = 0
        self._waiting: list[Json] = []
        self._have: Json = {"catalogue": False, "data": None, "rev": None, "run": None, "rows": 0}
        self._answered = asyncio.Condition()
        self.ack = 0
        self.running = False

    async def open(self) -> None:
        """Load the page."""
        begin = BackMsg()
        begin.rerun_script.query_string = ""
        await self._line.send(begin.SerializeToString())
        async with self._answered:
            await self._answered.wait_for(lambda: self._component)
        await self.ask("hello")

    async def ask(self, kind: str, **body: Any) -> float:
        """Send a message; return the seconds until it is answered."""
        self._seq += 1
        seq, began = self._seq, time.perf_counter()
        self._waiting.append({"seq": seq, "kind": kind, **body})
        await self._say()
        async with self._answered:
            await self._answered.wait_for(lambda: self.ack >= seq)
        return time.perf_counter() - began

    async def _say(self) -> None:
        said = {"client": self._client, "messages": self._waiting, "have": self._have}
        message = BackMsg()
        state = message.rerun_script.widget_states.widgets.add()
        state.id = self._component
        state.json_value = json.dumps({"outbox": {**said, "sent": self._seq}})
        await self._line.send(message.SerializeToString())

    async def listen(self) -> None:
        """Receive the messages of the server until the connection is closed."""
        async for data in self._line:
            message = ForwardMsg.FromString(data)
            part = message.delta.new_element.bidi_component
            if KEY not in part.id:
                continue
            self._component = part.id
            answer = json.loads(part.json or part.mixed.json)
            async with self._answered:
                self._take(answer)
                self._answered.notify_all()

    def _take(self, answer: Json) -> None:
        run, ack = answer["run"], answer["ack"]
        self._have["catalogue"] = True
        self._have["data"], self._have["rev"] = answer["data_key"], answer["rev"]
        self._have["run"] = run["id"] if run else None
        self._have["rows"] = run["first"] + len(run["sse"]) if run else 0
        self.running = bool(run) and run["state"] == "running"
        if ack and ack["client"] == self._client:
            self.ack = ack["seq"]
            self._waiting = [said for said in self._waiting if said["seq"] > self.ack]

    async def watch(self) -> None:
        """Request frames while a training runs, in an endless loop."""
        while True:
            took = await self.ask("poll") if self.running else 0.0
            await asyncio.sleep(max(POLL, PATIENCE * took))

    async def keep_training(self, waits: list[float]) -> None:
        """Train again whenever a training has ended; note the seconds of each answer."""
        while True:
            if not self.running:
                waits.append(await self.ask("new_weights"))
                waits.append(await self.ask("train"))
            await asyncio.sleep(0.3)


async def measure(
    url: str, count: int, seconds: float, heavy: str
) -> tuple[list[float], float, list[str]]:
    """Keep sessions training for a while.

    Parameters
    ----------
    url : str
        Address of the server.
    count : int
        Number of sessions.
    seconds : float
        Time to measure, after all sessions have begun.
    heavy : str
        What one more session does, a key of `BESIDE`; nothing if empty.

    Returns
    -------
    list of float
        Seconds from a click on New weights or Train to its answer.
    float
        Mean number of sessions that trained.
    list of str
        One line for each thing that the other session did.
    """
    address = url.replace("http", "ws") + "/_stcore/stream"
    async with asyncio.TaskGroup() as group:
        sessions, endless = [], []
        waits: list[float] = []
        for number in range(count):
            session = Session(await connect(address, max_size=None), number)
            endless.append(group.create_task(session.listen()))
            await session.open()
            await session.ask("problem", name="two_spirals")
            await session.ask("setting", group="rule", name="target_sse", value=0)
            endless.append(group.create_task(session.watch()))
            sessions.append(session)
        endless += [group.create_task(session.keep_training(waits)) for session in sessions]
        done: list[str] = []
        if heavy:
            endless.append(group.create_task(beside(address, heavy, done)))
        await asyncio.sleep(3.0)
        waits.clear()
        busy = []
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            await asyncio.sleep(0.25)
            busy.append(sum(session.running for session in sessions))
        for task in endless:
            task.cancel()
        return waits, statistics.mean(busy), done


def main() -> None:
    """Measure and print the response times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=30, help="sessions (default: 30)")
    parser.add_argument("--seconds", type=float, default=30.0, help="default: 30")
    parser.add_argument("--beside", choices=BESIDE, default="", help="what one more session does")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder) / "log.txt") as server:
        waits, busy, done = asyncio.run(
            measure(server.url, given.count, given.seconds, given.beside)
        )
        memory = _memory(server.pid)
    waits.sort()
    print(
        f"{given.count} sessions kept training, {busy:.1f} of them at any time: "
        f"{len(waits)} answers to New weights and Train, median {statistics.median(waits):.2f} s, "
        f"p95 {waits[int(0.95 * len(waits))]:.2f} s, worst {waits[-1]:.2f} s; {memory}"
    )
    for line in done:
        print("beside:", line)


def _memory(pid: int) -> str:
    """Return the memory and the number of threads of a process, in words."""
    status = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines()
    )
    return f"{int(status['VmRSS'].split()[0]) / 1024:.0f} MB, {status['Threads'].strip()} threads"


if __name__ == "__main__":
    main()
