"""The data of an experiment: what all sources have in common, and named problems."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from nbn_core.checks import shown
from nbn_core.data import Dataset
from nbn_core.data.scaling import Scaling
from nbn_core.data.split import Parts, Rows, Split, checked, parts_of, rows_of
from nbn_core.display import OneLine
from nbn_core.errors import SettingError
from nbn_core.experiment.checks import FrozenDict, keep, mapping
from nbn_core.experiment.jsontext import dumps
from nbn_core.generators import PROBLEMS


class DataSource:
    """Base class of the data of an experiment: patterns and their split."""

    train_share: float
    validation_share: float
    split_seed: int
    stratified: bool

    @property
    def split(self) -> Split:
        """Parameters of the split."""
        return Split(self.train_share, self.validation_share, self.split_seed, self.stratified)

    @property
    def whole(self) -> Dataset:
        """All patterns, in raw units."""
        raise NotImplementedError

    @property
    def scaling(self) -> Scaling:
        """Scaling between raw units and the network, fitted on the training patterns."""
        return Scaling.fit(self.whole, "none", "none")

    def rows(self) -> Rows:
        """Return which patterns of `whole` belong to which set.

        Returns
        -------
        Rows
            Indices of the training, validation and test patterns.
        """
        return rows_of(self.whole, self.split)

    def raw_parts(self) -> Parts:
        """Return the split patterns in raw units.

        Returns
        -------
        Parts
            Training, validation and test patterns.
        """
        return parts_of(self.whole, self.rows())

    def parts(self) -> Parts:
        """Return the split patterns, scaled for the network.

        Returns
        -------
        Parts
            Training, validation and test patterns.
        """
        return self.raw_parts()

    def datasets(self) -> tuple[Dataset, Dataset | None]:
        """Return the training and test patterns, scaled for the network.

        Returns
        -------
        tuple
            Training patterns, and test patterns or None.
        """
        parts = self.parts()
        return parts.train, parts.test

    def keep_split(self) -> None:
        """Validate the split and store its values with the declared types."""
        fields = ("train_share", "validation_share", "split_seed", "stratified")
        for name, value in zip(fields, checked(self.split), strict=True):
            keep(self, name, value)

    def split_json(self) -> dict[str, Any]:
        """Return the split as an object for JSON."""
        return self.split._asdict()


@dataclass(frozen=True, repr=False)
class ProblemData(DataSource, OneLine):
    """Patterns of a built-in problem, given by its name and parameters.

    Parameters
    ----------
    name : str
        Name of the problem, a key of `nbn_core.generators.PROBLEMS`.
    parameters : mapping
        Parameters of the generator; missing ones have their default values.
    train_share : float
        Share of the patterns in the training set; 1.0 leaves none for the other sets.
    split_seed : int
        Random seed of the split.
    validation_share : float
        Share of the patterns in the validation set; the remaining ones are the test set.
    stratified : bool
        Whether each class is split in the same proportions.

    Raises
    ------
    SettingError
        If the problem or a parameter is unknown, or a value is out of range.
    """

    name: str
    parameters: Mapping[str, int | float] = field(default_factory=dict)
    train_share: float = 1.0
    split_seed: int = 0
    validation_share: float = 0.0
    stratified: bool = False

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or self.name not in PROBLEMS:
            raise SettingError(
                f"There is no problem called {shown(self.name)}: choose one of "
                f"{', '.join(PROBLEMS)}."
            )
        known = {parameter.name: parameter for parameter in PROBLEMS[self.name].parameters}
        given = mapping(self.parameters, f"The parameters of {self.name}")
        for key in given:
            if key not in known:
                raise SettingError(
                    f"The problem {self.name} has no parameter {shown(key)}: "
                    f"it has {', '.join(known) or 'none'}."
                )
        full = {key: p.check(given.get(key, p.default)) for key, p in known.items()}
        keep(self, "parameters", FrozenDict(full))
        self.keep_split()

    @property
    def whole(self) -> Dataset:
        """All patterns; problems are generated in the units in which they are trained."""
        return _problem(self.name, tuple(self.parameters.items()))

    def parts(self) -> Parts:
        """Return the split patterns.

        Returns
        -------
        Parts
            Training, validation and test patterns.
        """
        return _problem_parts(self.name, tuple(self.parameters.items()), self.split)

    def to_json(self) -> str:
        """Return the data as a part of the JSON of an experiment.

        Returns
        -------
        str
            Object as canonical JSON.
        """
        return dumps({
            "kind": "problem",
            "name": self.name,
            "parameters": self.parameters,
            "split": self.split_json(),
        })  # fmt: skip

    @cached_property
    def digest(self) -> str:
        """Hash that is the same for equal data: 32 hexadecimal digits."""
        return digest_of(self.to_json())


def digest_of(text: str, *tables: memoryview) -> str:
    """Return the BLAKE2b hash of ASCII text and arrays: 32 hexadecimal digits."""
    digest = hashlib.blake2b(text.encode("ascii"), digest_size=16)
    for table in tables:
        digest.update(table)
    return digest.hexdigest()


@lru_cache(maxsize=16)
def _problem(name: str, parameters: tuple[tuple[str, int | float], ...]) -> Dataset:
    return PROBLEMS[name].make(**dict(parameters))


@lru_cache(maxsize=16)
def _problem_parts(
    name: str, parameters: tuple[tuple[str, int | float], ...], split: Split
) -> Parts:
    whole = _problem(name, parameters)
    return parts_of(whole, rows_of(whole, split))
