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
from nbn_core.formats import write_graphml, write_in
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


# Roles that were guessed


def graph(nodes: str, edges: str, *, names: dict[str, str] | None = None) -> str:
    """Return GraphML without roles; nodes and edges are words, as "a b" and "a>b"."""
    named = "".join(
        f'<node id="{node}"><data key="l">{(names or {}).get(node, node)}</data></node>'
        for node in nodes.split()
    )
    joined = "".join(
        '<edge source="{}" target="{}"/>'.format(*edge.split(">")) for edge in edges.split()
    )
    return (
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        '<key attr.name="label" attr.type="string" for="node" id="l"/>'
        f'<graph edgedefault="directed">{named}{joined}</graph></graphml>'
    )


DRAWN = graph("p q h g y", "p>h q>h p>g h>y g>y h>g")


def give(app: AppTest, name: str, role: str) -> None:
    next(box for box in app.selectbox if box.label == f"Role of {name}").set_value(role).run()
    assert not app.exception


def roles(app: AppTest) -> dict[str, str]:
    return {
        box.label.removeprefix("Role of "): box.value
        for box in app.selectbox
        if box.label.startswith("Role of ")
    }


def drawings(app: AppTest) -> list[str]:
    """Return what the drawings of the import show, in words."""
    found = [picture.proto.imgs[0].alt for picture in app.image]
    return [text for text in found if "after the import" in text]


def leave_and_return(app: AppTest) -> None:
    app.switch_page("../pages/data.py").run()
    app.switch_page("../pages/share.py").run()
    assert not app.exception


def test_guessed_roles_are_shown_and_corrected(app: AppTest) -> None:
    paste(app, DRAWN)
    assert roles(app) == {
        "p": "input", "q": "input", "h": "hidden", "g": "hidden", "y": "output",
    }  # fmt: skip
    assert drawings(app) == ["The network after the import, from p, q to y"]
    assert not [button for button in app.button if button.label == "Restore the guessed roles"]
    give(app, "q", "left out")
    assert not drawings(app)
    (error,) = app.error
    assert "has 1 input and 1 output" in error.value
    press(app, "Restore the guessed roles")
    assert roles(app)["q"] == "input"
    give(app, "g", "output")
    assert "needs 2 and 1" in app.error[0].value
    give(app, "y", "left out")
    assert not app.error
    assert "Node “y” left out, as chosen" in shown(app)
    assert drawings(app) == ["The network after the import, from p, q to g"]
    press(app, "Import")
    assert session(app).experiment.topology.names == ("p", "q", "h", "g")
    assert session(app).experiment.topology.output_names == ("g",)
    press(app, "Undo")
    assert session(app).experiment == XOR


def test_a_role_that_does_not_fit_names_the_node_and_can_be_corrected(app: AppTest) -> None:
    before = session(app).document
    paste(app, DRAWN)
    give(app, "h", "input")
    (error,) = app.error
    assert error.value.startswith("“h” is an input, so “p” cannot be connected to it")
    assert not [button for button in app.button if button.label == "Import"]
    give(app, "h", "hidden")
    assert not app.error
    assert session(app).document is before
    give(app, "y", "hidden")
    assert "“y” is hidden but connected to nothing" in app.error[0].value
    press(app, "Cancel")
    assert not app.error
    assert app.text_area[0].value == ""


def test_a_file_refused_for_its_guessed_roles_is_corrected_there(app: AppTest) -> None:
    paste(app, graph("p b h y", "p>h b>h h>y"))
    assert "has 1 input and 1 output" in app.error[0].value
    give(app, "b", "input")
    assert not app.error
    press(app, "Import")
    assert session(app).experiment.topology.input_names == ("p", "b")
    looped = graph("p q h y", "p>h q>h h>y y>h")
    paste(app, looped)
    assert "loop" in app.error[0].value
    assert set(roles(app)) == {"p", "q", "h", "y"}


def test_corrections_are_kept_while_the_reader_is_on_another_page(app: AppTest) -> None:
    paste(app, DRAWN)
    give(app, "g", "output")
    given = roles(app)
    assert given["g"] == "output"
    leave_and_return(app)
    assert app.text_area[0].value == DRAWN
    assert roles(app) == given
    give(app, "y", "left out")
    assert not app.error
    leave_and_return(app)
    press(app, "Import")
    assert session(app).experiment.topology.output_names == ("g",)


def test_an_uploaded_file_is_kept_while_the_reader_is_on_another_page(app: AppTest) -> None:
    data = DRAWN.encode()
    app.file_uploader[0].set_value([("drawn.graphml", data, "text/xml")]).run()
    assert not app.exception
    give(app, "q", "left out")
    leave_and_return(app)
    assert "Uploaded: drawn" in shown(app)
    assert roles(app)["q"] == "left out"
    press(app, "Cancel")
    assert not roles(app)
    assert "Uploaded" not in shown(app)


def test_many_nodes_have_their_roles_in_a_table(app: AppTest) -> None:
    hidden = [f"h{i}" for i in range(20)]
    text = graph(f"p q {' '.join(hidden)} y", " ".join(f"p>{h} q>{h} {h}>y" for h in hidden))
    paste(app, text)
    assert not app.error
    table = app.data_editor[0]
    assert table.value["Role"].tolist() == ["Input"] * 2 + ["Hidden"] * 20 + ["Output"]
    for row, role, said in ((0, "Output", "Nothing is connected to “p”"), (0, "Input", "")):
        app.session_state[app.data_editor[0].key] = {
            "edited_rows": {row: {"Role": role}}, "added_rows": [], "deleted_rows": [],
        }  # fmt: skip
        app.run()
        assert not app.exception
        assert [error.value.startswith(said) for error in app.error] == ([True] if said else [])


def test_a_file_that_says_its_roles_has_no_control(app: AppTest) -> None:
    paste(app, write_graphml(Topology.mlp([2, 3, 1], output="bipolar")))
    assert not app.error
    assert not roles(app)


def test_names_of_nodes_are_escaped(app: AppTest) -> None:
    paste(app, graph("p q y", "p>y q>y", names={"p": "*x* [a](b)"}))
    assert "\\*x\\* \\[a\\]\\(b\\)" in shown(app)
    next(box for box in app.selectbox if "x" in box.label).set_value("output").run()
    assert "\\*x\\*" in app.error[0].value
