"""Block Levenberg-Marquardt: second-order steps that ignore the off-diagonal blocks of Q.

Q is divided into blocks, each with the weights of one neuron or of one level. Entries between
different blocks are ignored, and each block is solved separately, all with the same mu:

    dw_b = -(Q_bb + mu I)^-1 g_b

The step is controlled in one of two ways. Damping, as published, fails on hard problems: the blocks
step simultaneously and overshoot, and mu rises until each block does plain gradient descent. A line
search halves the length of the joint step instead and keeps the curvature. With it, blocks by level
work on wide networks, less well on networks that are just large enough for their problem; blocks by
neuron work on easy problems only. A single block of all weights with the line search is NBN with
another step control.

NBN itself uses no blocks: it assembles all of Q, neuron by neuron.

References
----------
Abreu, Vyas, Kakade & Morwani, arXiv 2510.09378: layer-wise Gauss-Newton for large models.
The line search is our own, measured for this lab.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nbn_core.rules.base import SECOND_ORDER, Uses
from nbn_core.rules.common_options import DAMPING, damping
from nbn_core.rules.engines.gauss_newton import train_by_line_search, train_damped
from nbn_core.rules.engines.normal_equations import Equations
from nbn_core.rules.engines.python_loop import LoopState
from nbn_core.rules.families import PythonRule
from nbn_core.rules.option import Option


class BlockLM(PythonRule):
    """Levenberg-Marquardt with the diagonal blocks of Q only, by level or by neuron.

    Each block is solved for its own weights, all with the same damping; coupling between blocks is
    ignored. Abreu et al., arXiv 2510.09378 (layer-wise Gauss-Newton).
    """

    name = "block_lm"
    title = "Block Levenberg–Marquardt"
    abbreviation = "Block LM"
    family = SECOND_ORDER
    options = (
        Option(
            "blocks", "Blocks", "level", choices=("level", "neuron", "full"), main=True,
            choice_titles=("By level", "By neuron", "All weights"),
            help="Weights that form one block of Q: those of a level, of a neuron, or all.",
        ),
        Option(
            "control", "Step control", "line_search", choices=("line_search", "damping"), main=True,
            help="Line search: the joint step is halved until the error falls. Damping: the whole "
            "step, or none and a larger damping.",
        ),
        *DAMPING,
    )  # fmt: skip
    uses = Uses(weight_transpose=True)
    meant_for = "Any wiring; in a full cascade every level is one neuron."
    usual_iterations = 500
    kernels = "block_lm"

    def walk(
        self, state: LoopState, target_sse: float, settings: Mapping[str, Any]
    ) -> Iterator[None]:
        """Divide Q into blocks, solve each, and control the joint step."""
        equations = Equations(state.objective, settings["blocks"])
        control = train_damped if settings["control"] == "damping" else train_by_line_search
        return control(state, equations, target_sse, damping(settings))
