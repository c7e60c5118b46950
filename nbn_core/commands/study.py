"""`study`: run a study, write all trials and a summary."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from nbn_core.checks import plural
from nbn_core.commands.common import (
    INTERRUPTED,
    NOT_SOLVED,
    SOLVED,
    Place,
    bar,
    in_sentences,
    interruptible,
    targets,
)
from nbn_core.errors import SettingError
from nbn_core.experiment import MAX_JSON
from nbn_core.formats.csv_files import write_rows_csv
from nbn_core.studies import ProcessWorkers, Study, StudyResult, StudyWorkers, run_study
from nbn_core.studies.runner import cluster_workers


def add(commands: Any) -> None:
    """Describe the command to argparse."""
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
    study.add_argument(
        "-s", "--scheduler", metavar="ADDRESS", default=os.environ.get("NBN_LAB_SCHEDULER", ""),
        help="use the workers of a Dask cluster, by the address of its scheduler (default: the "
        "variable NBN_LAB_SCHEDULER)",
    )  # fmt: skip
    study.add_argument(
        "-d", "--database", metavar="URL",
        help="keep every trial in a database, so that the study can be interrupted and continued, "
        "and other computers can join in: sqlite:///studies.db or postgresql://user@host/name",
    )  # fmt: skip
    study.add_argument("-f", "--force", action="store_true", help="replace files that exist")
    study.add_argument("-q", "--quiet", action="store_true", help="no progress bar")


def run(options: argparse.Namespace) -> int:
    """Run the study; return the exit code."""
    source = Path(options.study)
    return in_sentences(Place(source), lambda: _study(source, options))


def _study(source: Path, options: argparse.Namespace) -> int:
    prefix = Path(options.output) if options.output else source.with_suffix("")
    workers = workers_for(options)
    with source.open("rb") as file:
        study = Study.from_json(file.read(MAX_JSON + 1))
    files = targets(prefix, ["-trials.csv", "-summary.csv"], force=options.force)
    with interruptible() as interrupted:
        result = _result(study, workers, options, interrupted)
    for target, rows in zip(files, (result.rows(), result.summary()), strict=True):
        target.write_text(_table(rows), encoding="utf-8", newline="")
    print(f"{result.n_trials:,} of {plural(study.total, 'training')} ended.")
    print(*(f"Wrote {file}" for file in files), sep="\n")
    if interrupted():
        return INTERRUPTED
    return SOLVED if result.complete else NOT_SOLVED


def workers_for(options: argparse.Namespace) -> StudyWorkers | None:
    """Return the processes or the cluster that were asked for; None for threads."""
    if options.processes < 0:
        raise SettingError("--processes takes a number from 0 up.")
    if options.scheduler and options.processes:
        raise SettingError("Choose --processes of this computer or a --scheduler, not both.")
    if options.scheduler:
        return cluster_workers(options.scheduler)
    return ProcessWorkers(count=options.processes) if options.processes else None


def _result(
    study: Study, workers: StudyWorkers | None, options: argparse.Namespace, interrupted: Any
) -> StudyResult:
    stream = sys.stderr
    shown = stream.isatty() and not options.quiet

    def progress(work: Any) -> None:
        if shown:
            text = f"{bar(work.done, study.total)} {work.done:,} of {study.total:,}"
            print(f"\r{text}", end="", file=stream, flush=True)

    try:
        return run_study(
            study, workers, options.database, on_progress=progress, cancelled=interrupted
        )
    finally:
        if shown:
            print(file=stream)


def _table(rows: Iterable[Mapping[str, object]]) -> str:
    """Return rows with the same keys as CSV; empty without rows."""
    left = iter(rows)
    first = next(left, None)
    if first is None:
        return ""
    return write_rows_csv(list(first), (list(row.values()) for row in chain([first], left)))
