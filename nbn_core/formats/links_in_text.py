"""Links to experiments as they arrive: in a sentence, in Markdown, percent-encoded, or wrapped.

`found_links` returns the candidates in a text, in the order in which they should be tried. It looks
at every character a bounded number of times, without regular expressions.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from urllib.parse import unquote

SHORTEST = 40  # characters of a packed experiment
SHORTEST_BARE = 80  # of one without an address
MAX_LINKS = 20  # places in a text that are tried
MAX_NESTED = 3  # links inside links
MAX_LENGTH = 100_000  # characters behind one place

_LETTERS = frozenset(string.ascii_letters + string.digits + "-_")
_INVISIBLE = str.maketrans("", "", "\u00ad\u200b\u200c\u200d\u2060\ufeff")


def found_links(text: str) -> list[str]:
    """Return the packed experiments that a text may hold.

    Parameters
    ----------
    text : str
        Text of unknown origin.

    Returns
    -------
    list of str
        Candidates for `nbn_core.experiment.link.decode`, without repetition.
    """
    plain = text.translate(_INVISIBLE) if not text.isascii() else text
    found: dict[str, None] = {}
    for variant in _variants(plain):
        for candidate in _candidates(variant):
            found[candidate] = None
    if bare := _bare(plain):
        found[bare] = None
    return list(found)


def _variants(text: str) -> Iterator[str]:
    yield text
    if "=\n" in text or "=3D" in text:  # quoted-printable, as mail programs store text
        yield text.replace("=\n", "").replace("=3D", "=")
    for _ in range(MAX_NESTED):  # a link inside a link
        if not any(mark in text for mark in ("%3De%", "%3Fe%", "%26e%", "%253Fe%", "%2526e%")):
            return
        text = unquote(text)
        yield text


def _candidates(text: str) -> Iterator[str]:
    """Yield what follows e= in addresses: to the end of the line, and over wrapped lines."""
    at = -1
    for _ in range(MAX_LINKS):
        at = _next_place(text, at + 1)
        if at < 0:
            return
        first, rest = _run(text, at + 2)
        joined = first
        # A wrapped link fills its lines: all but the last have the same length.
        length = 0
        while rest:
            more, rest = _run(text, rest)
            if not more or (length and len(more) > length) or len(joined) > MAX_LENGTH:
                break
            joined += more
            if length and len(more) < length:
                break
            length = len(more)
        for run in (first, joined):
            packed = unquote(run)
            if len(packed) >= SHORTEST:
                yield packed
                # Proofpoint puts "__;" behind a link; the two letters may belong to it
                yield packed.removesuffix("__")
        at += len(first)


def _next_place(text: str, begin: int) -> int:
    """Return the next position of e= at the beginning or behind ?, &, # or ;."""
    while True:
        at = text.find("e=", begin)
        if at <= 0 or text[at - 1] in "?&#;":
            return at
        begin = at + 1


def _run(text: str, begin: int) -> tuple[str, int]:
    """Return the letters of a packed experiment, and where the next line of it may begin, or 0."""
    at = begin
    end = min(len(text), begin + MAX_LENGTH)
    while at < end and (text[at] in _LETTERS or text[at] == "%"):
        at += 1
    run = text[begin:at]
    while at < end and text[at] in " \t\r":
        at += 1
    if at >= end or text[at] != "\n":
        return run, 0
    at += 1
    while at < end and text[at] in " \t\r>|":  # the marks of a quoted mail
        at += 1
    return run, at


def _bare(text: str) -> str:
    """Return a packed experiment without an address, on one line or wrapped."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    joined = "".join(lines)
    if len(joined) < SHORTEST_BARE or not _LETTERS.issuperset(joined):
        return ""
    wrapped = len(lines) > 1
    if wrapped and (len(lines[0]) < SHORTEST or len(lines[0]) != max(map(len, lines))):
        return ""
    return joined
