"""Which parts of a digit speak for an answer and which against it."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import HIDDEN, chart

FOR_AND_AGAINST = [[0, "#c2571a"], [0.5, "#000000"], [1, "#3f7fe0"]]
"""Orange against, blue for: told apart by any eye, and black where nothing depends on it."""
LEAST = 1.0  # log-odds; what matters less than this stays dark instead of being blown up


def evidence(image: np.ndarray, fall: np.ndarray) -> go.Figure:
    """The digit in outline, its places coloured by how much they speak for the answer.

    image: (28, 28) uint8. fall: (28, 28) float, the fall of the log-odds when the place is covered.
    """
    most = max(LEAST, float(np.abs(fall).max()))
    places = go.Heatmap(
        z=fall,
        zmin=-most,
        zmax=most,
        colorscale=FOR_AND_AGAINST,
        showscale=False,
        hovertemplate="row %{y}, column %{x}<br>log-odds without it: <b>%{customdata:+.1f}</b><extra></extra>",
        customdata=-fall,
    )
    outline = go.Contour(
        z=image,
        contours={"start": 128, "end": 128, "coloring": "lines"},
        colorscale=[[0, "#ffffff"], [1, "#ffffff"]],
        line={"width": 1.5},
        showscale=False,
        hoverinfo="skip",
    )
    return chart([places, outline], 240, x=HIDDEN, y=HIDDEN | {"autorange": "reversed"}, square=True)
