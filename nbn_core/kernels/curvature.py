"""The part of the Hessian that NBN drops, S = sum e d2e/dw2, by forward-over-reverse on the DAG.

With E = SSE / 2, o the values, net the weighted sums, s = do/dnet and c = d2o/dnet2 of each neuron,
and a(k) = dE/do_k, l(k) = dE/dnet_k = s_k a(k), the ordinary backward pass is

    a(k) = sum_(i fed by k) w_ki l(i) - sum_(m: k is output m) e_m

and dE/dw = l(k) y for the weight of neuron k on a source of value y. A small change of net_j moves
the nets after it (forward) and with them every l (over reverse):

    N(j, j) = 1,    N(k, j) = sum_(i feeds k) w_ik s_i N(i, j)
    T(k, j) = s_k sum_(i fed by k) w_ki T(i, j) + c_k a(k) N(k, j)

Here the change of the errors themselves is left out of T: it gives Q, the rest is S. Changing the
weight of neuron j on a node of value y moves net_j by y, and moreover carries l(j) back to whatever
feeds that node. So for weights (j, source a) and (k, source b) with k <= j

    S = sum_p  [ T(k, j) y_a + l(j) s_a N(a, k) ] y_b

where the second term is there only if a path leads from k to a. K directions are propagated, not
N; the rest costs as much as Q. Letters and structure as in `nbn_core.kernels.forward`. At net = 0
the Elliot activations have a kink in their slope: c is taken as 0 there, the mean of both sides.
"""

from numba import njit

from nbn_core.kernels.activations import (
    BIPOLAR,
    ELLIOT_BIPOLAR,
    ELLIOT_UNIPOLAR,
    UNIPOLAR,
    activate,
)

BATCH = 64


@njit(cache=True, nogil=True, error_model="numpy")
def bend(code, gain, leak, nets, values, slopes, bends, count):
    """Write values, slopes and second derivatives of one neuron for `count` patterns."""
    for p in range(count):
        values[p] = nets[p]
    activate(code, gain, 0.0, values, slopes, count)
    for p in range(count):
        net = nets[p]
        c = 0.0
        if code == BIPOLAR:
            c = -2.0 * gain * values[p] * slopes[p]
        elif code == UNIPOLAR:
            c = gain * slopes[p] * (1.0 - 2.0 * values[p])
        elif code in (ELLIOT_BIPOLAR, ELLIOT_UNIPOLAR):
            c = 2.0 * gain * slopes[p] / (1.0 + gain * abs(net))
            if net > 0.0:
                c = -c
            elif net == 0.0:
                c = 0.0
        bends[p] = c
        values[p] += leak * net
        slopes[p] += leak


@njit(cache=True, nogil=True, error_model="numpy")
def first_order(
    first, sources, codes, gains, leaks, outputs, weights, inputs, targets, roots, start, count,
    nets, values, slopes, bends, pulls, lambdas,
):  # fmt: skip
    """Run a batch forward and back: values, s, c, a and l of every neuron."""
    n_inputs = inputs.shape[1]
    n_neurons = codes.shape[0]
    for i in range(n_inputs):
        for p in range(count):
            values[i, p] = inputs[start + p, i]
    for k in range(n_neurons):
        net = nets[k]
        for p in range(count):
            net[p] = weights[first[k]]
        for n in range(first[k] + 1, first[k + 1]):
            weight = weights[n]
            value = values[sources[n]]
            for p in range(count):
                net[p] += weight * value[p]
        bend(codes[k], gains[k], leaks[k], net, values[n_inputs + k], slopes[k], bends[k], count)
    pulls[:, :] = 0.0
    for m in range(outputs.shape[0]):
        pull = pulls[outputs[m]]
        value = values[n_inputs + outputs[m]]
        for p in range(count):
            pull[p] -= targets[start + p, m] - value[p]
        if roots.shape[0] > 0:
            for p in range(count):
                pull[p] *= roots[start + p] * roots[start + p]
    for k in range(n_neurons - 1, -1, -1):
        for p in range(count):
            lambdas[k, p] = slopes[k, p] * pulls[k, p]
        for n in range(first[k] + 1, first[k + 1]):
            i = sources[n] - n_inputs
            if i >= 0:
                weight = weights[n]
                for p in range(count):
                    pulls[i, p] += weight * lambdas[k, p]


