"""What a removal is expected to do, and the saliency of every part, computed once for each network.

Both belong to the network and the weights that are shown, and are forgotten with them.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from app.session.computing import Desk
from app.session.reshaping import preview, shown_network
from app.session.state import Session
from nbn_core.data import Dataset
from nbn_core.errors import NBNError
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.gradual import in_one_part
from nbn_core.network import Topology
from nbn_core.structure import Prediction, Prune, Reshaping, saliencies
from nbn_core.types import FloatArray, Json

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
    desk : Desk or None
        Computes what takes long; without one, everything is computed at once.
    """

    of: tuple[Any, ...] = ()
    found: dict[Any, Any] = field(default_factory=dict)
    message: str = ""
    seen: int | None = None
    desk: Desk | None = None
    cache: ByteCache = field(default_factory=lambda: ByteCache(8_000_000))

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
        """Return what a removal is expected to do.

        Raises
        ------
        Unready
            If it is not computed yet.
        NBNError
            If nothing can be removed.
        """
        prepared = self.prepared(session)
        what = "what the removal is expected to do"
        return self._computed(session, step, lambda: prepared.predicted(step), what)

    def saliency(self, session: Session, measure: str) -> Json:
        """Return the saliency of every connection and hidden neuron, for the stage.

        Raises
        ------
        Unready
            If it is not computed yet.
        """
        topology, weights = shown_network(session)
        data = session.experiment.parts().train
        return self._computed(
            session, ("saliency", measure), lambda: _block(topology, data, weights, measure),
            "the saliency of every part",
        )  # fmt: skip

    def await_saliency(self, session: Session, measure: str) -> None:
        """Ask for the saliency, which the stage shows; raises Unready until it is computed."""
        with suppress(NBNError):  # a network that has none is shown without
            self.saliency(session, measure)

    def _computed(self, session: Session, key: Hashable, compute: Callable[[], T], what: str) -> T:
        if self.desk is None:
            return self.once(key, compute)
        topology, _ = shown_network(session)
        data = session.experiment.parts().train
        pairs = float(topology.n_weights**2)
        seconds = 2e-11 * data.n_patterns * data.n_outputs * pairs
        seconds += 3e-10 * topology.n_weights * pairs
        return self.desk.get(
            self.cache, (self.of, key), lambda: lambda: in_one_part(compute), seconds, what
        )


def _block(topology: Topology, data: Dataset, weights: FloatArray, measure: str) -> Json:
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
