"""How sure the network is of each digit."""

import numpy as np
import plotly.graph_objects as go

from digits.figures.frame import PARTS, QUIET, fix_axes, frame


def bars(probabilities: np.ndarray, highlight: int | None = None) -> go.Figure:
    """Ten bars from 0 to 100 %; the axes never move, so that strokes can be compared.

    probabilities: (10,) float in 0..1. highlight: the digit whose bar stands out.
    """
    digits = list(range(10))
    figure = go.Figure(
        go.Bar(
            x=digits,
            y=probabilities,
            marker_color=[PARTS["train"] if digit == highlight else QUIET for digit in digits],
            text=[f"{share:.0%}" if share >= 0.005 else "" for share in probabilities],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{x}: <b>%{y:.2%}</b><extra></extra>",
        )
    )
    fix_axes(figure).update_xaxes(tickvals=digits, range=[-0.5, 9.5])
    figure.update_yaxes(range=[0, 1.12], tickvals=[0, 0.25, 0.5, 0.75, 1], tickformat=".0%", showgrid=True)
    return frame(figure, 260, bargap=0.25, uniformtext={"mode": "show", "minsize": 11})
