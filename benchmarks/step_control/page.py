"""The document docs/step-control.md, from the results of the study."""

from __future__ import annotations

import math
from typing import Any

from benchmarks.step_control.problems import Problem

USUAL, BEFORE = "adaptive", "default before"


def page(record: dict[str, Any], variants: list[str], problems: list[Problem]) -> str:
    """Write the document.

    Parameters
    ----------
    record : dict
        Results of the study: "results" by problem and variant, "nist", "scaled".
    variants : list of str
        Names of the variants, in the order of the columns.
    problems : list of Problem
        Problems, in the order of the rows.

    Returns
    -------
    str
        Markdown.
    """
    results = record["results"]
    groups = {
        "Problems on which the default was tuned": ("known",),
        "Problems on which nothing was tuned": ("fresh", "raw"),
    }
    parts = [
        "# Step control of Levenberg-Marquardt: a study",
        "Written by `python -m benchmarks step_control`; do not edit by hand.",
        INTRODUCTION.strip(),
    ]
    for title, wanted in groups.items():
        names = [problem.name for problem in problems if problem.group in wanted]
        names = [name for name in names if name in results]
        parts += [
            f"## {title}",
            "### Successes, per cent",
            _table(results, names, variants, _rate),
            "### Cost of a success, in forward-equivalents",
            _table(results, names, variants, _cost),
            _means(results, names, variants),
        ]
    if "nist" in record:
        parts += ["## Reference problems of NIST", NIST.strip(), _nist(record["nist"])]
    if "scaled" in record:
        parts += ["## Badly scaled data", SCALED.strip(), _scaled(record["scaled"])]
    if "further" in record:
        parts += ["## Controls that were not taken", FURTHER.strip(), *_further(record, problems)]
    return "\n\n".join([*parts, NOTES.strip()]) + "\n"


def _further(record: dict[str, Any], problems: list[Problem]) -> list[str]:
    """Return the costs of the controls that were not taken, and their geometric means."""
    results = record["further"]
    names = [problem.name for problem in problems if problem.name in results]
    ideas = list(results[names[0]])
    usual = ideas[0]
    means = ["| control | dearer than adaptive, geometric mean | known | fresh | worst |",
             "|---|---:|---:|---:|---:|"]  # fmt: skip
    tuned = {problem.name for problem in problems if problem.group == "known"}
    for idea in ideas[1:]:
        ratio = {name: results[name][idea]["cost"] / results[name][usual]["cost"] for name in names}
        groups = (names, [n for n in names if n in tuned], [n for n in names if n not in tuned])
        cells = [
            f"{math.exp(sum(math.log(ratio[name]) for name in group) / len(group)):.2f}x"
            for group in groups
        ]
        worst = max(ratio, key=ratio.__getitem__)
        means.append(f"| {idea} | {' | '.join(cells)} | {ratio[worst]:.1f}x ({worst}) |")
    return [
        "### Cost of a success, in forward-equivalents",
        _table(results, names, ideas, _cost),
        "\n".join(means),
    ]


def _table(results: dict[str, Any], names: list[str], variants: list[str], cell: Any) -> str:
    lines = ["| problem | " + " | ".join(variants) + " |", "|---" + "|---:" * len(variants) + "|"]
    for name in names:
        row = results[name]
        cells = [cell(row[variant]) if variant in row else "" for variant in variants]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _rate(row: dict[str, Any]) -> str:
    low, high = row["interval"]
    return f"{100 * row['solved'] / row['trials']:.0f} [{100 * low:.0f}, {100 * high:.0f}]"


def _cost(row: dict[str, Any]) -> str:
    return f"{row['cost']:,.0f}" if row["solved"] else f"> {row['cost'] / 2:,.0f}"


def _means(results: dict[str, Any], names: list[str], variants: list[str]) -> str:
    """Return the geometric mean of the costs relative to the default before, and the extremes."""
    lines = [
        "| variant | cheaper than the default before, geometric mean | worst | best |",
        "|---|---:|---:|---:|",
    ]
    for variant in variants:
        if any(variant not in results[name] for name in names):
            continue
        gains = {
            name: results[name][BEFORE]["cost"] / results[name][variant]["cost"] for name in names
        }
        mean = math.exp(sum(map(math.log, gains.values())) / len(gains))
        worst, best = min(gains, key=gains.__getitem__), max(gains, key=gains.__getitem__)
        lines.append(
            f"| {variant} | {mean:.2f}x | {gains[worst]:.2f}x ({worst}) | "
            f"{gains[best]:.1f}x ({best}) |"
        )
    return "\n".join(lines)


def _nist(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| problem | least SSE | NBN: digits | iterations | ends | default before: digits | "
        "iterations | MINPACK: digits | iterations |",
        "|---|---:|---:|---:|---|---:|---:|---:|---:|",
    ]
    for row in rows:
        fits = [
            f"{row[who]['digits']:.1f} | {_count(row[who]['iterations'])}"
            for who in ("ours", "before", "minpack")
        ]
        end = row["ours"]["end"].lower().replace("_", " ")
        lines.append(
            f"| {row['problem']} | {row['least']:.9g} | {fits[0]} | {end} | {fits[1]} | {fits[2]} |"
        )
    return "\n".join(lines)


