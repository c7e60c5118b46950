"""Python and the browser agree on what they send to each other.

The browser modules are checked against the types in `app/*/frontend/payloads.d.ts`. Here real
payloads are written into a TypeScript file as values of these types, and so are the messages that
Python reads; the compiler finds a key that is new, missing or renamed on either side.
"""

from __future__ import annotations

import copy
import dataclasses
import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.data import painting
from app.data.choices import PageState
from app.draw import dispatch
from app.draw.reshape.prediction import Known
from app.figures import palette
from app.figures.topology_map import MapCell, map_block
from app.hessian import component as matrix
from app.inside import view as inside
from app.inside.view import InsideState
from app.race import session as racing
from app.race.session import RaceSession
from app.session import server, state
from app.session.document import document_of
from app.session.jobs import Run
from app.session.messages import Have, Message, Outbox
from app.session.reshaping import reshape
from app.session.state import Session
from app.session.training_key import training_key
from app.shared.component import Component
from app.topologies import component as board
from nbn_core.experiment import Experiment, OwnData, SeededStart, Stopping, link
from nbn_core.network import Topology
from nbn_core.structure import Grow, Prune, Train
from nbn_core.warmup import warm_up, warm_up_curvature
from tests.app.fake_browser import LONG, FakeBrowser, NoWorkers

Payloads = list[tuple[str, Any]]

FOLDERS = {
    "Draw": "draw", "Matrix": "hessian", "Inside": "inside", "Race": "race",
    "Painting": "data", "Share": "share", "Words": "shared",
    "Map": "topologies", "Address": "shared",
}  # fmt: skip
DECLARED = {
    "workbench": "DrawPayload", "quasi": "MatrixPayload", "inside": "InsidePayload",
    "race": "RacePayload", "paint": "PaintingPayload", "share": "SharePayload",
    "words": "WordsPayload", "map": "MapPayload", "address": "AddressPayload",
}  # fmt: skip
XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 2, 1], output="bipolar"),
    start=SeededStart(seed=4), stopping=Stopping(1e-6, 20),
)  # fmt: skip
SINC = replace(Experiment.suggested("sinc"), topology=Topology.slp(1, 2, 1))


def with_validation() -> Experiment:
    data = OwnData(Experiment.suggested("iris").datasets()[0], 0.2, 0, 0.2)
    return Experiment(Topology.mlp([4, 2, 3], output="bipolar"), data, stopping=Stopping(1e-3, 5))


# Payloads


def trained(session: Session) -> None:
    run = Run(session.experiment.training)
    run.go(NoWorkers())
    while run.slice():
        pass
    session.run, session.run_from = run, training_key(session.experiment)


def visited_pages(root: Path, experiment: Experiment) -> Payloads:
    """Return the payloads of all pages after a training."""
    mounted: Payloads = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Component, "mount", lambda self, key, data: mounted.append((self.name, data)))
        app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
        app.query_params["e"] = link.encode(experiment)
        app.run()
        trained(app.session_state["nbn.session"])
        app.run()
        for page in ("hessian", "inside", "topologies", "race", "data", "share"):
            app.switch_page(f"../pages/{page}.py").run()
            assert not app.exception
    return mounted


def drawn(experiment: Experiment, *messages: tuple[str, dict[str, Any]]) -> Payloads:
    """Return the payloads of the Draw page for some messages, with the fields of the page."""
    browser = FakeBrowser(experiment)
    answers = [browser.post(kind, **fields) for kind, fields in messages]
    compared = {"beside": "", "measuring": False}
    return [("workbench", {**sent, "info": {**sent["info"], **compared}}) for sent in answers]


