"""Views of a trace that keeps some iterations only: every page names the iteration, not the row."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from app.figures.convergence import convergence
from app.figures.palette import LIGHT
from app.inside import view as inside
from app.session.document import document_of
from app.session.state import Session
from app.session.view import CurrentView
from app.share.exports import Exports
from app.share.report import report
from app.share.words import caption
from nbn_core.experiment import Experiment, SeededStart, Stopping, link
from nbn_core.network import Topology
from nbn_core.warmup import warm_up, warm_up_curvature, warm_up_rules
from tests.app.fake_browser import LONG, FakeBrowser, is_a_sentence
from tests.test_pages import ENTRY

ADAM = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 4, 1], output="bipolar"),
    start=SeededStart(seed=4), rule="adam", settings={"rate": 0.01}, stopping=Stopping(0.01, 9000),
)  # fmt: skip
OWN = replace(
    ADAM, topology=Topology.mlp([2, 8, 8, 1]), rule="forward_forward", settings={},
    stopping=Stopping(0.0, 20),
)  # fmt: skip


@pytest.fixture(scope="module")
def sparse() -> CurrentView:
    """A training with fewer rows than iterations, at a row beyond the first 200."""
    warm_up()
    warm_up_rules()
    training = ADAM.training()
    while training.stop is None:
        training.advance()
    trace = training.trace()
    last = len(trace) - 1
    now = CurrentView(ADAM, trace, False, last - 1, last, last)
    assert now.iteration > now.k
    return now


def test_files_and_captions_name_the_iteration(sparse: CurrentView) -> None:
    at, last = sparse.iteration, sparse.last_iteration
    assert f"iteration {at:,} of {last:,}" in caption(sparse)
    names = [file.name for group in Exports(sparse, {}).groups() for row in group.rows
             for file in row.files]  # fmt: skip
    numbered = [name for name in names if "-iteration-" in name]
    assert numbered
    assert all(f"-iteration-{at}" in name for name in numbered)


def test_the_report_names_the_iteration(sparse: CurrentView) -> None:
    page = report(sparse, {})
    assert f"after {sparse.last_iteration:,} iterations" in page
    assert f"Everything below is at iteration {sparse.iteration:,}." in page


def test_the_summary_of_the_convergence_counts_iterations(sparse: CurrentView) -> None:
    assert sparse.trace is not None
    summary = convergence(sparse.trace, sparse.k, 0.01, LIGHT).summary
    assert summary.startswith(f"SSE over {sparse.last_iteration:,} iterations,")


def test_charts_of_the_hessian_page_name_iterations(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ratio of both Hessians, and the path on the landscape."""
    warm_up_curvature()  # the page shows no chart while its kernels are compiled
    shown: list[str] = []
    monkeypatch.setattr(
        "app.shared.chart_box.Box.show",
        lambda self, chart, width: shown.append(f"{chart.summary} {chart.spec.traces}"),
    )
    app = AppTest.from_file(str(ENTRY), default_timeout=LONG)
    app.query_params["e"] = link.encode(ADAM)
    app.run()
    app.switch_page("../pages/hessian.py").run()
    app.button(key="nbn-train").click().run()
    session: Session = app.session_state["nbn.session"]
    assert session.run is not None
    assert session.run.wait(LONG)
    trace = session.run.trace()
    assert trace is not None
    session.look_at(len(trace) - 2)
    at, last = int(trace.iterations[-2]), int(trace.iterations[-1])
    for section, expected in (
        ("Quasi versus exact", f"at iteration {last}."),
        ("Landscape", f"'iteration {at:,}'"),
    ):
        shown.clear()
        app.segmented_control(key="nbn-hessian-section").set_value(section).run()
        assert not app.exception
        assert any(expected in chart for chart in shown), section
    app.segmented_control(key="nbn-hessian-section").set_value("Structure").run()


def test_the_inside_page_notes_an_iteration_beyond_a_sparse_trace() -> None:
    browser = FakeBrowser(ADAM)
    browser.session.look_at(10_000)
    browser.session.run = None
    assert browser.post("train")["notice"] is None
    run = browser.session.run
    assert run is not None
    while run.slice():
        pass
    browser.session.look_at(10_000)
    notes = " ".join(inside.answer(browser.session, inside.InsideState(), None, warming=False)
                     ["notes"])  # fmt: skip
    assert f"beyond this training, which has {run.iteration:,}: the last one is shown." in notes


# Rules that predict in their own way


def test_the_inside_page_notes_that_outputs_are_not_those_of_the_rule() -> None:
    sent = inside.answer(Session([document_of(OWN)]), inside.InsideState(), None, warming=False)
    assert any("Forward-Forward predicts in its own way" in note for note in sent["notes"])


def test_the_report_notes_that_outputs_are_not_those_of_the_rule() -> None:
    page = report(CurrentView(OWN, None, False, 0, 0, 0), {})
    assert "Forward-Forward predicts in its own way" in page
    assert "predicts in its own way" not in report(CurrentView(ADAM, None, False, 0, 0, 0), {})


@pytest.mark.parametrize("page", ["hessian", "share"])
@pytest.mark.parametrize("experiment", [OWN, ADAM])
def test_other_pages_note_that_outputs_are_not_those_of_the_rule(
    page: str, experiment: Experiment
) -> None:
    app = AppTest.from_file(str(ENTRY), default_timeout=LONG)
    app.query_params["e"] = link.encode(experiment)
    app.run()
    app.switch_page(f"../pages/{page}.py").run()
    assert not app.exception
    said = [info.value for info in app.info if "predicts in its own way" in info.value]
    assert len(said) == (experiment is OWN)
    assert all(is_a_sentence(text) for text in said)
