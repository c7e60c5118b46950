"""SciPy's `least_squares`, method lm (MINPACK), with the Jacobian written out in NumPy."""

import contextlib

import numpy as np
from protocol import forward, serve
from scipy.optimize import least_squares


class Peer:
    """MINPACK evaluates the Jacobian once for each accepted iteration."""

    def __init__(self, task):
        self.task = task
        self.blocks = list(task.blocks)
        self.run(task.starts[0], 1)

    def residuals(self, weights):
        """Compute e = o - d, pattern by pattern."""
        outputs = forward(self.task, weights, self.task.inputs, np.tanh, np.concatenate)
        return (outputs - self.task.targets).ravel()

    def jacobian(self, weights):
        """Compute do/dw for all patterns at once, backwards from each output."""
        task = self.task
        values, nets = [task.inputs], []
        for begin, end, shape in self.blocks:
            matrix = weights[begin:end].reshape(shape)
            net = values[-1] @ matrix[:, 1:].T + matrix[:, 0]
            nets.append(np.tanh(net))
            seen = nets[-1] if task.layers else np.concatenate((values[-1], nets[-1]), -1)
            values.append(seen)
        n_patterns, n_outputs = task.targets.shape
        jacobian = np.empty((n_patterns, n_outputs, len(weights)))
        for m in range(n_outputs):
            whole = np.zeros((n_patterns, self.blocks[-1][2][1]))
            back = np.zeros((n_patterns, n_outputs))
            back[:, m] = 1.0
            for number in range(len(self.blocks) - 1, -1, -1):
                begin, end, shape = self.blocks[number]
                matrix = weights[begin:end].reshape(shape)
                part = jacobian[:, m, begin:end].reshape(n_patterns, *shape)
                part[:, :, 0] = back
                np.multiply(back[:, :, None], values[number][:, None, :], out=part[:, :, 1:])
                if number == 0:
                    break
                before = back @ matrix[:, 1:]
                if task.layers:
                    back = before * (1.0 - values[number] ** 2)
                else:
                    whole = before + whole[:, : before.shape[1]]
                    back = whole[:, -1:] * (1.0 - values[number][:, -1:] ** 2)
        return jacobian.reshape(-1, len(weights))

    def run(self, weights, iterations):
        """Train for a number of Jacobian evaluations."""
        left = [iterations]

        class Enough(Exception):
            pass

        best = [0.0]

        def jacobian(w):
            if left[0] == 0:
                raise Enough
            left[0] -= 1
            return self.jacobian(w)

        def residuals(w):
            errors = self.residuals(w)
            best[0] = errors @ errors
            return errors

        with contextlib.suppress(Enough):
            least_squares(
                residuals, weights, jac=jacobian, method="lm",
                ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=10**6,
            )  # fmt: skip
        return iterations - left[0], best[0]

    def trial(self, weights, most, target):
        """Train until solved."""

        class Solved(Exception):
            pass

        def residuals(w):
            errors = self.residuals(w)
            if errors @ errors <= target:
                raise Solved
            return errors

        try:
            least_squares(
                residuals, weights, jac=self.jacobian, method="lm",
                ftol=1e-15, xtol=1e-15, gtol=1e-15, max_nfev=most,
            )  # fmt: skip
        except Solved:
            return True
        return False


if __name__ == "__main__":
    serve(Peer)