def reshaped(experiment: Experiment) -> Payloads:
    """Return the payload of the Draw page for a network that was pruned and grown."""
    browser = FakeBrowser(experiment)
    reshape(browser.session, NoWorkers(), Prune(count=1), Train(3), Grow())
    run = browser.session.run
    assert run is not None
    while run.slice():
        pass
    known = Known().about(browser.session)
    sent = browser.post("poll")
    saliency = known.saliency(browser.session, "surgeon")
    page = {"beside": "", "measuring": False, "saliency": saliency}
    return [("workbench", {**sent, "info": {**sent["info"], **page}})]


def race(experiment: Experiment, *, run: bool) -> Any:
    session, races = Session([document_of(experiment)]), RaceSession()
    races.settle(experiment)
    if run:
        races.start(session.experiment, NoWorkers())
        assert races.race is not None
        for lane in races.race.runs:
            while lane is not None and lane.slice():
                pass
    return racing.answer(session, races, "browser", {}, warming=False)


def paint(experiment: Experiment) -> Any:
    session = Session([document_of(experiment)])
    return painting.answer(session, PageState(), Have(), "browser", warming=False)


def families() -> Any:
    cells = {(0, 0): MapCell(0, "2-2-1", XOR.topology, 1, 2)}
    return map_block(["SLP"], [1, 2], cells, 0, palette.LIGHT)


