"""Every message is processed once and in order, even if an earlier one fails."""

from __future__ import annotations

from typing import Any

from nbn_core.experiment import SeededStart
from tests.app.draw.helpers import SEED
from tests.app.fake_browser import FakeBrowser


def test_a_repeated_message_is_processed_once(browser: FakeBrowser) -> None:
    message = {"seq": 1, "kind": "new_weights"}
    first = browser.send(message)
    assert first["ack"] == {"client": "browser", "seq": 1}
    once = browser.experiment
    for _ in range(3):
        again = browser.send(message)
        assert again["ack"] == first["ack"]
    assert browser.experiment is once
    assert len(browser.session.history) == 2


def test_messages_are_processed_in_the_order_of_their_numbers(browser: FakeBrowser) -> None:
    def seed(seq: int, value: int) -> dict[str, Any]:
        return {"seq": seq, "kind": "setting", "group": "rule", "name": "seed", "value": value}

    browser.send(seed(3, 30), seed(1, 10), seed(2, 20))
    seeds = [document.experiment.start for document in browser.session.history]
    assert seeds == [SeededStart(seed=s) for s in (SEED, 10, 20, 30)]


def test_a_lost_answer_is_sent_again_in_full(browser: FakeBrowser) -> None:
    browser.post("hello")
    full = browser.send({"seq": 1, "kind": "hello"})
    assert {"catalogue", "data", "graph", "network", "start", "loose"} <= full.keys()
    brief = browser.post("poll")
    assert not {"catalogue", "data", "graph", "network", "start", "loose"} & brief.keys()


def test_a_failing_message_is_processed_once_and_later_ones_too(
    browser: FakeBrowser,
) -> None:
    bad = {"seq": 1, "kind": "rename", "id": "nobody", "name": "somebody"}
    good = {"seq": 2, "kind": "new_weights"}
    assert browser.send(bad, good)["notice"]["id"] == 1
    assert browser.experiment.start == SeededStart(seed=SEED + 1)
    assert browser.send(bad, good)["notice"]["id"] == 1


def test_two_browsers_of_a_session_have_separate_message_counts(browser: FakeBrowser) -> None:
    for client in ("first", "second", "first", "second"):
        browser.client = client
        answer = browser.send({"seq": 1, "kind": "new_weights"})
        assert answer["ack"] == {"client": client, "seq": 1}
    assert browser.experiment.start == SeededStart(seed=SEED + 2)


def test_only_the_newest_browsers_are_remembered(browser: FakeBrowser) -> None:
    for number in range(100):
        browser.client = f"client {number}"
        browser.send({"seq": 1, "kind": "poll"})
    assert len(browser.session.acknowledged) <= 16
    assert browser.session.acknowledged["client 99"] == 1


def test_an_invalid_outbox_gets_a_complete_answer(browser: FakeBrowser) -> None:
    for value in (None, 7, "train", [], {}, {"client": 1, "messages": []}, {"client": "a"}):
        answer = browser.receive(value)
        assert answer["ack"] is None
        assert "network" in answer
    assert len(browser.session.history) == 1
