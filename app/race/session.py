"""The races of a session, the actions of its messages, and the answer to the browser."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.figures.number_format import short
from app.race import payload
from app.race.lanes import MOST_LANES, Budget, Lane, opening, titles
from app.race.many_seeds_run import Kept, Series
from app.race.networks import AS_DRAWN, entrant
from app.race.race import Race
from app.race.results import LaneResult, results, right_share, verdict
from app.race.snapshots import Snapshots, SnapshotTaker, scene
from app.session.inbox import envelope, process, unknown
from app.session.jobs import Workers
from app.session.messages import Message, Outbox
from app.session.state import Session
from app.session.training_key import training_key
from app.session.tuned_settings import tuned
from app.shared.words import pattern_counts
from nbn_core.checks import plural
from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment, RaceSetup, Stopping
from nbn_core.experiment.jsontext import dumps
from nbn_core.rules import RULES
from nbn_core.types import Json

LOG: Final = 60  # results kept for the table
PROMPT: Final = 0.1  # seconds to wait for lanes that end almost at once
COMPILING: Final = (
    "Compiling the other rules, once for this computer: about half a minute. "
    "A lane starts when its rule is ready."
)
SOON: Final = "The other rules are being compiled, once for this computer: about half a minute."


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table of results: number of the race, its experiment, and its quality."""

    race: int
    experiment: Experiment
    result: LaneResult
    train: float | None
    test: float | None


