"""All learning rules by name, in the order of menus."""

from nbn_core.checks import shown
from nbn_core.errors import SettingError
from nbn_core.rules.adam import Adam
from nbn_core.rules.base import LearningRule
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


def rule_called(name: object) -> LearningRule:
    """Return the rule with a name, which may be anything that a file or a caller gives.

    Parameters
    ----------
    name : object
        Key of `RULES`.

    Returns
    -------
    LearningRule
        The rule.

    Raises
    ------
    SettingError
        If there is no rule of this name.
    """
    if not isinstance(name, str) or name not in RULES:
        raise SettingError(
            f"There is no learning rule called {shown(name)}: choose one of {', '.join(RULES)}."
        )
    return RULES[name]


def register(rule: LearningRule) -> None:
    """Add a rule of your own to `RULES`, for this process.

    From then on it can be trained by its name, and the app offers it in its menus and forms.

    Parameters
    ----------
    rule : LearningRule
        Rule to add; its name must not be in use.

    Raises
    ------
    SettingError
        If there is a rule of this name already.
    """
    if rule.name in RULES:
        raise SettingError(
            f"There is a learning rule {shown(rule.name)} already: give yours another name."
        )
    RULES[rule.name] = rule
