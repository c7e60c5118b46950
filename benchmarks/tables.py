"""Tables between markers in the README, written by the benchmarks and checked by a test.

`python -m benchmarks.tables` writes the list of learning rules, which needs no measurement.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from nbn_core.rules import RULES, LearningRule

_BEFORE = "## Where things are"
_SECTION = """## Speed

One accepted Levenberg-Marquardt iteration with the published step control, on one thread, all peers
in one run, interleaved: `python -m benchmarks peers`. The floor only multiplies a Jacobian that is
already in memory by itself and factors the result. More is in [docs/speed.md](docs/speed.md), and
the choice of the step control in [docs/step-control.md](docs/step-control.md).
"""
README = Path(__file__).parent.parent / "README.md"


def markers(name: str) -> tuple[str, str]:
    """Return the marker lines before and after a table."""
    return f"<!-- {name} -->", f"<!-- end of {name} -->"


def found(name: str, text: str) -> str | None:
    """Return the table between markers in a text; None if there are no markers."""
    begin, end = markers(name)
    if begin not in text or end not in text:
        return None
    return text.split(begin, 1)[1].split(end, 1)[0].strip()


def put(name: str, table: str) -> None:
    """Write a table into the README, in a new section the first time."""
    README.write_text(with_table(name, table, README.read_text()))


def with_table(name: str, table: str, text: str) -> str:
    """Return a text with the table between its markers, or in a new section."""
    begin, end = markers(name)
    if found(name, text) is None:
        head, tail = text.split(_BEFORE, 1)
        head, tail = f"{head}{_SECTION}\n", f"\n\n{_BEFORE}{tail}"
    else:
        head, rest = text.split(begin, 1)
        tail = rest.split(end, 1)[1]
    return f"{head}{begin}\n{table}\n{end}{tail}"


def rule_list(rules: Iterable[LearningRule]) -> str:
    """Return the table of learning rules for the README: title, name and use."""
    rows = [f"| {rule.title} | `{rule.name}` | {rule.meant_for} |" for rule in rules]
    return "\n".join(["| rule | name | meant for |", "|---|---|---|", *rows])


if __name__ == "__main__":
    put("rules", rule_list(RULES.values()))