@dataclass(slots=True)
class RaceSession:
    """The lanes, the current race and the results of a session."""

    lanes: tuple[Lane, ...] = ()
    touched: bool = False  # whether the reader changed the lanes
    budget: Budget = field(default_factory=Budget)
    of: str = ""  # the problem that the lanes were made for
    race: Race | None = None
    started: int = 0  # number of races in this session
    form: int = 0  # part of the widget keys; increased when the form is filled with other values
    race_key: str = ""
    snapshots: dict[int, Snapshots] = field(default_factory=dict)
    snapshot_takers: dict[int, SnapshotTaker] = field(default_factory=dict)
    noted: int = 0  # id of the race whose results are in the table
    log: list[Entry] = field(default_factory=list)
    series: Series | None = None
    kept: Kept = field(default_factory=list)
    seeds: int = 10
    work: float = 50_000.0
    given: RaceSetup | None = None  # what the session knows of the lanes

    # Lanes

    def follow(self, session: Session) -> None:
        """Take over the lanes that a link or another page gave, or tell the session of these."""
        if session.race is not None and session.race is not self.given:
            self._adopt(session.race)
        self.settle(session.experiment)
        setup = self.setup(session.experiment)
        if setup != session.race:
            session.race = setup
        self.given = session.race

    def _adopt(self, setup: RaceSetup) -> None:
        self.put(tuple(Lane.of(one) for one in setup.lanes))
        self.budget = Budget(setup.kind, setup.seconds, setup.work)
        self.seeds, self.work = setup.seeds, setup.trial_work
        self.form += 1

    def setup(self, experiment: Experiment) -> RaceSetup | None:
        """Return the race for a file or link; None if it is that of a new visitor."""
        budget, fresh = self.budget, RaceSession()
        if (budget, self.seeds, self.work) == (fresh.budget, fresh.seeds, fresh.work) and (
            self.lanes == opening(experiment)
        ):
            return None
        lanes = tuple(lane.saved() for lane in self.lanes)
        return RaceSetup(lanes, budget.kind, budget.seconds, budget.work, self.seeds, self.work)

    def settle(self, experiment: Experiment) -> None:
        """Drop the race if the experiment has changed, and renew lanes that were not edited."""
        key = problem_key(experiment)
        if self.race is not None and key != self.race_key:
            self.drop()
        if not self.lanes or (key != self.of and not self.touched):
            self.lanes = opening(experiment)
        self.of = key

    def drop(self) -> None:
        """Drop the race; worker threads stop after their slices."""
        if self.race is not None:
            self.race.halt()
        self.race, self.snapshots, self.snapshot_takers = None, {}, {}

    def put(self, lanes: tuple[Lane, ...]) -> None:
        """Replace the lanes and drop the race."""
        self.lanes, self.touched = lanes, True
        self.drop()

    def set_budget(self, budget: Budget) -> None:
        """Replace the budget and drop the race."""
        self.budget = budget
        self.drop()

    def add(self, experiment: Experiment) -> None:
        """Add a lane with the first rule that has none yet; SettingError at the limit of lanes."""
        if len(self.lanes) >= MOST_LANES:
            raise SettingError(f"{MOST_LANES} lanes are the limit: remove one first.")
        taken = {lane.name for lane in self.lanes}
        numbers = {lane.number for lane in self.lanes}
        free = next(i for i in range(MOST_LANES) if i not in numbers)
        name = next(name for name in (*_NEXT, *RULES) if name not in taken)
        self.put((*self.lanes, Lane(free, name, tuned(experiment, name))))

    def remove(self, number: int) -> None:
        """Remove a lane; the last one stays."""
        if len(self.lanes) > 1:
            self.put(tuple(lane for lane in self.lanes if lane.number != number))

    def change(self, lane: Lane) -> None:
        """Replace the lane with the same number."""
        self.put(tuple(lane if one.number == lane.number else one for one in self.lanes))

    def reset(self, experiment: Experiment) -> None:
        """Restore the default lanes and budget."""
        self.put(opening(experiment))
        self.touched, self.budget = False, Budget()
        self.form += 1

    # The race

    def start(self, experiment: Experiment, workers: Workers) -> None:
        """Start all lanes, from the same weights where their networks coincide."""
        self.drop()
        self.snapshot_takers = {
            lane.number: SnapshotTaker(entrant(experiment, lane.network).experiment)
            for lane in self.lanes
        }
        self.snapshots = {lane.number: Snapshots() for lane in self.lanes}
        self.started += 1
        # The same inputs for all lanes, whatever their networks.
        own_inputs = SnapshotTaker(experiment).own_inputs()
        self.race = Race(experiment, self.lanes, self.budget, own_inputs, self.started)
        self.race_key = problem_key(experiment)
        self.race.go(workers)

    def note(self) -> bool:
        """Add the results of a finished race to the table; return whether they are new."""
        race = self.race
        if race is None or race.running or self.noted == race.id:
            return False
        self.noted = race.id
        entries = []
        for run, result in zip(race.runs, results(race), strict=True):
            shares: tuple[float | None, float | None] = (None, None)
            if run is not None and result.spent is not None:
                shares = (right_share(race, run, test=False), right_share(race, run, test=True))
            entries.append(Entry(race.number, race.experiment, result, *shares))
        others = [entry for entry in self.log if entry.race != race.number]
        self.log = [*entries, *others][:LOG]
        return True


_NEXT: Final = (
    "nbn", "ebp", "adam", "forward_forward", "lm", "rprop", "dfa", "block_lm", "lbfgs",
    "predictive_coding", "spsa",
)  # fmt: skip


def problem_key(experiment: Experiment) -> str:
    """Return a digest of all that a race depends on: network, data, starting weights and target."""
    target = Stopping(experiment.stopping.target_sse)
    return training_key(replace(experiment, rule="nbn", settings={}, stopping=target))


def scene_key(experiment: Experiment, lanes: tuple[Lane, ...]) -> str:
    """Return a digest of all that is drawn behind the pictures: problem, networks of the lanes."""
    networks = [lane.network for lane in lanes]
    key = problem_key(experiment)
    if all(one == AS_DRAWN for one in networks):
        return f"{key}-{len(networks)}"
    text = dumps([one.to_dict() for one in networks])
    return f"{key}-{hashlib.blake2b(text.encode(), digest_size=8).hexdigest()}"


# Messages


