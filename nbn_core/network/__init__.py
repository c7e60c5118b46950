"""Networks: neurons and connections as a directed acyclic graph.

Nodes are numbered inputs first, 0..I-1, then neurons: neuron k is node I + k. Neurons are in
topological order, every neuron after all its sources; all such orders describe the same function.
Any neuron may be an output, and an output may feed other neurons, outputs included.

The weights of a topology are one array of N numbers, neuron by neuron: the bias of the neuron, then
one weight for each of its sources, in ascending order of the sources.

    Topology.slp(2, 3, 1)            one hidden layer
    Topology.mlp([2, 8, 8, 1])       layer to layer
    Topology.bmlp([2, 8, 8, 1])      bridged: every layer sees the inputs and all earlier layers
    Topology.fcc(2, 8, 1)            full cascade: every hidden neuron sees all before it
    Topology.from_networkx(graph)    any other feed-forward network

`topology` holds the class `Topology` and `neuron` the class `Neuron`; `families` connects the
neurons of the four presets, and `variants` makes a network wider, narrower or differently bridged.
`neuron_kind` says what the neurons of a network are like.
`validation` rejects everything that is not a feed-forward network.
`conversion` translates to and from NetworkX graphs and plain values for JSON. `activation` lists
the activation functions, `initial_weights` draws starting weights, and `layout` stores a topology
in flat arrays for the kernels.
"""

from nbn_core.network.activation import ACTIVATIONS, Activation
from nbn_core.network.conversion import ROLES
from nbn_core.network.initial_weights import SCHEMES, initial_weights
from nbn_core.network.layout import Network
from nbn_core.network.neuron import GAIN_MAX, LEAK_MAX, NAME_LENGTH, Neuron, default_names
from nbn_core.network.topology import Topology

__all__ = [
    "ACTIVATIONS",
    "GAIN_MAX",
    "LEAK_MAX",
    "NAME_LENGTH",
    "ROLES",
    "SCHEMES",
    "Activation",
    "Network",
    "Neuron",
    "Topology",
    "default_names",
    "initial_weights",
]
