"""Spectrum: eigenvalues and eigenvectors of a curvature matrix, and what damping does to them.

In the basis of the eigenvectors of Q the damped step is

    dw = - sum_i  (v_i'g) / (l_i + mu)  v_i

so a direction with l_i far above mu gets nearly the full Gauss-Newton step, one with l_i far below
mu nearly none: mu decides how many directions take part, sum l_i / (l_i + mu) of them.

Q is computed with rounding errors of about N eps l_1, with l_1 the largest eigenvalue: smaller ones
mean nothing. Numerical rank counts those above.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nbn_core.display import OneLine
from nbn_core.types import FloatArray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Spectrum(OneLine):
    """Eigenvalues of a symmetric matrix, the largest first.

    Parameters
    ----------
    values : (N,) float64
        As computed: of Q, those below `tolerance` may come out negative.
    vectors : (N, N) float64
        Column i belongs to value i; its largest component is positive.
    tolerance : float
        N eps times the largest absolute value.
    """

    values: FloatArray
    vectors: FloatArray
    tolerance: float

    @classmethod
    def of_values(cls, values: FloatArray) -> Spectrum:
        """Make a spectrum of eigenvalues alone, largest first, without vectors."""
        return cls(values, np.empty((len(values), 0)), tolerance_of(values))

    @property
    def rank(self) -> int:
        """Eigenvalues above the tolerance, in absolute value."""
        return int(np.count_nonzero(np.abs(self.values) > self.tolerance))

    @property
    def negative(self) -> int:
        """Eigenvalues below minus the tolerance: directions along which the SSE bends down."""
        return int(np.count_nonzero(self.values < -self.tolerance))

    @property
    def condition(self) -> float:
        """Largest over smallest absolute value; infinite if the rank is not full."""
        if self.rank < len(self.values):
            return float("inf")
        sizes = np.abs(self.values)
        return float(sizes.max() / sizes.min())

    def damped_condition(self, mu: float) -> float:
        """Compute the condition number of Q + mu I, with negative rounding errors taken as 0.

        Parameters
        ----------
        mu : float
            Damping, above 0.

        Returns
        -------
        float
            At least 1.
        """
        known = np.maximum(self.values, 0.0)
        return float((known.max() + mu) / (known.min() + mu))

    def effective_parameters(self, mu: float) -> float:
        """Compute sum l / (l + mu), the number of directions that damping leaves free.

        Parameters
        ----------
        mu : float
            Damping, above 0.

        Returns
        -------
        float
            From 0 to N.
        """
        known = np.maximum(self.values, 0.0)
        return float((known / (known + mu)).sum())


def spectrum(matrix: FloatArray) -> Spectrum:
    """Compute all eigenvalues and eigenvectors of a symmetric matrix.

    Parameters
    ----------
    matrix : (N, N) float64
        Q, H or S.

    Returns
    -------
    Spectrum
        Largest eigenvalue first.
    """
    values, vectors = np.linalg.eigh(matrix)
    values, vectors = values[::-1].copy(), vectors[:, ::-1].copy()
    largest = np.argmax(np.abs(vectors), axis=0)
    vectors *= np.sign(vectors[largest, np.arange(len(values))])
    return Spectrum(values, vectors, tolerance_of(values))


def eigenvalues(matrix: FloatArray) -> FloatArray:
    """Compute all eigenvalues of a symmetric matrix, without vectors, which is much faster.

    Parameters
    ----------
    matrix : (N, N) float64
        Q, H or S.

    Returns
    -------
    (N,) float64
        Largest first.
    """
    values: FloatArray = np.linalg.eigvalsh(matrix)[::-1].astype(np.float64)
    return values


def tolerance_of(values: FloatArray) -> float:
    """Compute the size below which an eigenvalue is only rounding: N eps max |l|.

    Parameters
    ----------
    values : (N,) float64
        Eigenvalues.

    Returns
    -------
    float
        At least 0.
    """
    return float(len(values) * np.finfo(np.float64).eps * np.abs(values).max(initial=0.0))
