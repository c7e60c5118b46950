"""Draw a figure as SVG without a browser: for downloads and for replays.

Plotly draws in the browser and rebuilds a chart on every change. This module draws the same figure
on the server, as a picture that replaces the previous one without flicker. It supports what our
figures use: heat maps, lines, markers, text, bars and straight shapes; linear, log and category
axes; a colour bar and a legend.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from app.figures.axes import Axis, axes
from app.figures.chart import FONT, Chart
from app.figures.palette import Palette
from app.figures.png import png
from nbn_core.types import FloatArray

DASHES = {
    "dash": "9 6", "dot": "2 4", "dashdot": "9 4 2 4", "longdash": "14 5",
    "longdashdot": "14 4 2 4",
}  # fmt: skip


LEGEND_ROW = 18  # pixels from one row of the legend to the next


def svg(chart: Chart, palette: Palette, width: int) -> str:
    """Draw a chart as SVG.

    Parameters
    ----------
    chart : Chart
        The chart to draw.
    palette : Palette
        Colours of the light or dark theme.
    width : int
        Width in pixels; the figure sets the height.
    """
    figure = chart.spec
    height = int(figure.layout.height)
    x, y = axes(figure, width, height)
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" font-family={quoteattr(FONT)} font-size="13" fill="{palette.ink}">',
        f"<title>{escape(chart.summary)}</title>",
        f'<rect width="{width}" height="{height}" fill="{palette.page}"/>',
        f'<clipPath id="inside"><rect x="{x.start:.1f}" y="{y.end:.1f}" width="{x.length:.1f}" '
        f'height="{-y.length:.1f}"/></clipPath>',
    ]
    canvas = SvgCanvas(out, x, y, palette)
    for axis in (x, y):
        canvas.grid(axis)
    out.append('<g clip-path="url(#inside)">')
    for trace in figure.data:
        draw = _TRACES[trace.type]
        draw(canvas, trace)
    for shape in figure.layout.shapes or []:
        canvas.shape(shape)
    out.append("</g>")
    for axis in (x, y):
        canvas.labels(axis)
    for note in figure.layout.annotations or []:
        canvas.note(note)
    canvas.legend(figure)
    out.append("</svg>")
    return "".join(out)


@dataclass(slots=True)
class SvgCanvas:
    """The SVG under construction, with the axes of the figure."""

    out: list[str]
    x: Axis
    y: Axis
    palette: Palette

    def text(
        self, x: float, y: float, text: str, anchor: str = "middle", size: float = 13,
        turn: float = 0, colour: str = "",
    ) -> None:  # fmt: skip
        """Write a line of text, vertically centred at y."""
        turned = f' transform="rotate({turn} {x:.1f} {y:.1f})"' if turn else ""
        fill = f' fill="{colour}"' if colour else ""
        self.out.append(
            f'<text x="{x:.1f}" y="{y:.1f}" dy="0.35em" text-anchor="{anchor}" '
            f'font-size="{size:g}"{fill}{turned}>{escape(text)}</text>'
        )

    def line(self, points: str, colour: str, width: float, dash: str | None = None) -> None:
        """Draw a path."""
        style = f' stroke-dasharray="{DASHES[dash]}"' if dash in DASHES else ""
        self.out.append(
            f'<path d="{points}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
            f'stroke-linejoin="round"{style}/>'
        )

    def grid(self, axis: Axis) -> None:
        """Draw the grid lines of an axis."""
        if axis.grid:
            for at, _ in axis.ticks:
                self._across(axis, at, self.palette.grid)

    def _across(self, axis: Axis, at: float, colour: str) -> None:
        if axis is self.x:
            self.line(f"M{at:.1f} {self.y.start:.1f}V{self.y.end:.1f}", colour, 1)
        else:
            self.line(f"M{self.x.start:.1f} {at:.1f}H{self.x.end:.1f}", colour, 1)

    def labels(self, axis: Axis) -> None:
        """Write ticks and title of an axis."""
        if axis is self.x:
            side = self.y.end - 12 if axis.far else self.y.start + 14
            for at, label in axis.ticks:
                self.text(at, side, label, size=12)
            if axis.title:
                self.text((axis.start + axis.end) / 2, self.y.start + 36, axis.title)
            return
        for at, label in axis.ticks:
            self.text(self.x.start - 7, at, label, "end", 12)
        if axis.title:
            self.text(14, (axis.start + axis.end) / 2, axis.title, turn=-90)

    def shape(self, shape: Any) -> None:
        """Draw a straight line or a rectangle."""
        x0, x1 = (self.x.at(value) for value in (shape.x0, shape.x1))
        y0, y1 = (self.y.at(value) for value in (shape.y0, shape.y1))
        if shape.type == "rect":
            path = f"M{x0:.1f} {y0:.1f}H{x1:.1f}V{y1:.1f}H{x0:.1f}Z"
        else:
            path = f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"
        self.line(path, shape.line.color, shape.line.width or 1, shape.line.dash)

    def note(self, note: Any) -> None:
        """Write an annotation at an edge of the plot."""
        size = note.font.size or 12
        if note.yref == "y domain":
            self.text(self.x.at(note.x), self.y.end - 9, note.text, size=size)
        else:
            self.text(self.x.start - 5, self.y.at(note.y), note.text, "end", size)

    def legend(self, figure: Any) -> None:
        """Write the names of the traces above the plot."""
        named = [trace for trace in figure.data if trace.name]
        if figure.layout.showlegend is False or not named:
            return
        at, row = self.x.start, 10
        for trace in named:
            wide = 44 + 7 * len(trace.name)
            if at > self.x.start and at + wide > self.x.end:
                at, row = self.x.start, row + LEGEND_ROW
            colour = trace.line.color if "lines" in trace.mode else trace.marker.color
            if "lines" in trace.mode:
                self.line(f"M{at:.1f} {row}h22", colour, trace.line.width or 2, trace.line.dash)
            else:
                self.out.append(
                    _mark(trace.marker.symbol or "circle", at + 11, row, 8, colour, colour, 1)
                )
            self.text(at + 28, row, trace.name, "start", 12)
            at += wide


def _heatmap(canvas: SvgCanvas, trace: Any) -> None:
    z = np.asarray(trace.z, dtype=float)
    signed = trace.zmin < 0
    tone = (z - trace.zmin) / ((trace.zmax - trace.zmin) or 1.0)
    cells = np.where(np.isfinite(z), np.clip(np.rint(254 * tone), 0, 254), 255).astype(np.uint8)
    x0, x1 = _edges(canvas.x, trace.x, z.shape[1])
    y0, y1 = _edges(canvas.y, trace.y, z.shape[0])
    if x1 < x0:
        cells, x0, x1 = cells[:, ::-1], x1, x0
    if y1 < y0:
        cells, y0, y1 = cells[::-1], y1, y0
    data = base64.b64encode(png(cells, canvas.palette.table(signed=signed))).decode("ascii")
    smooth = "auto" if trace.zsmooth else "pixelated"
    canvas.out.append(
        f'<image x="{x0:.2f}" y="{y0:.2f}" width="{x1 - x0:.2f}" height="{y1 - y0:.2f}" '
        f'preserveAspectRatio="none" style="image-rendering:{smooth}" '
        f'href="data:image/png;base64,{data}"/>'
    )
    _colorbar(canvas, trace, signed)


def _edges(axis: Axis, places: Any, count: int) -> tuple[float, float]:
    if places is None or isinstance(places[0], str):
        return axis.at(-0.5), axis.at(count - 0.5)
    half = (float(places[-1]) - float(places[0])) / max(1, count - 1) / 2
    return axis.at(float(places[0]) - half), axis.at(float(places[-1]) + half)


def _colorbar(canvas: SvgCanvas, trace: Any, signed: bool) -> None:
    bar = trace.colorbar
    left, top, bottom = canvas.x.end + 10, canvas.y.end, canvas.y.start
    column = np.arange(254, -1, -1, dtype=np.uint8)[:, None]
    data = base64.b64encode(png(column, canvas.palette.table(signed=signed))).decode("ascii")
    canvas.out.append("</g>")
    canvas.out.append(
        f'<image x="{left:.1f}" y="{top:.1f}" width="12" height="{bottom - top:.1f}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'
    )
    for value, label in zip(bar.tickvals or (), bar.ticktext or (), strict=False):
        share = (value - trace.zmin) / ((trace.zmax - trace.zmin) or 1.0)
        canvas.text(left + 17, bottom + (top - bottom) * share, str(label), "start", 12)
    canvas.out.append('<g clip-path="url(#inside)">')


def _scatter(canvas: SvgCanvas, trace: Any) -> None:
    xs, ys = canvas.x.at_all(trace.x), canvas.y.at_all(trace.y)
    if "lines" in trace.mode:
        canvas.line(_path(xs, ys), trace.line.color, trace.line.width or 2, trace.line.dash)
    marker = trace.marker
    if "markers" in trace.mode and not _invisible(marker):
        for i, (x, y) in enumerate(zip(xs, ys, strict=True)):
            if math.isfinite(x) and math.isfinite(y):
                canvas.out.append(_mark(
                    _one(marker.symbol, i) or "circle", x, y, _one(marker.size, i) or 6,
                    _one(marker.color, i), _one(marker.line.color, i) or "none",
                    _one(marker.line.width, i) or 0,
                ))  # fmt: skip
    if "text" in trace.mode:
        for x, y, text in zip(xs, ys, trace.text, strict=True):
            canvas.text(x, y + 16, text, size=12)


def _bar(canvas: SvgCanvas, trace: Any) -> None:
    for i, (name, value) in enumerate(zip(trace.y, _numbers(trace.x), strict=True)):
        middle, end = canvas.y.at(i), canvas.x.at(max(float(value), 1e-300))
        thick = abs(canvas.y.at(1) - canvas.y.at(0)) * 0.65
        canvas.out.append(
            f'<rect x="{canvas.x.start:.1f}" y="{middle - thick / 2:.1f}" height="{thick:.1f}" '
            f'width="{max(0.0, end - canvas.x.start):.1f}" fill="{trace.marker.color}">'
            f"<title>{escape(str(name))}</title></rect>"
        )
        if trace.text is not None:
            canvas.out.append("</g>")
            canvas.text(end + 6, middle, trace.text[i], "start", 12)
            canvas.out.append('<g clip-path="url(#inside)">')


_TRACES: dict[str, Callable[[SvgCanvas, Any], None]] = {
    "heatmap": _heatmap, "scatter": _scatter, "bar": _bar,
}  # fmt: skip


def _mark(symbol: str, x: float, y: float, size: float, fill: str, edge: str, width: float) -> str:
    h = size / 2
    style = f'fill="{fill}" stroke="{edge}" stroke-width="{width:g}"'
    if symbol.endswith("open") or symbol == "x":
        style = f'fill="none" stroke="{fill}" stroke-width="1.5"'
    if symbol.startswith("square"):
        path = f"M{x - h:.1f} {y - h:.1f}h{size:g}v{size:g}h{-size:g}Z"
    elif symbol.startswith("diamond"):
        path = f"M{x - h:.1f} {y:.1f}l{h:.1f} {-h:.1f} {h:.1f} {h:.1f} {-h:.1f} {h:.1f}Z"
    elif symbol.startswith("x"):
        path = f"M{x - h:.1f} {y - h:.1f}l{size:g} {size:g}m0 {-size:g}l{-size:g} {size:g}"
    else:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{h:.1f}" {style}/>'
    return f'<path d="{path}" {style}/>'


def _path(xs: Sequence[float], ys: Sequence[float]) -> str:
    parts, begin = [], True
    for x, y in zip(xs, ys, strict=True):
        if not (math.isfinite(x) and math.isfinite(y)):
            begin = True
            continue
        parts.append(f"{'M' if begin else 'L'}{x:g} {y:g}")
        begin = False
    return "".join(parts)


def _numbers(values: Any) -> FloatArray:
    return np.asarray(values, dtype=float)


def _one(values: Any, i: int) -> Any:
    if values is None or isinstance(values, str | int | float):
        return values
    return values[i]


def _invisible(marker: Any) -> bool:
    return bool(marker.color == "rgba(0,0,0,0)" and marker.line.color is None)
