"""Every message is done once and in its order, whatever the one before it broke."""

from __future__ import annotations

from typing import Any

from nbn_core.experiment import SeededStart
from tests.app.controls.helpers import SEED
from tests.app.desk import Desk


def test_a_message_that_comes_again_is_done_once(desk: Desk) -> None:
    message = {"seq": 1, "kind": "new_weights"}
    first = desk.send(message)
    assert first["ack"] == {"client": "browser", "seq": 1}
    once = desk.experiment
    for _ in range(3):
        again = desk.send(message)
        assert again["ack"] == first["ack"]
    assert desk.experiment is once
    assert len(desk.bench.history) == 2


def test_messages_are_done_in_the_order_of_their_numbers(desk: Desk) -> None:
    def seed(seq: int, value: int) -> dict[str, Any]:
        return {"seq": seq, "kind": "setting", "group": "rule", "name": "seed", "value": value}

    desk.send(seed(3, 30), seed(1, 10), seed(2, 20))
    seeds = [document.experiment.start for document in desk.bench.history]
    assert seeds == [SeededStart(seed=s) for s in (SEED, 10, 20, 30)]


def test_an_answer_that_was_lost_is_given_again_in_full(desk: Desk) -> None:
    desk.post("hello")
    full = desk.send({"seq": 1, "kind": "hello"})
    assert {"catalogue", "data", "graph", "network", "start", "loose"} <= full.keys()
    brief = desk.post("poll")
    assert not {"catalogue", "data", "graph", "network", "start", "loose"} & brief.keys()


def test_a_failing_message_is_done_once_and_the_ones_after_it_are_done(desk: Desk) -> None:
    bad = {"seq": 1, "kind": "rename", "id": "nobody", "name": "somebody"}
    good = {"seq": 2, "kind": "new_weights"}
    assert desk.send(bad, good)["notice"]["id"] == 1
    assert desk.experiment.start == SeededStart(seed=SEED + 1)
    assert desk.send(bad, good)["notice"]["id"] == 1


def test_two_browsers_of_a_session_each_count_for_themselves(desk: Desk) -> None:
    for client in ("first", "second", "first", "second"):
        desk.client = client
        answer = desk.send({"seq": 1, "kind": "new_weights"})
        assert answer["ack"] == {"client": client, "seq": 1}
    assert desk.experiment.start == SeededStart(seed=SEED + 2)


def test_only_the_newest_browsers_are_remembered(desk: Desk) -> None:
    for number in range(100):
        desk.client = f"client {number}"
        desk.send({"seq": 1, "kind": "poll"})
    assert len(desk.bench.acknowledged) <= 16
    assert desk.bench.acknowledged["client 99"] == 1


def test_what_is_not_an_outbox_is_answered_with_everything(desk: Desk) -> None:
    for value in (None, 7, "train", [], {}, {"client": 1, "messages": []}, {"client": "a"}):
        answer = desk.receive(value)
        assert answer["ack"] is None
        assert "network" in answer
    assert len(desk.bench.history) == 1