def _count(iterations: int | None) -> str:
    return "not reached" if iterations is None else str(iterations)


def _scaled(rows: list[dict[str, Any]]) -> str:
    lines = [
        "| fit | NBN | default before, uniform start | published, uniform start | MINPACK |",
        "|---|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {row['problem']} | "
        + " | ".join(f"{row[who]:.3g}" for who in ("ours", "before", "published", "minpack"))
        + " |"
        for row in rows
    ]
    return "\n".join(lines)


INTRODUCTION = """
All variants train from the same seeds, at most 400 iterations. Rates are followed by Wilson's 95 %
interval. The cost is what a success takes when failures are repeated: the work of all trials
divided by the successes, in forward-equivalents (multiplications of one pass over all patterns).
Where nothing succeeded, half a success is counted in the means, and the table gives the work
spent.

## The variants

`adaptive` is the default. Its damping is mu times the largest diagonal entry of Q, in units of the
data: a weight from an input is measured in 1 / (root mean square of the input), a weight to a
linear output in (standard deviation of the target) / (size of the source). The step is halved
until the SSE falls; it begins at four times the last length, at most at 1. Mu begins at 0.03, and
is multiplied by 0.4 after a step above 0.2 of its length, by 2 after a shorter one. Training stops
when 30 iterations lower the SSE by less than 0.1 %.

Starting weights `data`: uniform, for standardised inputs between -1 and 1 over the square root of
the number of sources, twice that for weights from neurons and 0.3 of it for biases; then converted
to the scale of the data, and those of a linear output to the scale of its target. `uniform`:
between -1 and 1. `fan-in`: between -1 and 1 over the square root of the number of sources.

`default before`: best step with damping by the largest diagonal entry of Q, mu from 0.3, not below
1e-6, and the uniform start. `published`: mu I from 0.01, divided or multiplied by 10, and the
uniform start. In calls: `train(...)`, `train(..., control="best_step", scheme="uniform")`,
`train(..., control="published", scheme="uniform")`.
"""

NIST = """
The linear sets are a neuron with powers of x as inputs, on raw numbers; their least SSE is
computed in exact rational arithmetic. Of the 27 nonlinear sets, Misra1d and Rat42 are networks of
the lab's activations; they start from both starts of NIST. Digits are correct digits of the SSE
(where the least SSE is 0: of the errors, relative to the targets), 15 at most. Iterations are
those to 8 digits. MINPACK is `scipy.optimize.least_squares(method="lm")` from the same weights;
its iterations are evaluations of the Jacobian.
"""

SCALED = """
The same values in columns of other sizes: share of the variance of the targets that is left after
at most 1,000 iterations, median of 10 starts. NBN and MINPACK begin at the `data` start.
"""

FURTHER = """
Each is added to the adaptive control in a loop that was written anew, on at most 60 of the same
starts; the first column shows that this loop is the same method. Gain ratio: mu follows actual over
predicted decrease by Nielsen's formula. Geodesic acceleration (Transtrum & Sethna, arXiv 1201.5885)
bends the step by half the second derivative along it, where twice the bend is at most 0.75 or 0.2
of the step; it is paid for with an evaluation and a pass backward. Steps uphill (the same paper):
an SSE is accepted if (1 - cosine with the last step)^b times it is below the least so far. Largest
of 5 (Grippo, Lampariello & Lucidi, 1986): the SSE must be below the largest of the last five.
"""

NOTES = """
## What was tried on the way

On the problems known to the tuning and on eleven others, about 2,000 starts a setting; not
repeated by the command.

* The floor of 1e-6 under mu, which the searches had, is what stalled linear and badly scaled least
  squares. Without it, and with a line search and half the fan-in start, the cost of the known
  problems falls by 4.9; with a mu that changes faster by 6.3.
* A start for standardised data costs a quarter on the spirals, whose raw inputs reach 6.5, and
  makes raw own data trainable: wine in raw units cost 750,000 with the default before and about
  900 now.
* The bounds of the start: weights from neurons between 1 and 3 times those from inputs, biases
  between 0.1 and 1. Small biases and factor 2 are best on parity and spirals together.
* Gain ratio (actual over predicted decrease, mu times 0.3, 0.5 or 2): as cheap as the step length
  alone. The step length was taken, since a trace then tells how to resume.
* Steps beyond the full length while the SSE falls, a quadratic model in place of halving, a
  sufficient decrease (Armijo): no gain.
* The mean of the diagonal in place of its largest entry: the same within chance, worse on
  decoders.
* Stopping on a plateau makes failures cheaper by a third and loses some successes on parity-7 with
  3 neurons. 50 iterations in place of 30 cost 8 % more; 1 % in place of 0.1 % a tenth less, but
  stops slow fits.
* Restarts in place of the stop cost the same per success; they are the rule "NBN with restarts".

## The verdict

`adaptive` with the `data` start is the default of `train`, `run_trials` and new experiments. On
Filip, a polynomial of degree 10 on raw powers, the matrix Q has a condition number of 1e20 and
more: no method that forms it in double precision can solve it; MINPACK works on J. Everywhere else
the certified digits are reached. Experiments saved before keep their control, their start and
their bits; the published rule is one word away, `control="published"`, and in the list of "Step
control" on the Draw page.
"""
