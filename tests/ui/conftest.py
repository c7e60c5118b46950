"""Every test begins with the pages of a new session: AppTest gives all of them the same id."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.runtime.caching import cache_resource_api

from app.session import closing, computing
from tests.app.fake_browser import LONG


@pytest.fixture(autouse=True)
def _new_session(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(closing, "GRACE", 0.05)
    monkeypatch.setattr(computing, "PROMPT", LONG)  # these pages do not look again by themselves
    cache_resource_api.clear_session_cache("test session id")
    yield
    cache_resource_api.clear_session_cache("test session id")
