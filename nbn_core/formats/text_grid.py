"""The grid of a table in text form or of a sheet: where it begins and ends, its names, its rows.

Lines above and below the table, a row of units, repeated names and rows over several lines are
recognised and told in `Grid.notes`. Every row has the same number of cells: a row of another width
is refused with its line number, unless the caller chose what to do with short rows.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nbn_core.checks import plural
from nbn_core.errors import DatasetError
from nbn_core.formats.line_grammar import SAMPLE, Content, Row
from nbn_core.formats.number_grammar import is_number, parse

SHORT_ROWS = ("refuse", "fill", "leave out")
_DATE = re.compile(r"\d{1,4}[-/.:]\d{1,2}([-/.: T].*)?", re.ASCII)
_MAX_TITLES = 500  # rows above a table
_PERIOD = 20  # lines of one row at most


@dataclass(slots=True)
class Grid:
    """Rows of a table, all of the same width.

    Parameters
    ----------
    rows : list of list of str
        Cells of each row.
    lines : list of int
        Number of the line of each row.
    names : list of str or None
        Names of the columns as they are in the file; None if it has none.
    notes : list of str
        What was left out or interpreted, a sentence each.
    blank : int
        Number of blank rows.
    targets, unused : list of int
        Positions of the columns that the format calls targets, or that are no data.
    layout : str
        Name of a format with its own head, such as "ARFF"; empty for a plain table.
    parts : tuple of int
        Numbers of training, validation and test rows that the head counts; empty if it does not.
    """

    rows: list[list[str]]
    lines: list[int]
    names: list[str] | None = None
    notes: list[str] = field(default_factory=list)
    blank: int = 0
    targets: list[int] = field(default_factory=list)
    unused: list[int] = field(default_factory=list)
    layout: str = ""
    parts: tuple[int, ...] = ()


@dataclass(slots=True)
class _Cells:
    """Tests of cells that know the missing-value markers."""

    missing: Collection[str]
    number: Callable[[str], bool] = field(init=False)

    def __post_init__(self) -> None:
        self.number = lru_cache(maxsize=200_000)(is_number)

    def empty(self, cell: str) -> bool:
        return not cell or cell.lower() in self.missing

    def text(self, cell: str) -> bool:
        """Return whether a cell is neither empty nor a number nor a date."""
        return not self.empty(cell) and not self.number(cell) and not _DATE.fullmatch(cell[:40])

    def numeric(self, cells: Sequence[str]) -> bool:
        """Return whether a row consists of numbers, with missing values among them."""
        return all(self.empty(cell) or self.number(cell) for cell in cells)

    def texts(self, cells: Sequence[str]) -> bool:
        """Return whether a row has text, and no number."""
        return any(map(self.text, cells)) and not any(
            self.number(cell) for cell in cells if not self.empty(cell)
        )


def grid_of(
    rows: Sequence[Row],
    missing: Collection[str],
    *,
    source: Content | None = None,
    header: bool | None = None,
    short: str = "refuse",
    blanks: bool = False,
    split_names: Callable[[str], list[str]] | None = None,
) -> Grid:
    """Find the table among rows.

    Parameters
    ----------
    rows : sequence of Row
        Number of the line, and cells, of every row.
    missing : collection of str
        Missing-value markers in lower case.
    source : Content, optional
        Text that the rows came from, with its comments and blank lines.
    header : bool, optional
        Whether the first row holds names, if that is known.
    short : str
        What to do with rows that have too few cells, one of `SHORT_ROWS`.
    blanks : bool
        Whether blanks separate the cells.
    split_names : callable, optional
        Function that splits a comment into names.

    Returns
    -------
    Grid
        Names and rows.

    Raises
    ------
    DatasetError
        If a row has too many or too few cells, or there are none.
    """
    test = _Cells(missing)
    notes: list[str] = []
    gaps = {source.numbers[at] for at in source.gaps} if source is not None else set()
    kept = list(rows)
    if source is None or any(" " in line or not line.isprintable() for line in source.lines):
        kept = [(at, [cell.strip() for cell in cells]) for at, cells in rows]
    full = [row for row in kept if any(row[1])]
    blank = len(kept) - len(full) + (source.blank if source is not None else 0)
    gaps |= {after[0] for before, after in itertools.pairwise(kept) if not any(before[1])}
    if not full:
        raise DatasetError("This table is empty: it needs rows and columns.")
    table = _joined(full, test, notes) if blanks else _without_ends(full)
    width = _width(table)
    raw = (
        {}
        if source is None or not blanks
        else dict(zip(source.numbers[:_MAX_TITLES], source.lines[:_MAX_TITLES], strict=True))
    )
    table, given = _without_titles(table, width, gaps, test, notes, blanks, header, raw)
    table = _without_notes_below(table, width, gaps, test, notes)
    table = _even(table, width, short, notes)
    if not table:
        raise DatasetError("This table has no rows of data: add at least one.")
    width = len(table[0][1])
    cells = [row for _, row in table]
    used = 0
    names = given
    if names is None and _is_header(cells, test, header):
        names, used = list(cells[0]), 1
        if header is None:
            used += _more_heads(names, cells, test, notes)
    if names is None and header is not False and source is not None and split_names is not None:
        names = _commented(source, table[0][0], width, test, split_names)
        if names is not None:
            notes.append("The names are in a comment above the table.")
    if names is not None:
        head = [name.strip() for name in names]
        again = [i for i in range(used, len(cells)) if cells[i] == head]
        if again:
            notes.append(f"The names are repeated in {_lines([table[i][0] for i in again])}.")
            left_out = set(again)
            table = [row for i, row in enumerate(table) if i not in left_out]
    if source is not None and source.inline + len(source.comments):
        count = source.inline + len(source.comments)
        notes.append(f"{plural(count, 'comment')} left out.")
    lines = [at for at, _ in table[used:]]
    return Grid([row for _, row in table[used:]], lines, names, notes, blank)


def _lines(numbers: Sequence[int]) -> str:
    """Return line numbers in words."""
    if len(numbers) == 1:
        return f"line {numbers[0]}"
    if len(numbers) == numbers[-1] - numbers[0] + 1:
        return f"lines {numbers[0]} to {numbers[-1]}"
    shown = ", ".join(map(str, numbers[:5]))
    return f"lines {shown}{' and others' if len(numbers) > 5 else ''}"


def _without_ends(table: list[Row]) -> list[Row]:
    """Leave out the last cells of all rows where every row ends with a delimiter."""
    while True:
        width = _width(table)
        if width == 1 or any(cells[-1] for _, cells in table if len(cells) == width):
            return table
        table = [(at, cells[:-1]) if len(cells) == width else (at, cells) for at, cells in table]


def _width(table: Sequence[Row]) -> int:
    """Return the most common number of cells, the larger one of two that are as common."""
    counts = Counter(len(cells) for _, cells in table)
    return max(counts.items(), key=lambda item: (item[1], item[0]))[0]


def _joined(table: list[Row], test: _Cells, notes: list[str]) -> list[Row]:
    """Join rows that are wrapped over several lines, if their widths repeat regularly."""
    if len({len(cells) for _, cells in table[-SAMPLE:]}) == 1:
        return table
    first = next((i for i, (_, cells) in enumerate(table) if test.numeric(cells)), len(table))
    widths = [len(cells) for _, cells in table[first:]]
    for period in range(2, _PERIOD + 1):
        if len(widths) < 3 * period or len(widths) % period:
            continue
        pattern = widths[:period]
        if len(set(pattern)) == 1 or pattern * (len(widths) // period) != widths:
            continue
        body = table[first:]
        if not all(test.numeric(cells) for _, cells in body):
            return table
        notes.append(f"Each row of the table takes {period} lines.")
        return table[:first] + [
            (body[i][0], [cell for _, cells in body[i : i + period] for cell in cells])
            for i in range(0, len(body), period)
        ]
    return table


def _without_titles(
    table: list[Row],
    width: int,
    gaps: set[int],
    test: _Cells,
    notes: list[str],
    blanks: bool,
    header: bool | None,
    raw: Mapping[int, str],
) -> tuple[list[Row], list[str] | None]:
    """Leave out the lines above a table; return the rest, and names of another width than it."""
    first = 0
    while first < min(len(table) - 1, _MAX_TITLES):
        cells = table[first][1]
        if len(cells) == width or test.numeric(cells) or not any(map(test.text, cells)):
            break
        if len(cells) > width and not any(cells[width:]):
            break
        first += 1
    names = None
    if first and len(table[first][1]) == width:
        names = _odd_names(table, first, width, gaps, test, raw)
        if names is None:
            above, below = table[first - 1][1], table[first]
            names_below = test.texts(below[1])
            next_to = below[0] not in gaps and test.texts(above) and not names_below
            if next_to and not blanks and width > 1 and len(above) > 1:
                raise DatasetError(
                    f"Row {table[first - 1][0]} has {plural(len(above), 'name')}, the rows "
                    f"below it have {plural(width, 'cell')}: give each column a name."
                )
    # Titles as wide as the table, or padded to its width by a spreadsheet.
    start = first
    if names is None and header is None:
        for i in range(first, min(len(table) - 1, first + 50)):
            cells, below = table[i][1], table[i + 1]
            apart = below[0] in gaps
            if not (test.texts(cells) or (apart and any(map(test.text, cells)))):
                break
            if len(below[1]) != width or not test.texts(below[1]):
                break
            alone = width > 1 and cells[0] and not any(cells[1:])
            if alone or apart:
                start = i + 1
    if start:
        told = [at for at, _ in table[: start - (names is not None)]]
        if told:
            notes.append(f"Above the table, {_lines(told)} left out.")
    return table[start:], names


def _odd_names(
    table: Sequence[Row],
    first: int,
    width: int,
    gaps: set[int],
    test: _Cells,
    raw: Mapping[int, str],
) -> list[str] | None:
    """Return the names in the line above a table if that line has more or fewer cells than it."""
    above, below = table[first - 1][1], table[first][1]
    if test.texts(below):
        return None
    if len(above) == width + 1 and above[0].endswith(":") and all(map(test.text, above[1:])):
        return above[1:]  # "Data:  y  x" of NIST
    if len(above) == width - 1 and all(map(test.text, above)) and table[first][0] not in gaps:
        labels = [cells[0] for _, cells in table[first:] if len(cells) == width]
        running = labels == [str(i) for i in range(1, len(labels) + 1)]
        if running or (len(set(labels)) == len(labels) and all(map(test.text, labels))):
            return ["", *above]  # R names all columns but the first, which holds row names
    if len(above) > width and table[first - 1][0] in raw:
        # Names with blanks in them, apart by two blanks or a tab.
        line = raw[table[first - 1][0]].replace("\t", "  ")
        wide = [name.strip() for name in line.split("  ") if name.strip()]
        if len(wide) == width and all(map(test.text, wide)):
            return wide
    return None


def _without_notes_below(
    table: list[Row], width: int, gaps: set[int], test: _Cells, notes: list[str]
) -> list[Row]:
    """Leave out lines of text below a table."""
    last = len(table)
    while last > 1:
        at, cells = table[last - 1]
        alone = width > 2 and len(cells) == width and cells[0] and not any(cells[1:])
        if len(cells) == width and not alone:
            break
        if not test.text(cells[0]) or (at not in gaps and any(
            test.number(cell) for cell in cells if not test.empty(cell)
        )):  # fmt: skip
            break
        if alone and at not in gaps:
            break
        last -= 1
    # Text or sums as wide as the table, behind a blank line, where numbers stand above.
    for i in range(max(1, last - 20), last):
        above = table[i - 1][1]
        behind = [cells for _, cells in table[i:last]]
        if table[i][0] in gaps and all(_breaks(above, cells, width, test) for cells in behind):
            last = i
            break
    if last < len(table):
        notes.append(f"Below the table, {_lines([at for at, _ in table[last:]])} left out.")
    return table[:last]


def _breaks(above: Sequence[str], cells: Sequence[str], width: int, test: _Cells) -> bool:
    """Return whether a row has text in a column that has a number in the row above it."""
    return len(cells) == len(above) == width and any(
        not test.empty(number) and test.number(number) and test.text(cell)
        for number, cell in zip(above, cells, strict=True)
    )


def _even(table: list[Row], width: int, short: str, notes: list[str]) -> list[Row]:
    """Return rows of equal width; raise for one that is not, as its caller decided."""
    if all(len(cells) == width for _, cells in table):
        return table
    even: list[Row] = []
    filled: list[int] = []
    for at, cells in table:
        row = cells
        if len(row) > width:
            if any(row[width:]):
                raise DatasetError(
                    f"Row {at} has {len(row)} cells, the rows above it have {width}: correct it, "
                    "or choose another delimiter."
                )
            row = row[:width]
        elif len(row) < width:
            if short == "refuse":
                raise DatasetError(
                    f"Row {at} has {plural(len(row), 'cell')}, other rows have {width}: complete "
                    "it, or choose to fill or leave out short rows."
                )
            filled.append(at)
            if short == "leave out":
                continue
            row = row + [""] * (width - len(row))
        even.append((at, row))
    if filled:
        done = "filled with missing values" if short == "fill" else "left out"
        notes.append(f"{plural(len(filled), 'short row')} {done}: {_lines(filled)}.")
    return even


# Names


def _is_header(cells: Sequence[Sequence[str]], test: _Cells, known: bool | None) -> bool:
    """Return whether the first row holds names."""
    if known is not None:
        return known
    first, sample = cells[0], cells[1 : SAMPLE + 1]
    if not any(not test.empty(cell) for cell in first):
        return False
    columns = list(zip(*sample, strict=True)) if sample else [()] * len(first)
    numeric = [_mostly_numbers(column, test) for column in columns]
    named = sum(n and test.text(cell) for n, cell in zip(numeric, first, strict=True))
    numbers = [cell for cell in first if not test.empty(cell) and test.number(cell)]
    if numbers:
        return _are_labels(first, sample, test)
    if named:
        return True
    if any(not test.empty(cell) and not test.text(cell) for cell in first):
        return False  # a date
    entries = [cell for cell in first if not test.empty(cell)]
    if len(set(entries)) < len(entries) and not any(numeric):
        return False
    below = list(zip(*cells[1:], strict=True)) if len(cells) > 1 else []
    return not any(cell in set(column) for cell, column in zip(first, below, strict=False) if cell)


def _mostly_numbers(column: Sequence[str], test: _Cells) -> bool:
    full = [cell for cell in column if not test.empty(cell)]
    return bool(full) and sum(map(test.number, full)) >= 0.6 * len(full)


def _are_labels(first: Sequence[str], sample: Sequence[Sequence[str]], test: _Cells) -> bool:
    """Return whether a first row with numbers in it holds names, such as years."""
    # It does if the numbers are years or count up evenly, as no other row does. Without a word
    # among them, they must be years above other numbers, or count from 0 or 1 above fractions.
    numbers = _whole(first, test)
    words = [cell for cell in first if test.text(cell)]
    if numbers is None or not sample or len(set(numbers)) < len(numbers):
        return False
    below = [cells for cells in sample if any(not test.empty(cell) for cell in cells)]
    values = [
        parsed.value
        for cells in below
        for cell, at in zip(cells, first, strict=True)
        if test.number(at) and (parsed := parse(cell) or parse(cell, ",")) is not None
    ]
    if not values:
        return False
    for word, column in zip(first, zip(*below, strict=True), strict=True):
        if test.text(word) and word in column:
            return False
    steps = {b - a for a, b in itertools.pairwise(numbers)}
    years = all(1500 <= number <= 2100 for number in numbers)
    if years and len(steps) <= 1 and (words or len(numbers) > 1):
        return not any(1500 <= value <= 2100 and value == int(value) for value in values)
    even = len(numbers) > (2 if words else 3) and len(steps) == 1 and steps <= {1, -1}
    if not even or any(_even_steps(cells, first, test) for cells in below[:20]):
        return False
    return bool(words) or (
        numbers[0] in (0, 1) and sum(value != int(value) for value in values) > 0.5 * len(values)
    )


def _whole(cells: Sequence[str], test: _Cells) -> list[int] | None:
    """Return the numbers of a row; None if one of them is not whole."""
    found = []
    for cell in cells:
        if not test.empty(cell) and test.number(cell):
            if not (cell.isascii() and cell.isdigit() and len(cell) < 10):
                return None
            found.append(int(cell))
    return found


def _even_steps(cells: Sequence[str], first: Sequence[str], test: _Cells) -> bool:
    """Return whether the numbers of a row count up evenly, as those of the first row do."""
    numbers = _whole([c for c, at in zip(cells, first, strict=True) if test.number(at)], test)
    if not numbers:
        return False
    return len({b - a for a, b in itertools.pairwise(numbers)}) == 1


def _more_heads(
    names: list[str], cells: Sequence[Sequence[str]], test: _Cells, notes: list[str]
) -> int:
    """Return 1 if the second row holds units, or names below those of groups."""
    if len(cells) < 3:
        return 0
    second = cells[1]
    columns = list(zip(*cells[2 : SAMPLE + 2], strict=True))
    numeric = [_mostly_numbers(column, test) for column in columns]
    above = [cell for cell, n in zip(second, numeric, strict=True) if n]
    if not any(numeric) or not all(test.text(cell) or cell in ("", "-") for cell in above):
        return 0
    if not any(map(test.text, above)):
        return 0
    others = [cell for cell, n in zip(second, numeric, strict=True) if not n]
    known = {cell for column in columns for cell in column}
    if any(cell in known for cell in others if cell):
        return 0
    full = [name for name in names if name]
    if len(full) < len(names) or len(set(full)) < len(full):
        group = ""
        for i, name in enumerate(names):
            group = name or group
            names[i] = " ".join(part for part in (group, second[i]) if part)
        notes.append("The names take two rows.")
        return 1
    if len(above) == 1 and any(map(test.text, others)):
        return 0  # rather a row of data with a word in place of its number
    if len(above) == 1 and (len(above[0]) > 15 or any(c.isdigit() for c in above[0])):
        return 0
    units = ", ".join(cell for cell in second if cell)[:80]
    notes.append(f"The second row holds units: {units}.")
    return 1


def _commented(
    source: Content, line: int, width: int, test: _Cells, split_names: Callable[[str], list[str]]
) -> list[str] | None:
    """Return the names in the last comment above a table, if it has one for each column."""
    at = source.numbers.index(line)
    above = [comment for place, comment in source.comments if place == at]
    if not above:
        return None
    for cells in (split_names(above[-1]), above[-1].split()):
        names = [cell.strip() for cell in cells]
        first = len(names) == width and (not names[0] or test.text(names[0]))
        if first and all(map(test.text, names[1:])) and len(set(names)) == len(names):
            return names
    return None
