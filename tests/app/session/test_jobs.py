"""Runs in shared workers: fair turns, immediate stop, isolated failures, and identical bits."""

from __future__ import annotations

import gc
import queue
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from app.session.jobs import SLICE, Run, Workers
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, SeededStart, Stopping
from nbn_core.network import Topology
from nbn_core.trace import Trace
from nbn_core.training import StopReason, Training
from nbn_core.warmup import warm_up
from tests.app.fake_browser import LONG

SPIRAL = replace(
    Experiment.suggested("playground_spiral"),
    start=SeededStart(seed=3),
    stopping=Stopping(0.0, 60),
)


@pytest.fixture(scope="module")
def workers() -> Workers:
    return Workers(2)


class Fake:
    """A training made of nothing: `work` is called in each slice."""

    def __init__(self, work: Callable[[Fake], object] = lambda fake: None, last: int = 10**9):
        self.work = work
        self.last = last
        self.iteration = 0
        self.asked: list[int | None] = []

    @property
    def stop(self) -> StopReason | None:
        return StopReason.SOLVED if self.iteration >= self.last else None

    def advance(self, iterations: int | None = None, seconds: float | None = None) -> None:
        assert seconds == SLICE
        self.asked.append(iterations)
        self.work(self)
        self.iteration += 1

    def run(self) -> Run:
        return Run(lambda: self)  # type: ignore[arg-type, return-value]


class Line(Workers):
    """A line that nobody works off by itself."""

    def __init__(self) -> None:
        super().__init__(0)
        self.runs: queue.SimpleQueue[Run] = queue.SimpleQueue()

    def submit(self, run: Run) -> None:
        self.runs.put(run)


def ended(run: Run) -> Trace:
    assert run.wait(LONG)
    trace = run.trace()
    assert trace is not None
    return trace


def alike(one: Trace, other: Trace) -> bool:
    columns = ("sse", "mu", "gradient_norm", "attempts", "weights")
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in columns)


# The same bits


@pytest.fixture(scope="module")
def whole(workers: Workers) -> Trace:
    run = Run(SPIRAL.training)
    run.go(workers)
    return ended(run)


def test_a_run_ends_by_itself(workers: Workers, whole: Trace) -> None:
    assert len(whole) == 61
    training = SPIRAL.training()
    training.advance(seconds=LONG)
    assert alike(whole, training.trace())


def test_a_run_in_single_steps_equals_one_run(workers: Workers, whole: Trace) -> None:
    run = Run(SPIRAL.training)
    for goal in range(1, 61):
        run.go(workers, goal)
        assert run.wait(LONG)
        assert run.iteration == goal
    assert alike(ended(run), whole)


def test_a_resumed_run_equals_one_run(workers: Workers, whole: Trace) -> None:
    run = Run(SPIRAL.training)
    while run.stop is None:
        run.go(workers)
        run.halt()
        assert run.wait(LONG)
    assert alike(ended(run), whole)


def test_an_extended_run_equals_a_longer_one(workers: Workers, whole: Trace) -> None:
    run = Run(replace(SPIRAL, stopping=Stopping(0.0, 20)).training)
    run.go(workers)
    assert len(ended(run)) == 21
    assert run.stop is StopReason.MAX_ITERATIONS
    run.extend(60)
    run.go(workers)
    assert alike(ended(run), whole)


def test_many_runs_at_once_do_not_disturb_each_other(workers: Workers, whole: Trace) -> None:
    runs = [Run(SPIRAL.training) for _ in range(8)]
    for run in runs:
        run.go(workers)
    assert all(alike(ended(run), whole) for run in runs)


def test_a_goal_already_reached_or_an_ended_training_needs_no_worker(workers: Workers) -> None:
    run = Run(SPIRAL.training)
    run.go(workers, 5)
    assert len(ended(run)) == 6
    for goal in (5, 3, 0):
        run.go(workers, goal)
        assert len(ended(run)) == 6
    run.go(workers)
    assert len(ended(run)) == 61
    run.go(workers)
    assert len(ended(run)) == 61


# Fair


def test_two_runs_take_turns() -> None:
    turns: list[str] = []
    both_in_line = threading.Event()

    def work(name: str) -> Callable[[Fake], object]:
        return lambda fake: (both_in_line.wait(LONG), turns.append(name))

    one, two = Fake(work("one"), 20).run(), Fake(work("two"), 20).run()
    workers = Workers(1)
    one.go(workers)
    two.go(workers)
    both_in_line.set()
    assert one.wait(LONG)
    assert two.wait(LONG)
    assert turns == ["one", "two"] * 20


def test_a_small_run_does_not_wait_for_the_end_of_a_large_one() -> None:
    workers = Workers(1)
    endless = Fake().run()
    endless.go(workers)
    small = Fake(last=3).run()
    small.go(workers)
    assert small.wait(LONG)
    assert endless.running
    endless.halt()
    assert endless.wait(LONG)


def test_owners_take_turns_however_many_runs_each_has() -> None:
    turns: list[str] = []
    all_in_line = threading.Event()

    def work(name: str) -> Callable[[Fake], object]:
        return lambda fake: (all_in_line.wait(LONG), turns.append(name))

    workers = Workers(1)
    many = [Fake(work("many"), 10).run() for _ in range(5)]
    single = Fake(work("one"), 10).run()
    for run in many:
        run.go(workers.of("many"))
    single.go(workers.of("one"))
    all_in_line.set()
    assert single.wait(LONG)
    assert turns[:20].count("one") >= 9
    for run in many:
        assert run.wait(LONG)
    assert len(turns) == 60


