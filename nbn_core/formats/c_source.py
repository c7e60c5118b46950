"""Export of a trained network as C99, also for microcontrollers: constant tables, no heap."""

from __future__ import annotations

import itertools
import re
import textwrap
from collections.abc import Iterable, Sequence

from numpy.typing import ArrayLike

from nbn_core.checks import plural
from nbn_core.data.columns import DataColumn, meanings
from nbn_core.data.scaling import Scaling
from nbn_core.errors import FormatError
from nbn_core.formats.export_checks import (
    Precision,
    Trained,
    checked_name,
    in_precision,
    trained,
    widths_in_precision,
)
from nbn_core.network import ACTIVATIONS, Topology

_BODIES = {
    "linear": "value[{N} + k] = z + leak[k] * net;",
    "unipolar": (
        "value[{N} + k] = (z < {0} ? {e}(z) / ({1} + {e}(z)) : {1} / ({1} + {e}(-z))) "
        "+ leak[k] * net;"
    ),
    "bipolar": "value[{N} + k] = {t}(z) + leak[k] * net;",
    "elliot_bipolar": "value[{N} + k] = z / ({1} + {f}(z)) + leak[k] * net;",
    "elliot_unipolar": "value[{N} + k] = {h} + {h} * z / ({1} + {f}(z)) + leak[k] * net;",
}
# Keywords of C and C++, names declared by <math.h>, and names used in the generated code.
_TAKEN = frozenset(
    re.findall(
        r"\w+",
        """
        auto break case char const continue default do double else enum extern float for goto if
        inline int long register restrict return short signed sizeof static struct switch typedef
        union unsigned void volatile while main errno NULL
        acos acosh asin asinh atan atan2 atanh cbrt ceil copysign cos cosh erf erfc exp exp2 expm1
        fabs fdim floor fma fmax fmin fmod frexp gamma hypot ilogb j0 j1 jn ldexp lgamma llrint
        llround log log10 log1p log2 logb lrint lround modf nan nearbyint nextafter nexttoward pow
        remainder remquo rint round scalb scalbln scalbn signgam significand sin sinh sqrt tan
        tanh tgamma trunc y0 y1 yn drem finite isinf isnan abs
        inputs outputs weights sources counts activation gain leak value net i k s w z
        output_node input_centre input_width output_centre output_width complex imaginary I
        and and_eq asm bitand bitor bool catch class compl concept const_cast constexpr decltype
        delete dynamic_cast explicit export false friend mutable namespace new noexcept not not_eq
        nullptr operator or or_eq private protected public reinterpret_cast requires static_assert
        static_cast template this thread_local throw true try typeid typename using virtual wchar_t
        xor xor_eq std
        """,
    )
)
_MOST_NODES = 65_535