@njit(cache=True, nogil=True, error_model="numpy")
def net_responses(
    first, sources, reach, origins, slots, weights, slopes, count, n_inputs, responses
):
    """Write N(k, j) of a batch into row slots[k, j]."""
    for k in range(reach.shape[0] - 1):
        own = reach[k + 1] - 1
        for t in range(reach[k], own):
            j = origins[t]
            row = responses[t]
            for p in range(count):
                row[p] = 0.0
            for n in range(first[k] + 1, first[k + 1]):
                i = sources[n] - n_inputs
                if i >= 0 and slots[i, j] >= 0:
                    weight = weights[n]
                    slope = slopes[i]
                    response = responses[slots[i, j]]
                    for p in range(count):
                        row[p] += weight * slope[p] * response[p]
        for p in range(count):
            responses[own, p] = 1.0


@njit(cache=True, nogil=True, error_model="numpy")
def reverse_response(
    first, sources, slots, weights, slopes, bends, pulls, responses, count, n_inputs, j, turns
):
    """Write T(k, j) of a batch for all k and one j."""
    n_neurons = slots.shape[0]
    turns[:, :] = 0.0
    for k in range(n_neurons - 1, -1, -1):
        turn = turns[k]
        t = slots[k, j]
        for p in range(count):
            turn[p] *= slopes[k, p]
        if t >= 0:
            for p in range(count):
                turn[p] += bends[k, p] * pulls[k, p] * responses[t, p]
        for n in range(first[k] + 1, first[k + 1]):
            i = sources[n] - n_inputs
            if i >= 0:
                weight = weights[n]
                for p in range(count):
                    turns[i, p] += weight * turn[p]


@njit(cache=True, nogil=True, error_model="numpy")
def dropped_term(
    first, sources, codes, reach, origins, slots, outputs, gains, leaks, weights, inputs, targets,
    roots, nets, values, slopes, bends, pulls, lambdas, responses, turns, feeds, factor, dropped,
):  # fmt: skip
    """Add S of all patterns to the lower triangle, by blocks of neurons, of `dropped`.

    Parameters
    ----------
    first ... outputs : int32 arrays
        Structure.
    gains, leaks : (K,) float64
        Of the neurons.
    weights : (N,) float64
        Neuron by neuron, bias first.
    inputs, targets : (P, I), (P, M) float64
        Patterns.
    roots : (P,) or (0,) float64
        Roots of the patterns' weights.
    nets, slopes, bends, pulls, lambdas, turns : (K, BATCH) float64
        Work space; `values` (I+K, BATCH), `responses` (D, BATCH), `feeds` (BATCH, N), `factor`
        (BATCH,) too.
    dropped : (N, N) float64
        Added to; on and below the diagonal blocks.
    """
    n_patterns, n_inputs = inputs.shape
    for start in range(0, n_patterns, BATCH):
        count = min(BATCH, n_patterns - start)
        first_order(
            first, sources, codes, gains, leaks, outputs, weights, inputs, targets, roots, start,
            count, nets, values, slopes, bends, pulls, lambdas,
        )  # fmt: skip
        net_responses(
            first, sources, reach, origins, slots, weights, slopes, count, n_inputs, responses
        )
        for n in range(sources.shape[0]):
            for p in range(count):
                feeds[p, n] = 1.0 if sources[n] < 0 else values[sources[n], p]
        for j in range(codes.shape[0]):
            reverse_response(
                first, sources, slots, weights, slopes, bends, pulls, responses, count, n_inputs,
                j, turns,
            )  # fmt: skip
            for n in range(first[j], first[j + 1]):
                a = sources[n] - n_inputs
                for k in range(j + 1):
                    for p in range(count):
                        factor[p] = turns[k, p] * feeds[p, n]
                    if sources[n] >= 0 and a >= 0 and slots[a, k] >= 0:
                        response = responses[slots[a, k]]
                        for p in range(count):
                            factor[p] += lambdas[j, p] * slopes[a, p] * response[p]
                    row = dropped[n, first[k] : first[k + 1]]
                    for p in range(count):
                        feed = feeds[p, first[k] : first[k + 1]]
                        for b in range(row.shape[0]):
                            row[b] += factor[p] * feed[b]
