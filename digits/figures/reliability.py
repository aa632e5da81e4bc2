"""The reliability diagram: whether confidence agrees with accuracy."""

from typing import Any

import plotly.graph_objects as go

from digits.figures.theme import LEGEND, PARTS, QUIET, chart

COLOURS = (PARTS["train"], QUIET)


def reliability(curves: dict[str, list[dict[str, Any]]]) -> go.Figure:
    """Return the reliability diagram: the accuracy of predictions with about the same confidence.

    curves: name -> rows of {confidence, accuracy, n}, two at most, the main one first. A point on the diagonal is
    calibrated, below it overconfident, above it underconfident; the larger, the more digits it stands for.
    """
    ideal = {"color": QUIET, "width": 1, "dash": "dot"}
    lines = [go.Scatter(x=[0, 1], y=[0, 1], mode="lines", line=ideal, name="ideal", hoverinfo="skip")]
    for (name, rows), colour in reversed(list(zip(curves.items(), COLOURS, strict=False))):
        most = max((row["n"] for row in rows), default=1)
        line = go.Scatter(
            x=[row["confidence"] for row in rows],
            y=[row["accuracy"] for row in rows],
            mode="lines+markers",
            name=name,
            line={"color": colour, "width": 1.5},
            marker={"size": [6 + 12 * (row["n"] / most) ** 0.5 for row in rows]},
            customdata=[row["n"] for row in rows],
            hovertemplate="%{customdata:,} predictions with %{x:.0%} confidence<br><b>%{y:.0%}</b> are correct"
            f"<extra>{name}</extra>",
        )
        lines.append(line)
    axis = {"tickformat": ".0%", "range": [0, 1.05], "showgrid": True}
    x, y = axis | {"title": {"text": "Confidence"}}, axis | {"title": {"text": "Accuracy"}}
    return chart(lines, 360, x=x, y=y, legend=LEGEND, showlegend=True)
