"""The choices of the reader on the Hessian page that several sections share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.session.sketch import Sketch
from nbn_core.network import Topology


@dataclass(slots=True)
class Choices:
    """Choices that are kept from one section to the next.

    Parameters
    ----------
    sketch : Sketch
        The drawing of the network.
    block : tuple of two str, optional
        Names of the neurons whose block of Q is enlarged; None for the whole matrix.
    click : str
        Number of the last click on the matrix that was processed.
    """

    sketch: Sketch
    block: tuple[str, str] | None = None
    click: str = ""

    @property
    def places(self) -> Mapping[str, tuple[float, float]]:
        """The positions of the nodes in the drawing."""
        return self.sketch.places()

    def block_in(self, topology: Topology) -> tuple[int, int] | None:
        """Return the indices of the chosen neurons; None if the network does not have them."""
        names = topology.neuron_names
        if self.block is None or any(name not in names for name in self.block):
            return None
        return names.index(self.block[0]), names.index(self.block[1])
