"""What each message of the Draw page does to the session, and the answer it gets.

`handle` is the one place where bad input becomes a sentence: whatever a message breaks, the last
good document stays.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any, Final
from weakref import WeakKeyDictionary

import numpy as np

from app.jobs import Run, Workers
from app.limits import (
    MAX_ITERATIONS,
    MAX_LAYERS,
    MAX_WEIGHTS,
    check_size,
    most_iterations,
    too_many_iterations,
)
from app.stage import payload
from app.stage.catalogue import catalogue
from app.stage.messages import Have, Message, Outbox
from app.stage.ruleform import advanced_fields, control_fields, rule_fields, settings_with
from app.stage.sketch import Sketch, read_sketch
from app.state import Bench, Document
from app.words import about_own, ended, facts, headline
from nbn_core import link
from nbn_core.errors import ExperimentError, NBNError, SettingError, TopologyError
from nbn_core.experiment import Experiment, GivenStart, OwnData, ProblemData, SeededStart
from nbn_core.generators import MAX_SEED, PROBLEMS
from nbn_core.rules import RULES
from nbn_core.topology import Topology
from nbn_core.training import StopReason
from nbn_core.weights import initial_weights

PROMPT: Final = 0.12  # seconds to wait for a training that is over before the eye follows


def handle(bench: Bench, outbox: Outbox, workers: Workers) -> None:
    """Act on every message not yet acknowledged, in order."""
    done = bench.acknowledged.get(outbox.client, 0)
    for message in outbox.messages:
        if message.seq <= done:
            continue
        done = message.seq
        bench.acknowledge(outbox.client, done)
        action = _ACTIONS.get(message.kind)
        if action is None:
            bench.say("That request is not known to this version of the lab; reload the page.")
            continue
        try:
            action(bench, message, workers)
        except NBNError as error:
            bench.say(str(error))
            bench.rev += 1  # the browser shows the last good drawing again


# Training


def _train(bench: Bench, message: Message, workers: Workers) -> None:
    train(bench, workers)


def train(bench: Bench, workers: Workers) -> None:
    """Start training, or go on with it, wherever the button stands.

    Raises
    ------
    NBNError
        If the drawing is not complete, or there is nothing to go on to.
    """
    run = _run_for(bench)
    if run.stop is StopReason.MAX_ITERATIONS:
        _train_on(bench, run)
    bench.halted, bench.play = False, True
    run.go(workers)
    run.wait(PROMPT)


def _train_on(bench: Bench, run: Run) -> None:
    """Train at the limit means: as many iterations again. The experiment says so."""
    experiment = bench.experiment
    limit = experiment.stopping.max_iterations
    most = most_iterations(experiment.rule)
    if limit >= most:
        raise too_many_iterations(experiment.rule)
    longer = min(most, 2 * limit)
    stopping = replace(experiment.stopping, max_iterations=longer)
    bench.put(replace(bench.document, experiment=replace(experiment, stopping=stopping)))
    run.extend(longer)
    bench.run_from = training_key(bench.experiment)


def _step(bench: Bench, message: Message, workers: Workers) -> None:
    goal = message.whole("k", 1, MAX_ITERATIONS)
    run = _run_for(bench)
    if run.running:
        return
    bench.halted, bench.play = True, False
    bench.iteration = goal
    trace = run.trace()
    if trace is not None:  # a rule that keeps only some iterations has more of them than rows
        goal += run.iteration - (len(trace) - 1)
    run.go(workers, goal)
    run.wait(PROMPT)


def _stop(bench: Bench, message: Message, workers: Workers) -> None:
    halt(bench)


def halt(bench: Bench) -> None:
    """Stop a training; Train goes on with it."""
    if bench.run is not None:
        bench.run.halt()
        bench.run.wait(PROMPT)
        bench.halted = True


def _reset(bench: Bench, message: Message, workers: Workers) -> None:
    drop_run(bench)


def _new_weights(bench: Bench, message: Message, workers: Workers) -> None:
    renew_weights(bench)


def renew_weights(bench: Bench) -> None:
    """Draw other starting weights."""
    start = bench.experiment.start
    if isinstance(start, SeededStart):
        _change(bench, start=replace(start, seed=start.seed + 1 if start.seed < MAX_SEED else 0))
    else:
        _change(bench, start=SeededStart())


def _scrub(bench: Bench, message: Message, workers: Workers) -> None:
    bench.iteration = message.whole("k", 0, MAX_ITERATIONS)


def _nothing(bench: Bench, message: Message, workers: Workers) -> None:
    """Only ask for an answer."""


def _run_for(bench: Bench) -> Run:
    document = bench.document
    if document.blocked:
        raise TopologyError(document.blocked)
    _check_rule(document.experiment)
    key = training_key(document.experiment)
    if bench.run is None or bench.run_from != key or bench.run.failed:
        drop_run(bench)
        bench.run = Run(document.experiment.training)
        bench.run_from = key
    return bench.run


def _check_rule(experiment: Experiment) -> None:
    """Refuse a rule that cannot train this, or whose outputs the stage cannot draw."""
    rule = RULES[experiment.rule]
    refusal = rule.refuses(experiment.topology, experiment.datasets()[0])
    if refusal is None and hasattr(rule, "predict"):
        refusal = (
            f"{rule.title} does not answer with the outputs of the drawn network, so the stage "
            "cannot show it: train with NBN here, or go to the Race page."
        )
    if refusal is not None:
        raise SettingError(refusal)


def drop_run(bench: Bench) -> None:
    """Forget the run; a worker at it stops after its slice."""
    if bench.run is not None:
        bench.run.halt()
    bench.run, bench.run_from, bench.halted, bench.iteration = None, "", False, 0


def training_key(experiment: Experiment) -> str:
    """Say what a training depends on: all of the experiment but the drawing and the names in it."""
    key = _KEYS.get(experiment)
    if key is None:
        unnamed = replace(experiment.topology, names=())
        key = _KEYS[experiment] = replace(experiment, topology=unnamed, drawing=None).digest
    return key


_KEYS: Final[WeakKeyDictionary[Experiment, str]] = WeakKeyDictionary()


# Drawing


def _graph(bench: Bench, message: Message, workers: Workers) -> None:
    drawn = read_sketch(message.fields.get("graph"))
    _draw(bench, _same_ends(bench.document.sketch, drawn))


def _rename(bench: Bench, message: Message, workers: Workers) -> None:
    name, new = message.text("id"), message.text("name")
    sketch = bench.document.sketch.renamed(name, new)
    topology = bench.experiment.topology
    names = tuple(new if known == name else known for known in topology.names)
    if len(set(names)) == len(names):
        topology = replace(topology, names=names)
    _draw(bench, sketch, topology)


def _draw(bench: Bench, sketch: Sketch, before: Topology | None = None) -> None:
    """Make a sketch the current one; the network follows as far as the sketch is complete.

    `before` is the network so far, under the names it has now.
    """
    experiment = bench.experiment
    before = before or experiment.topology
    try:
        topology, blocked = sketch.topology(), None
    except TopologyError as error:
        topology, blocked = before, str(error)
    start = _carried(experiment, before, topology)
    changed = replace(experiment, topology=topology, start=start, drawing=sketch.to_drawing())
    check_size(changed)
    bench.put(Document(changed, sketch, blocked))


def _same_ends(before: Sketch, after: Sketch) -> Sketch:
    """Inputs and outputs belong to the data: a drawing can neither add, lose nor reorder them."""
    if before.of_role("input") != after.of_role("input"):
        raise TopologyError("Each input belongs to the data and stays: choose other data.")
    if sorted(before.outputs) != sorted(after.outputs):
        raise TopologyError("Each output belongs to the data and stays: choose other data.")
    return replace(after, outputs=before.outputs)


def _carried(
    experiment: Experiment, before: Topology, topology: Topology
) -> SeededStart | GivenStart:
    """Weights set by hand stay with their connections; new connections get drawn ones."""
    if not isinstance(experiment.start, GivenStart):
        return experiment.start
    known = dict(zip(before.weight_names, experiment.start.weights, strict=True))
    drawn = initial_weights(topology, seed=0).tolist()
    return GivenStart(
        tuple(known.get(name, new) for name, new in zip(topology.weight_names, drawn, strict=True))
    )


def _weight(bench: Bench, message: Message, workers: Workers) -> None:
    """One weight set by hand: the network as shown, with this weight, is the new start."""
    experiment = bench.experiment
    value = message.number("value", -1e6, 1e6)
    names = experiment.topology.weight_names
    if "bias" in message.fields:
        target = message.text("bias")
        place = next((n for n, (s, t) in enumerate(names) if t == target and s == BIAS), None)
    else:
        ends = (message.text("source"), message.text("target"))
        place = names.index(ends) if ends in names else None
    if place is None:
        raise TopologyError("That connection takes no part in the network, so it has no weight.")
    weights = shown_weights(bench, message.whole("k", 0, MAX_ITERATIONS)).copy()
    weights[place] = value
    _change(bench, start=GivenStart(tuple(weights.tolist())))


BIAS: Final = ""


def shown_weights(bench: Bench, k: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return the weights at iteration k of the run, or the starting ones."""
    trace = bench.run.trace() if bench.run is not None else None
    if trace is None or bench.run_from != training_key(bench.experiment):
        return bench.experiment.start_weights()
    weights: np.ndarray[Any, np.dtype[np.float64]] = trace.weights[min(k, len(trace) - 1)]
    return weights


