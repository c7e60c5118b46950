"""Whether a kept drawing fits the data, and the sentence that says why it does not."""

from __future__ import annotations

from nbn_core.checks import plural
from nbn_core.data import Dataset
from nbn_core.errors import ExperimentError
from nbn_core.network import Topology


def fits(topology: Topology, data: Dataset) -> bool:
    """Return whether a network has as many inputs and outputs as the data."""
    return (topology.n_inputs, topology.n_outputs) == (data.n_inputs, data.n_outputs)


def check_fit(name: str, topology: Topology, data: Dataset, advice: str) -> None:
    """Refuse a kept drawing that does not fit.

    Parameters
    ----------
    name : str
        Name of the drawing.
    topology : Topology
        Its network.
    data : Dataset
        Training patterns.
    advice : str
        What to do, as the end of the sentence.

    Raises
    ------
    ExperimentError
        If it has other numbers of inputs or outputs.
    """
    if not fits(topology, data):
        raise ExperimentError(
            f"“{name}” has {plural(topology.n_inputs, 'input')} and "
            f"{plural(topology.n_outputs, 'output')}, but the data need {data.n_inputs} and "
            f"{data.n_outputs}: {advice}"
        )
