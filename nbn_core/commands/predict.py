"""`predict`: answer new rows with the trained network of an experiment."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from nbn_core.checks import plural
from nbn_core.commands.common import NOT_SOLVED, SOLVED, Place, in_sentences, read_experiment
from nbn_core.errors import FormatError
from nbn_core.experiment import Experiment, GivenStart
from nbn_core.formats import new_rows, read_table, write_answers_csv
from nbn_core.formats.recognise import recognise
from nbn_core.formats.table_files import MAX_BYTES
from nbn_core.types import FloatArray


def add(commands: Any) -> None:
    """Describe the command to argparse."""
    predict = commands.add_parser(
        "predict",
        help="answer new rows with the trained network of an experiment",
        description="Answer rows without targets with the trained network of an experiment, and "
        "write them with the predictions as CSV.",
        epilog="Exit codes: 0 all rows answered, 1 rows that lack a value were not, 2 usage error "
        "or a file that cannot be read or written.",
    )
    predict.add_argument("experiment", help="the experiment, a JSON file")
    predict.add_argument("rows", help="the new rows: CSV, .dat, Excel or Parquet")
    predict.add_argument(
        "-w", "--weights", metavar="FILE",
        help="trained weights, CSV or NPZ (default: what `train` wrote beside the experiment, or "
        "the starting weights if the experiment gives them)",
    )  # fmt: skip
    predict.add_argument(
        "-o", "--output", metavar="FILE", help="CSV file to write (default: standard output)"
    )
    predict.add_argument("-f", "--force", action="store_true", help="replace a file that exists")


def run(options: argparse.Namespace) -> int:
    """Answer the rows; return the exit code."""
    place = Place(Path(options.experiment))
    return in_sentences(place, lambda: _predict(place, options))


def _predict(place: Place, options: argparse.Namespace) -> int:
    source = Path(options.experiment)
    experiment = read_experiment(source)
    weights = _trained_weights(experiment, source, options.weights)
    place.path = Path(options.rows)
    with place.path.open("rb") as file:
        table = read_table(file.read(MAX_BYTES + 1), least_columns=1)
    rows = new_rows(experiment, table)
    text = write_answers_csv(experiment, weights, rows)
    if options.output:
        place.path = Path(options.output)
        if place.path.exists() and not options.force:
            raise FileExistsError(0, "exists already: use --force to replace it", str(place.path))
        place.path.write_text(text, encoding="utf-8", newline="")
        print(f"Wrote {place.path}")
    else:
        print(text, end="")
    lacking = rows.rows[~rows.complete]
    if len(lacking):
        print(
            f"{plural(len(lacking), 'row')} not answered, a value is missing: "
            f"{', '.join(map(str, lacking[:10].tolist()))}{' ...' * (len(lacking) > 10)}",
            file=sys.stderr,
        )
        return NOT_SOLVED
    return SOLVED


def _trained_weights(experiment: Experiment, source: Path, given: str | None) -> FloatArray:
    """Return the trained weights: from a file, beside the experiment, or in it."""
    beside = source.with_suffix("").with_name(source.stem + "-weights.csv")
    if given is None and not beside.is_file():
        if isinstance(experiment.start, GivenStart):
            return experiment.start_weights()
        raise FormatError(
            f"There are no trained weights: run `python -m nbn_core train {source}` first, or give "
            "--weights."
        )
    file = Path(given) if given is not None else beside
    found = recognise(file.read_bytes())
    if found.weights is None:
        raise FormatError(f"{file} is {found.what}, not a file of weights: choose another.")
    return found.weights(experiment.topology)
