"""Background, source and known results of each built-in problem.

Every result says how it is known: READ in the source named, COMPUTED for this app, or RECALLED from
a paper whose tables could not be read. Recalled results are marked as such on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Known(Enum):
    """How a result is known; the value is the text on the page."""

    READ = "read"
    COMPUTED = "computed for this app"
    RECALLED = "as recalled, not verified"


@dataclass(frozen=True, slots=True)
class KnownResult:
    """A sentence with numbers, how it is known, and its source."""

    text: str
    known: Known
    source: str = ""


@dataclass(frozen=True, slots=True)
class Background:
    """Description, source and known results of one problem."""

    text: str
    source: str
    results: tuple[KnownResult, ...] = ()


_R, _C, _M = Known.READ, Known.COMPUTED, Known.RECALLED
_PLAYGROUND: Final = "Formula of TensorFlow Playground, src/dataset.ts."
_TNN6: Final = "Wilamowski and Yu, IEEE Trans. Neural Networks 21(6), 2010"
_TNN11: Final = "Wilamowski and Yu, IEEE Trans. Neural Networks 21(11), 2010"

BACKGROUND: Final[dict[str, Background]] = {
    "xor": Background(
        "Four points at the corners of a square, opposite corners in the same class. One neuron "
        "cuts the plane once, and no single cut separates the classes; two neurons do.",
        "Parity of two inputs.",
        (
            KnownResult(
                "Smallest networks: 2-2-1 with 9 weights; with bridges or as a cascade, 2 neurons "
                "with 7 weights.", _C,
            ),
        ),
    ),
    "parity": Background(
        "The output is on if an odd number of inputs are on. Neighbouring corners of the cube "
        "always differ, which makes parity the hardest function of its size and the standard "
        "benchmark of the papers on NBN. Small networks can solve it, but only from a few starts.",
        "All 2ⁿ rows of plus and minus ones.",
        (
            KnownResult(
                "Parity-5 needs at least 6 neurons in layers, 3 with bridges or in a cascade.", _R,
                "abstract, HSI 2009",
            ),
            KnownResult(
                "A cascade needs between log₂(n+1) − 1 and log₂(n+1) hidden neurons; one hidden "
                "layer with bridges n/2, without bridges n.", _R, "abstract, IJCNN 2003",
            ),
            KnownResult(
                "Neurons and weights for parity-7: layers 8 and 64, bridges 4 and 35, cascade 3 "
                "and 27.", _C,
            ),
            KnownResult(
                "Parity-7 on a cascade of 8 neurons, 60 starts: 62 % solved at gain 1 (29 "
                "iterations), 85 % at gain 0.5 (26), 100 % at gain 0.25 (26).", _C,
            ),
            KnownResult(
                "Parity-9 on a cascade of 10 neurons with 145 weights: 58 % of trials, 38.5 "
                "iterations.", _M, _TNN6,
            ),
        ),
    ),
    "two_spirals": Background(
        "Two arms that wind around each other three times: a classic hard problem, because no "
        "single neuron helps. A cascade solves it with few neurons, from some starts.",
        "194 points: r = 6.5 (104 − i)/104 at the angle i π/16, and the negated points. It agrees "
        "with the data file used with NBN to its printed digits.",
        (
            KnownResult(
                "Cascade on the raw coordinates at gain 1: 10 % of 40 starts solved with 14 "
                "neurons, 35 % with 16; at gain 0.5 with 11 neurons 7 of 24.", _C,
            ),
            KnownResult(
                "Cascade with 7 to 15 hidden neurons: 13 % to 99 % of 100 trials, 288 to 112 "
                "iterations. The rates computed for this app at equal size are lower.", _M,
                _TNN11,
            ),
        ),
    ),
    "playground_spiral": Background(
        "500 points; the arms of both classes start from the same centre. Half of the points are "
        "for training, the other half for testing.",
        _PLAYGROUND,
        (
            KnownResult(
                "2-8-8-1 by NBN: 95 % of 20 starts solved, half of them within 32 iterations and "
                "20 ms. Playground's own engine, best of two learning rates: 4,303 epochs, 3.3 s "
                "of computing, 72 s on its page.", _C,
            ),
            KnownResult(
                "2-8-8-8-1: 90 % of 20 starts, 30 iterations, 49 ms, against 609 epochs and 0.76 "
                "s; a cascade of 10 hidden neurons, which cannot be drawn there: 60 %, 16 "
                "iterations, 7 ms.", _C,
            ),
        ),
    ),
    "playground_circle": Background(
        "A disc of one class inside a ring of the other. Three neurons can close a triangle around "
        "it; more make it round.", _PLAYGROUND,
    ),
    "playground_xor": Background(
        "Exclusive or with many points: opposite quadrants of the plane have the same class.",
        _PLAYGROUND,
    ),
    "playground_gauss": Background(
        "Two round clouds. As long as they do not touch, one neuron is enough; with noise they "
        "overlap, and no network can classify every point.", _PLAYGROUND,
    ),
    "circles": Background(
        "A small ring inside a large one, the standard example for data that no straight line "
        "separates.", "scikit-learn, make_circles.",
    ),
    "moons": Background(
        "Two interlocking half moons: nearly separable by a straight line, and completely by a "
        "curve.", "scikit-learn, make_moons.",
    ),
    "checkerboard": Background(
        "Squares of alternating class. Each additional row of squares needs more neurons, and test "
        "points show at once whether the network has learned the pattern or only the points.",
        "Points drawn uniformly; the class is that of the square they fall in.",
    ),
    "peaks": Background(
        "A smooth landscape of hills and valleys over a square, to be approximated from scattered "
        "points.",
        "The peaks function on −1 to 1, as used in courses on NBN; it agrees with their data files "
        "to 2.4e-8.",
        (
            KnownResult("The heights lie between −0.655 and 0.807.", _C),
            KnownResult(
                "A course used 2,000 points for training, 1,000 for checking, and a 30 × 30 grid "
                "for plots.",
                _R, "source code of pyNBN",
            ),
        ),
    ),
    "control_surface": Background(
        "One hill, 4 exp(−0.15 (x−4)² − 0.5 (y−3)²), known on a 5 × 5 grid only. What matters is "
        "the response between the grid points: 25 points are easily memorised.",
        "Formula and grid agree with the data file used with NBN to its printed digits.",
        (
            KnownResult(
                "Errors of others on 1,681 points between (SSE): fuzzy controllers 319.7 (Mamdani) "
                "and 35.16 (TSK), neuro-fuzzy 27.34, support vectors 28.96.", _R,
                "slides of Hao Yu's defence",
            ),
            KnownResult(
                "Plain interpolation of the 25 points: nearest 197.7, linear 28.67, cubic spline "
                "11.09, cubic convolution 3.279.", _C,
            ),
            KnownResult(
                "NBN, 100 starts: best 1.57 with 4 neurons and 0.79 with 5, but medians of 680 and "
                "414; the start with the smallest error on the 25 points had 2,422 and 124. With "
                "18 and 25 weights these networks memorise the points.", _C,
            ),
            KnownResult("A cascade of 4 neurons 2.3628, of 5 neurons 0.4648.", _M),
        ),
    ),
    "sinc": Background(
        "A decaying ripple with noise. A large network fits the noise, a small one the ripple: "
        "compare training and test error.",
        "sin(x)/x at equal steps from −10 to 10, with normally distributed noise.",
    ),
    "decoder": Background(
        "The input is a binary number, and of 2ⁿ outputs the one with that number is on. Many "
        "outputs and few patterns: the case in which forward-only computation gains most.",
        "All 2ⁿ rows of plus and minus ones.",
        (
            KnownResult(
                "Forward-only needs 42.5 % of the time of forward and backward for 3 to 8, 29.7 % "
                "for 4 to 16.", _M, _TNN11,
            ),
        ),
    ),
    "encoder": Background(
        "The reverse of the decoder: one input is on, and the outputs are its number in binary.",
        "All 2ⁿ inputs.",
        (
            KnownResult(
                "Forward-only needs 87.1 % of the time of forward and backward for 8 to 3, 64.6 % "
                "for 16 to 4.", _M, _TNN11,
            ),
        ),
    ),
    "iris": Background(
        "150 flowers of three species, measured by Edgar Anderson and made famous by Ronald "
        "Fisher. One species is well separated; the other two overlap.",
        "scikit-learn, load_iris; each length scaled to mean 0 and standard deviation 1.",
    ),
    "digits": Background(
        "Handwritten digits as images of 8 × 8 pixels. With 64 inputs the matrix of NBN grows "
        "quickly: watch the time of an iteration as you add hidden neurons.",
        "scikit-learn, load_digits; pixels scaled to 0 … 1.",
    ),
}  # fmt: skip
