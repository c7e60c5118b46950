"""Connections to SQLite and PostgreSQL."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sql
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from nbn_core.errors import StoreError

BUSY_MILLISECONDS = 20_000
_NETWORK_DISKS = ("nfs", "cifs", "smb", "fuse.sshfs", "9p", "afs", "glusterfs", "lustre")
_NO_ADDRESS = (
    "This is not the address of a database: write sqlite:///studies.db, or "
    "postgresql://user@host/name."
)
_MOUNTS = Path("/proc/mounts")


def connect(url: str) -> tuple[sql.Engine, sql.ColumnElement[float]]:
    """Return the engine of a database, and its clock in seconds as an expression.

    Parameters
    ----------
    url : str
        Address as SQLAlchemy reads it.

    Returns
    -------
    tuple
        The engine, and an expression of SQL for the current time in seconds.

    Raises
    ------
    StoreError
        If the address is not one of SQLite or PostgreSQL, or the file is on a network disk.
    """
    try:
        address = sql.make_url(url)
        dialect = address.get_backend_name()
        if dialect == "sqlite":
            return _sqlite(address), sql.literal_column("(julianday('now') - 2440587.5) * 86400.0")
        if dialect != "postgresql":
            raise StoreError(_NO_ADDRESS)
        if address.drivername == "postgresql":
            address = address.set(drivername="postgresql+psycopg")
        engine = sql.create_engine(address, pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError):
        raise StoreError(_NO_ADDRESS) from None
    except ImportError as error:
        raise StoreError(
            f"The package {error.name} is missing: install nbn-lab with the extra `store`."
        ) from None
    return engine, sql.literal_column("extract(epoch from clock_timestamp())::double precision")


def _sqlite(address: sql.URL) -> sql.Engine:
    file = address.database or ""
    if file in ("", ":memory:"):
        raise StoreError("Give the database a file, such as sqlite:///studies.db.")
    disk = disk_of(Path(file))
    if disk.startswith(_NETWORK_DISKS):
        raise StoreError(
            f"{file} is on a network disk ({disk}), where SQLite loses data: put it on a local "
            "disk, or use PostgreSQL."
        )
    if not Path(file).resolve().parent.is_dir():
        raise StoreError(f"There is no folder for the database {file}: make it first.")
    engine = sql.create_engine(address, connect_args={"timeout": BUSY_MILLISECONDS / 1000})
    sql.event.listen(engine, "connect", _prepare)
    sql.event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, record: Any) -> None:
    connection.isolation_level = None  # transactions begin where `_begin` says so
    for pragma in (
        "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON",
        f"busy_timeout={BUSY_MILLISECONDS}",
    ):  # fmt: skip
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: sql.Connection) -> None:
    if connection.get_isolation_level() != "AUTOCOMMIT":
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def disk_of(file: Path) -> str:
    """Return the type of the file system on which a file lies; empty where that is not known."""
    try:
        mounts = [line.split() for line in _MOUNTS.read_text(errors="replace").splitlines()]
    except OSError:
        return ""
    place = file.resolve()
    above = [
        (len(mount[1]), mount[2])
        for mount in mounts
        if len(mount) > 2 and place.is_relative_to(mount[1].replace("\\040", " "))
    ]
    return max(above)[1] if above else ""
