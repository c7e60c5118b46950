"""The key of an experiment's training: equal for experiments that train in the same way."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from weakref import WeakKeyDictionary

from nbn_core.experiment import Experiment


def training_key(experiment: Experiment) -> str:
    """Return a digest of all that training depends on: the experiment without drawing and names."""
    key = _KEYS.get(experiment)
    if key is None:
        unnamed = replace(experiment.topology, names=())
        key = _KEYS[experiment] = replace(experiment, topology=unnamed, drawing=None).digest
    return key


_KEYS: Final[WeakKeyDictionary[Experiment, str]] = WeakKeyDictionary()