def write_c(
    topology: Topology,
    weights: ArrayLike,
    scaling: Scaling | None = None,
    name: str = "network",
    precision: Precision = "double",
    targets: Sequence[DataColumn] = (),
) -> str:
    """Write a C file with one function that maps raw inputs to raw outputs.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) array_like
        Weights, neuron by neuron, bias first.
    scaling : Scaling, optional
        Scaling of the training data, which becomes part of the function.
    name : str
        Name of the function.
    precision : "double" or "float"
        Precision of all numbers.
    targets : sequence of DataColumn
        Target columns, whose classes are listed in a comment.

    Returns
    -------
    str
        C99 source in ASCII that compiles without warnings; it needs at most `<math.h>`.

    Raises
    ------
    FormatError
        If the network has more than 65,535 nodes, or a number does not fit the precision.
    """
    network = trained(topology, weights, scaling)
    checked_name(name, _TAKEN | {f"{taken}f" for taken in _TAKEN})
    nodes = topology.n_inputs + topology.n_neurons
    if nodes > _MOST_NODES:
        raise FormatError(f"A network in C has at most {_MOST_NODES} nodes, this one has {nodes}.")
    bytes_each = 4 if precision == "float" else 8
    used = {neuron.activation for neuron in topology.neurons}
    lines = [
        f"/* {name}: a neural network with {plural(topology.n_inputs, 'input')}, "
        f"{plural(topology.n_neurons, 'neuron')} and {plural(topology.n_weights, 'weight')}, "
        "from NBN Lab.",
        "",
        *_listed("inputs", topology.input_names),
        *_listed("outputs", topology.output_names),
        *(line for meaning in meanings(targets) for line in _listed("classes", [meaning])),
        "",
        f"   All in raw units. C99 and C++, no heap, about {bytes_each * nodes} bytes of stack.",
        f"   No name but {name} is visible outside: a program may hold several networks. */",
        "",
        *(["#include <math.h>", ""] if used - {"linear"} else []),
        *_prototype(name, precision),
        "",
        _signature(name, precision),
        "{",
        f"    enum {{ {name}_N = {topology.n_inputs}, {name}_K = {topology.n_neurons}, "
        f"{name}_M = {topology.n_outputs} }};",
        "",
        *(f"    {line}" if line else "" for line in _tables(network, precision)),
        *_body(network, name, precision),
        "}",
    ]
    return "\n".join(lines) + "\n"


def write_c_header(name: str = "network", precision: Precision = "double") -> str:
    """Write the header of a file that `write_c` wrote.

    Parameters
    ----------
    name : str
        Name of the function.
    precision : "double" or "float"
        Precision of the numbers.

    Returns
    -------
    str
        C and C++ source with an include guard and the declaration of the function.
    """
    checked_name(name, _TAKEN | {f"{taken}f" for taken in _TAKEN})
    guard = f"{name.upper()}_H"
    lines = [
        f"/* {name}: a neural network, from NBN Lab. */",
        "",
        f"#ifndef {guard}",
        f"#define {guard}",
        "",
        *_prototype(name, precision),
        "",
        f"#endif /* {guard} */",
    ]
    return "\n".join(lines) + "\n"


def _signature(name: str, precision: Precision) -> str:
    return f"void {name}(const {precision} *inputs, {precision} *outputs)"


def _prototype(name: str, precision: Precision) -> list[str]:
    """Return the declaration of the function, with the names of C also in C++."""
    return [
        "#ifdef __cplusplus",
        'extern "C" {',
        "#endif",
        f"{_signature(name, precision)};",
        "#ifdef __cplusplus",
        "}",
        "#endif",
    ]


def _listed(what: str, names: Sequence[str]) -> list[str]:
    """Return the lines of a comment that lists names, without characters special to C."""
    plain = ", ".join(re.sub(r"[^A-Za-z0-9_ .,:=+()-]", "_", name) for name in names)
    return textwrap.wrap(
        f"{what}: {plain}", 96, initial_indent="   ", subsequent_indent="      "
    )  # fmt: skip


def _tables(network: Trained, precision: Precision) -> list[str]:
    topology = network.topology
    neurons = topology.neurons
    lines = ["/* Neuron by neuron: its bias, then the weight of each source */"]
    lines.append(f"static const {precision} weights[{topology.n_weights}] = {{")
    for values in network.parts:
        lines += _wrapped(_literals(in_precision(values, precision), precision))
    lines += ["};", ""]
    sources = list(itertools.chain.from_iterable(neuron.sources for neuron in neurons))
    counts = [len(neuron.sources) for neuron in neurons]
    lines += ["/* Nodes: inputs from 0, then neurons */", *_whole("sources", sources)]
    lines += _whole("counts", counts)
    if len({neuron.activation for neuron in neurons}) > 1:
        codes = [ACTIVATIONS[neuron.activation].code for neuron in neurons]
        lines += [
            f"/* {', '.join(f'{a.code} {name}' for name, a in ACTIVATIONS.items())} */",
            *_whole("activation", codes),
        ]
    lines += _real("gain", [neuron.gain for neuron in neurons], precision)
    lines += _real("leak", [neuron.leak for neuron in neurons], precision)
    lines += _whole("output_node", [topology.n_inputs + k for k in topology.outputs])
    for what, affine in (("input", network.inputs), ("output", network.outputs)):
        if not affine.is_identity:
            lines += _real(f"{what}_centre", affine.centre, precision)
            lines += _real(f"{what}_width", widths_in_precision(affine, precision), precision)
    return [*lines, ""]


