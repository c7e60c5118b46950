"""Scaling: columns moved and stretched so that a network sees numbers of like size.

    scaled = (raw - centre) / width        column by column

    none       centre 0, width 1
    minmax     smallest and largest become -1 and 1
    standard   mean 0, standard deviation 1

A scaling is fitted on the patterns that train and on nothing else, and kept with the network: what
the network is asked and what it answers are then raw numbers again. A column that never changes
gets width 1. Nothing about a scaling ever changes; another one is fitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import plural, shown
from nbn_core.data.dataset import Dataset
from nbn_core.display import one_line
from nbn_core.errors import SettingError, ShapeError
from nbn_core.types import FloatArray

METHODS: dict[str, str] = {
    "none": "As they are",
    "minmax": "Smallest and largest to -1 and 1",
    "standard": "Mean 0, standard deviation 1",
}


@dataclass(frozen=True, slots=True, init=False)
class Affine:
    """(x - centre) / width for each of some columns.

    Parameters
    ----------
    centre : (n,) array_like
        What becomes 0.
    width : (n,) array_like
        What becomes 1 above it; above 0.

    Raises
    ------
    SettingError
        If there are not two lists of finite numbers of the same length, or a width is not above 0.
    """

    centre: tuple[float, ...]
    width: tuple[float, ...]

    def __init__(self, centre: ArrayLike, width: ArrayLike) -> None:
        centres, widths = _row(centre, "centres"), _row(width, "widths")
        if len(centres) != len(widths) or not widths.size:
            raise SettingError(
                f"A scaling needs one width for each centre, but has {len(centres)} centres and "
                f"{len(widths)} widths."
            )
        if not (widths > 0).all():
            raise SettingError("The widths of a scaling must be above 0.")
        object.__setattr__(self, "centre", tuple(centres.tolist()))
        object.__setattr__(self, "width", tuple(widths.tolist()))

    def __repr__(self) -> str:
        scaled = "identity" if self.is_identity else "(x - centre) / width"
        return one_line("Affine", plural(len(self), "column"), scaled)

    def __len__(self) -> int:
        return len(self.centre)

    @classmethod
    def identity(cls, columns: int) -> Affine:
        """Change nothing about so many columns."""
        return cls(np.zeros(columns), np.ones(columns))

    @classmethod
    def fit(cls, values: ArrayLike, method: str = "minmax") -> Affine:
        """Choose centres and widths.

        Parameters
        ----------
        values : (P, n) array_like
            The patterns to go by; finite.
        method : str
            A name in METHODS.

        Returns
        -------
        Affine
            For n columns.

        Raises
        ------
        SettingError
            If there is no such method.
        """
        if not isinstance(method, str) or method not in METHODS:
            raise SettingError(
                f"There is no scaling called {shown(method)}: choose {', '.join(METHODS)}."
            )
        table = np.asarray(values, dtype=np.float64)
        if method == "none":
            return cls.identity(table.shape[1])
        low, high = table.min(axis=0), table.max(axis=0)
        if method == "minmax":
            width = high / 2 - low / 2
            centre = low + width
        else:
            # Sums of the largest numbers would overflow: measure in units of the largest.
            unit = np.maximum(np.abs(low), np.abs(high))
            unit[unit == 0] = 1
            centre = (table / unit).mean(axis=0) * unit
            width = (table / unit).std(axis=0) * unit
        constant = (low == high) | (width == 0)
        return cls(np.where(constant, low, centre), np.where(constant, 1.0, width))

    @property
    def is_identity(self) -> bool:
        """Whether it changes nothing."""
        return not any(self.centre) and all(width == 1 for width in self.width)

    def scaled(self, raw: ArrayLike) -> FloatArray:
        """Scale rows.

        Parameters
        ----------
        raw : (P, n) array_like
            In raw units.

        Returns
        -------
        (P, n) float64
        """
        table = self._table(raw)
        with np.errstate(over="ignore"):
            return table.copy() if self.is_identity else (table - self.centre) / self.width

    def raw(self, scaled: ArrayLike) -> FloatArray:
        """Undo it.

        Parameters
        ----------
        scaled : (P, n) array_like
            As the network sees them.

        Returns
        -------
        (P, n) float64
        """
        table = self._table(scaled)
        with np.errstate(over="ignore", invalid="ignore"):
            return table.copy() if self.is_identity else table * self.width + self.centre

    def to_dict(self) -> dict[str, Any]:
        """As lists, for JSON."""
        return {"centre": list(self.centre), "width": list(self.width)}

    @classmethod
    def from_dict(cls, values: object) -> Affine:
        """Read what `to_dict` wrote.

        Parameters
        ----------
        values : object
            Parsed JSON.

        Returns
        -------
        Affine
            Equal to the one written.
        """
        fields = _fields(values, ("centre", "width"))
        return cls(_list(fields["centre"]), _list(fields["width"]))

    def _table(self, values: ArrayLike) -> FloatArray:
        table = np.asarray(values, dtype=np.float64)
        if table.ndim != 2 or table.shape[1] != len(self):
            raise ShapeError(
                f"This scaling is for {len(self)} columns, but a table of shape {table.shape} "
                "was given."
            )
        return table


@dataclass(frozen=True, slots=True)
class Scaling:
    """The scaling of inputs and that of targets, with the methods they were fitted by.

    Parameters
    ----------
    inputs, targets : Affine
        Column by column.
    inputs_by, targets_by : str
        Names in METHODS.

    Raises
    ------
    SettingError
        If there is no such method.
    """

    inputs: Affine
    targets: Affine
    inputs_by: str = "none"
    targets_by: str = "none"

    def __repr__(self) -> str:
        return one_line(
            "Scaling",
            f"{plural(len(self.inputs), 'input')} by {self.inputs_by}",
            f"{plural(len(self.targets), 'target')} by {self.targets_by}",
        )

    def __post_init__(self) -> None:
        for part in (self.inputs, self.targets):
            if not isinstance(part, Affine):
                raise SettingError(f"A scaling has two parts, {shown(part)} is none.")
        for method in (self.inputs_by, self.targets_by):
            if not isinstance(method, str) or method not in METHODS:
                raise SettingError(
                    f"There is no scaling called {shown(method)}: choose {', '.join(METHODS)}."
                )

    @classmethod
    def fit(cls, dataset: Dataset, inputs: str = "minmax", targets: str = "none") -> Scaling:
        """Fit to patterns: those that train, no others.

        Parameters
        ----------
        dataset : Dataset
            The training part.
        inputs, targets : str
            Names in METHODS.

        Returns
        -------
        Scaling
        """
        return cls(
            Affine.fit(dataset.inputs, inputs),
            Affine.fit(dataset.targets, targets),
            inputs,
            targets,
        )

    @property
    def is_identity(self) -> bool:
        """Whether it changes nothing."""
        return self.inputs.is_identity and self.targets.is_identity

    def apply(self, dataset: Dataset) -> Dataset:
        """Scale a dataset.

        Parameters
        ----------
        dataset : Dataset
            In raw units.

        Returns
        -------
        Dataset
            As the network sees it, otherwise the same.
        """
        return Dataset(
            self.inputs.scaled(dataset.inputs),
            self.targets.scaled(dataset.targets),
            dataset.name,
            dataset.kind,
            dataset.input_names,
            dataset.target_names,
        )

    def to_dict(self) -> dict[str, Any]:
        """As names and lists, for JSON."""
        return {
            "inputs": {"method": self.inputs_by, **self.inputs.to_dict()},
            "targets": {"method": self.targets_by, **self.targets.to_dict()},
        }

    @classmethod
    def from_dict(cls, values: object) -> Scaling:
        """Read what `to_dict` wrote.

        Parameters
        ----------
        values : object
            Parsed JSON.

        Returns
        -------
        Scaling
            Equal to the one written.
        """
        parts = _fields(values, ("inputs", "targets"))
        read = [_fields(parts[key], ("method", "centre", "width")) for key in parts]
        methods = [part.pop("method") for part in read]
        return cls(Affine.from_dict(read[0]), Affine.from_dict(read[1]), *methods)


# Checks


def _row(values: ArrayLike, what: str) -> FloatArray:
    try:
        row = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        row = np.array(np.nan)
    if row.ndim != 1 or not np.isfinite(row).all():
        raise SettingError(f"The {what} of a scaling must be a list of finite numbers.")
    return row


def _list(value: object) -> list[float]:
    if not isinstance(value, list) or not all(type(item) in (int, float) for item in value):
        raise SettingError("A scaling has lists of numbers, and this one is damaged.")
    return value


def _fields(value: object, names: tuple[str, ...]) -> dict[str, Any]:
    """Give the entries in the order of the names, if there are exactly those."""
    if not isinstance(value, Mapping) or set(value) != set(names):
        raise SettingError(f"A scaling has {' and '.join(names)}, and this one is damaged.")
    return {name: value[name] for name in names}
