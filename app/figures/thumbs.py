"""Thumbnails of the built-in problems as SVG, from the same values that the stage draws."""

from __future__ import annotations

from typing import Any, Final

from app.figures.palette import Palette

SIZE: Final = 84
_EDGE: Final = 8


def thumb_svg(thumb: dict[str, Any], palette: Palette, title: str) -> str:
    """Draw a thumbnail of `app.shared.problem_gallery`, from its points or its cells."""
    marks = _cells(thumb, palette) if thumb["kind"] == "cells" else _points(thumb, palette)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" '
        f'height="{SIZE}"><title>{title}</title>'
        f'<rect width="{SIZE}" height="{SIZE}" fill="{palette.css(0.0)}"/>{marks}</svg>'
    )


def _points(thumb: dict[str, Any], palette: Palette) -> str:
    inner = SIZE - 2 * _EDGE
    return "".join(
        f'<circle cx="{_EDGE + x * inner:.1f}" cy="{SIZE - _EDGE - y * inner:.1f}" '
        f'r="{1.3 * thumb["radius"]:.1f}" fill="{palette.css(value)}"/>'
        for x, y, value in thumb["points"]
    )


def _cells(thumb: dict[str, Any], palette: Palette) -> str:
    inner = SIZE - _EDGE
    width, height = inner / thumb["columns"], inner / thumb["rows"]
    return "".join(
        f'<rect x="{_EDGE / 2 + width * (i % thumb["columns"]):.2f}" '
        f'y="{_EDGE / 2 + height * (i // thumb["columns"]):.2f}" width="{width + 0.1:.2f}" '
        f'height="{height + 0.1:.2f}" fill="{palette.css(value)}"/>'
        for i, value in enumerate(thumb["values"])
    )
