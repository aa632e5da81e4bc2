"""How sure the network is of each digit."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.evidence import FOR_AND_AGAINST
from digits.figures.frame import PARTS, QUIET, chart


def bars(probabilities: np.ndarray, highlight: int | None = None, *, height: int = 260) -> go.Figure:
    """Ten bars from 0 to 100 %; the axes never move, so that strokes can be compared.

    probabilities: (10,) float in 0..1. highlight: the digit whose bar stands out. height: px.
    """
    digits = list(range(10))
    ten = go.Bar(
        x=digits,
        y=probabilities,
        marker_color=[PARTS["train"] if digit == highlight else QUIET for digit in digits],
        text=[f"{share:.0%}" if share >= 0.005 else "" for share in probabilities],
        textposition="outside",
        cliponaxis=False,
        hovertemplate="%{x}: <b>%{y:.2%}</b><extra></extra>",
    )
    x = {"tickvals": digits, "range": [-0.5, 9.5]}
    y = {"range": [0, 1.12], "tickvals": [0, 0.25, 0.5, 0.75, 1], "tickformat": ".0%", "showgrid": True}
    return chart([ten], height, x=x, y=y, bargap=0.25, uniformtext={"mode": "show", "minsize": 11})


def changes(differences: np.ndarray, names: list[str]) -> go.Figure:
    """How the ten probabilities change, a row per case; the numbers are percentage points.

    differences: (n, 10) float in -1..1. names: n texts.
    """
    points = 100 * differences
    digits = list(range(10))
    cells = go.Heatmap(
        z=points,
        zmin=-100,
        zmax=100,
        x=digits,
        y=names,
        colorscale=FOR_AND_AGAINST,
        showscale=False,
        xgap=1,
        ygap=1,
        text=[[f"{point:+.0f}" if abs(point) >= 1 else "" for point in row] for row in points],
        texttemplate="%{text}",
        textfont={"color": "#ffffff", "size": 11},
        hovertemplate="%{y}, digit %{x}: <b>%{z:+.1f} points</b><extra></extra>",
    )
    x = {"tickvals": digits, "side": "top"}
    return chart([cells], 36 + 34 * len(names), x=x, y={"autorange": "reversed"})