def handle(session: Session, races: RaceSession, outbox: Outbox, workers: Workers) -> bool:
    """Act on the messages that are new; return whether there were any."""

    def act(message: Message) -> None:
        action = _ACTIONS.get(message.kind)
        if action is not None:
            action(session, races, message, workers)
        elif error := unknown(message):
            raise error

    return process(session, outbox, act)


def _start(session: Session, races: RaceSession, message: Message, workers: Workers) -> None:
    if session.document.blocked:
        raise SettingError(session.document.blocked)
    races.start(session.experiment, workers)
    _wait(races)


def _stop(session: Session, races: RaceSession, message: Message, workers: Workers) -> None:
    if races.race is not None:
        races.race.halt()
        _wait(races)


def _go_on(session: Session, races: RaceSession, message: Message, workers: Workers) -> None:
    if races.race is not None:
        races.noted = 0
        races.race.go(workers)


def _wait(races: RaceSession) -> None:
    """Wait for up to PROMPT seconds, so that very short races need no second answer."""
    left = PROMPT
    for run in races.race.runs if races.race is not None else []:
        if run is not None and left > 0:
            run.wait(left / 4)


_ACTIONS: Final[dict[str, Callable[[Session, RaceSession, Message, Workers], None]]] = {
    "start": _start,
    "stop": _stop,
    "go_on": _go_on,
}


# The answer


def answer(
    session: Session,
    races: RaceSession,
    client: str | None,
    have: Mapping[str, Any],
    *,
    warming: bool,
    pictures: bool = True,
) -> Json:
    """Return what the browser needs and does not have: lanes, results, new pictures.

    `pictures` is False while no network can be run, because NBN is being compiled.
    """
    experiment, race = session.experiment, races.race
    running = race is not None and race.running
    data = experiment.datasets()[0]
    found = results(race) if race is not None else []
    lanes = race.lanes if race is not None else races.lanes
    key = scene_key(experiment, lanes)
    race_id = race.id if race is not None else 0
    known = have.get("looks")
    if have.get("race") != race_id or not isinstance(known, Mapping):
        known = {}
    sent: Json = {
        **envelope(session, client),
        "race": race_id,
        "running": running,
        "can_go_on": race is not None and race.halted and not running and race.can_go_on,
        "blocked": session.document.blocked or "",
        "poll": running or warming or not pictures,
        "headline": _headline(races, found, running=running, warming=warming),
        "facts": _facts(experiment, races.budget),
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
        sent["networks"] = [payload.network_block(lane, experiment) for lane in lanes]
    if race is not None and races.snapshot_takers:
        shots = payload.pictures(race, races.snapshots, races.snapshot_takers, known)
        for block, result, run, shot in zip(sent["lanes"], found, race.runs, shots, strict=True):
            block |= payload.result_block(result)
            block |= {"curve": payload.curve_block(run), **shot}
    else:
        for block, lane in zip(sent["lanes"], lanes, strict=True):
            # The outputs of the drawn network are not those of a rule that predicts in its own way.
            drawable = pictures and not lane.rule.own_prediction
            look = payload.opening(experiment, lane) if drawable else None
            block |= {"state": "ready", "sentence": "", "newest": look}
    return sent


def _headline(races: RaceSession, found: list[LaneResult], *, running: bool, warming: bool) -> str:
    if running:
        done = [one.title for one in found if one.reached is not None]
        if warming:
            return COMPILING
        return f"At the target: {', '.join(done)}." if done else "All lanes are running."
    if races.race is None:
        text = "Same network, same data, same starting weights: press Start."
        if any(lane.network != AS_DRAWN for lane in races.lanes):
            text = "Same data, networks of their own: press Start."
        return f"{text} {SOON}" if warming else text
    return " ".join(verdict(found))


def _facts(experiment: Experiment, budget: Budget) -> str:
    parts = experiment.parts()
    weights = plural(experiment.topology.n_weights, "weight")
    target = short(experiment.stopping.target_sse)
    return (
        f"{parts.train.name or 'Own data'}: {pattern_counts(parts)}, {weights}. "
        f"Target SSE {target}; {budget.sentence()}."
    )
