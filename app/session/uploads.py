"""A bound on the files that a session may leave on the server.

Streamlit (1.67) keeps every file that is sent to it until the session ends, whether a page shows it
or not. The pages copy what they use; of a session that sends more than `MOST`, the oldest go.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from typing import Final

import streamlit as st
from streamlit.runtime import get_instance
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

MOST: Final = 60_000_000  # bytes of one session; the newest file is kept in any case
_LOG: Final = logging.getLogger(__name__)


@st.cache_resource(show_spinner=False)
def bound_uploads() -> bool:
    """Bound the uploads of this server, once; return whether that was possible."""
    try:
        manager = get_instance().uploaded_file_mgr
    except RuntimeError:  # tests run pages without a server
        return False
    if not isinstance(manager, MemoryUploadedFileManager):
        _LOG.warning("The uploads of a session are not bounded: Streamlit keeps them elsewhere.")
        return False
    bound(manager)
    return True


def bound(manager: MemoryUploadedFileManager) -> None:
    """Let a manager of uploads forget the oldest files of a session that sends too much."""
    add, forget = manager.add_file, manager.remove_session_files
    sizes: dict[str, OrderedDict[str, int]] = {}
    lock = threading.Lock()

    def add_file(session_id: str, file: UploadedFileRec) -> None:
        add(session_id, file)
        with lock:
            known = sizes.setdefault(session_id, OrderedDict())
            known.pop(file.file_id, None)
            known[file.file_id] = len(file.data)
            old = []
            while sum(known.values()) > MOST and len(known) > 1:
                old.append(known.popitem(last=False)[0])
        for file_id in old:
            manager.remove_file(session_id, file_id)

    def remove_session_files(session_id: str) -> None:
        with lock:
            sizes.pop(session_id, None)
        forget(session_id)

    manager.add_file = add_file  # type: ignore[method-assign]
    manager.remove_session_files = remove_session_files  # type: ignore[method-assign]
