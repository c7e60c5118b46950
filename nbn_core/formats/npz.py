"""NPZ files: arrays of numbers in NumPy's own format, read without pickle.

Sizes are compared with the headers before anything is read.
"""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.lib import format as npy
from numpy.typing import ArrayLike, NDArray

from nbn_core.errors import FormatError
from nbn_core.formats.csv_files import trace_columns
from nbn_core.formats.parsing import quoted
from nbn_core.trace import Trace

MAX_NPZ = 512_000_000
MAX_MEMBERS = 32
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}", re.ASCII)


def write_npz(arrays: Mapping[str, ArrayLike]) -> bytes:
    """Write arrays of numbers; equal arrays give equal bytes.

    Parameters
    ----------
    arrays : mapping
        Arrays by name.

    Returns
    -------
    bytes
        Compressed `.npz` file.

    Raises
    ------
    FormatError
        If an array does not hold numbers, or its name is not an identifier.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, values in arrays.items():
            array = np.asarray(values)
            if array.dtype.kind not in "biuf" or not _NAME.fullmatch(name):
                raise FormatError(f"{quoted(name)} is not an array of numbers with a valid name.")
            part = io.BytesIO()
            npy.write_array(part, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, part.getvalue())
    return file.getvalue()


def read_npz(data: bytes) -> dict[str, NDArray[np.generic]]:
    """Read arrays of numbers, without pickle and with limited size.

    Parameters
    ----------
    data : bytes
        Content of an `.npz` file.

    Returns
    -------
    dict
        Arrays by name.

    Raises
    ------
    FormatError
        If the file is damaged, too large, or holds anything but arrays of numbers.
    """
    arrays = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_NPZ:
                raise FormatError(
                    f"An NPZ file may hold {MAX_MEMBERS} arrays and {MAX_NPZ // 1_000_000} MB."
                )
            for member in members:
                name = member.filename.removesuffix(".npy")
                if not _NAME.fullmatch(name) or name in arrays:
                    raise FormatError(
                        f"This NPZ file holds {quoted(member.filename)}, not an array."
                    )
                arrays[name] = _array(archive.read(member), name)
    except FormatError:
        raise
    except Exception:  # zipfile and its decompressors raise many types on damaged archives
        raise FormatError("This NPZ file is damaged: use the original file.") from None
    return arrays


def _array(data: bytes, name: str) -> NDArray[np.generic]:
    """Read an array of numbers whose size agrees with its header."""
    file = io.BytesIO(data)
    read = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
    shape, _, dtype = read[npy.read_magic(file)](file)
    if dtype.kind not in "biuf" or math.prod(shape) * dtype.itemsize != len(data) - file.tell():
        raise FormatError(f"{quoted(name)} in this NPZ file is not an array of numbers.")
    return npy.read_array(io.BytesIO(data), allow_pickle=False)


def write_trace_npz(trace: Trace, validation_sse: Sequence[float] | None = None) -> bytes:
    """Write a trace with its weights as NPZ.

    Parameters
    ----------
    trace : Trace
        Trace of the training.
    validation_sse : (K,) sequence of float, optional
        SSE of the validation patterns, one number per row of the trace.

    Returns
    -------
    bytes
        `.npz` file with the columns of the trace by name, and validation_sse if it is given.

    Raises
    ------
    ValueError
        If `validation_sse` does not have one number per row.
    """
    return write_npz({**trace_columns(trace, validation_sse), "weights": trace.weights})
