"""Networks that grow, shrink and rewire: test error against weights, and against whole networks.

The real data are the 442 diabetes patients of Efron et al. 2004 (`sklearn.datasets.load_diabetes`),
half of them for testing: first networks of many sizes, then one large network that is pruned by
each measure of saliency. Growth is compared with training the whole network on Playground's spiral,
and rewiring with a fixed sparse network on handwritten digits.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import RESULTS
from nbn_core import Dataset, Experiment, Neuron, Topology, starting_weights, train
from nbn_core.experiment import OwnData
from nbn_core.structure import (
    MEASURES,
    REWIRINGS,
    Grow,
    Prune,
    Repeat,
    Reshaping,
    Rewire,
    Step,
    Train,
)

FILE = RESULTS / "structure.json"
DOCUMENT = Path(__file__).parent.parent / "docs" / "structure.md"
HIDDEN = (1, 2, 3, 4, 6, 8, 12, 16)
LARGEST = HIDDEN[-1]
ROUNDS = 30  # of pruning, a tenth of the connections each


def diabetes() -> tuple[Dataset, Dataset]:
    """Return training and test patients, inputs and target standardised by the training part."""
    from sklearn.datasets import load_diabetes

    found = load_diabetes(scaled=False)
    data = OwnData(
        Dataset(found.data, found.target[:, None], "Diabetes"), 0.5, inputs_by="standard",
        targets_by="standard",
    )  # fmt: skip
    parts = data.parts()
    assert parts.test is not None
    return parts.train, parts.test


def finished(reshaping: Reshaping, *steps: Step) -> Reshaping:
    """Do all steps, as far as they can be done."""
    reshaping.add(*steps)
    while reshaping.stop is None:
        reshaping.advance(seconds=1.0)
    return reshaping


def sizes(seeds: int) -> list[dict[str, Any]]:
    """Train networks of each size; return their median errors."""
    learn, test = diabetes()
    rows = []
    for hidden in HIDDEN:
        topology = Topology.mlp([10, hidden, 1])
        errors = []
        for seed in range(seeds):
            start = starting_weights(topology, learn, seed=seed)
            (point,) = finished(
                Reshaping(topology, learn, weights=start, test=test), Train(200)
            ).path()
            errors.append((_root(point.sse, learn), _root(point.test_sse, test)))
        train_error, test_error = np.median(errors, axis=0)
        rows.append(
            {"weights": topology.n_weights, "train": train_error, "test": test_error,
             "quartiles": np.quantile([e for _, e in errors], [0.25, 0.75]).tolist()}
        )  # fmt: skip
    return rows


def pruning(measure: str, seeds: int) -> list[dict[str, Any]]:
    """Prune the largest network; return median errors near each number of weights."""
    learn, test = diabetes()
    topology = Topology.mlp([10, LARGEST, 1])
    paths = []
    for seed in range(seeds):
        start = starting_weights(topology, learn, seed=seed)
        made = Reshaping(topology, learn, weights=start, test=test)
        finished(made, Train(200), Repeat((Prune(measure=measure), Train(50)), times=ROUNDS))
        paths.append(
            [
                (
                    p.n_weights,
                    _root(p.sse, learn),
                    _root(p.test_sse, test),
                    e.predicted_rise,
                    e.real_rise,
                )
                for p, e in zip(made.path()[1:], made.events, strict=True)
            ]
        )
    rows = []
    for hidden in HIDDEN:
        weights = Topology.mlp([10, hidden, 1]).n_weights
        near = [min(path, key=lambda row: abs(row[0] - weights)) for path in paths]
        found = np.median(near, axis=0).tolist()
        rows.append(
            dict(zip(("weights", "train", "test", "predicted", "real"), found, strict=True))
        )
    return rows


def growth(seeds: int) -> list[dict[str, Any]]:
    """Grow networks on the spiral until solved; train whole ones of the same sizes."""
    learn, _ = Experiment.suggested("playground_spiral").datasets()
    rows = []
    for kind in ("cascade", "plain", "widen"):
        neurons, work, solved = [], [], 0
        for seed in range(seeds):
            topology = Topology.fcc(2, 1, 1)
            made = Reshaping(
                topology, learn, weights=starting_weights(topology, learn, seed=seed),
                target_sse=1.0,
            )  # fmt: skip
            finished(made, Train(100), Repeat((Grow(kind, seed=seed), Train(100)), times=14))
            last = made.path()[-1]
            solved += last.sse <= 1.0
            neurons.append(last.n_neurons)
            work.append(made.trace().work[-1])
        rows.append(_grown(kind, seeds, solved, neurons, work))
    for hidden in (5, 7, 10, 15):
        topology = Topology.fcc(2, hidden, 1)
        found = [
            train(topology, learn, seed=seed, target_sse=1.0, max_iterations=1500)
            for seed in range(seeds)
        ]
        solved = sum(one.sse <= 1.0 for one in found)
        rows.append(
            _grown("whole", seeds, solved, [hidden + 1] * seeds, [one.work for one in found])
        )
    return rows


def _grown(
    kind: str, seeds: int, solved: int, neurons: list[int], work: list[float]
) -> dict[str, Any]:
    return {
        "kind": kind, "seeds": seeds, "solved": int(solved), "neurons": float(np.median(neurons)),
        "most": int(max(neurons)), "work": float(np.median(work)),
    }  # fmt: skip


def rewiring(seeds: int) -> list[dict[str, Any]]:
    """Train sparse networks on digits, with and without moving connections."""
    learn, test = Experiment.suggested("digits").datasets()
    assert test is not None
    rows = []
    for kind in ("none", *REWIRINGS):
        shares = []
        for seed in range(seeds):
            topology = sparse(Topology.mlp([64, 16, 10], output="bipolar"), 0.2, seed)
            made = Reshaping(
                topology, learn, "rprop", weights=starting_weights(topology, learn, seed=seed)
            )
            moves: tuple[Step, ...] = () if kind == "none" else (Rewire(kind, 0.2, seed),)
            finished(made, Repeat((*moves, Train(20)), times=10))
            shares.append(_right(made.predict, test))
        rows.append(
            {"kind": kind, "connections": topology.n_connections, "right": float(np.median(shares)),
             "least": min(shares), "most": max(shares)}
        )  # fmt: skip
    return rows


def sparse(topology: Topology, density: float, seed: int) -> Topology:
    """Return the network with a random part of its connections; each neuron keeps two."""
    chance = np.random.default_rng([seed, 8])
    neurons = []
    for neuron in topology.neurons:
        count = max(2, round(density * len(neuron.sources)))
        kept = chance.choice(neuron.sources, count, replace=False)
        neurons.append(_seeing(neuron, kept.tolist()))
    used = {node for neuron in neurons for node in neuron.sources}
    first = topology.n_inputs
    for k in range(topology.n_neurons - topology.n_outputs):
        if first + k not in used:  # every hidden neuron feeds an output
            output = int(chance.integers(topology.n_outputs)) + topology.outputs[0]
            neurons[output] = _seeing(neurons[output], [*neurons[output].sources, first + k])
    return Topology(topology.names, first, tuple(neurons), topology.outputs)


def _seeing(neuron: Neuron, sources: list[int]) -> Neuron:
    return replace(neuron, sources=tuple(sorted(sources)))


def _right(predict: Callable[[Any], Any], test: Dataset) -> float:
    found = np.argmax(predict(test.inputs), axis=1) == np.argmax(test.targets, axis=1)
    return float(found.mean())


def _root(sse: float | None, data: Dataset) -> float:
    assert sse is not None
    return float(np.sqrt(sse / data.targets.size))


def document(found: dict[str, Any]) -> str:
    """Return the results as a document."""
    measures = list(MEASURES)
    pruned = [[found["pruning"][m][n] for m in measures] for n in range(len(HIDDEN))]
    errors = [
        [f"{row['weights']}", f"{row['train']:.3f}", f"{row['test']:.3f}"]
        + [f"{one['test']:.3f}" for one in near]
        for row, near in zip(found["sizes"], pruned, strict=True)
    ]
    rises = [
        [f"{row['weights']}"] + [f"{one['predicted']:.1f} / {one['real']:.1f}" for one in near]
        for row, near in zip(found["sizes"][:-1], pruned[:-1], strict=True)
    ]
    grown = [
        [
            NAMES[row["kind"]], f"{row['solved']} of {row['seeds']}", f"{row['neurons']:g}",
            f"{row['most']}", f"{row['work']:,.0f}",
        ]
        for row in found["growth"]
    ]  # fmt: skip
    moved = [
        [{"none": "never", **REWIRINGS}[row["kind"]]]
        + [f"{100 * row[name]:.1f} %" for name in ("right", "least", "most")]
        for row in found["rewiring"]
    ]
    tables = {
        "errors": table(["weights", "whole: train", "whole: test", *measures], errors),
        "rises": table(["weights", *measures], rises),
        "growth": table(
            ["network", "solved", "neurons, median", "neurons, most", "work, median"], grown
        ),
        "rewiring": table(["connections move", "right, median", "least", "most"], moved),
    }
    return TEXT.format(seeds=found["seeds"], **tables)


def table(head: list[str], rows: list[list[str]]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


TEXT = """# Growing, pruning and rewiring, measured

