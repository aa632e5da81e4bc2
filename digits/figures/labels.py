"""Pictures of one-hot labels: ten places, a single 1."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import TEN, cells, chart


def one_hot(labels: np.ndarray) -> go.Figure:
    """Return the labels of a batch as a matrix of boxes, a row for each digit; or a single one.

    labels: (b, 10) with a single 1 in each row, or (10,).
    """
    labels = np.atleast_2d(labels)
    hover = "digit %{y}, place %{x}<br><b>%{z}</b><extra></extra>" if len(labels) > 1 else "place %{x}<extra></extra>"
    # The colour scale is the theme's, whose ends part in light and in dark.
    boxes = cells(labels, 0, 1.25, gap=2, texttemplate="%{z}", hovertemplate=hover)
    rows = {"autorange": "reversed", "tickvals": [*range(0, len(labels), 4), len(labels) - 1]}
    height = max(100, 14 * len(labels) + 40)
    return chart([boxes], height, x={"side": "top", "tickvals": TEN}, y=rows | {"visible": len(labels) > 1})
