"""Links: an experiment as JSON, compressed with raw deflate, in base64url without padding."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass
from typing import Any

from nbn_core.errors import ExperimentError
from nbn_core.experiment.jsontext import loads
from nbn_core.experiment.own_data import OwnData
from nbn_core.experiment.packed_data import digest_in, reference
from nbn_core.experiment.reading import typed
from nbn_core.experiment.value import Experiment
from nbn_core.experiment.workspace import Workspace

MAX_LINK = 60_000
MAX_TEXT = 4_000_000
MAX_NUMBERS = 50_000  # of own data; more would not fit, and compressing them takes seconds

_RAW = -15  # window bits of zlib: raw deflate without a header
_ALPHABET = re.compile(r"[A-Za-z0-9_-]*")
_DAMAGED = (
    "This link is damaged: ask for it again, and copy it whole from the first letter to the last."
)


def encode(experiment: Experiment | Workspace) -> str:
    """Encode an experiment, or a workspace, as the text of a link.

    Parameters
    ----------
    experiment : Experiment or Workspace
        Experiment to encode, or an experiment with what is kept beside it.

    Returns
    -------
    str
        Text of ASCII letters, digits, - and _.

    Raises
    ------
    ExperimentError
        If the text has more than 60,000 characters, or the data more than 50,000 numbers.
    """
    own = experiment.experiment.data if isinstance(experiment, Workspace) else experiment.data
    if isinstance(own, OwnData):
        data = own.dataset
        if data.inputs.size + data.targets.size > MAX_NUMBERS:
            raise ExperimentError(
                f"This experiment is too large for a link: its data has "
                f"{data.inputs.size + data.targets.size} numbers, at most {MAX_NUMBERS} go into "
                "one; save it as a file."
            )
    return _packed(experiment.to_json())


def encode_without_data(workspace: Workspace) -> str:
    """Encode a workspace as the text of a link that names its own data by their digest.

    Parameters
    ----------
    workspace : Workspace
        Workspace to encode.

    Returns
    -------
    str
        Text of ASCII letters, digits, - and _, which only `open_link` reads.

    Raises
    ------
    ExperimentError
        If the text has more than 60,000 characters.
    """
    own = workspace.experiment.data
    return _packed(workspace.to_json(reference(own.digest) if isinstance(own, OwnData) else None))


def _packed(document: str) -> str:
    text = document.encode("ascii")
    deflate = zlib.compressobj(9, zlib.DEFLATED, _RAW)
    packed = deflate.compress(text) + deflate.flush()
    link = base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")
    if len(link) > MAX_LINK or len(text) >= MAX_TEXT:
        raise ExperimentError(
            f"This experiment is too large for a link ({len(link)} characters, at most "
            f"{MAX_LINK}): save it as a file."
        )
    return link


def decode(link: str) -> Experiment:
    """Decode an experiment from the text of a link, without what is kept beside it.

    Parameters
    ----------
    link : str
        Text written by `encode`.

    Returns
    -------
    Experiment
        Experiment that the link encodes.

    Raises
    ------
    ExperimentError
        If the text is too long, damaged, or unpacks to more than 4 MB.
    """
    return Experiment.from_json(_text(link))


def decode_workspace(link: str) -> Workspace:
    """Decode an experiment with its kept drawings, race and sweep from the text of a link.

    Parameters
    ----------
    link : str
        Text written by `encode`.

    Returns
    -------
    Workspace
        Workspace that the link encodes.

    Raises
    ------
    ExperimentError
        If the text is too long, damaged, or unpacks to more than 4 MB.
    """
    return Workspace.from_json(_text(link))


@dataclass(frozen=True)
class OpenedLink:
    """What a link holds, and the own data that it names.

    Parameters
    ----------
    document : dict
        Parsed JSON of the link.
    digest : str or None
        Digest of own data that the link names and does not hold; None if it is complete.
    """

    document: dict[str, Any]
    digest: str | None

    def workspace(self, own: OwnData | None = None) -> Workspace:
        """Return the workspace.

        Parameters
        ----------
        own : OwnData, optional
            The data that the link names.

        Returns
        -------
        Workspace
            Workspace that the link encodes.

        Raises
        ------
        ExperimentError
            If the link describes something invalid, or the data are not those that it names.
        """
        if self.digest is None:
            return Workspace.read(self.document)
        if own is not None and own.digest != self.digest:
            raise ExperimentError(
                "The data kept in this browser are not those of this address: open the file again."
            )
        return Workspace.read({**self.document, "data": own} if own else self.document)


def open_link(link: str) -> OpenedLink:
    """Open the text of a link, which may name own data instead of holding it.

    Parameters
    ----------
    link : str
        Text written by `encode` or `encode_without_data`.

    Returns
    -------
    OpenedLink
        The parsed link, and the digest of the data that it names.

    Raises
    ------
    ExperimentError
        If the text is too long, damaged, or unpacks to more than 4 MB.
    """
    document = typed(loads(_text(link)), dict, "experiment")
    return OpenedLink(document, digest_in(document.get("data")))


def _text(link: str) -> bytes:
    """Unpack the JSON of a link."""
    if not isinstance(link, str):
        raise ExperimentError("A link is text, this is something else: copy the link again.")
    if len(link) > MAX_LINK:
        raise ExperimentError(
            f"This link is too long ({len(link)} characters, at most {MAX_LINK}): "
            "ask for the experiment as a file."
        )
    if not _ALPHABET.fullmatch(link) or len(link) % 4 == 1:
        raise ExperimentError(_DAMAGED)
    inflate = zlib.decompressobj(_RAW)
    packed = base64.urlsafe_b64decode(link + "=" * (-len(link) % 4))
    try:
        text = inflate.decompress(packed, MAX_TEXT)
    except zlib.error:
        raise ExperimentError(_DAMAGED) from None
    if len(text) == MAX_TEXT:
        raise ExperimentError(
            f"This link unpacks to {MAX_TEXT // 1_000_000} MB or more: it is not a link of NBN Lab."
        )
    if not inflate.eof or inflate.unused_data:
        raise ExperimentError(_DAMAGED)
    return text
