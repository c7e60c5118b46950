"""The slider and the replay of the analysis pages."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from app.session.state import Session
from app.shared import scrubber
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
