"""One-shot evaluations: values of all nodes, SSE, Jacobian, normal equations."""

from numba import njit

from nbn_core.kernels.accumulate import add_block, clear_sums, complete_sums
from nbn_core.kernels.forward import (
    BLOCK,
    delta_block,
    error_block,
    forward_block,
    jacobian_block,
    weigh_deltas,
)
from nbn_core.kernels.vectors import WIDTH


@njit(cache=True, nogil=True, error_model="numpy")
def run_forward(structure, data, weights, values, slopes, errors, nodes):
    """Return the SSE, and write the value of every node for every pattern into nodes (P, I+K).

    Without targets (0, M) there is no SSE; nodes may be empty.
    """
    first, sources, codes, gains, leaks, outputs = structure
    inputs, targets, roots = data
    sse = 0.0
    n_patterns, n_inputs = inputs.shape
    for start in range(0, n_patterns, BLOCK):
        count = min(BLOCK, n_patterns - start)
        forward_block(
            first, sources, codes, gains, leaks, weights, inputs, start, count, values, slopes
        )
        if targets.shape[0] > 0:
            for m in range(outputs.shape[0]):
                sse += error_block(
                    outputs, targets, roots, start, count, n_inputs, values, m, errors[m]
                )
        if nodes.shape[0] > 0:
            for i in range(values.shape[0]):
                row = values[i]
                for p in range(count):
                    nodes[start + p, i] = row[p]
    return sse


@njit(cache=True, nogil=True, error_model="numpy")
def jacobian_rows(structure, paths, row_plan, data, held, weights, room, jacobian):
    """Write all Jacobian rows: row p M + m of jacobian (P M, N), which starts as zeros."""
    first, sources, codes, gains, leaks, outputs = structure
    reach, origins, slots, _, _, _ = paths
    groups, columns, lefts, rights = row_plan
    inputs, _, roots = data
    values, slopes, _, deltas, lines, factors, picks, rows, _ = room
    n_patterns, n_inputs = inputs.shape
    n_outputs = outputs.shape[0]
    n_weights = weights.shape[0]
    for start in range(0, n_patterns, BLOCK):
        count = min(BLOCK, n_patterns - start)
        forward_block(
            first, sources, codes, gains, leaks, weights, inputs, start, count, values, slopes
        )
        delta_block(
            first, sources, reach, origins, slots, weights, slopes, count, n_inputs,
            factors, picks, deltas,
        )  # fmt: skip
        if roots.shape[0] > 0:
            weigh_deltas(reach, outputs, roots, start, count, deltas)
        for m in range(n_outputs):
            jacobian_block(groups, columns, lefts, rights, lines, count, m, rows)
            for c in range(groups[m], groups[m + 1]):
                block = rows[columns[c]]
                left = WIDTH * columns[c]
                for p in range(count):
                    target = jacobian[(start + p) * n_outputs + m]
                    for i in range(min(WIDTH, n_weights - left)):
                        target[left + i] = -block[p, i]
    for x in range(held.shape[0]):
        jacobian[:, held[x]] = 0.0


@njit(cache=True, nogil=True, error_model="numpy")
def normal_equations(
    structure, paths, row_plan, pair_plan, method, data, held, weights, room,
    gradient, quasi_hessian,
):  # fmt: skip
    """Return the SSE; fill gradient and the upper triangle of quasi_hessian."""
    sse = 0.0
    n_patterns = data[0].shape[0]
    clear_sums(room, gradient, quasi_hessian)
    for start in range(0, n_patterns, BLOCK):
        count = min(BLOCK, n_patterns - start)
        sse = add_block(
            structure, paths, row_plan, pair_plan, method, weights, data, start, count, room,
            sse, gradient, quasi_hessian,
        )  # fmt: skip
    complete_sums(pair_plan, method, held, room, gradient, quasi_hessian)
    return sse
