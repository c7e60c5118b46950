"""Experiment: the one value everything else follows from, and its JSON.

    Experiment = topology + data + rule and its settings + starting weights + stopping

The same Experiment trains to bit-identical weights in any process and thread of one machine.
Its JSON is canonical (sorted keys, no blanks, the shortest text that gives back each float), so
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
needed and no other is allowed: a changed default or a lost key must never turn an old file into
another experiment without a word. Files of earlier versions are read as what they meant then, and
one without "patience", which is written only when above 0, never stops early.

`value` is the whole; `data` and `start` are its parts, with `nbn_core.data.split`; `reading` and
`versions` turn a file of any version into one, `link` writes and reads links. `checks`, `jsontext`
and `byte_cache` serve all of them.
"""

from nbn_core.data.split import Parts
from nbn_core.experiment import link
from nbn_core.experiment.data import OwnData, ProblemData
from nbn_core.experiment.jsontext import MAX_JSON
from nbn_core.experiment.reading import FORMAT, VERSION
from nbn_core.experiment.start import MAX_ITERATIONS, GivenStart, SeededStart, Stopping
from nbn_core.experiment.value import MAX_DRAWING, Experiment

__all__ = [
    "FORMAT",
    "MAX_DRAWING",
    "MAX_ITERATIONS",
    "MAX_JSON",
    "VERSION",
    "Experiment",
    "GivenStart",
    "OwnData",
    "Parts",
    "ProblemData",
    "SeededStart",
    "Stopping",
    "link",
]
