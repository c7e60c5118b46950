"""The line protocol between the benchmark and one peer in its own process. Needs NumPy only.

Each line is a JSON object; each gets one line back.

    {"task": {"layers": [7, 7, 1], "file": "parity.npz"}}     -> {"ready": true}, warm
    {"iterations": 20}     -> {"seconds": s, "iterations": accepted, "sse": where it ended}
                              of trainings of 20 each, one after another for ROUND_SECONDS
    {"trials": 30, "first": 0, "most": 200, "target": 0.01}   -> {"seconds": s, "solved": n}

The file holds inputs (P, I), targets (P, M) and starts (T, N): weights neuron by neuron, bias
first. A layered network has its sizes in `layers`; a cascade has none and n_hidden = `cascade`.
Hidden neurons are tanh, outputs linear. A peer answers {"refused": why} to what it cannot do.
"""

import json
import os
import sys
import time

ROUND_SECONDS = 0.2  # a round is at least this long


class Task:
    """A network with data and starts, read from a message."""

    def __init__(self, message):
        import numpy

        loaded = numpy.load(message["file"])
        self.layers = message.get("layers")
        self.cascade = message.get("cascade", 0)
        self.iterations = message.get("iterations", 1)
        self.inputs = loaded["inputs"]
        self.targets = loaded["targets"]
        self.starts = loaded["starts"]

    @property
    def blocks(self):
        """Begin, end and shape (neurons, 1 + sources) of each layer in the weights."""
        if self.layers:
            sizes = [(b, 1 + a) for a, b in zip(self.layers[:-1], self.layers[1:], strict=True)]
        else:
            sizes = [(1, 1 + self.inputs.shape[1] + k) for k in range(self.cascade + 1)]
        place = 0
        for rows, columns in sizes:
            yield place, place + rows * columns, (rows, columns)
            place += rows * columns


def forward(task, weights, inputs, tanh, concatenate):
    """Evaluate patterns (P, I) with the functions of any array library."""
    values = inputs
    blocks = list(task.blocks)
    for number, (begin, end, shape) in enumerate(blocks):
        matrix = weights[begin:end].reshape(shape)
        nets = values @ matrix[:, 1:].T + matrix[:, 0]
        last = number == len(blocks) - 1
        outputs = nets if last else tanh(nets)
        if last:
            return outputs
        values = outputs if task.layers else concatenate((values, outputs), -1)
    return values


def serve(peer):
    """Answer messages until there are no more.

    `peer(task)` gives an object with `run(weights, iterations) -> (iterations, sse)` and, if it
    can, `trial(weights, most, target) -> bool` or `trials(starts, most, target) -> solved`.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print does not get between
    made = task = None
    for line in sys.stdin:
        message = json.loads(line)
        try:
            if "task" in message:
                task = Task(message["task"])
                made = peer(task)
                answer = {"ready": True}
            elif "iterations" in message:
                answer = _iterations(made, task, message["iterations"])
            else:
                answer = _trials(made, task, message)
        except Exception as error:
            answer = {"refused": f"{type(error).__name__}: {error}"[:200]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _iterations(made, task, most):
    """Repeat the same training: a single one would also measure how the processor speeds up."""
    iterations, began = 0, time.perf_counter()
    while True:
        accepted, sse = made.run(task.starts[0], most)
        iterations += int(accepted)
        seconds = time.perf_counter() - began
        if seconds >= ROUND_SECONDS:
            return {"seconds": seconds, "iterations": iterations, "sse": float(sse)}


def _trials(made, task, message):
    starts = task.starts[message["first"] : message["first"] + message["trials"]]
    began = time.perf_counter()
    if hasattr(made, "trials"):
        solved = made.trials(starts, message["most"], message["target"])
    elif hasattr(made, "trial"):
        solved = sum(made.trial(start, message["most"], message["target"]) for start in starts)
    else:
        return {"refused": "has no cascades"}
    return {"seconds": time.perf_counter() - began, "solved": int(solved)}
