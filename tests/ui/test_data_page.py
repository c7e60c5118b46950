"""The Data page in Streamlit's test runner: choose, read, correct, refuse, use, undo."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from streamlit.runtime.caching import cache_resource_api
from streamlit.testing.v1 import AppTest

from app.session.document import document_of
from app.session.state import Session, first_experiment
from nbn_core.experiment import Experiment, OwnData, ProblemData, Stopping
from tests.app.fake_browser import LONG, is_a_sentence

CSV = "age,income,bought\n" + "".join(
    f"{20 + i},{1000 + 37 * i},{'yes' if i % 3 else 'no'}\n" for i in range(30)
)


class Page:
    """The Data page of one session."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.app = AppTest.from_file(str(root / "app" / "main.py"), default_timeout=LONG)
        self.app.run()
        self.app.switch_page(str(root / "pages" / "data.py")).run()
        self.fine()

    def fine(self) -> None:
        assert not self.app.exception

    @property
    def session(self) -> Session:
        session: Session = self.app.session_state["nbn.session"]
        return session

    def section(self, name: str) -> None:
        self.app.segmented_control(key="nbn-data-section").set_value(name).run()
        self.fine()

    def press(self, key: str) -> None:
        self.app.button(key=key).click().run()
        self.fine()

    def paste(self, text: str) -> None:
        self.section("Your files")
        self.app.text_area(key="nbn-file-paste").set_value(text).run()
        self.press("nbn-file-read")

    def upload(self, name: str, data: bytes) -> None:
        self.section("Your files")
        self.app.file_uploader(key="nbn-file-upload").set_value((name, data, "text/csv")).run()
        self.fine()

    def widget(self, kind: str, start: str) -> Any:
        [found] = [w for w in getattr(self.app, kind) if (w.key or "").startswith(start)]
        return found

    @property
    def errors(self) -> list[str]:
        return [str(error.value) for error in self.app.error]

    @property
    def words(self) -> str:
        shown = (*self.app.caption, *self.app.markdown, *self.app.success, *self.app.warning)
        return "\n".join(str(element.value) for element in shown)


@pytest.fixture
def page(root: Path) -> Page:
    return Page(root)


def test_a_built_in_problem_is_previewed_before_it_is_used(page: Page) -> None:
    assert "TensorFlow Playground" in page.words, "what is in use is shown first"
    page.press("nbn-problem-parity")
    assert page.session.experiment == first_experiment()
    page.app.number_input(key="nbn-parameter-parity-n").set_value(4).run()
    assert "16 patterns, 4 inputs, 2 classes" in page.words
    assert "as recalled, not verified" in page.words
    page.press("nbn-data-take")
    assert page.session.experiment.data == ProblemData("parity", {"n": 4})
    assert page.session.experiment.topology.n_inputs == 4
    assert "now in use" in page.words
    page.press("nbn-data-undo")
    assert page.session.experiment == first_experiment()
    page.press("nbn-data-redo")
    assert page.session.experiment.data == ProblemData("parity", {"n": 4})


def test_the_split_of_a_proben1_file_is_suggested(page: Page) -> None:
    parts = {"training": 21, "validation": 10, "test": 11}
    head = "bool_in=0\nreal_in=2\nbool_out=0\nreal_out=1\n" + "".join(
        f"{name}_examples={count}\n" for name, count in parts.items()
    )
    page.paste(head + "".join(f"0.{i} 0.{97 - i} {i}\n" for i in range(10, 52)))
    assert "drawn at random" in page.words
    page.press("nbn-data-take")
    rows = page.session.experiment.data.rows()
    assert tuple(map(len, rows)) == tuple(parts.values())


def test_pasted_text_becomes_the_data(page: Page) -> None:
    page.paste(CSV)
    assert "30 rows, 3 columns" in page.words.replace("\\", "")
    assert page.session.experiment == first_experiment()
    assert page.widget("multiselect", "nbn-file-out").value == ["bought"]
    assert page.widget("multiselect", "nbn-file-in").value == ["age", "income"]
    page.press("nbn-data-take")
    data = page.session.experiment.data
    assert isinstance(data, OwnData)
    assert data.classes == ("no", "yes")
    assert data.inputs_by == "minmax"
    train, test = data.datasets()
    assert (train.n_patterns, test.n_patterns) == (21, 9)  # type: ignore[union-attr]
    topology = page.session.experiment.topology
    assert topology.names[:2] == ("age", "income")
    assert topology.output_names == ("bought",)
    page.press("nbn-data-undo")
    assert page.session.experiment == first_experiment()


