"""Plan: which networks are compared and how, and the study that follows from it."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from app.session.fit import fits
from app.session.limits import MAX_WEIGHTS
from app.session.tuned_settings import tuned
from nbn_core.checks import plural
from nbn_core.errors import SettingError
from nbn_core.experiment import Experiment, KeptDrawing, SeededStart
from nbn_core.network import Topology
from nbn_core.network.neuron_kind import NeuronKind, kind_of
from nbn_core.network.variants import CHANGES
from nbn_core.studies import Study, StudyNetwork, StudyRule
from nbn_core.studies.families import FAMILIES, member

DRAWING: Final = "drawing"  # the drawn network, as a family of its own
OPENING: Final = ("slp", "bmlp1", "fcc")
VARIANTS: Final = "variants"  # of the drawn network, with other bridges or widths
KEPT: Final = "kept"  # drawings that were kept by name
OFFERED: Final = (*FAMILIES, DRAWING, VARIANTS, KEPT)
OF_THE_DRAWING: Final = {DRAWING: "Drawing", VARIANTS: "Variants of the drawing"}
DRAWN: Final = {**OF_THE_DRAWING, KEPT: "Kept drawings"}
MOST_SIZE: Final = 20
OPENING_SIZES: Final = (1, 8)
OPENING_TRIALS: Final = 50
NUMBERS: Final = {family.title: i for i, family in enumerate(FAMILIES.values())}  # for colours


def family_title(key: str) -> str:
    """Return the title of a family, of the drawing, its variants, or the kept drawings."""
    return DRAWN[key] if key in DRAWN else FAMILIES[key].title


@dataclass(frozen=True)
class Grid:
    """Networks by family and size.

    Parameters
    ----------
    families : tuple of str
        Keys of the families, without the drawing.
    sizes : tuple of int
        Neurons per hidden layer, or hidden neurons of a cascade.
    members : mapping of (str, int) to StudyNetwork
        Networks by family and size; those that are too large are missing.
    too_large : int
        Number of networks left out because they have too many weights.
    """

    families: tuple[str, ...]
    sizes: tuple[int, ...]
    members: Mapping[tuple[str, int], StudyNetwork]
    too_large: int

    def networks(self) -> tuple[StudyNetwork, ...]:
        """Return the networks; one that two families share counts once."""
        found: dict[Topology, StudyNetwork] = {}
        for one in self.members.values():
            found.setdefault(one.topology, one)
        return tuple(found.values())


@functools.lru_cache(maxsize=8)
def grid_of(
    families: tuple[str, ...], smallest: int, largest: int, n_inputs: int, n_outputs: int,
    kind: NeuronKind,
) -> Grid:  # fmt: skip
    """Make the networks of some families and sizes."""
    sizes = tuple(range(smallest, largest + 1))
    members = {
        (key, size): member(
            key, size, n_inputs, n_outputs,
            hidden=kind.hidden, output=kind.output, gain=kind.gain, leak=kind.leak,
        )
        for key in families
        for size in sizes
        if FAMILIES[key].weights(size, n_inputs, n_outputs) <= MAX_WEIGHTS
    }  # fmt: skip
    return Grid(families, sizes, members, len(families) * len(sizes) - len(members))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is compared.

    Parameters
    ----------
    families : tuple of str
        Keys of families, `DRAWING`, `VARIANTS` and `KEPT`.
    smallest, largest : int
        Neurons per hidden layer, or hidden neurons of a cascade.
    rule : str
        Name of the learning rule.
    iterations : int
        Maximum iterations of a training.
    trials : int
        Seeds for each network.
    """

    families: tuple[str, ...] = OPENING
    smallest: int = OPENING_SIZES[0]
    largest: int = OPENING_SIZES[1]
    rule: str = "nbn"
    iterations: int = 1000
    trials: int = OPENING_TRIALS

    def grid(self, experiment: Experiment) -> Grid:
        """Return the networks of the families, with neurons like those of the drawing."""
        train = experiment.datasets()[0]
        families = tuple(key for key in self.families if key in FAMILIES)
        return grid_of(
            families, self.smallest, self.largest, train.n_inputs, train.n_outputs,
            kind_of(experiment.topology),
        )  # fmt: skip

    def settings(self, experiment: Experiment) -> Mapping[str, Any]:
        """Return those of the experiment for its own rule, tuned ones for another."""
        if self.rule == experiment.rule:
            return experiment.settings
        return tuned(experiment, self.rule)

    def study(
        self,
        experiment: Experiment,
        blocked: str | None = None,
        shelf: Sequence[KeptDrawing] = (),
    ) -> Study:
        """Return the study.

        Parameters
        ----------
        experiment : Experiment
            The current experiment: data, target, drawing.
        blocked : str, optional
            Why the drawing cannot be trained; None if it can.
        shelf : sequence of KeptDrawing
            The drawings that were kept.

        Raises
        ------
        SettingError
            If nothing is chosen, a network is too large, the rule cannot train a network, or there
            would be too many trainings.
        """
        if not self.families:
            raise SettingError("No family is chosen: choose at least one.")
        grid = self.grid(experiment)
        networks = grid.networks()
        if OF_THE_DRAWING.keys() & set(self.families):
            _check_drawing(experiment, blocked)
        if DRAWING in self.families:
            networks += (_drawing(experiment),)
        if VARIANTS in self.families:
            networks += _variants(experiment)
        if KEPT in self.families:
            networks += _kept(experiment, shelf)
        if not networks:
            raise SettingError(
                f"All networks of these families and sizes have more than {MAX_WEIGHTS:,} weights: "
                "choose smaller sizes."
            )
        start = experiment.start
        return Study(
            networks,
            experiment.data,
            (StudyRule(self.rule, self.settings(experiment)),),
            self.trials,
            scheme=start.scheme if isinstance(start, SeededStart) else SeededStart().scheme,
            stopping=replace(experiment.stopping, max_iterations=self.iterations),
        )


