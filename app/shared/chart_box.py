"""Show a chart on a page: as Plotly, or as an SVG picture during a replay, with downloads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.figures.chart import Chart
from app.figures.palette import Palette, palette
from app.figures.svg import svg


@dataclass(frozen=True, slots=True)
class Box:
    """How charts are shown in this run of the page.

    Parameters
    ----------
    palette : Palette
        Colours of the reader's theme.
    playing : bool
        Whether charts change many times per second.
    """

    palette: Palette
    playing: bool

    def show(self, chart: Chart, width: int = 620, *, clickable: bool = False) -> Any:
        """Show a chart.

        Plotly rebuilds a chart on every change, which flickers; a picture is replaced without
        flicker. Both come from the same figure.

        Parameters
        ----------
        chart : Chart
            The chart to show.
        width : int
            Width of the picture, in pixels; Plotly takes the width of the page.
        clickable : bool
            Whether a click on a point runs the page again.

        Returns
        -------
        Any
            Streamlit's selection event if the chart is clickable and not playing, else None.
        """
        height = int(chart.spec.layout.height)
        with st.container(key=f"chart-{chart.name}"):
            if self.playing:
                st.html(
                    f"<style>.st-key-chart-{chart.name} img "
                    f"{{height: {height}px; width: 100%; object-fit: contain}}</style>"
                )
                st.image(svg(chart, self.palette, width), width="stretch", alt=chart.summary)
                return None
            event = st.plotly_chart(
                chart.figure,
                theme=None,
                key=f"plot-{chart.name}",
                alt=chart.summary,
                config=_config(chart.name),
                on_select="rerun" if clickable else "ignore",
                selection_mode="points",
            )
            self.files(chart.name, lambda: chart, width)
        return event if clickable else None

    def files(self, name: str, make: Callable[[], Chart], width: int) -> None:
        """Offer downloads of a chart, which is made on request."""
        colours = self.palette
        with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
            st.download_button(
                "SVG", lambda: svg(make(), colours, width), f"{name}.svg", "image/svg+xml",
                key=f"svg-{name}", on_click="ignore", type="tertiary",
                help="Vector drawing. For PNG, use the camera icon above the chart.",
            )  # fmt: skip
            st.download_button(
                "CSV", lambda: make().table(), f"{name}.csv", "text/csv", key=f"csv-{name}",
                on_click="ignore", type="tertiary", help="The numbers of the chart, unrounded.",
            )  # fmt: skip


def _config(name: str) -> dict[str, Any]:
    return {
        "displaylogo": False,
        "toImageButtonOptions": {"format": "png", "filename": name, "scale": 2},
        "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
    }


def reader_palette() -> Palette:
    """Return the colours of the reader's theme, light or dark."""
    return palette(dark=st.context.theme.type == "dark")
