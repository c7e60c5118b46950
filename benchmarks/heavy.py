"""One session that does what costs a server most, for `python -m benchmarks.sessions --beside`.

training    trains 100,000 patterns on 1,956 weights
hessian     opens every section of the Hessian page for them, and computes what is offered
clicks      changes between two sections of the Hessian page, four times a second
paste       pastes 5 MB into the text fields of Share
upload      reads a table of the largest size on the Data page, again and again
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final

import numpy as np
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, OwnData, Stopping
from nbn_core.network import Topology

BESIDE: Final = ("training", "hessian", "clicks", "paste", "upload")
SECTIONS: Final = ("Coupling", "Spectrum", "Quasi versus exact", "Landscape", "Structure")
PATIENCE: Final = 600.0  # seconds


def large_experiment() -> str:
    """Return an experiment at the limits of the app, as JSON."""
    inputs = np.round(np.random.default_rng(0).normal(size=(100_000, 2)), 2)
    targets = np.round(np.sin(inputs[:, :1]) * inputs[:, 1:], 2)
    data = OwnData(Dataset(inputs, targets, "large"), 1.0)
    return Experiment(Topology.mlp([2, 35, 50, 1]), data, stopping=Stopping(0.0, 100)).to_json()


class Visitor:
    """A browser tab without a browser: its pages, and the widgets of the page shown.

    Parameters
    ----------
    line : ClientConnection
        Connection with the server.
    """

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._pages: dict[str, str] = {}
        self._widgets: dict[tuple[str, str], Any] = {}
        self._values: dict[str, tuple[str, Any]] = {}
        self._page = ""
        self._finished = asyncio.Event()

    async def listen(self) -> None:
        """Receive the messages of the server until the connection is closed."""
        async for data in self._line:
            message = ForwardMsg.FromString(data)
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                self._finished.set()
            elif kind == "navigation":
                for page in message.navigation.app_pages:
                    self._pages[page.page_name] = page.page_script_hash
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._note(message.delta.new_element)

    def _note(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        part = getattr(element, kind)
        if getattr(part, "id", ""):
            self._widgets[kind, getattr(part, "label", "")] = part

    async def run(self, wait: bool = True) -> float:
        """Ask for the page; return the seconds until it is complete."""
        message = BackMsg()
        message.rerun_script.page_script_hash = self._page
        for name, (field, value) in self._values.items():
            state = message.rerun_script.widget_states.widgets.add()
            state.id = name
            if field == "string_array_value":
                state.string_array_value.data.extend(value)
            else:
                setattr(state, field, value)
        self._values = {
            name: value for name, value in self._values.items() if value[0] != "trigger_value"
        }
        self._finished.clear()
        began = time.perf_counter()
        await self._line.send(message.SerializeToString())
        if wait:
            async with asyncio.timeout(PATIENCE):
                await self._finished.wait()
        return time.perf_counter() - began

    async def go(self, page: str) -> float:
        """Open a page."""
        self._page, self._values, self._widgets = self._pages[page], {}, {}
        return await self.run()

    async def write(self, label: str, text: str) -> float:
        """Fill in a text area."""
        self._values[self._widgets["text_area", label].id] = ("string_value", text)
        return await self.run()

    async def press(self, label: str) -> float:
        """Press a button."""
        self._values[self._widgets["button", label].id] = ("trigger_value", True)
        return await self.run()

    async def choose(self, label: str, option: str, wait: bool = True) -> float:
        """Choose one of several buttons; the page may still be on its way to them."""
        while ("button_group", label) not in self._widgets:
            await asyncio.sleep(0.5)
            await self.run()
        part = self._widgets["button_group", label]
        self._values[part.id] = ("string_array_value", [option])
        return await self.run(wait)

    def offers(self, label: str) -> bool:
        """Return whether the page has a button."""
        return ("button", label) in self._widgets

    def forget(self, label: str) -> None:
        """Forget a button, which the next page may not have."""
        self._widgets.pop(("button", label), None)


async def beside(address: str, what: str, done: list[str]) -> None:
    """Do the same again and again; note in `done` what was done, and how long it took."""
    line = await connect(address, max_size=None)
    visitor = Visitor(line)
    listening = asyncio.create_task(visitor.listen())
    try:
        await visitor.run()
        await _DOES[what](visitor, done)
    finally:
        listening.cancel()
        await line.close()


async def _import(visitor: Visitor, done: list[str]) -> None:
    text = large_experiment()
    await visitor.go("Share")
    took = await visitor.write("Or paste a link or the text of a file", text)
    took += await visitor.press("Import")
    done.append(f"imported {len(text) / 1e6:.1f} MB in {took:.1f} s")


async def _training(visitor: Visitor, done: list[str]) -> None:
    await _import(visitor, done)
    await visitor.go("Hessian")
    done.append(f"Train answered in {await visitor.press('Train'):.2f} s")
    while True:
        await asyncio.sleep(1.0)


async def _hessian(visitor: Visitor, done: list[str]) -> None:
    await _import(visitor, done)
    done.append(f"Hessian opened in {await visitor.go('Hessian'):.2f} s")
    for section in SECTIONS:
        began = time.perf_counter()
        await visitor.choose("Section", section)
        for _ in range(400):
            if visitor.offers("Compute"):
                await visitor.press("Compute")
            visitor.forget("Stop")
            await visitor.run()
            if not visitor.offers("Stop"):
                break
            await asyncio.sleep(0.5)
        done.append(f"{section} complete after {time.perf_counter() - began:.1f} s")
    while True:
        await asyncio.sleep(1.0)


async def _clicks(visitor: Visitor, done: list[str]) -> None:
    await _import(visitor, done)
    await visitor.go("Hessian")
    while True:
        for section in ("Quasi versus exact", "Landscape"):
            await visitor.choose("Section", section, wait=False)
            await asyncio.sleep(0.25)


async def _paste(visitor: Visitor, done: list[str]) -> None:
    await visitor.go("Share")
    texts = ("?e=" + "A" * 40 + "#") * 110_000, "1 2 3\n" * 800_000, "[" * 4_900_000
    while True:
        for text in texts:
            took = await visitor.write("Or paste a link or the text of a file", text)
            done.append(f"pasted {len(text) / 1e6:.1f} MB, answered in {took:.1f} s")


async def _upload(visitor: Visitor, done: list[str]) -> None:
    await visitor.go("Data")
    await visitor.choose("Source of the data", "Your files")
    rows = "\n".join(f"{i % 977};{i % 13},5;{i % 7};{i % 101}" for i in range(99_000))
    while True:
        for extra in range(10):
            text = f"a;b;c;d\n{rows}\n{extra};1,5;2;3"
            await visitor.write("Rows and columns; the separator is detected", text)
            took = await visitor.press("Read text")
            done.append(f"read a table of {len(text) / 1e6:.1f} MB in {took:.1f} s")


_DOES: Final = {
    "training": _training,
    "hessian": _hessian,
    "clicks": _clicks,
    "paste": _paste,
    "upload": _upload,
}