def test_an_upload_is_read_and_corrected(page: Page) -> None:
    page.upload("m\u202exy.csv", b"a;b\n1,5;2,5\n2,5;3,0\n3,5;x\n4,5;8,0\n")
    said = page.words.replace("\\", "")
    assert "decimal comma" in said
    assert "\u202e" not in said
    assert page.errors
    assert "Row 4 of column “b” is “x”" in page.errors[0].replace("\\", "")
    page.widget("text_input", "nbn-read-missing").set_value("x").run()
    assert not page.errors
    assert "1 row of 4 left out" in page.words
    page.widget("selectbox", "nbn-read-decimal").set_value(".").run()
    assert page.errors
    page.widget("selectbox", "nbn-read-decimal").set_value("").run()
    assert not page.errors


@pytest.mark.parametrize(
    "text",
    [
        "",
        "alone\n1\n2\n3\n",
        "a,b\n1,2\n3,4\n5,sec\n7,8\n9,1",
        "a,a\n1,2\n3,4\n",
        "a,b\n1,1e999\n2,3\n",
        ",".join(f"c{i}" for i in range(10_000)) + "\n" + ",".join("1" * 10_000),
        "\x00\x01\x02",
        "when,what\n2020-01-01,1\n2020-01-02,2\n",
    ],
    ids=["empty", "one-column", "text", "duplicate", "infinite", "wide", "binary", "dates"],
)
def test_unusable_data_is_one_sentence_and_changes_nothing(page: Page, text: str) -> None:
    page.paste(text)
    assert len(page.errors) == 1
    assert is_a_sentence(page.errors[0].replace("\\", "").replace("&nbsp;", " "))
    assert page.session.experiment == first_experiment()
    assert len(page.session.history) == 1


def workbook(value: object) -> bytes:
    book = openpyxl.Workbook()
    for row in (["a", "b"], [1, 2], [3, value], [5, 1]):
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def bomb() -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(100_000_000))
    return data.getvalue()


@pytest.mark.parametrize(
    "data",
    [workbook("=1+1"), bomb(), b"PAR1 and nothing else", b"1,2\n" * 1_300_000],
    ids=["formula", "bomb", "parquet", "too-long"],
)
def test_hostile_files_are_one_sentence_and_change_nothing(page: Page, data: bytes) -> None:
    page.upload("file.xlsx", data)
    assert len(page.errors) == 1
    assert is_a_sentence(page.errors[0].replace("\\", ""))
    assert len(page.session.history) == 1


def test_a_workbook_is_read(page: Page) -> None:
    page.upload("file.xlsx", workbook(7))
    assert not page.errors
    assert "of an Excel workbook" in page.words


@pytest.mark.parametrize(
    "name",
    ["<img src=x onerror=alert(1)>", "![x](http://a.example/p.png)", "**b** :red[c] $d$",
     "a\u202eb", "x" * 300],
)  # fmt: skip
def test_hostile_names_are_escaped(page: Page, name: str) -> None:
    page.paste(f'"{name}","target"\n1,2\n2,3\n3,5\n4,3\n')
    assert not page.errors
    page.press("nbn-data-take")
    for text in page.words.splitlines():
        assert "](http" not in text
        assert "<img" not in text.replace("\\<", "")
    assert page.session.experiment.topology.n_inputs == 1


def test_the_example_has_missing_values_and_three_classes(page: Page) -> None:
    page.section("Your files")
    page.press("nbn-file-example")
    assert "2 rows of 150 left out" in page.words
    page.press("nbn-data-take")
    data = page.session.experiment.data
    assert isinstance(data, OwnData)
    assert data.classes == ("setosa", "versicolor", "virginica")
    assert data.dataset.n_patterns == 148
    page.press("nbn-file-forget")
    assert page.session.experiment.data is data
    assert page.session.experiment.topology.n_outputs == 3


def post(page: Page, seq: int, kind: str, **fields: object) -> None:
    """Send a message of the canvas."""
    message = {"seq": seq, "kind": kind, **fields}
    page.app.session_state["nbn-painting"] = {
        "outbox": {"client": "browser", "messages": [message], "have": None}
    }
    page.app.run()
    page.fine()


