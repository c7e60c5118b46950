"""Fuzz every reader with atheris for a bounded time; needs the extra `fuzz`.

    python -m tests.fuzz --seconds 60                  all readers, 60 seconds in total
    python -m tests.fuzz --reader graphml --seconds 30
    python -m tests.fuzz --reader graphml --replay FILE

Each reader runs in its own process, starting from valid files, with limits of memory (2 GB) and
time (10 seconds per file). A finding ends the process; the file that caused it is saved in
--findings.
"""

from __future__ import annotations

import argparse
import importlib.util
import logging
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

SEEDED = 200_000  # maximum bytes of a generated file
INSTRUMENTED = [
    "nbn_core.formats",
    "nbn_core.experiment",
    "nbn_core.experiment.link",
    "nbn_core.data.table",
    "nbn_core.formats.recognise",
    "nbn_core.network",
    "nbn_core.data.dataset",
    "nbn_core.data.columns",
    "app.share.import_proposal",
    "app.session.messages",
    "app.session.sketch",
]


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__.split("\n")[0]
    )
    parser.add_argument("--seconds", type=int, default=60, help="for all readers together")
    parser.add_argument("--reader", help="only this one")
    parser.add_argument("--replay", type=Path, help="read this file, without fuzzing")
    parser.add_argument("--findings", type=Path, default=Path(tempfile.gettempdir()) / "nbn-fuzz")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        _fuzz(options.reader, options.seconds, options.findings)
    from tests.fuzz.readers import check, readers

    known = readers()
    if options.reader and options.reader not in known:
        parser.error(f"the readers are {', '.join(known)}")
    names = [options.reader] if options.reader else list(known)
    if options.replay:
        print("read" if check(known[names[0]], options.replay.read_bytes()) else "refused")
        return 0
    if importlib.util.find_spec("atheris") is None:
        sys.exit("Fuzzing needs atheris: pip install nbn-lab[fuzz].")
    options.findings.mkdir(parents=True, exist_ok=True)
    share = max(1, options.seconds // len(names))
    return sum(_run(name, share, options.findings) for name in names) > 0


def _run(name: str, seconds: int, findings: Path) -> bool:
    """Fuzz one reader in a separate process; return whether it found an error."""
    command = [
        sys.executable, "-B", "-m", "tests.fuzz", "--inside", "--reader", name,
        "--seconds", str(seconds), "--findings", str(findings),
    ]  # fmt: skip
    run = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    counts = re.findall(r"#(\d+)\s+(?:DONE|pulse|NEW|REDUCE|RELOAD)", run.stderr)
    covered = re.findall(r"cov: (\d+)", run.stderr)
    print(
        f"{name:12} {seconds:5d} s {int(counts[-1]) if counts else 0:>10,} files, "
        f"{covered[-1] if covered else '?':>5} branches, "
        f"{'nothing found' if run.returncode == 0 else 'FOUND:'}",
        flush=True,
    )
    if run.returncode:
        told = [line for line in run.stdout.splitlines() if line]
        print("\n".join(told[-30:]), flush=True)
    return run.returncode != 0


def _fuzz(name: str, seconds: int, findings: Path) -> None:
    """Fuzz one reader until its time is over; ends the process."""
    import atheris

    with atheris.instrument_imports(include=INSTRUMENTED, exclude=["nbn_core.kernels"]):
        from tests.fuzz.readers import check, readers
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    reader = readers()[name]
    corpus = Path(tempfile.mkdtemp(prefix=f"nbn-fuzz-{name}-"))
    for number, seed in enumerate(reader.seeds):
        (corpus / str(number)).write_bytes(seed)

    def one(data: bytes) -> None:
        check(reader, data)

    limits = [
        f"-max_total_time={seconds}", f"-max_len={SEEDED}", "-timeout=10", "-rss_limit_mb=2048",
        f"-artifact_prefix={findings}/{name}-", "-print_final_stats=1",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *limits, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main())
