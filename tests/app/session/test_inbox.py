"""Messages are acted on once, in order, and by one run of a page at a time."""

from __future__ import annotations

import threading

from app.session.document import document_of
from app.session.inbox import process
from app.session.messages import Message, Outbox
from app.session.state import Session, first_experiment
from nbn_core.errors import NBNError


def session() -> Session:
    return Session([document_of(first_experiment())])


def outbox(*numbers: int, client: str = "one") -> Outbox:
    return Outbox(client, tuple(Message(number, "any", {}) for number in numbers))


def test_a_repeated_message_is_not_processed_again() -> None:
    on, done = session(), []
    assert process(on, outbox(1, 2), lambda message: done.append(message.seq))
    assert not process(on, outbox(1, 2), lambda message: done.append(message.seq))
    assert process(on, outbox(2, 3), lambda message: done.append(message.seq))
    assert process(on, outbox(1, client="two"), lambda message: done.append(message.seq))
    assert done == [1, 2, 3, 1]


def test_a_refused_message_shows_a_notice_and_the_next_is_processed() -> None:
    on, done = session(), []
    before = on.rev

    def act(message: Message) -> None:
        if message.seq == 1:
            raise NBNError("That is too much.")
        done.append(message.seq)

    assert process(on, outbox(1, 2), act)
    assert done == [2]
    assert on.notice is not None
    assert on.notice.text == "That is too much."
    assert on.rev > before


def test_a_newer_script_run_waits_for_the_message_in_progress() -> None:
    on, begun, go_on = session(), threading.Event(), threading.Event()
    seen: list[int] = []

    def slowly(message: Message) -> None:
        begun.set()
        assert go_on.wait(20)
        on.rev = 7

    def newer() -> None:
        process(on, outbox(1), slowly)
        seen.append(on.rev)

    older = threading.Thread(target=process, args=(on, outbox(1), slowly))
    late = threading.Thread(target=newer)
    older.start()
    assert begun.wait(20)
    late.start()
    late.join(0.2)  # without a turn it would be through at once
    go_on.set()
    older.join(20)
    late.join(20)
    assert seen == [7]
