"""Experiment: everything that determines a training, as one value, and its JSON.

    Experiment = topology + data + rule and its settings + starting weights + stopping

The same Experiment trains to bit-identical weights in every process and thread of one machine. Its
JSON is canonical (sorted keys, no blanks, the shortest text that represents each float exactly), so
that equal experiments have equal text:

    {"format": "nbn-lab-experiment", "version": 2,
     "topology": {...},                                        see `Topology.to_dict`
     "data": {"kind": "problem", "name", "parameters", "split"}
          or {"kind": "own", "dataset": {"name", "kind", "inputs", "targets"},
              "columns": {"inputs": [{"name", "classes"}], "targets": [{"name", "classes"}]},
              "scaling": {"inputs", "targets"}, "split"},
     "rule": {"name", "settings"},
     "start": {"kind": "seeded", "scheme", "seed"} or {"kind": "given", "weights": [...]},
     "stopping": {"target_sse", "max_iterations", "patience"},
     "drawing": {...} or null}

with "split": {"train_share", "validation_share", "seed", "stratified"}. Every key but "patience" is
required, and no other is allowed: a changed default or a lost key must never silently turn an old
file into a different experiment. The keys "shelf", "race" and "sweep" of `extras` may follow: kept
drawings, lanes and forms, which change nothing in what is trained; an `Experiment` is read without
them, a `Workspace` with them. Files of earlier versions keep the meaning they had; a file
without "patience", which is written only if it is above 0, has no early stopping.

`value` holds the class `Experiment`, `workspace` the class `Workspace`. The parts of an experiment
are in `data` (built-in problems), `own_data`, `start`, `drawing` and `nbn_core.data.split`; what is
kept beside it is in `kept_drawing`, `race_setup` and `sweep_setup`, read by `extras`. `reading` and
`versions` read files of every version; `link` writes and reads links. `checks`,
`jsontext` and `byte_cache` are helpers of the others.
"""

from nbn_core.data.split import Parts
from nbn_core.experiment import link
from nbn_core.experiment.data import ProblemData
from nbn_core.experiment.drawing import MAX_DRAWING
from nbn_core.experiment.jsontext import MAX_JSON
from nbn_core.experiment.kept_drawing import KeptDrawing
from nbn_core.experiment.own_data import OwnData
from nbn_core.experiment.race_setup import NetworkChoice, RaceLane, RaceSetup
from nbn_core.experiment.reading import FORMAT, VERSION
from nbn_core.experiment.start import MAX_ITERATIONS, GivenStart, SeededStart, Stopping
from nbn_core.experiment.sweep_setup import SweepSetup
from nbn_core.experiment.value import Experiment
from nbn_core.experiment.workspace import Workspace

__all__ = [
    "FORMAT",
    "MAX_DRAWING",
    "MAX_ITERATIONS",
    "MAX_JSON",
    "VERSION",
    "Experiment",
    "GivenStart",
    "KeptDrawing",
    "NetworkChoice",
    "OwnData",
    "Parts",
    "ProblemData",
    "RaceLane",
    "RaceSetup",
    "SeededStart",
    "Stopping",
    "SweepSetup",
    "Workspace",
    "link",
]
