"""Block Levenberg-Marquardt: what is left of second order without the off-diagonal blocks.

Q is cut into blocks, the weights of one neuron or of one level; what couples different blocks is
thrown away, and every block is solved for itself, all with the same mu:

    dw_b = -(Q_bb + mu I)^-1 g_b

Two ways to control the step. Damping, as published, fails on hard problems: the blocks step at once
and overshoot, mu rises until every block is plain gradient descent. A line search halves the length
of the joint step instead and keeps the curvature: then blocks by level work on wide networks, and
fade as networks get tighter. Blocks by neuron work on easy problems only. One block of all weights
with the line search is NBN with another control of its step.

NBN itself is none of these: it builds the whole Q, neuron by neuron.

References
----------
Abreu, Vyas, Kakade & Morwani, arXiv 2510.09378: layer-wise Gauss-Newton for large models.
The line search is our own, measured for this lab.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from nbn_core.rules.base import DAMPING, Option, PythonRule, Uses, damping
from nbn_core.rules.engines.gauss_newton import Equations, train_by_line_search, train_damped
from nbn_core.rules.engines.python_loop import LoopState


class BlockLM(PythonRule):
    """The rule."""

    name = "block_lm"
    title = "Block Levenberg–Marquardt"
    options = (
        Option("blocks", "Blocks", "level", choices=("level", "neuron", "full")),
        Option("control", "Step control", "line_search", choices=("line_search", "damping")),
        *DAMPING,
    )
    uses = Uses(weight_transpose=True)
    meant_for = "Any wiring; in a full cascade every level is one neuron."

    def walk(
        self, state: LoopState, target_sse: float, settings: Mapping[str, Any]
    ) -> Iterator[None]:
        """Cut, solve each block, control the joint step."""
        equations = Equations(state.objective, settings["blocks"])
        control = train_damped if settings["control"] == "damping" else train_by_line_search
        return control(state, equations, target_sse, damping(settings))