def _check_drawing(experiment: Experiment, blocked: str | None) -> None:
    if blocked is not None:
        raise SettingError(f"{blocked} Until then, leave out the drawing here.")
    weights = experiment.topology.n_weights
    if weights > MAX_WEIGHTS:
        raise SettingError(
            f"The drawing has {plural(weights, 'weight')}, but the app allows at most "
            f"{MAX_WEIGHTS:,}: leave it out."
        )


def _drawing(experiment: Experiment) -> StudyNetwork:
    sizes = experiment.topology.described[0]
    return StudyNetwork(f"Drawing {sizes}"[:60], experiment.topology, family_title(DRAWING))


def _kept(experiment: Experiment, shelf: Sequence[KeptDrawing]) -> tuple[StudyNetwork, ...]:
    """Return the kept drawings that fit the data and are not too large.

    Raises
    ------
    SettingError
        If there are none.
    """
    data = experiment.datasets()[0]
    found: dict[Topology, StudyNetwork] = {}
    for one in shelf:
        made = one.topology
        if fits(made, data) and made.n_weights <= MAX_WEIGHTS:
            name = f"{one.name} ({made.described[0]})"[:60]
            found.setdefault(made, StudyNetwork(name, made, family_title(KEPT)))
    if not found:
        raise SettingError(
            "No kept drawing fits these data: keep one below, or leave out the kept drawings here."
        )
    return tuple(found.values())


def _variants(experiment: Experiment) -> tuple[StudyNetwork, ...]:
    """Return the variants of the drawing that differ from it and are not too large.

    Raises
    ------
    SettingError
        If there are none.
    """
    found: dict[Topology, StudyNetwork] = {}
    for words, change in CHANGES.items():
        made = change(experiment.topology)
        if made != experiment.topology and made.n_weights <= MAX_WEIGHTS:
            name = f"Drawing, {words} ({made.described[0]})"[:60]
            found.setdefault(made, StudyNetwork(name, made, family_title(VARIANTS)))
    if not found:
        raise SettingError(
            "The drawing has no variants: there are no hidden neurons to add, leave out or bridge, "
            "or too many weights. Leave out the variants here."
        )
    return tuple(found.values())
