"""NoProp-DT over one block of patterns: the gradient of a stage, and the prediction by all stages.

Every stage is the drawn network with M more inputs behind its own, for the noisy targets. All
stages have the same connections; each has its own row of weights. The method is described in
`nbn_core.rules.noprop`.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from numba import njit

from nbn_core.kernels.backprop import (
    Graph,
    backward_block,
    compare_block,
    gradient_block,
    load_block,
    run_block,
)
from nbn_core.kernels.cache import ENTRY, INNER
from nbn_core.kernels.epochs import KEY, KIND, Options
from nbn_core.kernels.forward import BLOCK
from nbn_core.kernels.noise import fill_normal, mixed
from nbn_core.types import FloatArray, IndexArray, IntArray

# Values of KIND: prediction without or with noise
STILL, NOISY = range(2)


class Workspace(NamedTuple):
    """Work space for one block of B = BLOCK patterns of a stage with K neurons and I+M inputs.

    Attributes
    ----------
    values, slopes, direct, signals, factors, picks : arrays
        The same as in `directions.Workspace`.
    noise : (M B,) float64
        Random numbers of the block.
    natural_order : (P,) int64
        0, 1, ..., P-1.
    """

    values: FloatArray
    slopes: FloatArray
    direct: FloatArray
    signals: FloatArray
    factors: FloatArray
    picks: IndexArray
    noise: FloatArray
    natural_order: IntArray


class Schedule(NamedTuple):
    """Noise schedule: the signal share of each stage, and the coefficients between stages.

    Attributes
    ----------
    known : (T+1,) float64
        Signal shares ab_0..ab_T.
    new, old, noise : (T,) float64
        Coefficients a_t, b_t and sqrt(c_t) for t = 1..T.
    mean, spread : (M,) float64
        Mean and standard deviation of the targets.
    """

    known: FloatArray
    new: FloatArray
    old: FloatArray
    noise: FloatArray
    mean: FloatArray
    spread: FloatArray


@njit(**INNER)
def put_noisy(schedule, data, start, count, known, key, noise, values):
    """Write z = sqrt(known) u + sqrt(1 - known) noise behind the inputs, u the scaled target."""
    mean, spread = schedule.mean, schedule.spread
    targets, order = data.targets, data.order
    n_inputs = data.inputs.shape[1]
    n_outputs = mean.shape[0]
    fill_normal(key, noise, n_outputs * count)
    clear = math.sqrt(known)
    blurred = math.sqrt(1.0 - known)
    for m in range(n_outputs):
        row = values[n_inputs + m]
        for p in range(count):
            scaled = (targets[order[start + p], m] - mean[m]) / spread[m]
            row[p] = clear * scaled + blurred * noise[m * count + p]
        for p in range(count, BLOCK):
            row[p] = 0.0


@njit(**INNER)
def train_stage(
    graph, successors, data, workspace, schedule, weights, stage, key, start, count, gradient
):
    """Add the gradient of one stage over one block, with new noise."""
    values, slopes = workspace.values, workspace.slopes
    n_inputs = data.inputs.shape[1] + data.targets.shape[1]
    load_block(data.inputs, data.order, start, count, values)
    known = schedule.known[stage]
    put_noisy(schedule, data, start, count, known, key, workspace.noise, values)
    run_block(graph, weights, n_inputs, count, values, slopes)
    compare_block(
        graph.target_index, graph.target_index.shape[0], data.targets, data.order, start, count,
        n_inputs, values, workspace.direct,
    )  # fmt: skip
    backward_block(successors, graph.target_index, weights, count, workspace)
    gradient_block(graph.first, graph.sources, values, workspace.signals, count, gradient)


@njit(**ENTRY)
def predict_block(
    graph, inputs, order, workspace, schedule, options, stages, start, count, denoised
):
    """Denoise one block by all stages, starting from zeros or from noise.

    Parameters
    ----------
    graph, workspace, schedule, options : tuples
        The fields of `Graph`, `Workspace`, `Schedule` and `epochs.Options`.
    inputs, order : (P, I) float64, (P,) int64
        Inputs, and the order in which blocks take them.
    stages : (T, N) float64
        Weights of every stage.
    start, count : int
        First pattern and number of patterns of the block.
    denoised : (T+1, M, BLOCK) float64
        Estimates z after every stage, scaled as u, written.
    """
    graph = Graph(*graph)
    workspace = Workspace(*workspace)
    schedule = Schedule(*schedule)
    options = Options(*options)
    denoise(
        graph, inputs, order, workspace, schedule, options.choices, stages, start, count, denoised
    )


@njit(**INNER)
def denoise(graph, inputs, order, workspace, schedule, choices, stages, start, count, denoised):
    """Denoise one block by all stages: `predict_block` for records."""
    outputs = graph.outputs
    values, slopes, noise = workspace.values, workspace.slopes, workspace.noise
    _, new, old, blurred, mean, spread = schedule
    n_inputs = inputs.shape[1]
    n_outputs = mean.shape[0]
    nodes = n_inputs + n_outputs
    noisy = choices[KIND] == NOISY
    load_block(inputs, order, start, count, values)
    for stage in range(new.shape[0] + 1):
        if noisy:
            key = mixed(mixed(mixed(choices[KEY], -2), stage), start)
            fill_normal(key, noise, n_outputs * count)
        for m in range(n_outputs):
            row = values[n_inputs + m]
            if stage == 0:
                for p in range(count):
                    row[p] = noise[m * count + p] if noisy else 0.0
                for p in range(count, BLOCK):
                    row[p] = 0.0
            else:
                answer = values[nodes + outputs[m]]
                for p in range(count):
                    scaled = (answer[p] - mean[m]) / spread[m]
                    row[p] = new[stage - 1] * scaled + old[stage - 1] * row[p]
                    if noisy:
                        row[p] += blurred[stage - 1] * noise[m * count + p]
            for p in range(count):
                denoised[stage, m, p] = row[p]
        if stage < new.shape[0]:
            run_block(graph, stages[stage], nodes, count, values, slopes)


@njit(**INNER)
def output(schedule, denoised, m, p):
    """Return output m of pattern p: the last z in units of the targets."""
    known = schedule.known
    last = known.shape[0] - 1
    return schedule.mean[m] + schedule.spread[m] * denoised[last, m, p] / math.sqrt(known[last])
