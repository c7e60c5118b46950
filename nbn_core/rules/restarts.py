"""NBN with restarts: training that is stuck starts again from new weights.

With a second-order rule, some tens of iterations show whether a start leads to a solution. When the
SSE has decreased by less than a given share over a given number of iterations, or the damping has
reached its limit, new weights are drawn between -1 and 1, and training continues. The trace shows
the jumps. On small networks, where many starts fail, restarts turn the success rate into a cost:
the work until the first start that succeeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from nbn_core.network import initial_weights
from nbn_core.rules.base import SECOND_ORDER, Uses
from nbn_core.rules.common_options import DAMPING, NOISE_SEED, damping
from nbn_core.rules.engines.gauss_newton import Restart, train_damped
from nbn_core.rules.engines.normal_equations import Equations
from nbn_core.rules.engines.python_loop import LoopState
from nbn_core.rules.families import PythonRule
from nbn_core.rules.option import Option


class Restarts(PythonRule):
    """NBN with the published step control that draws new weights when it is stuck.

    It is stuck when the SSE fell by less than a given share over a given number of iterations, or
    when the damping reached its limit.
    """

    name = "nbn_restarts"
    title = "NBN with restarts"
    family = SECOND_ORDER
    options = (
        Option(
            "patience", "Patience, iterations", 20, 1, 100_000, short="Patience", main=True,
            help="Iterations over which the decrease of the SSE is judged.",
        ),
        Option(
            "least", "Minimum decrease of the SSE", 0.1, 0.0, 1.0, short="Min. decrease",
            help="Share by which the SSE must decrease over these iterations; otherwise new "
            "weights are drawn.",
        ),
        NOISE_SEED,
        *DAMPING,
    )  # fmt: skip
    uses = Uses(weight_transpose=True)
    meant_for = "Any wiring, up to some thousand weights."
    usual_iterations = 2000
    kernels = "block_lm"

    def walk(
        self, state: LoopState, target_sse: float, settings: Mapping[str, Any]
    ) -> Iterator[None]:
        """Train, and draw new weights when stuck."""
        topology = state.objective.topology
        seeds = np.random.default_rng(settings["noise_seed"])

        def draw(number: int) -> Any:
            return initial_weights(topology, seed=int(seeds.integers(2**53)))

        restart = Restart(draw, settings["patience"], settings["least"])
        return train_damped(
            state, Equations(state.objective), target_sse, damping(settings), restart
        )
