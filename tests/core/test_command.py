"""`python -m nbn_core train`: files, exit codes, and a progress bar only on a terminal."""

from __future__ import annotations

import csv
import dataclasses
import io
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nbn_core import Training
from nbn_core.__main__ import main
from nbn_core.experiment import Experiment, Stopping
from nbn_core.formats import read_npz, read_weights_csv
from nbn_core.studies import Study, StudyNetwork, StudyRun, run_study
from tests.experiments import early

XOR = Experiment.suggested("xor")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    file = tmp_path / "xor.json"
    file.write_text(XOR.to_json())
    return file


def test_the_command_writes_the_result_of_the_experiment(saved: Path, capsys) -> None:
    assert main(["train", str(saved), "--npz"]) == 0
    expected = XOR.training()
    expected.advance(seconds=float("inf"))
    folder = saved.parent
    weights = read_weights_csv((folder / "xor-weights.csv").read_bytes(), XOR.topology)
    np.testing.assert_array_equal(weights, expected.result().weights)
    trace = read_npz((folder / "xor-trace.npz").read_bytes())
    np.testing.assert_array_equal(trace["sse"], expected.trace().sse)
    lines = (folder / "xor-trace.csv").read_text().splitlines()
    assert len(lines) == 1 + len(expected.trace())
    said = capsys.readouterr()
    assert said.out.startswith("Solved")
    assert said.err == ""


def test_existing_files_are_replaced_only_if_asked_for(saved: Path, capsys) -> None:
    assert main(["train", str(saved)]) == 0
    assert main(["train", str(saved)]) == 2
    assert "xor-trace.csv: exists already: use --force" in capsys.readouterr().err
    assert main(["train", str(saved), "--force"]) == 0
    assert main(["train", str(saved), "-o", str(saved.parent / "other")]) == 0
    assert (saved.parent / "other-weights.csv").exists()


def test_an_unsolved_training_has_its_own_exit_code(saved: Path, capsys) -> None:
    unsolved = dataclasses.replace(XOR, stopping=Stopping(1e-30, 1))
    saved.write_text(unsolved.to_json())
    assert main(["train", str(saved)]) == 1
    assert "after 1 iteration." in capsys.readouterr().out


def test_early_stopping_is_reported_and_writes_the_best_weights(saved: Path, capsys) -> None:
    experiment = early()
    saved.write_text(experiment.to_json())
    assert main(["train", str(saved), "--npz"]) == 1
    training = experiment.training()
    training.advance(seconds=float("inf"))
    result = training.result()
    assert result.best_iteration < result.iterations
    said = capsys.readouterr().out.splitlines()[0]
    assert said == (
        f"{result.stop.sentence} The weights are those of iteration {result.best_iteration} of "
        f"{result.iterations}, the best for the validation patterns: SSE {result.sse:.6g}."
    )
    folder = saved.parent
    weights = read_weights_csv((folder / "xor-weights.csv").read_bytes(), experiment.topology)
    np.testing.assert_array_equal(weights, result.weights)
    trace = read_npz((folder / "xor-trace.npz").read_bytes())
    assert len(trace["sse"]) == result.iterations + 1
    assert tuple(trace["validation_sse"]) == result.validation_sse
    first, *rows = csv.reader((folder / "xor-trace.csv").read_text().splitlines())
    assert tuple(float(row[first.index("validation_sse")]) for row in rows) == result.validation_sse


