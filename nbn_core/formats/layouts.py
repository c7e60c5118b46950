"""Data files that say in a head of their own what their rows are.

    ARFF       @relation, @attribute, @data of Weka, also with sparse rows
    PROBEN1    bool_in=..., real_in=..., seven lines in all, then patterns
    LIBSVM     label index:value index:value ...
    FANN       "patterns inputs outputs", then inputs and targets in turn
    NIST       StRD: the rows behind the line "Data:  y  x"
    Orange     .tab: names, kinds (c, d, s), roles (class, meta), or names such as mS#name

`recognised` returns the grid of a text that is one of the first five; `orange` looks for the sixth
in rows that are already split.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence

from nbn_core.checks import plural
from nbn_core.errors import DatasetError
from nbn_core.formats.line_grammar import Row, content
from nbn_core.formats.number_grammar import is_number
from nbn_core.formats.parsing import quoted
from nbn_core.formats.text_grid import Grid

MAX_COLUMNS = 1_000
MAX_CELLS = 5_000_000
HEAD = 50_000  # characters in which a head is looked for

_PROBEN1 = (
    "bool_in", "real_in", "bool_out", "real_out", "training_examples", "validation_examples",
    "test_examples",
)  # fmt: skip
_KINDS = {"c", "d", "s", "t", "continuous", "discrete", "string", "time", "n", "numeric"}
_ROLES = {"", "class", "c", "meta", "m", "ignore", "i", "weight", "w", "multiclass"}
_PREFIX = re.compile(r"(?=[mcwiCDSTN])([mcwi]?)([CDSTN]?)#(.+)")
_PAIR = re.compile(r"(\d{1,9}):(\S{1,60})", re.ASCII)


def recognised(text: str) -> Grid | None:
    """Read a text whose head names its format.

    Parameters
    ----------
    text : str
        Text with line ends as LF.

    Returns
    -------
    Grid or None
        Its rows; None if this is none of the formats.

    Raises
    ------
    DatasetError
        If the head is that of a format, but the rows do not agree with it.
    """
    head = text[:HEAD]
    readers: tuple[tuple[Callable[[str], bool], Callable[[str], Grid]], ...] = (
        (_is_arff, _arff),
        (_is_proben1, _proben1),
        (_is_libsvm, _libsvm),
        (_is_nist, _nist),
    )
    for fits, read in readers:
        if fits(head):
            return read(text)
    return _fann(text)


# ARFF


def _is_arff(head: str) -> bool:
    return any(line.lstrip()[:10].lower() == "@attribute" for line in head.split("\n"))


def _arff(text: str) -> Grid:
    names: list[str] = []
    first: list[str] = []  # what a sparse row means by an entry that it leaves out
    lines = text.split("\n")
    begin = None
    for at, line in enumerate(lines):
        plain = line.strip()
        word = plain[:10].lower()
        if word == "@attribute":
            name, rest = _arff_name(plain[10:].strip(), at + 1)
            names.append(name)
            first.append(rest[1:].split(",")[0].strip(" '\"}") if rest[:1] == "{" else "0")
            if rest[:10].lower() == "relational":
                raise DatasetError(
                    f"Attribute {quoted(name)} of this ARFF file is relational, which no network "
                    "takes: leave it out."
                )
        elif word.startswith("@data"):
            begin = at + 1
            break
    if begin is None:
        raise DatasetError("This ARFF file has no line @data: use the original file.")
    if len(names) > MAX_COLUMNS:
        raise DatasetError(
            f"This table has {len(names)} columns, and at most {MAX_COLUMNS} are read: leave some "
            "out."
        )
    rows, numbers = [], []
    for at, line in enumerate(lines[begin:], start=begin + 1):
        plain = line.strip()
        if not plain or plain[0] == "%":
            continue
        cells = _arff_cells(plain, first, at)
        if len(cells) == len(names) + 1 and cells[-1][:1] == "{":
            cells.pop()  # the weight of an instance
        if len(cells) != len(names):
            raise DatasetError(
                f"Line {at} of this ARFF file has {plural(len(cells), 'value')}, but "
                f"{plural(len(names), 'attribute')} are declared: correct it."
            )
        rows.append(cells)
        numbers.append(at)
        if len(rows) * len(names) > MAX_CELLS:
            raise DatasetError(f"More than {MAX_CELLS} cells are not read: leave out rows.")
    # By custom the class is the last attribute, but Weka also writes it first, as "class".
    named = [i for i, name in enumerate(names) if name.lower() in ("class", "target")]
    return Grid(rows, numbers, names, targets=named[:1], layout="ARFF")


def _arff_name(text: str, line: int) -> tuple[str, str]:
    """Split a declaration into the name, which may be quoted, and the type."""
    if text[:1] in ("'", '"'):
        end = text.find(text[0], 1)
        while end > 0 and text[end - 1] == "\\":
            end = text.find(text[0], end + 1)
        if end < 0:
            raise DatasetError(
                f"The name in line {line} of this ARFF file has no closing quotation mark: add it."
            )
        return text[1:end].replace("\\", ""), text[end + 1 :].strip()
    name, _, rest = text.replace("\t", " ").partition(" ")
    if not rest and "{" in name:
        name, brace, rest = name.partition("{")
        rest = brace + rest
    return name, rest.strip()


def _arff_cells(line: str, first: Sequence[str], at: int) -> list[str]:
    if line[0] == "{" and line[-1] == "}":
        cells = list(first)
        for entry in filter(None, map(str.strip, line[1:-1].split(","))):
            place, _, value = entry.replace("\t", " ").partition(" ")
            if not (place.isascii() and place.isdigit()) or int(place[:9]) >= len(cells):
                raise DatasetError(
                    f"Line {at} of this ARFF file has {quoted(entry)} where the number of an "
                    "attribute and its value are needed: correct it."
                )
            cells[int(place[:9])] = value.strip(" '\"")
        return cells
    mark = "'" if "'" in line else '"'
    delimiter = "," if "," in line else "\t"
    try:
        row = next(csv.reader([line], delimiter=delimiter, quotechar=mark, escapechar="\\",
                              skipinitialspace=True))  # fmt: skip
    except csv.Error:
        row = line.split(delimiter)
    return [cell.strip() for cell in row]


# PROBEN1


def _is_proben1(head: str) -> bool:
    first = next((line for line in head.split("\n") if line.strip()), "")
    return first.partition("=")[0].strip() in _PROBEN1


def _proben1(text: str) -> Grid:
    found: dict[str, int] = {}
    source = content(text)
    at = 0
    for line in source.lines:
        key, equals, value = line.partition("=")
        if not equals or key.strip() not in _PROBEN1 or not value.strip().isdecimal():
            break
        found[key.strip()] = int(value.strip()[:9])
        at += 1
    if len(found) < len(_PROBEN1):
        lacking = next(key for key in _PROBEN1 if key not in found)
        raise DatasetError(
            f"The head of this PROBEN1 file has no line {quoted(lacking + '=')}: use the original "
            "file."
        )
    inputs = found["bool_in"] + found["real_in"]
    outputs = found["bool_out"] + found["real_out"]
    parts = [found[key] for key in _PROBEN1[4:]]
    numbers = source.numbers[at:]
    rows = [line.replace(",", " ").split() for line in source.lines[at:]]
    grid = _numbered(rows, numbers, inputs, outputs, sum(parts), "PROBEN1")
    grid.parts = tuple(parts)
    grid.notes.append(
        f"The file counts {parts[0]} training, {parts[1]} validation and {parts[2]} test patterns, "
        "in this order: about these shares are suggested, but the patterns of each part are drawn "
        "at random, not in the order of the file."
    )
    return grid


def _numbered(
    rows: list[list[str]], lines: list[int], inputs: int, outputs: int, count: int, what: str
) -> Grid:
    """Return a grid of inputs and targets; raise if the rows are not as their head says."""
    width = inputs + outputs
    if not inputs or not outputs or width > MAX_COLUMNS:
        raise DatasetError(
            f"The head of this {what} file counts {inputs} inputs and {outputs} targets: at least "
            f"one of each, and at most {MAX_COLUMNS} in all, are read."
        )
    for at, row in zip(lines, rows, strict=True):
        if len(row) != width:
            raise DatasetError(
                f"Line {at} of this {what} file has {plural(len(row), 'number')}, its head counts "
                f"{inputs} inputs and {outputs} targets: correct it."
            )
    if len(rows) != count:
        raise DatasetError(
            f"The head of this {what} file counts {plural(count, 'pattern')}, but there are "
            f"{len(rows)}: it may be cut off, use the original file."
        )
    names = [f"input {i + 1}" for i in range(inputs)]
    names += [f"target {i + 1}" for i in range(outputs)]
    return Grid(rows, lines, names, targets=list(range(inputs, width)), layout=what)


# LIBSVM


def _is_libsvm(head: str) -> bool:
    lines = [line for line in head.split("\n")[:40] if line.strip() and line.lstrip()[0] != "#"]
    pairs = 0
    for line in lines[:20]:
        label, *tokens = line.partition("#")[0].split()
        if not is_number(label.partition(",")[0]):
            return False
        for token in tokens[:200]:
            if not _PAIR.fullmatch(token) and not token.startswith("qid:"):
                return False
            pairs += 1
    return pairs > 0


def _libsvm(text: str) -> Grid:
    found: list[tuple[int, str, dict[int, str]]] = []
    for at, line in enumerate(text.split("\n"), start=1):
        label, *tokens = line.partition("#")[0].split() or [""]
        if not label:
            continue
        row: dict[int, str] = {}
        for token in tokens:
            if token.startswith("qid:"):
                continue
            pair = _PAIR.fullmatch(token)
            if pair is None or int(pair[1]) in row:
                raise DatasetError(
                    f"Line {at} has {quoted(token)} where an index, a colon and a value are "
                    "needed, with each index once: correct it."
                )
            row[int(pair[1])] = pair[2]
        found.append((at, label, row))
    indices = [index for _, _, row in found for index in row]
    first, last = (0 if 0 in indices else 1), max(indices, default=0)
    width = last - first + 1
    if width + 1 > MAX_COLUMNS or width * len(found) > MAX_CELLS:
        raise DatasetError(
            f"This file has {len(found)} rows with indices up to {last}: at most "
            f"{MAX_COLUMNS} columns and {MAX_CELLS} cells are read."
        )
    names = [f"x{i}" for i in range(first, last + 1)] + ["label"]
    rows = [[*(row.get(i, "0") for i in range(first, last + 1)), label] for _, label, row in found]
    grid = Grid(rows, [at for at, _, _ in found], names, targets=[width], layout="LIBSVM")
    grid.notes.append("Indices that a row does not name are 0.")
    return grid


# FANN


def _fann(text: str) -> Grid | None:
    """Return the patterns of FANN training data, if the head counts all numbers of the text."""
    first = text[:200].lstrip().split("\n", 1)[0].split()
    if len(first) != 3 or not all(part.isascii() and part.isdigit() for part in first):
        return None
    count, inputs, outputs = (int(part[:9]) for part in first)
    width = inputs + outputs
    if not count or not inputs or not outputs or count * width > len(text):
        return None
    source = content(text)
    rows = [line.split() for line in source.lines[1:]]
    tokens = [token for row in rows for token in row]
    if len(tokens) != count * width or (
        count < 4 and width == 3 and all(len(row) == 3 for row in rows)
    ):
        return None
    starts = [at for at, row in zip(source.numbers[1:], rows, strict=True) for _ in row]
    grid = [tokens[i : i + width] for i in range(0, len(tokens), width)]
    return _numbered(grid, starts[::width], inputs, outputs, count, "FANN")


# NIST


def _is_nist(head: str) -> bool:
    lines = head.split("\n")
    return any(line.startswith("Data:") for line in lines) and any(
        line.startswith(("NIST", "Dataset Name")) for line in lines[:10]
    )


def _nist(text: str) -> Grid:
    lines = text.split("\n")
    at = max(i for i, line in enumerate(lines) if line.startswith("Data:"))
    names = lines[at].split()[1:]
    numbers = [i + 1 for i in range(at + 1, len(lines)) if lines[i].strip()]
    rows = [lines[i - 1].split() for i in numbers]
    odd = next((i for i, row in zip(numbers, rows, strict=True) if len(row) != len(names)), None)
    if odd is not None or not rows:
        raise DatasetError(
            f"Line {odd or at + 1} of this NIST file has not one number for each of the names in "
            f"line {at + 1}, {quoted(lines[at])}: use the original file."
        )
    grid = Grid(rows, numbers, names, targets=[0], layout="NIST StRD")
    grid.notes.append(f"The {at + 1} lines above the data left out.")
    return grid


# Orange


def orange(rows: Sequence[Row]) -> Grid | None:
    """Return the grid of rows that begin with the head of Orange.

    Parameters
    ----------
    rows : sequence of Row
        Number of the line, and cells, of every row.

    Returns
    -------
    Grid or None
        The rows below the head; None if this is not Orange's format.

    Raises
    ------
    DatasetError
        If a row has another width than the head.
    """
    if len({len(row) for _, row in rows[:4]}) != 1:
        return None
    head = [[cell.strip() for cell in row] for _, row in rows[:4]]
    if not (
        (len(head) == 4 and _orange_kinds(head[1]) and _orange_roles(head[2]))
        or any(_PREFIX.fullmatch(name) for name in head[0])
    ):
        return None
    width = len(head[0])
    odd = next((at for at, row in rows if len(row) != width), None)
    if odd is not None:
        raise DatasetError(
            f"Row {odd} of this file of Orange has not the {width} cells of its head: correct it."
        )
    cells = [[cell.strip() for cell in row] for _, row in rows]
    lines = [at for at, _ in rows]
    if len(cells) > 3 and _orange_kinds(cells[1]) and _orange_roles(cells[2]):
        names, kinds, roles = cells[:3]
        begin = 3
    elif cells and any(_PREFIX.fullmatch(name) for name in cells[0]):
        found = [_PREFIX.fullmatch(name) for name in cells[0]]
        if not all(one is not None or "#" not in name
                   for one, name in zip(found, cells[0], strict=True)):  # fmt: skip
            return None
        names = [name if one is None else one[3] for one, name in zip(found, cells[0], strict=True)]
        kinds = ["" if one is None else one[2].lower() for one in found]
        roles = ["" if one is None else one[1] for one in found]
        begin = 1
    else:
        return None
    targets = [
        i for i, role in enumerate(roles) if role.split(" ")[0] in ("class", "c", "multiclass")
    ]
    aside = [
        i for i, (role, kind) in enumerate(zip(roles, kinds, strict=True))
        if role.split(" ")[0] in ("meta", "m", "ignore", "i", "weight", "w")
        or kind in ("s", "string")
    ]  # fmt: skip
    return Grid(cells[begin:], lines[begin:], list(names), targets=targets, unused=aside,
                layout="Orange")  # fmt: skip


def _orange_kinds(cells: Sequence[str]) -> bool:
    """Return whether each cell is a kind, or lists the values of a discrete one."""
    known = [cell.lower() in _KINDS for cell in cells]
    listed = [" " in cell and not is_number(cell.split(" ")[0]) for cell in cells]
    return any(known) and all(k or li for k, li in zip(known, listed, strict=True))


def _orange_roles(cells: Sequence[str]) -> bool:
    return all(cell.lower() in _ROLES or "=" in cell for cell in cells)
