"""Long computations in the workers: shared, given up, stopped, and the same as at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator

import pytest

from app.session.computing import QUICK, UNASKED, Desk, Unready
from app.session.jobs import Workers
from app.shared.waiting import waiting
from nbn_core.errors import SettingError
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.gradual import Gradual
from tests.app.fake_browser import LONG

SLOW = 2 * QUICK


class Slow:
    """A computation that goes on when it is let; it counts how often it began."""

    def __init__(self, value: object = 42) -> None:
        self.value = value
        self.began = 0
        self.parts = 0
        self.let = threading.Event()

    def work(self) -> Gradual[object]:
        self.began += 1
        return self._parts()

    def _parts(self) -> Generator[float, None, object]:
        yield 0.5
        while not self.let.wait(0.01):
            self.parts += 1
            yield 0.5
        return self.value

    def prepare(self) -> Callable[[], Gradual[object]]:
        return self.work


@pytest.fixture
def cache() -> ByteCache:
    return ByteCache(10_000)


def desk(workers: Workers) -> Desk:
    made = Desk(lambda: workers)
    made.patience = 0.0
    return made


def ask(desk: Desk, cache: ByteCache, slow: Slow, key: str = "a", seconds: float = SLOW) -> object:
    return desk.get(cache, key, slow.prepare, seconds, "a number")


def pending(desk: Desk, cache: ByteCache, slow: Slow, key: str = "a") -> Unready:
    with pytest.raises(Unready) as raised:
        ask(desk, cache, slow, key)
    return raised.value


def test_what_is_quick_is_computed_at_once(cache: ByteCache) -> None:
    slow = Slow()
    slow.let.set()
    assert ask(desk(Workers(0)), cache, slow, seconds=QUICK) == 42
    assert cache.known("a") == 42


def test_what_is_slow_is_computed_by_the_workers_and_kept(cache: ByteCache) -> None:
    slow, mine = Slow(), desk(Workers(1))
    computation = pending(mine, cache, slow).computation
    assert computation is not None
    assert pending(mine, cache, slow).computation is computation
    slow.let.set()
    assert computation.wait(LONG)
    assert ask(mine, cache, slow) == 42
    assert cache.known("a") == 42
    assert slow.began == 1


def test_a_result_too_large_to_keep_is_held_until_it_is_shown() -> None:
    slow, mine, cache = Slow(b"x" * 50_000), desk(Workers(1)), ByteCache(10_000, largest=1_000)
    computation = pending(mine, cache, slow).computation
    slow.let.set()
    assert computation is not None
    assert computation.wait(LONG)
    for _ in range(2):
        assert ask(mine, cache, slow) == slow.value
    assert slow.began == 1
    mine.shown()
    pending(mine, cache, slow)


def test_a_part_of_a_page_that_is_shown_holds_nothing_any_longer() -> None:
    slow, mine, cache = Slow(b"x" * 50_000), desk(Workers(1)), ByteCache(10_000, largest=1_000)
    slow.let.set()
    mine.patience = LONG
    with waiting(mine):
        ask(mine, cache, slow)
        assert ask(mine, cache, slow) == slow.value
    assert slow.began == 1
    ask(mine, cache, slow)
    assert slow.began == 2


def test_two_sessions_share_a_computation_that_goes_on_for_the_second(cache: ByteCache) -> None:
    slow, workers = Slow(), Workers(1)
    one, two = desk(workers), desk(workers)
    computation = pending(one, cache, slow).computation
    assert pending(two, cache, slow).computation is computation
    one.leave()  # its tab was closed
    slow.let.set()
    assert computation is not None
    assert computation.wait(LONG)
    assert ask(two, cache, slow) == 42
    assert slow.began == 1


def test_what_nobody_waits_for_any_more_is_given_up(cache: ByteCache) -> None:
    slow, other, mine = Slow(), Slow(), desk(Workers(1))
    computation = pending(mine, cache, slow).computation
    other.let.set()
    later = pending(mine, cache, other, "b").computation  # the slider was moved
    assert computation is not None
    assert later is not None
    assert computation.wait(LONG)
    assert computation.given_up
    assert later.wait(LONG)
    assert ask(mine, cache, other, "b") == 42
    slow.let.set()
    again = pending(mine, cache, slow).computation
    assert again is not None
    assert again.wait(LONG)
    assert ask(mine, cache, slow) == 42


def test_what_was_stopped_is_computed_only_on_request(cache: ByteCache) -> None:
    slow, mine = Slow(), desk(Workers(1))
    computation = pending(mine, cache, slow).computation
    mine.stop("a")
    assert computation is not None
    assert computation.wait(LONG)
    assert pending(mine, cache, slow).computation is None
    mine.ask("a")
    slow.let.set()
    again = pending(mine, cache, slow).computation
    assert again is not None
    assert again.wait(LONG)
    assert ask(mine, cache, slow) == 42


def test_what_takes_long_is_computed_only_on_request(cache: ByteCache) -> None:
    slow, mine = Slow(), desk(Workers(1))
    slow.let.set()
    with pytest.raises(Unready) as raised:
        ask(mine, cache, slow, seconds=2 * UNASKED)
    assert raised.value.computation is None
    assert slow.began == 0
    mine.ask("a")
    with pytest.raises(Unready) as raised:
        ask(mine, cache, slow, seconds=2 * UNASKED)
    assert raised.value.computation is not None


def test_an_error_of_the_core_reaches_the_page_and_a_fault_is_logged(
    cache: ByteCache, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(error: Exception) -> Callable[[], Callable[[], Gradual[object]]]:
        def work() -> Gradual[object]:
            yield 0.0
            raise error

        return lambda: work

    mine = desk(Workers(1))
    mine.patience = LONG
    with pytest.raises(SettingError, match="too small"):
        mine.get(cache, "a", failing(SettingError("too small")), SLOW, "a number")
    assert not caplog.records
    with pytest.raises(Exception, match="failed inside the program"):
        mine.get(cache, "b", failing(ZeroDivisionError()), SLOW, "a number")
    assert "A computation failed" in caplog.text
