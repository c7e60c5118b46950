"""`torch-levenberg-marquardt`: its training step, with Cholesky, on the whole data as one batch."""

import os

import torch
from protocol import serve
from torch_levenberg_marquardt.damping import StandardDampingStrategy
from torch_levenberg_marquardt.training import LevenbergMarquardtModule

torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
torch.set_default_dtype(torch.float64)


class Peer:
    """Layered networks from `torch.nn`."""

    def __init__(self, task):
        if not task.layers:
            raise NotImplementedError("no cascades among the layers of torch.nn")
        self.task = task
        self.inputs = torch.from_numpy(task.inputs)
        self.targets = torch.from_numpy(task.targets)
        self.run(task.starts[0], 1)

    def run(self, weights, iterations):
        """Take training steps; each ends with an accepted attempt."""
        layers = []
        for begin, end, (rows, columns) in self.task.blocks:
            matrix = torch.from_numpy(weights[begin:end].reshape(rows, columns).copy())
            linear = torch.nn.Linear(columns - 1, rows)
            with torch.no_grad():
                linear.weight.copy_(matrix[:, 1:])
                linear.bias.copy_(matrix[:, 0])
            layers += [linear, torch.nn.Tanh()]
        module = LevenbergMarquardtModule(
            torch.nn.Sequential(*layers[:-1]), solve_method="cholesky",
            damping_strategy=StandardDampingStrategy(starting_value=1e-2),
        )  # fmt: skip
        loss = None
        for _ in range(iterations):
            _, loss, _, _ = module.training_step(self.inputs, self.targets)
        return iterations, float(loss) * self.targets.numel()


if __name__ == "__main__":
    serve(Peer)
