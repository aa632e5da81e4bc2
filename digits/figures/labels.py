"""Pictures of one-hot labels: ten places, a single 1."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import HIDDEN, chart

PLACES = {"side": "top", "tickvals": list(range(10))}


def one_hot(label: np.ndarray) -> go.Figure:
    """One label as ten boxes, the 1 filled.

    label: (10,) with a single 1.
    """
    boxes = _boxes(np.asarray(label)[np.newaxis], "place %{x}", textfont={"size": 16})
    return chart([boxes], 104, x=PLACES, y=HIDDEN, margin={"l": 0, "r": 0, "t": 34, "b": 8, "pad": 0})


def batch_one_hot(labels: np.ndarray) -> go.Figure:
    """The labels of a batch as a matrix, one row per digit.

    labels: (b, 10) with a single 1 in each row.
    """
    boxes = _boxes(labels, "digit %{y} of the batch, place %{x}")
    rows = {"autorange": "reversed", "tickvals": [*range(0, len(labels), 4), len(labels) - 1]}
    return chart([boxes], 14 * len(labels) + 40, x=PLACES, y=rows)


def _boxes(labels: np.ndarray, place: str, **options) -> go.Heatmap:
    """labels: (n, 10). The colour scale is the theme's, whose ends part in light and in dark."""
    return go.Heatmap(
        z=labels,
        zmin=0,
        zmax=1.25,
        xgap=2,
        ygap=2,
        showscale=False,
        texttemplate="%{z}",
        hovertemplate=f"{place}<br><b>%{{z}}</b><extra></extra>",
        **options,
    )