def test_a_closed_tab_stops_training_started_while_painting(page: Page) -> None:
    page.section("Painting")
    # The same points in both classes: never solved.
    points = [[x, y, c] for x in (-2, -1, 1, 2) for y in (-2, 1) for c in (0, 1)]
    post(page, 1, "points", points=points, stroke=1)
    experiment = page.session.experiment
    endless = replace(experiment, rule="ebp", settings={}, stopping=Stopping(0.0, 1_000_000))
    page.session.amend(replace(page.session.document, experiment=endless))
    post(page, 2, "train")
    run = page.session.run
    assert run is not None
    assert run.running
    cache_resource_api.clear_session_cache("test session id")
    assert run.wait(LONG)
    assert run.stop is None


def test_painted_points_reach_the_other_pages(page: Page) -> None:
    page.section("Painting")
    points = [[x, y, int(x * y > 0)] for x in (-2, -1, 1, 2) for y in (-2, -1, 1, 2)]
    post(page, 1, "points", points=points, stroke=1)
    data = page.session.experiment.data
    assert isinstance(data, OwnData)
    assert data.dataset.n_patterns == 16
    page.section("Built-in problems")
    assert "Painted points" in page.words
    page.app.switch_page(str(page.root / "pages" / "draw.py")).run()
    page.fine()
    assert page.session.experiment.data is data


@pytest.mark.parametrize("inputs", [1, 2, 3])
@pytest.mark.parametrize("targets", ["number", "numbers", "2 classes", "3 classes", "5 classes"])
def test_data_of_any_shape_is_shown_before_and_after_use(
    page: Page, inputs: int, targets: str
) -> None:
    names = [f"in{i}" for i in range(inputs)]
    rows = []
    for row in range(30):
        values = [f"{(row * (7 + i)) % 30 / 10:.1f}" for i in range(inputs)]
        if targets.endswith("classes"):
            values.append("abcde"[row % int(targets[0])])
        else:
            values += [f"{row * row / 9:.2f}"] * (2 if targets == "numbers" else 1)
        rows.append(",".join(values))
    out = ["one", "two"] if targets == "numbers" else ["one"]
    page.paste("\n".join([",".join([*names, *out]), *rows]))
    if targets == "numbers":
        page.widget("multiselect", "nbn-file-out-").set_value(out).run()
    assert not page.errors
    page.press("nbn-data-take")
    assert isinstance(page.session.experiment.data, OwnData)
    page.section("Built-in problems")
    page.section("Your files")


def away_and_back(page: Page) -> None:
    page.app.switch_page(str(page.root / "pages" / "draw.py")).run()
    page.app.switch_page(str(page.root / "pages" / "data.py")).run()
    page.fine()


def test_the_form_of_a_file_shows_what_is_in_use_after_leaving(page: Page) -> None:
    page.paste(CSV)
    page.widget("multiselect", "nbn-file-out-").set_value(["income"]).run()
    page.widget("multiselect", "nbn-file-in-").set_value(["age"]).run()
    page.widget("slider", "nbn-file-" + key_of(page) + "-train").set_value(60).run()
    page.widget("slider", "nbn-file-" + key_of(page) + "-validation").set_value(15).run()
    page.widget("number_input", "nbn-file-" + key_of(page) + "-seed").set_value(7).run()
    page.widget("selectbox", "nbn-file-" + key_of(page) + "-targets-by").set_value("none").run()
    page.press("nbn-data-take")
    data = page.session.experiment.data
    assert isinstance(data, OwnData)
    assert (data.train_share, data.validation_share, data.split_seed) == (0.6, 0.15, 7)
    for _ in range(2):
        away_and_back(page)
        assert page.widget("multiselect", "nbn-file-out-").value == ["income"]
        assert page.widget("multiselect", "nbn-file-in-").value == ["age"]
        assert "now in use" in page.words
        assert not [button for button in page.app.button if button.key == "nbn-data-take"]
        page.section("Built-in problems")
        page.section("Your files")
    assert page.session.experiment.data is data


def key_of(page: Page) -> str:
    """Return the part of the widget keys that stands for the file."""
    [key] = [str(w.key) for w in page.app.slider if str(w.key).endswith("-train")]
    return key.removeprefix("nbn-file-").removesuffix("-train")


