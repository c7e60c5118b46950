"""Time to compute one frame of a replay on the Hessian page, for three sizes of network.

    python -m benchmarks.hessian_frames             every section, milliseconds per frame
    python -m benchmarks.hessian_frames --browser   frames per second that reach Chromium

A frame is everything that a section computes at a new iteration, and its pictures. The data is Two
spirals (194 patterns); the networks have about 100, 500 and 1,200 weights.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import numpy as np

from app.figures import coupling_chart, matrix, palette, spectra, valley
from app.figures.chart import Chart
from app.figures.names import weight_titles
from app.figures.svg import svg
from app.hessian import matrix_payload
from app.session import curvature
from app.session.sketch_reader import from_drawing
from app.session.view import CurrentView
from nbn_core import Experiment, Topology
from nbn_core.analysis import coupling, landscape
from nbn_core.experiment import Stopping, link

SIZES = {
    "117 weights": Topology.fcc(2, 12, 1),
    "493 weights": Topology.fcc(2, 28, 1),
    "1,179 weights": Topology.mlp([2, 30, 34, 1]),
}
FRAMES = 6
# Structure is a canvas in a shadow root whose label names the iteration; others are images.
COUNT = """() => {
  window.frame_times = [];
  let before;
  const look = (now) => {
    const host = [...document.querySelectorAll("*")]
      .find((node) => node.shadowRoot?.querySelector(".quasi"));
    const canvas = host?.shadowRoot.querySelector(".quasi .cells canvas");
    const shown = canvas?.getAttribute("aria-label")
      ?? document.querySelector("[data-testid=stImage] img")?.src;
    if (shown !== before) window.frame_times.push(now);
    before = shown;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""


def experiment_of(topology: Topology, iterations: int) -> Experiment:
    suggested = Experiment.suggested("two_spirals")
    return replace(suggested, topology=topology, drawing=None, stopping=Stopping(1e-12, iterations))


def structure(at: curvature.Point) -> list[Chart]:
    topology = at.topology
    everything = np.arange(topology.n_weights)
    groups = coupling.by_neuron(topology)
    frames = [(n, len(m)) for n, m in zip(groups.names, groups.members, strict=True)]
    view = matrix.MatrixView(
        everything, everything, weight_titles(topology), frames, frames, curvature.zeros(topology)
    )
    values = curvature.equations(at).quasi_hessian
    sketch = from_drawing(topology, None)
    sent = [
        matrix_payload.cells(values, view, what="Q", exact=False),
        matrix_payload.network(sketch, topology, at.weights),
    ]
    json.dumps(sent)
    return []


def couplings(at: curvature.Point) -> list[Chart]:
    groups = coupling.by_neuron(at.topology)
    norms = coupling.block_norms(curvature.equations(at).quasi_hessian, groups)
    curvature.block_loss(at, groups)
    curvature.block_loss(at, coupling.by_layer(at.topology))
    return [
        coupling_chart.norms_matrix(norms, groups.names, palette.LIGHT),
        coupling_chart.coupling_graph(at.topology, norms, palette.LIGHT),
    ]


def eigenvalues(at: curvature.Point) -> list[Chart]:
    return [spectra.eigenvalue_chart(curvature.eigenvalues(at, "Q"), at.mu, palette.LIGHT)]


def exact(at: curvature.Point) -> list[Chart]:
    values = [(name, curvature.eigenvalues(at, name)) for name in ("Q", "H", "S")]
    return [spectra.compared(values, palette.LIGHT)]


def step(at: curvature.Point) -> list[Chart]:
    t = np.linspace(-0.5, 2.0, 76)
    cut = landscape.cut_along_step(at.objective, at.weights, curvature.equations(at), at.mu, t)
    return [valley.cut_chart(cut, at.mu, palette.LIGHT)]


SECTIONS: dict[str, Callable[[curvature.Point], list[Chart]]] = {
    "structure": structure,
    "coupling": couplings,
    "spectrum": eigenvalues,
    "quasi against exact": exact,
    "step": step,
}


def compute() -> None:
    print(f"{'ms a frame':<22}" + "".join(f"{name:>16}" for name in SIZES))
    shown = {}
    for name, topology in SIZES.items():
        experiment = experiment_of(topology, len(SECTIONS) * (FRAMES + 1))
        training = experiment.training()
        while training.stop is None:
            training.advance()
        trace = training.trace()
        shown[name] = CurrentView(experiment, trace, False, 0, len(trace) - 1)
    for i, (section, draw) in enumerate(SECTIONS.items()):
        line = f"{section:<22}"
        for now in shown.values():
            times = []
            for frame in range(FRAMES + 1):
                k = min(i * (FRAMES + 1) + frame, now.last)
                began = time.perf_counter()
                for chart in draw(curvature.point(now, k)):
                    svg(chart, palette.LIGHT, 740)
                times.append(1e3 * (time.perf_counter() - began))
            line += f"{statistics.median(times[1:]):>16.1f}"
        print(line)


def watch(seconds: float) -> None:
    from playwright.sync_api import sync_playwright

    from tests.browser.conftest import FLAGS
    from tests.browser.helpers import chromium, running_app

    with (
        tempfile.TemporaryDirectory() as folder,
        running_app(Path(folder) / "log.txt") as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for name, topology in SIZES.items():
            address = f"{server.url}/hessian?e={quote(link.encode(experiment_of(topology, 200)))}"
            for section in ("Structure", "Coupling", "Spectrum"):
                page = browser.new_page(viewport={"width": 1280, "height": 800})
                page.set_default_timeout(120_000)
                page.goto(address)
                page.get_by_role("button", name="Train", exact=True).click()
                page.get_by_role("button", name="Replay").wait_for()
                page.get_by_role("button", name="Stop").wait_for(state="detached")
                page.locator(".quasi .cells canvas").wait_for()
                page.get_by_role("radio", name=section).click()
                page.wait_for_timeout(1500)
                page.get_by_role("button", name="Replay").click()
                first = (
                    ".quasi .cells canvas"
                    if section == "Structure"
                    else "[data-testid=stImage] img"
                )
                page.locator(first).first.wait_for()
                page.evaluate(COUNT)
                page.wait_for_timeout(1e3 * seconds)
                times = page.evaluate("window.frame_times")
                rate = 1e3 * (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 0.0
                print(f"{name:<16}{section:<12}{rate:6.1f} frames a second", flush=True)
                page.close()
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--browser", action="store_true")
    parser.add_argument("--seconds", type=float, default=6.0)
    arguments = parser.parse_args()
    if arguments.browser:
        watch(arguments.seconds)
    else:
        compute()
