"""Spectrum: eigenvalues and eigenvectors of a curvature matrix, and the effect of damping.

In the basis of the eigenvectors of Q the damped step is

    dw = - sum_i  (v_i'g) / (l_i + mu)  v_i

so a direction with l_i far above mu gets nearly the full Gauss-Newton step, and one with l_i far
below mu nearly none: the effective number of directions is sum l_i / (l_i + mu).

Q is computed with rounding errors of about N eps l_1, where l_1 is the largest eigenvalue, so that
smaller eigenvalues are not significant. The numerical rank is the number of larger ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbn_core.display import OneLine
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spectrum(OneLine):
    """Eigenvalues and eigenvectors of a symmetric matrix, largest eigenvalue first.

    Parameters
    ----------
    values : (N,) float64
        Eigenvalues as computed; those of Q that are below `tolerance` may be negative.
    vectors : (N, N) float64
        Eigenvectors in columns, in the order of the values; the largest component is positive.
    tolerance : float
        Rounding error, N eps times the largest absolute eigenvalue.
    """

    values: FloatArray
    vectors: FloatArray
    tolerance: float

    @classmethod
    def of_values(cls, values: FloatArray) -> Spectrum:
        """Return a spectrum of eigenvalues (N,), largest first, without eigenvectors."""
        return cls(values, np.empty((len(values), 0)), tolerance_of(values))

    @property
    def rank(self) -> int:
        """Numerical rank: number of eigenvalues above the tolerance in absolute value."""
        return int(np.count_nonzero(np.abs(self.values) > self.tolerance))

    @property
    def negative(self) -> int:
        """Number of eigenvalues below minus the tolerance: directions of negative curvature."""
        return int(np.count_nonzero(self.values < -self.tolerance))

    @property
    def condition(self) -> float:
        """Condition number: ratio of absolute eigenvalues; infinite if the rank is not full."""
        if self.rank < len(self.values):
            return float("inf")
        sizes = np.abs(self.values)
        return float(sizes.max() / sizes.min())

    def damped_condition(self, mu: float) -> float:
        """Compute the condition number of Q + mu I, with negative eigenvalues taken as 0.

        Parameters
        ----------
        mu : float
            Damping, above 0.

        Returns
        -------
        float
            Condition number, at least 1.
        """
        known = np.maximum(self.values, 0.0)
        return float((known.max() + mu) / (known.min() + mu))

    def effective_parameters(self, mu: float) -> float:
        """Compute the effective number of parameters, sum l / (l + mu).

        Parameters
        ----------
        mu : float
            Damping, above 0.

        Returns
        -------
        float
            Effective number of parameters, from 0 to N.
        """
        known = np.maximum(self.values, 0.0)
        return float((known / (known + mu)).sum())


def spectrum(matrix: FloatArray) -> Spectrum:
    """Compute all eigenvalues and eigenvectors of a symmetric matrix.

    Parameters
    ----------
    matrix : (N, N) float64
        Symmetric matrix, such as Q, H or S.

    Returns
    -------
    Spectrum
        Eigenvalues and eigenvectors, largest eigenvalue first.
    """
    values, vectors = np.linalg.eigh(matrix)
    values, vectors = values[::-1].copy(), vectors[:, ::-1].copy()
    largest = np.argmax(np.abs(vectors), axis=0)
    vectors *= np.sign(vectors[largest, np.arange(len(values))])
    return Spectrum(values, vectors, tolerance_of(values))


def eigenvalues(matrix: FloatArray) -> FloatArray:
    """Compute all eigenvalues of a symmetric matrix, which is much faster than `spectrum`.

    Parameters
    ----------
    matrix : (N, N) float64
        Symmetric matrix, such as Q, H or S.

    Returns
    -------
    (N,) float64
        Eigenvalues, largest first.
    """
    values: FloatArray = np.linalg.eigvalsh(matrix)[::-1].astype(np.float64)
    return values


def tolerance_of(values: FloatArray) -> float:
    """Compute the rounding error of eigenvalues, N eps max |l|.

    Parameters
    ----------
    values : (N,) float64
        Eigenvalues in any order.

    Returns
    -------
    float
        Rounding error, at least 0.
    """
    return float(len(values) * np.finfo(np.float64).eps * np.abs(values).max(initial=0.0))
