"""Own data that the browser keeps: asked for, brought back, missing, damaged, or not to be kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from app.session import limits
from app.session.state import Session, first_experiment
from app.shared import address
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, OwnData, Workspace, link
from nbn_core.experiment.packed_data import pack, unpack
from nbn_core.network import Topology
from tests.app.fake_browser import LONG

OWN = OwnData(
    Dataset([[0.0, 1.0], [1.0, 2.0], [2.0, 0.5], [3.0, 3.0]], [[1.0], [2.0], [3.0], [0.0]])
)
WORKSPACE = Workspace(Experiment(Topology.fcc(2, 2, 1), OWN))
NAMED = link.encode_without_data(WORKSPACE)


class Tab:
    """A tab whose address component answers what a test says."""

    def __init__(self, root: Path, **query: str) -> None:
        self.app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
        self.app.query_params.update(query)
        self._seq = 0
        self.app.run()

    @property
    def sent(self) -> dict[str, Any]:
        """What the address component got."""
        assert not self.app.exception
        [mounted] = [
            one
            for one in self.app.get("bidi_component")
            if one.proto.component_name.startswith("nbn-lab.address_")
        ]
        sent: dict[str, Any] = json.loads(mounted.proto.json)
        return sent

    @property
    def session(self) -> Session:
        session: Session = self.app.session_state["nbn.session"]
        return session

    @property
    def warnings(self) -> str:
        return " ".join(str(element.value) for element in self.app.warning)

    def say(self, kind: str, **fields: object) -> dict[str, Any]:
        self._seq += 1
        message = {"seq": self._seq, "kind": kind, **fields}
        outbox = {"client": "address", "messages": [message], "have": {}}
        self.app.session_state[address.KEY] = {"outbox": outbox}
        self.app.run()
        return self.sent


@pytest.fixture
def waiting(root: Path) -> Tab:
    """Return a tab whose address names data, before its browser has answered."""
    tab = Tab(root, e=NAMED)
    assert tab.sent["want"] == OWN.digest
    assert tab.sent["link"] is None, "the address stays until the data are there"
    assert len(tab.app.info) == 1
    return tab


def test_small_data_in_use_are_sent_to_the_browser_once_and_when_it_asks(root: Path) -> None:
    tab = Tab(root, e=link.encode(WORKSPACE))
    assert (tab.sent["own"], tab.sent["link"]) == (OWN.digest, NAMED)
    assert unpack(tab.sent["data"]) == OWN
    tab.app.run()
    assert tab.sent["data"] is None
    asked = tab.say("need", digest=OWN.digest)
    assert unpack(asked["data"]) == OWN
    assert asked["ack"] == {"client": "address", "seq": 1}
    tab.app.run()
    assert tab.sent["data"] is None
    assert tab.say("need", digest="0" * 32)["data"] is None


def test_large_data_are_sent_only_when_the_browser_asks(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(address, "SMALL", 3)
    tab = Tab(root, e=link.encode(WORKSPACE))
    assert tab.sent["data"] is None
    assert unpack(tab.say("need", digest=OWN.digest)["data"]) == OWN


def test_a_problem_is_never_kept(root: Path) -> None:
    tab = Tab(root)
    assert (tab.sent["own"], tab.sent["want"]) == (None, None)
    assert tab.say("need", digest=OWN.digest)["data"] is None


def test_data_that_the_browser_brings_are_opened(waiting: Tab) -> None:
    sent = waiting.say("found", digest=OWN.digest, text=pack(OWN))
    assert waiting.session.experiment == WORKSPACE.experiment
    assert (sent["own"], sent["want"]) == (OWN.digest, None)
    assert not waiting.app.info
    assert not waiting.warnings


def test_data_that_the_browser_does_not_have_are_told(waiting: Tab) -> None:
    waiting.say("missing", digest=OWN.digest)
    assert waiting.session.experiment == first_experiment()
    assert "does not have them" in waiting.warnings


@pytest.mark.parametrize(
    "text", ["", "?", pack(OwnData(Dataset([[1.0, 2.0]] * 3, [[1.0]] * 3))), pack(OWN)[:-5]]
)
def test_damaged_and_other_data_are_refused(waiting: Tab, text: str) -> None:
    waiting.say("found", digest=OWN.digest, text=text)
    assert waiting.session.experiment == first_experiment()
    assert "could not be opened" in waiting.warnings


def test_data_beyond_the_limits_are_refused(waiting: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_PATTERNS", 3)
    waiting.say("found", digest=OWN.digest, text=pack(OWN))
    assert waiting.session.experiment == first_experiment()
    assert "could not be opened" in waiting.warnings


def test_an_answer_that_nobody_asked_for_changes_nothing(root: Path) -> None:
    tab = Tab(root)
    tab.say("found", digest=OWN.digest, text=pack(OWN))
    tab.say("missing", digest=OWN.digest)
    assert tab.session.experiment == first_experiment()
    assert not tab.warnings


def test_the_reader_may_switch_the_copy_off(root: Path) -> None:
    tab = Tab(root, e=link.encode(WORKSPACE))
    tab.session.keeps_data = False
    sent = tab.say("need", digest=OWN.digest)
    assert (sent["keep"], sent["own"], sent["data"]) == (False, None, None)
