"""A cache of compiled kernels that costs a compilation when it is damaged, and never a training.

numba unpickles what it finds in its cache files and lets errors of the disk pass to the caller, so
that a file cut short, a flipped bit or a full disk would end every training. Here each file begins
with a hash of its contents: a file that does not match counts as absent, and is compiled and
written anew. What cannot be written is used without having been saved. The log names the folder.
"""

import hashlib
import logging
import pickle
from typing import Any

from numba.core.caching import FunctionCache, IndexDataCacheFile

_LOG = logging.getLogger(__name__)
_DIGEST_SIZE = 32


class CheckedFile(IndexDataCacheFile):
    """Index and data files of one kernel, each with a hash of its contents before them."""

    def _load_index(self) -> dict[Any, str]:
        contents = self._read(self._index_path)
        if contents is None:
            return {}
        version, stamp, overloads = contents
        fresh = version == self._version and stamp == self._source_stamp
        return dict(overloads) if fresh else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        self._write(self._index_path, (self._version, self._source_stamp, overloads))

    def _load_data(self, name: str) -> Any:
        return self._read(self._data_path(name))

    def _save_data(self, name: str, data: Any) -> None:
        self._write(self._data_path(name), data)

    def _read(self, path: str) -> Any:
        """Return what a file holds; None if it is absent or damaged."""
        try:
            with open(path, "rb") as file:
                contents = file.read()
        except FileNotFoundError:
            return None
        digest, payload = contents[:_DIGEST_SIZE], contents[_DIGEST_SIZE:]
        if hashlib.sha256(payload).digest() != digest:
            _LOG.warning("A compiled kernel in %s is damaged: compiling it anew.", path)
            return None
        return pickle.loads(payload)

    def _write(self, path: str, contents: Any) -> None:
        payload = self._dump(contents)
        with self._open_for_write(path) as file:
            file.write(hashlib.sha256(payload).digest() + payload)


class CheckedCache(FunctionCache):
    """The cache of one kernel; errors of its files are logged and cost a compilation."""

    def __init__(self, py_func: Any) -> None:
        super().__init__(py_func)
        file = self._cache_file
        self._cache_file = CheckedFile(
            self._cache_path, self._impl.filename_base, file._source_stamp
        )

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """Return a compiled kernel; None if there is none that can be used."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:
            _LOG.warning("The kernels in %s cannot be read: compiling.", self._cache_path,
                         exc_info=True)  # fmt: skip
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Save a compiled kernel, if that is possible."""
        try:
            super().save_overload(sig, data)
        except OSError as error:
            _LOG.warning("Compiled kernels cannot be saved in %s: %s.", self._cache_path, error)
            self.disable()
