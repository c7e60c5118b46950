"""Where the patterns come from: a named problem, or data of one's own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from nbn_core.checks import plural, shown
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn, check_coding, names_of
from nbn_core.data.scaling import METHODS, Scaling
from nbn_core.data.split import Parts, Rows, Split, checked, parts_of, rows_of
from nbn_core.display import OneLine, one_line, shortened
from nbn_core.errors import DatasetError, SettingError
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.experiment.checks import FrozenDict, keep, mapping
from nbn_core.experiment.jsontext import dumps
from nbn_core.generators import PROBLEMS

_RECENT_BYTES = 64_000_000


class _Data:
    """What a problem and own data have in common: parts, the training one first."""

    train_share: float
    validation_share: float
    split_seed: int
    stratified: bool

    @property
    def split(self) -> Split:
        """How the patterns are split."""
        return Split(self.train_share, self.validation_share, self.split_seed, self.stratified)

    @property
    def whole(self) -> Dataset:
        """All patterns, in raw units."""
        raise NotImplementedError

    @property
    def scaling(self) -> Scaling:
        """What lies between raw units and what the network sees; fitted on the training part."""
        return Scaling.fit(self.whole, "none", "none")

    def rows(self) -> Rows:
        """Tell which patterns of `whole` are in which part.

        Returns
        -------
        Rows
            Training, validation, test.
        """
        return rows_of(self.whole, self.split)

    def raw_parts(self) -> Parts:
        """Split the patterns, in raw units.

        Returns
        -------
        Parts
            Training, validation, test.
        """
        return parts_of(self.whole, self.rows())

    def parts(self) -> Parts:
        """Split the patterns, scaled as the network sees them.

        Returns
        -------
        Parts
            Training, validation, test.
        """
        return self.raw_parts()

    def datasets(self) -> tuple[Dataset, Dataset | None]:
        """Give the patterns as the network sees them.

        Returns
        -------
        tuple
            The Dataset to train on, and the one to test on or None.
        """
        parts = self.parts()
        return parts.train, parts.test

    def _keep_split(self) -> None:
        fields = ("train_share", "validation_share", "split_seed", "stratified")
        for name, value in zip(fields, checked(self.split), strict=True):
            keep(self, name, value)

    def _split_json(self) -> dict[str, Any]:
        return self.split._asdict()


@dataclass(frozen=True, repr=False)
class ProblemData(_Data, OneLine):
    """Patterns of a named problem: the generator's name and its parameters.

    Parameters
    ----------
    name : str
        One of PROBLEMS.
    parameters : mapping
        Of the generator; those left out have their defaults.
    train_share : float
        Share of the patterns that train, 1.0 for all of them (then nothing is left to test).
    split_seed : int
        Which patterns train.
    validation_share : float
        Share of the patterns that neither train nor test.
    stratified : bool
        Whether every class is split alike.

    Raises
    ------
    SettingError
        If there is no such problem, or one of the other arguments is outside its limits.
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
        self._keep_split()

    @property
    def whole(self) -> Dataset:
        """All patterns."""
        return _problem(self.name, tuple(self.parameters.items()))

    def parts(self) -> Parts:
        """Split the patterns.

        Returns
        -------
        Parts
            Training, validation, test.
        """
        return _problem_parts(self.name, tuple(self.parameters.items()), self.split)

    def to_json(self) -> str:
        """Write it as a part of an experiment.

        Returns
        -------
        str
            Canonical JSON.
        """
        return dumps({
            "kind": "problem",
            "name": self.name,
            "parameters": self.parameters,
            "split": self._split_json(),
        })  # fmt: skip

    @cached_property
    def digest(self) -> str:
        """The same for equal data."""
        return _digest(self.to_json())


