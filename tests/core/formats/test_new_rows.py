"""New rows without targets are answered by the trained network, from a file or a command."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nbn_core import NBNError, Topology, initial_weights
from nbn_core.__main__ import main
from nbn_core.experiment import Experiment, GivenStart, OwnData
from nbn_core.formats import new_rows, read_table, write_answers_csv, write_weights_csv

TRAINED = "size;colour;price;kind\n1,5;red;10;a\n2,5;blue;20;b\n3,5;green;30;a\n4,0;red;5;c\n"


def experiment(targets: list[str]) -> Experiment:
    chosen = read_table(TRAINED).choose(["size", "colour"], targets)
    data = OwnData(
        chosen.dataset, inputs_by="minmax", input_columns=chosen.inputs,
        target_columns=chosen.targets,
        targets_by="none" if targets == ["kind"] else "standard",
    )  # fmt: skip
    topology = Topology.mlp([4, 3, chosen.dataset.n_outputs])
    start = GivenStart(tuple(initial_weights(topology, seed=3).tolist()))
    return Experiment(topology, data, start=start)


def answered(one: Experiment, text: str) -> list[dict[str, str]]:
    rows = new_rows(one, read_table(text, least_columns=1))
    written = write_answers_csv(one, one.start_weights(), rows)
    return list(csv.DictReader(io.StringIO(written)))


def test_rows_are_answered_in_the_units_of_the_file() -> None:
    one = experiment(["price"])
    direct = one.predict(one.start_weights(), one.data.whole.inputs)[:, 0]
    same = answered(one, "colour,extra,size\nred,x,1.5\nblue,y,2.5\ngreen,z,3.5\nred,q,4\n")
    assert [float(row["price predicted"]) for row in same] == direct.tolist()
    assert [row["colour"] for row in same] == ["red", "blue", "green", "red"]
    assert [row["row"] for row in same] == ["2", "3", "4", "5"]
    bare = answered(one, "1,5;red\n2,5;blue\n")
    assert [float(row["price predicted"]) for row in bare] == direct[:2].tolist()


def test_classes_are_answered_by_name() -> None:
    one = experiment(["kind"])
    [row] = answered(one, "SIZE,Colour\n1.5,red\n")
    outputs = [float(row[f"kind={label} predicted"]) for label in "abc"]
    assert row["kind predicted class"] == "abc"[int(np.argmax(outputs))]


def test_a_row_that_lacks_a_value_stays_unanswered_and_in_its_place() -> None:
    rows = answered(experiment(["kind"]), "size,colour\n1.5,red\n?,red\n2,\n3,blue\n")
    assert [bool(row["kind=a predicted"]) for row in rows] == [True, False, False, True]
    assert [bool(row["kind predicted class"]) for row in rows] == [True, False, False, True]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("size,shade,other\n1,red,2\n2,red,3\n", "The network needs the columns “size”, “colour”"),
        ("size,colour\n1,red\nbig,red\n3,red\n4,red\n", "Row 3 of column “size” is “big”"),
        ("size,colour\n1,red\n2,pink\n", "Row 3 of column “colour” is “pink”, which is no class"),
    ],
)
def test_what_does_not_fit_is_told(text, said) -> None:
    with pytest.raises(NBNError, match=said):
        answered(experiment(["price"]), text)


def test_the_next_value_of_a_series_is_answered() -> None:
    sold = [10.0, 12, 11, 13, 12, 14, 13, 15]
    text = "month,sold\n" + "".join(f"2000-{i + 1:02d},{v}\n" for i, v in enumerate(sold))
    names = ["sold (1 before)", "sold (2 before)"]
    chosen = read_table(text).choose(names, ["sold"])
    one = Experiment(Topology.mlp([2, 2, 1]), OwnData(chosen.dataset, input_columns=chosen.inputs))
    rows = answered(one, text + "2000-09,\n")
    expected = one.predict(one.start_weights(), [[15.0, 13.0]])[0, 0]
    assert float(rows[-1]["sold predicted"]) == expected
    assert rows[0]["sold predicted"] == ""


def test_a_rule_that_predicts_in_its_own_way_is_refused() -> None:
    xor = replace(Experiment.suggested("xor"), rule="forward_forward", settings={})
    table = read_table("0,1\n1,0\n")
    with pytest.raises(NBNError, match="predicts in its own way"):
        write_answers_csv(xor, xor.start_weights(), new_rows(xor, table))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    one = experiment(["price"])
    (tmp_path / "mine.json").write_text(one.to_json())
    (tmp_path / "rows.csv").write_text("size,colour\n1.5,red\n2.5,blue\n")
    return tmp_path


def test_the_command_answers_new_rows(folder: Path, capsys) -> None:
    place, rows = str(folder / "mine.json"), str(folder / "rows.csv")
    assert main(["predict", place, rows]) == 0
    printed = capsys.readouterr().out
    one = experiment(["price"])
    table = read_table((folder / "rows.csv").read_bytes())
    assert printed == write_answers_csv(one, one.start_weights(), new_rows(one, table))
    out = str(folder / "out.csv")
    assert main(["predict", place, rows, "-o", out]) == 0
    assert (folder / "out.csv").read_text() == printed
    capsys.readouterr()
    assert main(["predict", place, rows, "-o", out]) == 2
    assert "use --force" in capsys.readouterr().err
    assert main(["predict", place, rows, "-o", out, "-f"]) == 0


def test_the_command_uses_the_weights_that_train_wrote(folder: Path, capsys) -> None:
    one = experiment(["price"])
    other = initial_weights(one.topology, seed=9)
    (folder / "mine-weights.csv").write_text(write_weights_csv(one.topology, other))
    place, rows = str(folder / "mine.json"), str(folder / "rows.csv")
    assert main(["predict", place, rows]) == 0
    table = read_table((folder / "rows.csv").read_bytes())
    assert capsys.readouterr().out == write_answers_csv(one, other, new_rows(one, table))
    assert main(["predict", place, rows, "-w", rows]) == 2
    assert main(["predict", place, str(folder / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err


def test_the_command_tells_rows_without_an_answer(folder: Path, capsys) -> None:
    (folder / "rows.csv").write_text("size,colour\n1.5,red\n,blue\n")
    assert main(["predict", str(folder / "mine.json"), str(folder / "rows.csv")]) == 1
    assert "1 row not answered, a value is missing: 3" in capsys.readouterr().err


def test_without_trained_weights_the_command_says_how_to_get_them(folder: Path, capsys) -> None:
    (folder / "xor.json").write_text(Experiment.suggested("xor").to_json())
    assert main(["predict", str(folder / "xor.json"), str(folder / "rows.csv")]) == 2
    assert "nbn_core train" in capsys.readouterr().err
