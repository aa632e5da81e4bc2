"""Digits as points, near each other where the network sees likeness."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.theme import HIDDEN, chart

CLASSES = (
    "#4272c8", "#bd6714", "#1f856f", "#a35fb8", "#c2506a", "#8a7a2c", "#4a93b5", "#7f838d", "#8f6a4e", "#5f8f3e",
)  # fmt: skip
"""A colour for each digit, 0 to 9: the theme's, which read on white and on near-black alike."""
DRAWN = "#f0c000"


def digit_map(
    places: np.ndarray, labels: np.ndarray, said: np.ndarray, indices: np.ndarray, *, drawn: np.ndarray | None = None
) -> go.Figure:
    """Every digit in the colour of its label; a misread one is larger, ringed in the colour of what was read.

    places: (n, 2); labels, said, indices: (n,) integers. drawn: (2,), the place of the user's own digit.
    A selected point's `customdata` is its index; -1 of the drawing.
    """
    right = labels == said
    traces, names = [], []
    for digit in range(10):
        chosen = right & (labels == digit)
        points = _points(
            places[chosen], indices[chosen], name=str(digit), marker={"size": 5, "color": CLASSES[digit]},
            hovertemplate=f"number %{{customdata:,}}, a {digit}<extra></extra>",
        )  # fmt: skip
        traces.append(points)
        if chosen.any():
            # Named where it is, too, so that nobody has to match ten colours with a legend.
            x, y = np.median(places[chosen], axis=0)
            name = {
                "x": x, "y": y, "text": f"<b>{digit}</b>", "showarrow": False, "font": {"size": 18, "color": "#ffffff"},
                "bgcolor": CLASSES[digit], "bordercolor": "#ffffff", "borderpad": 3,
            }  # fmt: skip
            names.append(name)
    marker = {
        "size": 12,
        "color": [CLASSES[label] for label in labels[~right]],
        "line": {"width": 3, "color": [CLASSES[answer] for answer in said[~right]]},
    }
    words = [f"a {label} read as {answer}" for label, answer in zip(labels[~right], said[~right], strict=True)]
    misread = _points(
        places[~right], indices[~right], name="misread", marker=marker, text=words, legendrank=2000,
        hovertemplate="number %{customdata:,}, %{text}<extra></extra>",
    )  # fmt: skip
    traces.append(misread)
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
        # A click opens a digit; it must not fade all the others.
        unselected={"marker": {"opacity": 0.7}},
        **how,
    )
