"""Networks: neurons and connections as a directed graph without loops.

Nodes are numbered inputs first, 0..I-1, then neurons: neuron k is node I + k. Neurons are listed
in an order in which every neuron comes after all its sources; any such order describes the same
function. Any neuron may be an output, and an output may feed other neurons, outputs included.

The weights of a topology are one array, neuron by neuron: first the neuron's bias, then one
weight for each of its sources, sources ascending.

    Topology.slp(2, 3, 1)            one hidden layer
    Topology.mlp([2, 8, 8, 1])       layer to layer
    Topology.bmlp([2, 8, 8, 1])      bridged: every layer sees the inputs and all earlier layers
    Topology.fcc(2, 8, 1)            full cascade: every hidden neuron sees all before it
    Topology.from_networkx(graph)    anything else

`topology` is the value itself, made of the neurons of `neuron`; `families` wires the four presets.
`validation` refuses what is not a feed-forward network, each fault in one sentence. `conversion`
reads and writes the other forms: a graph of networkx, plain values for JSON. `activation` holds the
activation functions, `initial_weights` draws starting weights, and `layout` lays a topology out in
flat arrays for the kernels.
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
