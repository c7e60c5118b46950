"""Cache folder of compiled kernels.

numba checks only the file that defines a function, so a change of a helper in another file would
not be noticed. The folder is therefore named by a hash of all kernel sources and of the versions
that compiled them. It is in the user's cache folder, never beside the sources. How its files are
read and written is in `nbn_core.kernels.checked_cache`.
"""

import atexit
import hashlib
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numpy
from numba.core import dispatcher

from nbn_core.kernels.checked_cache import CheckedCache

# Kernels own no memory: they work on arrays that Python passes in. Without numba's reference
# counting (`_nrt`) an allocation in a kernel is a compile error, and records of arrays can be
# unpacked at no cost; with it, unpacking took a fifth of the time of a small network. In return no
# kernel may return an array to Python, which tests/core/kernels checks.
ENTRY: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}

# For kernels that only other kernels call: the wrapper for calls from Python takes long to compile.
INNER: dict[str, Any] = {**ENTRY, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}

# For parts of a loop that are separate functions only for readability.
INLINED: dict[str, Any] = {**INNER, "forceinline": True}


@contextmanager
def kernel_cache() -> Iterator[Path]:
    """Set numba's cache for the functions decorated inside, and restore it afterwards."""
    before = numba.config.CACHE_DIR
    folder = _writable(_root(before) / fingerprint())
    numba.config.CACHE_DIR = str(folder)
    # numba has no setting for the class that reads and writes the files
    usual, dispatcher.FunctionCache = dispatcher.FunctionCache, CheckedCache
    try:
        yield folder
    finally:
        numba.config.CACHE_DIR = before
        dispatcher.FunctionCache = usual


def _root(given: str) -> Path:
    if given:
        return Path(given)
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or "~/AppData/Local"
    elif sys.platform == "darwin":
        base = "~/Library/Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.path.expanduser(base)) / "nbn-lab" / "kernels"


def fingerprint() -> str:
    """Return a hash of the kernels and of all that compiles them: equal results need equal ones."""
    digest = hashlib.sha256()
    for version in (numba.__version__, numpy.__version__, platform.python_version()):
        digest.update(version.encode() + b"\0")
    for source in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:20]


def _writable(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        private = Path(tempfile.mkdtemp(prefix="nbn-lab-kernels-"))
        atexit.register(shutil.rmtree, private, ignore_errors=True)
        return private
