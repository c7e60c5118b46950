"""StudyStore: studies and their trials in a database, SQLite in one file or PostgreSQL.

A study is divided into parts, a few trials of one network and rule each. Whoever works on a study
leases parts for a limited time and renews the lease while working; the parts of a worker that has
vanished become free again. So a study survives a restart, and any number of computers can join in.

A transaction never lasts longer than a few statements. Writers of SQLite begin with a lock, because
a transaction that reads first and then writes fails at once when another one writes.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sql
from sqlalchemy.exc import SQLAlchemyError

from nbn_core.errors import StoreError
from nbn_core.studies import schema
from nbn_core.studies.cell_table import CellTable
from nbn_core.studies.databases import connect
from nbn_core.studies.result import Cell, StudyResult
from nbn_core.studies.trial_chunk import StudyTrial
from nbn_core.studies.value import Study
from nbn_core.trace import StopReason

PART_TRIALS = 50
LEASE_SECONDS = 60.0
PAGE_ROWS = 5000


class Lease(NamedTuple):
    """A part of a study that a worker has for itself.

    Attributes
    ----------
    part : int
        Number of the part in the database.
    study : str
        Digest of the study.
    cell : Cell
        Network and rule.
    numbers : tuple of int
        Trials of the part that have not ended.
    """

    part: int
    study: str
    cell: Cell
    numbers: tuple[int, ...]


class StoredStudy(NamedTuple):
    """A study in the database, and how far it is.

    Attributes
    ----------
    digest : str
        Digest of the study.
    total, done : int
        Number of its trials, and of those that have ended.
    """

    digest: str
    total: int
    done: int


class StudyStore:
    """A database of studies.

    Parameters
    ----------
    url : str
        Address as SQLAlchemy reads it: `sqlite:///studies.db`, or
        `postgresql+psycopg://user@host/name`.

    Raises
    ------
    StoreError
        If the database cannot be reached, belongs to something else, or lies on a network disk.
    """

    def __init__(self, url: str) -> None:
        with _sentences():
            self._engine, self._clock = connect(url)
            try:
                schema.create(self._engine)
            except BaseException:
                self._engine.dispose()
                raise

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()

    # Studies

    def register(self, study: Study) -> None:
        """Add a study with its parts, if it is not there.

        Parameters
        ----------
        study : Study
            The study.
        """
        row = {"digest": study.digest, "json": study.to_json(), "total": study.total}
        with _sentences(), self._engine.begin() as connection:
            schema.lock(connection)
            known = sql.select(schema.studies.c.digest).filter_by(digest=study.digest)
            if connection.execute(known).first() is not None:
                return
            connection.execute(sql.insert(schema.studies), row)
            connection.execute(sql.insert(schema.parts), list(_parts_of(study)))

    def study(self, digest: str) -> Study:
        """Return a study.

        Parameters
        ----------
        digest : str
            Its digest.

        Returns
        -------
        Study
            The study.

        Raises
        ------
        StoreError
            If the database does not have it.
        """
        with _sentences(), self._reading() as connection:
            text = connection.scalar(sql.select(schema.studies.c.json).filter_by(digest=digest))
        if text is None:
            raise StoreError(f"The database has no study {digest}: it was deleted.")
        return Study.from_json(text)

    def studies(self) -> list[StoredStudy]:
        """Return all studies and how far they are, in the order in which they were added."""
        count = sql.select(sql.func.count()).select_from(schema.trials)
        count = count.where(schema.trials.c.study == schema.studies.c.digest)
        columns = (schema.studies.c.digest, schema.studies.c.total, count.scalar_subquery())
        with _sentences(), self._reading() as connection:
            rows = connection.execute(sql.select(*columns).order_by(schema.studies.c.number))
            return [StoredStudy(*row) for row in rows]

    # Trials

    def add(self, study: Study, cell: Cell, trials: Sequence[StudyTrial], host: str) -> None:
        """Write trials that have ended; those that are there already stay.

        Parameters
        ----------
        study : Study
            The study.
        cell : Cell
            Network and rule.
        trials : sequence of StudyTrial
            Trials of this cell.
        host : str
            Name of the computer that ran them.
        """
        rows = [_row(study, cell, trial, host) for trial in trials]
        if rows:
            with _sentences(), self._engine.begin() as connection:
                connection.execute(schema.insert_new(connection, schema.trials), rows)

    def result(self, study: Study, lost: Mapping[Cell, Sequence[int]] | None = None) -> StudyResult:
        """Return the trials of a study that have ended.

        Parameters
        ----------
        study : Study
            The study.
        lost : mapping of Cell to sequence of int, optional
            Numbers of trials that were given up.

        Returns
        -------
        StudyResult
            Its trials so far, by whatever computers.
        """
        tables = {
            Cell(n, r): CellTable(study.trials, study.seed)
            for n in range(len(study.networks))
            for r in range(len(study.rules))
        }
        hosts: dict[str, None] = {}
        for cell, table in tables.items():
            for row in self._rows(study, cell):
                table.add([_trial(row)])
                hosts[row["host"]] = None
        cells = {cell: table.result() for cell, table in tables.items()}
        missing = {cell: tuple(sorted(numbers)) for cell, numbers in (lost or {}).items()}
        return StudyResult(study, cells, missing, tuple(hosts))

    def _rows(self, study: Study, cell: Cell) -> Iterator[sql.RowMapping]:
        """Return the trials of a cell, in pages, so that memory stays flat."""
        column = schema.trials.c
        mine = sql.select(schema.trials).order_by(column.number).limit(PAGE_ROWS)
        mine = mine.filter_by(study=study.digest, network=cell.network, rule=cell.rule)
        last = -1
        while True:
            with _sentences(), self._reading() as connection:
                page = connection.execute(mine.where(column.number > last)).mappings().all()
            yield from page
            if len(page) < PAGE_ROWS:
                return
            last = page[-1]["number"]

    # Leases

    def lease(
        self, owner: str, parts: int, study: str | None = None, seconds: float = LEASE_SECONDS
    ) -> list[Lease]:
        """Take free parts, those with the lowest trial numbers first.

        Parameters
        ----------
        owner : str
            Name of the worker, different from all others.
        parts : int
            Number of parts wanted.
        study : str, optional
            Digest of the study to work on; by default any.
        seconds : float
            Time after which the parts become free again unless the lease is renewed.

        Returns
        -------
        list of Lease
            Parts that are now the worker's, at most as many as wanted.
        """
        part = schema.parts.c
        free = sql.and_(~part.done, sql.or_(part.owner.is_(None), part.until < self._clock))
        if study is not None:
            free = sql.and_(free, part.study == study)
        wanted = sql.select(part.number).where(free).order_by(part.first, part.number).limit(parts)
        with _sentences(), self._engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                wanted = wanted.with_for_update(skip_locked=True)
            numbers = connection.scalars(wanted).all()
            taken = sql.update(schema.parts).where(part.number.in_(numbers))
            connection.execute(taken.values(owner=owner, until=self._clock + seconds))
        return [self._lease(number) for number in numbers]

    def _lease(self, number: int) -> Lease:
        with _sentences(), self._reading() as connection:
            row = connection.execute(sql.select(schema.parts).filter_by(number=number)).one()
            trial = schema.trials.c
            ended = sql.select(trial.number).where(
                trial.study == row.study, trial.network == row.network, trial.rule == row.rule,
                trial.number >= row.first, trial.number < row.first + row.trials,
            )  # fmt: skip
            done = set(connection.scalars(ended))
        left = (n for n in range(row.first, row.first + row.trials) if n not in done)
        return Lease(number, row.study, Cell(row.network, row.rule), tuple(left))

    def renew(self, owner: str, seconds: float = LEASE_SECONDS) -> None:
        """Extend the leases of a worker.

        Parameters
        ----------
        owner : str
            Name of the worker.
        seconds : float
            Time from now after which they end.
        """
        self._update(sql.update(schema.parts).filter_by(owner=owner), until=self._clock + seconds)

    def finish(self, leases: Sequence[Lease]) -> None:
        """Record that all trials of some parts have ended.

        Parameters
        ----------
        leases : sequence of Lease
            The parts.
        """
        numbers = [lease.part for lease in leases]
        mine = sql.update(schema.parts).where(schema.parts.c.number.in_(numbers))
        self._update(mine, done=True, owner=None)

    def release(self, owner: str) -> None:
        """Give back the parts of a worker that stops.

        Parameters
        ----------
        owner : str
            Name of the worker.
        """
        self._update(sql.update(schema.parts).filter_by(owner=owner), owner=None)

    def open_parts(self, study: str) -> int:
        """Return how many parts of a study are not done.

        Parameters
        ----------
        study : str
            Digest of the study.

        Returns
        -------
        int
            Number of parts, free or leased.
        """
        count = sql.select(sql.func.count()).select_from(schema.parts)
        count = count.where(schema.parts.c.study == study, ~schema.parts.c.done)
        with _sentences(), self._reading() as connection:
            return connection.scalar(count) or 0

    def _update(self, statement: sql.Update, **values: Any) -> None:
        with _sentences(), self._engine.begin() as connection:
            connection.execute(statement.values(**values))

    def _reading(self) -> contextlib.AbstractContextManager[sql.Connection]:
        return self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")


def _parts_of(study: Study) -> Iterator[dict[str, Any]]:
    for network in range(len(study.networks)):
        for rule in range(len(study.rules)):
            for first in range(0, study.trials, PART_TRIALS):
                yield {
                    "study": study.digest, "network": network, "rule": rule, "first": first,
                    "trials": min(PART_TRIALS, study.trials - first), "done": False,
                }  # fmt: skip


def _row(study: Study, cell: Cell, trial: StudyTrial, host: str) -> dict[str, Any]:
    values = trial._asdict()
    numbers = {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in values.items()}
    return {
        **numbers, "stop": trial.stop.name, "study": study.digest, "network": cell.network,
        "rule": cell.rule, "host": host,
    }  # fmt: skip


def _trial(row: sql.RowMapping) -> StudyTrial:
    known = {name: row[name] for name in StudyTrial._fields}
    known["stop"] = StopReason[known["stop"]]
    values: list[Any] = [math.nan if value is None else value for value in known.values()]
    return StudyTrial(*values)


@contextlib.contextmanager
def _sentences() -> Iterator[None]:
    """Turn what the database says into one sentence."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = " ".join(str(getattr(error, "orig", None) or error).split())[:200].rstrip(".")
        raise StoreError(
            f"The database does not answer ({cause}): check its address and the space on its disk. "
            "What was computed before is kept there."
        ) from error
