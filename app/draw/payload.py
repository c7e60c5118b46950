"""What the Draw page sends to the browser: the data, and the rows of a trace."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from app.session.own_predictions import OwnPredictions, domain
from app.shared.payload import number, pack
from nbn_core.data import Dataset
from nbn_core.experiment import Parts
from nbn_core.trace import Trace
from nbn_core.types import FloatArray, Json

KEPT_BYTES: Final = 6_000_000  # of weights, per run; longer traces keep every s-th iteration
CHUNK_BYTES: Final = 1_500_000  # of weights, per answer

# The data of an experiment


def dataset_key(parts: Parts, classes: Sequence[str] = ()) -> str:
    """Return a short digest, the same for equal data."""
    digest = hashlib.blake2b(repr(tuple(classes)).encode("utf-8", "replace"), digest_size=8)
    for place, part in enumerate(parts):
        if part is not None:
            digest.update(part.inputs.tobytes())
            digest.update(part.targets.tobytes())
            known = (place, part.inputs.shape, part.kind, part.target_names, part.middle)
            digest.update(repr(known).encode())
    return digest.hexdigest()


def data_block(parts: Parts, key: str, classes: Sequence[str] = ()) -> Json:
    """Return the patterns, as the browser draws them; `classes` are the class names, if known."""
    train = parts.train
    there = [part for part in parts if part is not None]
    inputs = np.vstack([part.inputs for part in there])
    targets = np.vstack([part.targets for part in there])
    return {
        "key": key,
        "kind": train.kind,
        "I": train.n_inputs,
        "M": train.n_outputs,
        "train": _patterns(train),
        "validation": None if parts.validation is None else _patterns(parts.validation),
        "test": None if parts.test is None else _patterns(parts.test),
        "domain": domain(inputs),
        "input_ranges": _ranges(inputs),
        "target_ranges": _ranges(targets),
        "target_names": list(train.target_names),
        "class_names": _class_names(train, classes),
        "threshold": train.middle,
    }


def _patterns(dataset: Dataset) -> Json:
    return {
        "P": dataset.n_patterns,
        "inputs": pack(dataset.inputs.T),
        "targets": pack(dataset.targets.T),
    }


def _ranges(values: FloatArray) -> list[list[float]]:
    return np.stack([values.min(0), values.max(0)], axis=1).tolist()  # type: ignore[no-any-return]


def _class_names(train: Dataset, classes: Sequence[str]) -> list[str]:
    if train.kind != "classification":
        return []
    if len(classes) == max(2, train.n_outputs):
        return _short(classes)
    if train.n_outputs == 1:
        low, high = train.class_codes
        return [f"{low:g}", f"+{high:g}"]
    return _short(train.target_names)


def _short(names: Sequence[str]) -> list[str]:
    """Return the first letters of each name: as many as distinguish them, three to eight."""
    most = next((n for n in range(3, 8) if len({name[:n] for name in names}) == len(names)), 8)
    return [name[:most] for name in names]


# The run


def stride_of(n_weights: int, max_iterations: int) -> int:
    """Return s such that the browser is sent the weights of every s-th row of the trace."""
    return max(1, math.ceil(n_weights * 8 * max_iterations / KEPT_BYTES))


def trace_block(
    trace: Trace | None,
    first: int,
    stride: int,
    *,
    ended: bool,
    aside: Sequence[float] = (),
    best: int | None = None,
) -> Json:
    """Turn rows `first`... of a trace, as many as one answer holds, into lists and kept weights.

    The newest row of a trace that has ended is always kept, and the one that was `best` for
    validation patterns, even if all but its weights was sent while it was still growing. `aside`
    is the SSE of those patterns row by row. No trace is a trace without rows.
    """
    if trace is None:
        return {
            "first": 0, "iterations": [], "sse": [], "mu": [], "seconds": [], "validation": [],
            "kept": [], "weights": "",
        }  # fmt: skip
    n_weights = trace.weights.shape[1]
    total = len(trace)
    end = min(total, first + max(1, CHUNK_BYTES * stride // (8 * max(1, n_weights))))
    kept = [k for k in range(first, end) if k % stride == 0]
    if ended and end == total:
        ends = {total - 1, total - 1 if best is None else best}
        kept += sorted(k for k in ends if k % stride)
    rows = trace.weights[kept] if kept else np.empty((0, n_weights))
    return {
        "first": first,
        "iterations": trace.iterations[first:end].tolist(),
        "sse": [number(v) for v in trace.sse[first:end].tolist()],
        "mu": [number(v) for v in trace.mu[first:end].tolist()],
        "seconds": [number(v) for v in trace.seconds[first:end].tolist()],
        "validation": [number(v) for v in aside[first:end]],
        "kept": kept,
        "weights": pack(rows),
    }


def own_block(own: OwnPredictions, first: int, *, running: bool) -> tuple[Json, float]:
    """Turn the predictions from number `first` on, as many as one answer holds, into JSON values.

    The outputs are sent one prediction after the other, output by output.

    Returns
    -------
    block : dict
        The predictions, and how many there are.
    until : float
        Iteration before which rows have their predictions in this answer or an earlier one.
    """
    made = own.made[:]  # a worker may add to them meanwhile
    size = 8 * made[0].outputs.size if made else 1
    sent = made[first : first + max(1, CHUNK_BYTES // size)]
    known = first + len(sent)
    block = {
        "first": first,
        "total": len(made),
        "iterations": [prediction.iteration for prediction in sent],
        "outputs": pack([prediction.outputs.T for prediction in sent]),
    }
    if known < len(made):
        return block, made[known].iteration
    if running:  # the newest row may still be without its prediction
        return block, made[-1].iteration + 1 if made else 0
    return block, math.inf
