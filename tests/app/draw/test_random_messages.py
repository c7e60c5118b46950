"""Random and invalid messages, drawings and states do not break a session."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.draw.dispatch import ACTIONS
from app.session import training
from app.session.limits import MAX_WEIGHTS
from tests.app.draw.helpers import XOR, reopens, reply_is_sound
from tests.app.fake_browser import FakeBrowser, is_a_sentence, neuron

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.sampled_from([10**400, -(10**400), 1e308, -0.0, 2**53, MAX_WEIGHTS, 10**6])
    | st.text(st.characters(), max_size=30)
    | st.sampled_from(["x1", "x2", "h1", "y", "mlp", "fcc", "n", "noise", "xor", "\ud800", ""]),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = (
    "k", "value", "name", "id", "group", "family", "sizes", "source", "target", "bias", "graph",
)  # fmt: skip
NODE = st.fixed_dictionaries(
    {},
    optional={
        "id": st.sampled_from(["x1", "x2", "h1", "h2", "y", "z"]) | JSON,
        "role": st.sampled_from(["input", "hidden", "output"]) | JSON,
        "activation": st.sampled_from(["bipolar", "linear", "step"]) | JSON,
        "gain": JSON,
        "leak": JSON,
        "x": JSON,
        "y": JSON,
    },
)
ENDS = st.sampled_from(["x1", "x2", "h1", "h2", "y", "z"])
GRAPH = st.fixed_dictionaries(
    {
        "nodes": st.lists(NODE | JSON, max_size=5) | JSON,
        "links": st.lists(st.tuples(ENDS, ENDS).map(list) | JSON, max_size=5) | JSON,
    }
)
MESSAGE = st.builds(
    lambda kind, fields, seq: {**fields, "kind": kind, **seq},
    st.sampled_from([*ACTIONS, "teach", ""]) | JSON,
    st.dictionaries(st.sampled_from(FIELDS), GRAPH | JSON, max_size=5),
    st.just({}) | st.fixed_dictionaries({"seq": JSON}),
)


@settings(max_examples=60)
@given(messages=st.lists(MESSAGE, max_size=6))
def test_forged_messages_never_break_a_session(messages: list[dict[str, Any]]) -> None:
    browser = FakeBrowser(XOR)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "PROMPT_WAIT", 0.0)
        for number, message in enumerate(messages, start=1):
            answer = browser.send({"seq": number, **message})
            reply_is_sound(browser, answer)


@settings(max_examples=60)
@given(data=st.data())
def test_a_drawing_with_one_fault_is_accepted_or_refused_as_a_whole(data: st.DataObject) -> None:
    browser = FakeBrowser(XOR)
    graph = browser.graph
    part: Any = graph
    while True:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(part[key], (dict, list)) or data.draw(st.booleans()):
            break
        part = part[key]
    if data.draw(st.booleans()):
        part[key] = data.draw(JSON)
    else:
        del part[key]
    before = browser.document
    answer = browser.post("graph", graph=graph)
    reply_is_sound(browser, answer)
    assert (browser.document is before) == (answer["notice"] is not None)
    assert answer["graph"] == browser.graph
    reopens(browser)


@settings(max_examples=40)
@given(value=JSON | st.fixed_dictionaries({"client": JSON, "messages": JSON, "have": JSON}))
def test_a_forged_state_never_breaks_a_session(value: object) -> None:
    browser = FakeBrowser(XOR)
    reply_is_sound(browser, browser.receive(value))
    assert browser.experiment == XOR


@settings(max_examples=40)
@given(have=st.dictionaries(st.sampled_from(["catalogue", "data", "rev", "run", "rows"]), JSON))
def test_the_browser_gets_what_it_lacks_for_any_claimed_state(have: dict[str, Any]) -> None:
    browser = FakeBrowser(XOR)
    answer = browser.send({"seq": 1, "kind": "hello"}, have=have)
    assert ("catalogue" in answer) == (have.get("catalogue") is not True)
    rev = have.get("rev")
    assert ("network" in answer) == (isinstance(rev, bool) or rev != 1 or not isinstance(rev, int))
    assert "data" in answer


def test_a_million_nodes_and_deeply_nested_messages_are_refused(
    browser: FakeBrowser,
) -> None:
    nest: Any = []
    for _ in range(100_000):
        nest = [nest]
    million = [neuron("h")] * 1_000_000
    before = browser.document
    for graph in (
        {"nodes": million, "links": []},
        {"nodes": [], "links": [["x1", "y"]] * 1_000_000},
        {"nodes": nest, "links": nest},
        nest,
        "x" * 10_000_000,
    ):
        assert is_a_sentence(browser.says("graph", graph=graph))
    for fields in ({"name": "x" * 10_000_000}, {"name": nest}):
        assert is_a_sentence(browser.says("problem", **fields))
        assert is_a_sentence(browser.says("rename", id="h1", **fields))
        assert is_a_sentence(browser.says("setting", group="option", value=1, **fields))
    assert is_a_sentence(browser.says("x" * 39))
    assert browser.document is before
