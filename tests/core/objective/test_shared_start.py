"""Starting weights that two networks share: equal where connections have the same names."""

from __future__ import annotations

import numpy as np
import pytest

from nbn_core.errors import ShapeError
from nbn_core.generators import xor
from nbn_core.network import Topology
from nbn_core.network.variants import twice_as_wide, without_bridges
from nbn_core.objective import shared_start, starting_weights

DATA = xor()
BRIDGED = Topology.bmlp([2, 3, 1])


def test_connections_of_the_same_names_start_equal_and_others_are_drawn() -> None:
    reference = np.arange(100.0, 100.0 + BRIDGED.n_weights)
    wide = twice_as_wide(BRIDGED)
    weights, shared = shared_start(wide, BRIDGED, reference, DATA, "uniform", 7)
    drawn = starting_weights(wide, DATA, "uniform", 7)
    known = dict(zip(BRIDGED.weight_names, reference, strict=True))
    expected = [known.get(name, new) for name, new in zip(wide.weight_names, drawn, strict=True)]
    assert weights.tolist() == expected
    assert shared == BRIDGED.n_weights < wide.n_weights
    assert (weights >= 100.0).sum() == shared


def test_a_network_without_bridges_shares_all_its_weights() -> None:
    plain = without_bridges(BRIDGED)
    reference = starting_weights(BRIDGED, DATA, "data", 3)
    weights, shared = shared_start(plain, BRIDGED, reference, DATA, "data", 3)
    assert shared == plain.n_weights == BRIDGED.n_weights - 2
    assert set(weights.tolist()) <= set(reference.tolist())


def test_other_names_share_nothing_and_are_drawn_by_scheme_and_seed() -> None:
    renamed = Topology(("a", "b", "c", "d", "e", "f"), 2, BRIDGED.neurons, BRIDGED.outputs)
    weights, shared = shared_start(renamed, BRIDGED, np.ones(BRIDGED.n_weights), DATA, "data", 5)
    assert shared == 0
    np.testing.assert_array_equal(weights, starting_weights(renamed, DATA, "data", 5))


def test_weights_that_do_not_fit_the_reference_are_refused() -> None:
    with pytest.raises(ShapeError, match="reference has 15 weights"):
        shared_start(BRIDGED, BRIDGED, np.ones(14), DATA)
