"""Everything `nbn_core` raises on bad input.

    ValueError
      NBNError
        TopologyError              the drawing is not a feed-forward network
          CycleError               connections form a loop
          UnreachableNeuronError   a neuron has no input, or no path to an output
        DatasetError               the data cannot be used
        ShapeError                 two things do not fit each other
        SettingError               a setting is outside what it may be
        ExperimentError            damaged JSON or link

Each message is one sentence for the person at the screen: what is wrong, where, what to do.
A training that does not converge is not an error; it ends with a `StopReason`.
"""


class NBNError(ValueError):
    """The root of everything raised on bad input."""


class TopologyError(NBNError):
    """The neurons and connections do not make a feed-forward network."""


class CycleError(TopologyError):
    """The connections form a loop."""


class UnreachableNeuronError(TopologyError):
    """A neuron has no input, or no path to an output."""


class DatasetError(NBNError):
    """The data cannot be used."""


class ShapeError(NBNError):
    """Two things that belong together do not fit."""


class SettingError(NBNError):
    """A setting is outside what it may be."""


class ExperimentError(NBNError):
    """An experiment file or link cannot be read."""
