"""The Draw page in Streamlit's test runner: messages, links, reruns, end of the session."""

from __future__ import annotations

import base64
import json
import math
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.runtime.caching import cache_resource_api
from streamlit.testing.v1 import AppTest

from app.draw import component
from app.session import closing, server
from app.session.state import Session, first_experiment
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, GivenStart, OwnData, SeededStart, Stopping, link
from nbn_core.network import Topology
from tests.app.fake_browser import LONG, is_a_sentence, neuron, unpacked

XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 2, 1], output="bipolar"),
    start=SeededStart(seed=4),
)  # fmt: skip


class Page:
    """The page in one session."""

    def __init__(self, root: Path, **query: Any) -> None:
        self.app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
        self.app.query_params.update(query)
        self.seq = 0
        self.app.run()

    @property
    def answer(self) -> dict[str, Any]:
        """Return the data of the component; fails if the page shows an error."""
        assert not self.app.exception
        assert not self.app.error
        return self._sent("workbench")

    def _sent(self, name: str) -> dict[str, Any]:
        [mounted] = [
            one
            for one in self.app.get("bidi_component")
            if one.proto.component_name.startswith(f"nbn-lab.{name}_")
        ]

        def refuse(constant: str) -> None:
            raise AssertionError(f"{constant} is not JSON")

        sent: dict[str, Any] = json.loads(mounted.proto.json, parse_constant=refuse)
        return sent

    @property
    def warnings(self) -> str:
        """Return the warnings above the page."""
        return " ".join(str(element.value) for element in self.app.warning)

    @property
    def session(self) -> Session:
        session: Session = self.app.session_state["nbn.session"]
        return session

    @property
    def link(self) -> str:
        return str(self._sent("address")["link"])

    def post(self, kind: str, **fields: Any) -> dict[str, Any]:
        self.seq += 1
        return self.put({"seq": self.seq, "kind": kind, **fields})

    def put(self, *messages: object, have: object = None) -> dict[str, Any]:
        return self.hold({"client": "browser", "messages": list(messages), "have": have})

    def hold(self, outbox: object) -> dict[str, Any]:
        """Run the page with this state of the component."""
        self.app.session_state[component.KEY] = {"outbox": outbox}
        self.app.run()
        return self.answer

    def wait_for_end(self) -> dict[str, Any]:
        assert self.session.run is not None
        assert self.session.run.wait(LONG)
        return self.post("poll")


def test_the_first_screen_has_everything_and_its_link(root: Path) -> None:
    page = Page(root)
    answer = page.answer
    assert {"catalogue", "data", "graph", "network", "start", "loose", "info"} <= answer.keys()
    assert answer["info"]["problem"] == "playground_spiral"
    assert answer["run"] is answer["notice"] is None
    assert link.decode(page.link) == first_experiment()


def test_train_from_the_browser_to_the_last_row(root: Path) -> None:
    page = Page(root, e=link.encode(XOR))
    page.post("train")
    run = page.wait_for_end()["run"]
    assert run["stop"] == "SOLVED"
    training = XOR.training()
    training.advance(seconds=LONG)
    assert run["sse"] == training.trace().sse.tolist()
    assert np.array_equal(unpacked(run["weights"]), training.trace().weights.ravel())


def test_a_rerun_repeats_no_message_and_sends_everything(root: Path) -> None:
    page = Page(root)
    have = {"catalogue": True, "data": page.answer["data"]["key"], "rev": 2}
    page.put({"seq": 1, "kind": "new_weights"}, have=have)
    assert "network" not in page.answer
    seed = page.session.experiment.start
    for _ in range(2):
        page.app.run()
        assert page.session.experiment.start == seed
        assert page.answer["ack"] == {"client": "browser", "seq": 1}
        assert {"catalogue", "data", "network"} <= page.answer.keys()


def test_only_what_the_browser_lacks_is_sent(root: Path) -> None:
    page = Page(root)
    full = page.answer
    have = {"catalogue": True, "data": full["data"]["key"], "rev": full["rev"]}
    brief = page.put({"seq": 1, "kind": "poll"}, have=have)
    assert not {"catalogue", "data", "network"} & brief.keys()
    assert len(json.dumps(brief)) < 5000


def test_two_sessions_share_only_the_workers(root: Path) -> None:
    one, two = Page(root), Page(root)
    one.post("new_weights")
    assert one.session is not two.session
    assert two.session.experiment == first_experiment()
    assert server._threads() is server._threads()


# Links


