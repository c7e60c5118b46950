"""A Plotly figure as plain values.

Plotly's own Figure validates every value, which takes 50 to 150 ms: too slow for ten frames per
second. Spec has those of its methods that our figures use; `Chart.figure` makes the real figure.
"""

from __future__ import annotations

from typing import Any

_CONTAINERS = frozenset({"marker", "line", "title", "colorbar", "xaxis", "yaxis", "margin", "font"})


class Spec:
    """Traces and layout of a figure."""

    def __init__(self, layout: dict[str, Any]) -> None:
        self.traces: list[dict[str, Any]] = []
        self.layout_values = layout

    @property
    def data(self) -> list[View]:
        """The traces, read-only."""
        return [View(trace) for trace in self.traces]

    @property
    def layout(self) -> View:
        """The layout, read-only."""
        return View(self.layout_values)

    def add_scatter(self, **values: Any) -> None:
        """Add lines, markers or text."""
        self.traces.append({"type": "scatter", **values})

    def add_heatmap(self, **values: Any) -> None:
        """Add a heat map."""
        self.traces.append({"type": "heatmap", **values})

    def add_bar(self, **values: Any) -> None:
        """Add bars."""
        self.traces.append({"type": "bar", **values})

    def add_shape(self, **values: Any) -> None:
        """Add a line or a rectangle."""
        self.layout_values.setdefault("shapes", []).append(values)

    def add_annotation(self, **values: Any) -> None:
        """Add a line of text."""
        self.layout_values.setdefault("annotations", []).append(values)

    def update_xaxes(self, **values: Any) -> None:
        """Change the horizontal axis."""
        self._update_axis("xaxis", values)

    def update_yaxes(self, **values: Any) -> None:
        """Change the vertical axis."""
        self._update_axis("yaxis", values)

    def _update_axis(self, name: str, values: dict[str, Any]) -> None:
        axis = self.layout_values[name]
        if "title_text" in values:
            axis["title"] = {**axis.get("title", {}), "text": values.pop("title_text")}
        axis.update(values)


class View:
    """Read-only access to nested dicts by attribute; missing values are None, or an empty View."""

    __slots__ = ("_values",)

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values

    def __getattr__(self, name: str) -> Any:
        value = self._values.get(name)
        if isinstance(value, dict) or (value is None and name in _CONTAINERS):
            return View(value or {})
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return [View(item) for item in value]
        return value

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)
