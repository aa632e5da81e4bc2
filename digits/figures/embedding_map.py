"""Digits as points: those that look alike to the network lie together."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import HIDDEN, chart

CLASSES = (
    "#4272c8", "#bd6714", "#1f856f", "#a35fb8", "#c2506a", "#8a7a2c", "#4a93b5", "#7f838d", "#8f6a4e", "#5f8f3e",
)  # fmt: skip
"""A colour for each digit, 0 to 9: the theme's, legible on white and on near-black."""
DRAWN = "#f0c000"


def digit_map(
    places: np.ndarray,
    labels: np.ndarray,
    predicted: np.ndarray,
    indices: np.ndarray,
    *,
    drawn: np.ndarray | None = None,
) -> go.Figure:
    """Return every digit in the colour of its label; misclassified ones are larger, with a ring for the prediction.

    places: (n, 2); labels, predicted, indices: (n,) integers. drawn: (2,), the place of the user's own drawing.
    A selected point's `customdata` is its index; -1 of the drawing.
    """
    is_correct = labels == predicted
    traces, names = [], []
    for digit in range(10):
        chosen = is_correct & (labels == digit)
        points = _points(
            places[chosen], indices[chosen], name=str(digit), marker={"size": 5, "color": CLASSES[digit]},
            hovertemplate=f"index %{{customdata:,}}: label {digit}<extra></extra>",
        )  # fmt: skip
        traces.append(points)
        if chosen.any():
            # A name in place, because nobody should have to match ten colours with a legend.
            x, y = np.median(places[chosen], axis=0)
            name = {
                "x": x, "y": y, "text": f"<b>{digit}</b>", "showarrow": False, "font": {"size": 18, "color": "#ffffff"},
                "bgcolor": CLASSES[digit], "bordercolor": "#ffffff", "borderpad": 3,
            }  # fmt: skip
            names.append(name)
    marker = {
        "size": 12,
        "color": [CLASSES[label] for label in labels[~is_correct]],
        "line": {"width": 3, "color": [CLASSES[digit] for digit in predicted[~is_correct]]},
    }
    pairs = zip(labels[~is_correct], predicted[~is_correct], strict=True)
    misclassified = _points(
        places[~is_correct], indices[~is_correct], name="misclassified", marker=marker, legendrank=2000,
        text=[f"label {label}, prediction {digit}" for label, digit in pairs],
        hovertemplate="index %{customdata:,}: %{text}<extra></extra>",
    )  # fmt: skip
    traces.append(misclassified)
    if drawn is not None:
        star = go.Scattergl(
            x=drawn[:1], y=drawn[1:], name="your drawing", mode="markers", hovertemplate="your drawing<extra></extra>",
            marker={"size": 20, "symbol": "star", "color": DRAWN, "line": {"width": 2, "color": "#000000"}},
            customdata=[-1], selected={"marker": {"opacity": 1}}, unselected={"marker": {"opacity": 1}},
        )  # fmt: skip
        traces.append(star)
    free = HIDDEN | {"fixedrange": False}
    legend = {"orientation": "h", "x": 0, "y": 0, "yanchor": "top", "itemsizing": "constant"}  # the tools are on top
    return chart(
        traces, 620, x=free, y=free | {"scaleanchor": "x"}, annotations=names, legend=legend, showlegend=True,
        hovermode="closest",
    )  # fmt: skip


def _points(places: np.ndarray, indices: np.ndarray, **how) -> go.Scattergl:
    return go.Scattergl(
        x=places[:, 0],
        y=places[:, 1],
        customdata=indices,
        mode="markers",
        opacity=0.7,
        # A click opens a digit; it must not fade the others.
        unselected={"marker": {"opacity": 0.7}},
        **how,
    )
