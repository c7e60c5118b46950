"""Hypothesis strategies: random networks, trained networks and damaged texts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from nbn_core import ACTIVATIONS, NBNError, Neuron, Topology

finite = st.floats(allow_nan=False, allow_infinity=False)
names = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=24).filter(
    lambda name: not name.isspace()
)


@st.composite
def topologies(draw: st.DrawFn, *, named: bool = True, tame: bool = False) -> Topology:
    """Draw a network with any names; a tame one has gains and leaks that are exact as float32."""
    n_inputs = draw(st.integers(1, 4))
    n_neurons = draw(st.integers(1, 6))
    gains = st.sampled_from([0.5, 1.0, 2.0]) if tame else st.floats(1e-6, 1000)
    leaks = st.sampled_from([0.0, 0.125]) if tame else st.floats(0, 1000)
    neurons = []
    for k in range(n_neurons):
        sources = draw(st.sets(st.integers(0, n_inputs + k - 1), min_size=1))
        neurons.append(
            Neuron(
                draw(st.sampled_from(list(ACTIVATIONS))),
                draw(gains),
                draw(leaks),
                tuple(sorted(sources)),
            )
        )
    feeding = {source - n_inputs for neuron in neurons for source in neuron.sources}
    outputs = [k for k in range(n_neurons) if k not in feeding or draw(st.booleans())]
    outputs = draw(st.permutations(outputs))
    own = draw(
        st.just(()) | st.lists(names, min_size=n_inputs + n_neurons,
                               max_size=n_inputs + n_neurons, unique=True)
    ) if named else ()  # fmt: skip
    return Topology(tuple(own), n_inputs, tuple(neurons), tuple(outputs))


@st.composite
def trained(
    draw: st.DrawFn, *, named: bool = True, tame: bool = False
) -> tuple[Topology, NDArray[np.float64]]:
    """Draw a network with finite weights; a tame one has small weights."""
    topology = draw(topologies(named=named, tame=tame))
    values = st.floats(-2, 2, width=32) if tame else finite
    n = topology.n_weights
    weights = draw(st.lists(values, min_size=n, max_size=n))
    return topology, np.array(weights)


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """Draw a copy of the text with characters removed, inserted or doubled."""
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(text)))
        to = draw(st.integers(at, min(len(text), at + 12)))
        junk = draw(
            st.text(max_size=6)
            | st.sampled_from(["nan", "inf", "1e999", "-1", "0", "99999999999", "[", "]", "<", "&"])
            | st.just(text[at:to] * 2)
        )
        text = text[:at] + junk + text[to:]
    return text


def read_or_sentence(read: Callable[..., object], *arguments: object) -> None:
    """Check that a file is read or refused in one line that ends like a sentence."""
    message = "."
    try:
        read(*arguments)
    except NBNError as error:
        message = str(error)
    assert "\n" not in message
    assert message[-1] in ".:"