def changed_by_hand(page: Page) -> None:
    graph = page.answer["graph"]
    graph["nodes"][2].update(x=17.0, y=-3.5)
    graph["nodes"].append(neuron("loose", gain=0.1 + 0.2))
    graph["links"].append(["x1", "loose"])
    page.post("graph", graph=graph)
    page.post("weight", bias="h1", value=1 / 3, k=0)


def test_the_address_bar_reopens_the_current_experiment(root: Path) -> None:
    page = Page(root, e=link.encode(XOR))
    changed_by_hand(page)
    assert page.link != link.encode(XOR)
    again = Page(root, e=page.link)
    assert again.link == page.link
    assert again.session.experiment == page.session.experiment
    assert isinstance(again.session.experiment.start, GivenStart)

    def parts(page: Page) -> tuple[object, ...]:
        graph = page.post("hello")["graph"]
        return (
            {node["id"]: node for node in graph["nodes"]},
            sorted(graph["links"]),
            page.answer["loose"],
            page.answer["network"],
            page.answer["start"],
        )

    assert parts(again) == parts(page)
    assert [name for name, _ in again.answer["loose"]] == ["loose"]


def test_the_address_bar_follows_undo(root: Path) -> None:
    page = Page(root, e=link.encode(XOR))
    page.post("new_weights")
    page.post("undo")
    assert page.link == link.encode(XOR)


def too_many_weights() -> Experiment:
    return replace(first_experiment(), topology=Topology.mlp([2, 100, 100, 1]))


def too_many_patterns() -> Experiment:
    data = Dataset(np.zeros((100_001, 1)), np.ones((100_001, 1)))
    return Experiment(Topology.mlp([1, 1, 1]), OwnData(data))