def _preset(bench: Bench, message: Message, workers: Workers) -> None:
    sizes = message.fields.get("sizes")
    if not isinstance(sizes, list) or not 1 <= len(sizes) <= MAX_LAYERS:
        raise SettingError(f"Give 1 to {MAX_LAYERS} layer sizes, such as 8-8.")
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= MAX_WEIGHTS:
            raise SettingError("Each layer size is a whole number from 1 up, such as 8-8.")
    data = bench.experiment.datasets()[0]
    n_in, n_out = data.n_inputs, data.n_outputs
    output = "linear" if data.kind == "regression" else "bipolar"
    family = message.text("family")
    hidden = sum(sizes)
    least = {
        "slp": hidden * n_in,
        "mlp": sum(a * b for a, b in pairwise([n_in, *sizes])),
        "bmlp": sum(a * b for a, b in zip(sizes, accumulate([n_in, *sizes]), strict=False)),
        "fcc": hidden * (hidden + n_in) // 2,
    }
    # Told before any of it is made: a cascade of 40,000 neurons has a billion weights.
    if least.get(family, 0) > 50 * MAX_WEIGHTS:
        raise SettingError(f"That is far above the {MAX_WEIGHTS:,} weights of this page.")
    makers: dict[str, Callable[[], Topology]] = {
        "slp": lambda: Topology.slp(n_in, sum(sizes), n_out, output=output),
        "mlp": lambda: Topology.mlp([n_in, *sizes, n_out], output=output),
        "bmlp": lambda: Topology.bmlp([n_in, *sizes, n_out], output=output),
        "fcc": lambda: Topology.fcc(n_in, sum(sizes), n_out, output=output),
    }
    if family not in makers:
        raise SettingError("There is no such preset: choose SLP, MLP, BMLP or FCC.")
    _change(bench, topology=makers[family]())


