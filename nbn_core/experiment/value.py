"""The class Experiment. Its JSON is documented in `nbn_core.experiment`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import plural, shown
from nbn_core.data import Dataset
from nbn_core.data.scaling import Scaling
from nbn_core.data.split import Parts
from nbn_core.display import one_line
from nbn_core.errors import ExperimentError, NBNError, ShapeError
from nbn_core.experiment.checks import FrozenDict, keep, mapping
from nbn_core.experiment.data import ProblemData
from nbn_core.experiment.drawing import checked_drawing
from nbn_core.experiment.extras import EXTRAS, read_extras
from nbn_core.experiment.jsontext import dumps, loads
from nbn_core.experiment.own_data import OwnData
from nbn_core.experiment.reading import FORMAT, VERSION, all_there, read_parts
from nbn_core.experiment.start import GivenStart, SeededStart, Stopping
from nbn_core.generators import PROBLEMS
from nbn_core.network import Topology
from nbn_core.objective import Objective, starting_weights
from nbn_core.rules import RULES, rule_called
from nbn_core.training import Training
from nbn_core.types import FloatArray


@dataclass(frozen=True, eq=False)
class Experiment:
    """Everything a training depends on. Immutable: `dataclasses.replace` returns a changed copy.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    data : ProblemData or OwnData
        Patterns, with as many inputs and targets as the network has inputs and outputs.
    rule : str
        Learning rule, a key of `nbn_core.RULES`.
    settings : mapping
        Settings of the rule; missing ones have their default values.
    start : SeededStart or GivenStart
        The starting weights.
    stopping : Stopping
        Conditions under which training ends.
    drawing : dict or None
        Layout of the network on the Draw page, JSON of at most 256 kB.

    Raises
    ------
    ShapeError
        If the sizes of the data or of the given weights do not match the network.
    SettingError
        If the rule is unknown or one of its settings is invalid.
    ExperimentError
        If a part has the wrong type, or the drawing is not JSON or too large.
    """

    topology: Topology
    data: ProblemData | OwnData
    rule: str = "nbn"
    settings: Mapping[str, Any] = field(default_factory=dict)
    start: SeededStart | GivenStart = field(default_factory=SeededStart)
    stopping: Stopping = field(default_factory=Stopping)
    drawing: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        for name, types in (
            ("topology", Topology),
            ("data", (ProblemData, OwnData)),
            ("start", (SeededStart, GivenStart)),
            ("stopping", Stopping),
        ):
            if not isinstance(getattr(self, name), types):
                raise ExperimentError(
                    f"The {name} of an experiment cannot be {shown(getattr(self, name))}."
                )
        keep(self, "settings", FrozenDict(_rule_settings(self.rule, self.settings)))
        keep(self, "drawing", checked_drawing(self.drawing))
        _check_fit(self.topology, self.data.datasets()[0])
        if isinstance(self.start, GivenStart):
            _check_start(self.topology, self.start)

    @classmethod
    def suggested(cls, problem: str, *, split_seed: int = 0, **parameters: Any) -> Experiment:
        """Return an experiment with the network, split and target suggested for a problem.

        Parameters
        ----------
        problem : str
            Name of the problem, a key of `nbn_core.generators.PROBLEMS`.
        split_seed : int
            Random seed of the split, for problems that suggest one.
        **parameters
            Parameters of the generator.

        Returns
        -------
        Experiment
            Experiment with NBN and starting weights from seed 0.
        """
        share = PROBLEMS[problem].train_share if problem in PROBLEMS else 1.0
        data = ProblemData(problem, parameters, share, split_seed)
        train, _ = data.datasets()
        suits = PROBLEMS[problem]
        return cls(suits.topology(train), data, stopping=Stopping(suits.target(train)))

    @property
    def scaling(self) -> Scaling:
        """Scaling between raw units and the network."""
        return self.data.scaling

    def parts(self) -> Parts:
        """Return the split patterns, scaled for the network.

        Returns
        -------
        Parts
            Training, validation and test patterns.
        """
        return self.data.parts()

    def datasets(self) -> tuple[Dataset, Dataset | None]:
        """Return the training and test patterns, scaled for the network.

        Returns
        -------
        tuple
            Training patterns, and test patterns or None.
        """
        return self.data.datasets()

    def predict(self, weights: ArrayLike, inputs: ArrayLike) -> FloatArray:
        """Compute the outputs of the network in raw units.

        Parameters
        ----------
        weights : (N,) array_like
            Weights, neuron by neuron, bias first.
        inputs : (P, I) array_like
            Inputs in raw units.

        Returns
        -------
        (P, M) float64
            Outputs in raw units.

        Raises
        ------
        ShapeError
            If the shape of the weights or inputs does not match the network.
        DatasetError
            If the inputs are not a table of finite numbers.
        """
        scaled = self.scaling.inputs.scaled(inputs)
        asked = Dataset(scaled, np.zeros((len(scaled), self.topology.n_outputs)))
        return self.scaling.targets.raw(Objective(self.topology, asked).outputs(weights))

    def start_weights(self) -> FloatArray:
        """Return the starting weights.

        Returns
        -------
        (N,) float64
            Weights, neuron by neuron, bias first.
        """
        if isinstance(self.start, GivenStart):
            return np.array(self.start.weights, dtype=np.float64)
        return starting_weights(
            self.topology, self.datasets()[0], self.start.scheme, self.start.seed
        )

    def training(self) -> Training:
        """Set up the training; `Training.advance` runs it.

        Returns
        -------
        Training
            Training at iteration 0, with early stopping if there are validation patterns and the
            patience is above 0.
        """
        parts, patience = self.parts(), self.stopping.patience
        early: dict[str, Any] = {}
        if patience > 0 and parts.validation is not None:
            early = {"validation": parts.validation, "patience": patience}
        return Training(
            self.topology,
            parts.train,
            self.rule,
            weights=self.start_weights(),
            max_iterations=self.stopping.max_iterations,
            target_sse=self.stopping.target_sse,
            **early,
            **self.settings,
        )

    def to_json(self) -> str:
        """Return the experiment as canonical JSON.

        Returns
        -------
        str
            ASCII text, the same for equal experiments.
        """
        parts = self.json_parts()
        return "{" + ",".join(f'"{key}":{text}' for key, text in parts.items()) + "}"

    def json_parts(self, data: str | None = None) -> dict[str, str]:
        """Return the canonical JSON of each part.

        Parameters
        ----------
        data : str, optional
            JSON in place of the data.

        Returns
        -------
        dict
            JSON text by key, in the order of the file.
        """
        return {"data": self.data.to_json() if data is None else data, **self._parts()}

    def _parts(self) -> dict[str, str]:
        """Return all parts but the data as canonical JSON."""
        start = self.start
        return {
            "drawing": dumps(self.drawing),
            "format": dumps(FORMAT),
            "rule": dumps({"name": self.rule, "settings": self._written_settings()}),
            "start": dumps(
                {"kind": "given", "weights": start.weights}
                if isinstance(start, GivenStart)
                else {"kind": "seeded", "scheme": start.scheme, "seed": start.seed}
            ),
            "stopping": dumps(self.stopping.to_dict()),
            "topology": dumps(self.topology.to_dict()),
            "version": dumps(VERSION),
        }  # fmt: skip

    def _written_settings(self) -> dict[str, Any]:
        """Return the settings without those that files of this rule leave out."""
        omitted = RULES[self.rule].omitted_in_files
        return {name: v for name, v in self.settings.items() if omitted.get(name) != v}

    @cached_property
    def digest(self) -> str:
        """Hash that is the same for equal experiments only: 32 hexadecimal digits.

        It identifies the JSON text, which may be many megabytes long and is not kept.
        """
        text = dumps([self._parts(), self.data.digest])
        return hashlib.blake2b(text.encode("ascii"), digest_size=16).hexdigest()

    @classmethod
    def from_json(cls, text: str | bytes) -> Experiment:
        """Read an experiment from JSON; blanks and the order of keys are free.

        Parameters
        ----------
        text : str or bytes
            JSON as text or UTF-8.

        Returns
        -------
        Experiment
            Experiment that the text describes.

        Raises
        ------
        ExperimentError
            If the text is damaged or describes an invalid experiment.
        """
        with one_sentence():
            return cls.read(loads(text))[0]

    @classmethod
    def read(cls, document: object) -> tuple[Experiment, dict[str, Any]]:
        """Read an experiment from parsed JSON, and what the file holds beside it.

        Parameters
        ----------
        document : object
            Parsed JSON of unknown origin.

        Returns
        -------
        experiment : Experiment
            Experiment that the document describes.
        extras : dict
            Further arguments of `Workspace`.

        Raises
        ------
        NBNError
            If the document describes an invalid experiment, race, shelf or sweep.
        """
        kept = dict(document) if isinstance(document, dict) else {}
        extras = {key: kept.pop(key) for key in EXTRAS if key in kept}
        parts = read_parts(kept or document)
        experiment = cls(**parts)
        all_there(parts["settings"], experiment.settings, "rule.settings")
        return experiment, read_extras(extras)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Experiment):
            return NotImplemented
        return self is other or self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        data = self.data.name if isinstance(self.data, ProblemData) else "own data"
        return one_line("Experiment", data, *self.topology.described, self.rule)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return Experiment.from_json, (self.to_json(),)


@contextmanager
def one_sentence() -> Iterator[None]:
    """Turn every error of reading into an ExperimentError on one printable line."""
    try:
        yield
    except ExperimentError:
        raise
    except NBNError as error:  # its message may quote anything from the file
        sentence = "".join(c if c.isprintable() else "�" for c in str(error))
        raise ExperimentError(sentence) from error


def _check_fit(topology: Topology, dataset: Dataset) -> None:
    for what, has, needs in (
        ("input", topology.n_inputs, dataset.n_inputs),
        ("output", topology.n_outputs, dataset.n_outputs),
    ):
        if has != needs:
            raise ShapeError(
                f"The network has {plural(has, what)} but the data "
                f"{dataset.name or 'you gave'} need {needs}: give the network "
                f"{plural(needs, what)}, or choose other data."
            )


def _check_start(topology: Topology, start: GivenStart) -> None:
    if len(start.weights) != topology.n_weights:
        raise ShapeError(
            f"The network has {plural(topology.n_weights, 'weight')} but "
            f"{len(start.weights)} starting weights are given: give one for each connection and "
            "bias, or draw new weights."
        )


def _rule_settings(rule: object, settings: object) -> dict[str, Any]:
    return dict(rule_called(rule).settings(mapping(settings, "The settings of a rule")))
