"""Experiments for tests: random ones, and one with a value in every field."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
from hypothesis import reject, settings
from hypothesis import strategies as st

from nbn_core.data import Dataset
from nbn_core.errors import DatasetError
from nbn_core.experiment import Experiment, GivenStart, OwnData, ProblemData, SeededStart, Stopping
from nbn_core.generators import PROBLEMS
from nbn_core.network import Topology

bounded = settings(deadline=timedelta(seconds=2), max_examples=150)

finite = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(st.characters(blacklist_categories=["Cc", "Cs"]), min_size=1, max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | finite | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    data = draw(st.sampled_from(["problem", "own"]))
    share = draw(st.sampled_from([1.0, 0.5, 0.3]))
    seeds = st.integers(0, 2**53 - 1)
    if data == "problem":
        name = draw(st.sampled_from(["xor", "parity", "two_spirals", "sinc", "encoder"]))
        parameters = {}
        for p in PROBLEMS[name].parameters:
            whole = isinstance(p.default, int)
            values = (
                st.integers(p.low, min(p.high, 8)) if whole and p.low < 8 else st.just(p.default)
            )
            parameters[p.name] = draw(values if whole else st.floats(p.low, p.high))
        data = ProblemData(name, parameters, share, draw(seeds))
    else:
        rows = draw(st.integers(2, 4))
        columns = draw(st.integers(1, 3))
        table = st.lists(
            st.lists(finite, min_size=columns, max_size=columns), min_size=rows, max_size=rows
        )
        method = draw(st.sampled_from(["none", "minmax", "standard"]))
        fields = (
            Dataset(
                draw(table),
                draw(table),
                draw(names),
                draw(st.sampled_from([None, "classification"])),
                draw(st.lists(names, min_size=columns, max_size=columns)),
            ),
            share,
            draw(seeds),
            draw(st.floats(0.0, 1.0 - share)),
            False,
            method,
            draw(st.sampled_from(["none", "minmax"])),
        )
        try:
            data = OwnData(*fields)
        except DatasetError as error:
            if "too large when they are scaled" not in str(error):
                raise  # no other error is allowed
            reject()
    train, _ = data.datasets()
    family = draw(st.sampled_from(["fcc", "slp"]))
    topology = getattr(Topology, family)(
        train.n_inputs,
        draw(st.integers(1, 3)),
        train.n_outputs,
        output=draw(st.sampled_from(["bipolar", "linear", "elliot_unipolar"])),
        gain=draw(st.floats(1e-3, 10)),
        leak=draw(st.floats(0, 1)),
    )
    weights = st.lists(finite, min_size=topology.n_weights, max_size=topology.n_weights)
    return Experiment(
        topology,
        data,
        start=draw(
            st.builds(SeededStart, st.just("uniform"), seeds) | st.builds(GivenStart, weights)
        ),
        stopping=Stopping(
            draw(st.floats(0, 1e300)),
            draw(st.integers(1, 1_000_000)),
            draw(st.sampled_from([0, 0, 1, 20, 1_000_000])),
        ),
        drawing=draw(st.none() | st.dictionaries(st.text(max_size=5), json_values, max_size=3)),
    )


def own() -> Experiment:
    """Return a small experiment with a value in every field."""
    data = Dataset([[0.1, 2], [3, -4e-300], [5, 6]], [[1], [-1], [1]], "mine", None, ["a", "ß"])
    topology = Topology.fcc(2, 1, 1, output="bipolar", gain=0.5, leak=0.1)
    return Experiment(
        topology,
        OwnData(data, 0.7, 5),
        start=GivenStart(tuple(np.linspace(-1, 1, topology.n_weights))),
        stopping=Stopping(0.1, 20),
        drawing={"nodes": [{"x": 1, "y": 2.5}], "zoom": None},
    )


def early(**stopping: float) -> Experiment:
    """Return an experiment on a noisy curve that stops early by its validation patterns.

    It stops after 44 iterations, 20 after the best one, without reaching a target.
    """
    x = np.linspace(-1, 1, 30)[:, np.newaxis]
    y = np.sin(3 * x) + 0.3 * np.random.default_rng(5).normal(size=x.shape)
    return Experiment(
        Topology.mlp([1, 8, 1], output="linear"),
        OwnData(Dataset(x, y, "noisy curve", input_names=["x"], target_names=["y"]), 0.5, 0, 0.3),
        stopping=Stopping(**{"target_sse": 0.0, "max_iterations": 300, "patience": 20} | stopping),
    )
