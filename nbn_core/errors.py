"""The exceptions that `nbn_core` raises on invalid input.

    ValueError
      NBNError
        TopologyError              the graph is not a feed-forward network
          CycleError               connections form a loop
          UnreachableNeuronError   a neuron has no input, or no path to an output
        DatasetError               the data cannot be used
        ShapeError                 the sizes of two values do not match
        SettingError               a setting has an invalid value
        ExperimentError            the JSON or the link of an experiment is damaged
        FormatError                a file of another format is damaged, or cannot hold the value
        StoreError                 a database or a cluster cannot be reached or does not fit

Each message is one sentence for the user: what is wrong, where, and what to do about it.
Training that does not converge raises nothing; it ends with a `StopReason`.
"""


class NBNError(ValueError):
    """Base class of all exceptions that `nbn_core` raises on invalid input."""


class TopologyError(NBNError):
    """The neurons and connections do not form a feed-forward network."""


class CycleError(TopologyError):
    """The connections form a loop."""


class UnreachableNeuronError(TopologyError):
    """A neuron has no source, or no path leads from it to an output."""


class DatasetError(NBNError):
    """The data are empty, not finite, or otherwise unusable."""


class ShapeError(NBNError):
    """The sizes of two values that belong together do not match."""


class SettingError(NBNError):
    """A setting is unknown, of the wrong type, or out of range."""


class ExperimentError(NBNError):
    """An experiment file or link cannot be read."""


class StoreError(NBNError):
    """A database or a cluster cannot be reached, or is of another version."""


class FormatError(NBNError):
    """A file is damaged or not of the expected format, or a format cannot hold the value."""
