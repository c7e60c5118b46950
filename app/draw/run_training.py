"""The buttons Train, Step, Stop and Reset, and the position of the slider."""

from __future__ import annotations

from typing import Final

from app.draw.action import Action
from app.session.jobs import Workers
from app.session.limits import MAX_ITERATIONS
from app.session.messages import Message
from app.session.reshaping import keep
from app.session.reshaping_run import ReshapingRun
from app.session.state import Session
from app.session.training import PROMPT_WAIT, drop_run, halt, run_for, train


def _train(session: Session, message: Message, workers: Workers) -> None:
    train(session, workers)


def _step(session: Session, message: Message, workers: Workers) -> None:
    goal = message.whole("k", 1, MAX_ITERATIONS)
    run = run_for(session)
    if run.running:
        return
    if isinstance(run, ReshapingRun):
        run.train_on(1)
    session.halted, session.play = True, False
    session.look_at(goal)
    trace = run.trace()
    if trace is not None:  # a rule that keeps only some iterations has more of them than rows
        goal += run.iteration - (len(trace) - 1)
    run.go(workers, goal)
    run.wait(PROMPT_WAIT)


def _stop(session: Session, message: Message, workers: Workers) -> None:
    halt(session)


def _reset(session: Session, message: Message, workers: Workers) -> None:
    if isinstance(session.run, ReshapingRun):
        keep(session, 0)
    else:
        drop_run(session)


def _scrub(session: Session, message: Message, workers: Workers) -> None:
    session.look_at(message.whole("k", 0, MAX_ITERATIONS))


ACTIONS: Final[dict[str, Action]] = {
    "train": _train,
    "step": _step,
    "stop": _stop,
    "reset": _reset,
    "scrub": _scrub,
}
