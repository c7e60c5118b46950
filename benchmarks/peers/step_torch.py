"""Backpropagation with Adam in eager PyTorch on the full batch, as a peer of `protocol.py`."""

import os

import torch
from protocol import serve

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
torch.set_num_interop_threads(1)
torch.set_default_dtype(torch.float64)


class Peer:
    """Layered networks from `torch.nn`, tanh in hidden layers, linear outputs."""

    def __init__(self, task):
        self.task = task
        self.inputs = torch.from_numpy(task.inputs)
        self.targets = torch.from_numpy(task.targets)
        self.run(task.starts[0], 3)

    def run(self, weights, iterations):
        """Take steps along the gradient of half the SSE, divided by the number of patterns."""
        layers = []
        for begin, end, (rows, columns) in self.task.blocks:
            matrix = torch.from_numpy(weights[begin:end].reshape(rows, columns).copy())
            linear = torch.nn.Linear(columns - 1, rows)
            with torch.no_grad():
                linear.weight.copy_(matrix[:, 1:])
                linear.bias.copy_(matrix[:, 0])
            layers += [linear, torch.nn.Tanh()]
        module = torch.nn.Sequential(*layers[:-1])
        adam = torch.optim.Adam(module.parameters(), lr=0.01)
        share = 0.5 / len(self.inputs)
        for _ in range(iterations):
            adam.zero_grad()
            loss = share * (module(self.inputs) - self.targets).square().sum()
            loss.backward()
            adam.step()
        with torch.no_grad():
            sse = (module(self.inputs) - self.targets).square().sum()
        return iterations, float(sse)


if __name__ == "__main__":
    serve(Peer)
