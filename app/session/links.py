"""The link to what a session holds."""

from __future__ import annotations

from app.session.state import Bench
from nbn_core.errors import ExperimentError
from nbn_core.experiment import Experiment, link


def current_link(bench: Bench) -> str:
    """Return the link that reopens exactly this; empty when it is too large for one."""
    if bench.linked is not bench.experiment:
        bench.linked, bench.link = bench.experiment, _link_of(bench.experiment)
    return bench.link


def _link_of(experiment: Experiment) -> str:
    try:
        return link.encode(experiment)
    except ExperimentError:
        return ""
