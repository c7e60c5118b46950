"""The Hessian page: Q and what follows from it, at the row shown."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest

from app.figures.chart import percent
from app.figures.needs import bytes_in_words
from app.figures.number_format import duration, short
from nbn_core.network import Network
from nbn_core.types import FloatArray
from tests.app.shown_numbers.screen import Page, Screen, check_axes, compare, number, numbers
from tests.app.shown_numbers.situations import SHOWN, UNTRAINED, Situation, situation

Open = Callable[[Situation], Screen]
Said = dict[str, list[object]]

FIXED = (
    "Near a solution", "Each number takes 8 bytes", "With errors $e = d - o$", "Half the Hessian",
    "Li et al. 2018", "damped step is", "Divide $Q$ into blocks",
)  # fmt: skip
EPS = 2.0**-52


def scrubber(at: Situation) -> Said:
    """Return what every page with a slider says of the row shown."""
    if at.now.trace is None:
        return {"This network is not trained yet": ["0"]}
    trace = at.trace
    seconds = numbers(duration(float(trace.seconds[at.k])))
    return {
        "Iteration ": [
            f"{trace.iterations[at.k]:,}", f"{trace.iterations[-1]:,}", short(at.sse()), *seconds
        ],
    }  # fmt: skip


def eigenvalues(matrix: FloatArray) -> FloatArray:
    return np.asarray(np.linalg.eigvalsh(matrix)[::-1])


def blocks(owners: Iterable[int]) -> list[FloatArray]:
    marks = np.array(list(owners))
    return [np.flatnonzero(marks == one) for one in np.unique(marks)]


def check_page(at: Situation, page: Page, said: Said) -> None:
    compare(page.texts, {**scrubber(at), **said}, FIXED)
    for name, chart in page.charts.items():
        if name != "spectra":  # whose axis is logarithmic in both directions
            check_axes(chart)
    if at.now.trace is not None:
        slider = page.fields["Iteration"]
        assert (slider["value"], slider["max"]) == (at.now.iteration, at.trace.iterations[-1])


def structure(at: Situation, screen: Screen) -> None:
    page = screen.visit("hessian", "Structure")
    n, topology = len(at.weights), at.topology
    apart = np.array([[not (_reached(topology, a) & _reached(topology, b)) for a in at.owners]
                      for b in at.owners])  # fmt: skip
    cells = [f"{n:,}", f"{n:,}"]
    if apart.any():
        said: Said = {"cells couples two weights": [*cells, *numbers(percent(float(apart.mean())))]}
    else:
        said = {"cells couples two weights": list(cells)}
    check_page(at, page, said)
    sent = page.payloads["quasi"]
    assert set(sent) == {"block", "cells", "network"}
    block = sent["cells"]
    assert set(block) == {
        "what", "height", "width", "symmetric", "stride", "tones", "values", "rows", "columns",
        "row_weights", "column_weights", "row_frames", "column_frames", "scale",
    }  # fmt: skip
    assert numbers(block["what"]) == [f"{at.now.iteration:,}"]
    assert block["height"] == block["width"] == n
    values = np.frombuffer(base64.b64decode(block["values"]), "<f4")
    q = at.quasi_hessian
    scale = float(np.abs(q).max())
    assert np.allclose(values, q[np.triu_indices(n)], rtol=1e-5, atol=1e-9 * scale)
    tones = np.frombuffer(base64.b64decode(block["tones"]), np.uint8)
    assert np.array_equal(tones == 255, apart[np.triu_indices(n)])
    assert [mark[1] for mark in block["scale"]][-1] == short(scale)
    for tone, text in block["scale"]:
        if numbers(text):
            size = scale * 10 ** (-6 * (1 - abs(tone))) * np.sign(tone)
            assert number(numbers(text)[0]) == pytest.approx(size, rel=0.06)
    assert sent["network"]["weights"] == pytest.approx(at.weights.tolist(), rel=1e-3)
    assert [size for _, size in block["row_frames"]] == [len(b) for b in blocks(at.owners)]


def _reached(topology: Any, k: int) -> set[int]:
    """Return the outputs that a neuron reaches."""
    reached = {k} & set(topology.outputs)
    for other, neuron in enumerate(topology.neurons):
        if topology.n_inputs + k in neuron.sources:
            reached |= _reached(topology, other)
    return reached


def coupling(at: Situation, screen: Screen) -> None:
    page = screen.visit("hessian", "Coupling")
    q, damped = at.quasi_hessian, at.quasi_hessian + np.diag(at.added)
    levels = [at.topology.levels[k] for k in at.owners]
    groups = {"neuron": blocks(at.owners), "layer": blocks(levels)}
    full = -np.linalg.solve(damped, at.gradient)
    best = _decrease(damped, at.gradient, full)
    steps, shares = {}, {}
    for name, parts in groups.items():
        step = np.zeros_like(full)
        for part in parts:
            step[part] = -np.linalg.solve(damped[np.ix_(part, part)], at.gradient[part])
        angle = np.degrees(np.arccos(step @ full / np.linalg.norm(step) / np.linalg.norm(full)))
        whole = _decrease(damped, at.gradient, step)
        length = -(at.gradient @ step) / (step @ damped @ step)
        most = _decrease(damped, at.gradient, length * step)
        ratio = float(np.linalg.norm(step) / np.linalg.norm(full))
        steps[name] = float(angle), ratio, float(whole / best), float(most / best)
        inside = sum(float(np.sum(q[np.ix_(part, part)] ** 2)) for part in parts)
        shares[name] = inside / float(np.sum(q**2))
    norms = np.array([[np.linalg.norm(q[np.ix_(a, b)]) for b in groups["neuron"]]
                      for a in groups["neuron"]])  # fmt: skip
    own = np.sqrt(np.diag(norms))
    relative = norms / np.outer(own, own)
    pairs = relative[np.tril_indices(len(own), -1)]
    largest = (norms - np.diag(np.diag(norms))).max()
    angle, ratio, whole, most = steps["neuron"]
    table = []
    for angle_, ratio_, whole_, most_ in steps.values():
        shown = percent(whole_) if whole_ >= 0 else short(-whole_)
        table += [f"{angle_:.1f}", short(ratio_), *numbers(shown), *numbers(percent(most_))]
    count = f"{len(own)}"
    check_page(at, page, {
        "NBN solves for all weights": [
            short(float(at.added.mean())), f"{angle:.0f}", short(ratio), *numbers(percent(most))
        ],
        "Norms of the blocks of Q": [count, short(float(largest))],
        "are coupled by more than": [
            f"{np.count_nonzero(pairs > 0.02)}", count, "2", *numbers(percent(float(pairs.max())))
        ],
        "Share of the squared norm of Q inside diagonal blocks": [
            *numbers(percent(shares["neuron"])), *numbers(percent(shares["layer"]))
        ],
        "| Step | Angle": list(table),
    })  # fmt: skip
    assert ("increase" in str(page.texts)) == any(whole < 0 for _, _, whole, _ in steps.values())
    [heat, points] = page.charts["coupling"]["data"]
    for text, norm in zip(points["hovertext"], norms.ravel(), strict=True):
        assert float(text.rsplit(": ", 1)[1]) == pytest.approx(norm, rel=0.006)
    ticks = heat["colorbar"]["ticktext"]
    assert ticks == [short(float(norms.max()) * 10.0**e) for e in range(-4, 1)]
    [bar] = page.charts["diagonal-share"]["data"]
    assert bar["x"] == pytest.approx([100 * shares["neuron"], 100 * shares["layer"]])
    assert list(bar["hovertext"]) == [percent(shares["neuron"]), percent(shares["layer"])]
    hovers = page.charts["coupling-graph"]["data"][-1]["hovertext"]
    assert [one.rsplit(": ", 1)[1] for one in hovers] == [short(float(d)) for d in np.diag(norms)]


def _decrease(damped: FloatArray, gradient: FloatArray, step: FloatArray) -> float:
    return float(-2 * gradient @ step - step @ damped @ step)


def spectrum(at: Situation, screen: Screen) -> None:
    screen.visit("hessian", "Spectrum")
    screen.app.slider(key="nbn-walk").set_value(-1.5).run()
    page = screen.seen()
    values = eigenvalues(at.quasi_hessian)
    n, limit = len(values), len(values) * EPS * float(values[0])
    rank = int(np.count_nonzero(values > limit))
    mean = float(at.added.mean())
    damped = at.quasi_hessian + np.diag(at.added)
    free = float(np.trace(np.linalg.solve(damped, at.quasi_hessian)))
    before: list[object] = [float(values[0] / values[-1])] if rank == n else [f"{rank}", f"{n}"]
    matrix = at.experiment.settings.get("matrix", "data_scaled")
    explained = [short(at.mu)] if matrix != "levenberg" else []
    vector = np.linalg.eigh(at.quasi_hessian)[1][:, -1]
    ends = [at.sse(weights=at.weights + sign * 1.5 * vector) for sign in (-1, 1)]
    [moved] = [text for text in page.texts if "changes the SSE" in text]
    after = number(numbers(moved)[-1])
    first, second = np.argsort(-np.abs(vector))[:2]
    [drawn] = [text for text in page.texts if "The network with direction" in text]
    signed = [abs(number(text)) for text in numbers(drawn)[1:]]
    assert signed == pytest.approx(np.abs(vector[[first, second]]), rel=0.006)
    check_page(at, page, {
        " of Q from ": [
            f"{n}", short(float(values[0])),
            float(values[-1]) if rank == n else number(short(_last(page))),
            f"{np.count_nonzero(values > mean)}", short(mean), f"{rank}",
        ],
        "The next step uses effectively": [
            f"{free:.1f}", f"{n}", short(mean), *explained, *before,
            float(np.linalg.cond(damped)), f"{rank}", f"{n}", short(limit),
        ],
        "Direction 1 has the eigenvalue": [
            "1", short(float(values[0])), "−1.50", short(at.sse()),
            min(ends, key=lambda end: abs(end - after)),
        ],
        "The network with direction": ["1", *numbers(drawn)[1:]],
        **_response(at, page),
    })  # fmt: skip
    data = page.charts["spectrum"]["data"]
    shown = np.concatenate([trace["customdata"] for trace in data if "customdata" in trace])
    assert np.allclose(shown, values, rtol=1e-6, atol=5 * limit)
    lines = [trace for trace in data if "customdata" not in trace]
    assert [trace["name"] for trace in lines] == [
        f"damping {short(mean)}", f"rounding limit {short(limit)}"
    ]  # fmt: skip
    assert [float(trace["y"][0]) for trace in lines] == pytest.approx([mean, limit])


def _last(page: Page) -> float:
    """Return the smallest eigenvalue, which rounding decides, as the chart has it."""
    parts = [t["customdata"] for t in page.charts["spectrum"]["data"] if "customdata" in t]
    return float(np.concatenate(parts)[-1])


def _response(at: Situation, page: Page) -> Said:
    """Compare the outputs with moved weights, whichever of both directions was taken."""
    vector = np.linalg.eigh(at.quasi_hessian)[1][:, -1]
    data = page.charts["walk"]["data"]
    if at.train.n_inputs == 2:
        grid = np.stack(np.meshgrid(data[0]["x"], data[0]["y"]), axis=-1).reshape(-1, 2)
        shown = data[0]["z"].ravel()
        made = [_at(at, at.weights + sign * 1.5 * vector, grid)[:, 0] for sign in (-1, 1)]
        assert min(np.abs(one - shown).max() for one in made) < 1e-4
        return {"Output over the inputs": [short(float(shown.min())), short(float(shown.max()))]}
    made = [_at(at, at.weights + sign * 1.5 * vector, at.train.inputs).ravel() for sign in (-1, 1)]
    assert np.allclose(data[1]["x"], at.outputs(at.train).ravel())
    assert min(np.abs(one - data[1]["y"]).max() for one in made) < 1e-6
    change = np.abs(np.asarray(data[1]["y"]) - data[1]["x"]).max()
    return {"Outputs before and after": [short(float(change))]}


def _at(at: Situation, weights: FloatArray, inputs: FloatArray) -> FloatArray:
    from tests import reference

    return np.asarray(reference.outputs(at.topology.to_dict(), weights, inputs))


def exact(at: Situation, screen: Screen) -> None:
    page = screen.visit("hessian", "Quasi versus exact")
    dropped = at.hessian - at.quasi_hessian
    ratio = float(np.linalg.norm(dropped) / np.linalg.norm(at.quasi_hessian))
    spectra = [eigenvalues(m) for m in (at.quasi_hessian, at.hessian, dropped)]
    noise = 1e-6 * float(np.abs(spectra[1]).max())  # of the differences
    named = [trace["customdata"] for trace in page.charts["spectra"]["data"]]
    for shown, values in zip(named, spectra, strict=True):
        assert np.allclose(shown, values, atol=noise)
    negative = [np.count_nonzero(v < -len(v) * EPS * np.abs(v).max()) for v in named]
    smallest = 1e-9 * max(np.abs(v).max() for v in named)
    axis = page.charts["spectra"]["layout"]["yaxis"]
    for place, text in zip(axis["tickvals"], axis["ticktext"], strict=True):
        value = number(text)
        assert place == pytest.approx(np.sign(value) * np.log10(1 + abs(value) / smallest))
    n = len(at.weights)
    said: Said = {
        "NBN keeps Q": [ratio, *([f"{negative[1]}", f"{n}"] if negative[1] else [])],
        "Spectra: Q": [f"{count}" for count in negative],
    }
    if at.now.trace is not None:
        trace = at.trace
        chart = page.charts["dropped-over-kept"]["data"][0]
        [here] = np.flatnonzero(np.asarray(chart["x"]) == trace.iterations[at.k])
        assert chart["y"][here] == pytest.approx(ratio, rel=1e-4)
        assert set(np.asarray(chart["x"]).tolist()) <= set(trace.iterations.tolist())
        ends = []
        for k in (0, len(trace) - 1):
            other = situation(at.experiment, k)
            kept = other.quasi_hessian
            ends.append(float(np.linalg.norm(other.hessian - kept) / np.linalg.norm(kept)))
        said["Size of the dropped term"] = [ends[0], "0", ends[1], f"{trace.iterations[-1]:,}"]
        if len(chart["x"]) < len(trace):
            said["recorded iterations"] = [f"{len(chart['x'])}", f"{len(trace):,}"]
    check_page(at, page, said)


def landscape(at: Situation, screen: Screen) -> None:
    page = screen.visit("hessian", "Landscape")
    [heat, *_] = page.charts["landscape"]["data"]
    sse = heat["customdata"]
    said: Said = {}
    share = []
    if at.now.trace is not None:
        path = at.trace.weights
        first = (path[-1] - path[0]) / np.linalg.norm(path[-1] - path[0])
        rest = path - path[0]
        rest = rest - np.outer(rest @ first, first)
        second = np.linalg.svd(rest, full_matrices=False)[2][0]
        steps = np.diff(path, axis=0)
        inside = (steps @ np.stack([first, second], axis=1)) ** 2
        said["of the path's movement through"] = [
            *numbers(percent(float(inside.sum() / (steps**2).sum()))), f"{len(first)}"
        ]  # fmt: skip
        share = [said["of the path's movement through"][0]]
        for i, j in ((3, 5), (-4, 7)):
            x, y = float(heat["x"][j]), float(heat["y"][i])
            both = [at.sse(weights=path[0] + x * first + s * y * second) for s in (-1, 1)]
            assert min(abs(one / sse[i][j] - 1) for one in both) < 1e-6
        data = {trace.get("name"): trace for trace in page.charts["landscape"]["data"]}
        assert list(data["path of training"]["customdata"]) == at.trace.iterations.tolist()
        assert f"iteration {at.now.iteration:,}" in data
    said["over the plane of"] = [short(float(sse.min())), short(float(sse.max())), *share]
    step = -np.linalg.solve(at.quasi_hessian + np.diag(at.added), at.gradient)
    slope, bend = float(at.gradient @ step), float(step @ at.quasi_hessian @ step)
    after, model = at.sse(weights=at.weights + step), at.sse() + 2 * slope + bend
    mean = short(float(at.added.mean()))
    gain = (at.sse() - after) / (at.sse() - model)
    said["Along the damped step"] = [short(at.sse()), short(after), short(model)]
    said["With damping"] = [mean, short(gain)]
    check_page(at, page, said)
    [modelled, actual, ends] = page.charts["step"]["data"]
    assert modelled["y"] == pytest.approx([at.sse() + 2 * t * slope + t * t * bend
                                           for t in modelled["x"]])  # fmt: skip
    assert actual["y"][::15] == pytest.approx([at.sse(weights=at.weights + t * step)
                                               for t in actual["x"][::15]])  # fmt: skip
    assert ends["y"] == pytest.approx([at.sse(), after])
    assert page.charts["step"]["layout"]["xaxis"]["title"]["text"].endswith(f"damping {mean}")


def memory(at: Situation, screen: Screen) -> None:
    page = screen.visit("hessian", "Memory")
    p, m, n = at.train.n_patterns, at.train.n_outputs, len(at.weights)
    sizes = [8 * count for count in (p * m * n, n * n, n * (n + 1) // 2, 64 * n, n)]
    words = [bytes_in_words(size) for size in sizes]
    padded = -(-n // 8) * 8
    work = Network.from_topology(at.topology).workspace()
    other = sum(a.nbytes for a in (work.slopes, work.lines, work.factors, work.picks))
    measured = [bytes_in_words(b) for b in (8 * p * m * n, 8 * padded**2, 8 * 64 * padded, other)]
    table = [words[0], measured[0], words[1], measured[1], "64", words[3], measured[2], measured[3]]
    check_page(at, page, {
        "Memory: Jacobian": [numbers(word)[0] for word in words],
        "Storing the Jacobian takes": [numbers(word)[0] for word in words[:2]],
        "| For this network and data": [numbers(word)[0] for word in table],
    })  # fmt: skip
    for text in (*words, *measured):
        assert text in " ".join(page.texts), "with its unit"
    [bars] = page.charts["memory"]["data"]
    assert list(bars["x"]) == sizes
    assert list(bars["text"]) == words
    assert [page.fields[name]["value"] for name in ("Patterns P", "Outputs M", "Weights N")] == [
        p, m, n
    ]  # fmt: skip


@pytest.mark.parametrize("name", [*SHOWN, *UNTRAINED])
def test_every_number_is_that_of_the_row_shown(name: str, screen: Open) -> None:
    at = situation(*{**SHOWN, **UNTRAINED}[name])
    shown = screen(at)
    shown.visit("hessian")
    for section in (structure, coupling, spectrum, exact, landscape, memory):
        section(at, shown)
