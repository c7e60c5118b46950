"""Rows as programs print them: arrays of NumPy and MATLAB in brackets, tables of LaTeX.

What stands around the rows is taken away, and the rest is read like any other table. Each function
works in linear time.
"""

from __future__ import annotations

import re

from nbn_core.errors import DatasetError
from nbn_core.formats.line_grammar import Content

_BRACKET = re.compile(r"[\[\]]")
_CALL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.=( ")
_BETWEEN = frozenset(" \t,;()")
_DEEPEST = 8  # dimensions of an array
_HEAD = 200  # characters in which the first bracket is looked for
_LATEX_END = "\\\\"
_ESCAPED = (("\\%", "%"), ("\\_", "_"), ("\\#", "#"), ("\\$", ""), ("$", ""))


def unwrapped(source: Content) -> str | None:
    """Take brackets and marks of other programs away from around the rows.

    Parameters
    ----------
    source : Content
        Lines of a table, updated.

    Returns
    -------
    str, optional
        Sentence that tells what was taken away; None if nothing was.

    Raises
    ------
    DatasetError
        If the program has left out rows or columns.
    """
    if _is_latex(source):
        _set(source, _latex_rows(source))
        return "The rows of a LaTeX table were read; its commands are left out."
    if _is_bracketed(source):
        _set(source, _bracketed_rows(source))
        return "The brackets around the rows are left out."
    return None


def _set(source: Content, rows: list[tuple[int, str]]) -> None:
    source.lines = [line for _, line in rows]
    source.numbers = [number for number, _ in rows]
    source.gaps, source.comments = set(), []


def _is_bracketed(source: Content) -> bool:
    """Return whether the text is an array, alone, assigned to a name, or in a call."""
    if not source.lines or '"' in source.lines[0]:
        return False
    before, bracket, _ = source.lines[0][:_HEAD].partition("[")
    head = before.strip()
    if not bracket or not _CALL.issuperset(head) or (head and head[-1] not in "=("):
        return False
    depth = 0
    for at, line in enumerate(source.lines):
        begin = len(before) if at == 0 else 0
        for mark in _BRACKET.finditer(line):
            if depth == 0 and not _BETWEEN.issuperset(line[begin : mark.start()]):
                return False
            depth += 1 if mark.group() == "[" else -1
            begin = mark.end()
            if depth > _DEEPEST:
                return False
        rest = line[begin:].partition("dtype=")[0]
        if depth < 0 or (depth == 0 and not _BETWEEN.issuperset(rest)):
            return False
    return depth == 0


def _bracketed_rows(source: Content) -> list[tuple[int, str]]:
    """Return the contents of the innermost brackets, with the number of the line they begin in."""
    for number, line in zip(source.numbers, source.lines, strict=True):
        if "..." in line:
            raise DatasetError(
                f"In line {number} the program that printed this array left values out, as “...”: "
                "save the whole array, for example by numpy.savetxt."
            )
    groups: list[list[tuple[int, str]]] = []
    inner: list[tuple[int, str]] | None = None
    for number, line in zip(source.numbers, source.lines, strict=True):
        begin = 0
        for bracket in _BRACKET.finditer(line):
            if bracket.group() == "[":
                inner = []
            elif inner is not None:
                groups.append([*inner, (number, line[begin : bracket.start()])])
                inner = None
            begin = bracket.end()
        if inner is not None:
            inner.append((number, line[begin:]))
    if len(groups) == 1:  # a matrix of MATLAB
        rows = [(number, row) for number, text in groups[0] for row in text.split(";")]
    else:
        rows = [(group[0][0], " ".join(text.strip() for _, text in group)) for group in groups]
    return [(number, row.strip(" \t,")) for number, row in rows if row.strip(" \t,")]


def _is_latex(source: Content) -> bool:
    """Return whether most lines that are no commands are rows of a LaTeX table."""
    lines = [line for line in source.lines if not line.lstrip().startswith("\\")]
    rows = sum("&" in line and _LATEX_END in line for line in lines)
    return 2 * rows > len(lines)


def _latex_rows(source: Content) -> list[tuple[int, str]]:
    """Return the rows, with tabs between the cells; lines without cells are left out."""
    rows = []
    for number, line in zip(source.numbers, source.lines, strict=True):
        if "&" not in line:
            continue
        text = line.partition(_LATEX_END)[0]
        for mark, plain in _ESCAPED:
            text = text.replace(mark, plain)
        rows.append((number, "\t".join(cell.strip() for cell in text.split("&"))))
    return rows
