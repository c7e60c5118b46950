"""What a reader sees of a page: texts with digits, figures, tables, fields, and payloads."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from google.protobuf.json_format import MessageToDict
from streamlit.testing.v1 import AppTest

from tests.app.fake_browser import LONG
from tests.app.shown_numbers.situations import Situation
from tests.conftest import ROOT

# Of a name such as h1 or C99 the digits are no number.
_NUMBER = re.compile(
    r"(?<![\w.,₁])(?:(?<![-−+])[+−-])?(?:\d{1,3}(?:,\d{3})+|\d+|∞)(?:\.\d+)?(?:e[−-]?\d+)?(?!\w)"
)
_UNITS = {
    "%": 0.01, "ms": 1e-3, "µs": 1e-6, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "PB": 1e15,
    "EB": 1e18, "ZB": 1e21,
}  # fmt: skip
_SHOWN = ("body", "label", "help", "text", "alt", "entry", "placeholder", "delta")
_FIELDS = ("slider", "number_input")


@dataclass
class Page:
    """One section of a page, as Streamlit sends it to the browser."""

    texts: list[str] = field(default_factory=list)
    charts: dict[str, Any] = field(default_factory=dict)
    tables: list[pd.DataFrame] = field(default_factory=list)
    fields: dict[str, dict[str, float]] = field(default_factory=dict)
    payloads: dict[str, Any] = field(default_factory=dict)


class Screen:
    """The app in one session, which shows a situation."""

    def __init__(self, mounted: list[tuple[str, Any]], situation: Situation) -> None:
        self._mounted = mounted
        self.app = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=LONG)
        self.app.session_state["nbn.session"] = situation.session
        self.app.run()

    def visit(self, page: str, section: str | None = None) -> Page:
        """Open a page, or a section of the page that is open."""
        self._mounted.clear()
        if section is None:
            self.app.switch_page(f"../pages/{page}.py").run()
        else:
            self.app.segmented_control(key=f"nbn-{page}-section").set_value(section).run()
        return self.seen()

    def seen(self) -> Page:
        """Return what is on the page now."""
        assert not self.app.exception
        page = Page(payloads=dict(self._mounted))
        for kind, element in _elements(self.app._tree):
            proto = MessageToDict(element.proto)
            if kind == "plotly_chart":
                chart = decoded(json.loads(proto["spec"]))
                page.charts[proto["id"].rsplit("plot-", 1)[-1]] = chart
            elif kind in ("arrow_data_frame", "dataframe"):
                page.tables.append(element.value)
            elif kind in _FIELDS:
                value = element.value
                if isinstance(value, tuple):  # a range: its upper end
                    value = value[-1]
                page.fields[element.label] = {
                    "value": float(value), "min": float(element.min or 0.0),
                    "max": float(element.max or 0.0),
                }  # fmt: skip
            page.texts += [text for text in _texts(proto) if _NUMBER.search(plain(text))]
        return page


def _elements(block: Any) -> Iterator[tuple[str, Any]]:
    for child in block.children.values():
        if getattr(child, "proto", None) is not None:
            yield child.type, child
        if hasattr(child, "children"):
            yield from _elements(child)


def _texts(proto: Any, name: str = "") -> Iterator[str]:
    if isinstance(proto, Mapping):
        for key, value in proto.items():
            yield from _texts(value, key)
    elif isinstance(proto, list):
        for value in proto:
            yield from _texts(value, name)
    elif isinstance(proto, str) and name in _SHOWN:
        yield proto


def decoded(value: Any) -> Any:
    """Return a figure with its arrays, which Plotly encodes in base64, as NumPy arrays."""
    if isinstance(value, dict):
        if {"bdata", "dtype"} <= value.keys():
            numbers = np.frombuffer(base64.b64decode(value["bdata"]), dtype=value["dtype"])
            shape = value.get("shape")
            return numbers.reshape([int(n) for n in shape.split(",")]) if shape else numbers
        return {key: decoded(item) for key, item in value.items()}
    return [decoded(item) for item in value] if isinstance(value, list) else value


def plain(text: str) -> str:
    """Return a text without markup, formulas and styles."""
    without = re.sub(
        r"<style.*?</style>|style=\"[^\"]*\"|\$\$.*?\$\$|\$[^$\n]*\$", "", text, flags=re.DOTALL
    )
    return re.sub(
        r"\*\*|\\(?=[^\w\s])|[\u00a0]", lambda m: " " if m[0] == "\u00a0" else "", without
    )


def numbers(text: str) -> list[str]:
    """Return the numbers in a text, as they are written."""
    return _NUMBER.findall(plain(text))


def number(text: str) -> float:
    """Return the value of a number as it is written."""
    return float(text.replace(",", "").replace("−", "-").replace("∞", "inf"))


def compare(
    texts: Sequence[str], said: Mapping[str, Sequence[object]], fixed: Sequence[str]
) -> None:
    """Compare every number in texts.

    Parameters
    ----------
    texts : sequence of str
        All texts with digits on a page.
    said : mapping
        The numbers of the text that contains a phrase: as text, or as a float where rounding errors
        decide the last digits.
    fixed : sequence of str
        Phrases of texts whose numbers do not depend on the experiment.
    """
    found = set()
    for text in texts:
        if any(phrase in text for phrase in fixed):
            continue
        phrases = [phrase for phrase in said if phrase in plain(text)]
        assert phrases, f"No test knows the numbers of “{text}”."
        phrase = max(phrases, key=len)
        found.add(phrase)
        written, wanted = numbers(text), list(said[phrase])
        same = len(written) == len(wanted) and all(
            one == other if isinstance(other, str)
            else _near(one, float(other))  # type: ignore[arg-type]
            for one, other in zip(written, wanted, strict=True)
        )  # fmt: skip
        assert same, f"“{text}” has {written}, expected {wanted}"
    assert found == set(said), f"missing on the page: {set(said) - found}"


def _near(text: str, value: float) -> bool:
    """Whether a number of three digits, or of two and an exponent, is near a value."""
    return abs(number(text) - value) <= (0.051 if "e" in text else 0.006) * abs(value)


def check_axes(chart: Mapping[str, Any]) -> None:
    """Compare the labels of each axis with the values at which they stand."""
    for name, axis in chart["layout"].items():
        if not name.startswith(("xaxis", "yaxis")) or "ticktext" not in axis:
            continue
        for value, text in zip(axis["tickvals"], axis["ticktext"], strict=True):
            written = numbers(text)
            if not written or isinstance(value, str):
                continue
            unit = _UNITS.get(text.split()[-1], 1.0)
            assert np.isclose(number(written[0]) * unit, float(value), rtol=1e-6), (
                name,
                value,
                text,
            )


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every number and every text with digits of a payload, with its path."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item, path)
    elif re.search(r"\d", str(value)):
        yield path, value
