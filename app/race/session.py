"""What a session holds of its races, what each message does to it, and the answer it gets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.race import payload
from app.race.lanes import MOST_LANES, Budget, Lane, opening, titles, tuned
from app.race.many_seeds_run import Kept, Series
from app.race.race import Heat
from app.race.results import Result, results, right_share, verdict
from app.race.snapshots import Album, Photographer, scene
from app.session.inbox import process
from app.session.jobs import Workers
from app.session.messages import Message, Outbox
from app.session.state import Bench
from app.session.training import training_key
from app.shared.payload import Json
from app.shared.words import short
from nbn_core.checks import plural
from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment

LOG: Final = 60  # results kept for the table
PROMPT: Final = 0.1  # seconds to wait for lanes that are over before the eye follows
COMPILING: Final = (
    "Compiling the other rules, once for this computer: about half a minute. "
    "A lane begins when its rule is ready."
)
SOON: Final = "The other rules are being compiled, once for this computer: half a minute."


@dataclass(frozen=True, slots=True)
class Entry:
    """A result in the table: of which race, under which experiment, and how well it answers."""

    race: int
    experiment: Experiment
    result: Result
    train: float | None
    test: float | None


@dataclass(slots=True)
class Desk:
    """All races of a session."""

    lanes: tuple[Lane, ...] = ()
    touched: bool = False  # whether a hand changed the lanes
    budget: Budget = field(default_factory=Budget)
    of: str = ""  # the problem that the lanes were made for
    heat: Heat | None = None
    heat_key: str = ""
    albums: dict[int, Album] = field(default_factory=dict)
    photographer: Photographer | None = None
    noted: int = 0  # the race whose results stand in the table
    log: list[Entry] = field(default_factory=list)
    series: Series | None = None
    kept: Kept = field(default_factory=dict)
    seeds: int = 10
    work: float = 50_000.0

    # Lanes

    def settle(self, experiment: Experiment) -> None:
        """Make the lanes fit the experiment: a race of another one is over."""
        key = problem_key(experiment)
        if self.heat is not None and key != self.heat_key:
            self.drop()
        if not self.lanes or (key != self.of and not self.touched):
            self.lanes = opening(experiment)
        self.of = key

    def drop(self) -> None:
        """Forget the race; workers at it stop after their slices."""
        if self.heat is not None:
            self.heat.halt()
        self.heat, self.albums, self.photographer = None, {}, None

    def put(self, lanes: tuple[Lane, ...]) -> None:
        """Take up other lanes."""
        self.lanes, self.touched = lanes, True
        self.drop()

    def set_budget(self, budget: Budget) -> None:
        """Take up another budget."""
        self.budget = budget
        self.drop()

    def add(self, experiment: Experiment) -> None:
        """Add a lane: the first rule that has none yet and can run here."""
        if len(self.lanes) >= MOST_LANES:
            raise SettingError(f"{MOST_LANES} lanes are the limit: remove one first.")
        taken = {lane.name for lane in self.lanes}
        numbers = {lane.number for lane in self.lanes}
        free = next(i for i in range(MOST_LANES) if i not in numbers)
        name = next((name for name in _NEXT if name not in taken), "nbn")
        self.put((*self.lanes, Lane(free, name, tuned(experiment, name))))

    def remove(self, number: int) -> None:
        """Take a lane away; one stays."""
        if len(self.lanes) > 1:
            self.put(tuple(lane for lane in self.lanes if lane.number != number))

    def change(self, lane: Lane) -> None:
        """Put a lane in the place of the one with its number."""
        self.put(tuple(lane if one.number == lane.number else one for one in self.lanes))

    def reset(self, experiment: Experiment) -> None:
        """Go back to the lanes and the budget of the opening."""
        self.put(opening(experiment))
        self.touched, self.budget = False, Budget()

    # The race

    def start(self, experiment: Experiment, workers: Workers) -> None:
        """Start all lanes from the same weights."""
        self.drop()
        self.photographer = Photographer(experiment)
        self.albums = {lane.number: Album() for lane in self.lanes}
        self.heat = Heat(experiment, self.lanes, self.budget, self.photographer.own_inputs())
        self.heat_key = problem_key(experiment)
        self.heat.go(workers)

    def note(self) -> bool:
        """Put the results of a race at rest in the table; whether it was not there yet."""
        heat = self.heat
        if heat is None or heat.running or self.noted == heat.id:
            return False
        self.noted = heat.id
        entries = []
        for run, result in zip(heat.runs, results(heat), strict=True):
            shares: tuple[float | None, float | None] = (None, None)
            if run is not None and result.spent is not None:
                shares = (right_share(heat, run, test=False), right_share(heat, run, test=True))
            entries.append(Entry(heat.id, heat.experiment, result, *shares))
        others = [entry for entry in self.log if entry.race != heat.id]
        self.log = [*entries, *others][:LOG]
        return True


_NEXT: Final = (
    "nbn", "ebp", "adam", "forward_forward", "lm", "rprop", "dfa", "block_lm", "lbfgs",
    "predictive_coding", "spsa",
)  # fmt: skip


def problem_key(experiment: Experiment) -> str:
    """Say what a race depends on: the experiment but its rule."""
    return training_key(replace(experiment, rule="nbn", settings={}))


# Messages


def handle(bench: Bench, desk: Desk, outbox: Outbox, workers: Workers) -> bool:
    """Act on what is new; whether anything was."""

    def act(message: Message) -> None:
        action = _ACTIONS.get(message.kind)
        if action is not None:
            action(bench, desk, message, workers)

    return process(bench, outbox, act)


def _start(bench: Bench, desk: Desk, message: Message, workers: Workers) -> None:
    if bench.document.blocked:
        raise SettingError(bench.document.blocked)
    desk.start(bench.experiment, workers)
    _wait(desk)


def _stop(bench: Bench, desk: Desk, message: Message, workers: Workers) -> None:
    if desk.heat is not None:
        desk.heat.halt()
        _wait(desk)


def _go_on(bench: Bench, desk: Desk, message: Message, workers: Workers) -> None:
    if desk.heat is not None:
        desk.noted = 0
        desk.heat.go(workers)


def _wait(desk: Desk) -> None:
    """Lanes that are over within the blink of an eye need no second answer."""
    left = PROMPT
    for run in desk.heat.runs if desk.heat is not None else []:
        if run is not None and left > 0:
            run.wait(left / 4)


_ACTIONS: Final[dict[str, Callable[[Bench, Desk, Message, Workers], None]]] = {
    "start": _start,
    "stop": _stop,
    "go_on": _go_on,
}


# The answer


def answer(
    bench: Bench, desk: Desk, client: str | None, have: Mapping[str, Any], *, warming: bool
) -> Json:
    """Everything the browser needs and does not have."""
    experiment, heat = bench.experiment, desk.heat
    running = heat is not None and heat.running
    notice, data = bench.notice, experiment.datasets()[0]
    found = results(heat) if heat is not None else []
    lanes = heat.lanes if heat is not None else desk.lanes
    key = problem_key(experiment)
    race = heat.id if heat is not None else 0
    known = have.get("looks")
    if have.get("race") != race or not isinstance(known, Mapping):
        known = {}
    sent: Json = {
        "ack": {"client": client, "seq": bench.acknowledged.get(client, 0)} if client else None,
        "notice": {"id": notice.id, "text": notice.text} if notice else None,
        "race": race,
        "running": running,
        "can_go_on": heat is not None and heat.halted and not running and heat.can_go_on,
        "blocked": bench.document.blocked or "",
        "poll": running or warming,
        "headline": _headline(desk, found, running=running, warming=warming),
        "facts": _facts(experiment, desk.budget),
        "target": experiment.stopping.target_sse,
        "patterns": data.n_patterns,
        "counts": data.kind == "classification",
        "key": key,
        "lanes": [
            payload.lane_block(lane, title, experiment)
            for lane, title in zip(lanes, titles(lanes), strict=True)
        ],
    }
    if have.get("key") != key:
        sent["scene"] = scene(experiment)
    if heat is not None and desk.photographer is not None:
        shots = payload.pictures(heat, desk.albums, desk.photographer, known)
        for block, result, run, shot in zip(sent["lanes"], found, heat.runs, shots, strict=True):
            block |= payload.result_block(result)
            block |= {"curve": payload.curve_block(run), **shot}
    else:
        opening_look = payload.opening(experiment)
        for block in sent["lanes"]:
            block |= {"state": "ready", "sentence": "", "newest": opening_look}
    return sent


def _headline(desk: Desk, found: list[Result], *, running: bool, warming: bool) -> str:
    if running:
        done = [one.title for one in found if one.reached is not None]
        if warming:
            return COMPILING
        return f"At the target: {', '.join(done)}." if done else "All lanes are running."
    if desk.heat is None:
        text = "Same network, same data, same starting weights: press Start."
        return f"{text} {SOON}" if warming else text
    return " ".join(verdict(found))


def _facts(experiment: Experiment, budget: Budget) -> str:
    data = experiment.datasets()[0]
    weights = plural(experiment.topology.n_weights, "weight")
    target = short(experiment.stopping.target_sse)
    return (
        f"{data.name}: {plural(data.n_patterns, 'pattern')}, {weights}. "
        f"Target SSE {target}; {budget.sentence()}."
    )
