"""The browser half of the Share page: copying the link, and drawings as PNG."""

from __future__ import annotations

from typing import Any, Final

from app.shared.component import Component

_SHARE: Final = Component(
    "share", "share/frontend", "share.html", "share.css", "index.js", ("shared/frontend",)
)


def copy_link(packed: str) -> None:
    """Show the link to the current experiment, with a button that copies it."""
    _mount("nbn-share-link", {"kind": "link", "link": packed})


def picture(svg: str, name: str) -> None:
    """Show a button that downloads a drawing as PNG, made in the browser at twice its size."""
    _mount("nbn-share-picture", {"kind": "picture", "svg": svg, "name": name})


def _mount(key: str, data: dict[str, Any]) -> None:
    _SHARE.mount(key, data)
