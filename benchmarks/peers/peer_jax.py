"""A Levenberg-Marquardt loop in JAX, compiled whole: vmap of jacrev, J'J, Cholesky."""

import time

import jax
import jax.numpy as jnp
import numpy as np
from protocol import forward, serve

jax.config.update("jax_enable_x64", True)


class Peer:
    """The published rule: mu from 0.01, times or divided by 10."""

    def __init__(self, task):
        inputs, targets = jnp.asarray(task.inputs), jnp.asarray(task.targets)

        def output(weights, pattern):
            return forward(task, weights, pattern[None], jnp.tanh, jnp.concatenate)[0]

        def errors(weights):
            return (jax.vmap(output, (None, 0))(weights, inputs) - targets).ravel()

        def sse_at(weights):
            e = errors(weights)
            return e @ e

        rows = jax.vmap(jax.jacrev(output), (None, 0))
        n = task.starts.shape[1]

        def iteration(state):
            weights, mu, sse, k, _ = state
            jacobian = rows(weights, inputs).reshape(-1, n)
            q = jacobian.T @ jacobian
            g = jacobian.T @ errors(weights)

            def attempt(inner):
                _, _, mu, tries = inner
                factor = jax.scipy.linalg.cho_factor(q + mu * jnp.eye(n))
                trial = weights - jax.scipy.linalg.cho_solve(factor, g)
                return trial, sse_at(trial), mu * 10.0, tries + 1

            def rejected(inner):
                return jnp.logical_and(~(inner[1] < sse), inner[3] < 30)

            trial, after, mu, _ = jax.lax.while_loop(rejected, attempt, (weights, jnp.inf, mu, 0))
            good = after < sse
            weights = jnp.where(good, trial, weights)
            return (
                weights,
                jnp.maximum(mu / 100.0, 1e-15),
                jnp.where(good, after, sse),
                k + 1,
                ~good,
            )

        def train(weights, most, target):
            def going(state):
                return (state[3] < most) & (state[2] > target) & ~state[4]

            start = (weights, 1e-2, sse_at(weights), 0, False)
            return jax.lax.while_loop(going, iteration, start)

        self.one = jax.jit(train)
        self.many = jax.jit(jax.vmap(train, (0, None, None)))
        self.run(task.starts[0], 2)
        self.cascade = not task.layers
        if self.cascade:
            self.trial(task.starts[0], 2, 0.0)

    def run(self, weights, iterations):
        """Train from one start."""
        ended = self.one(weights, iterations, 0.0)
        return int(ended[3]), float(ended[2])

    def trial(self, weights, most, target):
        """Train until solved."""
        return float(self.one(weights, most, target)[2]) <= target


class Batch(Peer):
    """Many starts, as one batch or in sequence; a batch takes as long as its slowest start."""

    size = 50

    def __init__(self, task):
        super().__init__(task)
        self.batched = False
        if self.cascade:
            some = task.starts[: self.size]
            self.many(some, 2, 0.0)[2].block_until_ready()
            times = []
            for self.batched in (False, True):
                began = time.perf_counter()
                self.trials(some, 20, 0.0)
                times.append(time.perf_counter() - began)
            self.batched = times[1] < times[0]

    def trials(self, starts, most, target):
        """Train one after another or in batches, whichever is faster here."""
        if not self.batched:
            return sum(self.trial(start, most, target) for start in starts)
        solved = 0
        for begin in range(0, len(starts), self.size):
            ended = self.many(starts[begin : begin + self.size], most, target)
            solved += int((np.asarray(ended[2]) <= target).sum())
        return solved


if __name__ == "__main__":
    serve(Batch)
