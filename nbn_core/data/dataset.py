"""Dataset: P patterns, each with its inputs and targets."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from nbn_core.checks import plural, shown, whole
from nbn_core.display import Pictured, one_line, shortened
from nbn_core.errors import DatasetError, SettingError
from nbn_core.types import BoolArray, FloatArray, IntArray

Kind = Literal["regression", "classification"]
KINDS: tuple[Kind, ...] = ("regression", "classification")


NAME_LENGTH = 100


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Dataset(Pictured):
    """P patterns of I inputs and M targets, validated once and immutable.

    Parameters
    ----------
    inputs : (P, I) array_like
        Inputs, one pattern per row.
    targets : (P, M) array_like
        Desired outputs, in the same order of rows.
    name : str
        Name in the user interface and in error messages.
    kind : "regression" or "classification"
        Kind of the targets. By default it is inferred: classification if the targets take exactly
        two values, -1 and 1 or 0 and 1, and, with several targets, each row has exactly one 1.
    input_names, target_names : sequence of str
        Names of the columns; by default x1, x2, ... and y1, y2, ... (a single target y).

    Attributes
    ----------
    middle : float
        Value of a single output above which it means the second of two classes: the mean of the
        two class codes. Of targets that are all alike, 0 is the first class and 1 the second, as
        everywhere in this package. Parts and scaled copies keep the codes of the whole.

    Raises
    ------
    DatasetError
        If the arrays are not tables of finite numbers with the same, positive number of rows.
    """

    inputs: FloatArray
    targets: FloatArray
    name: str
    kind: Kind
    input_names: tuple[str, ...]
    target_names: tuple[str, ...]
    middle: float

    def __init__(
        self,
        inputs: ArrayLike,
        targets: ArrayLike,
        name: str = "",
        kind: Kind | None = None,
        input_names: Sequence[str] | None = None,
        target_names: Sequence[str] | None = None,
    ) -> None:
        x = _table(inputs, "inputs")
        d = _table(targets, "targets")
        if len(x) != len(d):
            raise DatasetError(
                f"There are {len(x)} rows of inputs but {len(d)} rows of targets: "
                "every pattern needs both."
            )
        if kind is not None and kind not in KINDS:
            raise DatasetError(
                f"The kind of data is regression or classification, not {shown(kind)}."
            )
        keep = object.__setattr__
        keep(self, "inputs", x)
        keep(self, "targets", d)
        keep(self, "name", checked_name(name, "dataset", empty=True))
        keep(self, "kind", kind or _kind_of(d))
        keep(self, "input_names", _names(input_names, x.shape[1], "input", "x"))
        keep(self, "target_names", _names(target_names, d.shape[1], "target", "y"))
        keep(self, "middle", _middle(d))

    def __repr__(self) -> str:
        name = f"{shortened(self.name, 24)}: " if self.name else ""
        return one_line(
            "Dataset",
            f"{name}{plural(self.n_patterns, 'pattern')}",
            plural(self.n_inputs, "input"),
            plural(self.n_outputs, "output"),
            self.kind,
        )

    @property
    def n_patterns(self) -> int:
        """Number of patterns, P."""
        return int(self.inputs.shape[0])

    @property
    def n_inputs(self) -> int:
        """Number of inputs, I."""
        return int(self.inputs.shape[1])

    @property
    def n_outputs(self) -> int:
        """Number of targets, M."""
        return int(self.targets.shape[1])

    @property
    def class_codes(self) -> tuple[float, float]:
        """The two numbers that a single target has for the first and for the second class."""
        low, high = float(self.targets.min()), float(self.targets.max())
        other = 2.0 * self.middle - low if low == high else high
        return min(low, other), max(low, other)

    @property
    def least_sse(self) -> float:
        """The smallest SSE that any network can reach on these patterns.

        It is above 0 only if patterns with equal inputs have different targets: the best output
        for those is the mean of their targets.
        """
        _, group = np.unique(self.inputs, axis=0, return_inverse=True)
        group = group.reshape(-1)
        count = np.bincount(group)
        if len(count) == self.n_patterns:
            return 0.0
        means = np.stack([np.bincount(group, d) / count for d in self.targets.T], axis=1)
        return float(np.sum((self.targets - means[group]) ** 2))

    def split(self, train_share: float, seed: int = 0) -> tuple[Dataset, Dataset]:
        """Split the patterns at random into a training and a test set.

        Parameters
        ----------
        train_share : float
            Share of the patterns to train on, between 0 and 1; each set gets at least one pattern.
        seed : int
            Random seed of the split.

        Returns
        -------
        tuple of Dataset
            Training and test set, each in the original order of patterns.

        Raises
        ------
        SettingError
            If the share is not between 0 and 1, or the seed is not an integer from 0 up.
        DatasetError
            If there is only one pattern.
        """
        number = isinstance(train_share, Real) and not isinstance(train_share, bool)
        if not number or not 0.0 < train_share < 1.0:
            raise SettingError(
                "The share of patterns to train on must lie between 0 and 1, "
                f"not {shown(train_share)}."
            )
        seed = whole(seed, "The seed of a split", 0, 2**53 - 1)
        if self.n_patterns < 2:
            raise DatasetError(
                "One pattern cannot be split in two: add patterns, or train on all of them."
            )
        n_train = min(max(round(train_share * self.n_patterns), 1), self.n_patterns - 1)
        order = np.random.default_rng(seed).permutation(self.n_patterns)
        return self.rows(np.sort(order[-n_train:])), self.rows(np.sort(order[:-n_train]))

    def classes(self, values: ArrayLike | None = None) -> IntArray:
        """Return the class index of each row of `values`.

        With one output the class is 1 above `middle` and 0 otherwise;
        with several outputs it is the index of the largest.

        Parameters
        ----------
        values : (P, M) array_like
            Outputs of a network; by default the targets.

        Returns
        -------
        (P,) int64
            Class indices from 0.
        """
        rows = self.targets if values is None else np.asarray(values, dtype=np.float64)
        if self.n_outputs > 1:
            largest: IntArray = np.argmax(rows, axis=1).astype(np.int64)
            return largest
        labels: IntArray = (rows[:, 0] > self.middle).astype(np.int64)
        return labels

    def right(self, outputs: ArrayLike) -> BoolArray:
        """Return which patterns are classified correctly by these outputs.

        Parameters
        ----------
        outputs : (P, M) array_like
            Outputs of a network.

        Returns
        -------
        (P,) bool
            True where the class of the output is that of the target.
        """
        same: BoolArray = self.classes(outputs) == self.classes()
        return same

    def rows(self, rows: IntArray) -> Dataset:
        """Return a dataset of the selected patterns.

        Parameters
        ----------
        rows : (n,) int64
            Indices of the patterns, from 0.

        Returns
        -------
        Dataset
            Dataset with these patterns, the same kind and the same names.
        """
        return self.like(self.inputs[rows], self.targets[rows])

    def like(
        self, inputs: ArrayLike, targets: ArrayLike, *, middle: float | None = None
    ) -> Dataset:
        """Return other patterns as a dataset of the same name, kind, columns and class codes.

        Parameters
        ----------
        inputs : (P, I) array_like
            Inputs, one pattern per row.
        targets : (P, M) array_like
            Targets, in the same order of rows.
        middle : float, optional
            Mean of the two class codes if they differ from those of this dataset.

        Returns
        -------
        Dataset
            Dataset with these patterns.

        Raises
        ------
        DatasetError
            If the patterns are not valid, or their numbers of columns differ.
        """
        names = self.input_names, self.target_names
        made = Dataset(inputs, targets, self.name, self.kind, *names)
        object.__setattr__(made, "middle", self.middle if middle is None else middle)
        return made


def _table(values: ArrayLike, what: str) -> FloatArray:
    """Return a read-only float64 copy of `values`; raise DatasetError if it is not a table."""
    try:
        raw = np.asarray(values)
        if raw.dtype.kind not in "biufO":
            raise TypeError
        with np.errstate(all="ignore"):
            table = np.array(raw, dtype=np.float64, order="C", copy=True)
    except (TypeError, ValueError, OverflowError):
        raise DatasetError(
            f"The {what} are not a table of numbers: every row needs the same number of "
            "columns, and every cell one number."
        ) from None
    if table.ndim != 2:
        raise DatasetError(
            f"The {what} must be a table with one pattern a row, got {table.ndim} "
            f"dimension{'' if table.ndim == 1 else 's'} instead of 2."
        )
    if not table.size:
        raise DatasetError(f"The {what} are empty: at least one row and one column are needed.")
    if not np.isfinite(table).all():
        row, column = np.argwhere(~np.isfinite(table))[0]
        raise DatasetError(
            f"Row {row + 1}, column {column + 1} of the {what} is {table[row, column]}: "
            "put a finite number there or leave the row out."
        )
    table.setflags(write=False)
    return table


def _middle(targets: FloatArray) -> float:
    """Return the mean of the two class codes of a single target."""
    low, high = float(targets.min()), float(targets.max())
    if low == high:
        return 0.5 if low == 0.0 else 0.0
    return low / 2 + high / 2


def _kind_of(targets: FloatArray) -> Kind:
    """Infer the kind: classification if the targets are bipolar or binary class codes."""
    low, high = float(targets.min()), float(targets.max())
    two_valued = high == 1.0 and low in (-1.0, 0.0) and bool(np.isin(targets, (low, high)).all())
    one_high = targets.shape[1] == 1 or bool(((targets == high).sum(axis=1) == 1).all())
    return "classification" if two_valued and one_high else "regression"


def checked_name(name: object, what: str, *, empty: bool = False) -> str:
    """Validate the name of a dataset or column.

    Parameters
    ----------
    name : str
        Name to check.
    what : str
        Kind of the named object, for error messages.
    empty : bool
        Whether an empty name is valid.

    Returns
    -------
    str
        The name, unchanged.

    Raises
    ------
    DatasetError
        If the name is not text, too long, or contains control characters.
    """
    if not isinstance(name, str) or len(name) > NAME_LENGTH or not (name or empty):
        raise DatasetError(
            f"The name of a {what} must be text of {0 if empty else 1} to {NAME_LENGTH} characters."
        )
    if any(unicodedata.category(c) in ("Cc", "Cs") for c in name):
        raise DatasetError(f"The name of a {what} must not contain control characters.")
    return name


def _names(names: Sequence[str] | None, count: int, what: str, letter: str) -> tuple[str, ...]:
    if names is None:
        if letter == "y" and count == 1:
            return ("y",)
        return tuple(f"{letter}{i}" for i in range(1, count + 1))
    given = (names,) if isinstance(names, str) else tuple(names)
    if len(given) != count:
        raise DatasetError(
            f"There are {count} {what} columns but {len(given)} names for them: give one each."
        )
    return tuple(checked_name(name, f"{what} column") for name in given)