# Data, rule, history


def _problem(bench: Bench, message: Message, workers: Workers) -> None:
    name = message.text("name")
    if name not in PROBLEMS:
        raise SettingError("There is no such problem: choose one of the pictures.")
    suggested = Experiment.suggested(name)
    drawn = bench.experiment.topology != _suggestion(bench.experiment).topology
    changed = replace(suggested, **_same_rule(bench), start=_seeded(bench))
    if drawn and _fits(bench.experiment.topology, suggested):
        _change(bench, data=changed.data, start=changed.start, stopping=changed.stopping)
    else:
        _put(bench, changed)


def _suggestion(experiment: Experiment) -> Experiment:
    """Return what the lab itself would propose for this data."""
    data = experiment.data
    if not isinstance(data, ProblemData):
        return experiment
    return Experiment.suggested(data.name, split_seed=data.split_seed, **data.parameters)


def _same_rule(bench: Bench) -> dict[str, Any]:
    """The rule and its settings, which belong together."""
    return {"rule": bench.experiment.rule, "settings": bench.experiment.settings}


def _nbn(bench: Bench, message: Message, workers: Workers) -> None:
    """Train with NBN again, with its own settings."""
    stopping = bench.experiment.stopping
    fewer = replace(stopping, max_iterations=min(MAX_ITERATIONS, stopping.max_iterations))
    _change(bench, rule="nbn", settings={}, stopping=fewer)


