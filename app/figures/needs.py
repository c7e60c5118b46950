"""A bar chart of memory sizes."""

from __future__ import annotations

from app.figures.chart import Chart, columns, figure
from app.figures.number_format import short
from app.figures.palette import Palette


def needs_chart(needs: dict[str, float], palette: Palette, height: int = 260) -> Chart:
    """Draw memory sizes on a log axis.

    Parameters
    ----------
    needs : dict
        Name and size in bytes of each bar.
    palette : Palette
        Colours of the light or dark theme.
    height : int
        Height in pixels.
    """
    plot = figure(
        palette, height, margin={"l": 190, "r": 90, "t": 8, "b": 46}, showlegend=False, bargap=0.35
    )
    names = list(needs)
    plot.add_bar(
        y=names, x=list(needs.values()), orientation="h", marker={"color": palette.css(1.0)},
        text=[bytes_in_words(value) for value in needs.values()], textposition="outside",
        hoverinfo="skip", cliponaxis=False,
    )  # fmt: skip
    top = max(needs.values())
    ticks = [1, 1e3, 1e6, 1e9, 1e12, 1e15, 1e18, 1e21]
    plot.update_xaxes(
        type="log", range=[0, len(f"{top:.0f}") + 0.3], tickvals=ticks,
        ticktext=["1 B", "1 kB", "1 MB", "1 GB", "1 TB", "1 PB", "1 EB", "1 ZB"],
    )  # fmt: skip
    plot.update_yaxes(showgrid=False, autorange="reversed")
    text = ", ".join(f"{name} {bytes_in_words(value)}" for name, value in needs.items())
    return Chart(
        "memory", plot, f"Memory: {text}.",
        lambda: columns({"what": names, "bytes": list(needs.values())}),
    )  # fmt: skip


def bytes_in_words(count: float) -> str:
    """Format a number of bytes: `328 B`, `43.3 MB`; 1 kB is 1000 B."""
    for unit in ("B", "kB", "MB", "GB", "TB", "PB", "EB"):
        text = f"{count:.0f}" if unit == "B" else f"{count:.3g}"
        if float(text) < 1000:  # as it is written: 999.7 bytes are 1 kB
            return f"{text} {unit}"
        count /= 1000
    return f"{short(count)} ZB"
