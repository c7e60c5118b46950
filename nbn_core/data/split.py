"""Split: the division of patterns into training, validation and test sets.

A permutation of the patterns is drawn from the random seed. Its last entries are the training set,
those before them the validation set, the first ones the test set. A stratified split first sorts
the permutation by the relative position of each pattern within its class, so that every set has
nearly the same shares of the classes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nbn_core.checks import MAX_SEED, real, whole
from nbn_core.data.dataset import Dataset
from nbn_core.display import one_line
from nbn_core.errors import DatasetError, SettingError
from nbn_core.types import FloatArray, IntArray

_ROUNDING = 1e-9  # tolerance for two shares whose sum should be 1


class Parts(NamedTuple):
    """Training patterns, and validation and test patterns or None."""

    train: Dataset
    validation: Dataset | None
    test: Dataset | None

    def __repr__(self) -> str:
        there = {name: part for name, part in self._asdict().items() if part is not None}
        return one_line("Parts", *(f"{name} {part.n_patterns:,}" for name, part in there.items()))


class Rows(NamedTuple):
    """Indices of the patterns of each set, from 0, ascending, each (n,) int64."""

    train: IntArray
    validation: IntArray
    test: IntArray

    def __repr__(self) -> str:
        return one_line("Rows", *(f"{name} {len(rows):,}" for name, rows in self._asdict().items()))


class Split(NamedTuple):
    """Parameters of a split.

    Parameters
    ----------
    train_share : float
        Share of the patterns in the training set; 1.0 leaves none for the other sets.
    validation_share : float
        Share of the patterns in the validation set; the remaining ones are the test set.
    seed : int
        Random seed of the permutation.
    stratified : bool
        Whether each class is split in the same proportions.
    """

    train_share: float = 1.0
    validation_share: float = 0.0
    seed: int = 0
    stratified: bool = False


def checked(split: Split) -> Split:
    """Validate the shares and the seed of a split.

    Parameters
    ----------
    split : Split
        Split with values of any type.

    Returns
    -------
    Split
        Split with values of the declared types.

    Raises
    ------
    SettingError
        If a share or the seed is out of range.
    """
    train = real(split.train_share, "The share of patterns to train on", 0.0, 1.0)
    if train == 0.0:
        raise SettingError("The share of patterns to train on must be more than 0.")
    validation = real(split.validation_share, "The share of patterns to validate on", 0.0, 1.0)
    if train + validation > 1.0 + _ROUNDING:
        raise SettingError(
            f"The shares to train on ({train:g}) and to validate on ({validation:g}) are more than "
            "all patterns together: make one smaller."
        )
    seed = whole(split.seed, "The seed of the split", 0, MAX_SEED)
    if not isinstance(split.stratified, bool):
        raise SettingError("The setting “stratified” of a split must be true or false.")
    return Split(train, validation, seed, split.stratified)


def rows_of(dataset: Dataset, split: Split) -> Rows:
    """Assign each pattern to a set.

    Parameters
    ----------
    dataset : Dataset
        All P patterns.
    split : Split
        Parameters of the split.

    Returns
    -------
    Rows
        Indices of the patterns of each set. The training set is not empty, and neither are the
        other two together unless all patterns train.

    Raises
    ------
    DatasetError
        If a single pattern is to be split.
    SettingError
        If a stratified split is asked of targets that are not classes.
    """
    count = dataset.n_patterns
    none = np.empty(0, dtype=np.int64)
    if split.stratified and dataset.kind != "classification":
        raise SettingError("Only classes can be split evenly, and these targets are numbers.")
    if split.train_share == 1.0:
        return Rows(np.arange(count), none, none)
    if count < 2:
        raise DatasetError(
            "One pattern cannot be split in two: add patterns, or train on all of them."
        )
    order = np.random.default_rng(split.seed).permutation(count)
    if split.stratified:
        order = order[np.argsort(_progress(dataset.classes()[order]), kind="stable")]
    n_train = min(max(round(split.train_share * count), 1), count - 1)
    n_validation = min(round(split.validation_share * count), count - n_train)
    if split.train_share + split.validation_share >= 1.0 - _ROUNDING:
        n_validation = count - n_train
    n_test = count - n_train - n_validation
    return Rows(
        np.sort(order[count - n_train :]),
        np.sort(order[n_test : count - n_train]),
        np.sort(order[:n_test]),
    )


def parts_of(dataset: Dataset, rows: Rows) -> Parts:
    """Return the patterns of each set.

    Parameters
    ----------
    dataset : Dataset
        Patterns of all sets.
    rows : Rows
        Indices of the patterns of each set.

    Returns
    -------
    Parts
        Training, validation and test patterns; the dataset itself if all patterns train.
    """
    if len(rows.train) == dataset.n_patterns:
        return Parts(dataset, None, None)
    others = [dataset.rows(part) if len(part) else None for part in rows[1:]]
    return Parts(dataset.rows(rows.train), *others)


def _progress(classes: IntArray) -> FloatArray:
    """Return the relative position of each pattern within its class, between 0 and 1, (P,)."""
    _, group, sizes = np.unique(classes, return_inverse=True, return_counts=True)
    sorted_rows = np.argsort(group, kind="stable")
    first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    place = np.empty(len(classes))
    place[sorted_rows] = np.arange(len(classes)) - first[group[sorted_rows]]
    progress: FloatArray = (place + 0.5) / sizes[group]
    return progress
