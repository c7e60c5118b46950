"""`work`: work on the studies of a database, beside any number of other computers."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from nbn_core.checks import plural
from nbn_core.commands.common import INTERRUPTED, SOLVED, Place, in_sentences, interruptible
from nbn_core.commands.study import workers_for
from nbn_core.studies.runner import open_store
from nbn_core.studies.workers import workers_of


def add(commands: Any) -> None:
    """Describe the command to argparse."""
    work = commands.add_parser(
        "work",
        help="work on the studies of a database, beside other computers",
        description="Take parts of the studies of a database on lease, run them, and write every "
        "trial as it ends. Any number of computers can do this at the same time.",
        epilog="Exit codes: 0 nothing is left to do, 2 usage error or a database that cannot be "
        "used, 130 interrupted.",
    )
    work.add_argument(
        "-d", "--database", metavar="URL", required=True,
        help="sqlite:///studies.db or postgresql://user@host/name",
    )  # fmt: skip
    work.add_argument(
        "-p", "--processes", type=int, metavar="N", default=0,
        help="use N processes (default: a thread for each processor)",
    )  # fmt: skip
    work.add_argument(
        "-s", "--scheduler", metavar="ADDRESS", default=os.environ.get("NBN_LAB_SCHEDULER", ""),
        help="use the workers of a Dask cluster, by the address of its scheduler (default: the "
        "variable NBN_LAB_SCHEDULER)",
    )  # fmt: skip
    work.add_argument(
        "--stay", action="store_true", help="wait for further studies when nothing is left to do"
    )
    work.add_argument("-q", "--quiet", action="store_true", help="no progress")


def run(options: argparse.Namespace) -> int:
    """Work; return the exit code."""
    return in_sentences(
        Place(options.database.partition("@")[2] or "database"), lambda: _work(options)
    )


def _work(options: argparse.Namespace) -> int:
    store = open_store(options.database)
    from nbn_core.studies.joint_work import JointWork  # needs SQLAlchemy, as the store does

    workers = workers_of(workers_for(options))
    stream = sys.stderr
    shown = stream.isatty() and not options.quiet

    def progress(work: JointWork) -> None:
        if shown:
            print(f"\r{plural(work.done, 'trial')} done", end="", file=stream, flush=True)

    try:
        with interruptible() as interrupted:
            work = JointWork(store, workers, None, progress, interrupted)
            work.run(wait=options.stay)
    finally:
        store.close()
        workers.close()
        if shown:
            print(file=stream)
    print(f"{plural(work.done, 'trial')} done.")
    return INTERRUPTED if interrupted() else SOLVED
