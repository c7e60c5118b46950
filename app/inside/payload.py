"""The dissection that the Inside page sends to the browser, as plain JSON values.

A small network is sent whole. Of a larger one, only what is shown is sent: everything about the
chosen neuron, the values and slopes of all neurons, and as much of the rest as fits. Arrays are
sent as base64, see `app.shared.payload.pack`; of symmetric matrices the upper triangle, row by row.
"""

from __future__ import annotations

import base64
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.shared.payload import number, pack
from nbn_core.analysis.dissection import Anatomy, Attempt, PatternAnatomy, RunningSums
from nbn_core.network import Topology
from nbn_core.types import FloatArray, Json

SMALL_WEIGHTS: Final = 40
SMALL_NEURONS: Final = 10
MAX_WEIGHTS_SHOWN: Final = 120  # weights whose part of Q is shown at most
_MAX_FRAMES: Final = 24  # states of Q while the patterns are added
_MAX_FRAME_NUMBERS: Final = 80_000  # numbers in all states of Q together
_MAX_DELTA_NEURONS: Final = 100  # up to which the whole delta matrix is sent
_MAX_ROW_NUMBERS: Final = 16_000  # numbers in the rows of J
_MAX_SOURCES: Final = 24  # sources of a neuron in a formula
_MAX_STEP_NUMBERS: Final = 24_000  # numbers in the steps of all attempts
_MAX_ATTEMPTS: Final = 60

IndexList = list[int]


def is_small(topology: Topology) -> bool:
    """Return whether a network is small enough to show all its numbers."""
    return topology.n_weights <= SMALL_WEIGHTS and topology.n_neurons <= SMALL_NEURONS


def default_neuron(topology: Topology) -> int:
    """Return the neuron shown by default: the last hidden one, or the first output."""
    hidden = [k for k in range(topology.n_neurons) if k not in topology.outputs]
    return hidden[-1] if hidden else topology.outputs[0]


def weights_shown(topology: Topology, neuron: int) -> IndexList:
    """Return the weights whose part of Q is shown: all if they are few, else one neuron's."""
    if topology.n_weights <= MAX_WEIGHTS_SHOWN:
        return list(range(topology.n_weights))
    return weights_of(topology, neuron)[:MAX_WEIGHTS_SHOWN]


def weights_of(topology: Topology, neuron: int) -> IndexList:
    """Return the indices of the weights of one neuron, bias first."""
    begin = sum(1 + len(other.sources) for other in topology.neurons[:neuron])
    return list(range(begin, begin + 1 + len(topology.neurons[neuron].sources)))


def frames(n_patterns: int, p: int, n_shown: int) -> IndexList:
    """Return after how many patterns Q is shown: around pattern p, then evenly up to the last.

    Parameters
    ----------
    n_patterns : int
        Number of patterns.
    p : int
        The pattern shown.
    n_shown : int
        Number of weights whose part of Q is shown.
    """
    fitting = _MAX_FRAME_NUMBERS // (n_shown * (n_shown + 1) // 2)
    count = max(2, min(_MAX_FRAMES, fitting, n_patterns - p))
    later = np.linspace(p + 1, n_patterns, count).round().astype(int)
    return sorted({p, p + 1, *later.tolist()})


def dissection(anatomy: Anatomy, pattern: PatternAnatomy, sums: RunningSums, neuron: int) -> Json:
    """Return all that the stepper shows of one iteration at one pattern.

    Parameters
    ----------
    anatomy : Anatomy
        Dissection of the iteration.
    pattern : PatternAnatomy
        Dissection of the pattern.
    sums : RunningSums
        g and Q while the patterns are added.
    neuron : int
        Index of the neuron that formulas are about.
    """
    topology = anatomy.topology
    return {
        "small": is_small(topology),
        "neuron": neuron,
        "sse": number(anatomy.sse),
        "stop": anatomy.stop.name if anatomy.stop else None,
        "weights": pack(anatomy.weights),
        "pattern": _pattern(topology, pattern, neuron),
        "sums": _sums(anatomy, pattern, sums, neuron),
        "gradient_norm": number(float(np.linalg.norm(anatomy.gradient))),
        "damping": {
            "mu": anatomy.damping.mu_start,
            "factor": anatomy.damping.factor,
            "least": anatomy.damping.mu_min,
            "most": anatomy.damping.mu_max,
            "max_attempts": anatomy.damping.max_attempts,
            "control": anatomy.damping.control,
            "matrix": anatomy.damping.matrix,
            "added": pack(anatomy.added[list(sums.weights)]),
        },
        **_attempts(anatomy),
    }


