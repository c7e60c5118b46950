"""The Share page: sizes of files, what they contain, the length of the link, and the report."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from html import unescape

import numpy as np
import pytest

from app.figures.needs import bytes_in_words
from app.figures.number_format import duration, short
from app.share.export_file import File
from app.share.exports import Exports
from app.share.report import report
from nbn_core.experiment import Experiment, Stopping, link
from nbn_core.network import Topology
from nbn_core.types import FloatArray
from tests.app.shown_numbers.screen import Screen, compare, number, numbers
from tests.app.shown_numbers.situations import SHOWN, UNTRAINED, XOR, Situation, situation
from tests.app.shown_numbers.test_hessian import scrubber

Open = Callable[[Situation], Screen]
ALL = {**SHOWN, **UNTRAINED}
_SIZE = re.compile(r" · (?:about )?[\d.,]+ [kM]?B$")


def exports(at: Situation) -> Exports:
    return Exports(at.now, at.session.document.sketch.places())


def files(at: Situation) -> dict[str, list[File]]:
    """Return the files of each row of the page."""
    return {row.title: list(row.files) for group in exports(at).groups() for row in group.rows}


def caption(at: Situation) -> list[object]:
    if at.now.trace is None:
        return ["0"]
    return [f"{at.now.iteration:,}", f"{at.now.last_iteration:,}", short(at.sse())]


@pytest.mark.parametrize("name", list(ALL))
def test_the_page_tells_the_length_of_the_link_and_the_sizes_of_files(
    name: str, screen: Open
) -> None:
    at = situation(*ALL[name])
    page = screen(at).visit("share")
    buttons = [text for text in page.texts if _SIZE.search(text)]
    made = [file for row in files(at).values() for file in row if file.small]
    assert sorted(buttons) == sorted(f"{f.label} · {bytes_in_words(len(f.make()))}" for f in made)
    said = {
        "characters after the address": [f"{len(link.encode(at.experiment)):,}"],
        "The network.": caption(at),
        **scrubber(at),
    }
    if at.now.trace is not None:
        every, rows = f"{at.now.last_iteration:,}", f"{len(at.trace):,}"
        thinned = at.now.last != at.now.last_iteration
        said["Error, damping and time of"] = [rows, every] if thinned else [every]
    compare([text for text in page.texts if text not in buttons], said, ())


def test_a_large_file_is_about_as_large_as_the_page_says() -> None:
    large = replace(XOR, topology=Topology.mlp([2, 14, 14, 1]), stopping=Stopping(0.0, 300))
    at = situation(large, -1)
    told = [file for row in files(at).values() for file in row if file.about and not file.small]
    assert len(told) == 2
    for file in told:
        assert 0.5 * file.about < len(file.make()) < 2.0 * file.about, file.name


def original(at: Situation, outputs: FloatArray) -> FloatArray:
    """Return outputs in the units of the file."""
    scaling = at.experiment.scaling.targets
    made: FloatArray = outputs * np.array(scaling.width) + np.array(scaling.centre)
    return made


def table(contents: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(contents.decode())))


def columns(rows: Iterable[dict[str, str]], names: Iterable[str]) -> FloatArray:
    return np.array([[float(row[name]) for name in names] for row in rows])


@pytest.mark.parametrize("name", list(ALL))
def test_files_contain_the_numbers_of_the_row_shown(name: str) -> None:
    at = situation(*ALL[name])
    rows = files(at)
    weights = table(rows["Weights"][0].make())
    assert columns(weights, ["weight"]).ravel() == pytest.approx(at.weights)
    everything = {row for title in rows for row in [title]}
    q = next(row for title, row in rows.items() if "Quasi" in title or "quasi" in title)
    grid = list(csv.reader(io.StringIO(q[0].make().decode())))
    assert np.allclose(np.array([line[-len(at.weights):] for line in grid[1:]], dtype=float),
                       at.quasi_hessian)  # fmt: skip
    arrays = np.load(io.BytesIO(q[1].make()))
    assert np.allclose(arrays["gradient"], at.gradient)
    assert np.allclose(arrays["quasi_hessian"], at.quasi_hessian)
    assert float(arrays["sse"]) == pytest.approx(at.sse())
    assert ("Training" in everything) == (at.now.trace is not None)
    if at.now.trace is not None:
        lines = table(rows["Training"][0].make())
        assert len(lines) == len(at.trace)
        assert [int(line["iteration"]) for line in lines] == at.trace.iterations.tolist()
        sse = [at.sse(weights=row) for row in at.trace.weights]
        assert columns(lines, ["sse"]).ravel() == pytest.approx(sse)
    for file, part, raw in zip(
        rows["Predictions"], at.parts.values(),
        [p for p in at.experiment.data.raw_parts() if p is not None], strict=True,
    ):  # fmt: skip
        lines = table(file.make())
        assert len(lines) == part.n_patterns
        names = list(lines[0])
        outputs = [one for one in names if "output" in one.lower() or "predict" in one.lower()]
        shown = columns(lines, outputs[: part.n_outputs])
        assert np.allclose(shown, original(at, at.outputs(part)))
        assert np.allclose(columns(lines, raw.input_names), raw.inputs)


@pytest.mark.parametrize("name", list(ALL))
def test_every_sentence_and_figure_of_the_report(name: str) -> None:
    at = situation(*ALL[name])
    page = report(at.now, {})
    cells = {unescape(a): unescape(b) for a, b in re.findall(r"<th>(.*?)</th><td>(.*?)</td>", page)}
    counts = [f"{part.n_patterns}" for part in at.parts.values()]
    split = [f"{at.experiment.data.split_seed}"] if len(counts) > 1 else []
    topology = at.topology
    stopping = at.experiment.stopping
    patience = [f"{stopping.patience}"] if stopping.patience else []
    sizes = topology.n_inputs, topology.n_neurons, topology.n_outputs, topology.n_weights
    said: dict[str, list[object]] = {
        "Data": [*counts, *split],
        "Network": [f"{size}" for size in sizes],
        "Starting weights": [f"{at.experiment.start.seed}"],
        "Stopping": [short(stopping.target_sse), f"{stopping.max_iterations:,}", *patience],
        "Weights shown": caption(at),
    }
    methods = {"none": [], "minmax": ["-1", "1"], "standard": ["0", "1"]}
    scaling = at.experiment.scaling
    if not scaling.is_identity:
        said["Scaling"] = [*methods[scaling.inputs_by], *methods[scaling.targets_by]]
    for word, part in at.parts.items():
        told: list[object] = [short(at.sse(part)), short(at.rmse(part))]
        if part.kind == "classification":
            told += [f"{at.right(part)}", f"{part.n_patterns}"]
        said[f"{word.capitalize()} patterns"] = told
    others = {key for key, text in cells.items() if numbers(text) and key not in said}
    assert not others, f"No test knows the numbers of {others}."
    for key, wanted in said.items():
        assert numbers(cells[key]) == wanted, key
    scaled = not scaling.targets.is_identity
    assert ("units of the scaled targets" in cells["Training patterns"]) == scaled
    assert ("in original units" in page) == (scaled and at.train.n_inputs != 2)
    head = unescape(re.findall(r'<p class="muted">(.*?)</p>', page)[0])
    captions = [unescape(text) for text in re.findall(r"<figcaption>(.*?)</figcaption>", page)]
    _check_captions(at, [text for text in captions if numbers(text)])
    if at.now.trace is None:
        assert numbers(head) == []
        return
    trace = at.trace
    end = [short(at.sse(weights=trace.weights[-1])), f"{trace.iterations[-1]:,}",
           *numbers(duration(float(trace.seconds[-1])))]  # fmt: skip
    below = [f"{at.now.iteration:,}"] if at.k != at.now.last else []
    assert numbers(head) == [*end, *below]
    assert head.startswith("Solved") == (trace.sse[-1] <= stopping.target_sse)
    listed = re.findall(r"<div><span>.*?</span><span>(.*?)</span></div>", page)
    assert [float(text) for text in listed] == pytest.approx(at.weights, rel=1e-5)


def _check_captions(at: Situation, captions: list[str]) -> None:
    values = np.linalg.eigvalsh(at.quasi_hessian)[::-1]
    limit = len(values) * 2.0**-52 * values[0]
    rank, mean = int(np.count_nonzero(values > limit)), float(at.added.mean())
    [spectrum] = [text for text in captions if "eigenvalue" in text]
    smallest = float(values[-1]) if rank == len(values) else number(numbers(spectrum)[2])
    said: dict[str, list[object]] = {
        "of Q from": [
            f"{len(values)}", short(float(values[0])), smallest,
            f"{np.count_nonzero(values > mean)}", short(mean), f"{rank}",
        ],
    }  # fmt: skip
    if at.now.trace is not None:
        sse = [at.sse(weights=row) for row in at.trace.weights]
        said["SSE over"] = [f"{at.trace.iterations[-1]:,}", short(sse[0]), short(sse[-1])]
        run = at.session.run
        if run is not None and run.validation_sse is not None:
            aside = [at.sse(at.parts["validation"], row) for row in at.trace.weights]
            best = int(np.argmin(aside))
            said["SSE over"] += [f"{at.trace.iterations[best]:,}", short(aside[best])]
    if at.train.n_inputs != 2:
        raw = at.experiment.data.raw_parts().train
        outputs = original(at, at.outputs(at.train))
        said["Outputs over targets"] = [short(float(np.abs(outputs - raw.targets).max()))]
    else:
        [drawn] = [text for text in captions if "Output over the inputs" in text]
        said["Output over the inputs"] = list(numbers(drawn))  # compared on the Hessian page
    compare(captions, said, ())


def test_a_report_says_the_parameters_of_a_problem_in_full() -> None:
    data = replace(Experiment.suggested("moons").data, parameters={"seed": 1234567})
    page = report(situation(replace(Experiment.suggested("moons"), data=data), None).now, {})
    assert "seed 1234567" in page
