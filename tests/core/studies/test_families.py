"""Families of a study: equal to the constructors of Topology, and each network once."""

from __future__ import annotations

import itertools
import math

import pytest

from nbn_core import Topology
from nbn_core.errors import SettingError
from nbn_core.studies.families import FAMILIES, member, members

LOOK = {"hidden": "elliot_bipolar", "output": "bipolar", "gain": 0.5, "leak": 0.001}


@pytest.mark.parametrize(("n", "size", "m"), list(itertools.product((1, 2, 7), (1, 3, 8), (1, 4))))
def test_a_member_is_the_network_of_the_constructor(n: int, size: int, m: int) -> None:
    expected = {
        "slp": Topology.slp(n, size, m, **LOOK),
        "mlp2": Topology.mlp([n, size, size, m], **LOOK),
        "mlp3": Topology.mlp([n, size, size, size, m], **LOOK),
        "bmlp1": Topology.bmlp([n, size, m], **LOOK),
        "bmlp2": Topology.bmlp([n, size, size, m], **LOOK),
        "bmlp3": Topology.bmlp([n, size, size, size, m], **LOOK),
        "fcc": Topology.fcc(n, size, m, **LOOK),
    }
    assert list(expected) == list(FAMILIES)
    for key, topology in expected.items():
        made = member(key, size, n, m, **LOOK)
        assert made.topology == topology
        assert made.family == FAMILIES[key].title
        assert FAMILIES[key].weights(size, n, m) == topology.n_weights


def test_names_tell_the_members_of_all_families_apart() -> None:
    assert [member(key, 3, 7, 1).name for key in FAMILIES] == [
        "7-3-1 SLP", "7-3-3-1 MLP", "7-3-3-3-1 MLP",
        "7-3-1 BMLP", "7-3-3-1 BMLP", "7-3-3-3-1 BMLP", "7-3-1 FCC",
    ]  # fmt: skip
    networks = members(FAMILIES, range(1, 13), 7, 2).networks
    assert len({network.name for network in networks}) == len(networks)
    assert len({network.topology for network in networks}) == len(networks)


@pytest.mark.parametrize("n", range(2, 18))
def test_minimal_networks_of_parity_have_the_published_numbers_of_weights(n: int) -> None:
    """Hunter et al. 2012: (N+1)^2; h(N+1)+N+h+1 for h = floor(N/2); nn(N+1)+nn(nn-1)/2."""
    h, nn = n // 2, math.ceil(math.log2(n + 1))
    assert FAMILIES["slp"].weights(n, n, 1) == (n + 1) ** 2
    assert FAMILIES["bmlp1"].weights(h, n, 1) == h * (n + 1) + n + h + 1
    assert FAMILIES["fcc"].weights(nn - 1, n, 1) == nn * (n + 1) + nn * (nn - 1) // 2


def test_a_network_that_two_families_have_occurs_once() -> None:
    found = members(["bmlp1", "bmlp2", "fcc"], [2, 1], 4, 1)
    assert [network.name for network in found.networks] == [
        "4-1-1 BMLP", "4-2-1 BMLP", "4-1-1-1 BMLP", "4-2-2-1 BMLP",
    ]  # fmt: skip
    assert [tuple(one) for one in found.left_out] == [
        ("4-1-1 FCC", "4-1-1 FCC is the same network as 4-1-1 BMLP."),
        ("4-2-1 FCC", "4-2-1 FCC is the same network as 4-1-1-1 BMLP."),
    ]
    backwards = members(["fcc", "bmlp1"], [1], 4, 1)
    assert [network.name for network in backwards.networks] == ["4-1-1 FCC"]


def test_networks_with_too_many_weights_are_left_out_by_name() -> None:
    found = members(["slp", "fcc"], range(1, 5), 7, 1, most_weights=27)
    assert [network.name for network in found.networks] == [
        "7-1-1 SLP", "7-2-1 SLP", "7-1-1 FCC", "7-2-1 FCC",
    ]  # fmt: skip
    assert [one.name for one in found.left_out] == [
        "7-3-1 SLP", "7-4-1 SLP", "7-3-1 FCC", "7-4-1 FCC",
    ]  # fmt: skip
    assert found.left_out[0].reason == "7-3-1 SLP has 28 weights, more than 27."


def test_networks_too_large_are_counted_and_never_made() -> None:
    found = members(["fcc"], [1, 1000], 100_000, 1, most_weights=500_000)
    assert [one.name for one in found.left_out] == ["100000-1000-1 FCC"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: member("acn", 1, 2, 1), "no family of networks called 'acn': choose one of slp"),
        (lambda: member(["slp"], 1, 2, 1), "no family of networks called list"),  # type: ignore[arg-type]
        (lambda: member("fcc", 0, 2, 1), "size of a network of the family FCC must be"),
        (lambda: member("fcc", 1.5, 2, 1), "from 1 to 1000, not 1.5"),  # type: ignore[arg-type]
        (lambda: member("slp", 1, 0, 1), "number of inputs must be"),
        (lambda: member("slp", 1, 1, 10**9), "number of outputs must be"),
        (lambda: members("slp", [1], 2, 1), "families must be a list, not 'slp'"),
        (lambda: members(["slp"], 3, 2, 1), "sizes must be a list, not 3"),  # type: ignore[arg-type]
        (lambda: members([], [1], 2, 1), "contain no network: choose"),
        (lambda: members(["slp"], [1], 2, 1, most_weights=4), "no network of at most 4 weights:"),
        (lambda: members(["slp"], [1], 2, 1, most_weights=0), "largest number of weights must"),
    ],
)
def test_bad_input_is_told_in_one_sentence(call, message: str) -> None:
    with pytest.raises(SettingError, match=message) as caught:
        call()
    text = str(caught.value)
    assert text.endswith(".")
    assert ". " not in text
