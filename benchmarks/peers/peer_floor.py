"""The lower bound: J'J by one BLAS dsyrk on the full Jacobian, and its Cholesky factor."""

import numpy as np
from scipy.linalg import blas, lapack

from benchmarks.peers.protocol import serve


class Peer:
    """A random matrix with the shape of the Jacobian."""

    def __init__(self, task):
        rows = task.inputs.shape[0] * task.targets.shape[1]
        n = task.starts.shape[1]
        self.jacobian = np.random.default_rng(0).normal(size=(rows, n))
        self.damping = np.arange(n)
        self.run(None, 1)

    def run(self, weights, iterations):
        """Multiply and factor."""
        for _ in range(iterations):
            q = blas.dsyrk(1.0, self.jacobian.T)
            q[self.damping, self.damping] += 1.0
            _, info = lapack.dpotrf(q, overwrite_a=True)
            assert info == 0
        return iterations, float("nan")


if __name__ == "__main__":
    serve(Peer)
