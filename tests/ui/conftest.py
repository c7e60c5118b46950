"""Every test begins with the pages of a new session: AppTest gives all of them the same id."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.runtime.caching import cache_resource_api

from app.session import closing


@pytest.fixture(autouse=True)
def _new_session(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(closing, "GRACE", 0.05)
    cache_resource_api.clear_session_cache("test session id")
    yield
    cache_resource_api.clear_session_cache("test session id")
