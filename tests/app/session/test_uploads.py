"""A session that sends files without end keeps only the newest."""

from __future__ import annotations

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from app.session import uploads


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> MemoryUploadedFileManager:
    monkeypatch.setattr(uploads, "MOST", 100)
    made = MemoryUploadedFileManager("/upload")
    uploads.bound(made)
    return made


def send(manager: MemoryUploadedFileManager, name: str, size: int, session: str = "one") -> None:
    manager.add_file(session, UploadedFileRec(name, name, "text/csv", b"x" * size))


def kept(manager: MemoryUploadedFileManager, session: str = "one") -> list[str]:
    return list(manager.file_storage[session])


def test_the_oldest_files_go_when_there_are_too_many(manager: MemoryUploadedFileManager) -> None:
    for name in "abcd":
        send(manager, name, 40)
    assert kept(manager) == ["c", "d"]
    send(manager, "large", 500)
    assert kept(manager) == ["large"], "the newest is kept, whatever its size"
    send(manager, "e", 40)
    assert kept(manager) == ["e"]


def test_sessions_are_bounded_apart_and_forgotten(manager: MemoryUploadedFileManager) -> None:
    send(manager, "a", 90)
    send(manager, "b", 90, "two")
    assert (kept(manager), kept(manager, "two")) == (["a"], ["b"])
    manager.remove_session_files("one")
    send(manager, "c", 90)
    assert kept(manager) == ["c"]
    send(manager, "c", 90)
    assert kept(manager) == ["c"]
