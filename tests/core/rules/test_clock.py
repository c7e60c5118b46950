"""Computing time counts what a thread computes, not how long it waits."""

import threading
import time

import pytest

from nbn_core import Topology, Training, generators
from nbn_core.rules.engines import clock

RULES = ("nbn", "lm", "adam", "forward_forward")


def test_the_clock_is_that_of_the_thread_where_it_is_fine_enough() -> None:
    fine = time.get_clock_info("thread_time").resolution <= 1e-5
    assert clock.computing is (time.thread_time if fine else time.perf_counter)


def test_a_thread_that_waits_computes_nothing() -> None:
    """It waits for another thread that computes for a fifth of a second."""

    def compute() -> None:
        until = time.thread_time() + 0.2
        while time.thread_time() < until:
            pass

    before = time.thread_time()
    other = threading.Thread(target=compute)
    other.start()
    other.join()
    assert time.thread_time() - before < 0.1


@pytest.mark.parametrize("name", RULES)
def test_computing_time_rises_and_is_within_what_the_thread_computed(name: str) -> None:
    topology = Topology.mlp([2, 8, 8, 1], output="bipolar")
    training = Training(
        topology, generators.circles(), name, seed=1, target_sse=0.0, max_iterations=10**6
    )
    training.advance(iterations=1)  # compiled
    before, began = training.trace().seconds[-1], clock.computing()
    training.advance(seconds=0.2)
    computed = clock.computing() - began
    trace = training.trace()
    assert 0 < trace.seconds[-1] - before <= computed
    assert (trace.seconds[1:] >= trace.seconds[:-1]).all()
