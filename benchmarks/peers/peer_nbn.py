"""NBN Lab itself, one thread."""

from concurrent.futures import ThreadPoolExecutor

from benchmarks.peers.protocol import serve
from nbn_core import Dataset, Topology, run_trials, train


class Peer:
    """The published step control, whose attempts and iterations are those of the peers."""

    def __init__(self, task):
        if task.layers:
            self.topology = Topology.mlp(task.layers, hidden="bipolar", output="linear")
        else:
            n_inputs, n_outputs = task.inputs.shape[1], task.targets.shape[1]
            self.topology = Topology.fcc(
                n_inputs, task.cascade, n_outputs, hidden="bipolar", output="linear"
            )
        self.dataset = Dataset(task.inputs, task.targets)
        self.run(task.starts[0], 2)
        self.trials(task.starts[:1], 2, 0.0)

    def run(self, weights, iterations):
        """Train from one start."""
        result = train(
            self.topology, self.dataset, weights=weights, max_iterations=iterations,
            target_sse=0.0, control="published",
        )  # fmt: skip
        return result.iterations, result.sse

    def trials(self, starts, most, target):
        """Train from a number of starts with its own seeds, on one thread."""
        with ThreadPoolExecutor(1) as one:
            result = run_trials(
                self.topology, self.dataset, n_trials=len(starts), executor=one,
                max_iterations=most, target_sse=target, control="published",
            )  # fmt: skip
        return result.successes


if __name__ == "__main__":
    serve(Peer)
