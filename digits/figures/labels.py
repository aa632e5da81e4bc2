"""Pictures of one-hot labels: ten places, a single 1."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.frame import fix_axes, frame


def one_hot(label: np.ndarray) -> go.Figure:
    """One label as ten boxes, the 1 filled.

    label: (10,) with a single 1.
    """
    figure = _boxes(np.asarray(label)[np.newaxis])
    figure.update_traces(textfont_size=16, hovertemplate="place %{x}<br><b>%{z}</b><extra></extra>")
    figure.update_yaxes(visible=False)
    return frame(fix_axes(figure), 104, margin={"l": 0, "r": 0, "t": 34, "b": 8, "pad": 0})


def batch_one_hot(labels: np.ndarray) -> go.Figure:
    """The labels of a batch as a matrix, one row per digit.

    labels: (b, 10) with a single 1 in each row.
    """
    figure = _boxes(labels)
    figure.update_traces(hovertemplate="digit %{y} of the batch, place %{x}<br><b>%{z}</b><extra></extra>")
    figure.update_yaxes(autorange="reversed", tickvals=[*range(0, len(labels), 4), len(labels) - 1])
    return frame(fix_axes(figure), 14 * len(labels) + 40)


def _boxes(labels: np.ndarray) -> go.Figure:
    """labels: (n, 10). The colour scale is the theme's, whose ends part in light and in dark."""
    figure = go.Figure(go.Heatmap(z=labels, zmin=0, zmax=1.25, xgap=2, ygap=2, showscale=False, texttemplate="%{z}"))
    figure.update_xaxes(side="top", tickvals=list(range(10)))
    return figure
