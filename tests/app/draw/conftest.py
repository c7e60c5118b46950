"""A browser with XOR: before the first message, and after a training."""

from __future__ import annotations

import pytest

from app.session.jobs import Workers
from tests.app.draw.helpers import XOR
from tests.app.fake_browser import FakeBrowser


@pytest.fixture(scope="module")
def workers() -> Workers:
    return Workers(2)


@pytest.fixture
def browser() -> FakeBrowser:
    return FakeBrowser(XOR)


@pytest.fixture
def trained(workers: Workers) -> FakeBrowser:
    browser = FakeBrowser(XOR, workers)
    browser.post("train")
    browser.wait_for_end()
    browser.post("poll")
    return browser
