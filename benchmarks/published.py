"""Published tables repeated: printed values beside ours, and the smallest networks that are found.

Every row is a study of `nbn_core.studies.PUBLISHED_TABLES`. Results are added to those of earlier
runs, so that large rows can be run by themselves.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from benchmarks import RESULTS
from nbn_core.experiment import ProblemData, Stopping
from nbn_core.studies import (
    PUBLISHED_TABLES,
    VARIANTS,
    AnySeedGoal,
    PublishedEntry,
    RateGoal,
    Study,
    StudyRule,
    compare,
    members,
    run_study,
    search_study,
    study_of,
)
from nbn_core.studies.published_comparison import microseconds

FILE = RESULTS / "published.json"
DOCUMENT = Path(__file__).parent.parent / "docs" / "published.md"
SEED = 20
SEARCHES = {  # inputs, families, goal, settings of NBN, starting weights
    "parity-4, one seed in 100": (4, ("slp", "bmlp1", "fcc"), AnySeedGoal(0.01), {}, "data"),
    "parity-7, one seed in 100": (7, ("slp", "bmlp1", "fcc"), AnySeedGoal(0.01), {}, "data"),
    "parity-7, 10 % of the seeds": (7, ("slp", "bmlp1", "fcc"), RateGoal(0.1), {}, "data"),
    "parity-7, one seed in 100, published control": (
        7, ("slp", "bmlp1", "fcc"), AnySeedGoal(0.01), {"control": "published"}, "uniform",
    ),
}  # fmt: skip


def row(entry: PublishedEntry, variant: str, trials: int | None) -> dict[str, Any]:
    """Repeat a row of a table; return its comparison as JSON can hold it."""
    began = time.perf_counter()
    found = compare(entry, run_study(study_of(entry, variant, trials=trials, seed=SEED)))
    return {
        "table": entry.table, "title": entry.title, "variant": variant, "trials": found.trials,
        "successes": found.successes, "rate": list(found.rate), "inside": found.inside,
        "values": {
            one.name: {"printed": one.printed, "ours": one.ours, "inside": one.inside,
                       "interval": [_finite(limit) for limit in one.interval]}
            for one in found.values
        },
        "sentence": found.sentence, "seconds": time.perf_counter() - began,
        "iteration_seconds": found.seconds,
    }  # fmt: skip


def _finite(value: float) -> float | None:
    return value if abs(value) < float("inf") else None


def smallest(name: str) -> dict[str, Any]:
    """Search for the smallest network of each family."""
    n, families, goal, settings, scheme = SEARCHES[name]
    networks = members(families, range(1, 9), n, 1, output="bipolar").networks
    study = Study(
        networks, ProblemData("parity", {"n": n}), (StudyRule("nbn", settings),),
        seed=SEED, scheme=scheme, stopping=Stopping(0.01, 300),
    )  # fmt: skip
    began = time.perf_counter()
    found = search_study(study, goal, each_family=True)
    return {
        "name": name, "seconds": time.perf_counter() - began, "trainings": found.trainings,
        "end": found.end, "claim": found.claim,
        "found": [
            {"network": one.network.name, "weights": one.network.topology.n_weights,
             "neurons": one.network.topology.n_neurons, "successes": one.successes,
             "seeds": one.seeds}
            for family in dict.fromkeys(network.family for network in networks)
            if (one := found.smallest_of(family)) is not None
        ],
    }  # fmt: skip


def page(results: dict[str, Any]) -> str:
    """Write docs/published.md."""
    parts = [HEAD]
    for table in PUBLISHED_TABLES.values():
        parts += [f"## {table.title}", table.source]
        lines, notes = [], []
        for entry in table.entries:
            found = results["rows"].get(f"{entry.title}: as_published")
            if found is not None:
                lines.append(_line(entry, found))
                if entry.note not in notes:
                    notes.append(entry.note)
        if lines:
            head = (
                "| problem and network | weights | printed | certainty | ours, 95 % interval | "
                "inside |\n|---|---:|---|---|---|---|"
            )
            parts.append("\n".join([head, *lines]))
        variants = _variants(table.key, results["rows"])
        parts += [*([variants] if variants else []), *notes]
    return "\n\n".join([*parts, _searches(results["smallest"])]) + "\n"


def _line(entry: PublishedEntry, found: dict[str, Any]) -> str:
    printed, ours = [], [_rate(found)]
    values = found["values"]
    if entry.printed.neurons is not None:
        printed.append(f"{entry.printed.neurons} neurons")
    if entry.printed.success_rate is not None:
        printed.append(f"{100 * entry.printed.success_rate:.0f} %")
    if entry.printed.iterations is not None:
        printed.append(f"{entry.printed.iterations:g} iterations")
    if "iterations" in values:
        ours.append(
            f"{values['iterations']['ours']:.1f}{_between(values['iterations'])} iterations"
        )
    if "test_sse" in values:
        printed.append(f"test SSE {entry.printed.test_sse:g}")
        ours = [f"median test SSE {values['test_sse']['ours']:.3g}{_between(values['test_sse'])}"]
    if entry.printed.iteration_seconds is not None:
        printed.append(f"{1e6 * entry.printed.iteration_seconds:g} us an iteration")
        ours.append(f"{microseconds(found['iteration_seconds'])} an iteration")
    inside = {True: "yes", False: "no", None: "–"}[found["inside"]]
    return (
        f"| {entry.title} | {entry.network.topology.n_weights} | {', '.join(printed)} | "
        f"{entry.certainty.value} | {', '.join(ours)} | {inside} |"
    )


def _rate(found: dict[str, Any]) -> str:
    low, high = (100 * limit for limit in found["rate"])
    return f"{found['successes']} of {found['trials']} ({low:.0f} to {high:.0f} %)"


def _between(value: dict[str, Any]) -> str:
    low, high = value["interval"]
    return "" if high is None else f" ({_brief(max(0.0, low))} to {_brief(high)})"


def _brief(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def _variants(table: str, rows: dict[str, Any]) -> str:
    """Return the rates of all variants that were run, for the rows that have more than one."""
    entries = [entry.title for entry in PUBLISHED_TABLES[table].entries]
    lines = []
    for title in entries:
        found = {key: rows.get(f"{title}: {key}") for key in VARIANTS}
        if sum(one is not None for one in found.values()) > 1:
            cells = ["–" if one is None else _rate(one) for one in found.values()]
            lines.append(f"| {title} | {' | '.join(cells)} |")
    if not lines:
        return ""
    titles = " | ".join(variant.title for variant in VARIANTS.values())
    return "\n".join([
        f"| successes with | {titles} |", "|---|" + "---|" * len(VARIANTS), *lines,
    ])  # fmt: skip


def _searches(found: dict[str, Any]) -> str:
    lines = [
        SMALLEST, "",
        "| goal | smallest of each family | trainings | time |", "|---|---|---:|---:|",
    ]  # fmt: skip
    for one in found.values():
        nets = "; ".join(
            f"{net['network']} ({net['neurons']} neurons, {net['weights']} weights: "
            f"{net['successes']} of {net['seeds']})"
            for net in one["found"]
        )
        lines.append(
            f"| {one['name']} | {nets or 'none'} | {one['trainings']:,} | {one['seconds']:.1f} s |"
        )
    lines += ["", "What is certain, in the words of the search:", ""]
    lines += [f"- {name}: {one['claim']}" for name, one in found.items()]
    return "\n".join(lines)


HEAD = """# Published results, repeated

