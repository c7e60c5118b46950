"""The link reopens exactly the current experiment; an experiment that is too large has no link."""

from __future__ import annotations

import numpy as np
import pytest

from app.session.links import current_link
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, OwnData
from nbn_core.network import Topology
from tests.app.draw.helpers import XOR, changes, reopens
from tests.app.fake_browser import FakeBrowser


def test_the_link_reopens_the_same_experiment() -> None:
    browser = FakeBrowser(XOR)
    for change in changes(browser):
        change()
        reopens(browser)


def test_an_experiment_too_large_for_a_link_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = FakeBrowser(XOR)
    assert current_link(browser.session)
    noise = np.random.default_rng(0).standard_normal((20_000, 2))
    data = OwnData(Dataset(noise, noise[:, :1]))
    browser = FakeBrowser(Experiment(Topology.mlp([2, 1]), data))
    assert current_link(browser.session) == ""
    big = np.random.default_rng(0).standard_normal((80_000, 2))
    data = OwnData(Dataset(big, big[:, :1]))
    browser = FakeBrowser(Experiment(Topology.mlp([2, 1]), data))
    monkeypatch.delattr(Experiment, "to_json")
    assert current_link(browser.session) == "", "not packed in vain"
