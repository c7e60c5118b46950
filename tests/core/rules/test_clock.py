"""Computing time counts what a thread computes, not how long it waits."""

import threading
import time

import pytest

from nbn_core import Topology, Training, generators
from nbn_core.rules.engines import clock

RULES = ("nbn", "lm", "adam", "forward_forward")


def test_a_thread_that_waits_computes_nothing() -> None:
    if clock.computing is time.perf_counter:
        return  # this system cannot tell
    began, wall = clock.computing(), time.perf_counter()
    threading.Event().wait(0.2)
    assert time.perf_counter() - wall >= 0.19
    assert clock.computing() - began < 0.1


@pytest.mark.parametrize("name", RULES)
def test_computing_time_rises_and_stays_below_the_time_on_the_wall(name: str) -> None:
    topology = Topology.mlp([2, 8, 8, 1], output="bipolar")
    training = Training(
        topology, generators.circles(), name, seed=1, target_sse=0.0, max_iterations=10**6
    )
    training.advance(iterations=1)  # compiled
    before, wall = training.trace().seconds[-1], time.perf_counter()
    training.advance(seconds=0.2)
    trace = training.trace()
    assert 0 < trace.seconds[-1] - before <= 1.05 * (time.perf_counter() - wall) + 1e-3
    assert (trace.seconds[1:] >= trace.seconds[:-1]).all()
