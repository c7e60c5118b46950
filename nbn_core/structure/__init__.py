"""Networks that grow, shrink and rewire while they are trained.

reshaping       Reshaping: a training in which connections and neurons are born and die
steps           Prune, Grow, Rewire, Train, Back, Repeat: what a reshaping is asked to do
path            Event and PathPoint: what it reports
wiring          Wired: a network with its weights, and changes of its connections by name
pruning         the least salient connections or neurons, and their removal
growth          a neuron by covariance, at random, by division of another one, or as a dendrite
rewiring        connections moved to other places: SET, RigL, CHT
candidates      candidates for a new neuron, trained to covary with errors
error_signals   values and error signals of all neurons, pattern by pattern

Saliency itself is computed by `nbn_core.analysis.saliency`.
"""

from nbn_core.analysis.saliency import MEASURES, Saliency, saliencies
from nbn_core.structure.growth import GROWTHS
from nbn_core.structure.path import Event, PathPoint
from nbn_core.structure.pruning import Prediction, pruned
from nbn_core.structure.reshaping import Reshaping
from nbn_core.structure.rewiring import REWIRINGS
from nbn_core.structure.steps import Back, Grow, Prune, Repeat, Rewire, Step, Train
from nbn_core.structure.wiring import Wired

__all__ = [
    "GROWTHS",
    "MEASURES",
    "REWIRINGS",
    "Back",
    "Event",
    "Grow",
    "PathPoint",
    "Prediction",
    "Prune",
    "Repeat",
    "Reshaping",
    "Rewire",
    "Saliency",
    "Step",
    "Train",
    "Wired",
    "pruned",
    "saliencies",
]
