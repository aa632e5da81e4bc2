"""Digits as points: those that look alike to the network lie together."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import DIGITS, HIDDEN, LEGEND, chart

DRAWN = "#f0c000"


def digit_map(
    places: np.ndarray, labels: np.ndarray, predicted: np.ndarray, indices: np.ndarray, drawn: np.ndarray | None = None
) -> go.Figure:
    """Return every digit in the colour of its label; misclassified ones are larger, with a ring for the prediction.

    places: (n, 2); labels, predicted, indices: (n,) integers. drawn: (2,), the place of the user's own drawing.
    A selected point's `customdata` is its index; -1 of the drawing.
    """
    is_correct = labels == predicted
    traces, names = [], []
    for digit, colour in enumerate(DIGITS):
        chosen = is_correct & (labels == digit)
        hover = f"index %{{customdata:,}}: label {digit}<extra></extra>"
        marker = {"size": 5, "color": colour}
        traces.append(
            _points(places[chosen], indices[chosen], str(digit), marker, hovertemplate=hover, showlegend=False)
        )
        if chosen.any():
            # A name in place, because nobody should have to match ten colours with a legend.
            x, y = np.median(places[chosen], axis=0)
            name = {
                "x": x, "y": y, "text": f"<b>{digit}</b>", "showarrow": False, "font": {"size": 18, "color": "#ffffff"},
                "bgcolor": colour, "bordercolor": "#ffffff", "borderpad": 3,
            }  # fmt: skip
            names.append(name)
    wrong, pairs = ~is_correct, list(zip(labels[~is_correct], predicted[~is_correct], strict=True))
    ring = {"width": 3, "color": [DIGITS[digit] for _, digit in pairs]}
    marker = {"size": 12, "color": [DIGITS[label] for label, _ in pairs], "line": ring}
    misclassified = _points(
        places[wrong], indices[wrong], "misclassified", marker, legendrank=2000,
        text=[f"label {label}, prediction {digit}" for label, digit in pairs],
        hovertemplate="index %{customdata:,}: %{text}<extra></extra>",
    )  # fmt: skip
    traces.append(misclassified)
    if drawn is not None:
        marker = {"size": 20, "symbol": "star", "color": DRAWN, "line": {"width": 2, "color": "#000000"}}
        hover, opaque = "your drawing<extra></extra>", {"opacity": 1, "unselected": {"marker": {"opacity": 1}}}
        traces.append(_points(drawn[np.newaxis], [-1], "your drawing", marker, hovertemplate=hover, **opaque))
    shown = places if drawn is None else np.vstack([places, drawn])
    margin = 0.06 * np.ptp(shown, axis=0).max()
    x, y = ({"range": [axis.min() - margin, axis.max() + margin]} for axis in shown.T)
    free = HIDDEN | {"fixedrange": False, "constrain": "domain"}  # else each resize of the page shrinks the map
    legend = LEGEND | {"y": 0, "yanchor": "bottom", "itemsizing": "constant"}  # the tools are on top
    return chart(
        traces, 620, x=free | x, y=free | y | {"scaleanchor": "x"}, annotations=names, legend=legend, showlegend=True,
        hovermode="closest",
    )  # fmt: skip


def _points(places: np.ndarray, indices, name: str, marker: dict, **how) -> go.Scattergl:
    # A click opens a digit; it must not fade the others.
    how = {"opacity": 0.7, "unselected": {"marker": {"opacity": 0.7}}} | how
    x, y = places.T
    return go.Scattergl(x=x, y=y, customdata=indices, mode="markers", name=name, marker=marker, **how)
