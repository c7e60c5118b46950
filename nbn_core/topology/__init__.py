"""Topology: neurons and connections as a directed graph without loops.

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

`value` is the topology itself, made of what `neuron` and `names` hold; `families` says how those
above are wired. `checks` and `order` refuse what is no network, each fault in one sentence. `graph`
(networkx) and `dictionary` (JSON) are its other forms.
"""

from nbn_core.topology.graph import ROLES
from nbn_core.topology.names import NAME_LENGTH, default_names
from nbn_core.topology.neuron import GAIN_MAX, LEAK_MAX, Neuron
from nbn_core.topology.value import Topology

__all__ = ["GAIN_MAX", "LEAK_MAX", "NAME_LENGTH", "ROLES", "Neuron", "Topology", "default_names"]
