"""Train, Step, Stop, Reset, and the iteration that is shown."""

from __future__ import annotations

from typing import Final

from app.draw.action import Action
from app.session.jobs import Workers
from app.session.limits import MAX_ITERATIONS
from app.session.messages import Message
from app.session.state import Bench
from app.session.training import PROMPT, drop_run, halt, run_for, train


def _train(bench: Bench, message: Message, workers: Workers) -> None:
    train(bench, workers)


def _step(bench: Bench, message: Message, workers: Workers) -> None:
    goal = message.whole("k", 1, MAX_ITERATIONS)
    run = run_for(bench)
    if run.running:
        return
    bench.halted, bench.play = True, False
    bench.look_at(goal)
    trace = run.trace()
    if trace is not None:  # a rule that keeps only some iterations has more of them than rows
        goal += run.iteration - (len(trace) - 1)
    run.go(workers, goal)
    run.wait(PROMPT)


def _stop(bench: Bench, message: Message, workers: Workers) -> None:
    halt(bench)


def _reset(bench: Bench, message: Message, workers: Workers) -> None:
    drop_run(bench)


def _scrub(bench: Bench, message: Message, workers: Workers) -> None:
    bench.look_at(message.whole("k", 0, MAX_ITERATIONS))


ACTIONS: Final[dict[str, Action]] = {
    "train": _train,
    "step": _step,
    "stop": _stop,
    "reset": _reset,
    "scrub": _scrub,
}
