"""Response time of a server with many sessions training: `python -m benchmarks.sessions`.

`python -m benchmarks.browser sessions` measures with ten browsers, which use the processors that
the server needs. Here the sessions have no browser: each sends the messages of the Draw page,
requests frames at its rate, and presses New weights in turn.
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
from nbn_core.types import Json
from tests.browser.helpers import running_app

POLL, PATIENCE = 0.09, 1.5  # as in app/draw/frontend/workbench.js
ROUNDS = 3


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


async def measure(url: str, count: int) -> tuple[list[float], float]:
    """Return the response times of sessions that all train, and how many trained on average."""
    address = url.replace("http", "ws") + "/_stcore/stream"
    async with asyncio.TaskGroup() as group:
        sessions, endless = [], []
        for number in range(count):
            line = await connect(address, max_size=None)
            session = Session(line, number)
            endless.append(group.create_task(session.listen()))
            await session.open()
            await session.ask("problem", name="two_spirals")
            await session.ask("setting", group="rule", name="target_sse", value=0)
            await session.ask("train")
            endless.append(group.create_task(session.watch()))
            sessions.append(session)
        waits, busy = [], []
        for session in sessions * ROUNDS:
            busy.append(sum(other.running for other in sessions))
            waits.append(await session.ask("new_weights"))
            await session.ask("train")
        for task in endless:
            task.cancel()
        return waits, statistics.mean(busy)


def main() -> None:
    """Measure and print the response times."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10, help="sessions (default: 10)")
    count = parser.parse_args().count
    with tempfile.TemporaryDirectory() as folder, running_app(Path(folder) / "log.txt") as server:
        waits, busy = asyncio.run(measure(server.url, count))
    print(
        f"{count} sessions without screens, {busy:.1f} of them training: median answer "
        f"{statistics.median(waits):.2f} s, worst {max(waits):.2f} s, "
        f"{sum(wait > 1 for wait in waits)} of {len(waits)} over 1 s"
    )


if __name__ == "__main__":
    main()