@pytest.mark.parametrize("text", ["", "{}", "[" * 100_000, "\x00"])
def test_a_damaged_experiment_is_refused_in_one_sentence(saved: Path, text: str, capsys) -> None:
    saved.write_text(text)
    assert main(["train", str(saved)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(str(saved))
    assert said.count("\n") == 1
    assert list(saved.parent.iterdir()) == [saved]


def test_missing_files_are_reported_in_one_sentence(saved: Path, capsys) -> None:
    assert main(["train", str(saved.parent / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err
    assert main(["train", str(saved.parent)]) == 2
    assert main(["train", str(saved), "-o", str(saved.parent / "no" / "x")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_a_progress_bar_is_shown_on_a_terminal_only(saved: Path, monkeypatch) -> None:
    for stream, quiet, shown in (
        (Terminal(), [], True), (Terminal(), ["--quiet"], False), (io.StringIO(), [], False),
    ):  # fmt: skip
        monkeypatch.setattr(sys, "stderr", stream)
        assert main(["train", str(saved), "--force", *quiet]) == 0
        assert ("\r[" in stream.getvalue()) == shown
        assert ("SSE" in stream.getvalue()) == shown


def test_an_interrupted_training_writes_its_result(saved: Path, monkeypatch, capsys) -> None:
    advance = Training.advance

    def interrupted(training: Training, **limits: float) -> None:
        advance(training, iterations=2)
        raise KeyboardInterrupt

    monkeypatch.setattr(Training, "advance", interrupted)
    assert main(["train", str(saved)]) == 130
    assert len((saved.parent / "xor-trace.csv").read_text().splitlines()) == 4
    assert "Stopped by the user" in capsys.readouterr().out


def test_the_command_runs_as_a_module(saved: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-B", "-m", "nbn_core", *arguments]
        return subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    told = run("train", "--help")
    assert told.returncode == 0
    assert "Exit codes" in told.stdout
    assert run().returncode == 2
    assert run("train", str(saved)).returncode == 0


STUDY = Study(
    (StudyNetwork("2-2-1 MLP", XOR.topology, "MLP"),), XOR.data, trials=9,
    stopping=Stopping(0.01, 60),
)  # fmt: skip


@pytest.fixture
def study(tmp_path: Path) -> Path:
    file = tmp_path / "many.json"
    file.write_text(STUDY.to_json())
    return file


@pytest.mark.parametrize("options", [[], ["--processes", "1"]])
def test_a_study_writes_its_trials_and_their_summary(study: Path, options, capsys) -> None:
    assert main(["study", str(study), *options]) == 0
    result = run_study(STUDY)
    rows = list(csv.DictReader((study.parent / "many-trials.csv").read_text().splitlines()))
    assert [int(row["seed"]) for row in rows] == result[0, 0].trials.seeds.tolist()
    assert [float(row["sse"]) for row in rows] == result[0, 0].trials.sse.tolist()
    assert rows[0]["test_sse"] == ""
    [summary] = csv.DictReader((study.parent / "many-summary.csv").read_text().splitlines())
    assert float(summary["rate"]) == result[0, 0].trials.success_rate
    assert int(summary["weights"]) == XOR.topology.n_weights
    said = capsys.readouterr()
    assert said.out.startswith("9 of 9 trainings ended.")
    assert said.err == ""
    assert main(["study", str(study)]) == 2
    assert "many-trials.csv: exists already" in capsys.readouterr().err


def test_a_study_shows_its_progress_on_a_terminal(study: Path, monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert main(["study", str(study)]) == 0
    assert "] 9 of 9" in terminal.getvalue()


def test_an_interrupted_study_writes_what_has_ended(study: Path, monkeypatch, capsys) -> None:
    def begun(self: StudyRun, seconds: float | None = None) -> bool:
        monkeypatch.undo()
        signal.raise_signal(signal.SIGINT)
        return False

    study.write_text(dataclasses.replace(STUDY, trials=500_000).to_json())
    monkeypatch.setattr(StudyRun, "wait", begun)
    assert main(["study", str(study)]) == 130
    assert " of 500,000 trainings ended." in capsys.readouterr().out
    assert (study.parent / "many-trials.csv").exists()


def test_files_that_are_no_studies_are_refused(saved: Path, study: Path, capsys) -> None:
    for arguments, sentence in (
        ([str(saved)], "This is not a study of NBN Lab"),
        ([str(study), "--processes", "-1"], "--processes takes"),
        ([str(study.parent / "none.json")], "No such file"),
    ):
        assert main(["study", *arguments]) == 2
        assert sentence in capsys.readouterr().err
