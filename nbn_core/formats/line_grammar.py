"""The grammar of lines: comments, blank lines, quotes, delimiters, and rows over several lines.

`content` takes comments and blank lines out of a text, `sniff` detects the delimiter, and `split`
returns the cells of every row with the number of its line. Each works in linear time.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nbn_core.errors import DatasetError
from nbn_core.formats.number_grammar import is_number

DELIMITERS = ("\t", ";", ",", "|", "whitespace")
MARKS = ("#", "%", "//", "!", ";")
SAMPLE = 200  # lines examined
_LINE = 20_000  # characters examined of each line
_ERRORS = ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!")
_QUOTES = "“”„‟"


@dataclass(slots=True)
class Content:
    """Lines of a table, without comments and blank lines.

    Parameters
    ----------
    lines : list of str
        Lines with content.
    numbers : list of int
        Number of each line in the text, from 1.
    gaps : set of int
        Positions in `lines` before which a line is blank.
    comments : list of tuple of int and str
        Position in `lines` of the line after a comment, and the text of the comment.
    blank : int
        Number of blank lines before the last line with content.
    inline : int
        Number of comments that were cut off at the end of a line.
    """

    lines: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    gaps: set[int] = field(default_factory=set)
    comments: list[tuple[int, str]] = field(default_factory=list)
    blank: int = 0
    inline: int = 0


Row = tuple[int, list[str]]  # number of the line, cells


def content(text: str, skip: int = 0) -> Content:
    """Take comments and blank lines out of a text.

    A comment begins with #, %, // or !, or with ; where that is not the delimiter. At the end of a
    line, a comment is cut off if a row of numbers stands before it.

    Parameters
    ----------
    text : str
        Text with line ends as LF.
    skip : int
        Number of lines to leave out at the top.

    Returns
    -------
    Content
        The lines with content, and the comments.
    """
    lines = text.split("\n")
    marked = any(mark in text for mark in MARKS)
    marks = _marks(lines[skip:]) if marked else ()
    quoted = '"' in text
    found = Content()
    inside = gap = False
    blank = 0
    for at in range(skip, len(lines)):
        line = lines[at]
        plain = line.strip()
        if not inside:
            if not plain:
                blank += 1
                gap = True
                continue
            if plain.startswith(marks) and not plain.startswith(_ERRORS):
                found.comments.append((len(found.lines), plain.lstrip("#%/!; \t")))
                continue
            if marked:
                line, cut = _without_comment(line, marks)
                found.inline += cut
        if quoted and line.count('"') % 2:
            inside = not inside
        if gap:
            found.gaps.add(len(found.lines))
            found.blank += blank
            gap, blank = False, 0
        found.lines.append(line)
        found.numbers.append(at + 1)
    return found


def _marks(lines: Sequence[str]) -> tuple[str, ...]:
    """Return the marks that begin a comment in this text."""
    full = [line.strip()[:200] for line in lines if line.strip()]
    marks = []
    for mark in MARKS:
        with_it = [line for line in full if line.startswith(mark)]
        others = len(full) - len(with_it)
        if mark == ";":
            # An empty first cell where semicolons separate.
            rows = sum(";" in line.lstrip("; ") for line in full if not line.startswith(";"))
            if 2 * rows > others:
                continue
        # If almost every line has the mark before a digit, it belongs to the data, such as #12.
        elif 2 * others < len(with_it) and all(
            line[len(mark) : len(mark) + 1].isdigit() for line in with_it
        ):
            continue
        marks.append(mark)
    return tuple(marks)


def _without_comment(line: str, marks: tuple[str, ...]) -> tuple[str, int]:
    """Cut off a comment behind numbers; return the line, and 1 if something was cut off."""
    at = len(line)
    for mark in marks:
        place = line.find(mark)
        if 0 < place < at and (mark == "//" or line[place - 1] in " \t"):
            after = line[place + len(mark) :].strip()
            if mark == "%" and not (after[:1].isalpha() or not after):
                continue
            if line.startswith(_ERRORS, place) or (mark == "%" and not after):
                continue
            at = place
    if at == len(line) or '"' in line[:at]:
        return line, 0
    cells = line[:at].replace(",", " ").replace(";", " ").replace("|", " ").split()
    if cells and all(is_number(cell) or cell in ("?", "-", ".", "NA", "NaN") for cell in cells):
        return line[:at].rstrip(), 1
    return line, 0


def told_delimiter(line: str) -> str | None:
    """Return the delimiter of a line such as `sep=;`, which Excel writes above a table."""
    plain = line.strip(' "\r').strip()
    if plain.lower() == "sep=" or line.strip('"').lower().startswith("sep=\t"):
        return "\t"
    if plain[:4].lower() != "sep=" or len(set(plain[4:])) != 1:
        return None
    return plain[4]


def sniff(content: Content, missing: Collection[str], delimiters: Sequence[str]) -> str:
    """Detect the delimiter that splits the first lines most regularly, into numbers if possible.

    Each delimiter is scored by the share of lines with the most common number of cells, if that is
    above 1, and by the share of cells that are numbers. Of equal scores the first one wins.

    Parameters
    ----------
    content : Content
        Lines of the table.
    missing : collection of str
        Missing-value markers in lower case.
    delimiters : sequence of str
        Delimiters to choose from.

    Returns
    -------
    str
        One of the delimiters; a comma if none splits the lines.
    """
    first = max(0, len(content.lines) - SAMPLE) if len(content.lines) < 2 * SAMPLE else 0
    lines = [line[:_LINE] for line in content.lines[: first + SAMPLE]]
    best, found = -1.0, "," if "," in delimiters else delimiters[0]
    numeric = lru_cache(maxsize=None)(is_number)
    for delimiter in delimiters:
        rows = [_cells(line, delimiter) for line in lines]
        counts = Counter(map(len, rows))
        width, times = max(counts.items(), key=lambda item: (item[1], item[0]))
        cells = [cell for row in rows[len(rows) > 1 :] if len(row) == width for cell in row]
        full = [cell for cell in cells if cell and cell.lower() not in missing]
        numbers = sum(map(numeric, full))
        regular = times / len(rows) if rows else 0.0
        score = regular * (0.2 + numbers / max(len(full), 1)) if width > 1 else 0.0
        if score > best + 1e-9:
            best, found = score, delimiter
    return found


def _cells(line: str, delimiter: str) -> list[str]:
    """Split one line; a delimiter at its end is ignored."""
    if delimiter == "whitespace":
        cells = _words(line)
    elif '"' not in line:
        cells = [cell.strip() for cell in line.split(delimiter)]
    else:
        try:
            cells = next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:
            cells = line.split(delimiter)
        cells = [cell.strip() for cell in cells]
    if len(cells) > 1 and not cells[-1]:
        cells.pop()
    return cells


def _words(line: str) -> list[str]:
    """Split at blanks and tabs; a no-break space may be part of a number."""
    if '"' not in line:
        return [cell for cell in line.replace("\t", " ").split(" ") if cell]
    try:
        plain = line.replace("\t", " ").strip()
        return next(csv.reader([plain], delimiter=" ", skipinitialspace=True), [])
    except csv.Error:
        return line.split()


def split(content: Content, delimiter: str) -> list[Row]:
    """Split lines into cells.

    Parameters
    ----------
    content : Content
        Lines of the table.
    delimiter : str
        Delimiter of cells, one of `DELIMITERS`, or another character.

    Returns
    -------
    list of Row
        Number of the line, and cells, of every row; a quoted cell may reach over several lines.

    Raises
    ------
    DatasetError
        If a quotation mark is never closed; the message names the line.
    """
    lines, numbers = content.lines, content.numbers
    quotes = _quote_marks(lines)
    if not quotes:
        if delimiter == "whitespace":
            return [(at, _words(line)) for at, line in zip(numbers, lines, strict=True)]
        return [(at, line.split(delimiter)) for at, line in zip(numbers, lines, strict=True)]
    blanks = delimiter == "whitespace"
    if blanks:
        lines = [line.replace("\t", " ").strip() for line in lines]
    if quotes != '"' and quotes != "'":
        lines = [line.translate({ord(mark): '"' for mark in _QUOTES}) for line in lines]
        quotes = '"'
    # Strict parsing notices a quotation mark that is never closed, but also refuses text behind a
    # closing one, such as "5"x7, which is read as it stands.
    for strict in (True, False):
        rows: list[Row] = []
        reader = csv.reader(
            (line + "\n" for line in lines), delimiter=" " if blanks else delimiter,
            quotechar=quotes, skipinitialspace=True, strict=strict,
        )  # fmt: skip
        done = 0
        try:
            for cells in reader:
                rows.append((numbers[done], cells))
                done = reader.line_num
            return rows
        except csv.Error as error:
            unclosed = "unexpected end" in str(error) or "field larger" in str(error)
            if unclosed or not strict:
                raise DatasetError(
                    f"A quotation mark in row {numbers[done]} of this table is never closed: "
                    "close or remove it."
                ) from None
    return rows


def _quote_marks(lines: Sequence[str]) -> str:
    """Return the quotation mark of cells in these lines: ", ', a typographic one, or none."""
    sample = "\n".join(lines[:SAMPLE])
    if '"' in sample or any('"' in line for line in lines):
        return '"'
    if any(mark in sample for mark in _QUOTES):
        return "”"
    quoted = sum(line.strip()[:1] == "'" and line.count("'") % 2 == 0 for line in lines[:SAMPLE])
    return "'" if lines and 2 * quoted > min(len(lines), SAMPLE) else ""
