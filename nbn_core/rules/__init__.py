"""The learning rules, by name.

`base` is the protocol of a rule; one file a rule; `damping` says how NBN reacts to success;
`engines` run the rules. `RULES` lists them in the order in which they are shown.
"""

from nbn_core.rules.adam import Adam
from nbn_core.rules.base import FirstOrder, LearningRule, Option, PythonRule, RuleState, Uses
from nbn_core.rules.block_lm import BlockLM
from nbn_core.rules.block_local import BlockLocal
from nbn_core.rules.cascade_correlation import CascadeCorrelation
from nbn_core.rules.dfa import DirectFeedback
from nbn_core.rules.ebp import EBP
from nbn_core.rules.forward_forward import ForwardForward
from nbn_core.rules.forward_gradient import ForwardGradient
from nbn_core.rules.gd import GradientDescent, Momentum
from nbn_core.rules.lbfgs import LBFGS
from nbn_core.rules.lm import LM
from nbn_core.rules.mono_forward import MonoForward
from nbn_core.rules.nbn import NBN
from nbn_core.rules.noprop import NoProp
from nbn_core.rules.predictive_coding import PredictiveCoding
from nbn_core.rules.restarts import Restarts
from nbn_core.rules.rprop import Rprop
from nbn_core.rules.zeroth_order import SPSA, HiZOO

_ALL: tuple[LearningRule, ...] = (
    NBN(),
    LM(),
    BlockLM(),
    Restarts(),
    EBP(),
    GradientDescent(),
    Momentum(),
    Adam(),
    Rprop(),
    LBFGS(),
    ForwardForward(),
    MonoForward(),
    BlockLocal(),
    NoProp(),
    DirectFeedback(),
    ForwardGradient(),
    SPSA(),
    HiZOO(),
    PredictiveCoding(),
    CascadeCorrelation(),
)
RULES: dict[str, LearningRule] = {rule.name: rule for rule in _ALL}

__all__ = [
    "NBN",
    "RULES",
    "FirstOrder",
    "LearningRule",
    "Option",
    "PythonRule",
    "RuleState",
    "Uses",
]