def link_by_hand(experiment: Experiment) -> str:
    """Return a link that the app itself would not make."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = deflate.compress(experiment.to_json().encode("ascii")) + deflate.flush()
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


GOOD = link.encode(XOR)
assert link_by_hand(XOR) == GOOD


@pytest.mark.parametrize(
    "text",
    [
        "x", "%%%", "../../etc/passwd", "<script>", GOOD[:-1], GOOD[1:], GOOD + GOOD,
        GOOD[:40] + "AAAA" + GOOD[44:], "A" * 60_001, "\ud7ff\u2028",
        link.encode(too_many_weights()),
        link_by_hand(too_many_patterns()),
        link.encode(replace(XOR, stopping=Stopping(0.1, 1_000_000))),
    ],
    ids=range(13),
)  # fmt: skip
def test_a_damaged_or_too_large_link_opens_the_default_experiment(root: Path, text: str) -> None:
    page = Page(root, e=text)
    assert page.answer["notice"] is None
    [warning] = page.session.warnings
    assert warning.startswith("The link could not be opened, so this is the default experiment.")
    assert is_a_sentence(warning)
    assert "The link could not be opened" in page.warnings
    assert page.session.experiment == first_experiment()
    assert page.link == link.encode(first_experiment())


def test_a_link_with_a_damaged_drawing_still_opens_its_network(root: Path) -> None:
    for drawing in (
        {"at": {"h1": []}},
        {"at": 1},
        {"nodes": [[]], "links": 3},
        {"at": {"z": "ab"}},
    ):
        page = Page(root, e=link.encode(replace(XOR, drawing=drawing)))
        assert page.session.experiment.topology == XOR.topology
        assert page.answer["loose"] == []
        assert "laid out anew" in page.warnings
    assert Page(root, e=link.encode(replace(XOR, drawing={"at": {"h1": [1, 2]}}))).warnings == ""


def test_a_warning_stays_on_every_page_until_it_is_closed(root: Path) -> None:
    page = Page(root, e="garbage")
    page.post("hello")
    assert page.warnings
    for other in ("data", "share", "hessian", "race", "inside", "draw"):
        page.app.switch_page(f"../pages/{other}.py").run()
        assert "could not be opened" in page.warnings, other
    page.app.button(key="nbn-close-warning-0").click().run()
    assert page.warnings == ""
    assert page.session.warnings == []
    page.app.switch_page("../pages/data.py").run()
    assert page.warnings == ""


@pytest.mark.parametrize("other", ["data", "share", "hessian", "race", "inside"])
def test_a_damaged_link_to_any_page_is_reported_there(root: Path, other: str) -> None:
    app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
    app.query_params["e"] = "garbage"
    app.switch_page(f"../pages/{other}.py").run()
    assert not app.exception
    assert any("could not be opened" in str(one.value) for one in app.warning)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"e": ""}, "copy the whole link again"),
        ({"E": "x"}, "“E”"),
        ({"experiment": "x", "a": "1"}, "“a”, “experiment”"),
        ({"utm_source": "mail", "fbclid": "1", "embed": "true"}, ""),
        ({"<b>": "1"}, "“<b>”"),
        ({"e": ["x", "y"]}, "could not be opened"),
        ({"e": [link.encode(XOR), link.encode(replace(XOR, rule="ebp", settings={}))]}, "several"),
        ({"e": [link.encode(XOR), link.encode(XOR)]}, ""),
    ],
)
def test_whatever_an_address_contains_is_used_or_reported(
    root: Path, query: dict[str, Any], said: str
) -> None:
    page = Page(root, **query)
    warnings = " ".join(page.session.warnings)
    assert said in warnings
    assert bool(warnings) == bool(said)
    for text in page.session.warnings:
        assert is_a_sentence(text)


def test_an_answer_is_shown_to_the_component_that_asked(root: Path) -> None:
    page = Page(root)
    said = page.post("undo")["notice"]["text"]
    assert said == "There is nothing to undo."
    assert page.hold({"client": "later", "messages": [], "have": None})["notice"] is None


# Forged messages


@pytest.mark.parametrize(
    "outbox",
    [
        None, 0, True, "train", [], {}, {"client": 7}, {"client": "a", "messages": "train"},
        {"client": "a", "messages": [None, 1, [], {"seq": -1, "kind": "train"}]},
        {"client": "a", "messages": [{"seq": 1, "kind": "train"}], "have": math.nan},
        {"client": "a", "messages": [{"seq": 1, "kind": "x"}], "have": {"rows": -1, "rev": []}},
        {"client": "a", "messages": [{"seq": 1, "kind": "scrub", "k": math.inf}]},
    ],
)  # fmt: skip
def test_a_forged_component_state_is_harmless(root: Path, outbox: object) -> None:
    page = Page(root)
    answer = page.hold(outbox)
    if answer["notice"]:
        assert is_a_sentence(answer["notice"]["text"])
    assert page.session.experiment == first_experiment()


def test_a_component_state_of_another_type_is_harmless(root: Path) -> None:
    page = Page(root)
    for value in (None, 5, "outbox", ["outbox"]):
        page.app.session_state[component.KEY] = value
        page.app.run()
        assert page.answer["ack"] is None


# Page changes


def test_nothing_is_lost_by_visiting_another_page(root: Path) -> None:
    page = Page(root, e=link.encode(XOR))
    changed_by_hand(page)
    page.post("train")
    page.wait_for_end()
    before = page.session.document
    others = [
        file for file in (root / "pages").glob("*.py") if file.stem not in ("__init__", "draw")
    ]
    for other in others:
        page.app.switch_page(f"../pages/{other.name}").run()
        assert not page.app.exception
    page.app.switch_page("../pages/draw.py").run()
    assert page.session.document is before
    assert page.answer["run"]["stop"] == page.session.run.stop.name  # type: ignore[union-attr]


def test_a_dropped_connection_stops_no_training(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Streamlit releases what is cached for a session as soon as its connection drops."""
    released: list[tuple[closing.Tab, int]] = []
    monkeypatch.setattr(closing, "_released", lambda tab, _: released.append((tab, tab.visits)))
    endless = replace(
        Experiment.suggested("playground_spiral"), topology=Topology.mlp([2, 40, 40, 1]),
        settings={"control": "best_step"}, stopping=Stopping(0.0, 5000),
    )  # fmt: skip
    page = Page(root, e=link.encode(endless))
    page.post("train")
    run = page.session.run
    assert run is not None
    cache_resource_api.clear_session_cache("test session id")
    page.post("poll")  # the browser is back before the time is over
    closing._stop_unless_back(*released[0])
    assert page.session.run is run
    assert run.running
    cache_resource_api.clear_session_cache("test session id")
    closing._stop_unless_back(*released[1])
    assert run.wait(LONG), "a closed tab ends it"


def test_the_end_of_a_session_stops_its_training(root: Path) -> None:
    endless = replace(
        Experiment.suggested("playground_spiral"), topology=Topology.mlp([2, 40, 40, 1]),
        stopping=Stopping(0.0, 5000),
    )  # fmt: skip
    page = Page(root, e=link.encode(endless))
    page.post("train")
    run = page.session.run
    assert run is not None
    assert run.running
    cache_resource_api.clear_session_cache("test session id")
    assert run.wait(LONG)
    assert run.stop is None
    page.post("train")
    assert page.session.run is run, "the run continues after the return"
    assert run.running
    cache_resource_api.clear_session_cache("test session id")
    assert run.wait(LONG)
