"""Studies in a database: SQLite and PostgreSQL, leases, restarts, and several workers at once."""

from __future__ import annotations

import math
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sql

from nbn_core import StopReason, Topology
from nbn_core.__main__ import main
from nbn_core.errors import StoreError
from nbn_core.experiment import ProblemData, Stopping
from nbn_core.studies import (
    Cell,
    Study,
    StudyNetwork,
    StudyRule,
    StudyTrial,
    ThreadWorkers,
    databases,
    run_study,
    runner,
    schema,
)
from nbn_core.studies.joint_work import JointWork
from nbn_core.studies.store import StudyStore
from tests.core.studies import postgres
from tests.core.studies.test_run_study import numbers

NETWORKS = (
    StudyNetwork("4-2-1 BMLP", Topology.bmlp([4, 2, 1], output="bipolar"), "BMLP"),
    StudyNetwork("4-2-1 FCC", Topology.fcc(4, 2, 1, output="bipolar"), "FCC"),
)
PARITY = Study(NETWORKS, ProblemData("parity", {"n": 4}), trials=120, stopping=Stopping(0.01, 100))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres.server() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/studies.db"
    server: str = request.getfixturevalue("postgres_server")
    engine = sql.create_engine(server.replace("://", "+psycopg://"))
    schema.metadata.drop_all(engine)
    engine.dispose()
    return server


@pytest.fixture
def store(url: str) -> Iterator[StudyStore]:
    opened = StudyStore(url)
    yield opened
    opened.close()


def test_the_result_is_the_same_with_a_database(url: str) -> None:
    plain = run_study(PARITY)
    stored = run_study(PARITY, store=url)
    assert numbers(stored) == numbers(plain)
    assert stored.hosts == plain.hosts
    again = run_study(PARITY, store=url)
    seconds = again[0, 0].trials.all_seconds
    assert seconds.tolist() == stored[0, 0].trials.all_seconds.tolist(), "nothing ran again"


def test_a_cancelled_study_continues_where_it_was(url: str) -> None:
    long = replace(PARITY, trials=2000)
    seen: list[int] = []
    part = run_study(
        long, store=url, on_progress=lambda work: seen.append(work.done),
        cancelled=lambda: bool(seen) and seen[-1] > 0,
    )  # fmt: skip
    assert 0 < part.n_trials < long.total
    rest: list[int] = []
    whole = run_study(long, store=url, on_progress=lambda work: rest.append(work.done))
    assert whole.complete
    assert rest[-1] <= long.total - part.n_trials
    first = part[1, 0].trials
    place = np.searchsorted(whole[1, 0].trials.numbers, first.numbers)
    assert np.array_equal(whole[1, 0].trials.all_seconds[place], first.all_seconds)


def test_every_number_returns_as_it_was(store: StudyStore) -> None:
    study = replace(PARITY, trials=4)
    odd = [
        StudyTrial(0, StopReason.DIVERGED, math.nan, 2, 3, 0.1 + 0.2, 1e-9),
        StudyTrial(1, StopReason.SOLVED, 5e-324, 2**40, 2**41, 1e300, 0.0, 1 / 3, 0.25),
        StudyTrial(3, StopReason.WORK_LIMIT, math.inf, 0, 1, 0.0, 2.5, math.inf, math.nan),
    ]
    store.register(study)
    store.add(study, Cell(1, 0), odd, "here")
    store.add(study, Cell(1, 0), [replace_sse(odd[1])], "there")
    found = store.result(study)
    assert found.hosts == ("here",), "what is there stays"
    trials = found[1, 0].trials
    assert trials.numbers.tolist() == [0, 1, 3]
    assert trials.stops == tuple(trial.stop for trial in odd)
    np.testing.assert_array_equal(trials.sse, [math.nan, 5e-324, math.inf])
    assert trials.all_iterations.tolist() == [2, 2**40, 0]
    assert trials.all_work.tolist() == [0.1 + 0.2, 1e300, 0.0]
    np.testing.assert_array_equal(found[1, 0].test_sse, [math.nan, 1 / 3, math.inf])
    np.testing.assert_array_equal(found[1, 0].test_wrong, [math.nan, 0.25, math.nan])
    assert found[0, 0].trials.n_trials == 0


def replace_sse(trial: StudyTrial) -> StudyTrial:
    return trial._replace(sse=7.0)


def test_parts_are_leased_to_one_worker_and_free_when_it_vanishes(store: StudyStore) -> None:
    store.register(PARITY)
    store.register(PARITY)
    assert [study.total for study in store.studies()] == [240]
    mine = store.lease("me", 4)
    assert [(lease.cell, lease.numbers[0], len(lease.numbers)) for lease in mine] == [
        (Cell(0, 0), 0, 50), (Cell(1, 0), 0, 50), (Cell(0, 0), 50, 50), (Cell(1, 0), 50, 50),
    ]  # fmt: skip
    yours = store.lease("you", 10, seconds=-1.0)  # vanished a second ago
    assert [len(lease.numbers) for lease in yours] == [20, 20]
    assert store.lease("third", 10, study="another") == []
    assert store.lease("third", 10) == yours
    store.renew("me", -1.0)
    assert {lease.part for lease in store.lease("third", 10)} == {lease.part for lease in mine}
    store.release("third")
    assert len(store.lease("me", 10)) == 6
    trial = StudyTrial(3, StopReason.SOLVED, 0.0, 1, 2, 3.0, 4.0)
    store.add(PARITY, Cell(0, 0), [trial], "here")
    store.release("me")
    assert 3 not in store.lease("me", 1)[0].numbers
    store.finish(mine)
    assert store.open_parts(PARITY.digest) == 2
    assert [study.done for study in store.studies()] == [1]


