"""The Share page in Streamlit's test runner: imports are previewed before they change anything."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app.session.state import Session
from nbn_core import Topology
from nbn_core.data import Dataset
from nbn_core.experiment import Experiment, OwnData, SeededStart, link
from nbn_core.formats import write_in
from tests.app.fake_browser import LONG

XOR = replace(
    Experiment.suggested("xor"), topology=Topology.mlp([2, 2, 1], output="bipolar"),
    start=SeededStart(seed=4),
)  # fmt: skip


@pytest.fixture
def app(root: Path) -> AppTest:
    app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
    app.query_params["e"] = link.encode(XOR)
    app.run()
    return app.switch_page("../pages/share.py").run()


def session(app: AppTest) -> Session:
    made: Session = app.session_state["nbn.session"]
    return made


def paste(app: AppTest, text: str) -> None:
    app.text_area[0].set_value(text).run()
    assert not app.exception


def shown(app: AppTest) -> str:
    return "\n".join(element.value for element in (*app.markdown, *app.caption))


def press(app: AppTest, label: str) -> None:
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def test_the_page_has_its_three_parts_and_every_file(app: AppTest) -> None:
    assert not app.exception
    assert not app.error
    assert [header.value for header in app.subheader] == ["Link", "Import", "Export"]
    for text in ("Trained network", "ONNX", "C99", "Quasi-Hessian", f"{len(link.encode(XOR))}"):
        assert text in shown(app)
    assert len(app.get("download_button")) >= 18


def test_pasted_text_changes_nothing_before_it_is_imported(app: AppTest) -> None:
    topology = Topology.fcc(2, 1, 1, output="bipolar")
    paste(app, write_in(topology, [1, 2, 3, 4, 5, 6, 7]))
    assert "NBN topology file" in shown(app)
    assert "After import" in shown(app)
    assert session(app).experiment == XOR
    press(app, "Import")
    assert session(app).experiment.topology.neurons == topology.neurons
    assert session(app).experiment.start_weights().tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert app.text_area[0].value == ""
    press(app, "Undo")
    assert session(app).experiment == XOR


def test_cancelling_an_import_changes_nothing(app: AppTest) -> None:
    before = session(app).document
    paste(app, link.encode(Experiment.suggested("parity", n=3)))
    press(app, "Cancel")
    assert session(app).document is before
    assert app.text_area[0].value == ""


def test_a_bad_file_is_one_sentence_and_nothing_is_lost(app: AppTest) -> None:
    before = session(app).document
    for text in ("n 3 mbip 1 4\nn 4 mbip 2 3", '{"format": "nbn-lab-experiment"', "hello"):
        paste(app, text)
        (error,) = app.error
        assert error.value.endswith("Nothing was changed.")
        assert not [button for button in app.button if button.label == "Import"]
        assert session(app).document is before


def test_markup_in_a_file_is_escaped(app: AppTest) -> None:
    data = Dataset([[1.0, 2.0], [3.0, 5.0]], [[0.5], [7.0]], "<b>|[x](http://e)`")
    other = replace(XOR, data=OwnData(data))
    paste(app, other.to_json())
    table = next(element.value for element in app.markdown if "After import" in element.value)
    assert "\\<b\\>\\|\\[x\\]" in table


def test_an_experiment_too_large_for_a_link_shows_what_to_do(app: AppTest) -> None:
    import numpy as np

    values = np.random.default_rng(0).normal(size=(4000, 3))
    session(app).put(replace(session(app).document, experiment=replace(
        XOR, data=OwnData(Dataset(values[:, :2], values[:, 2:]))
    )))  # fmt: skip
    app.run()
    (warning,) = app.warning
    assert "too large for a link" in warning.value
    assert not app.exception


def test_training_on_share_exports_the_iteration_chosen(app: AppTest) -> None:
    press(app, "Train")
    run = session(app).run
    assert run is not None
    assert run.wait(LONG)
    app.run()
    last = run.iteration
    session(app).iteration = last - 1
    app.run()
    assert not app.exception
    assert f"Iteration **{last - 1}** of {last}" in shown(app)
    assert f"Error, damping and time of all {last} iterations" in shown(app)
    app.switch_page("../pages/draw.py").run()
    assert not app.exception