def test_the_form_of_a_problem_shows_what_is_in_use(page: Page) -> None:
    def noise() -> float:
        return float(page.widget("number_input", "nbn-parameter-moons-noise").value)

    page.press("nbn-problem-moons")
    before = noise()
    page.widget("number_input", "nbn-parameter-moons-noise").set_value(0.3).run()
    page.press("nbn-data-take")
    assert noise() == 0.3
    away_and_back(page)
    assert noise() == 0.3
    page.widget("number_input", "nbn-parameter-moons-noise").set_value(0.1).run()
    page.press("nbn-data-take")
    page.press("nbn-data-undo")
    assert noise() == 0.3, "after an undo too"
    page.press("nbn-data-undo")
    page.press("nbn-problem-moons")
    assert noise() == before
    away_and_back(page)
    page.session.put(document_of(Experiment.suggested("circles")))
    away_and_back(page)
    assert page.app.subheader[0].value == "Circles", "other data is in use"


@pytest.mark.parametrize(
    "data",
    [
        b"a,b,c\n1,2,3\n4,5\n7,8,9\n",
        b"alone\n1\n2\n3\n",
        b"a,a\n1,2\n3,4\n",
        b"\0\1\2\3",
        b"PK\x03\x04" + b"x" * 100,
        b"PAR1" + b"x" * 100,
        b"",
    ],
    ids=["short row", "one column", "names", "binary", "workbook", "parquet", "empty"],
)
def test_a_refused_file_always_shows_how_it_is_read(page: Page, data: bytes) -> None:
    page.upload("f.csv", data)
    assert len(page.errors) == 1
    [panel] = [e for e in page.app.expander if e.label == "How it is read"]
    assert panel.proto.expanded


def test_a_refused_file_is_corrected_where_it_was_refused(page: Page) -> None:
    page.upload("f.csv", b"a,b,c\n1,2,3\n4,5\n7,8,9\n6,6,6\n")
    assert "Row 3 has 2 cells" in page.errors[0]
    page.widget("selectbox", "nbn-read-short").set_value("leave out").run()
    assert not page.errors
    assert "1 short row left out" in page.words
    page.widget("number_input", "nbn-read-skip").set_value(1).run()
    assert not page.errors
    assert page.widget("multiselect", "nbn-file-out").value == ["column 3"]


def test_an_encoding_in_doubt_is_asked_about(page: Page) -> None:
    page.upload("f.csv", "x,класс\n1,a\n2,b\n3,a\n".encode("cp1251"))
    assert "cannot be told for sure" in page.words
    page.widget("selectbox", "nbn-read-encoding").set_value("cp1251").run()
    assert "cannot be told" not in page.words
    assert page.widget("multiselect", "nbn-file-out").value == ["класс"]


def test_a_series_gets_its_past_as_inputs(page: Page) -> None:
    rows = "".join(f"2000-{i % 12 + 1:02d},{(i * 7) % 10}\n" for i in range(24))
    page.paste("month,sold\n" + rows)
    assert not page.errors
    assert page.widget("multiselect", "nbn-file-in").value[0] == "sold (1 before)"
    page.widget("number_input", "nbn-file-back").set_value(2).run()
    assert page.widget("multiselect", "nbn-file-in").value == ["sold (1 before)", "sold (2 before)"]
    page.press("nbn-data-take")
    data = page.session.experiment.data
    assert isinstance(data, OwnData)
    assert data.dataset.input_names == ("sold (1 before)", "sold (2 before)")


def test_new_rows_are_answered_typed_and_from_a_file(page: Page) -> None:
    page.section("New rows")
    page.app.text_area(key="nbn-rows-typed").set_value("0,1\n1,0\n").run()
    page.press("nbn-rows-answer")
    assert not page.errors
    assert "2 rows, answered with the starting weights" in page.words
    [shown] = [d for d in page.app.dataframe if "predicted" in " ".join(d.value.columns)]
    experiment = page.session.experiment
    expected = experiment.predict(experiment.start_weights(), [[0.0, 1.0], [1.0, 0.0]])
    assert shown.value.iloc[:, -1].tolist() == expected[:, 0].tolist()
    upload = page.app.file_uploader(key="nbn-rows-upload")
    upload.set_value(("r.csv", b"shape;size\na;b\n", "text/csv")).run()
    page.fine()
    assert len(page.errors) == 1
    assert "The network needs the columns" in page.errors[0]


def test_a_dropped_connection_loses_no_file(page: Page) -> None:
    page.paste(CSV)
    page.widget("multiselect", "nbn-file-out-").set_value(["income"]).run()
    cache_resource_api.clear_session_cache("test session id")
    page.app.run()
    page.fine()
    assert page.widget("multiselect", "nbn-file-out-").value == ["income"]
