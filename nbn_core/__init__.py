"""The numerics of NBN Lab: networks as graphs, second-order NBN training, a record of every step.

from nbn_core import Topology, generators, train

result = train(Topology.mlp([2, 8, 8, 1]), generators.playground_spiral(), seed=1)
print(result.stop.sentence, result.sse)
"""

from nbn_core import errors, generators
from nbn_core.data import Dataset
from nbn_core.errors import NBNError
from nbn_core.experiment import Experiment, link
from nbn_core.network import (
    ACTIVATIONS,
    SCHEMES,
    Activation,
    Network,
    Neuron,
    Topology,
    initial_weights,
)
from nbn_core.objective import NormalEquations, Objective, starting_weights
from nbn_core.rules import RULES
from nbn_core.rules.damping import Damping
from nbn_core.studies import Study, StudyResult, run_study
from nbn_core.trace import Iteration, StopReason, Trace
from nbn_core.training import Training, TrainingResult, Trial, TrialsResult, run_trials, train
from nbn_core.warmup import is_warm, warm_up

__all__ = [
    "ACTIVATIONS",
    "RULES",
    "SCHEMES",
    "Activation",
    "Damping",
    "Dataset",
    "Experiment",
    "Iteration",
    "NBNError",
    "Network",
    "Neuron",
    "NormalEquations",
    "Objective",
    "StopReason",
    "Study",
    "StudyResult",
    "Topology",
    "Trace",
    "Training",
    "TrainingResult",
    "Trial",
    "TrialsResult",
    "errors",
    "generators",
    "initial_weights",
    "is_warm",
    "link",
    "run_study",
    "run_trials",
    "starting_weights",
    "train",
    "warm_up",
]
