"""Scaling: an affine map of each column that gives all columns a similar range.

    scaled = (raw - centre) / width        column by column

    none       centre 0, width 1
    minmax     the smallest value becomes -1, the largest 1
    standard   mean 0, standard deviation 1

A scaling is fitted on the training patterns alone and kept with the network, so that inputs and
predictions are in raw units. The width of a constant column is 1. Scalings are immutable.
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
    """The map (x - centre) / width of each of n columns.

    Parameters
    ----------
    centre : (n,) array_like
        Values that are mapped to 0.
    width : (n,) array_like
        Distances from the centre that are mapped to 1; above 0.

    Raises
    ------
    SettingError
        If these are not lists of finite numbers of the same length, or a width is not positive.
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
        """Return the identity map of this many columns."""
        return cls(np.zeros(columns), np.ones(columns))

    @classmethod
    def fit(cls, values: ArrayLike, method: str = "minmax") -> Affine:
        """Fit centres and widths to values.

        Parameters
        ----------
        values : (P, n) array_like
            Finite values of the training patterns.
        method : str
            Method, a key of `METHODS`.

        Returns
        -------
        Affine
            Map of n columns.

        Raises
        ------
        SettingError
            If the method is unknown.
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
            # Sums of very large numbers would overflow: compute in units of the largest.
            unit = np.maximum(np.abs(low), np.abs(high))
            unit[unit == 0] = 1
            centre = (table / unit).mean(axis=0) * unit
            width = (table / unit).std(axis=0) * unit
        constant = (low == high) | (width == 0)
        return cls(np.where(constant, low, centre), np.where(constant, 1.0, width))

    @property
    def is_identity(self) -> bool:
        """Whether the map is the identity."""
        return not any(self.centre) and all(width == 1 for width in self.width)

    def scaled(self, raw: ArrayLike) -> FloatArray:
        """Map raw values to scaled ones.

        Parameters
        ----------
        raw : (P, n) array_like
            Values in raw units.

        Returns
        -------
        (P, n) float64
            Scaled values.
        """
        table = self._table(raw)
        with np.errstate(over="ignore"):
            return table.copy() if self.is_identity else (table - self.centre) / self.width

    def raw(self, scaled: ArrayLike) -> FloatArray:
        """Map scaled values back to raw units.

        Parameters
        ----------
        scaled : (P, n) array_like
            Scaled values.

        Returns
        -------
        (P, n) float64
            Values in raw units.
        """
        table = self._table(scaled)
        with np.errstate(over="ignore", invalid="ignore"):
            return table.copy() if self.is_identity else table * self.width + self.centre

    def to_dict(self) -> dict[str, Any]:
        """Return the map as lists for JSON."""
        return {"centre": list(self.centre), "width": list(self.width)}

    @classmethod
    def from_dict(cls, values: object) -> Affine:
        """Return the map that `to_dict` wrote.

        Parameters
        ----------
        values : object
            Parsed JSON of unknown origin.

        Returns
        -------
        Affine
            Map equal to the one written.
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
    """The maps of inputs and targets, with the methods by which they were fitted.

    Parameters
    ----------
    inputs, targets : Affine
        Maps of the input and target columns.
    inputs_by, targets_by : str
        Methods, keys of `METHODS`.

    Raises
    ------
    SettingError
        If a method is unknown.
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
        """Fit a scaling to the training patterns.

        Parameters
        ----------
        dataset : Dataset
            Training patterns in raw units.
        inputs, targets : str
            Methods, keys of `METHODS`.

        Returns
        -------
        Scaling
            Scaling of the inputs and targets.
        """
        return cls(
            Affine.fit(dataset.inputs, inputs),
            Affine.fit(dataset.targets, targets),
            inputs,
            targets,
        )

    @property
    def is_identity(self) -> bool:
        """Whether both maps are the identity."""
        return self.inputs.is_identity and self.targets.is_identity

    def apply(self, dataset: Dataset) -> Dataset:
        """Scale the inputs and targets of a dataset.

        Parameters
        ----------
        dataset : Dataset
            Patterns in raw units.

        Returns
        -------
        Dataset
            Scaled patterns with the same kind and names.
        """
        middle = None
        if dataset.n_outputs == 1:
            middle = float(self.targets.scaled([[dataset.middle]])[0, 0])
        return dataset.like(
            self.inputs.scaled(dataset.inputs), self.targets.scaled(dataset.targets), middle=middle
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the scaling as names and lists for JSON."""
        return {
            "inputs": {"method": self.inputs_by, **self.inputs.to_dict()},
            "targets": {"method": self.targets_by, **self.targets.to_dict()},
        }

    @classmethod
    def from_dict(cls, values: object) -> Scaling:
        """Return the scaling that `to_dict` wrote.

        Parameters
        ----------
        values : object
            Parsed JSON of unknown origin.

        Returns
        -------
        Scaling
            Scaling equal to the one written.
        """
        parts = _fields(values, ("inputs", "targets"))
        read = [_fields(parts[key], ("method", "centre", "width")) for key in parts]
        methods = [part.pop("method") for part in read]
        return cls(Affine.from_dict(read[0]), Affine.from_dict(read[1]), *methods)


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
    """Return the entries in the order of the names; raise if there are others or some lack."""
    if not isinstance(value, Mapping) or set(value) != set(names):
        raise SettingError(f"A scaling has {' and '.join(names)}, and this one is damaged.")
    return {name: value[name] for name in names}