Written by `python -m benchmarks structure`. The package is
[nbn_core/structure](../nbn_core/structure/__init__.py); its map names the parts. In Python:

```python
from nbn_core import Topology, generators, starting_weights
from nbn_core.structure import Grow, Prune, Repeat, Reshaping, Train

data, network = generators.playground_circle(), Topology.mlp([2, 8, 1], output="bipolar")
reshaping = Reshaping(network, data, weights=starting_weights(network, data), target_sse=1.0)
reshaping.add(Train(100), Repeat((Prune(share=0.1), Train(30)), times=20, most_sse=1.0))
while reshaping.stop is None:
    reshaping.advance()
for point in reshaping.path():
    print(point)
topology, weights = reshaping.network_at(reshaping.path()[-1].row)
```

A `Reshaping` advances and reports like a `Training`. Its trace has the columns of all connections
that ever lived, with weight 0 for what is dead.

## Test error against weights, and pruning

442 diabetes patients, half of them for testing, {seeds} random seeds; root mean square error in
standard deviations of the training targets, median over the seeds. Networks 10-H-1 were trained by
NBN for 200 iterations. For pruning, 10-16-1 was trained in the same way; then a tenth of its
connections was removed in each round by one of three measures, followed by 50 iterations of NBN.
Each row shows the test error of the pruned network whose number of weights is closest.

