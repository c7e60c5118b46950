"""The app in Streamlit's test runner, with all kernels compiled and payloads on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from streamlit.runtime.caching import cache_resource_api

from app.session import closing, server
from app.shared.component import Component
from nbn_core.warmup import warm_up, warm_up_curvature
from tests.app.fake_browser import LONG
from tests.app.shown_numbers.screen import Screen
from tests.app.shown_numbers.situations import Situation


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Situation], Screen]]:
    """Return a function that opens the app at a situation."""
    warm_up()
    warm_up_curvature()
    assert server.warming().wait(LONG)
    mounted: list[tuple[str, Any]] = []

    def mount(self: Component, key: str, data: Any) -> None:
        mounted.append((self.name, data))

    monkeypatch.setattr(Component, "mount", mount)
    monkeypatch.setattr(closing, "GRACE", 0.05)
    cache_resource_api.clear_session_cache("test session id")
    yield lambda situation: Screen(mounted, situation)
    cache_resource_api.clear_session_cache("test session id")
