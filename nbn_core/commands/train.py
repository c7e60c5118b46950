"""`train`: train an experiment, write its trace and weights."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from nbn_core.commands.common import (
    INTERRUPTED,
    NOT_SOLVED,
    SOLVED,
    Place,
    bar,
    in_sentences,
    read_experiment,
    targets,
)
from nbn_core.experiment import Experiment
from nbn_core.formats import write_trace_csv, write_trace_npz, write_weights_csv
from nbn_core.trace import StopReason
from nbn_core.training import Training, TrainingResult


def add(commands: Any) -> None:
    """Describe the command to argparse."""
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


def run(options: argparse.Namespace) -> int:
    """Train; return the exit code."""
    source = Path(options.experiment)
    return in_sentences(Place(source), lambda: _train(source, options))


def _train(source: Path, options: argparse.Namespace) -> int:
    prefix = Path(options.output) if options.output else source.with_suffix("")
    experiment = read_experiment(source)
    ends = ["-trace.csv", "-weights.csv", *(["-trace.npz"] if options.npz else [])]
    files = targets(prefix, ends, force=options.force)
    training = experiment.training()
    interrupted = _run(training, sys.stderr, quiet=options.quiet)
    _write(files, experiment, training)
    result = training.result()
    print(f"{result.stop.sentence} {_described(result)}")
    print(*(f"Wrote {file}" for file in files), sep="\n")
    if interrupted:
        return INTERRUPTED
    return SOLVED if result.stop is StopReason.SOLVED else NOT_SOLVED


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
    return f"{bar(done, most)} {done:>{len(str(most))}} of {most}  SSE {shown}"


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
