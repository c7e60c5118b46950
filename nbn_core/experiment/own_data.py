"""Own data: patterns of the user, stored in the experiment itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from nbn_core.checks import plural, shown
from nbn_core.data import Dataset
from nbn_core.data.columns import DataColumn, check_coding, names_of
from nbn_core.data.scaling import METHODS, Scaling
from nbn_core.data.split import Parts
from nbn_core.display import one_line, shortened
from nbn_core.errors import DatasetError, SettingError
from nbn_core.experiment.byte_cache import ByteCache
from nbn_core.experiment.checks import keep
from nbn_core.experiment.data import DataSource, digest_of
from nbn_core.experiment.jsontext import dumps

_SCALED = ByteCache(64_000_000)


@dataclass(frozen=True, eq=False)
class OwnData(DataSource):
    """Patterns of the user, stored in the experiment.

    Parameters
    ----------
    dataset : Dataset
        All patterns, in raw units.
    train_share : float
        Share of the patterns in the training set; 1.0 leaves none for the other sets.
    split_seed : int
        Random seed of the split.
    validation_share : float
        Share of the patterns in the validation set; the remaining ones are the test set.
    stratified : bool
        Whether each class is split in the same proportions.
    inputs_by, targets_by : str
        Scaling methods, keys of `nbn_core.data.scaling.METHODS`.
    input_columns, target_columns : sequence of DataColumn
        Names and classes of the columns; by default columns of numbers named as in the dataset.

    Raises
    ------
    SettingError
        If a share, the seed or a method is invalid, the columns are not those of the dataset, or
        a stratified split is asked of targets that are not classes.
    DatasetError
        If a single pattern is to be split, columns of classes hold other numbers, or values
        overflow when they are scaled.
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
        self.keep_split()
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
        """Names of the classes if there is a single target column; empty for numbers."""
        return self.target_columns[0].classes if len(self.target_columns) == 1 else ()

    @property
    def scaling(self) -> Scaling:
        """Scaling between raw units and the network, fitted on the training patterns."""
        return self._known[0]

    def parts(self) -> Parts:
        """Return the split patterns, scaled for the network.

        Returns
        -------
        Parts
            Training, validation and test patterns.
        """
        return self._known[1]

    @property
    def _known(self) -> tuple[Scaling, Parts]:
        return _SCALED.get(self.digest, self._scaled)

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
        """Return the data as a part of the JSON of an experiment.

        Returns
        -------
        str
            Canonical JSON. It may be many megabytes long and is not cached.
        """
        data = self.dataset
        table = {"inputs": data.inputs.tolist(), "targets": data.targets.tolist()}
        return dumps({**self.about(), "dataset": {**self.about()["dataset"], **table}})

    def about(self) -> dict[str, Any]:
        """Return everything but the numbers, as values of JSON."""
        return {
            "kind": "own",
            "dataset": {"name": self.dataset.name, "kind": self.dataset.kind},
            "columns": {
                "inputs": [{"name": c.name, "classes": c.classes} for c in self.input_columns],
                "targets": [{"name": c.name, "classes": c.classes} for c in self.target_columns],
            },
            "scaling": {"inputs": self.inputs_by, "targets": self.targets_by},
            "split": self.split_json(),
        }

    @cached_property
    def digest(self) -> str:
        """Hash that is the same for equal data: 32 hexadecimal digits."""
        data = self.dataset
        shape = (data.inputs.shape, data.targets.shape)
        return digest_of(dumps([self.about(), shape]), data.inputs.data, data.targets.data)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OwnData):
            return NotImplemented
        return self is other or self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)
