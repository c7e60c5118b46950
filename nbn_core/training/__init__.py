"""Training: a single run, many trials, and comparisons of rules.

`training` runs a learning rule, to its end or in time slices; `result` has its result;
`early_stopping` measures validation patterns; `trials` trains from many starting weights and
`trials_result` summarises the trials; `comparison` compares rules that were trained from the same
starting weights.
"""

from nbn_core.trace import StopReason
from nbn_core.training.result import TrainingResult
from nbn_core.training.training import Training, train
from nbn_core.training.trials import run_trials
from nbn_core.training.trials_result import Trial, TrialsResult

__all__ = [
    "StopReason",
    "Training",
    "TrainingResult",
    "Trial",
    "TrialsResult",
    "run_trials",
    "train",
]
