"""Components in the browser (Streamlit components v2): plain ES modules without a build step.

A component's folder is served as it is. If it imports modules of other folders, a copy of all of
them is served, so that `import "../../shared/frontend/dom.js"` means the same to the browser, to
Node in the tests, and to a reader. Such a component gets the styles of controls that all have in
common (`shared/frontend/controls.css`) before its own, in one file. Every URL carries a hash of all
that is served, so that no browser mixes modules of two versions.
"""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import streamlit as st
from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

APP: Final = Path(__file__).resolve().parents[1]
CONTROLS: Final = APP / "shared/frontend/controls.css"
_PACKAGE: Final = "nbn-lab"


@dataclass(slots=True)
class Component:
    """A component of ours in the browser.

    Parameters
    ----------
    name : str
        Short name for URLs.
    folder : str
        Folder of its modules, within `app`.
    html, css, js : str
        Files in the folder: page fragment, styles, and the module with the entry point.
    shares : tuple of str
        Other folders within `app` whose modules it imports.
    """

    name: str
    folder: str
    html: str
    css: str
    js: str
    shares: tuple[str, ...] = ()
    _mounted: Callable[..., Any] | None = None
    _manager: BidiComponentManager | None = None  # of the server it is registered with
    _served: dict[Path, list[Path]] = field(default_factory=dict)  # copy: what is in it

    def mount(self, key: str, data: dict[str, Any]) -> None:
        """Show the component with `data`; its messages arrive in its state `outbox`."""
        manager = get_bidi_component_manager()
        if self._mounted is None or self._manager is not manager:
            self._mounted, self._manager = self._register(manager), manager
        self._repair()
        self._mounted(key=key, data=data, on_outbox_change=_ignore)

    def version(self) -> str:
        """Return a hash of all files that are served."""
        digest = hashlib.blake2b(digest_size=5)
        for path in self._files():
            digest.update(path.relative_to(APP).as_posix().encode())
            digest.update(path.read_bytes())
        return digest.hexdigest()

    def _files(self) -> list[Path]:
        folders = (self.folder, *self.shares)
        return sorted(f for folder in set(folders) for f in (APP / folder).iterdir() if f.is_file())

    def _register(self, manager: BidiComponentManager) -> Callable[..., Any]:
        name = f"{self.name}_{self.version()}"
        root, inner = (
            (self._copied(), f"{self.folder}/") if self.shares else (APP / self.folder, "")
        )
        manifest = ComponentManifest(_PACKAGE, "1", [ComponentConfig(name, root.name)])
        manager.register_from_manifest(manifest, root.parent)
        mounted: Callable[..., Any] = st.components.v2.component(
            f"{_PACKAGE}.{name}",
            html=(APP / self.folder / self.html).read_text(encoding="utf-8"),
            css=inner + self.css,
            js=inner + self.js,
        )
        return mounted

    def _copied(self) -> Path:
        private = Path(tempfile.mkdtemp(prefix="nbn-lab-frontend-"))
        atexit.register(shutil.rmtree, private, ignore_errors=True)
        root = private / self.name
        self._served = {root / path.relative_to(APP): [path] for path in self._files()}
        self._served[root / self.folder / self.css].insert(0, CONTROLS)
        self._repair()
        return root

    def _repair(self) -> None:
        """Restore files that a clean-up of temporary files removed while the server was running."""
        for copy, originals in self._served.items():
            if not copy.exists():
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(b"\n".join(original.read_bytes() for original in originals))


def _ignore() -> None:
    """Do nothing; Streamlit keeps only state that has a callback."""
