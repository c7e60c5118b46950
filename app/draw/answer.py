"""The answer to the browser: what it needs and does not have."""

from __future__ import annotations

import numpy as np

from app.draw import payload
from app.draw.changes import changes_block, living_weights
from app.draw.rule_form import refusal_of, rule_block, rule_menu
from app.session.inbox import envelope
from app.session.limits import MAX_ITERATIONS
from app.session.messages import Have
from app.session.reshaping import follow
from app.session.reshaping_run import ReshapingRun
from app.session.state import Session
from app.session.training import iteration_limit
from app.shared.glossary import glossary
from app.shared.payload import graph_block, network_block, pack
from app.shared.problem_gallery import catalogue
from app.shared.words import about_own, ended, facts, headline
from nbn_core.experiment import Experiment, OwnData, ProblemData
from nbn_core.generators import PROBLEMS
from nbn_core.types import Json


def answer(session: Session, have: Have, client: str | None, *, warming: bool) -> Json:
    """Return what the browser needs and does not have: state, forms, new rows of the trace."""
    follow(session)
    document = session.document
    experiment = document.experiment
    parts = experiment.parts()
    classes = _classes(experiment)
    key = payload.dataset_key(parts, classes)
    sent: Json = {
        **envelope(session, client),
        "rev": session.rev,
        "data_key": key,
        "info": _info(session, warming=warming),
        "run": _run_block(session, have),
    }
    if not have.catalogue:
        sent["catalogue"] = catalogue()
        sent["rules"] = rule_menu()
        sent["glossary"] = list(glossary().items())
    if have.data != key:
        sent["data"] = payload.data_block(parts, key, classes)
    if have.rev != session.rev:
        sent["graph"] = graph_block(document.sketch)
        sent["network"] = network_block(experiment.topology)
        sent["start"] = pack(experiment.start_weights())
        sent["loose"] = list(document.sketch.loose().items())
    return sent


def _run_block(session: Session, have: Have) -> Json | None:
    run = session.run
    if run is None:
        return None
    running = run.running  # before the trace: a run seen at rest is seen with its last row
    run_id = run.id
    if isinstance(run, ReshapingRun):
        run_id = f"{run.id}.{run.drawings}"  # other columns: the browser needs all rows again
    trace = run.trace()
    session.settle()
    shown = 0 if trace is None else max(0, min(session.iteration, len(trace) - 1))
    sentence = ended(run, trace, halted=session.halted, shown=session.iteration)
    own = None
    if run.own is not None:
        known = have.predictions if have.run == run_id else 0
        own, until = payload.own_block(run.own, known, running=running)
        if trace is not None:  # rows come with their predictions, or later
            trace = trace.until(int(np.searchsorted(trace.iterations, until)))
    total = 0 if trace is None else len(trace)
    first = min(have.rows, total) if have.run == run_id else 0
    play = session.play
    if have.run == run_id:
        session.play = False  # it plays once: coming back to the page shows where one was
    experiment = session.experiment
    rows = min(iteration_limit(session), MAX_ITERATIONS)
    stride = payload.stride_of(experiment.topology.n_weights, rows)
    best = None if running or trace is None else run.best_row
    aside = run.validation_sse or ()
    block = payload.trace_block(trace, first, stride, ended=not running, aside=aside, best=best)
    return {
        "id": run_id,
        "state": "running" if running else "ended",
        "stop": run.stop.name if run.stop else None,
        "sentence": sentence,
        "total": total,
        "best": best,
        "play": play,
        "shown": 0 if play else shown,
        "jump": session.jump,
        "resumed": session.resumed,
        "own": own,
        "changes": changes_block(run),
        **block,
    }


def _info(session: Session, *, warming: bool) -> Json:
    document = session.document
    experiment = document.experiment
    loose = document.sketch.loose()
    return {
        **_data_info(experiment),
        **rule_block(experiment),
        "target_sse": experiment.stopping.target_sse,
        "can_train": document.blocked is None,
        "can_undo": session.position > 0,
        "can_redo": session.position + 1 < len(session.history),
        "loose": document.blocked or next(iter(loose.values()), ""),
        "headline": (refusal_of(experiment) or headline(experiment, session.run, warming=warming)),
        "facts": facts(
            experiment, complete=document.blocked is None, living=living_weights(session.run)
        ),
        "warming": warming,
        "saliency": None,  # the page adds it while its section is open
    }


def _classes(experiment: Experiment) -> tuple[str, ...]:
    data = experiment.data
    return data.classes if isinstance(data, OwnData) else ()


def _data_info(experiment: Experiment) -> Json:
    data = experiment.data
    if not isinstance(data, ProblemData):
        name = data.dataset.name or "Own data"
        return {"problem": "", "title": name, "about": about_own(data), "parameters": []}
    problem = PROBLEMS[data.name]
    parameters = [
        {
            "name": p.name,
            "label": p.label,
            "value": data.parameters.get(p.name, p.default),
            "low": p.low,
            "high": p.high,
            "step": p.step,
        }
        for p in problem.parameters
    ]
    return {
        "problem": problem.name,
        "title": problem.title,
        "about": problem.text,
        "parameters": parameters,
    }