def test_an_owner_leaves_a_thread_to_the_others() -> None:
    over = threading.Event()
    workers = Workers(3)
    held = [Fake(lambda fake: over.wait(LONG), 1).run() for _ in range(6)]
    for run in held:
        run.go(workers.of("heavy"))
    small = Fake(last=3).run()
    small.go(workers.of("light"))
    assert small.wait(LONG)
    assert all(run.running for run in held)
    over.set()
    for run in held:
        assert run.wait(LONG)


# Stopped


class Counted(Training):
    """A training that counts its slices."""

    slices = 0

    def advance(self, iterations: int | None = None, seconds: float | None = None) -> None:
        assert seconds == SLICE
        self.slices += 1
        super().advance(iterations, seconds)


def test_stop_takes_effect_after_the_current_slice_of_the_largest_problem(
    workers: Workers,
) -> None:
    """2,000 weights and 100,000 patterns: one iteration takes hundreds of slices."""
    warm_up()
    inputs = np.random.default_rng(0).standard_normal((100_000, 2))
    data = Dataset(inputs, np.sin(inputs[:, :1]))
    topology = Topology.mlp([2, 42, 42, 1])
    for delay in (0.0, 0.03, 0.1, 0.2, 0.4):
        training = Counted(topology, data)
        run = Run(lambda training=training: training)
        run.go(workers)
        assert not run.wait(delay)
        assert run.trace() is None, "the page does not look through 100,000 patterns itself"
        run.halt()
        begun = training.slices
        assert run.wait(LONG)
        assert training.slices <= begun + 1
        assert training.iteration == 0, "a slice ends inside an iteration"


def test_a_queued_run_stops_at_once_and_is_queued_once() -> None:
    line = Line()
    fake = Fake()
    run = fake.run()
    run.go(line)
    assert run.running
    run.halt()
    assert not run.running
    run.go(line)
    run.go(line, 7)
    assert line.runs.get_nowait() is run
    assert line.runs.empty()
    assert run.slice() is True
    assert fake.asked == [7]
    run.halt()
    assert run.slice() is False, "popped from the line, it has nothing to do"
    assert fake.asked == [7]
    run.go(line)
    assert line.runs.get_nowait() is run


def test_halt_and_go_within_one_slice_continues() -> None:
    """The goal may move while a worker computes: to -1 and back, or nearer."""
    at_work, go_on = threading.Event(), threading.Event()

    def work(fake: Fake) -> None:
        at_work.set()
        assert go_on.wait(LONG)

    fake = Fake(work, last=50)
    run = fake.run()
    workers = Workers(2)
    run.go(workers)
    assert at_work.wait(LONG)
    run.halt()
    assert run.running, "the slice at work is not over"
    run.go(workers)
    go_on.set()
    assert run.wait(LONG)
    assert run.stop is StopReason.SOLVED
    assert fake.asked == [None] * 50


@pytest.mark.parametrize("seed", range(3))
def test_goals_changed_at_any_time_never_fail_a_run(seed: int) -> None:
    generator = np.random.default_rng(seed)
    fake = Fake(last=3000)
    run = fake.run()
    workers = Workers(2)
    while run.stop is None:
        run.go(workers, run.iteration + int(generator.integers(1, 9)))
        if generator.random() < 0.5:
            run.halt()
        if generator.random() < 0.3:
            run.go(workers)
            run.halt()
        if generator.random() < 0.2:
            assert run.wait(LONG)
    assert run.wait(LONG)
    assert not run.failed
    assert all(left is None or left > 0 for left in fake.asked)
    assert fake.iteration == 3000, "never two workers at one run"


def test_reading_a_run_never_waits_for_its_setup() -> None:
    """The first training of all compiles for ten seconds; meanwhile the page asks for its trace."""
    compiled = threading.Event()

    def make() -> Training:
        assert compiled.wait(LONG)
        return SPIRAL.training()

    run = Run(make)
    run.go(Workers(1), 1)
    assert run.trace() is None
    assert run.running
    assert run.iteration == 0
    assert run.stop is None
    compiled.set()
    assert len(ended(run)) == 2


# Failing


def test_a_failing_run_does_not_affect_others(caplog: pytest.LogCaptureFixture) -> None:
    workers = Workers(1)

    def work(fake: Fake) -> None:
        if fake.iteration == 3:
            raise MemoryError("no room")

    bad, good = Fake(work).run(), Fake(last=30).run()
    bad.go(workers)
    good.go(workers)
    assert bad.wait(LONG)
    assert good.wait(LONG)
    assert bad.failed
    assert bad.iteration == 3
    assert not good.failed
    assert "no room" in caplog.text


def test_a_training_that_cannot_be_set_up_fails(caplog: pytest.LogCaptureFixture) -> None:
    def make() -> Training:
        raise ValueError("not this one")

    run = Run(make)
    run.go(Workers(1))
    assert run.wait(LONG)
    assert run.failed
    assert run.trace() is None
    assert "not this one" in caplog.text


# Clean-up


def test_finished_runs_keep_no_thread_and_no_trace(workers: Workers) -> None:
    threads = threading.active_count()
    run = Run(replace(SPIRAL, stopping=Stopping(0.0, 3)).training)
    run.go(workers)
    ended(run)
    forgotten = weakref.ref(run)
    del run
    other = Fake(last=1).run()
    for _ in range(2):  # a worker keeps its last run until it takes the next
        other.go(workers)
        assert other.wait(LONG)
    assert threading.active_count() == threads
    deadline = time.monotonic() + LONG
    while forgotten() is not None and time.monotonic() < deadline:
        gc.collect()
    assert forgotten() is None


def test_run_ids_are_unique() -> None:
    assert len({Fake().run().id for _ in range(1000)}) == 1000
