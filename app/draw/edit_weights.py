"""Starting weights: new random ones, or single weights set by hand."""

from __future__ import annotations

from typing import Final

from app.draw.action import Action
from app.session.history import change
from app.session.jobs import Workers
from app.session.limits import MAX_ITERATIONS
from app.session.messages import Message
from app.session.state import Session
from app.session.weights import BIAS, renew_weights, shown_weights
from nbn_core.errors import TopologyError
from nbn_core.experiment import GivenStart


def _new_weights(session: Session, message: Message, workers: Workers) -> None:
    renew_weights(session)


def _weight(session: Session, message: Message, workers: Workers) -> None:
    """Set one weight: the weights shown, with this one changed, become the starting weights."""
    experiment = session.experiment
    value = message.number("value", -1e6, 1e6)
    names = experiment.topology.weight_names
    if "bias" in message.fields:
        target = message.text("bias")
        place = next((n for n, (s, t) in enumerate(names) if t == target and s == BIAS), None)
    else:
        ends = (message.text("source"), message.text("target"))
        place = names.index(ends) if ends in names else None
    if place is None:
        raise TopologyError(
            "That connection is not part of the network, so it has no weight: connect its neuron "
            "first."
        )
    weights = shown_weights(session, message.whole("k", 0, MAX_ITERATIONS)).copy()
    weights[place] = value
    change(session, start=GivenStart(tuple(weights.tolist())))


ACTIONS: Final[dict[str, Action]] = {
    "new_weights": _new_weights,
    "weight": _weight,
}
