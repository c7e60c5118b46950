"""Named problems: each generator returns a Dataset, and PROBLEMS describes them all.

A generator is a pure function of its parameters. What is random in it comes from a
`numpy.random.default_rng(seed)` of its own, so the same parameters give the same patterns.
Classes are bipolar: -1 and +1 for one output, one output a class otherwise (+1 for the class of
the pattern, -1 for the others).

`catalogue` says what a problem tells about itself. The generators stand in `classic` (exclusive or,
parity, two spirals), `playground`, `plane` (more classes in the plane), `functions`, `codes` and
`measured` (iris, digits); `encoding` makes the rows that several of them share.

Suggested targets for the SSE
-----------------------------
0.01 where the literature on NBN uses it: xor, parity, two_spirals, decoder, encoder.
1.0 for the other problems with classes. With bipolar targets a pattern in the wrong class alone
costs at least 1 (one output) or 2 (one output a class), so an SSE under 1 means that every
training pattern is right. Noise can put this out of reach. Where patterns contradict each other,
`Problem.target` adds what that costs any network: in a quarter of its splits playground_spiral
trains on the origin twice, once in each class.
For functions, what a given accuracy costs over the training patterns: see each generator.

References
----------
two_spirals, peaks, control_surface: the data files used with NBN, to their printed digits.
playground_*: TensorFlow Playground, src/dataset.ts.
circles, moons, iris, digits: scikit-learn.
"""

from nbn_core.checks import MAX_SEED
from nbn_core.generators.catalogue import MAX_POINTS, Parameter, Problem, by_name
from nbn_core.generators.classic import parity, two_spirals, xor
from nbn_core.generators.codes import decoder, encoder
from nbn_core.generators.functions import control_surface, control_surface_test, peaks, sinc
from nbn_core.generators.measured import digits, iris
from nbn_core.generators.plane import checkerboard, circles, moons
from nbn_core.generators.playground import (
    playground_circle,
    playground_gauss,
    playground_spiral,
    playground_xor,
)

PROBLEMS: dict[str, Problem] = by_name(
    xor,
    parity,
    two_spirals,
    playground_spiral,
    playground_circle,
    playground_xor,
    playground_gauss,
    circles,
    moons,
    checkerboard,
    peaks,
    control_surface,
    sinc,
    decoder,
    encoder,
    iris,
    digits,
)

__all__ = [
    "MAX_POINTS",
    "MAX_SEED",
    "PROBLEMS",
    "Parameter",
    "Problem",
    "checkerboard",
    "circles",
    "control_surface",
    "control_surface_test",
    "decoder",
    "digits",
    "encoder",
    "iris",
    "moons",
    "parity",
    "peaks",
    "playground_circle",
    "playground_gauss",
    "playground_spiral",
    "playground_xor",
    "sinc",
    "two_spirals",
    "xor",
]
