"""The command line: train an experiment, answer new rows, or run a study.

    python -m nbn_core train experiment.json              writes trace and weights
    python -m nbn_core predict experiment.json rows.csv   writes rows with predictions
    python -m nbn_core study study.json                   writes a row for each trial and network

Exit codes: 0 solved, 1 ended without reaching the target, 2 usage error or a file that cannot be
read or written, 130 interrupted (what was computed up to then is written).
"""

from __future__ import annotations

import argparse
import math
import signal
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TextIO

from nbn_core.checks import plural
from nbn_core.errors import FormatError, NBNError, SettingError
from nbn_core.experiment import MAX_JSON, Experiment, GivenStart
from nbn_core.formats import (
    new_rows,
    read_table,
    write_answers_csv,
    write_trace_csv,
    write_trace_npz,
    write_weights_csv,
)
from nbn_core.formats.csv_files import write_rows_csv
from nbn_core.formats.recognise import recognise
from nbn_core.formats.table_files import MAX_BYTES
from nbn_core.studies import ProcessWorkers, Study, StudyResult, StudyRun, run_study
from nbn_core.trace import StopReason
from nbn_core.training import Training, TrainingResult
from nbn_core.types import FloatArray

SOLVED, NOT_SOLVED, USAGE_ERROR, INTERRUPTED = 0, 1, 2, 130
BAR_LENGTH = 30


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
    options = _parser().parse_args(arguments)
    if options.command == "predict":
        return _predict(options)
    if options.command == "study":
        return _study(options)
    source = Path(options.experiment)
    prefix = Path(options.output) if options.output else source.with_suffix("")
    try:
        experiment = _read(source)
        ends = ["-trace.csv", "-weights.csv", *(["-trace.npz"] if options.npz else [])]
        files = _targets(prefix, ends, force=options.force)
        training = experiment.training()
        interrupted = _run(training, sys.stderr, quiet=options.quiet)
        _write(files, experiment, training)
    except NBNError as error:
        print(f"{source}: {error}", file=sys.stderr)
        return USAGE_ERROR
    except OSError as error:
        print(f"{error.filename or source}: {error.strerror or error}.", file=sys.stderr)
        return USAGE_ERROR
    result = training.result()
    print(f"{result.stop.sentence} {_described(result)}")
    print(*(f"Wrote {file}" for file in files), sep="\n")
    if interrupted:
        return INTERRUPTED
    return SOLVED if result.stop is StopReason.SOLVED else NOT_SOLVED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m nbn_core", description="NBN Lab on the command line."
    )
    commands = parser.add_subparsers(required=True, metavar="command", dest="command")
    train = commands.add_parser(
        "train",
        help="train an experiment saved by the app, write its trace and weights",
        description="Train an experiment saved by the app, write its trace and weights as CSV.",
        epilog="Exit codes: 0 solved, 1 ended without reaching the target, 2 usage error or a file "
        "that cannot be read or written, 130 interrupted.",
    )
    train.add_argument("experiment", help="the experiment, a JSON file")
    train.add_argument(
        "-o", "--output", metavar="PREFIX",
        help="files are called PREFIX-trace.csv and PREFIX-weights.csv (default: the name of the "
        "experiment)",
    )  # fmt: skip
    train.add_argument(
        "--npz", action="store_true", help="also PREFIX-trace.npz, with the weights of every row"
    )
    train.add_argument("-f", "--force", action="store_true", help="replace files that exist")
    train.add_argument("-q", "--quiet", action="store_true", help="no progress bar")
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
    study = commands.add_parser(
        "study",
        help="run a study saved by the app, write all trials and a summary",
        description="Train the networks of a study by its rules from many seeds, and write one row "
        "for each trial and one for each network and rule as CSV.",
        epilog="Exit codes: 0 all trials ended, 1 some were lost with their workers, 2 usage error "
        "or a file that cannot be read or written, 130 interrupted.",
    )
    study.add_argument("study", help="the study, a JSON file")
    study.add_argument(
        "-o", "--output", metavar="PREFIX",
        help="files are called PREFIX-trials.csv and PREFIX-summary.csv (default: the name of the "
        "study)",
    )  # fmt: skip
    study.add_argument(
        "-p", "--processes", type=int, metavar="N", default=0,
        help="use N processes (default: a thread for each processor)",
    )  # fmt: skip
    study.add_argument("-f", "--force", action="store_true", help="replace files that exist")
    study.add_argument("-q", "--quiet", action="store_true", help="no progress bar")
    return parser


def _study(options: argparse.Namespace) -> int:
    """Run a study; return the exit code."""
    source = Path(options.study)
    prefix = Path(options.output) if options.output else source.with_suffix("")
    try:
        if options.processes < 0:
            raise SettingError("--processes takes a number from 0 up.")
        with source.open("rb") as file:
            study = Study.from_json(file.read(MAX_JSON + 1))
        files = _targets(prefix, ["-trials.csv", "-summary.csv"], force=options.force)
        result, interrupted = _run_study(study, sys.stderr, options)
        for target, rows in zip(files, (result.rows(), result.summary()), strict=True):
            target.write_text(_table(rows), encoding="utf-8", newline="")
    except NBNError as error:
        print(f"{source}: {error}", file=sys.stderr)
        return USAGE_ERROR
    except OSError as error:
        print(f"{error.filename or source}: {error.strerror or error}.", file=sys.stderr)
        return USAGE_ERROR
    print(f"{result.n_trials:,} of {plural(study.total, 'training')} ended.")
    print(*(f"Wrote {file}" for file in files), sep="\n")
    if interrupted:
        return INTERRUPTED
    return SOLVED if result.complete else NOT_SOLVED


