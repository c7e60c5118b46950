"""The learning rules, by name.

`base` is the protocol of a rule, `option` a setting, `common_options` the settings that several
rules have, `families` the two classes from which most rules derive, `damping` the damping that NBN
adds to Q. Every rule has its own file; `engines` run the rules. `registry` lists them in the order
of menus.
"""

from nbn_core.rules.base import LearningRule, RuleState, Uses
from nbn_core.rules.families import FirstOrder, PythonRule
from nbn_core.rules.nbn import NBN
from nbn_core.rules.option import Option
from nbn_core.rules.registry import RULES, register, rule_called

__all__ = [
    "NBN",
    "RULES",
    "FirstOrder",
    "LearningRule",
    "Option",
    "PythonRule",
    "RuleState",
    "Uses",
    "register",
    "rule_called",
]
