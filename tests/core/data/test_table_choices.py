"""Columns of a table chosen as inputs and targets."""

from __future__ import annotations

import re

import pytest

from nbn_core import NBNError
from nbn_core.formats import read_table
from tests.tables import CSV


def test_two_classes_are_one_output_and_more_classes_one_output_each() -> None:
    table = read_table(CSV)
    chosen = table.choose(["age", "income"], ["bought"], name="mine")
    assert chosen.dropped == (5,)
    assert chosen.classes == {"bought": ("no", "yes")}
    assert chosen.dataset.targets.tolist() == [[1], [-1], [-1], [1]]
    assert chosen.dataset.kind == "classification"
    assert chosen.dataset.name == "mine"
    assert chosen.dataset.target_names == ("bought",)
    chosen = table.choose(["age"], ["city"])
    assert chosen.dataset.target_names == ("city=New York, NY", "city=Oslo", "city=Rome")
    assert chosen.dataset.targets.tolist()[0] == [-1, 1, -1]
    assert (chosen.dataset.targets.sum(axis=1) == -1).all()
    chosen = table.choose(["age", "city"], ["income"])
    assert chosen.dataset.n_inputs == 4
    assert chosen.dataset.kind == "regression"


def test_numbers_can_be_classes() -> None:
    table = read_table("x,digit\n1,10\n2,9\n3,9\n4,2\n")
    assert table.choose(["x"], ["digit"]).dataset.n_outputs == 1
    chosen = table.choose(["x"], ["digit"], classes=["digit"])
    assert chosen.classes == {"digit": ("2", "9", "10")}
    assert chosen.dataset.n_outputs == 3
    assert chosen.dataset.kind == "classification"


ODD = """when,a,b,same,half,words,nothing
2020-01-01,1,x,5,1,u,
2020-01-02,2,7,5,inf,v,
2020-01-03,3,8,5,3,u,
"""


@pytest.mark.parametrize(
    ("inputs", "targets", "said"),
    [
        (["when"], ["a"], "Column “when” holds dates"),
        (["a"], ["when"], "Column “when” holds dates"),
        (["same"], ["a"], "Column “same” is “5” in every row"),
        (["nothing"], ["a"], "Column “nothing” is empty"),
        (["b"], ["a"], "Row 2 of column “b” is “x”, not a number"),
        (["half"], ["a"], "Row 3 of column “half” is “inf”, not a number"),
        (["a"], ["a"], "Column “a” is an input and a target"),
        (["a", "a"], ["words"], "chosen twice"),
        (["a"], ["other"], "There is no column “other”"),
        ([], ["a"], "No column is chosen as input"),
        (["a"], [], "No column is chosen as target"),
    ],
)
def test_an_unusable_column_is_refused_by_its_name(inputs, targets, said) -> None:
    with pytest.raises(NBNError, match=re.escape(said)):
        read_table(ODD).choose(inputs, targets)


def test_a_column_that_is_constant_after_dropping_rows_is_refused() -> None:
    table = read_table("a,b,c\n1,5,x\n2,5,x\n3,6,\n4,5,y\n,7,y\n")
    with pytest.raises(NBNError, match="Column “b” is “5” in every row that is used"):
        table.choose(["a", "b"], ["c"])
    empty = read_table("a,b\n1,\n,2\n3,\n,4\n")
    with pytest.raises(NBNError, match="Each of the 4 rows lacks a value"):
        empty.choose(["a"], ["b"])


def test_free_text_is_not_a_class() -> None:
    text = "id,x\n" + "".join(f"name{i},{i}\n" for i in range(60))
    with pytest.raises(NBNError, match="“id” has 60 different entries, too many"):
        read_table(text).choose(["id"], ["x"])
