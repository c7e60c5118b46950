"""Own data as compact text, and links that name it instead of holding it.

A browser keeps own data as this text, by its digest, so that a reload needs nothing else. The text
is base64url of raw deflate of: the length of a header in four bytes, the header as JSON (what
`OwnData` has beside its numbers, and the shapes), then inputs and targets as little-endian float64,
row by row.
"""

from __future__ import annotations

import base64
import re
import struct
import zlib
from typing import Any

import numpy as np

from nbn_core.errors import ExperimentError
from nbn_core.experiment.jsontext import dumps, loads
from nbn_core.experiment.own_data import OwnData
from nbn_core.experiment.reading import fields, read_own, typed

MAX_PACKED = 16_000_000  # characters
MAX_UNPACKED = 64_000_000  # bytes
_LENGTH = struct.Struct("<I")
_RAW = -15  # window bits of zlib: raw deflate without a header
_DIGEST = re.compile("[0-9a-f]{32}")
_DAMAGED = "The data kept in this browser are damaged: open the file or the link again."


def pack(own: OwnData) -> str:
    """Pack own data into text.

    Parameters
    ----------
    own : OwnData
        Data to pack.

    Returns
    -------
    str
        Text of ASCII letters, digits, - and _; empty if it would have more than 16 million
        characters.
    """
    data = own.dataset
    shape = {"inputs": data.inputs.shape, "targets": data.targets.shape}
    header = dumps({"data": own.about(), "shape": shape}).encode("ascii")
    deflate = zlib.compressobj(1, zlib.DEFLATED, _RAW)  # the fastest: it is done at every edit
    packed = b"".join(
        deflate.compress(part)
        for part in (
            _LENGTH.pack(len(header)), header, data.inputs.astype("<f8").tobytes(),
            data.targets.astype("<f8").tobytes(),
        )
    ) + deflate.flush()  # fmt: skip
    text = base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")
    return text if len(text) <= MAX_PACKED else ""


def unpack(text: str) -> OwnData:
    """Unpack own data.

    Parameters
    ----------
    text : str
        Text of unknown origin.

    Returns
    -------
    OwnData
        Data that the text holds.

    Raises
    ------
    ExperimentError
        If the text is too long, damaged, or unpacks to more than 64 MB.
    NBNError
        If it holds something that is no valid data.
    """
    if len(text) > MAX_PACKED:
        raise ExperimentError(_DAMAGED)
    inflate = zlib.decompressobj(_RAW)
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        content = inflate.decompress(packed, MAX_UNPACKED)
    except (ValueError, zlib.error):
        raise ExperimentError(_DAMAGED) from None
    if not inflate.eof or inflate.unused_data or len(content) < _LENGTH.size:
        raise ExperimentError(_DAMAGED)
    begin = _LENGTH.size + _LENGTH.unpack_from(content)[0]
    header = fields(loads(content[_LENGTH.size : begin]), "the header", "data shape")
    shapes = fields(header["shape"], "shape", "inputs targets")
    inputs, begin = _table(content, begin, shapes["inputs"])
    targets, begin = _table(content, begin, shapes["targets"])
    if begin != len(content):
        raise ExperimentError(_DAMAGED)
    about = typed(header["data"], dict, "data")
    dataset = typed(about.get("dataset"), dict, "data.dataset")
    return read_own({**about, "dataset": {**dataset, "inputs": inputs, "targets": targets}})


def _table(content: bytes, begin: int, shape: object) -> tuple[Any, int]:
    if (
        not isinstance(shape, list)
        or len(shape) != 2
        or not all(type(n) is int and 0 <= n <= MAX_UNPACKED for n in shape)
    ):
        raise ExperimentError(_DAMAGED)
    count = shape[0] * shape[1]
    if begin + 8 * count > len(content):
        raise ExperimentError(_DAMAGED)
    table = np.frombuffer(content, "<f8", count, begin).reshape(shape)
    return table.astype(np.float64), begin + 8 * count


def reference(digest: str) -> str:
    """Return what stands for own data in the JSON of a link that does not hold it."""
    return dumps({"digest": digest, "kind": "kept"})


def digest_in(data: object) -> str | None:
    """Return the digest of the own data that a part of a link's JSON names; None if it holds it.

    Parameters
    ----------
    data : object
        The part "data" of a parsed document of unknown origin.

    Returns
    -------
    str or None
        32 hexadecimal digits.

    Raises
    ------
    ExperimentError
        If it names data in a way that no program writes.
    """
    if not isinstance(data, dict) or data.get("kind") != "kept":
        return None
    digest = fields(data, "data", "digest kind")["digest"]
    if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
        raise ExperimentError("This link is damaged: ask for it again, and copy all of it.")
    return digest
