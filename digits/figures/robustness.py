"""How accuracy falls with the strength of a distortion."""

from dataclasses import dataclass

import plotly.graph_objects as go

from digits.figures.theme import PARTS, QUIET, chart

COLOURS = (PARTS["train"], PARTS["validation"])
HEIGHT = 230  # px


@dataclass(frozen=True)
class Curve:
    """One line with its uncertainty."""

    name: str
    accuracy: list[float]
    """0 to 1, at each strength."""
    interval: list[list[float]]
    """(low, high) at each strength."""


def robustness(strengths: list[float], curves: list[Curve], *, unit: str, neutral: float, title: str) -> go.Figure:
    """Return accuracy over the strength of one distortion, each curve in a band as wide as its interval.

    curves: one or two. neutral: the strength that changes nothing; a dotted line marks it.
    """
    lines = []
    for curve, colour in zip(curves, COLOURS, strict=False):
        low, high = zip(*curve.interval, strict=True)
        band = go.Scatter(
            x=[*strengths, *reversed(strengths)],
            y=[*high, *reversed(low)],
            fill="toself",
            fillcolor=colour,
            opacity=0.25,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
        )
        line = go.Scatter(
            x=strengths,
            y=curve.accuracy,
            name=curve.name,
            mode="lines+markers",
            line={"width": 2.5, "color": colour},
            marker={"size": 6},
            hovertemplate="%{y:.2%}",
        )
        lines += [band, line]
    mark = {
        "type": "line", "x0": neutral, "x1": neutral, "yref": "y domain", "y0": 0, "y1": 1,
        "line": {"width": 1, "dash": "dot", "color": QUIET},
    }  # fmt: skip
    x = {"title": {"text": f"{title}, {unit}"}, "tickvals": strengths}
    y = {"tickformat": ".0%", "range": [0, 1.03], "tickvals": [0, 0.25, 0.5, 0.75, 1], "showgrid": True}
    legend = {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "itemclick": False, "itemdoubleclick": False}
    return chart(
        lines, HEIGHT, x=x, y=y, shapes=[mark], hovermode="x unified", legend=legend, showlegend=len(curves) > 1
    )
