"""Which parts of a digit speak for a prediction and which against it."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import HIDDEN, cells, chart

FOR_AND_AGAINST = [[0, "#c2571a"], [0.5, "#000000"], [1, "#3f7fe0"]]
"""Orange against, blue for: told apart by any eye, and black where nothing depends on it."""
LEAST = 1.0  # log-odds; what matters less than this stays dark instead of being blown up


def evidence(image: np.ndarray, fall: np.ndarray) -> go.Figure:
    """Return the digit in outline, its places coloured by how much they speak for the prediction.

    image: (28, 28) uint8. fall: (28, 28) float, the fall of the log-odds when the place is covered.
    """
    most = max(LEAST, float(np.abs(fall).max()))
    hover = "row %{y}, column %{x}<br>log-odds without it: <b>%{customdata:+.1f}</b><extra></extra>"
    places = cells(fall, -most, most, colorscale=FOR_AND_AGAINST, customdata=-fall, hovertemplate=hover)
    outline = go.Contour(
        z=image, contours={"start": 128, "end": 128, "coloring": "lines"}, line={"width": 1.5}, showscale=False,
        colorscale=[[0, "#ffffff"], [1, "#ffffff"]], hoverinfo="skip",
    )  # fmt: skip
    return chart([places, outline], 240, x=HIDDEN, y=HIDDEN | {"autorange": "reversed"}, square=True)
