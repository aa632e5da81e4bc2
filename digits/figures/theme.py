"""What all figures share: their paper, their margins, and a colour for each part of the data."""

import plotly.graph_objects as go

# These read on white and on near-black alike (contrast of 3 to 1 or more); the theme's chart colours begin with them.
PARTS = {"train": "#4272c8", "validation": "#bd6714", "test": "#1f856f"}
QUIET = "#7f838d"
"""For what is there but not meant: the nine other bars, the line within an epoch."""
DIGITS = [
    "#4272c8", "#bd6714", "#1f856f", "#a35fb8", "#c2506a", "#8a7a2c", "#4a93b5", "#5c4fb8", "#8f6a4e", "#5f8f3e",
]  # fmt: skip
"""A colour for each digit, where all ten are lines."""

CLEAR = "rgba(0, 0, 0, 0)"
LEGEND = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"}
"""In a line above the picture."""
HIDDEN = {"visible": False}
"""An axis that is not shown."""


def chart(
    traces: list, height: int, *, x: dict, y: dict, square: bool = False, zoom: bool = False, **layout
) -> go.Figure:
    """The figure of some traces: transparent paper, thin margins, all data always in view, no grid but where asked.

    height: px. x, y: the axes. square: makes pixels as wide as high. zoom: whether one can zoom in.
    Made in one go: to change a Plotly figure bit by bit takes five times as long, and reruns are made of them.
    """
    axis = {"fixedrange": not zoom, "showgrid": False, "zeroline": False}
    if square:
        axis |= {"constrain": "domain"}
        y = {"constraintoward": "top", "scaleanchor": "x"} | y
    frame = {
        "height": height,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8, "pad": 0},
        "dragmode": "zoom" if zoom else False,  # else a finger that scrolls the page draws a zoom box
        "xaxis": axis | x,
        "yaxis": axis | y,
    }
    return go.Figure(traces, frame | layout)