Written by `python -m benchmarks published`; do not edit by hand.

Printed values carry their certainty: none of the papers' tables could be read as a whole, and most
values are recalled and not verified. Settings that a source does not tell are the likely ones: the
published step control, starting weights between -1 and 1, gain 0.5, success at an SSE of 0.01.
Rates have Wilson's 95 % interval, means of iterations Student's, medians that of the order
statistics; “inside” means that all printed values are inside ours. A printed size is confirmed by
one success."""

SMALLEST = """## The smallest networks found

Successive halving over one hidden layer, one bridged hidden layer and the cascade with 1 to 8
hidden neurons, gain 1; a goal of one seed in 100 is given up when the rate is below 1 %."""


def main() -> None:
    """Repeat tables, print ours beside the printed values, and write the document."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks published", description=__doc__)
    parser.add_argument("--tables", nargs="*", default=list(PUBLISHED_TABLES))
    parser.add_argument("--variants", nargs="*", default=["as_published"], choices=VARIANTS)
    parser.add_argument("--rows", default="", help="only rows whose title contains this")
    parser.add_argument("--largest", type=int, default=10, help="parity of at most so many inputs")
    parser.add_argument("--trials", type=int, help="trials of each row, instead of its own number")
    parser.add_argument("--searches", action="store_true", help="search for the smallest networks")
    parser.add_argument("--page", action="store_true", help="write the page again, measure nothing")
    given = parser.parse_args()
    results = json.loads(FILE.read_text()) if FILE.exists() else {"rows": {}, "smallest": {}}
    for name in SEARCHES if given.searches and not given.page else ():
        results["smallest"][name] = smallest(name)
        print(f"{name}, {results['smallest'][name]['seconds']:.1f} s: "
              f"{results['smallest'][name]['claim']}", flush=True)  # fmt: skip
    for table in () if given.page else given.tables:
        for entry in PUBLISHED_TABLES[table].entries:
            large = entry.problem == "parity" and entry.n_inputs > given.largest
            if large or given.rows not in entry.title:
                continue
            for variant in given.variants:
                found = row(entry, variant, given.trials)
                results["rows"][f"{entry.title}: {variant}"] = found
                print(f"{entry.title}, {VARIANTS[variant].title}, {found['seconds']:.1f} s: "
                      f"{found['sentence']}", flush=True)  # fmt: skip
                FILE.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    FILE.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    DOCUMENT.write_text(page(results))


if __name__ == "__main__":
    main()
