"""How accuracy falls with the strength of a distortion."""

import plotly.graph_objects as go

from digits.figures.theme import DIGITS, chart, dotted, line


def robustness(
    strengths: list[float], curves: dict[str, dict[str, list]], *, unit: str, neutral: float, title: str
) -> go.Figure:
    """Return accuracy over the strength of one distortion, each curve in a band as wide as its interval.

    curves: name -> {accuracy (0 to 1), interval (low, high)}, each at every strength. neutral: the strength that
    changes nothing; a dotted line marks it.
    """
    lines = []
    for (name, curve), colour in zip(curves.items(), DIGITS, strict=False):
        low, high = zip(*curve["interval"], strict=True)
        band = go.Scatter(
            x=[*strengths, *reversed(strengths)], y=[*high, *reversed(low)], fill="toself", fillcolor=colour,
            opacity=0.25, line={"width": 0}, mode="lines", hoverinfo="skip", showlegend=False,
        )  # fmt: skip
        lines += [band, line(strengths, curve["accuracy"], name, colour, hovertemplate="%{y:.2%}")]
    x = {"title": {"text": f"{title}, {unit}"}, "tickvals": strengths}
    y = {"tickformat": ".0%", "range": [0, 1.03], "tickvals": [0, 0.25, 0.5, 0.75, 1], "showgrid": True}
    return chart(
        lines, 230, x=x, y=y, shapes=[dotted(neutral)], hovermode="x unified", showlegend=len(curves) > 1
    )  # fmt: skip
