"""Links that train on opening: the same trace, at the iteration shown, or a sentence."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.session import opening
from nbn_core.experiment import Experiment, Stopping, link
from tests.app.fake_browser import LONG
from tests.ui.test_draw_page import XOR, Page

ENDLESS = replace(XOR, stopping=Stopping(0.0, 20))
ADAM = replace(Experiment.suggested("xor"), rule="adam", settings={}, stopping=Stopping(0.0, 3_000))


def opened(root: Path, experiment: Experiment, n: str, k: str) -> Page:
    page = Page(root, e=link.encode(experiment), n=n, k=k)
    assert page.session.run is not None
    assert page.session.run.wait(LONG)
    page.app.run()
    return page


@pytest.mark.parametrize(("n", "k"), [(12, 12), (12, 5), (12, 0), (20, 7), (1, 1)])
def test_the_training_is_repeated_and_the_iteration_shown(root: Path, n: int, k: int) -> None:
    page = opened(root, ENDLESS, str(n), str(k))
    run = page.session.run
    assert run is not None
    trace = run.trace()
    assert trace is not None
    training = ENDLESS.training()
    training.advance(iterations=n)
    np.testing.assert_array_equal(trace.weights, training.trace().weights)
    assert page.session.iteration == k
    assert page.answer["run"]["shown"] == k
    assert not page.answer["run"]["play"]
    assert page.link == f"{link.encode(ENDLESS)}&n={n}&k={k}"
    assert not page.warnings


def test_rows_of_a_rule_that_records_some_iterations_are_found(root: Path) -> None:
    page = opened(root, ADAM, "3000", "1000")
    run = page.session.run
    assert run is not None
    trace = run.trace()
    assert trace is not None
    shown = int(trace.iterations[page.session.iteration])
    assert shown <= 1000 < int(trace.iterations[page.session.iteration + 1])
    assert page.link.endswith(f"&n=3000&k={shown}")


def test_a_training_that_ended_by_itself_has_ended_again(root: Path) -> None:
    training = XOR.training()
    while training.stop is None:
        training.advance()
    last = training.iteration
    page = opened(root, XOR, str(last), str(last))
    run = page.session.run
    assert run is not None
    assert run.stop is training.stop
    page.app.run()
    assert page.link.endswith(f"&n={last}&k={last}")


def test_more_iterations_than_allowed_are_not_trained(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "most_iterations", lambda rule: 30)
    page = opened(root, ENDLESS, "9999999", "9999999")
    run = page.session.run
    assert run is not None
    assert run.iteration == 30


@pytest.mark.parametrize("n", ["", "-1", "1e3", "x", "²", "99999999"])
def test_a_number_that_is_none_is_told(root: Path, n: str) -> None:
    page = Page(root, e=link.encode(XOR), n=n)
    assert page.session.run is None
    assert "does not tell how far to train" in page.warnings


def test_what_the_reader_does_meanwhile_counts(root: Path) -> None:
    page = Page(root, e=link.encode(ENDLESS), n="15", k="4")
    page.post("reset")
    page.app.run()
    assert page.session.returning is None
    assert page.session.iteration == 0
    assert page.link == link.encode(ENDLESS)


def test_a_network_that_is_not_trained_opens_so(root: Path) -> None:
    page = Page(root, e=link.encode(XOR), n="0", k="0")
    assert page.session.run is None
    assert page.link == link.encode(XOR)