def _seeded(bench: Bench) -> SeededStart:
    start = bench.experiment.start
    return start if isinstance(start, SeededStart) else SeededStart()


def _fits(topology: Topology, experiment: Experiment) -> bool:
    """Whether a drawn network can keep its place when the data changes."""
    wanted = experiment.topology
    same = (topology.n_inputs, topology.n_outputs) == (wanted.n_inputs, wanted.n_outputs)
    return same and [topology.neurons[m].activation for m in topology.outputs] == [
        wanted.neurons[m].activation for m in wanted.outputs
    ]


def _setting(bench: Bench, message: Message, workers: Workers) -> None:
    group, name = message.text("group"), message.text("name")
    if group == "choice":
        _change(bench, settings=settings_with(bench.experiment, name, message.text("value")))
        return
    value = message.finite("value")
    if group == "parameter":
        _set_parameter(bench, name, value)
    elif group == "rule":
        _set_rule(bench, name, message)
    elif group == "damping":
        _change(bench, settings={**bench.experiment.settings, name: _tidy(value)})
    else:
        raise SettingError("There is no such setting.")


def _set_parameter(bench: Bench, name: str, value: float) -> None:
    data = bench.experiment.data
    if not isinstance(data, ProblemData):
        raise SettingError("Own data has no such setting.")
    parameters: dict[str, Any] = {**data.parameters, name: _tidy(value)}
    changed = replace(data, parameters=parameters)
    fresh = Experiment.suggested(data.name, split_seed=data.split_seed, **parameters)
    if _fits(bench.experiment.topology, fresh):
        stopping = bench.experiment.stopping
        if stopping == _suggestion(bench.experiment).stopping:
            stopping = fresh.stopping  # a target that suits the data goes on suiting it
        _change(bench, data=changed, stopping=stopping)
    else:
        fresh = replace(fresh, data=changed, **_same_rule(bench))
        _put(bench, replace(fresh, start=_seeded(bench)))


def _set_rule(bench: Bench, name: str, message: Message) -> None:
    experiment = bench.experiment
    if name == "seed":
        _change(bench, start=replace(_seeded(bench), seed=message.whole("value", 0, MAX_SEED)))
    elif name == "target_sse":
        target = message.number("value", 0.0, 1e9)
        _change(bench, stopping=replace(experiment.stopping, target_sse=target))
    elif name == "max_iterations":
        limit = message.whole("value", 1, most_iterations(experiment.rule))
        _change(bench, stopping=replace(experiment.stopping, max_iterations=limit))
    else:
        raise SettingError("There is no such setting.")


def _tidy(value: float) -> float | int:
    """A whole number as an int, as far as every float up to it is exact."""
    return int(value) if value.is_integer() and abs(value) <= MAX_SEED else value


def _undo(bench: Bench, message: Message, workers: Workers) -> None:
    if not bench.move(-1):
        bench.say("There is nothing to undo.")


def _redo(bench: Bench, message: Message, workers: Workers) -> None:
    if not bench.move(1):
        bench.say("There is nothing to redo.")


def _change(bench: Bench, **fields: Any) -> None:
    """Replace parts of the experiment; the drawing stays as far as it can."""
    experiment = bench.experiment
    if "topology" not in fields:
        changed = replace(experiment, **fields)
        check_size(changed)
        bench.put(replace(bench.document, experiment=changed))
        return
    start = _seeded(bench)
    _put(bench, replace(experiment, **fields, start=start, drawing=None))


def _put(bench: Bench, experiment: Experiment) -> None:
    """Take up an experiment with a drawing of its own."""
    check_size(experiment)
    sketch = Sketch.of(experiment.topology)
    if experiment.topology == bench.experiment.topology:
        sketch = Sketch.of(experiment.topology, bench.document.sketch.places())
    bench.put(Document(replace(experiment, drawing=sketch.to_drawing()), sketch))


