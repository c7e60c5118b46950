"""A random user tries every action of the page; nothing breaks or is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.session.jobs import Workers
from app.session.training_key import training_key
from nbn_core.experiment import Stopping
from tests.app.draw.helpers import XOR, reopens, reply_is_sound
from tests.app.fake_browser import FakeBrowser, neuron, node


class RandomUser:
    """A user who tries every action of the page, at random."""

    def __init__(self, browser: FakeBrowser, number: int) -> None:
        self.browser = browser
        self.random = np.random.default_rng(number)

    def pick(self, choices: list[Any]) -> Any:
        return choices[int(self.random.integers(len(choices)))]

    def act(self) -> None:
        self.pick(
            [
                self.draw, self.draw, self.draw, self.rename, self.weigh, self.train, self.step,
                *[lambda kind=kind: self.browser.post(kind)
                  for kind in ("undo", "redo", "stop", "reset", "new_weights")],
                self.set, self.choose, self.preset,
            ]
        )()  # fmt: skip

    def draw(self) -> None:
        graph = self.browser.graph
        names = [entry["id"] for entry in graph["nodes"]]
        hidden = [entry["id"] for entry in graph["nodes"] if entry["role"] == "hidden"]
        action = self.pick(["add", "link", "link", "cut", "delete", "move", "change"])
        if action == "add":
            free = next(f"h{k}" for k in range(1, 99) if f"h{k}" not in names)
            graph["nodes"].append(neuron(free))
        elif action == "link":
            pair = [self.pick(names), self.pick(names)]
            if pair not in graph["links"]:
                graph["links"].append(pair)
        elif action == "cut" and graph["links"]:
            graph["links"].remove(self.pick(graph["links"]))
        elif action == "delete" and hidden:
            gone = self.pick(hidden)
            graph["nodes"].remove(node(graph, gone))
            graph["links"] = [pair for pair in graph["links"] if gone not in pair]
        elif action == "move":
            x, y = self.random.normal(size=2) * 1000
            node(graph, self.pick(names)).update(x=float(x), y=float(y))
        else:
            entry = node(graph, self.pick(names))
            entry.update(
                activation=self.pick(["linear", "unipolar"]), gain=float(self.random.random())
            )
        self.browser.post("graph", graph=graph)

    def rename(self) -> None:
        names = [entry["id"] for entry in self.browser.graph["nodes"]]
        self.browser.post(
            "rename", id=self.pick(names), name=self.pick(["h1", "h2", "a b", "ä", "y9"])
        )

    def weigh(self) -> None:
        source, target = self.pick(list(self.browser.experiment.topology.weight_names))
        where = {"source": source, "target": target} if source else {"bias": target}
        k = int(self.random.integers(9))
        self.browser.post("weight", **where, value=float(self.random.normal()), k=k)

    def train(self) -> None:
        self.browser.post("train")
        if self.browser.session.run:
            self.browser.wait_for_end()

    def step(self) -> None:
        self.browser.post("step", k=int(self.random.integers(1, 9)))

    def set(self) -> None:
        group, name, value = self.pick(
            [
                ("rule", "seed", 3), ("rule", "target_sse", 0.5), ("rule", "max_iterations", 7),
                ("option", "mu_start", 0.1), ("parameter", "n", 2), ("parameter", "n", 3),
                ("parameter", "noise", 0.1), ("parameter", "n_points", 20),
            ]
        )  # fmt: skip
        self.browser.post("setting", group=group, name=name, value=value)

    def choose(self) -> None:
        self.browser.post("problem", name=self.pick(["xor", "parity", "decoder", "sinc", "moons"]))

    def preset(self) -> None:
        family = self.pick(["slp", "mlp", "bmlp", "fcc"])
        self.browser.post("preset", family=family, sizes=self.pick([[1], [2], [2, 2], [3, 1]]))


@settings(max_examples=10)
@given(number=st.integers(0, 10**9))
def test_random_user_actions_break_and_lose_nothing(workers: Workers, number: int) -> None:
    browser = FakeBrowser(replace(XOR, stopping=Stopping(0.01, 30)), workers)
    user = RandomUser(browser, number)
    for _ in range(25):
        before, length = browser.document, browser.session.position
        user.act()
        answer = browser.post("poll")
        reply_is_sound(browser, answer)
        reopens(browser)
        assert answer["info"]["can_train"] == (browser.document.blocked is None)
        if browser.session.run:
            assert browser.session.run_from == training_key(browser.experiment)
            assert not browser.session.run.failed
        if browser.session.position > length:
            changed = browser.document
            browser.post("undo")
            assert browser.document is before
            browser.post("redo")
            assert browser.document is changed
