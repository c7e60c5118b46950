"""What a removal is expected to do, and the saliency of every part, computed once for each network.

Both belong to the network and the weights that are shown, and are forgotten with them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from app.session.reshaping import preview, shown_network
from app.session.state import Session
from nbn_core.structure import Prediction, Prune, Reshaping, saliencies
from nbn_core.types import Json

T = TypeVar("T")
WORDS: Final = {
    "magnitude": "magnitude",
    "diagonal": "SSE expected to rise by",
    "surgeon": "SSE expected to rise by",
}


@dataclass(slots=True)
class Known:
    """What is known of the network that is shown.

    Parameters
    ----------
    of : tuple
        Document, run and row that it belongs to.
    found : dict
        Results by what was asked.
    message : str
        Why the last step was refused; empty if it was not.
    seen : int or None
        Row of the point of the chart that was clicked last.
    """

    of: tuple[Any, ...] = ()
    found: dict[Any, Any] = field(default_factory=dict)
    message: str = ""
    seen: int | None = None

    def about(self, session: Session) -> Known:
        """Forget what belongs to another network; return this value."""
        run = session.run
        now = (session.rev, None if run is None else run.id, session.iteration)
        if now != self.of:
            self.of, self.found = now, {}
        return self

    def once(self, key: Any, compute: Callable[[], T]) -> T:
        """Return a result, computed when it is asked for first."""
        if key not in self.found:
            self.found[key] = compute()
        found: T = self.found[key]
        return found

    def prepared(self, session: Session) -> Reshaping:
        """Return a reshaping of the network shown, for questions about it."""
        return self.once("preview", lambda: preview(session))

    def prediction(self, session: Session, step: Prune) -> Prediction:
        """Return what a removal is expected to do."""
        return self.once(step, lambda: self.prepared(session).predicted(step))

    def saliency(self, session: Session, measure: str) -> Json:
        """Return the saliency of every connection and hidden neuron, for the stage."""
        return self.once(("saliency", measure), lambda: _block(session, measure))


def _block(session: Session, measure: str) -> Json:
    topology, weights = shown_network(session)
    data = session.experiment.parts().train
    links = saliencies(topology, data, weights, measure)
    neurons = saliencies(topology, data, weights, measure, "neurons")
    return {
        "words": WORDS[measure],
        "links": [
            [*name, value] for name, value in zip(links.names, links.values.tolist(), strict=True)
        ],
        "neurons": [
            [name, value]
            for name, value in zip(neurons.names, neurons.values.tolist(), strict=True)
        ],
    }
