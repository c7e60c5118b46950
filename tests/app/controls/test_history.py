"""Everything can be undone and redone."""

from __future__ import annotations

from nbn_core.experiment import SeededStart
from tests.app.controls.helpers import SEED, changes
from tests.app.desk import Desk


def test_everything_can_be_undone_and_redone(desk: Desk) -> None:
    documents = [desk.document]
    for change in changes(desk):
        change()
        assert desk.document != documents[-1]
        documents.append(desk.document)
    assert desk.seen["notice"] is None
    for document in documents[-2::-1]:
        answer = desk.post("undo")
        assert desk.document is document
        assert answer["info"]["can_redo"] is True
        assert answer["graph"] == desk.graph
    assert answer["info"]["can_undo"] is False
    assert desk.says("undo") == "There is nothing to undo."
    for document in documents[1:]:
        desk.post("redo")
        assert desk.document is document
    assert desk.says("redo") == "There is nothing to redo."
    desk.post("undo")
    desk.post("new_weights")
    assert desk.says("redo") == "There is nothing to redo.", "a new change forgets what was undone"


def test_undo_does_not_go_back_for_ever(desk: Desk) -> None:
    for _ in range(300):
        desk.post("new_weights")
    assert len(desk.bench.history) == 200
    assert desk.experiment.start == SeededStart(seed=SEED + 300)