{errors}

Expected and real rise of the SSE in the round that led to the network, before retraining:

{rises}

## Growth

Playground's spiral, training half, until SSE 1. Growth begins with one hidden neuron and trains
100 iterations after each new one, at most 14 times; whole cascades train for up to 1,500
iterations. Work is in forward passes of the network of the moment.

{growth}

## Rewiring

Digits, 300 for training and 300 for testing, 64-16-10 with a fifth of the connections, ten rounds
of 20 iterations of Rprop; a fifth of the connections moves before each round.

{rewiring}
"""
NAMES = {
    "cascade": "grown, neurons trained on the remaining error",
    "plain": "grown, neurons with random weights",
    "widen": "grown, neurons divided",
    "whole": "whole from the start",
}


def main() -> None:
    """Run all measurements, or write the document from the last ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--document", action="store_true", help="only write the document again")
    given = parser.parse_args()
    if not given.document:
        found = {
            "seeds": given.seeds,
            "sizes": sizes(given.seeds),
            "pruning": {measure: pruning(measure, given.seeds) for measure in MEASURES},
            "growth": growth(given.seeds),
            "rewiring": rewiring(max(3, given.seeds // 4)),
        }
        FILE.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    text = document(json.loads(FILE.read_text(encoding="utf-8")))
    DOCUMENT.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
