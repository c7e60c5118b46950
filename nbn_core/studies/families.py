"""Families of networks that a study goes through by size: layers, bridged layers, the cascade.

Every family turns one number, its size, into the sizes of its hidden layers. SLP is the network
with one hidden layer, so that no network has two names; a cascade is a bridged network whose hidden
layers have one neuron each. Where two families have the same network, as the cascade and the
bridged network with one hidden neuron, `members` keeps the first.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from nbn_core.checks import plural, shown, whole
from nbn_core.display import one_line
from nbn_core.errors import SettingError
from nbn_core.network import Topology
from nbn_core.studies.value import StudyNetwork

T = TypeVar("T")

MOST_SIZE = 1_000
MOST_NODES = 100_000  # inputs or outputs


@dataclass(frozen=True, slots=True)
class Family:
    """A family of networks, one for each size.

    Parameters
    ----------
    key : str
        Key in `FAMILIES`.
    title : str
        Name on the screen, such as "MLP, 2 hidden layers".
    short : str
        Name in the names of networks, such as "MLP".
    size_means : str
        Meaning of the size, as a sentence.
    hidden_layers : callable
        Function that returns the sizes of the hidden layers for a size.
    bridged : bool
        Whether every layer is connected to the inputs and to all layers before it.
    """

    key: str
    title: str
    short: str
    size_means: str
    hidden_layers: Callable[[int], tuple[int, ...]]
    bridged: bool

    def __repr__(self) -> str:
        return one_line("Family", self.key, self.title)

    def layers(self, size: int, n_inputs: int, n_outputs: int) -> tuple[int, ...]:
        """Return the sizes of all layers of a member, from inputs to outputs.

        Parameters
        ----------
        size : int
            Size of the member, 1 to 1,000.
        n_inputs, n_outputs : int
            Numbers of inputs and outputs.

        Returns
        -------
        tuple of int
            Sizes for `Topology.mlp` or `Topology.bmlp`.

        Raises
        ------
        SettingError
            If a number is out of range.
        """
        size = whole(size, f"The size of a network of the family {self.title}", 1, MOST_SIZE)
        n_inputs = whole(n_inputs, "The number of inputs", 1, MOST_NODES)
        n_outputs = whole(n_outputs, "The number of outputs", 1, MOST_NODES)
        return (n_inputs, *self.hidden_layers(size), n_outputs)

    def weights(self, size: int, n_inputs: int, n_outputs: int) -> int:
        """Count the weights of a member without making it.

        Parameters
        ----------
        size, n_inputs, n_outputs : int
            The same as those of `layers`.

        Returns
        -------
        int
            Number of weights, biases included.
        """
        layers = self.layers(size, n_inputs, n_outputs)
        seen = itertools.accumulate(layers) if self.bridged else layers
        return sum((nodes + 1) * layer for nodes, layer in zip(seen, layers[1:], strict=False))


class LeftOut(NamedTuple):
    """A network that `members` left out.

    Attributes
    ----------
    name : str
        Name that the network would have.
    reason : str
        Reason, as a sentence.
    """

    name: str
    reason: str


class Members(NamedTuple):
    """Members of families, in the order of families and sizes.

    Attributes
    ----------
    networks : tuple of StudyNetwork
        Different networks with different names.
    left_out : tuple of LeftOut
        Networks that are too large, or that another family has already.
    """

    networks: tuple[StudyNetwork, ...]
    left_out: tuple[LeftOut, ...]


def member(
    key: str,
    size: int,
    n_inputs: int,
    n_outputs: int,
    *,
    hidden: str = "bipolar",
    output: str = "linear",
    gain: float = 1.0,
    leak: float = 0.0,
) -> StudyNetwork:
    """Return the network of a family with a size, such as "7-3-1 BMLP".

    Parameters
    ----------
    key : str
        Key of the family in `FAMILIES`.
    size : int
        Size, 1 to 1,000; `Family.size_means` says what it counts.
    n_inputs, n_outputs : int
        Numbers of inputs and outputs.
    hidden, output : str
        Activations of the hidden neurons and of the outputs, keys of `ACTIVATIONS`.
    gain, leak : float
        Gain and leak of every nonlinear neuron.

    Returns
    -------
    StudyNetwork
        Network with the title of the family. The name of a cascade counts its hidden neurons,
        that of another network lists its layers.

    Raises
    ------
    SettingError
        If there is no such family, or a number is out of range.
    TopologyError
        If an activation, the gain or the leak is invalid, or the network would be too large.
    """
    family = _family(key)
    layers = family.layers(size, n_inputs, n_outputs)
    make = Topology.bmlp if family.bridged else Topology.mlp
    return StudyNetwork(
        _name(family, layers), make(layers, hidden, output, gain, leak), family.title
    )


def members(
    keys: Iterable[str],
    sizes: Iterable[int],
    n_inputs: int,
    n_outputs: int,
    *,
    hidden: str = "bipolar",
    output: str = "linear",
    gain: float = 1.0,
    leak: float = 0.0,
    most_weights: int | None = None,
) -> Members:
    """Return the networks of several families and sizes, each topology once.

    Parameters
    ----------
    keys : iterable of str
        Keys of the families in `FAMILIES`.
    sizes : iterable of int
        Sizes, the same for all families.
    n_inputs, n_outputs, hidden, output, gain, leak
        The same as those of `member`.
    most_weights : int, optional
        Number of weights above which a network is left out; by default there is no limit.

    Returns
    -------
    Members
        Networks in the order of families and, within each, of sizes; and what was left out.

    Raises
    ------
    SettingError
        If a family is unknown, a number is out of range, or no network is left.
    TopologyError
        If an activation, the gain or the leak is invalid, or a network would be too large.
    """
    families = [_family(key) for key in dict.fromkeys(_listed(keys, "families"))]
    ordered = sorted({
        whole(size, "The size of a network", 1, MOST_SIZE) for size in _listed(sizes, "sizes")
    })  # fmt: skip
    if most_weights is not None:
        most_weights = whole(most_weights, "The largest number of weights", 1, 10**9)
    networks: dict[Topology, StudyNetwork] = {}
    left_out = []
    for family, size in itertools.product(families, ordered):
        name = _name(family, family.layers(size, n_inputs, n_outputs))
        weights = family.weights(size, n_inputs, n_outputs)
        if most_weights is not None and weights > most_weights:
            reason = f"{name} has {plural(weights, 'weight')}, more than {most_weights:,}."
            left_out.append(LeftOut(name, reason))
            continue
        made = member(
            family.key, size, n_inputs, n_outputs,
            hidden=hidden, output=output, gain=gain, leak=leak,
        )  # fmt: skip
        first = networks.setdefault(made.topology, made)
        if first is not made:
            left_out.append(LeftOut(name, f"{name} is the same network as {first.name}."))
    if not networks:
        limit = "" if most_weights is None else f" of at most {plural(most_weights, 'weight')}"
        raise SettingError(
            f"These families and sizes contain no network{limit}: choose at least one family, one "
            "size and enough weights."
        )
    return Members(tuple(networks.values()), tuple(left_out))


def _family(key: object) -> Family:
    if not isinstance(key, str) or key not in FAMILIES:
        raise SettingError(
            f"There is no family of networks called {shown(key)}: choose one of "
            f"{', '.join(FAMILIES)}."
        )
    return FAMILIES[key]


def _listed(given: Iterable[T], what: str) -> list[T]:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise SettingError(f"The {what} must be a list, not {shown(given)}: put it into brackets.")
    return list(given)


def _name(family: Family, layers: tuple[int, ...]) -> str:
    hidden = [sum(layers[1:-1])] if family.key == "fcc" else layers[1:-1]
    return "-".join(map(str, [layers[0], *hidden, layers[-1]])) + f" {family.short}"


def _equal(key: str, short: str, depth: int, *, bridged: bool) -> Family:
    """Return the family with `depth` hidden layers of equal sizes."""
    each = "the hidden layer" if depth == 1 else f"each of the {depth} hidden layers"
    return Family(
        key, short if depth == 1 else f"{short}, {depth} hidden layers", short,
        f"The size is the number of neurons in {each}.", lambda size: (size,) * depth, bridged,
    )  # fmt: skip


FAMILIES: dict[str, Family] = {
    family.key: family
    for family in (
        _equal("slp", "SLP", 1, bridged=False),
        _equal("mlp2", "MLP", 2, bridged=False),
        _equal("mlp3", "MLP", 3, bridged=False),
        _equal("bmlp1", "BMLP", 1, bridged=True),
        _equal("bmlp2", "BMLP", 2, bridged=True),
        _equal("bmlp3", "BMLP", 3, bridged=True),
        Family(
            "fcc", "FCC", "FCC", "The size is the number of hidden neurons.",
            lambda size: (1,) * size, bridged=True,
        ),
    )
}  # fmt: skip