def shrunk(value: Any) -> Any:
    """Return a value of the same type with less data: long lists and texts are cut."""
    if isinstance(value, dict):
        return {key: shrunk(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shrunk(item) for item in (value[:3] if len(value) > 6 else value)]
    return value[:12] if isinstance(value, str) and len(value) > 60 else value


@pytest.fixture(scope="module")
def payloads(root: Path) -> Payloads:
    # Pages show less while the kernels are being compiled.
    warm_up()
    warm_up_curvature()
    assert server.warming().wait(LONG)
    blocked = Session([document_of(XOR)])
    made: Payloads = [
        *visited_pages(root, XOR),
        *visited_pages(root, with_validation()),
        *drawn(XOR, ("hello", {}), ("setting", {"group": "rule", "name": "?", "value": 1})),
        *reshaped(XOR),
        ("inside", inside.answer(blocked, InsideState(), None, warming=True)),
        ("race", race(XOR, run=True)),
        ("race", race(SINC, run=False)),
        ("race", race(with_validation(), run=False)),
        ("paint", paint(XOR)),
        ("map", families()),
        ("paint", paint(SINC)),
    ]
    return [(name, json.loads(json.dumps(data, allow_nan=False))) for name, data in made]


def key_paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to every key, through the first entry of each list."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key)
            yield from key_paths(item, (*path, key))
    elif isinstance(value, list) and value:
        yield from key_paths(value[0], (*path, 0))


# The compiler

OPTIONS = {
    "strict": True, "noEmit": True, "target": "es2022", "lib": ["es2022"], "types": [],
    "module": "nodenext", "allowImportingTsExtensions": True,
}  # fmt: skip


def type_errors(root: Path, folder: Path, lines: list[str]) -> list[str]:
    """Return the errors of the compiler for lines that use the declared types."""
    compiler = root / "node_modules" / ".bin" / "tsc"
    assert compiler.exists(), "TypeScript is missing: `sh scripts/install` installs it."
    imports = [
        f'import type * as {name} from "{root}/app/{place}/frontend/payloads.d.ts";'
        for name, place in FOLDERS.items()
    ]
    (folder / "payloads.ts").write_text("\n".join([*imports, *lines]), encoding="utf-8")
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS}))
    run = subprocess.run(
        [compiler], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert (run.returncode == 0) == (not run.stdout.strip()), run.stdout + run.stderr
    return run.stdout.splitlines()


def constant(number: int, kind: str, value: Any) -> str:
    """Return a line that declares a constant of a type."""
    return f"export const p{number}: {kind} = {json.dumps(value)};"


def payload_type(name: str) -> str:
    kind = DECLARED[name]
    return f"{kind.removesuffix('Payload')}.{kind}"


def test_payloads_have_the_declared_types(root: Path, payloads: Payloads, tmp_path: Path) -> None:
    assert {name for name, _ in payloads} >= set(DECLARED)
    lines = [
        constant(i, payload_type(name), shrunk(data))
        for i, (name, data) in enumerate(payloads)
        if name in DECLARED
    ]
    assert type_errors(root, tmp_path, lines) == []


def test_every_payload_has_a_declared_type(payloads: Payloads) -> None:
    assert {name for name, _ in payloads} == set(DECLARED)


def test_a_renamed_key_is_found(root: Path, payloads: Payloads, tmp_path: Path) -> None:
    """Every key of every payload is renamed, one at a time."""
    lines, seen = [], set()
    for name, data in payloads:
        if name not in DECLARED:
            continue
        for path in key_paths(data):
            label = (name, tuple(step for step in path if isinstance(step, str)))
            if label in seen:
                continue
            seen.add(label)
            changed = copy.deepcopy(shrunk(data))
            holder = changed
            for step in path[:-1]:
                holder = holder[step]
            holder["renamed"] = holder.pop(path[-1])
            lines += ["// @ts-expect-error", constant(len(lines), payload_type(name), changed)]
    assert len(seen) > 200
    assert type_errors(root, tmp_path, lines) == []


@pytest.mark.parametrize("place", sorted(set(FOLDERS.values())))
def test_python_fills_every_optional_key(root: Path, payloads: Payloads, place: str) -> None:
    """The compiler does not report an optional key that is missing."""
    text = (root / "app" / place / "frontend" / "payloads.d.ts").read_text(encoding="utf-8")
    declared = re.sub(r"export interface \w+Have \{.*?\n\}", "", text, flags=re.DOTALL)
    optional = set(re.findall(r"^ +(\w+)\?:", declared, flags=re.MULTILINE))
    filled = {
        path[-1]
        for name, data in payloads
        if name in DECLARED and FOLDERS[DECLARED[name].removesuffix("Payload")] == place
        for path in key_paths(data)
    }
    assert optional <= filled


# Messages

GRAPH = {
    "nodes": [
        {"id": "x1", "role": "input", "activation": "", "gain": 1, "leak": 0, "x": 0, "y": None},
    ],
    "links": [["x1", "y"]],
}
FIELDS: dict[str, dict[str, list[dict[str, Any]]]] = {
    "Draw": {
        "step": [{"k": 1}],
        "scrub": [{"k": 0}],
        "weight": [
            {"bias": "y", "value": 1.5, "k": 0},
            {"source": "x1", "target": "h1", "value": 1.5, "k": 0},
        ],
        "graph": [{"graph": GRAPH}],
        "rename": [{"id": "h1", "name": "a"}],
        "preset": [{"family": "mlp", "sizes": [2]}],
        "problem": [{"name": "xor"}],
        "rule": [{"name": "adam"}],
        "setting": [
            {"group": "rule", "name": "seed", "value": 2},
            {"group": "option", "name": "control", "value": "published"},
        ],
    },
    "Painting": {"mode": [{"curve": True}], "points": [{"points": [[0.0, 0.0, 1]], "stroke": 1}]},
    "Inside": {"iteration": [{"k": 0}], "pattern": [{"p": 0}], "neuron": [{"id": "y"}]},
    "Race": {},
}
HANDLED = {
    "Draw": set(dispatch.ACTIONS),
    "Painting": {"hello", "poll", "points", *painting._ACTIONS},
    "Inside": {"hello", "poll", *inside._ACTIONS},
    "Race": {"hello", "poll", *racing._ACTIONS},
}


class Watched(dict[str, Any]):
    """The fields of a message, which record the names of those that are read."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        super().__init__(fields)
        self.names: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.names.add(key)
        return super().get(key, default)


def handler(page: str) -> Callable[[Outbox], bool]:
    session = Session([document_of(XOR)])
    return {
        "Draw": lambda outbox: dispatch.handle(session, outbox, NoWorkers()),
        "Painting": lambda outbox: painting.handle(session, PageState(), outbox, NoWorkers()),
        "Inside": lambda outbox: inside.handle(session, InsideState(), outbox),
    }[page]


@pytest.mark.parametrize("page", HANDLED)
def test_messages_have_the_declared_kinds(root: Path, tmp_path: Path, page: str) -> None:
    kinds = constant(0, f"Record<keyof {page}.{page}Messages, 1>", dict.fromkeys(HANDLED[page], 1))
    plain = {kind: {} for kind in HANDLED[page] - set(FIELDS[page])}
    fields = constant(1, f"Pick<{page}.{page}Messages, {union(plain)}>", plain)
    assert type_errors(root, tmp_path, [kinds, fields]) == []


def union(names: Mapping[str, object]) -> str:
    return " | ".join(json.dumps(name) for name in sorted(names))


def test_messages_have_the_declared_fields(root: Path, tmp_path: Path) -> None:
    """Optional fields included; the compiler reports each renamed field."""
    lines: list[str] = []
    for page, kinds in FIELDS.items():
        for kind, examples in kinds.items():
            declared = f'Required<{page}.{page}Messages["{kind}"]>'
            for fields in examples:
                lines.append(constant(len(lines), declared, fields))
                for name in fields:
                    others = {key: value for key, value in fields.items() if key != name}
                    renamed = {**others, "renamed": fields[name]}
                    lines += ["// @ts-expect-error", constant(len(lines), declared, renamed)]
    assert type_errors(root, tmp_path, lines) == []


@pytest.mark.parametrize(
    ("page", "kind", "fields"),
    [
        (page, kind, fields)
        for page, kinds in FIELDS.items()
        for kind, examples in kinds.items()
        for fields in examples
    ],
)
def test_python_reads_the_declared_fields(page: str, kind: str, fields: dict[str, Any]) -> None:
    watched = Watched(fields)
    assert handler(page)(Outbox("browser", (Message(1, kind, watched),)))
    assert watched.names == set(fields)


def test_the_state_of_the_browser_has_the_declared_types(root: Path, tmp_path: Path) -> None:
    have = {"catalogue": True, "data": "key", "rev": 1, "run": "id", "rows": 3, "predictions": 2}
    assert set(have) == {field.name for field in dataclasses.fields(Have)}
    session, races = Session([document_of(XOR)]), RaceSession()
    known = Watched({"key": "xor", "race": 0, "looks": {"1": 2}})
    racing.answer(session, races, "browser", known, warming=False)
    assert known.names == set(known)
    lines = [
        constant(0, "Required<Draw.DrawHave>", have),
        constant(1, "Required<Painting.PaintingHave>", {"data": "key"}),
        constant(2, "Required<Race.RaceHave>", dict(known)),
    ]
    assert type_errors(root, tmp_path, lines) == []


@pytest.mark.parametrize("block", [None, ["h1", "y"]])
def test_a_click_on_the_matrix_has_the_declared_type(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: list[str] | None
) -> None:
    sent = {"number": "a-1", "block": block}
    line = constant(0, "Required<Matrix.MatrixClick>", sent)
    assert type_errors(root, tmp_path, [line]) == []
    monkeypatch.setattr(state, "component_state", lambda key, name: sent)
    assert matrix.clicked() == matrix.Click("a-1", tuple(block) if block else None)


def test_a_click_on_the_map_has_the_declared_type(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: dict[str, Any] = {"number": "a-1", "place": 3}
    line = constant(0, "Required<Map.MapClick>", sent)
    assert type_errors(root, tmp_path, [line]) == []
    monkeypatch.setattr(state, "component_state", lambda key, name: sent)
    assert board.clicked() == board.Click("a-1", 3)
    sent["place"] = "3"
    assert board.clicked() is None
