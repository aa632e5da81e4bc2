"""What all figures share: their paper, their margins, and a colour for each part of the data."""

import plotly.graph_objects as go

# These read on white and on near-black alike (contrast of 3 to 1 or more); the theme's chart colours begin with them.
PARTS = {"train": "#4272c8", "validation": "#bd6714", "test": "#1f856f"}
QUIET = "#7f838d"
"""For what is there but not meant: the nine other bars, the line within an epoch."""

CLEAR = "rgba(0, 0, 0, 0)"


def frame(figure: go.Figure, height: int, **layout) -> go.Figure:
    """Give `figure` transparent paper, thin margins and a height in px; `layout` adds to it. Returns it."""
    figure.update_layout(
        height=height,
        paper_bgcolor=CLEAR,
        plot_bgcolor=CLEAR,
        margin={"l": 8, "r": 8, "t": 8, "b": 8, "pad": 0},
        dragmode=False,  # else a finger that scrolls the page draws a zoom box
    )
    return figure.update_layout(**layout)


def fix_axes(figure: go.Figure, *, square: bool = False) -> go.Figure:
    """Show all data always: no zoom, no grid. `square` makes pixels as wide as high. Returns the figure."""
    figure.update_xaxes(fixedrange=True, showgrid=False, zeroline=False)
    figure.update_yaxes(fixedrange=True, showgrid=False, zeroline=False)
    if square:
        figure.update_xaxes(constrain="domain")
        figure.update_yaxes(constrain="domain", constraintoward="top", scaleanchor="x")
    return figure