def _body(network: Trained, name: str, precision: Precision) -> list[str]:
    used = {neuron.activation for neuron in network.topology.neurons}
    suffix = "f" if precision == "float" else ""
    numbers = dict(zip("01h", _literals([0.0, 1.0, 0.5], precision), strict=True))
    numbers |= {"N": f"{name}_N", "e": f"exp{suffix}", "t": f"tanh{suffix}", "f": f"fabs{suffix}"}
    bodies = {
        ACTIVATIONS[a].code: re.sub(r"\{(.)\}", lambda m: numbers[m[1]], _BODIES[a]) for a in used
    }
    if len(bodies) == 1:
        act = [f"        {body}" for body in bodies.values()]
    else:
        act = ["        switch (activation[k]) {"]
        for place, (code, body) in enumerate(sorted(bodies.items())):
            label = "default:" if place == len(bodies) - 1 else f"case {code}:"
            act += [f"        {label}", f"            {body}", "            break;"]
        act.append("        }")
    scaled = "inputs[i]"
    if not network.inputs.is_identity:
        scaled = "(inputs[i] - input_centre[i]) / input_width[i]"
    raw = "value[output_node[i]]"
    if not network.outputs.is_identity:
        raw += " * output_width[i] + output_centre[i]"
    return [
        f"    {precision} value[{name}_N + {name}_K];",
        f"    const {precision} *w = weights;",
        f"    const {_integer(_nodes(network.topology))} *s = sources;",
        "    unsigned i, k;",
        "",
        f"    for (i = 0; i < {name}_N; i++)",
        f"        value[i] = {scaled};",
        f"    for (k = 0; k < {name}_K; k++) {{",
        f"        {precision} net = *w++, z;",
        "        for (i = 0; i < counts[k]; i++)",
        "            net += *w++ * value[*s++];",
        "        z = gain[k] * net;",
        *act,
        "    }",
        f"    for (i = 0; i < {name}_M; i++)",
        f"        outputs[i] = {raw};",
    ]


def _nodes(topology: Topology) -> int:
    return max(max(neuron.sources) for neuron in topology.neurons)


def _integer(largest: int) -> str:
    return "unsigned char" if largest <= 255 else "unsigned short"


def _literals(values: Iterable[float], precision: Precision) -> list[str]:
    if precision == "double":
        return [repr(float(value)) for value in values]
    rounded = in_precision(list(values), precision)
    return [f"{value:.9g}" + ("f" if _pointed(value) else ".0f") for value in rounded]


def _pointed(value: float) -> bool:
    return any(mark in f"{value:.9g}" for mark in ".e")


def _wrapped(items: Iterable[str]) -> list[str]:
    return textwrap.wrap(
        ", ".join(items) + ",", 96, initial_indent="    ", subsequent_indent="    "
    )  # fmt: skip


def _real(name: str, values: Sequence[float] | ArrayLike, precision: Precision) -> list[str]:
    literals = _literals(in_precision(values, precision).tolist(), precision)
    head = f"static const {precision} {name}[{len(literals)}] = {{"
    return [head, *_wrapped(literals), "};"]


def _whole(name: str, values: Sequence[int]) -> list[str]:
    head = f"static const {_integer(max(values))} {name}[{len(values)}] = {{"
    return [head, *_wrapped(map(str, values)), "};"]
