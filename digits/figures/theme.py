"""What all figures share: their paper, their margins, their colours, and the traces that several are made of."""

import base64
from collections.abc import Sequence

import cv2
import numpy as np
import plotly.graph_objects as go

DIGITS = [
    "#4272c8", "#bd6714", "#1f856f", "#a35fb8", "#c2506a", "#8a7a2c", "#4a93b5", "#6d60c8", "#8f6a4e", "#5f8f3e",
]  # fmt: skip
"""A colour for each digit, the theme's first. They read on white and on near-black (contrast of 3 to 1 or more)."""
PARTS = {"train": DIGITS[0], "validation": DIGITS[1], "test": DIGITS[2]}
SYMBOLS = ["circle", "square", "diamond", "triangle-up", "x", "star"]
DASHES = ["solid", "dash", "dashdot", "longdash", "longdashdot", "dot"]
"""Each line has a symbol and a dash beside its colour, for people who cannot tell the colours apart."""
QUIET = "#7f838d"
"""For what is there but not meant: the nine other bars, the line within an epoch."""
FAINT = "rgba(127, 131, 141, 0.2)"
"""The same as a ground on which text is read. It lets the page through, which may become light or dark at any time."""

CLEAR = "rgba(0, 0, 0, 0)"
MARGIN = {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 0}  # px
LEGEND = {"orientation": "h", "x": 0, "yref": "container", "y": 1, "yanchor": "top"}
"""In a line above the picture. On the paper itself Plotly leaves it too little room once it needs fewer lines than
before, as when a phone is turned."""
HIDDEN = {"visible": False}  # an axis that is not shown
TEN = list(range(10))


def chart(traces: list, height: int, *, x: dict, y: dict, square=False, zoom=False, **layout) -> go.Figure:
    """Return the figure of some traces: transparent paper, thin margins, all data in view, no grid but where asked.

    height: px. x, y: the axes. square: makes pixels as wide as high. zoom: whether one can zoom in.
    Made in one go: to change a Plotly figure bit by bit takes five times as long, and reruns are made of them.
    """
    # Without a standoff (px) what stands at the ticks touches bars, and the first of an axis that of the other.
    axis = {"fixedrange": not zoom, "showgrid": False, "zeroline": False, "ticklabelstandoff": 4}
    if square:
        axis |= {"constrain": "domain"}
        y = {"constraintoward": "top", "scaleanchor": "x"} | y
    frame = {
        "height": height,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "margin": MARGIN,
        "dragmode": "zoom" if zoom else False,  # else a finger that scrolls the page draws a zoom box
        "legend": LEGEND,
        "xaxis": axis | x,
        "yaxis": axis | y,
    }
    return go.Figure(traces, frame | layout)


def line(x, y, name: str, colour: str, *, width=2.5, dash="solid", size=6, **options) -> go.Scatter:
    """Return a line with a point at each value. width: px. size: of the points, px, one or each; 0 for none."""
    stroke, mode = {"color": colour, "width": width, "dash": dash}, "lines+markers" if size else "lines"
    return go.Scatter(x=x, y=y, name=name, mode=mode, line=stroke, marker={"size": size}, **options)


def cells(z, low: float, high: float, *, colorscale: list, gap: int = 0, **options) -> go.Heatmap:
    """Return a cell for each number of a matrix, in colours from `low` to `high`. gap: px between them.

    colorscale: asked for, because Streamlit's own keeps the colours of the scheme in which the page was opened.
    """
    return go.Heatmap(
        z=z, zmin=low, zmax=high, colorscale=colorscale, xgap=gap, ygap=gap, showscale=False, **options
    )  # fmt: skip


def picture(pixels: np.ndarray, **place) -> go.Image:
    """Return pixels, (h, w, 4) uint8 as blue, green, red and alpha, as a picture."""
    source = "data:image/png;base64," + base64.b64encode(cv2.imencode(".png", pixels)[1]).decode()
    return go.Image(source=source, hoverinfo="skip", **place)


def targets(x: np.ndarray, y: np.ndarray, titles: Sequence[str], size: int, symbol: str = "circle") -> go.Scatter:
    """Return points that nobody sees, with a title at the pointer: pictures and heatmaps do not answer clicks."""
    unseen = {"marker": {"opacity": 0}}
    return go.Scatter(
        x=x, y=y, mode="markers", marker={"opacity": 0, "size": size, "symbol": symbol}, selected=unseen,
        unselected=unseen, hovertext=titles, hoverinfo="text", showlegend=False,
    )  # fmt: skip


def dotted(x: float) -> dict:
    """Return the shape of a dotted line from the bottom to the top."""
    place = {"x0": x, "x1": x, "yref": "y domain", "y0": 0, "y1": 1}
    return {"type": "line", "layer": "below", "line": {"color": QUIET, "width": 1, "dash": "dot"}} | place
