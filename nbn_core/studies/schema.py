"""Tables of the database of studies."""

from __future__ import annotations

import sqlalchemy as sql
from sqlalchemy.dialects import postgresql, sqlite

from nbn_core.errors import StoreError

VERSION = 1
_LOCK = 0x4E424E4C  # number of the advisory lock of PostgreSQL, "NBNL"

metadata = sql.MetaData()

versions = sql.Table(
    "nbn_study_schema", metadata, sql.Column("version", sql.Integer, primary_key=True)
)

studies = sql.Table(
    "nbn_studies",
    metadata,
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("digest", sql.String(32), unique=True, nullable=False),
    sql.Column("json", sql.Text, nullable=False),
    sql.Column("total", sql.Integer, nullable=False),
)

parts = sql.Table(
    "nbn_study_parts",
    metadata,
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("study", sql.ForeignKey(studies.c.digest), nullable=False),
    sql.Column("network", sql.Integer, nullable=False),
    sql.Column("rule", sql.Integer, nullable=False),
    sql.Column("first", sql.Integer, nullable=False),  # number of its first trial
    sql.Column("trials", sql.Integer, nullable=False),
    sql.Column("done", sql.Boolean, nullable=False),
    sql.Column("owner", sql.String(80)),
    sql.Column("until", sql.Double),  # end of the lease, in seconds by the clock of the database
    sql.Index("nbn_free_parts", "done", "first", "number"),
)

# Numbers that are not known, or not a number, are NULL.
trials = sql.Table(
    "nbn_study_trials",
    metadata,
    sql.Column("study", sql.ForeignKey(studies.c.digest), primary_key=True),
    sql.Column("network", sql.Integer, primary_key=True),
    sql.Column("rule", sql.Integer, primary_key=True),
    sql.Column("number", sql.Integer, primary_key=True),
    sql.Column("stop", sql.String(20), nullable=False),
    sql.Column("sse", sql.Double),
    sql.Column("iterations", sql.BigInteger, nullable=False),
    sql.Column("evaluations", sql.BigInteger, nullable=False),
    sql.Column("work", sql.Double),
    sql.Column("seconds", sql.Double),
    sql.Column("test_sse", sql.Double),
    sql.Column("test_wrong", sql.Double),
    sql.Column("host", sql.String(255), nullable=False),
)


def lock(connection: sql.Connection) -> None:
    """Let one transaction at a time do what follows; a writer of SQLite has the lock already."""
    if connection.dialect.name == "postgresql":
        connection.execute(sql.select(sql.func.pg_advisory_xact_lock(_LOCK)))


def create(engine: sql.Engine) -> None:
    """Make the tables that are missing; refuse those of another version."""
    with engine.begin() as connection:
        lock(connection)
        metadata.create_all(connection)
        version = connection.scalar(sql.select(versions.c.version))
        if version is None:
            connection.execute(sql.insert(versions), {"version": VERSION})
        elif version != VERSION:
            raise StoreError(
                f"The database has studies of version {version}, this program knows version "
                f"{VERSION}: use the program that made it, or another database."
            )


def insert_new(connection: sql.Connection, table: sql.Table) -> sql.Insert:
    """Return an insertion that leaves rows with known keys as they are."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table).on_conflict_do_nothing()
    return sqlite.insert(table).on_conflict_do_nothing()