_ACTIONS: Final[dict[str, Callable[[Bench, Message, Workers], None]]] = {
    "hello": _nothing,
    "poll": _nothing,
    "train": _train,
    "step": _step,
    "stop": _stop,
    "reset": _reset,
    "new_weights": _new_weights,
    "scrub": _scrub,
    "graph": _graph,
    "rename": _rename,
    "weight": _weight,
    "preset": _preset,
    "problem": _problem,
    "setting": _setting,
    "nbn": _nbn,
    "undo": _undo,
    "redo": _redo,
}


# The answer


def answer(bench: Bench, have: Have, client: str | None, *, warming: bool) -> payload.Json:
    """Everything the browser needs and does not have."""
    document = bench.document
    experiment = document.experiment
    train, test = experiment.datasets()
    classes = _classes(experiment)
    key = payload.dataset_key(train, test, classes)
    if bench.run is not None and bench.run_from != training_key(experiment):
        drop_run(bench)
    sent: payload.Json = {
        "ack": {"client": client, "seq": bench.acknowledged.get(client, 0)} if client else None,
        "rev": bench.rev,
        "data_key": key,
        "notice": {"id": bench.notice.id, "text": bench.notice.text} if bench.notice else None,
        "info": _info(bench, warming=warming),
        "run": _run_block(bench, have),
    }
    if not have.catalogue:
        sent["catalogue"] = catalogue()
    if have.data != key:
        sent["data"] = payload.data_block(train, test, key, classes)
    if have.rev != bench.rev:
        sent["graph"] = payload.graph_block(document.sketch)
        sent["network"] = payload.network_block(experiment.topology)
        sent["start"] = payload.pack(experiment.start_weights())
        sent["loose"] = list(document.sketch.loose().items())
    return sent


def current_link(bench: Bench) -> str:
    """Return the link that reopens exactly this; empty when it is too large for one."""
    if bench.linked is not bench.experiment:
        bench.linked, bench.link = bench.experiment, _link_of(bench.experiment)
    return bench.link


def _link_of(experiment: Experiment) -> str:
    try:
        return link.encode(experiment)
    except ExperimentError:
        return ""


def _run_block(bench: Bench, have: Have) -> payload.Json | None:
    run = bench.run
    if run is None:
        return None
    running = run.running  # before the trace: a run seen at rest is seen with its last row
    trace = run.trace()
    total = 0 if trace is None else len(trace)
    first = min(have.rows, total) if have.run == run.id else 0
    play = bench.play
    if have.run == run.id:
        bench.play = False  # it plays once: coming back to the page shows where one was
    experiment = bench.experiment
    rows = min(experiment.stopping.max_iterations, MAX_ITERATIONS)
    stride = payload.stride_of(experiment.topology.n_weights, rows)
    block = payload.trace_block(trace, first, stride, ended=not running)
    return {
        "id": run.id,
        "state": "running" if running else "ended",
        "stop": run.stop.name if run.stop else None,
        "sentence": ended(run, trace, halted=bench.halted),
        "total": total,
        "play": play,
        "shown": 0 if play else max(0, min(bench.iteration, total - 1)),
        **block,
    }


def _info(bench: Bench, *, warming: bool) -> payload.Json:
    document = bench.document
    experiment = document.experiment
    loose = document.sketch.loose()
    return {
        **_data_info(experiment),
        "rule_title": RULES[experiment.rule].title if experiment.rule != "nbn" else "",
        "rule": rule_fields(experiment),
        "control": control_fields(experiment),
        "damping": advanced_fields(experiment),
        "target_sse": experiment.stopping.target_sse,
        "can_train": document.blocked is None,
        "can_undo": bench.position > 0,
        "can_redo": bench.position + 1 < len(bench.history),
        "loose": document.blocked or next(iter(loose.values()), ""),
        "headline": headline(experiment, bench.run, warming=warming),
        "facts": facts(experiment),
        "warming": warming,
    }


def _classes(experiment: Experiment) -> tuple[str, ...]:
    data = experiment.data
    return data.classes if isinstance(data, OwnData) else ()


def _data_info(experiment: Experiment) -> payload.Json:
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