@dataclass(frozen=True, eq=False)
class OwnData(_Data):
    """Patterns of the user's own, kept in the experiment themselves.

    Parameters
    ----------
    dataset : Dataset
        All patterns, in raw units.
    train_share : float
        Share of the patterns that train, 1.0 for all of them (then nothing is left to test).
    split_seed : int
        Which patterns train.
    validation_share : float
        Share of the patterns that neither train nor test.
    stratified : bool
        Whether every class is split alike.
    inputs_by, targets_by : str
        How inputs and targets are scaled: names in `nbn_core.data.scaling.METHODS`.
    input_columns, target_columns : sequence of DataColumn
        What the columns are called and mean; the names in the dataset if left out.

    Raises
    ------
    SettingError
        If a share, the seed or a method is outside its limits, the columns are not those of the
        dataset, or numbers are to be split by class.
    DatasetError
        If a single pattern is to be split, columns of classes hold other numbers, or scaled
        numbers are too large.
    """

    dataset: Dataset
    train_share: float = 1.0
    split_seed: int = 0
    validation_share: float = 0.0
    stratified: bool = False
    inputs_by: str = "none"
    targets_by: str = "none"
    input_columns: Sequence[DataColumn] = ()
    target_columns: Sequence[DataColumn] = ()

    def __repr__(self) -> str:
        data, parts = self.dataset, self.rows()
        name = f"{shortened(data.name, 24)}: " if data.name else ""
        return one_line(
            "OwnData",
            f"{name}{plural(data.n_patterns, 'pattern')}, {len(parts.train):,} of them train",
            plural(data.n_inputs, "input"),
            plural(data.n_outputs, "target"),
        )

    def __post_init__(self) -> None:
        data = self.dataset
        if not isinstance(data, Dataset):
            raise SettingError(f"Own data must be a Dataset, not {shown(data)}.")
        self._keep_split()
        for method in (self.inputs_by, self.targets_by):
            if not isinstance(method, str) or method not in METHODS:
                raise SettingError(
                    f"There is no scaling called {shown(method)}: choose {', '.join(METHODS)}."
                )
        for side, names, table in (
            ("input_columns", data.input_names, data.inputs),
            ("target_columns", data.target_names, data.targets),
        ):
            columns = tuple(getattr(self, side)) or tuple(map(DataColumn, names))
            if names_of(columns) != names:
                raise SettingError("The columns of own data must be those of its dataset.")
            check_coding(columns, table)
            keep(self, side, columns)
        self.parts()

    @property
    def whole(self) -> Dataset:
        """All patterns, in raw units."""
        return self.dataset

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes, if the target is one column of them."""
        return self.target_columns[0].classes if len(self.target_columns) == 1 else ()

    @property
    def scaling(self) -> Scaling:
        """What lies between raw units and what the network sees; fitted on the training part."""
        return self._known[0]

    def parts(self) -> Parts:
        """Split the patterns, scaled as the network sees them.

        Returns
        -------
        Parts
            Training, validation, test.
        """
        return self._known[1]

    @property
    def _known(self) -> tuple[Scaling, Parts]:
        return _RECENT.get(self.digest, self._scaled)

    def _scaled(self) -> tuple[Scaling, Parts]:
        raw = self.raw_parts()
        scaling = Scaling.fit(raw.train, self.inputs_by, self.targets_by)
        if scaling.is_identity:
            return scaling, raw
        try:
            scaled = [None if part is None else scaling.apply(part) for part in raw]
        except DatasetError:
            raise DatasetError(
                "Some numbers become too large when they are scaled by the patterns that train: "
                "choose another scaling, or other patterns to train on."
            ) from None
        return scaling, Parts(*scaled)  # type: ignore[arg-type]

    def to_json(self) -> str:
        """Write it as a part of an experiment.

        Returns
        -------
        str
            Canonical JSON, made anew each time: it may be of many megabytes.
        """
        data = self.dataset
        table = {"inputs": data.inputs.tolist(), "targets": data.targets.tolist()}
        return dumps({**self._about(), "dataset": {**self._about()["dataset"], **table}})

    def _about(self) -> dict[str, Any]:
        """All but the numbers, for JSON."""
        return {
            "kind": "own",
            "dataset": {"name": self.dataset.name, "kind": self.dataset.kind},
            "columns": {
                "inputs": [{"name": c.name, "classes": c.classes} for c in self.input_columns],
                "targets": [{"name": c.name, "classes": c.classes} for c in self.target_columns],
            },
            "scaling": {"inputs": self.inputs_by, "targets": self.targets_by},
            "split": self._split_json(),
        }

    @cached_property
    def digest(self) -> str:
        """The same for equal data."""
        data = self.dataset
        shape = (data.inputs.shape, data.targets.shape)
        return _digest(dumps([self._about(), shape]), data.inputs.data, data.targets.data)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OwnData):
            return NotImplemented
        return self is other or self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)


def _digest(text: str, *tables: memoryview) -> str:
    digest = hashlib.blake2b(text.encode("ascii"), digest_size=16)
    for table in tables:
        digest.update(table)
    return digest.hexdigest()


_RECENT = ByteCache(_RECENT_BYTES)


@lru_cache(maxsize=16)
def _problem(name: str, parameters: tuple[tuple[str, int | float], ...]) -> Dataset:
    return PROBLEMS[name].make(**dict(parameters))


@lru_cache(maxsize=16)
def _problem_parts(
    name: str, parameters: tuple[tuple[str, int | float], ...], split: Split
) -> Parts:
    whole = _problem(name, parameters)
    return parts_of(whole, rows_of(whole, split))
