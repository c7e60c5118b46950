"""Training: one run, many trials, and comparisons of them.

`training` runs a learning rule, at once or in slices; `result` is what a training ends with;
`early_stopping` watches validation patterns;
`trials` trains from many starts and `trials_result` sums them up; `comparison` compares rules on
the same starts.
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
