"""Backpropagation with Adam in NBN Lab on the full batch, as a peer of `protocol.py`."""

from benchmarks.peers.protocol import serve
from nbn_core import Dataset, Topology, train


class Peer:
    """Layered networks, tanh in hidden layers, linear outputs."""

    def __init__(self, task):
        self.topology = Topology.mlp(task.layers, hidden="bipolar", output="linear")
        self.dataset = Dataset(task.inputs, task.targets)
        self.run(task.starts[0], 3)

    def run(self, weights, iterations):
        """Take steps; the trace is recorded as usual."""
        result = train(
            self.topology, self.dataset, "adam", weights=weights, rate=0.01,
            max_iterations=iterations, target_sse=0.0,
        )  # fmt: skip
        return result.iterations, result.sse


if __name__ == "__main__":
    serve(Peer)
