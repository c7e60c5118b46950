"""Built-in problems: each generator returns a Dataset, and PROBLEMS describes all of them.

A generator is a pure function of its parameters. Random numbers come from its own
`numpy.random.default_rng(seed)`, so that equal parameters give equal patterns. Classes are bipolar:
-1 and +1 for one output, otherwise one output per class (+1 for the class of the pattern, -1 for
the others).

`catalogue` holds the description of a problem. The generators are in `classic` (exclusive or,
parity, two spirals), `playground`, `plane` (classes in the plane), `functions`, `codes` and
`measured` (iris, digits); `encoding` holds the bipolar encodings that several of them share.

Suggested targets for the SSE
-----------------------------
xor, parity, two_spirals, decoder and encoder: 0.01, as in the literature on NBN.

Other classification problems: 1.0. With bipolar targets, one misclassified pattern contributes at
least 1 (one output) or 2 (one output per class), so that an SSE below 1 means that every training
pattern is classified correctly. With noise this may be impossible. If patterns with equal inputs
have different targets, `Problem.target` adds the SSE that no network can avoid: in a quarter of its
splits, playground_spiral has the origin twice in the training set, once in each class.

Functions: the SSE of a given accuracy on the training patterns, see each generator.

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