def _pattern(topology: Topology, pattern: PatternAnatomy, neuron: int) -> Json:
    outputs = topology.n_outputs
    fitting = max(1, min(outputs, _MAX_ROW_NUMBERS // topology.n_weights))
    rows = _delta_rows(topology, neuron, fitting)
    difference = np.abs(pattern.rows - pattern.backward_rows).max(initial=0.0)
    return {
        "targets": pack(pattern.targets),
        "errors": pack(pattern.errors),
        "values": pack(pattern.values),
        "nets": pack(pattern.nets),
        "slopes": pack(pattern.slopes),
        "delta_rows": rows,
        "deltas": pack(pattern.deltas[rows]),
        "outputs_sent": fitting,
        "effects": pack(pattern.effects[:fitting]),
        "backward": pack(pattern.backward_deltas[:fitting]),
        "rows": pack(pattern.rows[:fitting]),
        "backward_rows": pack(pattern.backward_rows[:fitting]),
        "difference": number(float(difference)),
        "sse": number(pattern.sse),
    }


def _delta_rows(topology: Topology, neuron: int, outputs: int) -> IndexList:
    """Return the rows of the delta matrix to send: all, or those for formulas of one neuron."""
    if topology.n_neurons <= _MAX_DELTA_NEURONS:
        return list(range(topology.n_neurons))
    n_inputs = topology.n_inputs
    needed = {neuron, *topology.outputs[: min(outputs, _MAX_SOURCES)]}
    for k in (neuron, topology.outputs[0]):
        sources = [s - n_inputs for s in topology.neurons[k].sources if s >= n_inputs]
        needed.update(sources[:_MAX_SOURCES])
    return sorted(needed)


def _sums(anatomy: Anatomy, pattern: PatternAnatomy, sums: RunningSums, neuron: int) -> Json:
    picked = list(sums.weights)
    rows = pattern.rows[:, picked]
    return {
        "weights": picked,
        "after": list(sums.after),
        "sse": [number(value) for value in sums.sse.tolist()],
        "gradient": pack(sums.gradient),
        "quasi": _single([upper(matrix) for matrix in sums.quasi_hessian]),
        "share": _single(upper(rows.T @ rows)),
        "gradient_share": pack(rows.T @ pattern.errors),
        "g": pack(anatomy.gradient[picked]),
        "diagonal": pack(np.diag(anatomy.quasi_hessian)[picked]),
        "corner": _corner(anatomy.topology, pattern, sums, neuron),
    }


def _corner(topology: Topology, pattern: PatternAnatomy, sums: RunningSums, neuron: int) -> Json:
    """Return one entry of Q at full precision to follow through the sum: the neuron's largest."""
    picked = list(sums.weights)
    rows = pattern.rows[:, picked]
    own_weights = np.array(weights_of(topology, neuron))
    n = int(np.argmax(np.where(np.isin(picked, own_weights), (rows * rows).sum(axis=0), -1.0)))
    own = sums.after.index(pattern.pattern)
    return {
        "weight": picked[n],
        "place": n,
        "parts": [number(value) for value in rows[:8, n].tolist()],
        "before": number(float(sums.quasi_hessian[own, n, n])),
        "share": number(float(rows[:, n] @ rows[:, n])),
        "after": number(float(sums.quasi_hessian[own + 1, n, n])),
    }


def _attempts(anatomy: Anatomy) -> Json:
    attempts = anatomy.attempts
    half = _MAX_ATTEMPTS // 2
    listed = list(range(len(attempts)))
    if len(attempts) > _MAX_ATTEMPTS:
        listed = [*listed[:half], *listed[-half:]]
    fitting = max(2, _MAX_STEP_NUMBERS // len(anatomy.weights))
    whole = set([*listed[: fitting - 2], *listed[-2:]])
    return {
        "attempts_made": len(attempts),
        "attempts": [_attempt(attempts[i], i, whole=i in whole) for i in listed],
    }


def _attempt(attempt: Attempt, i: int, *, whole: bool) -> Json:
    block: Json = {
        "number": i + 1,
        "mu": attempt.mu,
        "part": attempt.part,
        "solved": attempt.step is not None,
        "sse": number(attempt.sse),
        "accepted": attempt.accepted,
        "mu_next": attempt.mu_next,
    }
    if attempt.step is not None:
        block["length"] = number(float(np.linalg.norm(attempt.step)))
    if whole and attempt.step is not None and attempt.weights is not None:
        block |= {"step": pack(attempt.step), "weights": pack(attempt.weights)}
    return block


def upper(matrix: FloatArray) -> FloatArray:
    """Return the upper triangle of a symmetric matrix, row by row."""
    return np.asarray(matrix[np.triu_indices(len(matrix))])


def _single(values: ArrayLike) -> str:
    """Encode numbers as little-endian float32 in base64: seven digits, of which four are shown."""
    with np.errstate(over="ignore"):
        small: NDArray[Any] = np.ascontiguousarray(values, dtype="<f4")
    return base64.b64encode(np.nan_to_num(small).tobytes()).decode("ascii")