def test_several_workers_share_a_study(url: str) -> None:
    long = replace(PARITY, trials=1500)
    stores = [StudyStore(url) for _ in range(3)]
    stores[0].register(long)
    shares = [JointWork(one, ThreadWorkers(), long.digest) for one in stores]
    threads = [threading.Thread(target=share.run, kwargs={"wait": True}) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result = stores[0].result(long)
    assert result.complete
    assert sum(share.done for share in shares) == long.total, "no trial ran twice"
    assert sum(share.done > 0 for share in shares) > 1
    assert numbers(result) == numbers(run_study(long))
    for share in shares:
        share.workers.close()
        share.store.close()


def test_a_killed_worker_costs_no_trial(url: str, store: StudyStore) -> None:
    long = replace(PARITY, trials=3000)
    store.register(long)
    work = [sys.executable, "-m", "nbn_core", "work", "--database", url, "--quiet"]
    with subprocess.Popen(work, stdout=subprocess.DEVNULL) as other:
        while store.studies()[0].done == 0:
            assert other.poll() is None
        other.send_signal(signal.SIGKILL)
    done = store.studies()[0].done
    assert 0 < done < long.total
    assert store.lease("me", 1)[0].numbers, "parts that were not leased are free at once"
    store.release("me")
    with store._engine.begin() as connection:  # as after a minute without a sign of life
        connection.execute(sql.update(schema.parts).values(until=0.0))
    assert main(["work", "--database", url]) == 0
    result = store.result(long)
    assert result.complete
    assert numbers(result) == numbers(run_study(long))


def test_the_command_runs_a_study_from_a_database(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "parity.json"
    file.write_text(PARITY.to_json())
    assert main(["study", str(file), "--database", url]) == 0
    assert "240 of 240 trainings ended." in capsys.readouterr().out
    assert main(["work", "--database", url]) == 0
    assert capsys.readouterr().out == "0 trials done.\n"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense", "This is not the address of a database"),
        ("mysql://user@host/x", "This is not the address of a database"),
        ("sqlite://", "Give the database a file"),
        ("sqlite:////nowhere/at/all/x.db", "There is no folder"),
        ("postgresql://nbn@127.0.0.1:9/none", "The database does not answer"),
    ],
)
def test_addresses_that_cannot_be_used_are_refused_in_one_sentence(
    address: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(StoreError, match=sentence) as refused:
        run_study(PARITY, store=address)
    assert "\n" not in str(refused.value)
    assert main(["work", "--database", address]) == 2
    assert sentence in capsys.readouterr().err


def test_a_password_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["work", "--database", "postgresql://nbn:secret@127.0.0.1:9/none"]) == 2
    said = capsys.readouterr()
    assert "secret" not in said.err + said.out


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a database, but long enough to be read as the head of one " * 20)
    with pytest.raises(StoreError, match="file is not a database"):
        StudyStore(f"sqlite:///{file}")
    assert file.read_text().startswith("not a database")


def test_a_full_disk_is_told_and_what_was_written_stays(tmp_path: Path) -> None:
    store = StudyStore(f"sqlite:///{tmp_path}/studies.db")
    run_study(replace(PARITY, trials=10), store=store)
    big = replace(PARITY, trials=400)
    store.register(big)
    with store._engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()

    def limit(connection: sqlite3.Connection, record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}").close()

    sql.event.listen(store._engine, "connect", limit)
    store._engine.dispose()
    with pytest.raises(StoreError, match=r"database or disk is full.*kept there"):
        run_study(big, store=store)
    assert store.result(replace(PARITY, trials=10)).complete
    store.close()


def test_a_database_of_another_version_is_refused(url: str) -> None:
    store = StudyStore(url)
    with store._engine.begin() as connection:
        connection.execute(sql.update(schema.versions).values(version=9))
    store.close()
    with pytest.raises(StoreError, match="studies of version 9, this program knows version 1"):
        StudyStore(url)


def test_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"rootfs / ext4 rw 0 0\nserver:/home {tmp_path} nfs4 rw 0 0\n")
    monkeypatch.setattr(databases, "_MOUNTS", mounts)
    with pytest.raises(StoreError, match=r"is on a network disk \(nfs4\)"):
        StudyStore(f"sqlite:///{tmp_path}/x.db")
    assert databases.disk_of(Path("/usr")) == "ext4"
    monkeypatch.setattr(databases, "_MOUNTS", tmp_path / "none")
    assert databases.disk_of(Path("/usr")) == ""


def test_without_sqlalchemy_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nbn_core.studies.store", None)
    with pytest.raises(StoreError, match="extra `store`"):
        runner.open_store("sqlite:///x.db")


def test_a_study_without_a_database_loads_none() -> None:
    code = "import nbn_core.studies, sys; print([m for m in sys.modules if 'sqlalchemy' in m])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


def test_rules_with_settings_return_from_the_database(store: StudyStore) -> None:
    study = replace(PARITY, rules=(StudyRule("adam", {"rate": 0.05}), StudyRule()), trials=2)
    store.register(study)
    assert store.study(study.digest) == study
    with pytest.raises(StoreError, match="has no study"):
        store.study("0" * 32)
