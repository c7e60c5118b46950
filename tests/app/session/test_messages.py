"""Messages of a browser are validated: invalid ones are ignored or refused in one sentence."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.session.messages import MAX_MESSAGES, Have, Message, Outbox, read_outbox
from nbn_core.errors import NBNError
from tests.app.fake_browser import is_a_sentence

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


def message(**fields: Any) -> Message:
    return Message(1, "any", fields)


def test_an_outbox_is_read_in_the_order_of_its_numbers() -> None:
    value = {
        "client": "a",
        "messages": [{"seq": 9, "kind": "stop"}, {"seq": 2, "kind": "step", "k": 3}],
        "have": {"catalogue": True, "data": "d", "rev": 4, "run": "r", "rows": 5},
    }
    outbox = read_outbox(value)
    assert outbox is not None
    assert [(m.seq, m.kind) for m in outbox.messages] == [(2, "step"), (9, "stop")]
    assert outbox.messages[0].fields["k"] == 3
    assert outbox.have == Have(True, "d", 4, "r", 5)


@pytest.mark.parametrize(
    "value",
    [
        None, 1, True, "outbox", [], {}, {"client": "a"}, {"client": "a", "messages": {}},
        {"client": "", "messages": []}, {"client": "x" * 33, "messages": []},
        {"client": 5, "messages": []}, {"client": ["a"], "messages": []},
    ],
)  # fmt: skip
def test_an_invalid_outbox_is_none(value: object) -> None:
    assert read_outbox(value) is None


@pytest.mark.parametrize(
    "bad",
    [
        None, 1, "train", [], {}, {"seq": 1}, {"kind": "train"}, {"seq": -1, "kind": "train"},
        {"seq": 0, "kind": "train"}, {"seq": True, "kind": "train"},
        {"seq": 1.0, "kind": "train"}, {"seq": "1", "kind": "train"},
        {"seq": 2**53, "kind": "train"}, {"seq": 10**400, "kind": "train"},
        {"seq": math.nan, "kind": "train"}, {"seq": 1, "kind": None}, {"seq": 1, "kind": ["train"]},
        {"seq": 1, "kind": "x" * 41},
    ],
)  # fmt: skip
def test_invalid_messages_are_ignored(bad: object) -> None:
    outbox = read_outbox({"client": "a", "messages": [bad, {"seq": 7, "kind": "poll"}]})
    assert outbox is not None
    assert [m.seq for m in outbox.messages] == [7]


def test_the_number_of_messages_is_limited() -> None:
    many = [{"seq": n, "kind": "poll"} for n in range(1, 10 * MAX_MESSAGES)]
    outbox = read_outbox({"client": "a", "messages": many})
    assert outbox is not None
    assert [m.seq for m in outbox.messages] == list(range(1, MAX_MESSAGES + 1))


@pytest.mark.parametrize(
    ("sent", "known"),
    [
        (None, Have()),
        ([], Have()),
        ({}, Have()),
        ({"catalogue": 1, "data": 2, "rev": "3", "run": 4, "rows": "5"}, Have()),
        ({"catalogue": "yes", "rev": True, "rows": True}, Have()),
        ({"rev": 1.0, "rows": -1}, Have()),
        ({"rows": math.inf, "rev": math.nan}, Have()),
        ({"rows": 10**30}, Have(rows=10**30)),
    ],
)
def test_invalid_values_of_have_are_ignored(sent: object, known: Have) -> None:
    outbox = read_outbox({"client": "a", "messages": [], "have": sent})
    assert outbox == Outbox("a", (), known)


@given(value=JSON)
def test_reading_never_raises(value: object) -> None:
    read_outbox(value)
    outbox = read_outbox({"client": "a", "messages": [value], "have": value})
    assert outbox is not None
    outbox = read_outbox({"client": value, "messages": value, "have": value})
    assert outbox is None


def refusal(read: Callable[[Message], object], from_message: Message) -> str | None:
    try:
        read(from_message)
    except NBNError as error:
        return str(error)
    return None


@given(value=JSON)
def test_an_invalid_field_is_refused_in_a_sentence(value: Any) -> None:
    for read in (
        lambda m: m.text("f"),
        lambda m: m.whole("f", 0, 10),
        lambda m: m.number("f", -1e6, 1e6),
        lambda m: m.finite("f"),
    ):
        for fields in ({"f": value}, {}):
            assert is_a_sentence(refusal(read, message(**fields)) or "It was taken as it is.")


def test_whole_number_fields_accept_integers_within_limits() -> None:
    assert message(k=3).whole("k", 0, 3) == 3
    assert isinstance(message(k=3.0).whole("k", 0, 3), int)
    for bad in (3.5, 4, -1, True, False, None, "3", math.nan, math.inf, 10**400, 1e308, [3]):
        with pytest.raises(NBNError):
            message(k=bad).whole("k", 0, 3)


def test_number_fields_accept_finite_numbers_within_limits() -> None:
    assert message(v=2).number("v", 0, 3) == 2.0
    assert isinstance(message(v=2).number("v", 0, 3), float)
    for bad in (3.5, -1, True, None, "3", math.nan, math.inf, 10**400, 1e308, [3]):
        with pytest.raises(NBNError):
            message(v=bad).number("v", 0, 3)
    assert message(v=1e308).finite("v") == 1e308
    for bad in (True, None, "3", math.nan, math.inf, -math.inf, 10**400, [3]):
        with pytest.raises(NBNError):
            message(v=bad).finite("v")


def test_text_fields_have_a_maximum_length() -> None:
    assert message(t="x" * 200).text("t") == "x" * 200
    for bad in ("x" * 201, None, 1, True, ["x"], {}):
        with pytest.raises(NBNError):
            message(t=bad).text("t")
