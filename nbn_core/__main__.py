"""The command line: train an experiment, answer new rows, run a study, or work on stored ones.

    python -m nbn_core train experiment.json              writes trace and weights
    python -m nbn_core predict experiment.json rows.csv   writes rows with predictions
    python -m nbn_core study study.json                   writes a row for each trial and network
    python -m nbn_core work --database sqlite:///s.db     works on the studies of a database

Exit codes: 0 solved, 1 ended without reaching the target, 2 usage error or a file that cannot be
read or written, 130 interrupted (what was computed up to then is written).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from nbn_core.commands import predict, study, train, work

COMMANDS = {"train": train, "predict": predict, "study": study, "work": work}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        Arguments; by default those of the process.

    Returns
    -------
    int
        The exit code.
    """
    parser = argparse.ArgumentParser(
        prog="python -m nbn_core", description="NBN Lab on the command line."
    )
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    for command in COMMANDS.values():
        command.add(commands)
    options = parser.parse_args(arguments)
    code: int = COMMANDS[options.command].run(options)
    return code


if __name__ == "__main__":
    sys.exit(main())
