"""Custom data from CSV to exported network: compare ONNX, C and Python with the app.

    python -m benchmarks own_data [--pictures FOLDER]

Three data sets of scikit-learn and one from a formula are uploaded on the Data page in Chromium;
the networks are trained and exported on the Share page. Every exported network is then run on the
training patterns in original units, and compared with the predictions that were exported. The table
has the largest difference relative to the largest output; float is single precision.
"""

from __future__ import annotations

import argparse
import ctypes
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime
import pandas
from numpy.typing import NDArray
from playwright.sync_api import Page, sync_playwright
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

from nbn_core import generators
from tests.browser.conftest import FLAGS
from tests.browser.helpers import chromium, running_app, wait_until_ready

Array = NDArray[np.float64]
FILES = {
    "ONNX": r"^ONNX ·", "ONNX, float": "^ONNX, float", "C": "^C, double", "C, float": "^C, float",
    "Python": "^Python", "predictions": r"^CSV, train|^CSV · .*",
}  # fmt: skip


def tables() -> dict[str, pandas.DataFrame]:
    """Return the data sets, with the target as the last column; classes are text."""
    found = {}
    for name, load in (
        ("wine", load_wine), ("breast cancer", load_breast_cancer), ("diabetes", load_diabetes),
    ):  # fmt: skip
        data = load(as_frame=True)
        table = data.frame.copy()
        if "target_names" in data:
            table["target"] = [data.target_names[i] for i in table["target"]]
        found[name] = table
    surface = generators.control_surface()
    inputs = pandas.DataFrame(surface.inputs, columns=["x", "y"])
    found["control surface"] = inputs.assign(z=surface.targets[:, 0])
    return found


def exported(page: Page, name: str, table: pandas.DataFrame, folder: Path) -> dict[str, Path]:
    """Upload a table, train on it, and save the exported files."""
    source = folder / f"{name}.csv"
    table.to_csv(source, index=False)
    page.get_by_role("link", name="Data").click()
    page.get_by_role("radio", name="Your files").click()
    page.locator("input[type=file]").set_input_files(str(source))
    page.get_by_role("button", name="Use this data").click()
    page.get_by_text("now in use").first.wait_for()
    page.get_by_role("link", name="Share").click()
    page.get_by_role("button", name="PNG", exact=True).wait_for()
    wait_until_ready(page)
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_role("button", name="Replay").wait_for(timeout=300_000)
    page.get_by_role("button", name="Stop").wait_for(state="detached", timeout=300_000)
    page.get_by_role("button", name="PNG", exact=True).wait_for()
    wait_until_ready(page)
    saved = {}
    for what, label in FILES.items():
        row = page.locator("[data-testid=stDownloadButton] button")
        if what == "predictions":
            button = row.filter(has_text=re.compile("^CSV, train"))
        else:
            button = row.filter(has_text=re.compile(label))
        with page.expect_download() as download:
            button.first.click()
        saved[what] = folder / f"{name} {download.value.suggested_filename}"
        download.value.save_as(saved[what])
    return saved


def run_onnx(file: Path, raw: Array) -> Array:
    session = onnxruntime.InferenceSession(file.read_bytes())
    kind = np.float32 if "float)" in session.get_inputs()[0].type else np.float64
    (answers,) = session.run(None, {"inputs": raw.astype(kind)})
    return np.asarray(answers, dtype=np.float64)


def run_c(file: Path, raw: Array, n_outputs: int) -> Array:
    library = file.with_suffix(".so")
    compiler = ["gcc", "-std=c99", "-O2", "-shared", "-fPIC", "-o", str(library), str(file), "-lm"]
    subprocess.run(compiler, check=True)
    kind = np.float32 if "const float *inputs" in file.read_text() else np.float64
    number = ctypes.c_float if kind is np.float32 else ctypes.c_double
    function = ctypes.CDLL(str(library)).network
    function.argtypes, function.restype = [ctypes.POINTER(number)] * 2, None
    answers = np.zeros((len(raw), n_outputs), dtype=kind)
    for row, out in zip(np.ascontiguousarray(raw, dtype=kind), answers, strict=True):
        function(
            row.ctypes.data_as(ctypes.POINTER(number)), out.ctypes.data_as(ctypes.POINTER(number))
        )
    return answers.astype(np.float64)


def run_python(file: Path, raw: Array) -> Array:
    space: dict[str, Callable[[list[float]], list[float]]] = {}
    exec(compile(file.read_text(), file.name, "exec"), space)
    return np.array([space["network"](row) for row in raw.tolist()])


def compared(saved: dict[str, Path]) -> dict[str, float]:
    """Return the largest difference of each exported network from the exported predictions."""
    rows = pandas.read_csv(saved["predictions"])
    wanted = rows[[c for c in rows if c.endswith(" predicted")]].to_numpy()
    n_outputs = wanted.shape[1]
    first = next(i for i, name in enumerate(rows) if name.endswith(" predicted"))
    raw = rows.iloc[:, : first - n_outputs].to_numpy(dtype=float)
    runs = {what: run_onnx(saved[what], raw) for what in ("ONNX", "ONNX, float")}
    runs |= {what: run_c(saved[what], raw, n_outputs) for what in ("C", "C, float")}
    runs["Python"] = run_python(saved["Python"], raw)
    size = np.abs(wanted).max()
    return {what: float(np.abs(answers - wanted).max() / size) for what, answers in runs.items()}


def main() -> None:
    """Print one row per data set."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=Path, help="keep a picture of every Share page here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        folder = Path(temporary)
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        with running_app(folder / "log") as server:
            print(f"{'data':16} {'rows':>5} {'inputs':>6}", *(f"{w:>12}" for w in [*FILES][:-1]))
            for name, table in tables().items():
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                page.set_default_timeout(60_000)
                page.goto(server.url)
                page.locator(".workbench [data-part=facts]").filter(has_text="weight").wait_for()
                page.wait_for_load_state("networkidle")
                wait_until_ready(page)
                found = compared(exported(page, name, table, folder))
                print(
                    f"{name:16} {len(table):5} {table.shape[1] - 1:6}",
                    *(f"{found[what]:12.1e}" for what in [*FILES][:-1]), flush=True,
                )  # fmt: skip
                if options.pictures:
                    page.screenshot(path=options.pictures / f"own-{name.replace(' ', '-')}.png")
                page.close()
        browser.close()


if __name__ == "__main__":
    main()
