"""The slider and the replay of the analysis pages."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from app.session.state import Session
from app.shared import scrubber
from nbn_core.experiment import Experiment, Stopping, link
from tests.app.fake_browser import LONG
from tests.test_pages import ENTRY


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Replace the clock of a replay by one that the test sets."""
    still = SimpleNamespace(now=0.0)
    monkeypatch.setattr(scrubber, "time", SimpleNamespace(monotonic=lambda: still.now))
    return still


@pytest.fixture
def trained() -> AppTest:
    """Open the Hessian page with a training that has ended."""
    app = AppTest.from_file(str(ENTRY), default_timeout=LONG).run()
    app.switch_page("../pages/hessian.py").run()
    app.button(key="nbn-train").click().run()
    session: Session = app.session_state["nbn.session"]
    assert session.run is not None
    session.run.wait(LONG)
    return app.run()


def test_a_replay_follows_the_clock_and_stops_at_the_end(
    trained: AppTest, clock: SimpleNamespace
) -> None:
    last = trained.slider[0].max
    trained.button(key="nbn-replay").click().run()
    assert (trained.slider[0].value, trained.slider[0].disabled) == (0, True)
    clock.now = 3.5 * scrubber.FRAME_SECONDS
    assert trained.run().slider[0].value == 3
    clock.now = (last + 0.5) * scrubber.FRAME_SECONDS
    trained.run()
    assert (trained.slider[0].value, trained.slider[0].disabled) == (last, False)
    trained.slider[0].set_value(2).run()
    assert trained.slider[0].value == 2


def test_a_lagging_browser_does_not_move_a_replay_back(
    trained: AppTest, clock: SimpleNamespace
) -> None:
    last = trained.slider[0].max
    trained.button(key="nbn-replay").click().run()
    early = trained.slider[0]
    clock.now = (last + 0.5) * scrubber.FRAME_SECONDS
    trained.run()
    # A browser that has not seen the end yet sends the position of its slider with every message.
    early.proto.disabled = False
    early.set_value(1).run()
    assert trained.run().slider[0].value == last


@pytest.fixture
def sparse() -> AppTest:
    """Open the Hessian page with a training of a rule that records only some iterations."""
    app = AppTest.from_file(str(ENTRY), default_timeout=LONG)
    experiment = replace(
        Experiment.suggested("xor"), rule="adam", settings={}, stopping=Stopping(0.0, 1000)
    )
    app.query_params["e"] = link.encode(experiment)
    app.run()
    app.switch_page("../pages/hessian.py").run()
    app.button(key="nbn-train").click().run()
    session: Session = app.session_state["nbn.session"]
    assert session.run is not None
    session.run.wait(LONG)
    return app.run()


def test_the_slider_is_linear_in_iterations(sparse: AppTest) -> None:
    session: Session = sparse.session_state["nbn.session"]
    trace = session.run.trace()  # type: ignore[union-attr]
    assert trace is not None
    rows = trace.iterations.tolist()
    assert rows[-1] == 1000 > len(rows)
    slider = sparse.slider[0]
    assert (slider.label, slider.max, slider.value) == ("Iteration", 1000, 1000)
    for wanted in (500, 3, 730):
        sparse.slider[0].set_value(wanted).run()
        shown = sparse.slider[0].value
        assert shown == min(rows, key=lambda iteration: abs(iteration - wanted))
        assert session.iteration == rows.index(shown)
    before = session.iteration
    sparse.slider[0].set_value(sparse.slider[0].value + 1).run()
    assert session.iteration == before + 1, "an arrow key goes to the next row"
    sparse.slider[0].set_value(sparse.slider[0].value - 1).run()
    assert session.iteration == before


def test_a_replay_has_an_even_pace_of_iterations(sparse: AppTest, clock: SimpleNamespace) -> None:
    sparse.button(key="nbn-replay").click().run()
    clock.now = scrubber.MAX_REPLAY_SECONDS / 2
    shown = sparse.run().slider[0].value
    assert 480 <= shown <= 500
