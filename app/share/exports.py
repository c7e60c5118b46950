"""Everything that can be exported: what each file is for, its name, and how it is written."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Final

import numpy as np

from app.figures.layout import Place
from app.figures.palette import LIGHT, Palette
from app.figures.portrait import portrait
from app.session.view import CurrentView
from app.share.export_file import BINARY, CSV, JSON, SMALL_FILE, TEXT, ExportGroup, File, Row
from app.share.report import report
from app.share.words import caption
from nbn_core import formats
from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment, Parts, ProblemData, Workspace
from nbn_core.formats.export_checks import Precision
from nbn_core.network import Topology
from nbn_core.objective import NormalEquations, Objective
from nbn_core.trace import Trace

PRECISIONS: Final[tuple[Precision, Precision]] = ("double", "float")
UNITS: Final = "inputs and outputs in original units"


@dataclass(frozen=True, slots=True)
class Exports:
    """All files of one experiment at one iteration."""

    shown: CurrentView
    places: Mapping[str, Place]
    beside: Workspace | None = None
    PICTURE: ClassVar[str] = "Drawing"

    def groups(self) -> list[ExportGroup]:
        """Return all groups, in the order of the page."""
        return [self._experiment(), self._network(), self._trained(), self._numbers()]

    def drawing(self, palette: Palette = LIGHT) -> str:
        """Return the network as SVG, with the weights of the iteration shown; light by default."""
        now = self.shown
        return portrait(
            now.experiment.topology, now.weights, palette, caption=caption(now), drawn=self.places
        )

    def file(
        self, label: str, ending: str, write: Callable[[], str | bytes], numbers: int = 0,
        mime: str = TEXT, *, at: bool = True, computed: bool = False,
    ) -> File:  # fmt: skip
        """Describe a file; `at` is whether its contents depend on the iteration shown."""
        now = self.shown
        name = stem(now.experiment) + (f"-iteration-{now.iteration}" if at else "") + ending
        key = ("share", now.experiment, now.trace is None, now.k, now.last, name)
        size = numbers or now.experiment.topology.n_weights
        return File(label, name, mime, size, key, write, computed)

    def _experiment(self) -> ExportGroup:
        now, experiment = self.shown, self.shown.experiment
        train, _ = experiment.datasets()
        size = train.inputs.size + train.targets.size
        own = 0 if isinstance(experiment.data, ProblemData) else 3 * size
        whole = experiment if self.beside is None else replace(self.beside, experiment=experiment)
        json = self.file("JSON", ".json", whole.to_json, own, JSON, at=False)
        if isinstance(whole, Workspace):
            kept = (whole.shelf, whole.race, whole.sweep)
            json = replace(json, key=(*json.key, repr(_plain(kept))))
        page = self.file(
            "HTML", ".html", lambda: report(now, self.places), SMALL_FILE + 1, "text/html"
        )
        dat = self.file("NBN .dat", ".dat", lambda: formats.write_dat(train), size, at=False)
        return ExportGroup(
            "Experiment",
            (
                Row(
                    "Experiment",
                    "Everything in one file: network, data, rule and seed. Can be imported here "
                    "and in nbn_core.",
                    (json,),
                ),
                Row(
                    "Report",
                    "One page to print or hand in: what was trained, the results, and figures. Can "
                    "be imported here too.",
                    (page,),
                ),
                Row(
                    "Training data",
                    "For the NBN programs: inputs, then targets, scaled as the network sees them.",
                    (dat,),
                ),
            ),
        )

    def _network(self) -> ExportGroup:
        now = self.shown
        topology, weights = now.experiment.topology, now.weights
        data = stem(now.experiment) + ".dat"
        svg = self.file("SVG", ".svg", self.drawing, mime="image/svg+xml")
        nbn = self.file("NBN .in", ".in", lambda: formats.write_in(topology, weights, data))
        matlab = self.file("Matlab", ".m", lambda: formats.write_matlab(topology, weights))
        pynbn = self.file("pyNBN", "-pynbn.txt", lambda: formats.write_pynbn(topology, weights))
        xml = self.file(
            "GraphML", ".graphml", lambda: formats.write_graphml(topology, weights),
            mime="application/xml",
        )  # fmt: skip
        nodes = self.file(
            "Node-link JSON", "-graph.json", lambda: formats.write_node_link(topology, weights),
            mime=JSON,
        )  # fmt: skip
        return ExportGroup(
            "Network",
            (
                Row(self.PICTURE, "For slides and papers, with every weight in colour.", (svg,)),
                Row(
                    "Topology file",
                    f"For the NBN programs of Wilamowski and Yu; put {data} in the same folder.",
                    (nbn,),
                ),
                Row(
                    "Topology vectors",
                    "For the Matlab NBN trainer and for pyNBN.",
                    (matlab, pynbn),
                ),
                Row("Graph", "For networkx, Gephi, yEd and other graph tools.", (xml, nodes)),
            ),
        )

    def _trained(self) -> ExportGroup:
        now = self.shown
        trained = labelled(now.experiment), now.weights, now.experiment.scaling
        classes = classes_of(now.experiment)
        onnx = [
            self.file(
                label, ending, partial(formats.write_onnx, *trained, precision, classes),
                mime=BINARY,
            )
            for label, ending, precision in zip(
                ("ONNX", "ONNX, float"), (".onnx", "-float.onnx"), PRECISIONS, strict=True
            )
        ]  # fmt: skip
        python = self.file(
            "Python", ".py", partial(formats.write_python, *trained, "network", classes),
            mime="text/x-python",
        )  # fmt: skip
        named = function_name(now.experiment)
        c = [
            self.file(
                label, ending,
                partial(formats.write_c, *trained, named, precision, classes),
            )
            for label, ending, precision in zip(
                ("C, double", "C, float"), (".c", "-float.c"), PRECISIONS, strict=True
            )
        ]  # fmt: skip
        c += [
            self.file(
                label, ending, partial(formats.write_c_header, named, precision), SMALL_FILE,
                at=False,
            )
            for label, ending, precision in zip(
                ("header, double", "header, float"), (".h", "-float.h"), PRECISIONS, strict=True
            )
        ]  # fmt: skip
        return ExportGroup(
            "Trained network",
            (
                Row("ONNX", f"For any ONNX runtime; {UNITS}.", tuple(onnx)),
                Row("Python", f"One function without dependencies; {UNITS}.", (python,)),
                Row(
                    "C99",
                    f"One function, {named}, without heap memory, for microcontrollers; {UNITS}.",
                    tuple(c),
                ),
            ),
        )

    def _numbers(self) -> ExportGroup:
        now, n = self.shown, self.shown.experiment.topology.n_weights
        listed = self.file(
            "CSV", "-weights.csv",
            lambda: formats.write_weights_csv(now.experiment.topology, now.weights), mime=CSV,
        )  # fmt: skip
        matrix = self.file("CSV", "-q.csv", self._matrix, n * n, CSV, computed=True)
        arrays = self.file("NPZ", "-q.npz", self._arrays, n * n, BINARY, computed=True)
        rows = [
            Row(
                "Weights", "One weight per row, with the names of the nodes it connects.", (listed,)
            ),
            *self._training(),
            self._predictions(now.experiment.data.raw_parts()),
            Row(
                "Quasi-Hessian",
                "The matrix Q at these weights, with named rows and columns; NPZ also has the "
                "gradient.",
                (matrix, arrays),
            ),
        ]
        return ExportGroup("Numbers", tuple(rows))

    def _training(self) -> list[Row]:
        trace, validation = self.shown.trace, self.shown.validation
        if trace is None:
            return []
        table = self.file(
            "CSV", "-trace.csv", lambda: formats.write_trace_csv(trace, validation),
            8 * len(trace), CSV, at=False,
        )  # fmt: skip
        arrays = self.file(
            "NPZ", "-trace.npz", lambda: formats.write_trace_npz(trace, validation),
            trace.weights.size, BINARY, at=False,
        )  # fmt: skip
        text = (
            f"Error, damping and time of {self._rows_of(trace)}; NPZ also has the weights of each."
        )
        return [Row("Training", text, (table, arrays))]

    def _rows_of(self, trace: Trace) -> str:
        every = plural(self.shown.last_iteration, "iteration")
        if self.shown.last == self.shown.last_iteration:
            return f"all {every}"
        return f"{len(trace):,} of {every}, those that the rule records"

    def _predictions(self, parts: Parts) -> Row:
        files = [
            self.file(
                f"CSV, {what}" if parts.test is not None else "CSV", f"-predictions-{what}.csv",
                partial(self._predicted, part), part.inputs.size + 2 * part.targets.size, CSV,
                computed=True,
            )
            for part, what in zip(parts, ("train", "validation", "test"), strict=True)
            if part is not None
        ]  # fmt: skip
        text = "Inputs, targets and outputs, pattern by pattern, in original units."
        return Row("Predictions", text, tuple(files))

    def _predicted(self, part: Dataset) -> str:
        now = self.shown
        outputs = now.experiment.predict(now.weights, part.inputs)
        return formats.write_predictions_csv(part, outputs, classes_of(now.experiment))

    def _equations(self) -> NormalEquations:
        now = self.shown
        objective = Objective(now.experiment.topology, now.experiment.datasets()[0])
        return objective.normal_equations(now.weights)

    def _matrix(self) -> str:
        topology = self.shown.experiment.topology
        return formats.write_matrix_csv(topology, self._equations().quasi_hessian)

    def _arrays(self) -> bytes:
        sse, gradient, quasi_hessian = self._equations()
        return formats.write_npz(
            {
                "quasi_hessian": quasi_hessian, "gradient": gradient,
                "weights": self.shown.weights, "sse": np.float64(sse),
            }
        )  # fmt: skip


def labelled(experiment: Experiment) -> Topology:
    """Return the network with the column names of its data, if they are valid names of nodes."""
    topology, data = experiment.topology, experiment.data
    if isinstance(data, ProblemData):
        return topology
    names = list(topology.names)
    names[: topology.n_inputs] = data.dataset.input_names
    for k, name in zip(topology.outputs, data.dataset.target_names, strict=True):
        names[topology.n_inputs + k] = name
    try:
        return replace(topology, names=tuple(names))
    except NBNError:
        return topology


def classes_of(experiment: Experiment) -> tuple[DataColumn, ...]:
    """Return the columns that the targets were encoded from; empty for a built-in problem."""
    data = experiment.data
    return () if isinstance(data, ProblemData) else tuple(data.target_columns)


def function_name(experiment: Experiment) -> str:
    """Return a name of the C function that tells networks of different data apart."""
    return f"{'network_' + stem(experiment).replace('-', '_'):.31}".rstrip("_")


def stem(experiment: Experiment) -> str:
    """Return the beginning of file names: the name of the data in letters, digits and dashes."""
    data = experiment.data
    name = data.name if isinstance(data, ProblemData) else data.dataset.name
    bare = re.sub(r"\.(csv|tsv|txt|dat|xlsx|parquet)$", "", name.lower())
    plain = re.sub(r"[^a-z0-9]+", "-", bare).strip("-")[:40].strip("-")
    return plain or "own-data"


def _plain(kept: tuple[Any, ...]) -> list[Any]:
    shelf, race, sweep = kept
    return [one.to_dict() for one in (*shelf, race, sweep) if one is not None]
