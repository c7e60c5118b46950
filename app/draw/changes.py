"""What the browser is told of a network that grows, shrinks or rewires."""

from __future__ import annotations

from app.session.jobs import Run
from app.session.reshaping_run import ReshapingRun
from nbn_core.types import Json


def changes_block(run: Run) -> list[Json] | None:
    """Return all changes of the network, or None if it stays as it is.

    Each has its row, a title, and the connections that were born and that died.
    """
    if not isinstance(run, ReshapingRun):
        return None
    return [
        {
            "row": event.row,
            "title": event.title,
            "born": [list(link) for link in event.born],
            "died": [list(link) for link in event.died],
        }
        for event in run.reshaping.events
    ]


def living_weights(run: Run | None) -> int | None:
    """Return the number of weights that live now; None for a network that stays as it is."""
    if not isinstance(run, ReshapingRun):
        return None
    return run.reshaping.now.topology.n_weights