def _table(rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows with the same keys as CSV; empty without rows."""
    left = iter(rows)
    first = next(left, None)
    if first is None:
        return ""
    return write_rows_csv(list(first), (list(row.values()) for row in chain([first], left)))


def _run_study(
    study: Study, stream: TextIO, options: argparse.Namespace
) -> tuple[StudyResult, bool]:
    """Run a study to the end or until interrupted; return the result, and whether it was."""
    shown = stream.isatty() and not options.quiet
    interrupted: list[bool] = []

    def progress(run: StudyRun) -> None:
        if shown:
            text = _bar(run.done, run.total)
            print(f"\r{text} {run.done:,} of {run.total:,}", end="", file=stream, flush=True)

    def interrupt(number: int, frame: object) -> None:
        interrupted.append(True)

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        workers = ProcessWorkers(count=options.processes) if options.processes else None
        result = run_study(
            study, workers, on_progress=progress, cancelled=lambda: bool(interrupted)
        )
    finally:
        signal.signal(signal.SIGINT, before)
        if shown:
            print(file=stream)
    return result, bool(interrupted)


def _predict(options: argparse.Namespace) -> int:
    """Answer new rows; return the exit code."""
    source = Path(options.experiment)
    place = source
    try:
        experiment = _read(source)
        weights = _trained_weights(experiment, source, options.weights)
        place = Path(options.rows)
        with place.open("rb") as file:
            table = read_table(file.read(MAX_BYTES + 1), least_columns=1)
        rows = new_rows(experiment, table)
        text = write_answers_csv(experiment, weights, rows)
        if options.output:
            place = Path(options.output)
            if place.exists() and not options.force:
                raise FileExistsError(0, "exists already: use --force to replace it", str(place))
            place.write_text(text, encoding="utf-8", newline="")
            print(f"Wrote {place}")
        else:
            print(text, end="")
    except NBNError as error:
        print(f"{place}: {error}", file=sys.stderr)
        return USAGE_ERROR
    except OSError as error:
        print(f"{error.filename or place}: {error.strerror or error}.", file=sys.stderr)
        return USAGE_ERROR
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


def _read(source: Path) -> Experiment:
    with source.open("rb") as file:
        return Experiment.from_json(file.read(MAX_JSON + 1))


def _targets(prefix: Path, ends: Sequence[str], *, force: bool) -> list[Path]:
    """Return the files to write; raise if one exists and `force` is not set."""
    files = [prefix.with_name(prefix.name + end) for end in ends]
    for file in files:
        if file.exists() and not force:
            raise FileExistsError(0, "exists already: use --force to replace it", str(file))
        if not file.parent.is_dir():
            raise NotADirectoryError(0, "there is no such folder", str(file.parent))
    return files


def _run(training: Training, stream: TextIO, *, quiet: bool) -> bool:
    """Train to the end or until interrupted; return whether it was interrupted."""
    shown = stream.isatty() and not quiet
    interrupted = False
    try:
        while training.stop is None:
            training.advance(seconds=0.1)
            if shown:
                print(f"\r{_progress(training)}", end="", file=stream, flush=True)
    except KeyboardInterrupt:
        training.cancel()
        interrupted = True
    if shown:
        print(file=stream)
    return interrupted


def _progress(training: Training) -> str:
    """Return a progress bar over the maximum number of iterations, with the SSE."""
    done, most = training.iteration, max(training.max_iterations, 1)
    sse = float(training.trace().sse[-1])
    shown = f"{sse:9.3e}" if math.isfinite(sse) else "too large"
    return f"{_bar(done, most)} {done:>{len(str(most))}} of {most}  SSE {shown}"


def _bar(done: int, most: int) -> str:
    full = BAR_LENGTH * min(done, most) // most
    return f"[{'#' * full}{'.' * (BAR_LENGTH - full)}]"


def _described(result: TrainingResult) -> str:
    """Describe which weights were written: the last ones, or the best for validation."""
    took = f"{result.iterations} iteration{'' if result.iterations == 1 else 's'}"
    if result.best_iteration == result.iterations:
        return f"SSE {result.sse:.6g} after {took}."
    return (
        f"The weights are those of iteration {result.best_iteration} of {result.iterations}, the "
        f"best for the validation patterns: SSE {result.sse:.6g}."
    )


def _write(files: Sequence[Path], experiment: Experiment, training: Training) -> None:
    trace, aside = training.trace(), training.validation_sse
    files[0].write_text(write_trace_csv(trace, aside), encoding="utf-8", newline="")
    weights = write_weights_csv(experiment.topology, training.result().weights)
    files[1].write_text(weights, encoding="utf-8", newline="")
    for file in files[2:]:
        file.write_bytes(write_trace_npz(trace, aside))


if __name__ == "__main__":
    sys.exit(main())
