"""A network as a drawing for print: an SVG in which every weight has its title.

Orange is negative and blue positive, as on the stage; line width and strength of colour are
relative to the largest weight. A neuron shows the shape of its activation function on a background
in the colour of its bias.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from app.figures import layout
from app.figures.chart import FONT
from app.figures.names import weight_titles
from app.figures.palette import Palette
from nbn_core.network import Neuron, Topology
from nbn_core.types import FloatArray

HALF: Final = 17.0  # half the side of a neuron
MARGIN: Final = 44.0
FOOT: Final = 58.0  # below the drawing, for legend and caption
MAX_LABELS: Final = 40  # nodes up to which names are written
MIN_WIDTH: Final = 360.0
SHAPES: Final[dict[str, Callable[[float], float]]] = {  # values in [-1, 1] over -4 to 4
    "linear": lambda z: z / 4,
    "unipolar": lambda z: math.tanh(z / 2),
    "bipolar": math.tanh,
    "elliot_bipolar": lambda z: z / (1 + abs(z)),
    "elliot_unipolar": lambda z: z / (1 + abs(z)),
}


def portrait(
    topology: Topology,
    weights: FloatArray,
    palette: Palette,
    *,
    caption: str,
    drawn: Mapping[str, layout.Place] | None = None,
) -> str:
    """Draw a network as SVG.

    Parameters
    ----------
    topology : Topology
        Topology of the network.
    weights : (N,) float64
        Neuron by neuron, bias first.
    palette : Palette
        Colours of the light or dark theme.
    caption : str
        Text below the drawing, also its title for screen readers.
    drawn : mapping, optional
        Positions of the nodes by name.

    Returns
    -------
    str
        Self-contained SVG with a size in pixels.
    """
    spots = layout.places(topology, drawn)
    xs, ys = [x for x, _ in spots], [y for _, y in spots]
    width = max(max(xs) - min(xs) + 2 * MARGIN, MIN_WIDTH)
    height = max(ys) - min(ys) + 2 * MARGIN + FOOT
    left = (width - (max(xs) - min(xs))) / 2 - min(xs)
    top = MARGIN - min(ys)
    places = [(x + left, y + top) for x, y in spots]
    largest = float(np.abs(weights).max(initial=0.0))
    tones = weights / (largest or 1.0)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'width="{width:.0f}" height="{height:.0f}" role="img" font-family={quoteattr(FONT)} '
        f'font-size="12" fill="{palette.ink}">',
        f"<title>{escape(caption)}</title>",
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="{palette.page}"/>',
        *_links(topology, tones, weights, places, palette),
        *_nodes(topology, tones, weights, places, palette),
        *_foot(width, height, largest, caption, palette),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _links(
    topology: Topology,
    tones: FloatArray,
    weights: FloatArray,
    places: Sequence[layout.Place],
    palette: Palette,
) -> list[str]:
    """Return one curve per connection, the strongest on top."""
    titles = weight_titles(topology)
    curves = []
    n = 0
    for k, neuron in enumerate(topology.neurons):
        x1, y1 = places[topology.n_inputs + k]
        for i, source in enumerate(neuron.sources, start=n + 1):
            x0, y0 = places[source]
            curves.append((abs(float(tones[i])), i, _curve(x0, y0, x1, y1)))
        n += 1 + len(neuron.sources)
    thin = max(0.4, min(1.0, math.sqrt(150 / max(1, len(curves)))))
    parts = ['<g fill="none">']
    for size, i, path in sorted(curves):
        tone = math.copysign(0.2 + 0.8 * size, tones[i]) if size else 0.15
        parts.append(
            f'<path d="{path}" stroke="{palette.css(tone)}" '
            f'stroke-width="{thin * (0.7 + 4.8 * size):.2f}">'
            f"<title>{escape(titles[i])}: {weights[i]:.4g}</title></path>"
        )
    return [*parts, "</g>"]


def _curve(x0: float, y0: float, x1: float, y1: float) -> str:
    x0, x1 = x0 + HALF, x1 - HALF
    out = max(24.0, 0.45 * abs(x1 - x0))
    return f"M{x0:.1f} {y0:.1f}C{x0 + out:.1f} {y0:.1f} {x1 - out:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"


def _nodes(
    topology: Topology,
    tones: FloatArray,
    weights: FloatArray,
    places: Sequence[layout.Place],
    palette: Palette,
) -> list[str]:
    named = len(topology.names) <= MAX_LABELS
    parts = []
    for name, (x, y) in zip(topology.input_names, places, strict=False):
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{HALF:g}" fill="{palette.css(0.0)}" '
            f'stroke="{palette.muted}" stroke-width="1.5"><title>input {escape(name)}</title>'
            "</circle>"
        )
    n = 0
    for k, neuron in enumerate(topology.neurons):
        x, y = places[topology.n_inputs + k]
        about = (
            f"neuron {topology.neuron_names[k]}: {neuron.activation}, gain {neuron.gain:g}, "
            f"leak {neuron.leak:g}, bias {weights[n]:.4g}"
        )
        parts.append(
            f'<rect x="{x - HALF:.1f}" y="{y - HALF:.1f}" width="{2 * HALF:g}" '
            f'height="{2 * HALF:g}" rx="5" fill="{palette.css(0.75 * float(tones[n]))}" '
            f'stroke="{palette.ink}" stroke-width="{2.2 if k in topology.outputs else 1.2}">'
            f"<title>{escape(about)}</title></rect>"
        )
        parts.append(_shape(neuron, x, y, palette))
        n += 1 + len(neuron.sources)
    for name, (x, y) in zip(topology.names, places, strict=True):
        if named:
            parts.append(
                f'<text x="{x:.1f}" y="{y + HALF + 14:.1f}" text-anchor="middle">'
                f"{escape(_short(name))}</text>"
            )
    return parts


def _shape(neuron: Neuron, x: float, y: float, palette: Palette) -> str:
    """Return the activation function from -4 to 4 as a small curve."""
    reach, shape = 0.68 * HALF, SHAPES[neuron.activation]
    points = [
        f"{x + reach * z / 4:.1f},{y - reach * shape(z):.1f}"
        for z in np.linspace(-4.0, 4.0, 13).tolist()
    ]
    return (
        f'<polyline points="{" ".join(points)}" fill="none" stroke="{palette.ink}" '
        'stroke-width="1.4" stroke-linejoin="round"/>'
    )


def _foot(width: float, height: float, largest: float, caption: str, palette: Palette) -> list[str]:
    """Return the scale of the weights, unless all are zero, and the caption."""
    middle, line = width / 2, height - 36
    words = (
        f'<text x="{middle:.1f}" y="{height - 12:.1f}" text-anchor="middle" '
        f'fill="{palette.muted}">{escape(caption)}</text>'
    )
    if not largest:
        return [words]
    parts = [
        f'<path d="M{middle + sign * 18:.1f} {line:.1f}h{sign * 40}" stroke="{palette.css(sign)}" '
        f'stroke-width="5"/><text x="{middle + sign * 66:.1f}" y="{line + 4:.1f}" '
        f'text-anchor="{anchor}">{number}</text>'
        for sign, anchor, number in (
            (-1, "end", f"\u2212{largest:.3g}"),
            (1, "start", f"+{largest:.3g}"),
        )
    ]
    return [
        *parts,
        f'<text x="{middle:.1f}" y="{line + 4:.1f}" text-anchor="middle">0</text>',
        words,
    ]


def _short(name: str) -> str:
    return name if len(name) <= 10 else f"{name[:9]}…"
