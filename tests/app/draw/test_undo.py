"""Everything can be undone and redone."""

from __future__ import annotations

from nbn_core.experiment import SeededStart
from tests.app.draw.helpers import SEED, changes
from tests.app.fake_browser import FakeBrowser


def test_everything_can_be_undone_and_redone(browser: FakeBrowser) -> None:
    documents = [browser.document]
    for change in changes(browser):
        change()
        assert browser.document != documents[-1]
        documents.append(browser.document)
    assert browser.seen["notice"] is None
    for document in documents[-2::-1]:
        answer = browser.post("undo")
        assert browser.document is document
        assert answer["info"]["can_redo"] is True
        assert answer["graph"] == browser.graph
    assert answer["info"]["can_undo"] is False
    assert browser.says("undo") == "There is nothing to undo."
    for document in documents[1:]:
        browser.post("redo")
        assert browser.document is document
    assert browser.says("redo") == "There is nothing to redo."
    browser.post("undo")
    browser.post("new_weights")
    assert browser.says("redo") == "There is nothing to redo.", (
        "a new change forgets what was undone"
    )


def test_undo_has_a_limited_number_of_steps(browser: FakeBrowser) -> None:
    for _ in range(300):
        browser.post("new_weights")
    assert len(browser.session.history) == 200
    assert browser.experiment.start == SeededStart(seed=SEED + 300)
