"""What a reader has chosen on the Hessian page, kept from one section to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.session.sketch import Sketch
from nbn_core.network import Topology


@dataclass(slots=True)
class Choices:
    """Choices that outlive a section.

    Parameters
    ----------
    sketch : Sketch
        What was drawn.
    block : tuple of two str, optional
        Neurons whose block of Q is looked at.
    click : str
        The last click on the matrix that was followed.
    """

    sketch: Sketch
    block: tuple[str, str] | None = None
    click: str = ""

    @property
    def places(self) -> Mapping[str, tuple[float, float]]:
        """Where the nodes were drawn."""
        return self.sketch.places()

    def block_in(self, topology: Topology) -> tuple[int, int] | None:
        """Return the chosen neurons as numbers; None if this network does not have them."""
        names = topology.neuron_names
        if self.block is None or any(name not in names for name in self.block):
            return None
        return names.index(self.block[0]), names.index(self.block[1])
